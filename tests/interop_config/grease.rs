//! GREASE (RFC 8701): unknown values in what is offered change nothing, and in what is chosen they are refused.

use super::edited::{Change, Edited, Parts, insert};
use super::util::null::Null;
use super::util::plain::client;
use super::util::tickets::{SameTicket, ticket_keys};
use super::{refused, told};
use proptest::prelude::{any, proptest};
use std::collections::BTreeSet;
use std::sync::Arc;
use symbolon::config::Resumption;
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::Psk;
use symbolon::wire::{AlertDescription, CipherSuite, ExtensionType, HandshakeType, NamedGroup, is_grease};
use symbolon::{ClientConfig, Reason, Side, StateName};

/// Extensions that nobody knows, in front and behind, with and without a body.
fn grease_extensions(parts: &mut Parts) {
    parts.extensions.insert(0, (ExtensionType(0x6a6a), Vec::new()));
    parts.extensions.push((ExtensionType(0xbaba), vec![0]));
}

fn grease_schemes(parts: &mut Parts) {
    for list in [ExtensionType::signature_algorithms, ExtensionType::signature_algorithms_cert] {
        insert(parts.extension(list), 2, &[0x3a, 0x3a]);
    }
}

fn grease_client_hello(hello: &mut Parts) {
    let suites = 35 + usize::from(hello.head[34]);
    let mut list = hello.head.split_off(suites);
    insert(&mut list, 2, &[0x1a, 0x1a]);
    hello.head.extend(list);
    insert(hello.extension(ExtensionType::supported_groups), 2, &[0x2a, 0x2a]);
    insert(hello.extension(ExtensionType::key_share), 2, &[0x2a, 0x2a, 0, 1, 0]);
    insert(hello.extension(ExtensionType::supported_versions), 1, &[0x4a, 0x4a]);
    insert(hello.extension(ExtensionType::application_layer_protocol_negotiation), 2, &[2, 0x5a, 0x5a]);
    *hello.extension(ExtensionType::psk_key_exchange_modes) = vec![2, 0x0b, 1];
    grease_schemes(hello);
    grease_extensions(hello);
}

#[test]
fn server_passes_over_grease_wherever_a_client_may_put_it() {
    let mut edited = Edited::with(|client| client.alpn(["h2"]), |server| server.alpn(["h2"]));
    edited.run_editing(Side::Client, HandshakeType::client_hello, grease_client_hello);
    edited.assert_connected();
    let negotiated = edited.server.conn.negotiated();
    assert_eq!(negotiated.suite, Some(CipherSuite::TLS_AES_128_GCM_SHA256));
    assert_eq!(negotiated.group, Some(NamedGroup::x25519));
    assert_eq!(edited.server.conn.alpn(), Some(&b"h2"[..]));
}

#[test]
fn server_that_is_offered_nothing_but_grease_says_what_is_missing() {
    for (extension, only, reason) in [
        (ExtensionType::supported_versions, &[2, 0x4a, 0x4a][..], Reason::VersionUnsupported),
        (ExtensionType::signature_algorithms, &[0, 2, 0x3a, 0x3a], Reason::NoCommonScheme),
    ] {
        let mut edited = Edited::new();
        edited.run_editing(Side::Client, HandshakeType::client_hello, |hello| {
            *hello.extension(extension) = only.to_vec()
        });
        assert_eq!(refused(&edited.server), (reason, StateName::RecvdCh));
        assert_eq!(told(&edited.client), reason.alert());
    }
    let mut edited = Edited::new();
    edited.run_editing(Side::Client, HandshakeType::client_hello, |hello| {
        *hello.extension(ExtensionType::supported_groups) = vec![0, 2, 0x2a, 0x2a];
        *hello.extension(ExtensionType::key_share) = vec![0, 5, 0x2a, 0x2a, 0, 1, 0];
    });
    assert_eq!(refused(&edited.server), (Reason::NoCommonGroup, StateName::RecvdCh));
}

