//! Mutual authentication between two ends of ours.

mod util;

use util::pair::World;
use util::provider::{local, provider};

#[test]
fn both_ends_connect_and_know_each_other() {
    let world = World::new();
    let mut pair = world.pair();
    pair.run();
    pair.assert_connected();
    let client_sees: Vec<_> = pair.client.conn.peer().unwrap().dns().map(str::to_owned).collect();
    let server_sees: Vec<_> = pair.server.conn.peer().unwrap().dns().map(str::to_owned).collect();
    assert_eq!(client_sees, ["server.test"]);
    assert_eq!(server_sees, ["robot.test"]);
}

#[test]
fn data_flows_both_ways_after_connected() {
    let world = World::new();
    let mut pair = world.pair();
    pair.run();
    pair.client.write(b"ping");
    pair.server.write(b"pong");
    pair.run();
    assert_eq!(pair.server.received, b"ping");
    assert_eq!(pair.client.received, b"pong");
}

#[test]
fn one_byte_at_a_time_is_enough() {
    let world = World::new();
    let mut pair = world.pair();
    pair.run_in_pieces(1);
    pair.assert_connected();
}

#[test]
fn buffers_of_a_connection_that_failed_serve_another_once_cleared() {
    let world = World::new();
    let mut pair = world.pair();
    pair.client.drive();
    let mut hello = pair.client.take_output();
    hello.truncate(40);
    pair.server.give(&hello);
    pair.server.give(b"\xff garbage that is no record, and more of it");
    assert!(pair.server.error.is_none() && !pair.server.rx.is_empty());
    let (mut rx, mut tx) = (pair.server.rx, pair.server.tx);
    rx.clear();
    tx.clear();
    let mut next = world.pair();
    (next.server.rx, next.server.tx) = (rx, tx);
    next.run();
    next.assert_connected();
}

#[test]
fn a_list_that_names_something_twice_is_no_configuration() {
    use symbolon::ConfigError::Twice;
    use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
    let world = World::new();
    let groups = world.client_config().groups([NamedGroup::x25519, NamedGroup::x25519]).shares(2);
    assert_eq!(groups.build().err(), Some(Twice("groups")));
    let suite = CipherSuite::TLS_AES_128_GCM_SHA256;
    assert_eq!(world.server_config().suites([suite, suite]).build().err(), Some(Twice("cipher suites")));
    let scheme = SignatureScheme::ed25519;
    assert_eq!(world.client_config().schemes([scheme, scheme]).build().err(), Some(Twice("signature schemes")));
}

#[test]
fn a_server_shows_the_chain_whose_signatures_the_client_accepts() {
    use symbolon::Anchors;
    use symbolon::wire::SignatureScheme;
    use util::pki::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, Pki};
    let keys = || [(); 2].map(|()| rcgen::KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap());
    // Both leaves have P-256 keys; the CAs of the first sign with P-384.
    let pkis = [Pki::with_keys("first", keys(), &PKCS_ECDSA_P256_SHA256), Pki::new("second")];
    let chains = pkis.each_ref().map(|pki| pki.server("server.test"));
    let world = World::new();
    let shown_to = |in_certificates: Vec<SignatureScheme>| {
        let roots = pkis.iter().map(|pki| pki.root.pem.as_str()).collect::<String>();
        let client = world
            .client_config()
            .anchors(Anchors::from_pem(roots.as_bytes()).unwrap())
            .schemes([SignatureScheme::ecdsa_secp256r1_sha256])
            .certificate_schemes(in_certificates);
        let server =
            symbolon::ServerConfig::builder(provider()).credential(local(&chains[0])).credential(local(&chains[1]));
        let mut pair = util::pair::Pair::of(client.build().unwrap(), server.build().unwrap());
        pair.run();
        pair.assert_connected();
        let shown = pair.client.conn.peer().unwrap().serial().to_string();
        chains.iter().position(|chain| {
            let leaf = symbolon::x509::Certificate::parse(&chain.leaf.der).unwrap();
            symbolon::PeerIdentity::of(&provider(), &leaf).serial().to_string() == shown
        })
    };
    // [4.2.3-2] Without signature_algorithms_cert the one list holds for certificates too.
    assert_eq!(shown_to(vec![]), Some(1));
    assert_eq!(shown_to(vec![SignatureScheme::ecdsa_secp384r1_sha384]), Some(0));
}

#[test]
#[cfg(feature = "alloc")]
fn a_connection_judges_its_peer_by_the_profile_of_its_configuration() {
    use symbolon::{Error, Reason, x509::Profile};
    let world = World::new();
    // The leaf has no authorityKeyIdentifier.
    for (profile, reason) in [(Profile::Private, None), (Profile::Web, Some(Reason::CertificateProfile))] {
        let client = world.client_config().profile(profile).build().unwrap();
        let mut pair = util::pair::Pair::of(client, world.server_config().build().unwrap());
        pair.run();
        let refused = match &pair.client.error {
            Some(Error::Refused(refusal)) => Some(refusal.reason),
            _ => None,
        };
        assert_eq!(refused, reason, "{profile}");
    }
}
