//! What a link makes of transports that fail, and of peers that refuse.

use super::driver::{BOTH, Driver, block_on, poll_twice};
use super::peer::Peer;
use super::util::pair::{End, World};
use super::util::provider::{Provider, provider};
use super::{Device, client, client_config, server, server_config};
use embedded_io::{Error as _, ErrorKind};
use symbolon::config::ClientConfigBuilder;
use symbolon::io::embedded::Cause;
use symbolon::wire::AlertDescription;
use symbolon::{Answer, ClientConfig, ClientRole, Error, Event, Misuse, Reason, ServerRole, StateName};

/// A client, and a server behind its transport.
fn ends(world: &World, config: ClientConfigBuilder<Provider>) -> (Device<ClientRole>, Peer<ServerRole>) {
    (client(config), Peer::new(End::new(server(server_config(world)).conn)))
}

fn connected(driver: Driver, world: &World) -> (Device<ClientRole>, Peer<ServerRole>) {
    let (mut client, mut peer) = ends(world, client_config(world));
    block_on(driver.handshake(&mut client.link(&mut peer))).unwrap();
    assert!(client.conn.is_connected() && peer.end.conn.is_connected(), "{driver:?}: the last flight did not arrive");
    (client, peer)
}

fn alert_of(cause: Option<Error>) -> Option<AlertDescription> {
    match cause {
        Some(Error::PeerAlert(alert)) => Some(alert.description),
        _ => None,
    }
}

// [6.1-2]
#[test]
fn a_transport_that_ends_is_told_from_close_notify() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = connected(driver, &world);
        peer.is_gone = true;
        let cause = block_on(driver.read(&mut client.link(&mut peer), &mut [0])).unwrap_err();
        assert_eq!(cause, Cause::Tls(Error::Truncated { state: StateName::Connected }));
        assert_eq!(cause.kind(), ErrorKind::ConnectionAborted);

        let (mut client, mut peer) = connected(driver, &world);
        peer.end.conn.app().unwrap().close(&mut peer.end.tx);
        peer.is_gone = true;
        assert_eq!(block_on(driver.read(&mut client.link(&mut peer), &mut [0])), Ok(0));
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"still open")), Ok(10));

        let (mut client, mut peer) = ends(&world, client_config(&world));
        (peer.is_gone, peer.is_mute) = (true, true);
        let cause = block_on(driver.handshake(&mut client.link(&mut peer))).unwrap_err();
        assert_eq!(cause, Cause::Tls(Error::Truncated { state: StateName::WaitSh }));
    }
}

#[test]
fn our_alert_is_flushed_before_the_failure_is_told() {
    let world = World::new();
    for driver in BOTH {
        let stranger = World::new();
        let (mut client, mut peer) = ends(&world, client_config(&world).anchors(stranger.anchors()));
        let cause = block_on(driver.handshake(&mut client.link(&mut peer))).unwrap_err();
        let Cause::Tls(Error::Refused(refusal)) = cause else { panic!("{cause}") };
        assert_eq!(alert_of(peer.end.error), Some(refusal.alert()));
        assert_eq!(cause.kind(), ErrorKind::InvalidData);
        let again = block_on(driver.read(&mut client.link(&mut peer), &mut [0])).unwrap_err();
        assert_eq!(again, cause);
    }
}

#[test]
fn an_alert_that_does_not_get_through_does_not_hide_the_reason() {
    let world = World::new();
    for driver in BOTH {
        for refuses in [ErrorKind::BrokenPipe, ErrorKind::TimedOut] {
            let (mut client, mut peer) = ends(&world, client_config(&world).anchors(World::new().anchors()));
            peer.is_mute = true;
            block_on(driver.handshake(&mut client.link(&mut peer))).unwrap_err();
            (peer.is_mute, peer.refuses) = (false, Some(refuses));
            // The new link would flush, and can't.
            client.rx.receive(&peer.end.take_output());
            let cause = loop {
                match client.conn.step(&mut client.rx, &mut client.tx) {
                    Ok(_) => {}
                    Err(error) => break Cause::Tls(error),
                }
            };
            assert_eq!(block_on(driver.handshake(&mut client.link(&mut peer))), Err(cause));
        }
    }
}

