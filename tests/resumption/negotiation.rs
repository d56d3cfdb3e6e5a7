//! What is negotiated beside a PSK: the suite and its hash, the group, the mode, the application protocol.

use super::util::pair::{Pair, World};
use super::util::provider::{Provider, provider};
use super::{keys, shelf};
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption, ServerConfigBuilder};
use symbolon::crypto::HashAlgorithm::{self, Sha256, Sha384};
use symbolon::resumption::{Declined, Psk, PskKind};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
use symbolon::{ClientConfig, ServerConfig};

const AES_128: CipherSuite = CipherSuite::TLS_AES_128_GCM_SHA256;
const AES_256: CipherSuite = CipherSuite::TLS_AES_256_GCM_SHA384;
const CHACHA20: CipherSuite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;

/// A client with a store of tickets, and a server with ticket keys.
struct Regulars {
    world: World,
    resumption: Resumption,
    shelf: Arc<symbolon::resumption::Shelf>,
}

impl Regulars {
    fn new() -> Self {
        Self { world: World::new(), resumption: Resumption::stateless(keys()), shelf: shelf() }
    }

    fn client(&self) -> ClientConfigBuilder<Provider> {
        self.world.client_config().tickets(self.shelf.clone())
    }

    fn server(&self) -> ServerConfigBuilder<Provider> {
        self.world.server_config().resumption(self.resumption.clone())
    }
}

fn meet(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    pair
}

/// The suite, and whether it is by a ticket.
fn suite(pair: &Pair) -> (CipherSuite, bool) {
    let [here, there] = [pair.client.conn.negotiated(), pair.server.conn.negotiated()];
    assert_eq!((here.suite, here.psk, here.group), (there.suite, there.psk, there.group));
    (here.suite.unwrap(), here.psk == Some(PskKind::Resumption))
}

fn external(identity: &[u8], hash: HashAlgorithm) -> Psk {
    Psk::external(identity, &[7; 32], hash).unwrap()
}

fn with_psks(psks: Vec<Psk>) -> (ClientConfigBuilder<Provider>, Vec<Psk>) {
    let copies = psks.iter().map(|psk| external(psk.identity(), psk.hash())).collect();
    (ClientConfig::builder(provider()).psks(psks), copies)
}

// [4.2.11.2-2]
#[test]
fn a_ticket_is_bound_again_after_a_hello_retry_request() {
    for of_hash in [AES_128, AES_256] {
        let regulars = Regulars::new();
        let client = || regulars.client().suites([of_hash]).groups([NamedGroup::x25519, NamedGroup::secp256r1]);
        let server = || regulars.server().groups([NamedGroup::secp256r1]);
        let mut resumed = Vec::new();
        for shares in [1, 0, 1, 2] {
            let pair = meet(client().shares(shares), server());
            // A second share is of the right group.
            assert_eq!(pair.client.conn.negotiated().retried, shares < 2, "{shares}");
            assert_eq!(pair.client.conn.negotiated().group, Some(NamedGroup::secp256r1));
            resumed.push(suite(&pair));
        }
        assert_eq!(resumed, [(of_hash, false), (of_hash, true), (of_hash, true), (of_hash, true)]);
    }
}

#[test]
fn an_external_psk_of_either_hash_survives_a_hello_retry_request() {
    for (hash, suite) in [(Sha256, AES_128), (Sha384, AES_256)] {
        let (client, psks) = with_psks(vec![external(b"door", hash)]);
        let client = client.shares(0).suites([AES_256, AES_128]);
        let server = ServerConfig::builder(provider()).psks(psks).suites([AES_128, AES_256]);
        let pair = meet(client, server);
        let negotiated = pair.server.conn.negotiated();
        assert_eq!((negotiated.psk, negotiated.suite), (Some(PskKind::External), Some(suite)));
        assert!(negotiated.retried);
    }
}

