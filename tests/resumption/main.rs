//! Coming back by a ticket (RFC 8446 §2.2, §4.6.1).

#[path = "../util/mod.rs"]
mod util;

mod early_data;
mod first_data;
mod names;
mod negotiation;
mod tickets;

use std::sync::Arc;
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{Declined, ExternalPsk, Psk, PskKind, Shelf, SingleUseKeys, Ticket, TicketKeys};
use symbolon::wire::SignatureScheme;
use symbolon::{
    Allow, Anchors, ClientAuth, ClientAuthState, ClientConfig, ConfigError, Confirmation, EarlyDataState, Error,
    Reason, ServerConfig, UnixTime,
};
use util::pair::{Pair, World};
use util::pki::{NOW, Pki};
use util::provider::provider;

fn keys() -> Arc<TicketKeys> {
    Arc::new(TicketKeys::generate(&provider()).unwrap())
}

fn shelf() -> Arc<Shelf<Ticket>> {
    Arc::new(Shelf::new(8, 8))
}

#[test]
fn a_client_comes_back_by_a_ticket_and_both_know_each_other_again() {
    let (world, shelf) = (World::new(), shelf());
    let client = Arc::new(world.client_config().tickets(shelf.clone()).build().unwrap());
    let server = Arc::new(world.server_config().resumption(Resumption::stateless(keys())).build().unwrap());
    let mut first = Pair::shared(&client, &server);
    first.run();
    first.assert_connected();
    assert_eq!(first.client.conn.negotiated().psk, None);
    assert_eq!(shelf.size(), (1, 2));
    for _ in 0..3 {
        let mut again = Pair::shared(&client, &server);
        again.run();
        again.assert_connected();
        assert_eq!(again.client.conn.negotiated().psk, Some(PskKind::Resumption));
        assert_eq!(again.server.conn.negotiated().psk, Some(PskKind::Resumption));
        assert_eq!(again.client.conn.peer(), first.client.conn.peer());
        assert_eq!(again.server.conn.peer(), first.server.conn.peer());
        assert!(again.client.conn.peer().is_some() && again.server.conn.peer().is_some());
        let known = ClientAuthState::Confirmed(Confirmation::Resumption);
        assert_eq!((again.client.conn.client_auth(), again.server.conn.client_auth()), (known, known));
        again.client.write(b"ping");
        again.server.write(b"pong");
        again.run();
        assert_eq!((&*again.server.received, &*again.client.received), (&b"ping"[..], &b"pong"[..]));
    }
}

// [7.5-4]
#[test]
fn early_data_reaches_the_server_before_it_says_anything() {
    let (world, shelf) = (World::new(), shelf());
    let client = Arc::new(world.client_config().tickets(shelf.clone()).build().unwrap());
    let early_data = EarlyData::new(1000, Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000))));
    let resumption = Resumption::stateless(keys()).early_data(early_data);
    let server = world.server_config().client_auth(ClientAuth::none()).resumption(resumption).build().unwrap();
    let server = Arc::new(server);
    Pair::shared(&client, &server).run();
    let mut pair = Pair::shared(&client, &server);
    pair.client.conn = pair.client.conn.offer_early_data();
    pair.client.drive();
    let mut early = pair.client.conn.early_data().expect("a ticket allows it");
    assert_eq!(early.write(b"early", &mut pair.client.tx).unwrap(), 5);
    let flight = pair.client.take_output();
    pair.server.give(&flight);
    assert_eq!(pair.server.early_data, b"early");
    let (mut here, mut there) = ([0; 40], [0; 40]);
    pair.client.conn.export_early("EXPERIMENTAL early", b"context", &mut here).unwrap();
    pair.server.conn.export_early("EXPERIMENTAL early", b"context", &mut there).unwrap();
    assert_eq!(here, there);
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::Accepted);
    assert_eq!(pair.server.received, b"");
}

