//! How many public-key operations a step takes, for a device that has other work than TLS.

mod util;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use symbolon::crypto::{CryptoError, Signer};
use symbolon::wire::{NamedGroup, SignatureScheme};
use symbolon::{ClientConfig, Event, Role, ServerConfig, Signing, StateName};
use util::null::{Null, NullSigner};
use util::pair::End;
use util::plain::{PlainWorld, client, server};

/// A signer that counts what it does.
struct Counted(Arc<AtomicUsize>);

impl Signer for Counted {
    fn schemes(&self) -> &[SignatureScheme] {
        NullSigner::P256.schemes()
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        NullSigner::P256.sign(scheme, message, out)
    }
}

/// What the steps of an end came to.
#[derive(Default)]
struct Steps {
    /// Public-key operations of each, and the state before it.
    operations: Vec<(StateName, usize)>,
    yields: usize,
}

impl Steps {
    fn total(&self) -> usize {
        self.operations.iter().map(|(_, n)| n).sum()
    }

    /// Steps until more bytes are needed.
    fn drive<R: Role>(&mut self, end: &mut End<R, Null>, operations: impl Fn() -> usize) {
        loop {
            let (state, before) = (end.conn.state(), operations());
            let event = end.conn.step_with(&mut end.rx, &mut end.tx, &mut end.seen).unwrap();
            self.operations.push((state, operations() - before));
            match event {
                Event::Yield => self.yields += 1,
                Event::Moved { .. } => {}
                Event::NeedRecv => return,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A mutual handshake with chains of root, intermediate and leaf, and with a HelloRetryRequest if `retry`.
fn handshake(one_operation_per_step: bool, retry: bool) -> (Steps, Steps) {
    let world = PlainWorld::new();
    let signed = [Arc::<AtomicUsize>::default(), Arc::default()];
    let signer = |at: usize| Signing::Local(Box::new(Counted(signed[at].clone())));
    let mut ours = world.client_config().credential(world.credential(&world.client, signer(0)));
    let mut theirs = world.server_config().credential(world.credential(&world.server, signer(1)));
    if one_operation_per_step {
        (ours, theirs) = (ours.one_operation_per_step(), theirs.one_operation_per_step());
    }
    if retry {
        theirs = theirs.groups([NamedGroup::secp384r1]);
    }
    let (ours, theirs): (Arc<ClientConfig<Null>>, Arc<ServerConfig<Null>>) =
        (Arc::new(ours.build().unwrap()), Arc::new(theirs.build().unwrap()));
    let (mut c, mut s) = (client(&ours), server(&theirs));
    let (mut of_client, mut of_server) = (Steps::default(), Steps::default());
    while !(c.conn.is_connected() && s.conn.is_connected()) {
        of_client.drive(&mut c, || ours.crypto().operations() + signed[0].load(Ordering::Relaxed));
        c.tx.move_to(&mut s.rx);
        of_server.drive(&mut s, || theirs.crypto().operations() + signed[1].load(Ordering::Relaxed));
        s.tx.move_to(&mut c.rx);
    }
    assert_eq!(c.conn.negotiated().retried, retry);
    (of_client, of_server)
}

#[test]
fn no_step_takes_more_than_one_operation_if_configured_so() {
    for retry in [false, true] {
        let (client, server) = handshake(true, retry);
        for steps in [&client, &server] {
            // A path of certificates is judged in one step.
            let one = |(state, n): &(StateName, usize)| *n <= 1 || *state == StateName::WaitCert;
            assert!(steps.operations.iter().all(one), "{:?}", steps.operations);
            assert!(steps.yields > 0);
        }
        // A client: share (again after a retry), agreement, two certificates, CertificateVerify, our own.
        assert_eq!(client.total(), if retry { 7 } else { 6 });
        // A server: agreement, share, our CertificateVerify, two certificates, the client's.
        assert_eq!(server.total(), 6);
    }
}

#[test]
fn no_step_yields_unless_configured_so() {
    for retry in [false, true] {
        let (client, server) = handshake(false, retry);
        assert_eq!((client.yields, server.yields), (0, 0));
    }
}
