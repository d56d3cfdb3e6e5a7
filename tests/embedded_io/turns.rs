//! How often the asynchronous driver lets others have their turn.

use super::peer::Peer;
use super::util::pair::{End, World};
use super::{client, client_config, server, server_config};
use embedded_io::{ErrorKind, ErrorType};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use symbolon::Role;

/// A transport that is never waited for.
struct Ready<'p, R: Role>(&'p mut Peer<R>);

impl<R: Role> ErrorType for Ready<'_, R> {
    type Error = ErrorKind;
}

impl<R: Role> embedded_io_async::Read for Ready<'_, R> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        embedded_io::Read::read(self.0, buf)
    }
}

impl<R: Role> embedded_io_async::Write for Ready<'_, R> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        embedded_io::Write::write(self.0, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self.0)
    }
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs a future as an executor does that polls only who was woken. Returns how often others had a turn.
fn run_woken<F: Future>(future: F) -> (F::Output, usize) {
    let woken = Arc::<Woken>::default();
    let waker = Waker::from(woken.clone());
    let mut future = pin!(future);
    for turns in 0.. {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return (output, turns);
        }
        assert_eq!(woken.0.load(Ordering::Relaxed), turns + 1, "it waits, and nobody would wake it");
    }
    unreachable!()
}

/// Turns of others in a handshake of a client.
fn turns(one_operation_per_step: bool) -> usize {
    let world = World::new();
    let config = client_config(&world);
    let config = if one_operation_per_step { config.one_operation_per_step() } else { config };
    let (mut client, mut peer) = (client(config), Peer::new(End::new(server(server_config(&world)).conn)));
    let (outcome, turns) = run_woken(client.link(Ready(&mut peer)).handshake_async());
    outcome.unwrap();
    assert!(client.conn.is_connected() && peer.end.conn.is_connected());
    turns
}

#[test]
fn others_have_their_turn_between_any_two_operations_if_configured_so() {
    // Share, agreement, three certificates, the server's CertificateVerify and our own: what lies between them.
    assert!(turns(true) >= 6, "{}", turns(true));
}

#[test]
fn a_transport_that_never_waits_leaves_others_no_turn_unless_configured_so() {
    assert_eq!(turns(false), 0);
}
