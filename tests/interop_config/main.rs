//! What a configuration leads to between two of our ends, and what both make of messages that somebody changed on the way.

#![allow(unreachable_pub)]

#[path = "../util/mod.rs"]
mod util;

mod edited;
mod exact;
mod grease;
mod hellos;
mod limits;

use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, CipherSuite, DistinguishedName, NamedGroup, SignatureScheme, Vector};
use symbolon::x509::{Anchor, Certificate};
use symbolon::{
    Allow, Anchors, Answer, Ask, ClientAuth, ClientConfig, ClientWith, Error, Event, Reason, Role, ServerConfig,
    ServerName, ServerWith, StateName, UnixTime,
};
use util::pair::{End, Pair, World};
use util::pki::{For, NOW, Pki};
use util::provider::{Provider, local, provider};

fn pair_of(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair
}

fn refused<R: Role, C: symbolon::crypto::Crypto>(end: &End<R, C>) -> (Reason, StateName) {
    match end.error {
        Some(Error::Refused(refusal)) => (refusal.reason, refusal.state),
        other => panic!("{other:?}"),
    }
}

fn told<R: Role, C: symbolon::crypto::Crypto>(end: &End<R, C>) -> AlertDescription {
    match end.error {
        Some(Error::PeerAlert(alert)) => alert.description,
        other => panic!("{other:?}"),
    }
}

#[test]
fn server_acknowledges_the_server_name_and_nothing_if_there_is_none() {
    let world = World::new();
    let pair = pair_of(world.client_config(), world.server_config());
    pair.assert_connected();
    assert!(pair.client.conn.negotiated().server_name_used);
    assert!(pair.server.conn.negotiated().server_name_used);

    // RFC 6066 §3: an address is not sent as a name.
    let server = world.pki.leaf("192.0.2.1", For::Server, |_| {});
    let auth = ClientAuth::require(world.anchors(), Allow::dns("robot.test"));
    let server = ServerConfig::builder(provider()).credential(local(&server)).client_auth(auth);
    let client = ClientWith::new(
        Arc::new(world.client_config().build().unwrap()),
        ServerName::ip([192, 0, 2, 1].into()),
        UnixTime(NOW),
    );
    let mut pair = Pair::new(client, ServerWith::new(Arc::new(server.build().unwrap()), UnixTime(NOW)));
    pair.run();
    pair.assert_connected();
    assert!(!pair.client.conn.negotiated().server_name_used);
    assert!(!pair.server.conn.negotiated().server_name_used);
}

