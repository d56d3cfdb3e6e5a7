//! Every message survives its own encoding, whatever its values, and every parser survives whatever the peer sends.

mod util;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use symbolon::wire::*;
use util::samples::{self, encode};

/// Parsing what `$value` encodes to gives `$value`, and encoding that gives the same bytes. The block of extensions as
/// received, which is never encoded, is set aside.
macro_rules! assert_survives {
    ($type:ident, $value:expr $(, except $($raw:ident).+)?) => {{
        let (value, body) = ($value, encode(&$value));
        let parsed = $type::parse(&body);
        prop_assert!(parsed.is_ok(), "{:?}", parsed);
        #[allow(unused_mut)]
        let mut parsed = parsed.unwrap();
        prop_assert_eq!(encode(&parsed), body.as_slice());
        $(parsed.$($raw).+ = Extensions::EMPTY;)?
        prop_assert_eq!(parsed, value);
    }};
}

/// `$bytes` are refused, or give a value that survives.
macro_rules! assert_refused_or_survives {
    ($bytes:expr, $type:ident $(, except $($raw:ident).+)?) => {
        #[allow(unused_mut)]
        if let Ok(mut value) = $type::parse($bytes) {
            $(value.$($raw).+ = Extensions::EMPTY;)?
            assert_survives!($type, value $(, except $($raw).+)?);
        }
    };
}

/// Of every parser.
fn refused_or_survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    assert_refused_or_survives!(bytes, ClientHello, except extensions.raw);
    assert_refused_or_survives!(bytes, ServerHello, except extensions.raw);
    assert_refused_or_survives!(bytes, HelloRetryRequest, except extensions.raw);
    assert_refused_or_survives!(bytes, EncryptedExtensions, except raw);
    assert_refused_or_survives!(bytes, Certificate);
    assert_refused_or_survives!(bytes, CertificateVerify);
    assert_refused_or_survives!(bytes, Finished);
    assert_refused_or_survives!(bytes, KeyUpdate);
    assert_refused_or_survives!(bytes, NewSessionTicket, except extensions);
    assert_refused_or_survives!(bytes, EndOfEarlyData);
    assert_refused_or_survives!(bytes, OfferedPsks);
    assert_refused_or_survives!(bytes, Alert);
    assert_refused_or_survives!(bytes, RecordHeader);
    if let Ok(mut request) = CertificateRequest::parse(bytes) {
        // Without an extension that is known here it encodes to an empty block, which is too short.
        request.extensions.raw = Extensions::EMPTY;
        if request.extensions != CertificateRequestExtensions::default() {
            assert_survives!(CertificateRequest, request, except extensions.raw);
        }
    }
    Ok(())
}

fn bytes(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), len)
}

fn code_points<T: From<u16> + std::fmt::Debug>() -> impl Strategy<Value = Vec<T>> {
    vec(any::<u16>().prop_map(T::from), 1..9)
}

/// A list of byte strings, and the elements made of them.
fn strings(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(bytes(len), 1..5)
}

fn of_each<'a, O, T>(list: &'a Option<Vec<O>>, element: impl Fn(&'a O) -> T) -> Option<Vec<T>> {
    list.as_ref().map(|list| list.iter().map(element).collect())
}

fn vector<'a, T: Element<'a>>(list: &'a Option<Vec<T>>) -> Option<Vector<'a, T>> {
    list.as_deref().map(Vector::items)
}

fn share((group, key_exchange): &(u16, Vec<u8>)) -> KeyShareEntry<'_> {
    KeyShareEntry { group: NamedGroup(*group), key_exchange }
}

fn extension((extension_type, extension_data): &(u16, Vec<u8>)) -> Extension<'_> {
    Extension { extension_type: ExtensionType(*extension_type), extension_data }
}

