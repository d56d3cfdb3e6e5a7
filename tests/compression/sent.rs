//! What is sent compressed, by what, and how often that is work.

use super::util::compression::{AS_IS, Algorithm, LONGER, SHORTER};
use super::util::ocsp::Ocsp;
use super::util::pair::{End, Pair, World};
use super::util::plain::local;
use super::util::provider;
use super::{List, Null, WORLD, client_of, compressed_by, pair, pair_of, sent, server_of};
use std::sync::Arc;
use symbolon::config::{CertificateCompression, Resumption};
use symbolon::resumption::Shelf;
use symbolon::wire::{
    Certificate, CertificateCompressionAlgorithm, ClientHello, CompressedCertificate, HEADER_LEN, HandshakeType, Parse,
};
use symbolon::x509::{Crls, Revocation};
use symbolon::{Answer, ClientAuth, ConfigError, SendBuf};

// [8879-3-3] [8879-4-6]
#[test]
fn both_certificates_go_compressed_and_both_ends_know_by_what() {
    let mut pair = pair(&vec![Algorithm::shorter()]);
    pair.run();
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
    let shown = [
        sent(&pair.server, HandshakeType::compressed_certificate),
        sent(&pair.client, HandshakeType::compressed_certificate),
    ];
    for message in shown {
        let compressed = CompressedCertificate::parse(&message.unwrap()[HEADER_LEN..]).unwrap();
        let certificate = [&[0, 0], compressed.compressed_certificate_message].concat();
        assert_eq!(certificate.len(), compressed.uncompressed_length as usize);
        assert_eq!(Certificate::parse(&certificate).unwrap().certificate_list.iter().count(), 2);
    }
    assert!(
        sent(&pair.server, HandshakeType::certificate).is_none()
            && sent(&pair.client, HandshakeType::certificate).is_none()
    );
    assert_eq!(pair.client.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
    assert_eq!(pair.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
}

// [8879-3-3]
#[test]
fn a_certificate_goes_as_it_is_to_a_peer_that_did_not_offer_our_algorithm() {
    let lists: [List; 3] = [vec![], vec![Algorithm::longer()], vec![Algorithm::shorter()]];
    for (client, server) in [(0, 2), (2, 0), (1, 2), (2, 1), (0, 0)] {
        let mut pair = pair_of(client_of(lists[client].clone()), server_of(lists[server].clone()));
        pair.run();
        pair.assert_connected();
        assert_eq!(compressed_by(&pair), [None; 2], "{client} {server}");
        assert!(sent(&pair.server, HandshakeType::certificate).is_some());
        let hello =
            ClientHello::parse(&sent(&pair.client, HandshakeType::client_hello).unwrap()[HEADER_LEN..]).unwrap();
        assert_eq!(
            hello.extensions.compress_certificate.is_some(),
            client != 0,
            "nothing is offered that is not given"
        );
    }
}

#[test]
fn the_first_of_ours_that_the_peer_takes_too_is_used() {
    let [shorter, longer, as_is]: [Arc<dyn CertificateCompression>; 3] =
        [Algorithm::shorter(), Algorithm::longer(), Algorithm::as_is()];
    let ours = vec![as_is.clone(), longer.clone(), shorter.clone()];
    let theirs = vec![as_is, shorter, longer];
    let mut pair = pair_of(client_of(theirs), server_of(ours));
    pair.run();
    pair.assert_connected();
    // The first of all finds it not worth it.
    assert_eq!(compressed_by(&pair), [Some(LONGER), Some(SHORTER)]);
    let hello = ClientHello::parse(&sent(&pair.client, HandshakeType::client_hello).unwrap()[HEADER_LEN..]).unwrap();
    let offered: Vec<_> = hello.extensions.compress_certificate.unwrap().iter().collect();
    assert_eq!(offered, [AS_IS, SHORTER, LONGER]);
}

#[test]
fn nothing_is_sent_compressed_that_the_algorithm_finds_not_worth_it() {
    let empty = Algorithm::new(SHORTER, |_| Some(vec![]), |_| None);
    for algorithm in [Algorithm::as_is(), empty] {
        let mut pair = pair(&vec![algorithm]);
        pair.run();
        pair.assert_connected();
        assert_eq!(compressed_by(&pair), [None; 2]);
    }
}

#[test]
fn a_configuration_compresses_once_what_many_handshakes_show() {
    let (of_client, of_server) = (Algorithm::shorter(), Algorithm::shorter());
    let client = Arc::new(client_of(vec![of_client.clone()]).build().unwrap());
    let server = Arc::new(server_of(vec![of_server.clone()]).build().unwrap());
    for handshakes in 1..=3 {
        let mut pair = Pair::shared(&client, &server);
        pair.run();
        pair.assert_connected();
        assert_eq!((of_client.compressed(), of_server.compressed()), (1, 1));
        assert_eq!((of_client.expanded(), of_server.expanded()), (handshakes, handshakes));
    }
}

#[test]
fn a_certificate_with_its_staple_is_compressed_beside_that_without() {
    let world = World::new();
    let staple = Ocsp::of(&world.pki.intermediate, &world.server.leaf.der).sign(&world.pki.intermediate);
    let credential = provider::local(&world.server).staple(&staple).unwrap();
    let of_server = Algorithm::shorter();
    let server = world.server_config_of(credential).certificate_compression([of_server.clone() as _]);
    let server = Arc::new(server.build().unwrap());
    assert_eq!(of_server.compressed(), 2);
    let lengths = [false, true].map(|asked| {
        let revocation = if asked { Revocation::soft(Crls::default()).ask_staple() } else { Revocation::off() };
        let client = world.client_config().certificate_compression([Algorithm::shorter() as _]).revocation(revocation);
        let mut pair = Pair::shared(&Arc::new(client.build().unwrap()), &server);
        pair.run();
        pair.assert_connected();
        assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
        sent(&pair.server, HandshakeType::compressed_certificate).unwrap().len()
    });
    assert!(lengths[1] > lengths[0] + staple.len(), "{lengths:?}, and the staple has {}", staple.len());
    assert_eq!(of_server.compressed(), 2);
}

#[test]
fn what_the_application_answers_with_is_compressed_in_each_handshake_unless_it_was_before() {
    let of_client = Algorithm::shorter();
    let client = WORLD.client_config().ask_credential().certificate_compression([of_client.clone() as _]);
    let client = Arc::new(client.build().unwrap());
    let server = Arc::new(server_of(vec![Algorithm::shorter()]).build().unwrap());
    let plain = || WORLD.credential(&WORLD.client, local());
    let before = Algorithm::shorter();
    let prepared = Arc::new(plain().compress(&[before.clone() as _]));
    let unprepared = Arc::new(plain());
    for (credential, compressed) in [(&unprepared, 1), (&unprepared, 2), (&prepared, 2), (&prepared, 2)] {
        let mut pair = Pair::shared(&client, &server);
        pair.run();
        let End { conn, rx, tx, seen, .. } = &mut pair.client;
        conn.answer_with(Answer::Credential(Some(credential.clone().into())), rx, tx, seen).unwrap().unwrap();
        pair.run();
        pair.assert_connected();
        assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
        assert_eq!((of_client.compressed(), before.compressed()), (compressed, 1));
    }
}

#[test]
fn a_hello_retry_request_changes_nothing() {
    let client = client_of(vec![Algorithm::shorter()]).shares(0);
    let mut pair = pair_of(client, server_of(vec![Algorithm::shorter()]));
    pair.run();
    pair.assert_connected();
    assert!(pair.client.conn.negotiated().retried);
    assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
}

#[test]
fn a_client_without_a_certificate_says_so_uncompressed() {
    let client = WORLD.client_config().certificate_compression([Algorithm::shorter() as _]);
    let auth = ClientAuth::request(WORLD.anchors(), symbolon::Allow::dns("robot.test"));
    let mut pair = pair_of(client, server_of(vec![Algorithm::shorter()]).client_auth(auth));
    pair.run();
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [Some(SHORTER), None]);
    assert_eq!(sent(&pair.client, HandshakeType::certificate), Some(&[11, 0, 0, 4, 0, 0, 0, 0][..]));
}

#[test]
fn who_comes_back_by_a_ticket_shows_no_certificate_and_compresses_none() {
    let keys = super::util::tickets::ticket_keys(&Null::new(7));
    let client = client_of(vec![Algorithm::shorter()]).tickets(Arc::new(Shelf::new(1, 1)));
    let client = Arc::new(client.build().unwrap());
    let server = server_of(vec![Algorithm::shorter()]).resumption(Resumption::stateless(keys));
    let server = Arc::new(server.build().unwrap());
    for expected in [Some(SHORTER), None] {
        let mut pair = Pair::shared(&client, &server);
        pair.run();
        pair.assert_connected();
        assert_eq!(compressed_by(&pair), [expected; 2]);
        assert_eq!(pair.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
    }
}

#[test]
fn a_send_buffer_of_the_size_required_holds_what_an_algorithm_lengthened() {
    let mut pair = pair(&vec![Algorithm::longer()]);
    let (client, server) = (pair.client.conn.required_send_space(), pair.server.conn.required_send_space());
    pair.client.tx = SendBuf::over(vec![0; client].leak());
    pair.server.tx = SendBuf::over(vec![0; server].leak());
    pair.run();
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [Some(LONGER); 2]);
    let plain = super::pair(&vec![]);
    assert!(plain.server.conn.required_send_space() + 1000 <= server);
}

// [8879-3-2]
#[test]
fn a_list_that_does_not_fit_the_extension_is_no_configuration() {
    let list = "certificate compression algorithms";
    let twice = client_of(vec![Algorithm::shorter(), Algorithm::shorter()]).build();
    assert_eq!(twice.err(), Some(ConfigError::Twice(list)));
    let of = |n: u16| -> List {
        let one = |code| -> Arc<dyn CertificateCompression> {
            Algorithm::new(CertificateCompressionAlgorithm(code), |_| None, |_| None)
        };
        (0..n).map(one).collect()
    };
    assert_eq!(server_of(of(17)).build().err(), Some(ConfigError::TooMany(list)));
    let mut most = pair(&of(16));
    most.run();
    most.assert_connected();
}
