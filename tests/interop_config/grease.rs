//! GREASE (RFC 8701): unknown values in what is offered change nothing, and in what is chosen they are refused.

use super::edited::{Change, Edited, Parts, insert};
use super::{refused, told};
use symbolon::wire::{AlertDescription, CipherSuite, ExtensionType, HandshakeType, NamedGroup};
use symbolon::{Reason, Side, StateName};

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