#[test]
fn an_external_psk_takes_the_place_of_all_certificates() {
    let of = |identity: &[u8], byte| Psk::external(identity, &[byte; 32], HashAlgorithm::Sha256).unwrap();
    let (world, crypto) = (World::new(), provider());
    let imported = ExternalPsk::new(b"door", &[9; 32]).unwrap();
    let import = || imported.import(&crypto, b"").unwrap();
    for (client_psks, kind, identity) in [
        (vec![of(b"robot", 7)], PskKind::External, b"robot".to_vec()),
        (Vec::from(import()), PskKind::Imported, import()[1].identity().to_vec()),
    ] {
        let client = ClientConfig::builder(provider()).psks(client_psks).build().unwrap();
        let all = [of(b"other", 1), of(b"robot", 7)].into_iter().chain(import());
        let server = ServerConfig::builder(provider()).psks(all).build().unwrap();
        let mut pair = Pair::of(client, server);
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, Some(kind));
        let known = [pair.client.conn.external_psk().unwrap(), pair.server.conn.external_psk().unwrap()];
        assert_eq!(known[0].identity(), known[1].identity());
        if kind == PskKind::External {
            assert_eq!(known[0].identity(), identity);
        }
        assert!(pair.client.conn.peer().is_none() && pair.server.conn.peer().is_none());
    }
    // Who holds another secret under the same name is refused, and who is unknown can't be shown a certificate.
    let server = || ServerConfig::builder(provider()).psks([of(b"robot", 7)]).build().unwrap();
    for (psk, reason) in [(of(b"robot", 8), Reason::PskBinderMismatch), (of(b"stranger", 7), Reason::PskUnknown)] {
        let mut pair = Pair::of(world.client_config().psks([psk]).build().unwrap(), server());
        pair.run();
        assert!(matches!(pair.server.error, Some(Error::Refused(refusal)) if refusal.reason == reason), "{reason:?}");
    }
}

#[test]
fn a_peer_that_comes_back_is_of_the_anchor_that_it_was_of_wherever_that_stands_now() {
    let (world, other, shelf, keys) = (World::new(), Pki::new("other"), shelf(), keys());
    let server = |anchors: [&str; 2]| {
        let anchors = Anchors::from_pem(anchors.concat().as_bytes()).unwrap();
        let resumption = Resumption::stateless(keys.clone());
        let auth = ClientAuth::require(anchors, Allow::anyone());
        Arc::new(world.server_config().client_auth(auth).resumption(resumption).build().unwrap())
    };
    let (own, other) = (world.pki.root.pem.as_str(), other.root.pem.as_str());
    let client = Arc::new(world.client_config().tickets(shelf).build().unwrap());
    for (anchors, index, psk) in [([own, other], 0, None), ([other, own], 1, Some(PskKind::Resumption))] {
        let mut pair = Pair::shared(&client, &server(anchors));
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, psk);
        assert_eq!(pair.server.conn.peer().unwrap().anchor(), Some(index));
    }
}

#[test]
fn a_scheme_that_is_retired_takes_the_tickets_with_it_that_rest_on_it() {
    let (world, shelf, keys) = (World::new(), shelf(), keys());
    let client = Arc::new(world.client_config().tickets(shelf).build().unwrap());
    let server = || world.server_config().resumption(Resumption::stateless(keys.clone()));
    Pair::shared(&client, &Arc::new(server().build().unwrap())).run();
    let retired = server().schemes([SignatureScheme::ed25519]).build().unwrap();
    let mut pair = Pair::shared(&client, &Arc::new(retired));
    pair.run();
    assert_eq!(pair.server.seen.declined, [Declined::PolicyChanged]);
    assert_eq!(pair.server.conn.negotiated().psk, None);
}

// [crosssni-4-1]
#[test]
fn an_application_that_chooses_the_credential_is_asked_whatever_tickets_there_are() {
    let (world, shelf) = (World::new(), shelf());
    let server = Arc::new(world.server_config().resumption(Resumption::stateless(keys())).build().unwrap());
    let client = world.client_config().tickets(shelf.clone()).build().unwrap();
    Pair::shared(&Arc::new(client), &server).run();
    assert_eq!(shelf.size(), (1, 2));
    let client = Arc::new(world.client_config().tickets(shelf).ask_credential().build().unwrap());
    let mut pair = Pair::shared(&client, &server);
    pair.client.drive();
    let sent = pair.client.take_output();
    pair.server.give(&sent);
    let sent = pair.server.take_output();
    pair.client.give(&sent);
    assert_eq!(pair.client.seen.declined, [Declined::OwnChainChanged; 2]);
    assert!(pair.client.drive(), "it is asked");
}

#[test]
fn there_are_no_more_psks_than_have_a_number() {
    let all =
        (0..=u32::from(u16::MAX)).map(|n| Psk::external(&n.to_be_bytes(), &[7; 16], HashAlgorithm::Sha256).unwrap());
    let refused = ServerConfig::builder(provider()).psks(all).build().map(|_| ());
    assert_eq!(refused, Err(ConfigError::TooMany("PSKs")));
}
