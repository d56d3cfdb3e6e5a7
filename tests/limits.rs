//! What bounds records, keys and early data, and what a key exchange must not accept.

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::Crypto;
use symbolon::wire::*;
use symbolon::{ClientConfig, ConfigError, Error, Reason, RecvBuf, Role, SendBuf, ServerRole};
use util::null::Null;
use util::pair::{End, Pair, World};
use util::plain::{self, PlainWorld, Record, local, records};
use util::provider::{self, provider};
use util::samples;

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

fn client_config() -> ClientConfigBuilder<Null> {
    WORLD.client_config().credential(WORLD.credential(&WORLD.client, local()))
}

fn server_config() -> ServerConfigBuilder<Null> {
    WORLD.server_config().credential(WORLD.credential(&WORLD.server, local()))
}

fn pair(client: ClientConfigBuilder<Null>, server: ServerConfigBuilder<Null>) -> Pair<Null> {
    let client = plain::client(&Arc::new(client.build().unwrap()));
    Pair { client, server: plain::server(&Arc::new(server.build().unwrap())) }
}

/// Runs a pair to its end, and returns what each said.
fn run(pair: &mut Pair<Null>) -> [Vec<u8>; 2] {
    let mut all = [Vec::new(), Vec::new()];
    loop {
        pair.client.drive();
        let up = pair.client.take_output();
        pair.server.give(&up);
        let down = pair.server.take_output();
        pair.client.give(&down);
        if up.is_empty() && down.is_empty() {
            return all;
        }
        all[0].extend(up);
        all[1].extend(down);
    }
}

/// The lengths of the protected records in what was sent: content, type and padding, without the tag.
fn protected_lengths(mut sent: &[u8]) -> Vec<usize> {
    let mut all = Vec::new();
    while let [content_type, _, _, high, low, rest @ ..] = sent {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if ContentType(*content_type) == ContentType::application_data {
            all.push(length - 16);
        }
        sent = &rest[length..];
    }
    all
}

/// EncryptedExtensions, which may be spread over several records.
fn encrypted_extensions(sent: &[u8]) -> Vec<u8> {
    let protected = records(sent).into_iter().filter(|r| r.protected && r.content_type == ContentType::handshake);
    let joined: Vec<u8> = protected.flat_map(|r| r.content).collect();
    assert_eq!(HandshakeType(joined[0]), HandshakeType::encrypted_extensions);
    joined[4..4 + usize::from(u16::from_be_bytes([joined[2], joined[3]]))].to_vec()
}

// [8449-4-1] [5.1-1] [5.4-1] [5.4-4]
#[test]
fn no_protected_record_is_longer_than_the_peer_wants_padding_included() {
    let mut pair = pair(client_config().record_size_limit(100).record_padding(64), server_config().record_padding(90));
    let [_, from_server] = run(&mut pair);
    pair.assert_connected();
    let lengths = protected_lengths(&from_server);
    assert!(lengths.len() > 5 && lengths.iter().all(|length| *length <= 100), "{lengths:?}");
    pair.server.write(&[7; 1000]);
    let sent = pair.server.take_output();
    assert!(protected_lengths(&sent).iter().all(|length| (91..=100).contains(length)), "{sent:02x?}");
    pair.client.give(&sent);
    assert_eq!(pair.client.received, [7; 1000]);
}

// [8449-4-1]
#[test]
fn a_server_that_was_told_a_limit_tells_its_own() {
    let mut pair = pair(client_config().record_size_limit(64), server_config());
    let [_, from_server] = run(&mut pair);
    let body = encrypted_extensions(&from_server);
    assert_eq!(EncryptedExtensions::parse(&body).unwrap().record_size_limit, Some(MAX_RECORD_SIZE_LIMIT));
}

// [8449-4-6]
#[test]
fn a_limit_that_may_not_be_sent_is_refused_when_configured() {
    for (limit, fits) in [(63, false), (64, true), (MAX_RECORD_SIZE_LIMIT, true), (MAX_RECORD_SIZE_LIMIT + 1, false)] {
        let built = client_config().record_size_limit(limit).build().map(drop);
        assert_eq!(built, if fits { Ok(()) } else { Err(ConfigError::RecordSizeLimit(limit)) });
    }
}

