//! Coming back by a ticket (RFC 8446 §2.2, §4.6.1).

#[path = "../util/mod.rs"]
mod util;

mod early_data;
mod first_data;
mod negotiation;
mod tickets;

use std::sync::Arc;
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{ExternalPsk, Psk, PskKind, Shelf, SingleUseKeys, Ticket, TicketKeys};
use symbolon::{
    ClientAuth, ClientAuthState, ClientConfig, Confirmation, EarlyDataState, Error, Reason, ServerConfig, UnixTime,
};
use util::pair::{Pair, World};
use util::pki::NOW;
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
