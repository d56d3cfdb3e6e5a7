//! What the messages of a handshake hold, and what a server bears with in a ClientHello.

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::*;
use symbolon::{Allow, ClientAuth, ClientWith, Reason, ServerName, UnixTime};
use util::null::Null;
use util::pair::{ClientRole, End, Pair, ServerRole};
use util::pki::NOW;
use util::plain::{self, PlainWorld, Record, local, message, one_message_a_record};
use util::samples;

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);
const BOTH_GROUPS: [NamedGroup; 2] = [NamedGroup::x25519, NamedGroup::secp256r1];

fn client_config() -> ClientConfigBuilder<Null> {
    WORLD.client_config().credential(WORLD.credential(&WORLD.client, local()))
}

fn server_config() -> ServerConfigBuilder<Null> {
    WORLD.server_config().credential(WORLD.credential(&WORLD.server, local()))
}

fn client(config: ClientConfigBuilder<Null>) -> End<ClientRole, Null> {
    plain::client(&Arc::new(config.build().unwrap()))
}

fn server(config: ServerConfigBuilder<Null>) -> End<ServerRole, Null> {
    plain::server(&Arc::new(config.build().unwrap()))
}

/// Everything that two ends said until both were connected: one message a record, client first.
fn conversation(client: ClientConfigBuilder<Null>, server: ServerConfigBuilder<Null>) -> [Vec<Record>; 2] {
    let mut pair = Pair { client: self::client(client), server: self::server(server) };
    let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
    loop {
        pair.client.drive();
        let up = pair.client.take_output();
        pair.server.give(&up);
        let down = pair.server.take_output();
        pair.client.give(&down);
        if up.is_empty() && down.is_empty() {
            break;
        }
        from_client.extend(one_message_a_record(&up));
        from_server.extend(one_message_a_record(&down));
    }
    pair.assert_connected();
    [from_client, from_server]
}

/// The bodies of all messages of a type.
fn bodies(records: &[Record], msg_type: HandshakeType) -> Vec<&[u8]> {
    let messages = records.iter().filter(|r| r.content_type == ContentType::handshake);
    messages.filter(|r| r.content[0] == msg_type.0).map(|r| &r.content[4..]).collect()
}

fn types(extensions: Extensions<'_>) -> Vec<ExtensionType> {
    extensions.iter().map(|(t, _)| t).collect()
}

/// The first record of a client, as it goes over the wire, and the body of the ClientHello in it.
fn first_hello(mut client: End<ClientRole, Null>) -> (Vec<u8>, Vec<u8>) {
    client.drive();
    let sent = client.take_output();
    let body = sent[9..].to_vec();
    (sent, body)
}

// [4-2] [4.2-4] [9.3-1]
#[test]
fn a_server_takes_a_hello_of_as_many_unknown_suites_and_extensions_as_it_holds() {
    let (_, body) = first_hello(client(client_config()));
    let hello = ClientHello::parse(&body).unwrap();
    // A list of suites ends at 2^16 - 2 bytes, a block of extensions at 2^16 - 1.
    let suites: Vec<_> = (0x4000..).map(CipherSuite).take(32_766).chain([CipherSuite(0x1301)]).collect();
    let room = (1 << 16) - 1 - hello.extensions.raw.iter().map(|(_, body)| 4 + body.len()).sum::<usize>();
    let extension = |t| Extension { extension_type: ExtensionType(t), extension_data: &[] };
    let mut unknown: Vec<_> = (0x4000..).map(extension).take(room / 4).collect();
    unknown[0].extension_data = &[0; 3][..room % 4];
    let extensions = ClientHelloExtensions { raw: Extensions::items(&unknown), ..hello.extensions };
    let mut longest = vec![0; 1 << 18];
    let mut w = Writer::new(&mut longest);
    write_message(&ClientHello { cipher_suites: Vector::items(&suites), extensions, ..hello }, &mut w);
    let longest = w.written().unwrap();
    assert_eq!(longest.len(), 4 + 2 + 32 + 33 + 2 + 65_534 + 2 + 2 + 65_535);
    let mut server = server(server_config());
    for fragment in longest.chunks(1 << 14) {
        server.give(&Record::new(false, ContentType::handshake, fragment).sealed());
    }
    assert_eq!((server.error, server.conn.state().name()), (None, "WAIT_CERT"));
}

