//! How many public-key operations a step takes, for a device that has other work than TLS.

mod util;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use symbolon::crypto::{CryptoError, Signer};
use symbolon::wire::{NamedGroup, SignatureScheme};
use symbolon::x509::GoodSignatures;
use symbolon::{ClientConfig, Credential, Error, Event, Reason, Role, ServerConfig, Signing};
use util::der::changed;
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
    /// Public-key operations of each.
    operations: Vec<usize>,
    yields: usize,
}

impl Steps {
    fn total(&self) -> usize {
        self.operations.iter().sum()
    }

    /// Steps until more bytes are needed.
    fn drive<R: Role>(&mut self, end: &mut End<R, Null>, operations: impl Fn() -> usize) {
        loop {
            let before = operations();
            let event = end.conn.step_with(&mut end.rx, &mut end.tx, &mut end.seen);
            self.operations.push(operations() - before);
            match event {
                Ok(Event::Yield) => self.yields += 1,
                Ok(Event::Moved { .. }) => {}
                Ok(Event::NeedRecv) => return,
                Ok(other) => panic!("{other:?}"),
                Err(error) => {
                    end.error = Some(error);
                    return;
                }
            }
        }
    }
}

/// A mutual handshake with chains of root, intermediate and leaf, and with a HelloRetryRequest if `retry`.
fn handshake(one_operation_per_step: bool, retry: bool) -> (Steps, Steps) {
    let world = PlainWorld::new();
    let chain = world.chain(&world.server).map(<[u8]>::to_vec);
    let (client, server, error) = talk(&world, &chain, one_operation_per_step, retry, None);
    assert_eq!(error, None);
    (client, server)
}

/// A handshake in which the server shows this chain, and why the client refuses it if it does.
fn talk(
    world: &PlainWorld,
    chain: &[Vec<u8>],
    one_operation_per_step: bool,
    retry: bool,
    good: Option<&[Arc<GoodSignatures>; 2]>,
) -> (Steps, Steps, Option<Error>) {
    let signed = [Arc::<AtomicUsize>::default(), Arc::default()];
    let signer = |at: usize| Signing::Local(Box::new(Counted(signed[at].clone())));
    let mut ours = world.client_config().credential(world.credential(&world.client, signer(0)));
    let mut theirs = world.server_config().credential(Credential::new(chain, signer(1)).unwrap());
    if one_operation_per_step {
        (ours, theirs) = (ours.one_operation_per_step(), theirs.one_operation_per_step());
    }
    if let Some([by_client, by_server]) = good {
        (ours, theirs) = (ours.good_signatures(by_client.clone()), theirs.good_signatures(by_server.clone()));
    }
    if retry {
        theirs = theirs.groups([NamedGroup::secp384r1]);
    }
    let (ours, theirs): (Arc<ClientConfig<Null>>, Arc<ServerConfig<Null>>) =
        (Arc::new(ours.build().unwrap()), Arc::new(theirs.build().unwrap()));
    let (mut c, mut s) = (client(&ours), server(&theirs));
    let (mut of_client, mut of_server) = (Steps::default(), Steps::default());
    while c.error.is_none() && !(c.conn.is_connected() && s.conn.is_connected()) {
        of_client.drive(&mut c, || ours.crypto().operations() + signed[0].load(Ordering::Relaxed));
        c.tx.move_to(&mut s.rx);
        of_server.drive(&mut s, || theirs.crypto().operations() + signed[1].load(Ordering::Relaxed));
        s.tx.move_to(&mut c.rx);
    }
    assert_eq!(c.conn.negotiated().retried, retry);
    (of_client, of_server, c.error)
}

#[test]
fn no_step_takes_more_than_one_operation_if_configured_so() {
    for retry in [false, true] {
        let (client, server) = handshake(true, retry);
        for steps in [&client, &server] {
            assert!(steps.operations.iter().all(|n| *n <= 1), "{:?}", steps.operations);
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

#[test]
fn a_chain_is_judged_alike_in_one_step_and_in_many() {
    let world = PlainWorld::new();
    let [leaf, intermediate] = world.chain(&world.server).map(<[u8]>::to_vec);
    let unsigned = |der: &[u8]| changed(der, |parts| parts.signature[2..].fill(0));
    for (chain, reason) in [
        (vec![leaf.clone(), intermediate.clone()], None),
        // The wrong one of two intermediates is tried first, and found out late.
        (vec![leaf.clone(), unsigned(&intermediate), intermediate.clone()], None),
        (vec![unsigned(&leaf), intermediate.clone()], Some(Reason::CertificateSignatureBad)),
        (vec![leaf.clone(), unsigned(&intermediate)], Some(Reason::CertificateSignatureBad)),
        (vec![leaf], Some(Reason::CertificateIssuerUnknown)),
    ] {
        let (at_once, _, error) = talk(&world, &chain, false, false, None);
        let (by_steps, _, same) = talk(&world, &chain, true, false, None);
        assert_eq!(error, same);
        let refused = error.map(|error| match error {
            Error::Refused(refusal) => refusal.reason,
            other => panic!("{other}"),
        });
        assert_eq!(refused, reason);
        // The report of a refusal is made at once, by the step that ends the connection.
        let judging = by_steps.operations.len() - usize::from(error.is_some());
        assert!(by_steps.operations[..judging].iter().all(|n| *n <= 1), "{:?}", by_steps.operations);
        // Nothing is verified twice.
        assert!(error.is_some() || at_once.total() == by_steps.total());
    }
}

#[test]
fn peers_that_have_met_verify_no_certificate_again_and_strangers_all() {
    let world = PlainWorld::new();
    let good = [0; 2].map(|_| Arc::new(GoodSignatures::new(&Null::new(1), 100).unwrap()));
    let operations = |one_operation_per_step: bool| {
        let chain = world.chain(&world.server).map(<[u8]>::to_vec);
        let (client, server, error) = talk(&world, &chain, one_operation_per_step, false, Some(&good));
        assert_eq!(error, None);
        [client.total(), server.total()]
    };
    for one_operation_per_step in [false, true] {
        // Two of the six are the signatures on the peer's certificates.
        assert_eq!(operations(one_operation_per_step), [6, 6]);
        assert_eq!(good.each_ref().map(|good| good.len()), [2, 2]);
        assert_eq!(operations(one_operation_per_step), [4, 4]);
        good[0].clear();
        assert_eq!(operations(one_operation_per_step), [6, 4]);
        good.iter().for_each(|good| good.clear());
    }
}
