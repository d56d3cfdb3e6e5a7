//! How many tickets are given out, to whom, and for how long (RFC 8446 §4.6.1, RFC 9149).

use super::util::pair::{Pair, World};
use super::util::pki::NOW;
use super::util::provider::Provider;
use super::{keys, shelf};
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{Psk, PskKind, Shelf, StoredTickets, Ticket};
use symbolon::wire::{EncryptedExtensions, HandshakeType, Parse};
use symbolon::{ClientWith, ServerName, ServerWith, Time, UnixTime};

/// Room for all.
fn big_shelf() -> Arc<Shelf<Ticket>> {
    Arc::new(Shelf::new(8, 300))
}

fn meet(client: ClientConfigBuilder<Provider>, world: &World, resumption: &Resumption) -> Pair {
    let server = world.server_config().resumption(resumption.clone()).build().unwrap();
    let mut pair = Pair::of(client.build().unwrap(), server);
    pair.run();
    pair.assert_connected();
    pair
}

/// Tickets that were sent, and how many EncryptedExtensions say that there will be.
fn tickets(pair: &Pair) -> (usize, Option<u8>) {
    let of = |kind: HandshakeType| pair.server.seen.sent.iter().filter(move |message| message[0] == kind.0);
    let ee = of(HandshakeType::encrypted_extensions).next().unwrap();
    (of(HandshakeType::new_session_ticket).count(), EncryptedExtensions::parse(&ee[4..]).unwrap().ticket_request)
}

#[test]
fn a_client_gets_as_many_tickets_as_it_asks_for_within_reason() {
    for (full, resumed) in [(0, 0), (1, 3), (5, 0), (8, 8), (255, 255), (9, 1)] {
        for configured in [0, 2, 8, 255] {
            let (world, shelf) = (World::new(), big_shelf());
            let resumption = Resumption::stateless(keys()).count(configured);
            let client = || world.client_config().tickets(shelf.clone()).request_tickets(full, resumed);
            let pair = meet(client(), &world, &resumption);
            let [full, resumed] = [full, resumed].map(|asked: u8| asked.min(8));
            assert_eq!(tickets(&pair), (full.into(), Some(full)), "{full} of {configured}");
            assert_eq!(shelf.size().1, usize::from(full));
            if full > 0 {
                let pair = meet(client(), &world, &resumption);
                assert_eq!(tickets(&pair), (resumed.into(), Some(resumed)), "{resumed} of {configured}");
                // One was used.
                assert_eq!(shelf.size().1, usize::from(full - 1 + resumed));
            }
        }
    }
}

// [C.4-2]
#[test]
fn who_does_not_ask_gets_what_is_configured_and_one_after_each_resumption() {
    for (configured, full, resumed) in [(0, 0, 0), (1, 1, 1), (2, 2, 1), (8, 8, 1), (255, 8, 1)] {
        let (world, shelf) = (World::new(), big_shelf());
        let resumption = Resumption::stateless(keys()).count(configured);
        let client = || world.client_config().tickets(shelf.clone());
        assert_eq!(tickets(&meet(client(), &world, &resumption)), (full, None));
        if full > 0 {
            let pair = meet(client(), &world, &resumption);
            assert_eq!(pair.client.conn.negotiated().psk, Some(PskKind::Resumption));
            assert_eq!(tickets(&pair), (resumed, None));
        }
    }
}

#[test]
fn a_server_without_resumption_passes_over_how_many_tickets_are_asked_for() {
    let (world, shelf) = (World::new(), big_shelf());
    let client = world.client_config().tickets(shelf.clone()).request_tickets(3, 3);
    let mut pair = Pair::of(client.build().unwrap(), world.server_config().build().unwrap());
    pair.run();
    pair.assert_connected();
    assert_eq!((tickets(&pair), shelf.size()), ((0, None), (0, 0)));
}

#[test]
fn a_ticket_lives_as_long_as_is_configured_and_a_week_at_most() {
    for (configured, seconds) in [(1, 1), (86_400, 86_400), (604_800, 604_800), (604_801, 604_800), (u32::MAX, 604_800)]
    {
        let (world, shelf) = (World::new(), big_shelf());
        let resumption = Resumption::stateless(keys()).lifetime(configured);
        meet(world.client_config().tickets(shelf.clone()), &world, &resumption);
        assert_eq!(shelf.take("server.test").unwrap().expires(), UnixTime(NOW + seconds));
    }
    let (world, shelf) = (World::new(), big_shelf());
    let resumption = Resumption::stateless(keys()).lifetime(0);
    let pair = meet(world.client_config().tickets(shelf.clone()), &world, &resumption);
    assert_eq!((tickets(&pair).0, shelf.size()), (0, (0, 0)));
}