#[test]
fn records_are_as_short_as_the_configuration_says_handshake_messages_included() {
    for (ours, theirs, limit, longest) in [(63, 2000, None, [63, 2000]), (1000, 16_384, Some(512), [511, 511])] {
        let mut client = client_config().max_send_fragment(ours);
        if let Some(limit) = limit {
            // The peer's limit holds as well, and counts the type.
            client = client.record_size_limit(limit);
        }
        let mut server = server_config().max_send_fragment(theirs);
        if let Some(limit) = limit {
            server = server.record_size_limit(limit);
        }
        let mut pair = pair(client, server);
        let room = pair.client.conn.required_send_space();
        pair.client.tx = SendBuf::over(vec![0; room].leak());
        pair.client.drive();
        let hello = pair.client.take_output();
        assert!(records(&hello).iter().all(|record| record.content.len() <= usize::from(ours)));
        assert_eq!(records(&hello).len() > 1, ours == 63);
        pair.server.give(&hello);
        let [from_client, from_server] = run(&mut pair);
        pair.assert_connected();
        pair.server.write(&[7; 5000]);
        let said = pair.server.take_output();
        pair.client.give(&said);
        assert_eq!(pair.client.received, [7; 5000]);
        // Content, and its type.
        let most = |sent: &[&[u8]]| protected_lengths(&sent.concat()).into_iter().max().unwrap() - 1;
        assert_eq!([most(&[&from_client]), most(&[&from_server, &said])], longest);
    }
}

#[test]
fn a_fragment_that_no_record_can_have_is_refused_when_configured() {
    for (bytes, fits) in [(0, false), (62, false), (63, true), (1 << 14, true), ((1 << 14) + 1, false)] {
        let expected = if fits { Ok(()) } else { Err(ConfigError::MaxSendFragment(bytes)) };
        assert_eq!(client_config().max_send_fragment(bytes).build().map(drop), expected);
        assert_eq!(server_config().max_send_fragment(bytes).build().map(drop), expected);
    }
    let told = ConfigError::MaxSendFragment(62).to_string();
    assert_eq!(told, "max_send_fragment 62 is not within 63..=16384 (RFC 8446 §5.1)");
}

// [6066-4-3]
#[test]
fn fragments_keep_to_a_negotiated_max_fragment_length_both_ways() {
    let config = client_config().max_fragment_length(MaxFragmentLength::two_to_the_9);
    let mut pair = pair(config, server_config());
    let sent = run(&mut pair);
    pair.assert_connected();
    for sent in sent {
        let lengths = protected_lengths(&sent);
        assert!(lengths.len() > 1 && lengths.iter().all(|length| *length <= 512 + 1), "{lengths:?}");
    }
}

// [8449-5-1]
#[test]
fn record_size_limit_takes_the_place_of_max_fragment_length() {
    let config = client_config().record_size_limit(1024).max_fragment_length(MaxFragmentLength::two_to_the_9);
    let mut pair = pair(config, server_config());
    let [_, from_server] = run(&mut pair);
    let body = encrypted_extensions(&from_server);
    let answers = EncryptedExtensions::parse(&body).unwrap();
    assert_eq!((answers.record_size_limit.is_some(), answers.max_fragment_length), (true, None));
    assert_eq!(pair.server.conn.negotiated().send_limit, Some(1023));
}

#[test]
fn a_client_offers_the_largest_limits_that_its_receive_buffer_holds() {
    type Fragment = MaxFragmentLength;
    for (len, limit, fragment) in [
        (85, 64, None),
        (533, 512, None),
        (534, 513, Some(Fragment::two_to_the_9)),
        (1046, 1025, Some(Fragment::two_to_the_10)),
        (2069, 2048, Some(Fragment::two_to_the_10)),
        (2070, 2049, Some(Fragment::two_to_the_11)),
        (4118, 4097, Some(Fragment::two_to_the_12)),
        (16_405, 16_384, Some(Fragment::two_to_the_12)),
        (16_406, MAX_RECORD_SIZE_LIMIT, None),
        (usize::MAX, MAX_RECORD_SIZE_LIMIT, None),
    ] {
        let mut client = plain::client(&Arc::new(client_config().fit_recv_buf(len).build().unwrap()));
        client.drive();
        let hello = records(&client.take_output()).remove(0).content;
        let offers = ClientHello::parse(&hello[4..]).unwrap().extensions;
        assert_eq!((offers.record_size_limit, offers.max_fragment_length), (Some(limit), fragment), "{len}");
    }
    let too_small = client_config().fit_recv_buf(84).build().map(drop);
    assert_eq!(too_small, Err(ConfigError::RecordSizeLimit(63)));
    let too_small = server_config().fit_recv_buf(84).build().map(drop);
    assert_eq!(too_small, Err(ConfigError::RecordSizeLimit(63)));
}

/// Sends a longest record to an end with a receive buffer of `len` bytes.
fn fill<R: Role, S: Role>(from: &mut End<R, Null>, to: &mut End<S, Null>, len: usize) -> Option<Error> {
    to.rx = RecvBuf::over(vec![0; len].leak());
    from.write(&[7; 5000]);
    to.give(&from.take_output());
    assert!(to.error.is_some() || to.received == [7; 5000]);
    to.error
}