#[test]
fn a_write_that_fails_tells_the_alert_that_the_peer_sent_before() {
    let world = World::new();
    for driver in BOTH {
        let without_credential = ClientConfig::builder(provider()).anchors(world.anchors());
        let (mut client, mut peer) = ends(&world, without_credential);
        let mut link = client.link(&mut peer);
        block_on(driver.handshake(&mut link)).unwrap();
        peer.refuses = Some(ErrorKind::BrokenPipe);
        let cause = block_on(driver.write(&mut client.link(&mut peer), b"hello")).unwrap_err();
        let Cause::Tls(error) = cause else { panic!("{driver:?}: {cause}") };
        assert_eq!(alert_of(Some(error)), Some(AlertDescription::certificate_required));
    }
}

#[test]
fn a_transport_that_takes_no_more_does_not_swallow_what_came_before() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = connected(driver, &world);
        peer.end.write(b"before");
        peer.refuses = Some(ErrorKind::BrokenPipe);
        let mut link = client.link(&mut peer);
        assert_eq!(block_on(driver.write(&mut link, b"hello")), Err(Cause::Io(ErrorKind::BrokenPipe)));
        let mut received = [0; 4];
        assert_eq!(block_on(driver.read(&mut link, &mut received)), Ok(4));
        assert_eq!(&received, b"befo");
        assert_eq!(block_on(driver.take(&mut link)).as_deref(), Ok(&b"re"[..]));
        assert_eq!(block_on(driver.read(&mut link, &mut received)), Err(Cause::Io(ErrorKind::BrokenPipe)));
    }
}

#[test]
fn a_handshake_that_times_out_goes_on_when_called_again() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = ends(&world, client_config(&world));
        peer.is_mute = true;
        let late = Err(Cause::Io(ErrorKind::TimedOut));
        assert_eq!(block_on(driver.handshake(&mut client.link(&mut peer))), late);
        assert_eq!(client.conn.state(), StateName::WaitSh);
        (peer.is_mute, peer.refuses) = (false, Some(ErrorKind::TimedOut));
        assert_eq!(block_on(driver.handshake(&mut client.link(&mut peer))), late);
        peer.refuses = None;
        block_on(driver.handshake(&mut client.link(&mut peer))).unwrap();
        assert!(client.conn.is_connected() && peer.end.conn.is_connected());
    }
}

// [6.1-5]
#[test]
fn giving_up_after_a_time_out_tells_the_peer() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = ends(&world, client_config(&world));
        peer.is_mute = true;
        block_on(driver.handshake(&mut client.link(&mut peer))).unwrap_err();
        let cancelled = client.conn.cancel(&mut client.tx);
        assert_eq!(block_on(driver.flush(&mut client.link(&mut peer))), Err(Cause::Tls(cancelled)));
        assert_eq!(alert_of(peer.end.error), Some(AlertDescription::close_notify));
    }
}

#[test]
fn a_write_that_times_out_neither_repeats_what_was_taken_nor_loses_it() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = connected(driver, &world);
        peer.refuses = Some(ErrorKind::TimedOut);
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"one,")), Ok(4));
        let late = Err(Cause::Io(ErrorKind::TimedOut));
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"two")), late);
        peer.refuses = None;
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"two")), Ok(3));
        block_on(driver.flush(&mut client.link(&mut peer))).unwrap();
        assert_eq!(peer.end.received, b"one,two");
    }
}

#[test]
fn a_transport_that_takes_nothing_is_an_error_and_no_endless_loop() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = connected(driver, &world);
        peer.takes_nothing = true;
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"hello")), Err(Cause::TookNothing));
        assert_eq!(Cause::<ErrorKind>::TookNothing.kind(), ErrorKind::WriteZero);
    }
}