// [4.1.2-1] [4.1.2-3] [4.1.2-4] [4.1.2-5] [5.1-7] [D.4-1]
#[test]
fn a_client_begins_with_a_hello_that_looks_like_tls_1_2() {
    let (sent, body) = first_hello(client(client_config()));
    assert_eq!(sent[..3], [22, 3, 1]);
    assert_eq!(HandshakeType(sent[5]), HandshakeType::client_hello);
    let hello = ClientHello::parse(&body).unwrap();
    assert_eq!(hello.legacy_version, ProtocolVersion::TLS_1_2);
    assert_eq!(hello.legacy_compression_methods, [0]);
    assert_eq!(hello.legacy_session_id.len(), 32);
}

/// legacy_record_version of every record.
fn record_versions(mut sent: &[u8]) -> Vec<[u8; 2]> {
    let mut all = Vec::new();
    while let [_, major, minor, high, low, rest @ ..] = sent {
        all.push([*major, *minor]);
        sent = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    all
}

// [5.1-7] [5.1-9] [5.2-2]
#[test]
fn the_record_of_the_first_hello_looks_older_than_all_others() {
    for (group, retried) in [(NamedGroup::x25519, false), (NamedGroup::secp256r1, true)] {
        let client = client(client_config().groups(BOTH_GROUPS).shares(1));
        let mut pair = Pair { client, server: server(server_config().groups([group])) };
        let (mut up, mut down) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            pair.client.drive();
            let sent = pair.client.take_output();
            pair.server.give(&sent);
            up.extend(record_versions(&sent));
            let sent = pair.server.take_output();
            pair.client.give(&sent);
            down.extend(record_versions(&sent));
        }
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().retried, retried);
        assert_eq!((up[0], up.len() > 2, down.len() > 2), ([3, 1], true, true));
        assert!(up[1..].iter().chain(&down).all(|version| *version == [3, 3]), "{up:?} {down:?}");
    }
}

// [4.1.2-6]
#[test]
fn without_middlebox_compatibility_the_session_id_is_empty_and_no_change_cipher_spec_is_sent() {
    let [from_client, from_server] = conversation(client_config().middlebox_compatibility(false), server_config());
    let hello = ClientHello::parse(bodies(&from_client, HandshakeType::client_hello)[0]).unwrap();
    assert_eq!(hello.legacy_session_id, []);
    let all = [from_client, from_server].concat();
    assert!(all.iter().all(|record| record.content_type != ContentType::change_cipher_spec));
}

// [4.2.1-1] [4.2.2-2] [4.2.3-1] [4.2.8-1] [4.2.10-1] [9.2-2] [6066-3-2]
#[test]
fn a_client_offers_what_it_speaks_and_nothing_that_it_does_not() {
    let config = client_config().groups(BOTH_GROUPS).shares(2).alpn(["h2"]);
    let (_, body) = first_hello(client(config));
    let hello = ClientHello::parse(&body).unwrap().extensions;
    assert_eq!(hello.supported_versions.unwrap().iter().collect::<Vec<_>>(), [ProtocolVersion::TLS_1_3]);
    assert_eq!(hello.server_name, Some(&b"server.test"[..]));
    assert_eq!(hello.supported_groups.unwrap().iter().collect::<Vec<_>>(), BOTH_GROUPS);
    assert_eq!(hello.key_share.unwrap().iter().map(|share| share.group).collect::<Vec<_>>(), BOTH_GROUPS);
    assert!(hello.signature_algorithms.unwrap().iter().count() > 0);
    let known = [
        ExtensionType::server_name,
        ExtensionType::supported_groups,
        ExtensionType::signature_algorithms,
        ExtensionType::signature_algorithms_cert,
        ExtensionType::application_layer_protocol_negotiation,
        ExtensionType::supported_versions,
        ExtensionType::key_share,
    ];
    assert_eq!(types(hello.raw), known);
}

// [4.2.3-2] [4.2.3-5]
#[test]
fn schemes_of_old_are_offered_inside_certificates_only_or_not_at_all() {
    let (_, body) = first_hello(client(client_config()));
    let hello = ClientHello::parse(&body).unwrap().extensions;
    let in_handshake: Vec<_> = hello.signature_algorithms.unwrap().iter().collect();
    let in_certificates: Vec<_> = hello.signature_algorithms_cert.unwrap().iter().collect();
    let pkcs1 =
        [SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha384, SignatureScheme::rsa_pkcs1_sha512];
    assert!(pkcs1.iter().all(|s| in_certificates.contains(s) && !in_handshake.contains(s)));
    assert!(in_handshake.iter().all(|scheme| in_certificates.contains(scheme)));
    // SHA-1, and the hashes below 4 of TLS 1.2: MD5 1, SHA-1 2, SHA-224 3. DSA is signature 2 there.
    assert!(in_certificates.iter().all(|s| !(1..4).contains(&(s.0 >> 8)) && s.0 & 0xff != 2));
}

