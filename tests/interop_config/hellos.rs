//! The hellos against each other: session ids, retries, cookies, and versions that were taken away.

use super::edited::{Change, Edited, Parts, insert, vector};
use super::{refused, told};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::Psk;
use symbolon::wire::{AlertDescription, ExtensionType, HandshakeType, ProtocolVersion, is_hello_retry_request};
use symbolon::{Detail, Error, Reason, Side, StateName};

const CLIENT_HELLO: HandshakeType = HandshakeType::client_hello;
const SERVER_HELLO: HandshakeType = HandshakeType::server_hello;

fn session_id(hello: &Parts) -> &[u8] {
    &hello.head[35..][..hello.head[34].into()]
}

#[test]
fn server_echoes_the_session_id_in_every_hello() {
    for (compatible, len, change_cipher_specs) in [(true, 32, 1), (false, 0, 0)] {
        let mut edited = Edited::with(|client| client.middlebox_compatibility(compatible).shares(0), |server| server);
        edited.run(|_, _| None);
        edited.assert_connected();
        let hellos = [edited.sent(Side::Client, CLIENT_HELLO), edited.sent(Side::Server, SERVER_HELLO)].concat();
        assert_eq!(hellos.len(), 4);
        for hello in &hellos {
            assert_eq!(session_id(hello).len(), len);
            assert_eq!(session_id(hello), session_id(&hellos[0]));
        }
        for seen in [&edited.client.seen, &edited.server.seen] {
            let count = seen.events.iter().filter(|event| *event == "send change_cipher_spec").count();
            assert_eq!(count, change_cipher_specs);
        }
    }
}

#[test]
fn client_refuses_a_hello_that_echoes_another_session_id() {
    let edits: [Change; 2] = [
        |hello| hello.head[35] ^= 1,
        |hello| {
            hello.head.splice(34..67, [0]);
        },
    ];
    for edit in edits {
        for shares in [0, 1] {
            let mut edited = Edited::with(|client| client.shares(shares), |server| server);
            edited.run_editing(Side::Server, SERVER_HELLO, edit);
            assert_eq!(refused(&edited.client), (Reason::SessionIdNotEchoed, StateName::WaitSh));
            assert_eq!(told(&edited.server), AlertDescription::illegal_parameter);
        }
    }
}

#[test]
fn server_refuses_a_second_client_hello_that_differs_where_it_must_not() {
    let changes: [(&str, Change); 8] = [
        ("random", |hello| hello.head[2] ^= 1),
        ("legacy_session_id", |hello| hello.head[35] ^= 1),
        ("cipher_suites", |hello| {
            let mut list = hello.head.split_off(67);
            insert(&mut list, 2, &[0x1a, 0x1a]);
            hello.head.extend(list);
        }),
        ("server_name", |hello| *hello.extension(ExtensionType::server_name).last_mut().unwrap() ^= 1),
        ("supported_groups", |hello| insert(hello.extension(ExtensionType::supported_groups), 2, &[0x2a, 0x2a])),
        ("one more", |hello| hello.extensions.insert(0, (ExtensionType(0x6a6a), vec![]))),
        ("one less", |hello| hello.extensions.retain(|(t, _)| *t != ExtensionType::server_name)),
        ("order", |hello| hello.extensions.swap(0, 1)),
    ];
    for (what, change) in changes {
        let mut edited = Edited::with(|client| client.shares(0), |server| server);
        let mut count = 0;
        edited.run_editing(Side::Client, CLIENT_HELLO, |hello| {
            count += 1;
            if count == 2 {
                change(hello);
            }
        });
        assert_eq!(refused(&edited.server), (Reason::SecondHelloChanged, StateName::RecvdCh), "{what}");
        assert_eq!(told(&edited.client), AlertDescription::illegal_parameter, "{what}");
    }
}