#[test]
fn server_shows_its_first_credential_for_a_name_that_none_has() {
    let world = World::new();
    let other = world.pki.server("other.test");
    let server = world.server_config().credential(local(&other));
    let name = ServerName::dns("third.test").unwrap().into_owned();
    let client = ClientWith::new(Arc::new(world.client_config().build().unwrap()), name, UnixTime(NOW));
    let mut pair = Pair::new(client, ServerWith::new(Arc::new(server.build().unwrap()), UnixTime(NOW)));
    pair.run();
    assert_eq!(refused(&pair.client).0, Reason::CertificateNameMismatch);
    assert_eq!(pair.client.conn.claimed_peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
}

#[test]
fn without_protocols_at_one_end_there_is_none() {
    let world = World::new();
    for (client, server) in [
        (world.client_config().alpn(["h2"]), world.server_config()),
        (world.client_config(), world.server_config().alpn(["h2"])),
    ] {
        let pair = pair_of(client, server);
        pair.assert_connected();
        assert_eq!((pair.client.conn.alpn(), pair.server.conn.alpn()), (None, None));
    }
}

#[test]
fn without_a_common_protocol_there_is_no_connection() {
    let world = World::new();
    let pair = pair_of(world.client_config().alpn(["h2"]), world.server_config().alpn(["http/1.1"]));
    assert_eq!(refused(&pair.server), (Reason::NoApplicationProtocol, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::no_application_protocol);
}

#[test]
fn server_prefers_among_the_suites_of_the_client() {
    use CipherSuite as S;
    let world = World::new();
    let all = [S::TLS_AES_128_GCM_SHA256, S::TLS_AES_256_GCM_SHA384, S::TLS_CHACHA20_POLY1305_SHA256];
    for suite in all {
        let ours: Vec<_> = [suite].into_iter().chain(all.into_iter().filter(|other| *other != suite)).collect();
        let pair = pair_of(world.client_config().suites(all.to_vec()), world.server_config().suites(ours));
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().suite, Some(suite));
        assert_eq!(pair.server.conn.negotiated().suite, Some(suite));
    }
    let client = world.client_config().suites(vec![S::TLS_AES_128_GCM_SHA256]);
    let pair = pair_of(client, world.server_config().suites(vec![S::TLS_CHACHA20_POLY1305_SHA256]));
    assert_eq!(refused(&pair.server), (Reason::NoCommonSuite, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::handshake_failure);
}

#[test]
fn server_prefers_among_the_groups_that_it_has_a_share_for() {
    use NamedGroup as G;
    let world = World::new();
    for (shares, ours, group, retried) in [
        // Both have a share: the server's order decides.
        (2, vec![G::secp256r1, G::x25519], G::secp256r1, false),
        (2, vec![G::x25519, G::secp256r1], G::x25519, false),
        // A round trip is dearer than a preference.
        (1, vec![G::secp384r1, G::x25519], G::x25519, false),
        (1, vec![G::secp384r1, G::secp256r1], G::secp384r1, true),
        (0, vec![G::secp256r1, G::x25519], G::secp256r1, true),
    ] {
        let client = world.client_config().groups(vec![G::x25519, G::secp256r1, G::secp384r1]).shares(shares);
        let pair = pair_of(client, world.server_config().groups(ours));
        pair.assert_connected();
        for negotiated in [pair.client.conn.negotiated(), pair.server.conn.negotiated()] {
            assert_eq!((negotiated.group, negotiated.retried), (Some(group), retried));
        }
    }
    let client = world.client_config().groups(vec![G::x25519]);
    let pair = pair_of(client, world.server_config().groups(vec![G::secp384r1]));
    assert_eq!(refused(&pair.server), (Reason::NoCommonGroup, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::handshake_failure);
}

#[test]
fn signatures_are_made_with_the_scheme_that_the_peer_prefers() {
    use SignatureScheme as S;
    let world = World::new();
    let edwards = Pki::with("edwards", &util::pki::PKCS_ED25519);
    let both = [world.pki.root.pem.as_str(), &edwards.root.pem].concat();
    let anchors = || Anchors::from_pem(both.as_bytes()).unwrap();
    for scheme in [S::ed25519, S::ecdsa_secp256r1_sha256] {
        let client = ClientConfig::builder(provider()).anchors(anchors()).schemes(vec![scheme]);
        let server = ServerConfig::builder(provider()).credential(local(&world.server));
        let pair = pair_of(client, server.credential(local(&edwards.server("server.test"))));
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().peer_scheme, Some(scheme));
        assert_eq!(pair.server.conn.negotiated().own_scheme, Some(scheme));
    }
}

/// What the server's CertificateRequest names.
fn authorities(server: ServerConfigBuilder<Provider>, world: &World) -> Vec<Vec<u8>> {
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).ask_credential();
    let mut pair = pair_of(client, server);
    let End { conn, rx, tx, .. } = &mut pair.client;
    let names = match conn.step(rx, tx) {
        Ok(Event::Ask(Ask::CertificateRequest(request))) => {
            let names: Option<Vector<'_, DistinguishedName<'_>>> = request.extensions.certificate_authorities;
            names.iter().flat_map(|names| names.iter()).map(|name| name.0.to_vec()).collect()
        }
        other => panic!("{other:?}"),
    };
    conn.answer(Answer::Credential(Some(Arc::new(local(&world.client)).into())), rx, tx).unwrap().unwrap();
    pair.run();
    pair.assert_connected();
    names
}

#[test]
fn server_names_its_authorities_unless_it_is_told_not_to() {
    let world = World::new();
    let root: Vec<Vec<u8>> = world.anchors().subjects().map(<[u8]>::to_vec).collect();
    assert_eq!(authorities(world.server_config(), &world), root);
    let quiet = ClientAuth::require(world.anchors(), Allow::dns("robot.test")).send_authorities(false);
    assert_eq!(authorities(world.server_config().client_auth(quiet), &world), Vec::<Vec<u8>>::new());
}

#[test]
fn of_more_authorities_than_a_message_holds_as_many_as_fit_are_named() {
    let world = World::new();
    let root = Certificate::parse(world.pki.root.der.clone().leak()).unwrap();
    let spki = root.spki();
    let root = Anchor::of(&root).unwrap();
    // What their names and keys are is of no importance.
    let others = (0..10_000_u32).map(|i| [&[0x30, 4], &i.to_be_bytes()[..]].concat());
    let others = others.map(|name| Anchor::new(name.leak(), spki));
    let all: Vec<_> = [root].into_iter().chain(others).collect();
    let auth = ClientAuth::require(Anchors::from_static(all.leak()), Allow::dns("robot.test"));
    let named = authorities(world.server_config().client_auth(auth), &world);
    assert!((1000..10_000).contains(&named.len()), "{}", named.len());
    assert!(world.anchors().subjects().eq([named[0].as_slice()]));
}