// [4.2.8-3] [9846-4.3.8-1] [4.1.3-9]
#[test]
fn nothing_random_is_used_twice() {
    let (config, server_config) = (Arc::new(client_config().build().unwrap()), server_config());
    let (_, one) = first_hello(plain::client(&config));
    let (_, two) = first_hello(plain::client(&config));
    let (one, two) = (ClientHello::parse(&one).unwrap(), ClientHello::parse(&two).unwrap());
    let share =
        |hello: &ClientHello<'_>| hello.extensions.key_share.unwrap().iter().next().unwrap().key_exchange.to_vec();
    assert_ne!(one.random, two.random);
    assert_ne!(one.legacy_session_id, two.legacy_session_id);
    assert_ne!(share(&one), share(&two));
    let [_, from_server] = conversation(client_config(), server_config);
    let answer = ServerHello::parse(bodies(&from_server, HandshakeType::server_hello)[0]).unwrap();
    assert_ne!(answer.random, one.random);
}

// [6066-3-2]
#[test]
fn a_server_name_is_a_host_name_without_a_dot_at_the_end() {
    let config = Arc::new(client_config().build().unwrap());
    let named = |name: &'static str| {
        let name = ServerName::parse(name).unwrap();
        let (_, body) = first_hello(End::new(ClientWith::new(config.clone(), name, UnixTime(NOW))));
        ClientHello::parse(&body).unwrap().extensions.server_name.map(<[u8]>::to_vec)
    };
    assert_eq!(named("server.test."), Some(b"server.test".to_vec()));
    assert_eq!(named("192.0.2.1"), None);
    assert_eq!(named("2001:db8::1"), None);
}

// [4.1.2-2] [4.1.1-4] [4.1.4-6] [4.1.4-7] [4.2.8-8]
#[test]
fn after_a_retry_the_hello_comes_again_with_the_share_asked_for() {
    let [from_client, from_server] =
        conversation(client_config().groups(BOTH_GROUPS), server_config().groups([NamedGroup::secp256r1]));
    let answers = bodies(&from_server, HandshakeType::server_hello);
    let request = HelloRetryRequest::parse(answers[0]).unwrap();
    assert_eq!(types(request.extensions.raw), [ExtensionType::supported_versions, ExtensionType::key_share]);
    assert_eq!(request.extensions.key_share, Some(NamedGroup::secp256r1));
    assert_eq!(ServerHello::parse(answers[1]).unwrap().cipher_suite, request.cipher_suite);

    let hellos = bodies(&from_client, HandshakeType::client_hello);
    let (one, two) = (ClientHello::parse(hellos[0]).unwrap(), ClientHello::parse(hellos[1]).unwrap());
    let shares: Vec<_> = two.extensions.key_share.unwrap().iter().map(|share| share.group).collect();
    assert_eq!(shares, [NamedGroup::secp256r1]);
    assert_eq!((one.random, one.legacy_session_id), (two.random, two.legacy_session_id));
    assert_eq!(one.cipher_suites, two.cipher_suites);
    let lasting = |hello: &ClientHello<'_>| {
        let all = hello.extensions.raw.iter().filter(|(t, _)| *t != ExtensionType::key_share);
        all.map(|(t, body)| (t, body.to_vec())).collect::<Vec<_>>()
    };
    assert_eq!(lasting(&one), lasting(&two));
}

// [4.2.2-1]
#[test]
fn a_client_brings_the_cookie_back() {
    let mut client = client(client_config());
    client.drive();
    let sent = client.take_output();
    let hello = ClientHello::parse(&sent[9..]).unwrap();
    let request = HelloRetryRequest {
        legacy_session_id_echo: hello.legacy_session_id,
        extensions: HelloRetryRequestExtensions {
            supported_versions: Some(ProtocolVersion::TLS_1_3),
            cookie: Some(b"crumbs"),
            ..HelloRetryRequestExtensions::default()
        },
        ..samples::HELLO_RETRY_REQUEST
    };
    client.give(&Record::new(false, ContentType::handshake, &plain::encoded(&request)).sealed());
    assert_eq!(client.error, None);
    let again = one_message_a_record(&client.take_output());
    let again = ClientHello::parse(bodies(&again, HandshakeType::client_hello)[0]).unwrap();
    assert_eq!(again.extensions.cookie, Some(&b"crumbs"[..]));
    assert_eq!(again.extensions.key_share.unwrap().iter().count(), 1);
}

