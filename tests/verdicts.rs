//! What a connection tells of its verdict on the peer's chain, accepted or refused.
#![cfg(feature = "ring")]

mod util;

use symbolon::x509::{Rule, Standing, Time, Unchecked};
use symbolon::{
    Allow, Anchors, ClientAuth, ClientWith, Error, Reason, ServerName, ServerWith, UnixTime, x509::Certificate,
};
use util::pair::{Pair, World};
use util::pki::{NOW, Pki};

fn reason(error: Option<Error>) -> Option<Reason> {
    match error {
        Some(Error::Refused(refusal)) => Some(refusal.reason),
        _ => None,
    }
}

fn anchors(pki: &Pki) -> Anchors {
    Anchors::from_pem(pki.root.pem.as_bytes()).unwrap()
}

// [5280-6.1-4]
#[test]
fn a_refused_chain_is_explained_and_stays_available_at_either_end() {
    let (world, stranger) = (World::new(), Pki::new("stranger"));
    let (client, server) = (world.client_config(), world.server_config());

    let mut pair =
        Pair::of(world.client_config().anchors(anchors(&stranger)).build().unwrap(), server.build().unwrap());
    pair.run();
    let report = pair.client.conn.report().unwrap();
    assert_eq!(reason(pair.client.error), report.reason());
    assert_eq!(pair.client.seen.alerts_sent, [report.reason().unwrap().alert()]);
    assert_eq!(report.chain().collect::<Vec<_>>(), [&world.server.leaf.der[..], &world.pki.intermediate.der]);
    let top = report.failures().next().unwrap();
    assert_eq!((top.rule(), top.on()), (Rule::Issuer, Some(Standing::Certificate(1))));
    assert!(report.summary().to_string().contains("CN=test intermediate"), "{}", report.summary());
    assert!(pair.server.conn.report().is_none());

    let strict = ClientAuth::require(anchors(&stranger), Allow::anyone());
    let mut pair = Pair::of(client.build().unwrap(), world.server_config().client_auth(strict).build().unwrap());
    pair.run();
    let report = pair.server.conn.report().unwrap();
    assert_eq!(reason(pair.server.error), report.reason());
    assert_eq!(report.chain().next(), Some(&world.client.leaf.der[..]));
}

#[test]
fn the_chain_of_a_peer_that_is_not_let_in_is_accepted_by_itself() {
    let world = World::new();
    let nobody = ClientAuth::require(world.anchors(), Allow::dns("other.test"));
    let mut pair =
        Pair::of(world.client_config().build().unwrap(), world.server_config().client_auth(nobody).build().unwrap());
    pair.run();
    assert_eq!(reason(pair.server.error), Some(Reason::PeerNotAllowed));
    let report = pair.server.conn.report().unwrap();
    assert!(report.is_accepted());
    assert_eq!(report.path().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn nothing_is_explained_where_no_chain_was_refused() {
    let world = World::new();
    let mut pair = world.pair();
    pair.run();
    pair.assert_connected();
    assert!(pair.client.conn.report().is_none() && pair.server.conn.report().is_none());

    let mut pair = world.pair();
    pair.server.give(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(reason(pair.server.error), Some(Reason::PlainHttp));
    assert!(pair.server.conn.report().is_none());
}

#[test]
fn a_peer_is_known_with_the_path_that_it_was_accepted_by() {
    let world = World::new();
    let (client, server) = (world.client_config().build().unwrap(), world.server_config().build().unwrap());
    let name = ServerName::dns("server.test").unwrap().into_owned();
    let client = ClientWith::new(std::sync::Arc::new(client), name, Time::AtLeast(UnixTime(NOW)));
    let mut pair = Pair::new(client, ServerWith::new(std::sync::Arc::new(server), UnixTime(NOW)));
    pair.run();
    pair.assert_connected();
    let ends = [(&pair.client.conn.peer(), &world.server), (&pair.server.conn.peer(), &world.client)];
    for (peer, chain) in ends {
        let peer = peer.unwrap();
        let leaf = Certificate::parse(&chain.leaf.der).unwrap();
        assert_eq!((peer.not_before(), peer.not_after()), (leaf.not_before(), leaf.not_after()));
        assert_eq!((peer.path().collect(), peer.anchor()), (vec![0, 1], Some(0)));
        assert_eq!(peer.path_not_after(), Some(leaf.not_after()));
    }
    assert_eq!(pair.client.conn.peer().unwrap().unchecked().collect::<Vec<_>>(), [Unchecked::LaterValidity]);
    assert_eq!(pair.server.conn.peer().unwrap().unchecked().count(), 0);
}
