//! One message of each kind with every field and extension in use, and hellos built byte by byte.

use symbolon::wire::*;

pub const RANDOM: [u8; 32] = [0x5a; 32];

const GROUPS: Vector<'_, NamedGroup> = Vector::items(&[NamedGroup::x25519, NamedGroup::secp256r1]);
const SCHEMES: Vector<'_, SignatureScheme> = Vector::items(&[SignatureScheme::ed25519, SignatureScheme(0x0a0a)]);
const NAMES: Vector<'_, DistinguishedName<'_>> = Vector::items(&[DistinguishedName(b"0a"), DistinguishedName(b"b")]);
const COMPRESSION: Vector<'_, CertificateCompressionAlgorithm> =
    Vector::items(&[CertificateCompressionAlgorithm::brotli, CertificateCompressionAlgorithm(0xff01)]);
const SHARE: KeyShareEntry<'_> = KeyShareEntry { group: NamedGroup::x25519, key_exchange: &[9; 32] };

/// The encoding of an identity, its age and its binder.
pub const PSKS: &[u8] = b"\0\x08\0\x02id\0\0\0\0\0\x21\x2044444444444444444444444444444444";

pub const CLIENT_HELLO: ClientHello<'_> = ClientHello {
    legacy_version: ProtocolVersion::TLS_1_2,
    random: &RANDOM,
    legacy_session_id: &[7; 32],
    cipher_suites: Vector::items(&[CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite(0x1a1a)]),
    legacy_compression_methods: &[0],
    extensions: ClientHelloExtensions {
        raw: Extensions::EMPTY,
        server_name: Some(b"server.test"),
        max_fragment_length: Some(MaxFragmentLength::two_to_the_9),
        status_request: true,
        supported_groups: Some(GROUPS),
        signature_algorithms: Some(SCHEMES),
        signature_algorithms_cert: Some(SCHEMES),
        alpn: Some(Vector::items(&[ProtocolName(b"h2"), ProtocolName(b"x")])),
        compress_certificate: Some(COMPRESSION),
        record_size_limit: Some(0x4001),
        signed_certificate_timestamp: true,
        supported_versions: Some(Vector::items(&[ProtocolVersion::TLS_1_3, ProtocolVersion::TLS_1_2])),
        cookie: Some(b"cookie"),
        certificate_authorities: Some(NAMES),
        key_share: Some(Vector::items(&[SHARE])),
        psk_key_exchange_modes: Some(&[1]),
        early_data: true,
        post_handshake_auth: true,
        ticket_request: Some(TicketRequest { new_session_count: 2, resumption_count: 1 }),
        pre_shared_key: Some(PSKS),
    },
};

pub const SERVER_HELLO: ServerHello<'_> = ServerHello {
    legacy_version: ProtocolVersion::TLS_1_2,
    random: &RANDOM,
    legacy_session_id_echo: &[7; 32],
    cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
    legacy_compression_method: 0,
    extensions: ServerHelloExtensions {
        raw: Extensions::EMPTY,
        supported_versions: Some(ProtocolVersion::TLS_1_3),
        key_share: Some(SHARE),
        pre_shared_key: Some(0),
    },
};

pub const HELLO_RETRY_REQUEST: HelloRetryRequest<'_> = HelloRetryRequest {
    legacy_version: ProtocolVersion::TLS_1_2,
    legacy_session_id_echo: &[7; 32],
    cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
    legacy_compression_method: 0,
    extensions: HelloRetryRequestExtensions {
        raw: Extensions::EMPTY,
        supported_versions: Some(ProtocolVersion::TLS_1_3),
        key_share: Some(NamedGroup::secp256r1),
        cookie: Some(b"cookie"),
    },
};

pub const ENCRYPTED_EXTENSIONS: EncryptedExtensions<'_> = EncryptedExtensions {
    raw: Extensions::EMPTY,
    server_name: true,
    max_fragment_length: Some(MaxFragmentLength::two_to_the_9),
    alpn: Some(ProtocolName(b"h2")),
    record_size_limit: Some(0x4001),
    supported_groups: Some(GROUPS),
    early_data: true,
    ticket_request: Some(2),
};

pub const CERTIFICATE_REQUEST: CertificateRequest<'_> = CertificateRequest {
    certificate_request_context: b"context",
    extensions: CertificateRequestExtensions {
        raw: Extensions::EMPTY,
        signature_algorithms: Some(SCHEMES),
        signature_algorithms_cert: Some(SCHEMES),
        certificate_authorities: Some(NAMES),
        oid_filters: true,
        status_request: true,
        signed_certificate_timestamp: true,
        compress_certificate: Some(COMPRESSION),
    },
};