// [4.1.3-1] [4.1.3-5] [4.1.3-6] [4.1.3-7] [4.1.3-8] [4.2.1-5] [4.2.8-4] [4.2.8-5]
#[test]
fn a_server_hello_holds_the_choice_and_nothing_else() {
    let [from_client, from_server] = conversation(client_config(), server_config());
    let offer = ClientHello::parse(bodies(&from_client, HandshakeType::client_hello)[0]).unwrap();
    let body = bodies(&from_server, HandshakeType::server_hello)[0];
    let choice = ServerHello::parse(body).unwrap();
    assert!(!is_hello_retry_request(body));
    assert_eq!(choice.legacy_version, ProtocolVersion::TLS_1_2);
    assert_eq!(choice.legacy_session_id_echo, offer.legacy_session_id);
    assert_eq!(choice.legacy_compression_method, 0);
    assert_eq!(choice.extensions.supported_versions, Some(ProtocolVersion::TLS_1_3));
    assert_eq!(types(choice.extensions.raw), [ExtensionType::key_share, ExtensionType::supported_versions]);
    let group = choice.extensions.key_share.unwrap().group;
    assert!(offer.extensions.key_share.unwrap().iter().any(|share| share.group == group));
    assert!(offer.extensions.supported_groups.unwrap().contains(group));
}

// [D.4-2] [D.4-3] [D.4-4] [5.1-5] [5-3]
#[test]
fn one_change_cipher_spec_of_each_side_stands_where_middleboxes_look_for_it() {
    let [from_client, from_server] = conversation(client_config(), server_config());
    let kinds = |records: &[Record]| records.iter().map(|r| (r.content_type, r.protected)).collect::<Vec<_>>();
    let (handshake, ccs) = (ContentType::handshake, ContentType::change_cipher_spec);
    assert_eq!(kinds(&from_server)[..3], [(handshake, false), (ccs, false), (handshake, true)]);
    assert_eq!(kinds(&from_client)[..3], [(handshake, false), (ccs, false), (handshake, true)]);
    for records in [&from_client, &from_server] {
        assert!(records[1].content == [1]);
        assert!(kinds(&records[2..]).iter().all(|kind| *kind == (handshake, true)));
    }
}

// [6066-3-4] [4.2.10-2] [4.3.2-1] [4.3.2-2] [4.2.4-2]
#[test]
fn a_server_answers_what_was_asked_and_asks_for_a_certificate_as_configured() {
    let [_, from_server] = conversation(client_config(), server_config());
    let answers = EncryptedExtensions::parse(bodies(&from_server, HandshakeType::encrypted_extensions)[0]).unwrap();
    assert_eq!(types(answers.raw), [ExtensionType::server_name]);
    let body = bodies(&from_server, HandshakeType::certificate_request)[0];
    let request = CertificateRequest::parse(body).unwrap();
    assert_eq!(request.certificate_request_context, []);
    assert!(request.extensions.signature_algorithms.unwrap().iter().count() > 0);
    let anchors = WORLD.anchors();
    let names: Vec<_> = request.extensions.certificate_authorities.unwrap().iter().map(|name| name.0).collect();
    assert_eq!(names, anchors.subjects().collect::<Vec<_>>());
    let silent = ClientAuth::require(WORLD.anchors(), Allow::dns("robot.test")).send_authorities(false);
    let [_, from_server] = conversation(client_config(), server_config().client_auth(silent));
    let body = bodies(&from_server, HandshakeType::certificate_request)[0];
    assert_eq!(CertificateRequest::parse(body).unwrap().extensions.certificate_authorities, None);
}