#[test]
fn a_buffer_that_the_limits_were_made_for_holds_the_longest_record_and_not_a_byte_more() {
    for len in [85, 600, 2048] {
        let connected = || {
            let mut pair = pair(client_config().fit_recv_buf(len), server_config().fit_recv_buf(len));
            pair.run();
            pair.assert_connected();
            pair
        };
        let mut pair = connected();
        assert_eq!(fill(&mut pair.server, &mut pair.client, len), None);
        assert_eq!(fill(&mut pair.client, &mut pair.server, len), None);
        let (mut of_client, mut of_server) = (connected(), connected());
        for error in [
            fill(&mut of_client.server, &mut of_client.client, len - 1),
            fill(&mut of_server.client, &mut of_server.server, len - 1),
        ] {
            let Some(Error::Refused(refusal)) = error else { panic!("{len}: {error:?}") };
            assert_eq!(refusal.reason, Reason::ReceiveBufferTooSmall);
        }
    }
}

// [6066-4-3]
#[test]
fn the_older_limit_alone_makes_records_fit_too() {
    for (len, fits) in [(534, true), (533, false)] {
        let config = client_config().max_fragment_length(MaxFragmentLength::two_to_the_9);
        let mut pair = pair(config, server_config());
        pair.run();
        assert_eq!(fill(&mut pair.server, &mut pair.client, len).is_none(), fits);
    }
}

/// A server that was offered early data, and has sent its flight.
fn server_that_skips() -> End<ServerRole, Null> {
    let hello = ClientHello {
        extensions: ClientHelloExtensions {
            max_fragment_length: None,
            signature_algorithms: Some(Vector::items(&[SignatureScheme::ecdsa_secp256r1_sha256])),
            alpn: None,
            ..samples::CLIENT_HELLO.extensions
        },
        ..samples::CLIENT_HELLO
    };
    let mut server = plain::server(&Arc::new(server_config().build().unwrap()));
    server.give(&Record::new(false, ContentType::handshake, &plain::encoded(&hello)).sealed());
    assert_eq!(server.error, None);
    server
}

// [4.2.10-5]
#[test]
fn early_data_that_was_not_wanted_is_dropped_until_the_first_record_that_opens() {
    let unreadable = plain::framed(ContentType::application_data, &[0; 1000]);
    let readable = Record::new(true, ContentType::alert, &[1, 90]).sealed();
    let mut server = server_that_skips();
    for _ in 0..16 {
        server.give(&unreadable);
    }
    server.give(&readable);
    assert_eq!(server.error, None);
    server.give(&unreadable);
    let Some(Error::Refused(refusal)) = server.error else { panic!("{:?}", server.error) };
    assert_eq!(refusal.reason, Reason::BadRecordMac);
}

// [4.2.10-6]
#[test]
fn early_data_without_end_is_refused() {
    let mut server = server_that_skips();
    server.give(&plain::framed(ContentType::application_data, &[0; 1 << 14]));
    assert_eq!(server.error, None);
    server.give(&plain::framed(ContentType::application_data, &[0; 18]));
    let Some(Error::Refused(refusal)) = server.error else { panic!("{:?}", server.error) };
    assert_eq!(refusal.reason, Reason::TooMuchEarlyData);
}

/// The `request_update` of every KeyUpdate in what was sent.
fn key_updates(sent: &[u8]) -> Vec<u8> {
    let handshake = records(sent).into_iter().filter(|r| r.content_type == ContentType::handshake);
    handshake.filter(|r| r.content[0] == HandshakeType::key_update.0).map(|r| r.content[4]).collect()
}

fn update_keys<R: Role>(end: &mut End<R, Null>, both: bool) -> Vec<u8> {
    end.conn.app().unwrap().update_keys(both, &mut end.tx).unwrap().unwrap();
    key_updates(end.tx.to_send())
}

// [4.6.3-3] [9846-4.7.3-1]
#[test]
fn an_update_is_asked_for_once_and_answered_by_one_that_does_not_ask() {
    let mut pair = pair(client_config(), server_config());
    run(&mut pair);
    assert_eq!(update_keys(&mut pair.client, true), [1]);
    assert_eq!(update_keys(&mut pair.client, true), [1, 0]);
    let sent = pair.client.take_output();
    pair.server.give(&sent);
    assert!(pair.server.take_output().is_empty(), "it can wait until there is data");
    pair.server.write(b"data");
    let answer = pair.server.take_output();
    assert_eq!((key_updates(&answer), records(&answer).len()), (vec![0], 2));
    pair.client.give(&answer);
    assert_eq!(update_keys(&mut pair.client, true), [1]);
}

