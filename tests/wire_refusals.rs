//! Malformed messages are refused by the name of the field, and of the extension that holds it.

mod util;

use std::fmt::Debug;
use symbolon::wire::*;
use util::samples::{self, block, client_hello, encode, hello_with, hex, server_hello};

type Refused = (&'static str, Shape, Option<ExtensionType>);

#[track_caller]
fn refused<T: Debug>(parsed: Result<T, Malformed>) -> Refused {
    let m = parsed.expect_err("must be refused");
    (m.field(), m.shape(), m.extension())
}

// [3.4-1] [3.4-2]
#[test]
fn client_hello_fields_out_of_bounds_are_refused_by_name() {
    let parse = |body: Vec<u8>| refused(ClientHello::parse(&body));
    let long_id = format!("21 {}", "aa".repeat(33));
    assert_eq!(parse(client_hello(&long_id, "0002 1301", "0100", &[])), ("legacy_session_id", Shape::Length, None));
    assert_eq!(parse(client_hello("00", "0000", "0100", &[])), ("cipher_suites", Shape::Length, None));
    assert_eq!(parse(client_hello("00", "0003 130113", "0100", &[])), ("cipher_suites", Shape::Length, None));
    let no_compression = client_hello("00", "0002 1301", "00", &[]);
    assert_eq!(parse(no_compression), ("legacy_compression_methods", Shape::Length, None));
    assert_eq!(parse(hello_with(&hex("0001 00"))), ("extension_type", Shape::Truncated, None));
    let cut = parse(hello_with(&hex("0006 002b 0003 0203")));
    assert_eq!(cut, ("extension_data", Shape::Truncated, Some(ExtensionType::supported_versions)));
    assert_eq!(parse(hello_with(&hex("0000 00"))), ("ClientHello", Shape::Trailing, None));
}

// [6066-3-1] [7301-3.1-1] [8879-3-1]
#[test]
fn extensions_of_a_client_hello_are_refused_by_extension_and_field() {
    use ExtensionType as T;
    use Shape::{Length, Trailing, Truncated, Value};
    let cases: &[(ExtensionType, &str, &str, Shape)] = &[
        (T::server_name, "", "server_name_list", Truncated),
        (T::server_name, "0000", "server_name_list", Length),
        (T::server_name, "0003 00 0000", "HostName", Length),
        (T::server_name, "0008 00 0001 61 00 0001 62", "name_type", Value),
        (T::server_name, "0004 00 0001 61 00", "extension_data", Trailing),
        (T::max_fragment_length, "", "MaxFragmentLength", Truncated),
        (T::max_fragment_length, "01 01", "extension_data", Trailing),
        (T::status_request, "", "status_type", Truncated),
        (T::status_request, "01 0000", "request_extensions", Truncated),
        (T::status_request, "01 0002 0000 0000", "ResponderID", Length),
        (T::status_request, "01 0000 0000 00", "extension_data", Trailing),
        (T::supported_groups, "0000", "named_group_list", Length),
        (T::supported_groups, "0003 001d 00", "named_group_list", Length),
        (T::supported_groups, "0002 001d 00", "extension_data", Trailing),
        (T::signature_algorithms, "0000", "supported_signature_algorithms", Length),
        (T::signature_algorithms, "0004 0807", "supported_signature_algorithms", Truncated),
        (T::signature_algorithms_cert, "0001 08", "supported_signature_algorithms", Length),
        (T::application_layer_protocol_negotiation, "0000", "protocol_name_list", Length),
        (T::application_layer_protocol_negotiation, "0001 00", "protocol_name_list", Length),
        (T::application_layer_protocol_negotiation, "0003 01 61 00", "ProtocolName", Length),
        (T::application_layer_protocol_negotiation, "0002 02 61", "ProtocolName", Truncated),
        (T::compress_certificate, "00", "algorithms", Length),
        (T::compress_certificate, "03 0001 00", "algorithms", Length),
        (T::compress_certificate, "04 0001", "algorithms", Truncated),
        (T::compress_certificate, "02 0001 00", "extension_data", Trailing),
        (T::record_size_limit, "40", "RecordSizeLimit", Truncated),
        (T::supported_versions, "00", "versions", Length),
        (T::supported_versions, "03 0304 03", "versions", Length),
        (T::cookie, "0000", "cookie", Length),
        (T::cookie, "0002 61", "cookie", Truncated),
        (T::certificate_authorities, "0002 0000", "authorities", Length),
        (T::certificate_authorities, "0005 0001 61 0000", "DistinguishedName", Length),
        (T::key_share, "", "client_shares", Truncated),
        (T::key_share, "0004 001d 0000", "key_exchange", Length),
        (T::key_share, "0005 001d 0002 aa", "key_exchange", Truncated),
        (T::psk_key_exchange_modes, "00", "ke_modes", Length),
        (T::early_data, "00", "extension_data", Trailing),
        (T::post_handshake_auth, "00", "extension_data", Trailing),
        (T::ticket_request, "", "new_session_count", Truncated),
        (T::ticket_request, "02", "resumption_count", Truncated),
        (T::ticket_request, "02 01 00", "extension_data", Trailing),
    ];
    for (extension, body, field, shape) in cases {
        let message = hello_with(&block(*extension, body));
        assert_eq!(refused(ClientHello::parse(&message)), (*field, *shape, Some(*extension)), "{extension} {body}");
    }
}

// [7301-3.1-2]
#[test]
fn extensions_of_the_server_are_refused_by_extension_and_field() {
    use ExtensionType as T;
    use Shape::{Length, Trailing, Truncated};
    type Parser = fn(&[u8]) -> Refused;
    let hello: Parser = |block| refused(ServerHello::parse(&server_hello(&samples::RANDOM, block)));
    let retry: Parser = |block| refused(HelloRetryRequest::parse(&server_hello(&HELLO_RETRY_REQUEST_RANDOM, block)));
    let encrypted: Parser = |block| refused(EncryptedExtensions::parse(block));
    let request: Parser = |block| refused(CertificateRequest::parse(&[&[0], block].concat()));
    let ticket: Parser =
        |block| refused(NewSessionTicket::parse(&[&hex("00000001 00000002 00 0001 61"), block].concat()));
    let cases: &[(Parser, ExtensionType, &str, &str, Shape)] = &[
        (hello, T::supported_versions, "03", "selected_version", Truncated),
        (hello, T::supported_versions, "02 0304", "extension_data", Trailing),
        (hello, T::key_share, "001d 0000", "key_exchange", Length),
        (hello, T::key_share, "001d 0001 61 00", "extension_data", Trailing),
        (hello, T::pre_shared_key, "00", "selected_identity", Truncated),
        (retry, T::supported_versions, "03", "selected_version", Truncated),
        (retry, T::key_share, "001d 0001 61", "extension_data", Trailing),
        (retry, T::cookie, "0000", "cookie", Length),
        (encrypted, T::server_name, "0000", "extension_data", Trailing),
        (encrypted, T::max_fragment_length, "", "MaxFragmentLength", Truncated),
        (encrypted, T::application_layer_protocol_negotiation, "0000", "protocol_name_list", Length),
        (encrypted, T::application_layer_protocol_negotiation, "0004 0161 0162", "protocol_name_list", Length),
        (encrypted, T::record_size_limit, "400000", "extension_data", Trailing),
        (encrypted, T::supported_groups, "0000", "named_group_list", Length),
        (encrypted, T::early_data, "00000001", "extension_data", Trailing),
        (encrypted, T::ticket_request, "", "expected_count", Truncated),
        (encrypted, T::ticket_request, "02 01", "extension_data", Trailing),
        (request, T::signature_algorithms, "0000", "supported_signature_algorithms", Length),
        (request, T::signature_algorithms_cert, "0000", "supported_signature_algorithms", Length),
        (request, T::certificate_authorities, "0000", "authorities", Length),
        (request, T::oid_filters, "0003 00 0000", "certificate_extension_oid", Length),
        (request, T::oid_filters, "0002 01 06", "certificate_extension_values", Truncated),
        (request, T::status_request, "0100000000", "extension_data", Trailing),
        (request, T::compress_certificate, "00", "algorithms", Length),
        (request, T::compress_certificate, "02 0001 00", "extension_data", Trailing),
        (ticket, T::early_data, "000001", "max_early_data_size", Truncated),
    ];
    for (parse, extension, body, field, shape) in cases {
        assert_eq!(parse(&block(*extension, body)), (*field, *shape, Some(*extension)), "{extension} {body}");
    }
}

// [4.2.11-5]
#[test]
fn offered_psks_out_of_bounds_are_refused_by_name() {
    use Shape::{Length, Trailing, Truncated};
    let identities = "0007 0001 61 00000000";
    let binder = "aa".repeat(32);
    let cases = [
        ("", "identities", Truncated),
        ("0000", "identities", Length),
        ("0006 0001 61 000000", "identities", Length),
        ("0007 0000 00000000 00", "identity", Length),
        ("0007 0002 61 00000000", "obfuscated_ticket_age", Truncated),
        ("0008 0001 61 00000000 00", "identity", Truncated),
        (identities, "binders", Truncated),
        (&format!("{identities} 0000"), "binders", Length),
        (&format!("{identities} 0020 {binder}"), "binders", Length),
        (&format!("{identities} 0021 1f {binder}"), "PskBinderEntry", Length),
        (&format!("{identities} 0021 21 {binder}"), "PskBinderEntry", Truncated),
        (&format!("{identities} 0022 20 {binder} 00"), "PskBinderEntry", Length),
        (&format!("{identities} 0021 20 {binder} 00"), "extension_data", Trailing),
    ];
    for (body, field, shape) in cases {
        let expected = (field, shape, Some(ExtensionType::pre_shared_key));
        assert_eq!(refused(OfferedPsks::parse(&hex(body))), expected, "{body}");
    }
}

// [4.6.1-5]
#[test]
fn other_fields_out_of_bounds_are_refused_by_name() {
    let long_echo = [&hex("0303")[..], &samples::RANDOM, &[33], &[0; 33], &hex("1301 00")].concat();
    assert_eq!(refused(ServerHello::parse(&long_echo)), ("legacy_session_id_echo", Shape::Length, None));
    let not_a_retry = server_hello(&samples::RANDOM, &[]);
    assert_eq!(refused(HelloRetryRequest::parse(&not_a_retry)), ("random", Shape::Value, None));
    // RFC 9846 §4.4.2 corrects the bound of RFC 8446: no extensions at all is a shape that parses.
    assert_eq!(CertificateRequest::parse(&hex("00 0000")).unwrap().extensions.signature_algorithms, None);
    let empty_certificate = hex("00 000005 000000 0000");
    assert_eq!(refused(Certificate::parse(&empty_certificate)), ("cert_data", Shape::Length, None));
    let cut_entry = hex("00 000004 000001 30");
    assert_eq!(refused(Certificate::parse(&cut_entry)), ("extensions", Shape::Truncated, None));
    // [8879-4-1]
    let empty_compressed = hex("0001 000100 000000");
    let refused_as = ("compressed_certificate_message", Shape::Length, None);
    assert_eq!(refused(CompressedCertificate::parse(&empty_compressed)), refused_as);
    let empty_ticket = hex("00000001 00000002 00 0000 0000");
    assert_eq!(refused(NewSessionTicket::parse(&empty_ticket)), ("ticket", Shape::Length, None));
    let unknown = [&hex("ffff fffb")[..], &[0; 0xfffb]].concat();
    let full_block = [&hex("00000001 00000002 00 0001 61 ffff")[..], &unknown].concat();
    assert_eq!(refused(NewSessionTicket::parse(&full_block)), ("extensions", Shape::Length, None));
    assert_eq!(refused(Alert::parse(&[2])), ("description", Shape::Truncated, None));
    assert_eq!(refused(KeyUpdate::parse(&[])), ("request_update", Shape::Truncated, None));
}

// [3-1]
#[test]
fn truncated_messages_are_refused_at_every_byte() {
    for_every_parser(|name, parse, body| {
        let accepted: Vec<usize> = (0..body.len()).filter(|len| parse(&body[..*len]).is_ok()).collect();
        let before_extensions = body.windows(2).position(|two| two == [0x13, 0x01]);
        match name {
            // Cipher suite, a second one in a ClientHello, compression.
            "ClientHello" => assert_eq!(accepted, [before_extensions.unwrap() + 2 + 2 + 2]),
            "ServerHello" | "HelloRetryRequest" => assert_eq!(accepted, [before_extensions.unwrap() + 2 + 1]),
            "Finished" => assert_eq!(accepted.len(), body.len()),
            _ => assert_eq!(accepted, [0; 0], "{name}"),
        }
        let refused = (0..body.len()).filter_map(|len| parse(&body[..len]).err());
        assert!(refused.into_iter().all(|m| m.shape() == Shape::Truncated), "{name}");
    });
}

// [3-2] [4.5-1]
#[test]
fn bytes_behind_a_message_are_refused() {
    for_every_parser(|name, parse, body| {
        let longer = [body, &[0]].concat();
        let struct_name = match name {
            "RecordHeader" => "TLSPlaintext",
            "OfferedPsks" => "extension_data",
            name => name,
        };
        match parse(&longer) {
            Ok(()) => assert_eq!(name, "Finished"),
            Err(m) => assert_eq!((m.field(), m.shape()), (struct_name, Shape::Trailing)),
        }
    });
}

/// Calls `check` with the name, the parser and the encoding of every sample.
fn for_every_parser(check: impl Fn(&str, fn(&[u8]) -> Result<(), Malformed>, &[u8])) {
    macro_rules! each {
        ($($type:ident: $sample:ident),+ $(,)?) => {
            $(check(stringify!($type), |body| $type::parse(body).map(drop), &encode(&samples::$sample));)+
        };
    }
    each! {
        ClientHello: CLIENT_HELLO,
        ServerHello: SERVER_HELLO,
        HelloRetryRequest: HELLO_RETRY_REQUEST,
        EncryptedExtensions: ENCRYPTED_EXTENSIONS,
        CertificateRequest: CERTIFICATE_REQUEST,
        Certificate: CERTIFICATE,
        CompressedCertificate: COMPRESSED_CERTIFICATE,
        CertificateVerify: CERTIFICATE_VERIFY,
        Finished: FINISHED,
        KeyUpdate: KEY_UPDATE,
        NewSessionTicket: NEW_SESSION_TICKET,
        EndOfEarlyData: END_OF_EARLY_DATA,
        OfferedPsks: OFFERED_PSKS,
        Alert: ALERT,
        RecordHeader: RECORD_HEADER,
    }
}