#[test]
fn no_ticket_follows_an_external_psk() {
    let of = || [Psk::external(b"door", &[7; 32], HashAlgorithm::Sha256).unwrap()];
    let (world, shelf) = (World::new(), big_shelf());
    let client = world.client_config().tickets(shelf.clone()).psks(of()).request_tickets(4, 4);
    let server = world.server_config().psks(of()).resumption(Resumption::stateless(keys()));
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::External));
    assert_eq!((tickets(&pair).0, shelf.size()), (0, (0, 0)));
}

#[test]
fn a_ticket_comes_before_external_psks() {
    let of = || [Psk::external(b"door", &[7; 32], HashAlgorithm::Sha256).unwrap()];
    let (world, shelf, keys) = (World::new(), big_shelf(), keys());
    let resumption = Resumption::stateless(keys);
    meet(world.client_config().tickets(shelf.clone()), &world, &resumption);
    let client = world.client_config().tickets(shelf).psks(of());
    let server = world.server_config().psks(of()).resumption(resumption);
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::Resumption));
    assert!(pair.server.conn.peer().is_some() && pair.server.conn.external_psk().is_none());
}

#[test]
fn nobody_gives_out_or_keeps_a_ticket_without_knowing_the_time() {
    let known = Time::Known(UnixTime(NOW));
    for (here, there, given, kept) in [
        (known, known, 2, 2),
        (Time::Unknown, known, 2, 0),
        (Time::AtLeast(UnixTime(NOW)), known, 2, 0),
        (known, Time::Unknown, 0, 0),
        (known, Time::AtLeast(UnixTime(NOW)), 0, 0),
    ] {
        let (world, shelf) = (World::new(), shelf());
        let client = Arc::new(world.client_config().tickets(shelf.clone()).build().unwrap());
        let server = world.server_config().resumption(Resumption::stateless(keys())).build().unwrap();
        let name = ServerName::dns("server.test").unwrap();
        let mut pair: Pair = Pair::new(ClientWith::new(client, name, here), ServerWith::new(Arc::new(server), there));
        pair.run();
        pair.assert_connected();
        assert_eq!((tickets(&pair).0, shelf.size().1), (given, kept), "{here} {there}");
    }
}

#[test]
fn a_store_that_is_full_costs_a_full_handshake() {
    let (world, shelf) = (World::new(), big_shelf());
    let resumption = Resumption::stored(Arc::new(StoredTickets::new(3, 1 << 16)));
    let client = || world.client_config().tickets(shelf.clone());
    assert_eq!(tickets(&meet(client(), &world, &resumption)).0, 2);
    let oldest = shelf.take("server.test").unwrap();
    drop(oldest);
    // Two more, and the first is gone.
    meet(world.client_config().tickets(big_shelf()), &world, &resumption);
    let pair = meet(client(), &world, &resumption);
    assert_eq!((pair.client.conn.negotiated().psk, pair.server.seen.declined.len()), (None, 1));
}

#[test]
fn a_ticket_goes_through_bytes_unchanged_and_damaged_ones_cost_a_full_handshake_at_most() {
    let (world, shelf) = (World::new(), big_shelf());
    let resumption = Resumption::stateless(keys());
    let client = || world.client_config().tickets(shelf.clone());
    let first = meet(client(), &world, &resumption);
    let bytes = shelf.take("server.test").unwrap().to_bytes();
    shelf.take("server.test");
    shelf.put("server.test", Ticket::from_bytes(&bytes).unwrap());
    let again = meet(client(), &world, &resumption);
    assert_eq!(again.client.conn.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(again.client.conn.peer(), first.client.conn.peer());
    for len in 0..bytes.len() {
        assert!(Ticket::from_bytes(&bytes[..len]).is_none(), "{len}");
    }
    // The identity begins behind a version, a suite and its length: key name, salt, sealed state.
    for at in [5, 20, 21, 50, 60, 100] {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1;
        let shelf = big_shelf();
        shelf.put("server.test", Ticket::from_bytes(&damaged).unwrap());
        let pair = meet(world.client_config().tickets(shelf), &world, &resumption);
        assert_eq!(pair.client.conn.negotiated().psk, None, "{at}");
        assert_eq!(pair.server.seen.declined, [symbolon::resumption::Declined::Unknown], "{at}");
    }
}