#[test]
fn after_a_hello_retry_request_only_psks_of_its_hash_are_offered() {
    let (client, mut psks) = with_psks(vec![external(b"first", Sha256), external(b"second", Sha384)]);
    psks.remove(0);
    let server = ServerConfig::builder(provider()).psks(psks);
    let pair = meet(client.shares(0), server);
    assert_eq!(pair.client.conn.external_psk().unwrap().identity(), b"second");
    assert_eq!(pair.server.conn.external_psk().unwrap().identity(), b"second");
    // One identity less, and its binder.
    let psks = |hello: &Vec<u8>| {
        use symbolon::wire::{ClientHello, OfferedPsks, Parse};
        let body = ClientHello::parse(&hello[4..]).unwrap().extensions.pre_shared_key.unwrap().to_vec();
        OfferedPsks::parse(&body).unwrap().identities.iter().map(|psk| psk.identity.to_vec()).collect::<Vec<_>>()
    };
    let offered: Vec<_> = pair.client.seen.sent[..2].iter().map(psks).collect();
    assert_eq!(offered, [vec![b"first".to_vec(), b"second".to_vec()], vec![b"second".to_vec()]]);
}

// [4.2.11-9]
#[test]
fn the_hash_of_the_psk_counts_more_than_the_servers_preference() {
    let (client, psks) = with_psks(vec![external(b"door", Sha256)]);
    let pair = meet(client, ServerConfig::builder(provider()).psks(psks).suites([AES_256, AES_128]));
    assert_eq!(suite(&pair).0, AES_128);

    let regulars = Regulars::new();
    let client = || regulars.client().suites([AES_128, AES_256, CHACHA20]);
    assert_eq!(suite(&meet(client(), regulars.server().suites([AES_128]))), (AES_128, false));
    assert_eq!(suite(&meet(client(), regulars.server().suites([AES_256, AES_128]))), (AES_128, true));
    // The ticket is for a hash, not for a suite.
    assert_eq!(suite(&meet(client(), regulars.server().suites([AES_256, CHACHA20]))), (CHACHA20, true));
    assert_eq!(suite(&meet(client(), regulars.server().suites([AES_128, CHACHA20]))), (CHACHA20, true));
    let pair = meet(client(), regulars.server().suites([AES_256]));
    assert_eq!((suite(&pair), &*pair.server.seen.declined), ((AES_256, false), &[Declined::OtherHash][..]));
}

#[test]
fn a_client_offers_no_ticket_of_a_hash_that_it_gave_up() {
    let regulars = Regulars::new();
    assert_eq!(suite(&meet(regulars.client().suites([AES_128]), regulars.server())), (AES_128, false));
    let pair = meet(regulars.client().suites([AES_256]), regulars.server());
    assert_eq!((suite(&pair), &*pair.server.seen.declined), ((AES_256, false), &[][..]));
    assert_eq!(suite(&meet(regulars.client().suites([AES_256]), regulars.server())), (AES_256, true));
}

#[test]
fn a_psk_goes_without_a_key_exchange_only_where_both_allow_it_and_share_no_group() {
    for (here, there) in [(false, false), (false, true), (true, false), (true, true)] {
        let regulars = Regulars::new();
        let (client, server) = (|| regulars.client().psk_ke(here), || regulars.server().psk_ke(there));
        assert!(!suite(&meet(client(), server())).1);
        let pair = meet(client(), server());
        assert!(suite(&pair).1 && pair.server.conn.negotiated().group.is_some(), "{here} {there}");
        let (client, server) = (client().groups([NamedGroup::x25519]), server().groups([NamedGroup::secp256r1]));
        let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
        pair.run();
        if here && there {
            pair.assert_connected();
            assert!(suite(&pair).1 && pair.server.conn.negotiated().group.is_none());
        } else {
            let Some(symbolon::Error::Refused(refusal)) = pair.server.error else { panic!("{:?}", pair.server.error) };
            assert_eq!(refusal.reason, symbolon::Reason::NoCommonGroup, "{here} {there}");
        }
    }
}