// [5.1-10]
#[test]
fn no_data_goes_either_way_before_connected_or_after_close() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = ends(&world, client_config(&world));
        let early = Cause::Misuse(Misuse::NotConnected(StateName::Start));
        assert_eq!(block_on(driver.write(&mut client.link(&mut peer), b"early")), Err(early));
        assert_eq!(block_on(driver.read(&mut client.link(&mut peer), &mut [0])), Err(early));
        assert_eq!(client.conn.state(), StateName::Start, "{driver:?}: reading began a handshake");
        assert_eq!(early.kind(), ErrorKind::NotConnected);

        let (mut client, mut peer) = connected(driver, &world);
        let mut link = client.link(&mut peer);
        block_on(driver.close(&mut link)).unwrap();
        block_on(driver.close(&mut link)).unwrap();
        let closed = Cause::Misuse(Misuse::Closed);
        assert_eq!(block_on(driver.write(&mut link, b"late")), Err(closed));
        assert!(peer.end.peer_closed && peer.end.received.is_empty());
        assert_eq!(closed.kind(), ErrorKind::BrokenPipe);
    }
}

#[test]
fn a_question_is_answered_between_two_links() {
    let world = World::new();
    for driver in BOTH {
        for (verdict, connects) in [(Ok(()), true), (Err(Reason::CertificateRefused), false)] {
            let (mut client, mut peer) = ends(&world, client_config(&world).ask_chain());
            assert_eq!(block_on(driver.handshake(&mut client.link(&mut peer))), Err(Cause::Unanswered));
            let asked = client.conn.step(&mut client.rx, &mut client.tx).unwrap();
            assert!(matches!(asked, Event::Ask(_)));
            let answered = client.conn.answer(Answer::Chain(verdict), &mut client.rx, &mut client.tx).unwrap();
            assert_eq!(answered.is_ok(), connects);
            assert_eq!(block_on(driver.handshake(&mut client.link(&mut peer))).is_ok(), connects);
            assert_eq!(peer.end.conn.is_connected(), connects);
        }
    }
}

#[test]
fn a_future_that_is_dropped_loses_nothing() {
    let world = World::new();
    let (mut client, mut peer) = ends(&world, client_config(&world));
    let mut link = client.link(&mut peer);
    let handshakes = (0..1000).map(|_| poll_twice(link.handshake_async()));
    let dropped = handshakes.take_while(Option::is_none).count();
    assert!((10..1000).contains(&dropped), "{dropped}");
    assert!(client.conn.is_connected() && peer.end.conn.is_connected());

    peer.end.write(&[7; 3000]);
    let mut link = client.link(&mut peer);
    let mut received = Vec::new();
    for _ in 0..1000 {
        let mut some = [0; 500];
        if let Some(n) = poll_twice(Driver::Async.read(&mut link, &mut some)) {
            match n {
                Ok(n) => received.extend_from_slice(&some[..n]),
                Err(cause) => assert_eq!(cause, Cause::Io(ErrorKind::TimedOut)),
            }
        }
    }
    assert_eq!(received, [7; 3000]);
}

// [4.6.3-3]
#[test]
fn a_link_answers_key_updates_with_what_it_writes_next() {
    let world = World::new();
    for driver in BOTH {
        let (mut client, mut peer) = connected(driver, &world);
        for _ in 0..3 {
            peer.end.conn.app().unwrap().update_keys(true, &mut peer.end.tx).unwrap().unwrap();
            peer.end.write(b"ping");
            assert_eq!(block_on(driver.read(&mut client.link(&mut peer), &mut [0; 9])), Ok(4));
        }
        let answers = |peer: &Peer<_>| peer.end.seen.events.iter().filter(|event| *event == "recv KeyUpdate").count();
        assert_eq!(answers(&peer), 0, "{driver:?}: nothing was said yet");
        block_on(driver.write_all(&mut client.link(&mut peer), b"pong")).unwrap();
        block_on(driver.flush(&mut client.link(&mut peer))).unwrap();
        assert_eq!((answers(&peer), peer.end.received.as_slice()), (1, &b"pong"[..]), "{driver:?}");
    }
}