#[test]
fn client_passes_over_grease_in_a_certificate_request() {
    let mut edited = Edited::new();
    edited.run_editing(Side::Server, HandshakeType::certificate_request, |request| {
        grease_schemes(request);
        grease_extensions(request);
    });
    edited.assert_connected();
    assert_eq!(edited.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
}

#[test]
fn client_refuses_grease_that_the_server_chose() {
    let choices: [(Change, Reason); 3] = [
        (|hello| *hello.extension(ExtensionType::supported_versions) = vec![0x7a, 0x7a], Reason::SelectedVersionBad),
        (|hello| hello.extension(ExtensionType::key_share)[..2].fill(0x2a), Reason::GroupNotOffered),
        (
            |hello| {
                let suite = 35 + usize::from(hello.head[34]);
                hello.head[suite..suite + 2].fill(0x1a);
            },
            Reason::SuiteNotOffered,
        ),
    ];
    for (choose, reason) in choices {
        let mut edited = Edited::new();
        edited.run_editing(Side::Server, HandshakeType::server_hello, choose);
        assert_eq!(refused(&edited.client), (reason, StateName::WaitSh));
        assert_eq!(told(&edited.server), AlertDescription::illegal_parameter);
    }
}

/// Two ends that send all that they may.
fn greased() -> Edited {
    Edited::with(
        |client| client.grease(true).alpn(["h2"]).tickets(Arc::new(SameTicket::default())),
        |server| {
            let keys = ticket_keys(&Null::new(77));
            server.grease(true).alpn(["h2"]).resumption(Resumption::stateless(keys).count(1))
        },
    )
}

/// The code points of a list that has a length of `width` bytes.
fn code_points(list: &[u8], width: usize) -> Vec<u16> {
    list[width..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

/// Of these code points just the first means nothing: it.
fn leads(list: &[u16]) -> u16 {
    assert!(is_grease(list[0]), "{list:04x?}");
    assert!(list.len() > 1 && !list[1..].iter().copied().any(is_grease), "{list:04x?}");
    list[0]
}

/// The first extension, which is empty, and the last one but pre_shared_key, which is not: both mean nothing.
fn leads_and_ends(parts: &Parts) -> [u16; 2] {
    let mut extensions = parts.extensions.clone();
    extensions.retain(|(t, _)| *t != ExtensionType::pre_shared_key);
    let ours: Vec<_> = extensions.iter().map(|(t, _)| t.0).filter(|t| is_grease(*t)).collect();
    let ([(first, empty), .., (last, byte)], [_, _]) = (&extensions[..], &ours[..]) else { panic!("{parts:?}") };
    assert_eq!((&empty[..], &byte[..]), (&[][..], &[0][..]));
    assert_eq!(ours, [first.0, last.0]);
    assert_ne!(first, last);
    [first.0, last.0]
}

/// Every value of a ClientHello that means nothing, but for its mode and its protocol.
fn values(hello: &mut Parts) -> Vec<u16> {
    let suites = 35 + usize::from(hello.head[34]);
    let suites = hello.head[suites..hello.head.len() - 2].to_vec();
    let mut all = vec![leads(&code_points(&suites, 2))];
    for (extension, width) in [
        (ExtensionType::supported_groups, 2),
        (ExtensionType::signature_algorithms, 2),
        (ExtensionType::supported_versions, 1),
    ] {
        all.push(leads(&code_points(hello.extension(extension), width)));
    }
    all.extend(leads_and_ends(hello));
    all
}

// [8701-3.1-2] [8701-2-1]
#[test]
fn a_client_offers_one_value_that_means_nothing_in_every_place() {
    let mut greased = greased();
    greased.run(|_, _| None);
    greased.assert_connected();
    assert_eq!(greased.server.conn.alpn(), Some(&b"h2"[..]));
    let mut hello = greased.sent(Side::Client, HandshakeType::client_hello).remove(0);
    let values = values(&mut hello);
    let share = hello.extension(ExtensionType::key_share);
    assert_eq!(share[2..7], [&values[1].to_be_bytes()[..], &[0, 1, 0]].concat());
    let protocols = hello.extension(ExtensionType::application_layer_protocol_negotiation);
    assert!(protocols[2] == 2 && is_grease(u16::from_be_bytes([protocols[3], protocols[4]])), "{protocols:?}");
    assert_eq!(protocols[5..], *b"\x02h2");
    let modes = hello.extension(ExtensionType::psk_key_exchange_modes);
    assert!([0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4].contains(&modes[1]), "{modes:?}");
    assert_eq!([modes[0], modes[2]], [2, 1]);
}

// [8701-4.1-1] [8701-4.1-2] [8701-3.2-1] [8701-4.2-1]
#[test]
fn a_server_offers_one_value_that_means_nothing_in_every_place() {
    let mut greased = greased();
    greased.run(|_, _| None);
    greased.assert_connected();
    let mut request = greased.sent(Side::Server, HandshakeType::certificate_request).remove(0);
    leads(&code_points(request.extension(ExtensionType::signature_algorithms), 2));
    leads_and_ends(&request);
    let tickets = greased.sent(Side::Server, HandshakeType::new_session_ticket);
    assert_eq!(tickets.len(), 1);
    leads_and_ends(&tickets[0]);
}

#[test]
fn nothing_that_means_nothing_is_sent_unless_asked_for() {
    let mut edited = Edited::with(|client| client.alpn(["h2"]), |server| server.alpn(["h2"]));
    edited.run(|_, _| None);
    edited.assert_connected();
    let messages = [(Side::Client, HandshakeType::client_hello), (Side::Server, HandshakeType::certificate_request)];
    for (from, message) in messages {
        for mut parts in edited.sent(from, message) {
            assert!(!parts.extensions.iter().any(|(t, _)| is_grease(t.0)));
            let schemes = code_points(parts.extension(ExtensionType::signature_algorithms), 2);
            assert!(!schemes.into_iter().any(is_grease));
        }
    }
}

// [8701-3.1-3] RFC 8446 §4.1.2
#[test]
fn the_second_client_hello_has_the_values_of_the_first_and_only_the_share_that_is_wanted() {
    let groups = [NamedGroup::x25519, NamedGroup::secp256r1];
    let psk = || Psk::external(b"psk", &[7; 32], HashAlgorithm::Sha256).unwrap();
    let mut edited = Edited::with(
        |client| client.grease(true).groups(groups).psks([psk()]),
        |server| server.groups([NamedGroup::secp256r1]).psks([psk()]),
    );
    edited.run(|_, _| None);
    assert_eq!((edited.client.error, edited.server.error), (None, None));
    assert!(edited.client.conn.is_connected() && edited.client.conn.negotiated().retried);
    let mut hellos = edited.sent(Side::Client, HandshakeType::client_hello);
    assert_eq!(hellos.len(), 2);
    assert_eq!(hellos[1].extensions.last().unwrap().0, ExtensionType::pre_shared_key);
    let share = hellos[1].extension(ExtensionType::key_share).clone();
    assert_eq!(share[2..4], NamedGroup::secp256r1.0.to_be_bytes());
    let [first, second] = &mut hellos[..] else { panic!() };
    assert_eq!(values(first), values(second));
    for hello in [first, second] {
        hello.extensions.retain(|(t, _)| ![ExtensionType::key_share, ExtensionType::pre_shared_key].contains(t));
    }
    assert_eq!(hellos[0], hellos[1]);
}

#[test]
fn for_a_cookie_alone_the_shares_are_repeated_with_the_one_that_means_nothing() {
    let mut edited = Edited::with(|client| client.grease(true).shares(0), |server| server);
    edited.run_editing(Side::Server, HandshakeType::server_hello, |retry| {
        retry.extensions.retain(|(t, _)| *t != ExtensionType::key_share);
        *retry.extension(ExtensionType::cookie) = vec![0, 1, 7];
    });
    let mut hellos = edited.sent(Side::Client, HandshakeType::client_hello);
    assert_eq!(hellos.len(), 2);
    let share = hellos[0].extension(ExtensionType::key_share).clone();
    assert_eq!(share.len(), 7);
    assert_eq!(*hellos[1].extension(ExtensionType::key_share), share);
}

/// What a server chooses of the ClientHello that is given.
type Choose = fn(&mut Parts, &mut Parts);

// [8701-3.1-1]
#[test]
fn a_client_refuses_each_value_that_it_offered_and_that_means_nothing() {
    use HandshakeType as H;
    let choices: [(H, Choose, Reason, AlertDescription); 6] = [
        (
            H::server_hello,
            |hello, offer| *hello.extension(ExtensionType::supported_versions) = values(offer)[3].to_be_bytes().into(),
            Reason::SelectedVersionBad,
            AlertDescription::illegal_parameter,
        ),
        (
            H::server_hello,
            |hello, offer| {
                let suite = 35 + usize::from(hello.head[34]);
                hello.head[suite..suite + 2].copy_from_slice(&values(offer)[0].to_be_bytes());
            },
            Reason::SuiteNotOffered,
            AlertDescription::illegal_parameter,
        ),
        (
            H::server_hello,
            |hello, offer| {
                hello.extension(ExtensionType::key_share)[..2].copy_from_slice(&values(offer)[1].to_be_bytes());
            },
            Reason::GroupNotOffered,
            AlertDescription::illegal_parameter,
        ),
        (
            H::server_hello,
            |hello, offer| hello.extensions.push((ExtensionType(values(offer)[4]), Vec::new())),
            Reason::ExtensionUnsolicited,
            AlertDescription::unsupported_extension,
        ),
        (
            H::encrypted_extensions,
            |answer, offer| answer.extensions.push((ExtensionType(values(offer)[5]), vec![0])),
            Reason::ExtensionUnsolicited,
            AlertDescription::unsupported_extension,
        ),
        (
            H::encrypted_extensions,
            |answer, offer| {
                let alpn = ExtensionType::application_layer_protocol_negotiation;
                let name = offer.extension(alpn)[2..5].to_vec();
                *answer.extension(alpn) = [&[0, 3], &name[..]].concat();
            },
            Reason::AlpnNotOffered,
            AlertDescription::illegal_parameter,
        ),
    ];
    for (message, choose, reason, alert) in choices {
        let mut greased = greased();
        greased.client.drive();
        let sent = greased.client.tx.to_send().to_vec();
        let mut offer = Parts::of(&sent[5..]);
        greased.run_editing(Side::Server, message, |parts| choose(parts, &mut offer));
        assert_eq!(refused(&greased.client).0, reason);
        assert_eq!((reason.alert(), told(&greased.server)), (alert, alert));
    }
}

// [8701-3.1-1]
#[test]
fn a_client_refuses_a_retry_in_a_group_that_means_nothing() {
    let mut edited = Edited::with(|client| client.grease(true).shares(0), |server| server);
    edited.client.drive();
    let sent = edited.client.tx.to_send().to_vec();
    let group = values(&mut Parts::of(&sent[5..]))[1];
    edited.run_editing(Side::Server, HandshakeType::server_hello, |retry| {
        *retry.extension(ExtensionType::key_share) = group.to_be_bytes().into();
    });
    assert_eq!(refused(&edited.client), (Reason::GroupNotOffered, StateName::WaitSh));
    assert_eq!(told(&edited.server), AlertDescription::illegal_parameter);
}

// [8701-3.1-1] [8701-4.1-3]
#[test]
fn neither_end_takes_a_signature_by_a_scheme_that_means_nothing() {
    for signer in [Side::Client, Side::Server] {
        let mut greased = greased();
        greased.run(|sender, message| {
            let mut changed = message.to_vec();
            (sender == signer && message[0] == HandshakeType::certificate_verify.0).then(|| {
                changed[4..6].fill(0x5a);
                changed
            })
        });
        let (refused, told) = match signer {
            Side::Client => (refused(&greased.server), told(&greased.client)),
            Side::Server => (refused(&greased.client), told(&greased.server)),
        };
        assert_eq!(refused, (Reason::SchemeNotOffered, StateName::WaitCv));
        assert_eq!(told, AlertDescription::illegal_parameter);
    }
}

// [8701-4.1-3]
#[test]
fn a_server_refuses_an_extension_of_a_certificate_that_means_nothing() {
    let mut greased = greased();
    greased.run(|sender, message| {
        (sender == Side::Client && message[0] == HandshakeType::certificate.0).then(|| {
            // The last certificate has no extensions; one takes four bytes.
            let mut changed = message[..message.len() - 2].to_vec();
            changed.extend([0, 4, 0x6a, 0x6a, 0, 0]);
            for (length, width) in [(1, 3), (5, 3)] {
                let place = &mut changed[length..length + width];
                let len = place.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)) + 4;
                place.copy_from_slice(&len.to_be_bytes()[1..]);
            }
            changed
        })
    });
    assert_eq!(refused(&greased.server), (Reason::ExtensionUnsolicited, StateName::WaitCert));
    assert_eq!(told(&greased.client), AlertDescription::unsupported_extension);
}

proptest! {
    // [8701-5-1] [8701-5-2]
    #[test]
    fn whatever_is_random_there_is_one_value_in_each_place_and_no_extension_twice(seed in any::<u64>()) {
        let values = || {
            let config = Arc::new(ClientConfig::builder(Null::new(seed)).grease(true).build().unwrap());
            let mut client = client(&config);
            client.drive();
            values(&mut Parts::of(&client.take_output()[5..]))
        };
        assert_eq!(values(), values());
    }
}

// [8701-5-1]
#[test]
fn connections_differ_in_their_values() {
    let config = Arc::new(ClientConfig::builder(Null::new(1)).grease(true).build().unwrap());
    let values = || {
        let mut client = client(&config);
        client.drive();
        values(&mut Parts::of(&client.take_output()[5..]))
    };
    let many: Vec<_> = (0..200).map(|_| values()).collect();
    for place in 0..many[0].len() {
        let seen: BTreeSet<u16> = many.iter().map(|values| values[place]).collect();
        assert_eq!(seen.len(), 16, "{place}");
    }
}