// [4.4.2-2] [4.4.2-3] [4.4.2-4] [4.4.2-6] [4.4.2-8] [4.4.3-1]
#[test]
fn a_client_shows_a_certificate_if_asked_an_empty_one_if_it_has_none_and_finishes_in_any_case() {
    let msg_types = |records: &[Record]| {
        let handshake = records.iter().filter(|r| r.protected && r.content_type == ContentType::handshake);
        handshake.map(|r| HandshakeType(r.content[0])).collect::<Vec<_>>()
    };
    let (certificate, verify, finished) =
        (HandshakeType::certificate, HandshakeType::certificate_verify, HandshakeType::finished);
    let [from_client, from_server] = conversation(client_config(), server_config());
    assert_eq!(msg_types(&from_client), [certificate, verify, finished]);
    assert_eq!(msg_types(&from_server)[2..], [certificate, verify, finished]);
    let shown = Certificate::parse(bodies(&from_client, certificate)[0]).unwrap();
    assert_eq!(shown.certificate_list.iter().next().unwrap().cert_data, WORLD.client.leaf.der);

    let optional = || ClientAuth::request(WORLD.anchors(), Allow::dns("robot.test"));
    let [from_client, _] = conversation(WORLD.client_config(), server_config().client_auth(optional()));
    assert_eq!(msg_types(&from_client), [certificate, finished]);
    assert!(Certificate::parse(bodies(&from_client, certificate)[0]).unwrap().certificate_list.is_empty());

    let [from_client, from_server] = conversation(client_config(), server_config().client_auth(ClientAuth::none()));
    assert_eq!(msg_types(&from_client), [finished]);
    assert!(!msg_types(&from_server).contains(&HandshakeType::certificate_request));
}

/// What a test changes in a ClientHello before a server gets it.
#[derive(Clone)]
struct Edited {
    suites: Vec<CipherSuite>,
    extensions: Vec<(ExtensionType, Vec<u8>)>,
}

/// A record with a client's first ClientHello, changed.
fn edited(config: ClientConfigBuilder<Null>, edit: impl FnOnce(&mut Edited)) -> Vec<u8> {
    let (_, body) = first_hello(client(config));
    let hello = ClientHello::parse(&body).unwrap();
    let extensions = hello.extensions.raw.iter().map(|(t, content)| (t, content.to_vec())).collect();
    let mut parts = Edited { suites: hello.cipher_suites.iter().collect(), extensions };
    edit(&mut parts);
    let mut out = vec![0; 4096];
    let mut w = Writer::new(&mut out);
    w.put(&body[..34]);
    w.opaque8(hello.legacy_session_id);
    w.vec16(|w| Vector::items(&parts.suites).encode(w));
    w.opaque8(&[0]);
    let of = |(t, content): &'_ (ExtensionType, Vec<u8>)| {
        [&t.0.to_be_bytes()[..], &(content.len() as u16).to_be_bytes(), content].concat()
    };
    w.vec16(|w| parts.extensions.iter().for_each(|e| w.put(&of(e))));
    Record::new(false, ContentType::handshake, &message(HandshakeType::client_hello, w.written().unwrap())).sealed()
}

/// The server's ServerHello to it, or why it refused.
fn answer(hello: &[u8]) -> Result<Vec<u8>, Reason> {
    let mut server = server(server_config());
    server.give(hello);
    match server.error {
        None => Ok(bodies(&one_message_a_record(&server.take_output()), HandshakeType::server_hello)[0].to_vec()),
        Some(symbolon::Error::Refused(refusal)) => Err(refusal.reason),
        Some(other) => panic!("{other}"),
    }
}

// [4.1.2-7] [4.1.2-8] [4.2.1-7] [8701-3.2-1] [9.3-1]
#[test]
fn a_server_passes_over_what_it_does_not_know() {
    let hello = edited(client_config(), |hello| {
        hello.suites.insert(0, CipherSuite(0x0a0a));
        hello.extensions.insert(0, (ExtensionType(0x1a1a), b"grease".to_vec()));
        hello.extensions.push((ExtensionType(0xfe0d), vec![0; 99]));
        for (t, content) in &mut hello.extensions {
            let (length, value): (usize, &[u8]) = match *t {
                ExtensionType::supported_versions => (1, &[0x7a, 0x7a]),
                ExtensionType::supported_groups | ExtensionType::signature_algorithms => (2, &[0x2a, 0x2a]),
                ExtensionType::key_share => (2, &[0x2a, 0x2a, 0, 1, 0]),
                _ => continue,
            };
            content.splice(length..length, value.iter().copied());
            content[length - 1] += value.len() as u8;
        }
    });
    let choice = answer(&hello).unwrap();
    let choice = ServerHello::parse(&choice).unwrap();
    assert!(choice.cipher_suite.name().is_some());
    assert!(choice.extensions.key_share.unwrap().group.name().is_some());
}