#[test]
fn server_accepts_a_second_client_hello_that_differs_where_it_may() {
    let with = |at: usize, may_change: ExtensionType, body: &[u8]| {
        let mut edited = Edited::with(|client| client.shares(0), |server| server);
        let mut count = 0;
        edited.run_editing(Side::Client, CLIENT_HELLO, |hello| {
            count += 1;
            if count == at {
                *hello.extension(may_change) = body.to_vec();
            }
        });
        edited.assert_connected();
    };
    with(2, ExtensionType::padding, &[0; 7]);
    with(2, ExtensionType::cookie, &vector(2, &[0; 7]));
    with(1, ExtensionType::padding, &[0; 7]);
    with(1, ExtensionType::early_data, &[]);
}

// [4.2.11-12]
#[test]
fn server_wants_the_psk_that_it_sent_a_retry_to_in_the_second_client_hello() {
    let psk = || Psk::external(b"psk", &[7; 32], HashAlgorithm::Sha256).unwrap();
    for known in [true, false] {
        let mut edited = Edited::with(
            |client| client.shares(0).psks([psk()]),
            |server| if known { server.psks([psk()]) } else { server },
        );
        let mut count = 0;
        edited.run_editing(Side::Client, CLIENT_HELLO, |hello| {
            count += 1;
            if count == 2 {
                hello.extensions.retain(|(t, _)| *t != ExtensionType::pre_shared_key);
            }
        });
        if !known {
            edited.assert_connected();
            continue;
        }
        assert_eq!(refused(&edited.server), (Reason::ExtensionMissing, StateName::RecvdCh));
        assert_eq!(told(&edited.client), AlertDescription::missing_extension);
    }
}

#[test]
fn client_echoes_the_cookie_of_a_hello_retry_request() {
    let cookie = vector(2, &[0xc0; 300]);
    let mut edited = Edited::with(|client| client.shares(0), |server| server);
    let is_retry = |message: &[u8]| message[0] == SERVER_HELLO.0 && is_hello_retry_request(&message[4..]);
    edited.run(|sender, message| {
        let mut parts = (is_retry(message) || message[0] == CLIENT_HELLO.0).then(|| Parts::of(message))?;
        match sender {
            Side::Server => *parts.extension(ExtensionType::cookie) = cookie.clone(),
            // Our server gave none, and takes none back.
            Side::Client => parts.extensions.retain(|(t, _)| *t != ExtensionType::cookie),
        }
        Some(parts.message())
    });
    edited.assert_connected();
    let [mut first, mut second]: [Parts; 2] = edited.sent(Side::Client, CLIENT_HELLO).try_into().unwrap();
    assert!(first.extension(ExtensionType::cookie).is_empty());
    assert_eq!(*second.extension(ExtensionType::cookie), cookie);
}

#[test]
fn client_tells_a_downgrade_from_a_server_that_is_old() {
    for (end, reason, alert) in [
        (b"DOWNGRD\x01", Reason::Downgrade, AlertDescription::illegal_parameter),
        (b"DOWNGRD\x00", Reason::Downgrade, AlertDescription::illegal_parameter),
        (b"downgrd\x01", Reason::PeerIsOlder, AlertDescription::protocol_version),
    ] {
        for version in [ProtocolVersion::TLS_1_2, ProtocolVersion::TLS_1_1] {
            let mut edited = Edited::new();
            edited.run_editing(Side::Server, SERVER_HELLO, |hello| {
                hello.head[..2].copy_from_slice(&version.0.to_be_bytes());
                hello.head[26..34].copy_from_slice(end);
                hello.extensions.clear();
            });
            let Some(Error::Refused(refusal)) = edited.client.error else { panic!("{:?}", edited.client.error) };
            assert_eq!((refusal.reason, refusal.detail), (reason, Detail::Version(version)));
            assert_eq!(told(&edited.server), alert);
        }
    }
}

#[test]
fn a_sentinel_in_a_hello_of_tls_1_3_means_nothing() {
    let mut edited = Edited::new();
    edited.run_editing(Side::Server, SERVER_HELLO, |hello| hello.head[26..34].copy_from_slice(b"DOWNGRD\x01"));
    edited.assert_connected();
}