// [5.5-1] [9846-5.5-1]
#[test]
fn a_sender_renews_its_key_at_its_limit_and_holds_nobody_else_to_it() {
    let mut pair = pair(client_config().key_update_after(4), server_config());
    run(&mut pair);
    for end in 0..10_u8 {
        pair.client.write(&[end]);
        pair.server.write(&[end]);
    }
    let [from_client, from_server] = run(&mut pair);
    assert_eq!(key_updates(&from_client), [0, 0]);
    assert!(key_updates(&from_server).is_empty());
    assert_eq!((pair.client.received.len(), pair.server.received.len()), (10, 10));
    pair.assert_connected();
}

// [7.4.2-2]
#[test]
fn an_x25519_share_that_leads_to_zeros_is_refused() {
    let provider = provider();
    let (zero, mut one) = ([0; 32], [0; 32]);
    one[0] = 1;
    for share in [zero, one] {
        assert!(provider.kx_encap(NamedGroup::x25519, &share).is_err());
        let key = provider.kx_generate(NamedGroup::x25519).unwrap();
        assert!(provider.kx_decap(key, &share).is_err());
    }
}

// [4.2.8.2-1] [4.2.8.2-2]
#[test]
fn a_share_that_is_no_uncompressed_point_of_the_curve_is_refused() {
    let provider = provider();
    for (group, len) in [(NamedGroup::secp256r1, 65), (NamedGroup::secp384r1, 97)] {
        let mut good = [0; 97];
        let key = provider.kx_generate(group).unwrap();
        assert_eq!(provider.kx_share(&key, &mut good).unwrap(), len);
        let good = &good[..len];
        let refuses = |share: &[u8]| provider.kx_encap(group, share).is_err();
        assert!(!refuses(good));
        let mut off_curve = good.to_vec();
        off_curve[len - 1] ^= 1;
        assert!(refuses(&off_curve));
        let sign = 2 + (good[len - 1] & 1);
        assert!(refuses(&[&[sign], &good[1..=len / 2]].concat()), "compressed");
        assert!(refuses(&[0]), "the point at infinity");
        assert!(refuses(&good[..len - 1]));
    }
}

// [9.1-1] [9.1-3]
#[test]
fn every_mandatory_and_recommended_suite_and_group_connects() {
    let world = World::new();
    for suite in [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ] {
        for group in [NamedGroup::secp256r1, NamedGroup::x25519] {
            let server = world.server_config().suites([suite]).groups([group]).build().unwrap();
            let mut pair = Pair::of(world.client_config().build().unwrap(), server);
            pair.run();
            pair.assert_connected();
            assert_eq!(pair.client.conn.negotiated().suite, Some(suite));
            assert_eq!(pair.client.conn.negotiated().group, Some(group));
        }
    }
}

// [4.1.1-5] [4.4.2.2-2] [4.4.2.3-1] [4.4.3-6]
#[test]
fn a_key_is_shown_only_to_a_peer_that_can_verify_it() {
    let world = World::new();
    let ed25519 = [SignatureScheme::ed25519];
    let client = world.client_config().schemes(ed25519).build().unwrap();
    let mut pair = Pair::of(client, world.server_config().build().unwrap());
    pair.run();
    assert_eq!(pair.server.seen.alerts_sent, [AlertDescription::handshake_failure]);
    let server = world.server_config().schemes(ed25519).build().unwrap();
    let mut pair = Pair::of(world.client_config().build().unwrap(), server);
    pair.run();
    assert_eq!(pair.server.seen.alerts_sent, [AlertDescription::certificate_required]);
}

// [4.4.2.2-4]
#[test]
fn the_server_name_guides_which_certificate_is_shown() {
    let world = World::new();
    let other = world.pki.server("other.test");
    let server = symbolon::ServerConfig::builder(provider())
        .credential(provider::local(&other))
        .credential(provider::local(&world.server));
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).build().unwrap();
    let mut pair = Pair::of(client, server.build().unwrap());
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
}

// [7301-3.2-1]
#[test]
fn the_server_picks_its_favourite_protocol_among_those_offered() {
    let world = World::new();
    let client = world.client_config().alpn(["h2", "http/1.1", "x"]).build().unwrap();
    let server = world.server_config().alpn(["y", "http/1.1", "h2"]).build().unwrap();
    let mut pair = Pair::of(client, server);
    pair.run();
    assert_eq!(pair.client.conn.alpn(), Some(&b"http/1.1"[..]));
    assert_eq!(pair.server.conn.alpn(), pair.client.conn.alpn());
}