/// The suite that a server picks of these, listed by the client in this order.
fn picked(server: ServerConfigBuilder<Null>, suites: &[CipherSuite]) -> CipherSuite {
    let hello = edited(client_config(), |hello| hello.suites = suites.to_vec());
    let mut end = self::server(server);
    end.give(&hello);
    assert_eq!(end.error, None);
    let sent = one_message_a_record(&end.take_output());
    ServerHello::parse(bodies(&sent, HandshakeType::server_hello)[0]).unwrap().cipher_suite
}

#[test]
fn a_client_that_would_rather_not_use_aes_gets_chacha20_unless_the_server_lists_its_suites() {
    let grease = CipherSuite(0x0a0a);
    let (aes, aes_256, chacha) = (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    );
    for offered in [&[chacha, aes][..], &[grease, CipherSuite(0x1304), chacha, aes_256, aes], &[chacha]] {
        assert_eq!(picked(server_config(), offered), chacha, "{offered:?}");
    }
    for offered in [&[aes, chacha][..], &[aes_256, chacha, aes], &[chacha, aes]] {
        assert_eq!(picked(server_config().suites([aes, chacha]), offered), aes, "{offered:?}");
    }
    // Otherwise the server's order decides.
    assert_eq!(picked(server_config(), &[aes_256, chacha, aes]), aes);
}

#[test]
fn a_client_that_keeps_the_servers_name_to_itself_judges_the_certificate_by_it_all_the_same() {
    let config = || client_config().send_server_name(false);
    let [from_client, from_server] = conversation(config(), server_config());
    let hello = ClientHello::parse(bodies(&from_client, HandshakeType::client_hello)[0]).unwrap();
    assert_eq!(hello.extensions.server_name, None);
    let answers = EncryptedExtensions::parse(bodies(&from_server, HandshakeType::encrypted_extensions)[0]).unwrap();
    assert!(!answers.server_name);
    let name = ServerName::parse("other.test").unwrap();
    let client = End::new(ClientWith::new(Arc::new(config().build().unwrap()), name, UnixTime(NOW)));
    let mut pair = Pair { client, server: server(server_config()) };
    pair.run();
    assert_eq!(pair.client.seen.alerts_sent, [AlertDescription::bad_certificate]);
}

// [5.1-8]
#[test]
fn a_server_passes_over_the_version_of_a_record() {
    for version in [[3, 1], [3, 0], [2, 0], [0xff, 0xff]] {
        let mut hello = edited(client_config(), |_| {});
        hello[1..3].copy_from_slice(&version);
        assert!(answer(&hello).is_ok(), "{version:?}");
    }
}

// [4.2.11-2] [4.2.9-1]
#[test]
fn a_server_makes_a_full_handshake_of_an_offer_to_resume_but_wants_its_modes() {
    let psk = || (ExtensionType::pre_shared_key, samples::PSKS.to_vec());
    let modes = || (ExtensionType::psk_key_exchange_modes, vec![1, 1]);
    let hello = edited(client_config(), |hello| hello.extensions.extend([modes(), psk()]));
    let choice = answer(&hello).unwrap();
    assert_eq!(ServerHello::parse(&choice).unwrap().extensions.pre_shared_key, None);
    let hello = edited(client_config(), |hello| hello.extensions.push(psk()));
    assert_eq!(answer(&hello), Err(Reason::ExtensionMissing));
}

// [8449-4-3]
#[test]
fn a_server_takes_a_record_limit_beyond_what_tls_1_3_knows() {
    let hello = edited(client_config().record_size_limit(64), |hello| {
        let limit = hello.extensions.iter_mut().find(|(t, _)| *t == ExtensionType::record_size_limit).unwrap();
        limit.1 = vec![0xff, 0xff];
    });
    assert!(answer(&hello).is_ok());
}

// [D.5-2]
#[test]
fn a_client_refuses_a_server_hello_of_ssl_3_0_by_its_version() {
    let mut client = client(client_config());
    client.drive();
    let sent = client.take_output();
    let hello = ClientHello::parse(&sent[9..]).unwrap();
    let choice = ServerHello {
        legacy_version: ProtocolVersion::SSL_3_0,
        legacy_session_id_echo: hello.legacy_session_id,
        ..samples::SERVER_HELLO
    };
    client.give(&Record::new(false, ContentType::handshake, &plain::encoded(&choice)).sealed());
    assert_eq!(client.seen.alerts_sent, [AlertDescription::protocol_version]);
}