#[test]
fn another_application_protocol_can_be_negotiated_with_every_resumption() {
    let regulars = Regulars::new();
    let alpn = |ours: &[&str], theirs: &[&str]| {
        let pair = meet(regulars.client().alpn(ours), regulars.server().alpn(theirs));
        assert_eq!(pair.client.conn.alpn(), pair.server.conn.alpn());
        (pair.client.conn.alpn().map(<[u8]>::to_vec), suite(&pair).1)
    };
    assert_eq!(alpn(&["one", "two"], &["one"]), (Some(b"one".to_vec()), false));
    assert_eq!(alpn(&["one", "two"], &["two"]), (Some(b"two".to_vec()), true));
    assert_eq!(alpn(&["one", "two"], &[]), (None, true));
    assert_eq!(alpn(&[], &["one"]), (None, true));
    assert_eq!(alpn(&["two"], &["two"]), (Some(b"two".to_vec()), true));
}

#[test]
fn a_client_that_speaks_no_protocol_of_the_servers_is_refused_in_spite_of_its_ticket() {
    let regulars = Regulars::new();
    meet(regulars.client(), regulars.server());
    let client = regulars.client().alpn(["one"]).build().unwrap();
    let mut pair = Pair::of(client, regulars.server().alpn(["two"]).build().unwrap());
    pair.run();
    let Some(symbolon::Error::Refused(refusal)) = pair.server.error else { panic!("{:?}", pair.server.error) };
    assert_eq!(refusal.reason, symbolon::Reason::NoApplicationProtocol);
}

// [4.3.2-5]
#[test]
fn no_certificate_is_sent_or_asked_for_with_a_ticket() {
    let regulars = Regulars::new();
    meet(regulars.client(), regulars.server());
    let pair = meet(regulars.client(), regulars.server());
    let sent = |events: &[String]| {
        events.iter().filter_map(|event| event.strip_prefix("send ").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(sent(&pair.client.seen.events), ["ClientHello", "change_cipher_spec", "Finished"]);
    let server = ["ServerHello", "change_cipher_spec", "EncryptedExtensions", "Finished", "NewSessionTicket"];
    assert_eq!(sent(&pair.server.seen.events), server);
    // What the peer proved itself by is known from then.
    let [here, there] = [pair.client.conn.negotiated(), pair.server.conn.negotiated()];
    let scheme = Some(SignatureScheme::ecdsa_secp256r1_sha256);
    assert_eq!((here.peer_scheme, there.peer_scheme), (scheme, scheme));
    assert_eq!((here.own_scheme, there.own_scheme), (None, None));
}

#[test]
fn the_scheme_that_a_peer_proved_itself_by_is_told_once_the_resumption_is_complete() {
    let regulars = Regulars::new();
    meet(regulars.client(), regulars.server());
    let mut pair = Pair::of(regulars.client().build().unwrap(), regulars.server().build().unwrap());
    pair.client.drive();
    let hello = pair.client.take_output();
    pair.server.give(&hello);
    assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(pair.server.conn.negotiated().peer_scheme, None);
    pair.run();
    assert!(pair.server.conn.negotiated().peer_scheme.is_some());
    // Who proved nothing then has no scheme now.
    let regulars = Regulars::new();
    let client = || ClientConfig::builder(provider()).anchors(regulars.world.anchors()).tickets(regulars.shelf.clone());
    let server = || regulars.server().client_auth(symbolon::ClientAuth::none());
    meet(client(), server());
    let pair = meet(client(), server());
    assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(pair.server.conn.negotiated().peer_scheme, None);
    assert!(pair.client.conn.negotiated().peer_scheme.is_some());
}

// [6066-3-5]
#[test]
fn a_server_does_not_say_of_a_resumption_that_it_used_the_name() {
    let regulars = Regulars::new();
    for used in [true, false] {
        let pair = meet(regulars.client(), regulars.server());
        let [here, there] = [pair.client.conn.negotiated(), pair.server.conn.negotiated()];
        assert_eq!((here.server_name_used, there.server_name_used), (used, used));
        assert_eq!(here.psk.is_none(), used);
    }
    let (client, psks) = with_psks(vec![external(b"known", Sha256)]);
    let pair = meet(client, ServerConfig::builder(provider()).psks(psks));
    assert!(pair.client.conn.negotiated().server_name_used, "an external PSK is no resumption");
}