proptest! {
    #[test]
    fn client_hello_survives_its_encoding(
        (legacy_version, random, session_id) in (any::<u16>(), any::<[u8; 32]>(), bytes(0..=32)),
        (suites, compression) in (code_points(), bytes(1..=255)),
        (server_name, cookie, psk_modes, psk) in (of(bytes(1..99)), of(bytes(1..99)), of(bytes(1..=255)), of(bytes(0..99))),
        (groups, schemes, schemes_cert) in (of(code_points()), of(code_points()), of(code_points())),
        (versions, record_size_limit, max_fragment_length) in (of(code_points()), any::<Option<u16>>(), any::<Option<u8>>()),
        (alpn, authorities) in (of(strings(1..256)), of(strings(1..300))),
        key_share in of(vec((any::<u16>(), bytes(1..1300)), 0..4)),
        (status_request, early_data, post_handshake_auth) in any::<(bool, bool, bool)>(),
        (ticket_request, signed_certificate_timestamp) in any::<(Option<(u8, u8)>, bool)>(),
        compression_algorithms in of(code_points()),
    ) {
        let alpn = of_each(&alpn, |name| ProtocolName(name));
        let authorities = of_each(&authorities, |name| DistinguishedName(name));
        let key_share = of_each(&key_share, share);
        let hello = ClientHello {
            legacy_version: ProtocolVersion(legacy_version),
            random: &random,
            legacy_session_id: &session_id,
            cipher_suites: Vector::items(&suites),
            legacy_compression_methods: &compression,
            extensions: ClientHelloExtensions {
                raw: Extensions::EMPTY,
                server_name: server_name.as_deref(),
                max_fragment_length: max_fragment_length.map(MaxFragmentLength),
                status_request,
                supported_groups: vector(&groups),
                signature_algorithms: vector(&schemes),
                signature_algorithms_cert: vector(&schemes_cert),
                alpn: vector(&alpn),
                compress_certificate: vector(&compression_algorithms),
                record_size_limit,
                signed_certificate_timestamp,
                supported_versions: vector(&versions),
                cookie: cookie.as_deref(),
                certificate_authorities: vector(&authorities),
                key_share: vector(&key_share),
                psk_key_exchange_modes: psk_modes.as_deref(),
                early_data,
                post_handshake_auth,
                ticket_request: ticket_request.map(|(new, resumed)| TicketRequest {
                    new_session_count: new,
                    resumption_count: resumed,
                }),
                pre_shared_key: psk.as_deref(),
            },
        };
        assert_survives!(ClientHello, hello, except extensions.raw);
    }

    #[test]
    fn server_hello_survives_its_encoding(
        (legacy_version, random, session_id) in (any::<u16>(), any::<[u8; 32]>(), bytes(0..=32)),
        (suite, legacy_compression_method, version) in any::<(u16, u8, Option<u16>)>(),
        (key_share, pre_shared_key) in (of((any::<u16>(), bytes(1..1300))), any::<Option<u16>>()),
    ) {
        let hello = ServerHello {
            legacy_version: ProtocolVersion(legacy_version),
            random: &random,
            legacy_session_id_echo: &session_id,
            cipher_suite: CipherSuite(suite),
            legacy_compression_method,
            extensions: ServerHelloExtensions {
                raw: Extensions::EMPTY,
                supported_versions: version.map(ProtocolVersion),
                key_share: key_share.as_ref().map(share),
                pre_shared_key,
            },
        };
        assert_survives!(ServerHello, hello, except extensions.raw);
    }

    #[test]
    fn hello_retry_request_survives_its_encoding(
        (legacy_version, session_id, cookie) in (any::<u16>(), bytes(0..=32), of(bytes(1..99))),
        (suite, legacy_compression_method, version, group) in any::<(u16, u8, Option<u16>, Option<u16>)>(),
    ) {
        let request = HelloRetryRequest {
            legacy_version: ProtocolVersion(legacy_version),
            legacy_session_id_echo: &session_id,
            cipher_suite: CipherSuite(suite),
            legacy_compression_method,
            extensions: HelloRetryRequestExtensions {
                raw: Extensions::EMPTY,
                supported_versions: version.map(ProtocolVersion),
                key_share: group.map(NamedGroup),
                cookie: cookie.as_deref(),
            },
        };
        prop_assert!(is_hello_retry_request(&encode(&request)));
        assert_survives!(HelloRetryRequest, request, except extensions.raw);
    }

    #[test]
    fn encrypted_extensions_survive_their_encoding(
        (server_name, early_data, ticket_request) in any::<(bool, bool, Option<u8>)>(),
        (max_fragment_length, record_size_limit) in any::<(Option<u8>, Option<u16>)>(),
        (alpn, groups) in (of(bytes(1..=255)), of(code_points())),
    ) {
        let extensions = EncryptedExtensions {
            raw: Extensions::EMPTY,
            server_name,
            max_fragment_length: max_fragment_length.map(MaxFragmentLength),
            alpn: alpn.as_deref().map(ProtocolName),
            record_size_limit,
            supported_groups: vector(&groups),
            early_data,
            ticket_request,
        };
        assert_survives!(EncryptedExtensions, extensions, except raw);
    }

    #[test]
    fn certificate_request_survives_its_encoding(
        (context, schemes, schemes_cert) in (bytes(0..=255), code_points(), of(code_points())),
        (authorities, oid_filters) in (of(strings(1..300)), any::<bool>()),
        (status_request, signed_certificate_timestamp) in any::<(bool, bool)>(),
        compression_algorithms in of(code_points()),
    ) {
        let authorities = of_each(&authorities, |name| DistinguishedName(name));
        let request = CertificateRequest {
            certificate_request_context: &context,
            extensions: CertificateRequestExtensions {
                raw: Extensions::EMPTY,
                signature_algorithms: Some(Vector::items(&schemes)),
                signature_algorithms_cert: vector(&schemes_cert),
                certificate_authorities: vector(&authorities),
                oid_filters,
                status_request,
                signed_certificate_timestamp,
                compress_certificate: vector(&compression_algorithms),
            },
        };
        assert_survives!(CertificateRequest, request, except extensions.raw);
    }

    // [8879-4-1]
    #[test]
    fn compressed_certificate_survives_its_encoding(
        (algorithm, uncompressed_length, message) in (any::<u16>(), 0..1_u32 << 24, bytes(1..2000)),
    ) {
        let compressed = CompressedCertificate {
            algorithm: CertificateCompressionAlgorithm(algorithm),
            uncompressed_length,
            compressed_certificate_message: &message,
        };
        assert_survives!(CompressedCertificate, compressed);
    }

    #[test]
    fn certificate_survives_its_encoding(
        context in bytes(0..=255),
        chain in vec((bytes(1..2000), vec((any::<u16>(), bytes(0..99)), 0..4)), 0..5),
    ) {
        let blocks: Vec<Vec<_>> = chain.iter().map(|(_, list)| list.iter().map(extension).collect()).collect();
        let entries: Vec<_> = chain
            .iter()
            .zip(&blocks)
            .map(|((der, _), block)| CertificateEntry { cert_data: der, extensions: Extensions::items(block) })
            .collect();
        let certificate =
            Certificate { certificate_request_context: &context, certificate_list: Vector::items(&entries) };
        assert_survives!(Certificate, certificate);
    }

    #[test]
    fn new_session_ticket_survives_its_encoding(
        (ticket_lifetime, ticket_age_add, max_early_data_size) in any::<(u32, u32, Option<u32>)>(),
        (nonce, ticket, flags) in (bytes(0..=255), bytes(1..2000), bytes(0..=255)),
    ) {
        let message = NewSessionTicket {
            ticket_lifetime,
            ticket_age_add,
            ticket_nonce: &nonce,
            ticket: &ticket,
            extensions: Extensions::EMPTY,
            max_early_data_size,
            flags: TlsFlags::of(&flags),
        };
        assert_survives!(NewSessionTicket, message, except extensions);
    }

    #[test]
    fn offered_psks_survive_their_encoding(
        identities in vec((bytes(1..300), any::<u32>()), 1..5),
        binders in vec(bytes(32..=255), 1..5),
    ) {
        let identities: Vec<_> = identities
            .iter()
            .map(|(identity, age)| PskIdentity { identity, obfuscated_ticket_age: *age })
            .collect();
        let binders: Vec<_> = binders.iter().map(|binder| PskBinderEntry(binder)).collect();
        let offered =
            OfferedPsks { identities: Vector::items(&identities), binders: Vector::items(&binders) };
        prop_assert!(encode(&offered).ends_with(binders[binders.len() - 1].0));
        let without = encode(&offered).len() - offered.binders_len();
        prop_assert_eq!(without, 2 + identities.iter().map(|i| 2 + i.identity.len() + 4).sum::<usize>());
        assert_survives!(OfferedPsks, offered);
    }

    #[test]
    fn flat_structures_survive_their_encoding(
        (scheme, signature, verify_data) in (any::<u16>(), bytes(0..600), bytes(0..65)),
        (a, b, version, length) in any::<(u8, u8, u16, u16)>(),
    ) {
        assert_survives!(
            CertificateVerify,
            CertificateVerify { algorithm: SignatureScheme(scheme), signature: &signature }
        );
        assert_survives!(Finished, Finished { verify_data: &verify_data });
        assert_survives!(KeyUpdate, KeyUpdate { request_update: KeyUpdateRequest(a) });
        assert_survives!(Alert, Alert { level: AlertLevel(a), description: AlertDescription(b) });
        assert_survives!(
            RecordHeader,
            RecordHeader {
                content_type: ContentType(a),
                legacy_record_version: ProtocolVersion(version),
                length,
            }
        );
    }

    #[test]
    fn check_refuses_the_first_extension_type_that_occurs_again(types in vec(0x4000u16..0x4040, 0..40)) {
        let block: Vec<_> =
            types.iter().map(|t| Extension { extension_type: ExtensionType(*t), extension_data: &[] }).collect();
        let again = types.iter().enumerate().find(|(n, t)| types.iter().position(|first| first == *t) != Some(*n));
        let expected = match again {
            Some((_, t)) => Err(ExtensionRefused::Duplicate(ExtensionType(*t), In::ClientHello)),
            None => Ok(()),
        };
        prop_assert_eq!(Extensions::items(&block).check(In::ClientHello), expected);
    }

    #[test]
    fn parsers_refuse_noise_or_read_a_value_that_survives(noise in bytes(0..400)) {
        refused_or_survives(&noise)?;
    }

    #[test]
    fn parsers_refuse_damaged_messages_or_read_a_value_that_survives(
        which in any::<prop::sample::Index>(),
        damage in vec((any::<prop::sample::Index>(), 0..3, any::<u8>()), 1..4),
    ) {
        let samples = samples::all();
        let mut body = encode(samples[which.index(samples.len())]);
        for (at, how, byte) in damage {
            let at = at.index(body.len().max(1));
            match how {
                0 => body.insert(at, byte),
                1 if at < body.len() => { body.remove(at); }
                _ if at < body.len() => body[at] ^= byte,
                _ => {}
            }
        }
        refused_or_survives(&body)?;
    }
}