pub const CERTIFICATE: Certificate<'_> = Certificate {
    certificate_request_context: b"context",
    certificate_list: Vector::items(&[
        CertificateEntry {
            cert_data: b"leaf",
            extensions: Extensions::items(&[Extension {
                extension_type: ExtensionType::status_request,
                extension_data: b"unread",
            }]),
        },
        CertificateEntry::new(b"issuer"),
    ]),
};

pub const COMPRESSED_CERTIFICATE: CompressedCertificate<'_> = CompressedCertificate {
    algorithm: CertificateCompressionAlgorithm::zlib,
    uncompressed_length: 0x01_0203,
    compressed_certificate_message: b"shorter",
};

pub const CERTIFICATE_VERIFY: CertificateVerify<'_> =
    CertificateVerify { algorithm: SignatureScheme::ed25519, signature: &[3; 64] };

pub const FINISHED: Finished<'_> = Finished { verify_data: &[4; 32] };

pub const KEY_UPDATE: KeyUpdate = KeyUpdate { request_update: KeyUpdateRequest::update_requested };

pub const NEW_SESSION_TICKET: NewSessionTicket<'_> = NewSessionTicket {
    ticket_lifetime: 7200,
    ticket_age_add: 0x0102_0304,
    ticket_nonce: &[0, 1],
    ticket: b"ticket",
    extensions: Extensions::EMPTY,
    max_early_data_size: Some(1024),
    flags: TlsFlags::RESUMPTION_ACROSS_NAMES,
};

pub const END_OF_EARLY_DATA: EndOfEarlyData = EndOfEarlyData;

/// The body of an extension of the ClientHello.
pub const OFFERED_PSKS: OfferedPsks<'_> = OfferedPsks {
    identities: Vector::items(&[
        PskIdentity { identity: b"ticket", obfuscated_ticket_age: 0x0102_0304 },
        PskIdentity { identity: b"x", obfuscated_ticket_age: 0 },
    ]),
    binders: Vector::items(&[PskBinderEntry(&[5; 32]), PskBinderEntry(&[6; 48])]),
};

pub const ALERT: Alert = Alert { level: AlertLevel::fatal, description: AlertDescription::decode_error };

pub const RECORD_HEADER: RecordHeader =
    RecordHeader { content_type: ContentType::handshake, legacy_record_version: ProtocolVersion::TLS_1_0, length: 512 };

/// The encoding of `message`: of its body, without a header.
pub fn encode(message: &dyn Encode) -> Vec<u8> {
    let mut out = vec![0; 1 << 17];
    let mut w = Writer::new(&mut out);
    message.encode(&mut w);
    w.written().expect("the samples are shorter than that").to_vec()
}

pub fn all() -> [&'static dyn Encode; 15] {
    [
        &CLIENT_HELLO,
        &SERVER_HELLO,
        &HELLO_RETRY_REQUEST,
        &ENCRYPTED_EXTENSIONS,
        &CERTIFICATE_REQUEST,
        &CERTIFICATE,
        &COMPRESSED_CERTIFICATE,
        &CERTIFICATE_VERIFY,
        &FINISHED,
        &KEY_UPDATE,
        &NEW_SESSION_TICKET,
        &END_OF_EARLY_DATA,
        &OFFERED_PSKS,
        &ALERT,
        &RECORD_HEADER,
    ]
}

pub fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// A block with one extension, and its length.
pub fn block(extension: ExtensionType, body: &str) -> Vec<u8> {
    let body = hex(body);
    let mut out = [0; 256];
    let mut w = Writer::new(&mut out);
    w.vec16(|w| Extensions::items(&[Extension { extension_type: extension, extension_data: &body }]).encode(w));
    w.written().unwrap().to_vec()
}

/// A ClientHello whose fields are given with their lengths.
pub fn client_hello(session_id: &str, cipher_suites: &str, compression: &str, extensions: &[u8]) -> Vec<u8> {
    let fixed = [&hex("0303")[..], &RANDOM, &hex(session_id), &hex(cipher_suites), &hex(compression)];
    [&fixed.concat(), extensions].concat()
}

pub fn hello_with(extensions: &[u8]) -> Vec<u8> {
    client_hello("00", "0002 1301", "01 00", extensions)
}

pub fn server_hello(random: &[u8; 32], extensions: &[u8]) -> Vec<u8> {
    [&hex("0303"), &random[..], &hex("00 1301 00"), extensions].concat()
}
