//! The registries of TLS 1.3 (RFC 8446 §4, §5, §6, §11, Appendix B), names spelled as there.

use super::codepoint::codepoints;

codepoints! {
    /// `ContentType` of a record (RFC 8446 §5.1).
    ContentType(u8) {
        change_cipher_spec = 20,
        alert = 21,
        handshake = 22,
        application_data = 23,
        heartbeat = 24,
    }
}

codepoints! {
    /// `HandshakeType` of a message (RFC 8446 §4).
    HandshakeType(u8) {
        hello_request = 0,
        client_hello = 1,
        server_hello = 2,
        new_session_ticket = 4,
        end_of_early_data = 5,
        encrypted_extensions = 8,
        certificate = 11,
        server_key_exchange = 12,
        certificate_request = 13,
        server_hello_done = 14,
        certificate_verify = 15,
        client_key_exchange = 16,
        finished = 20,
        certificate_url = 21,
        certificate_status = 22,
        key_update = 24,
        compressed_certificate = 25,
        message_hash = 254,
    }
}

codepoints! {
    /// `ProtocolVersion` (RFC 8446 §4.1.2, §4.2.1).
    ProtocolVersion(u16) {
        SSL_3_0 = 0x0300,
        TLS_1_0 = 0x0301,
        TLS_1_1 = 0x0302,
        TLS_1_2 = 0x0303,
        TLS_1_3 = 0x0304,
    }
}

codepoints! {
    /// `CipherSuite` (RFC 8446 Appendix B.4).
    CipherSuite(u16) {
        TLS_AES_128_GCM_SHA256 = 0x1301,
        TLS_AES_256_GCM_SHA384 = 0x1302,
        TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
        TLS_AES_128_CCM_SHA256 = 0x1304,
        TLS_AES_128_CCM_8_SHA256 = 0x1305,
        TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
        TLS_FALLBACK_SCSV = 0x5600,
    }
}

codepoints! {
    /// `NamedGroup` (RFC 8446 §4.2.7).
    NamedGroup(u16) {
        secp256r1 = 0x0017,
        secp384r1 = 0x0018,
        secp521r1 = 0x0019,
        x25519 = 0x001d,
        x448 = 0x001e,
        MLKEM1024 = 0x0202,
        ffdhe2048 = 0x0100,
        ffdhe3072 = 0x0101,
        ffdhe4096 = 0x0102,
        ffdhe6144 = 0x0103,
        ffdhe8192 = 0x0104,
        SecP256r1MLKEM768 = 0x11eb,
        X25519MLKEM768 = 0x11ec,
    }
}

codepoints! {
    /// `SignatureScheme` (RFC 8446 §4.2.3).
    SignatureScheme(u16) {
        rsa_pkcs1_sha256 = 0x0401,
        rsa_pkcs1_sha384 = 0x0501,
        rsa_pkcs1_sha512 = 0x0601,
        ecdsa_secp256r1_sha256 = 0x0403,
        ecdsa_secp384r1_sha384 = 0x0503,
        ecdsa_secp521r1_sha512 = 0x0603,
        rsa_pss_rsae_sha256 = 0x0804,
        rsa_pss_rsae_sha384 = 0x0805,
        rsa_pss_rsae_sha512 = 0x0806,
        ed25519 = 0x0807,
        ed448 = 0x0808,
        rsa_pss_pss_sha256 = 0x0809,
        rsa_pss_pss_sha384 = 0x080a,
        rsa_pss_pss_sha512 = 0x080b,
        rsa_pkcs1_sha1 = 0x0201,
        ecdsa_sha1 = 0x0203,
    }
}

codepoints! {
    /// `ExtensionType` (RFC 8446 §4.2).
    ExtensionType(u16) {
        server_name = 0,
        max_fragment_length = 1,
        status_request = 5,
        supported_groups = 10,
        ec_point_formats = 11,
        signature_algorithms = 13,
        use_srtp = 14,
        heartbeat = 15,
        application_layer_protocol_negotiation = 16,
        signed_certificate_timestamp = 18,
        client_certificate_type = 19,
        server_certificate_type = 20,
        padding = 21,
        encrypt_then_mac = 22,
        extended_master_secret = 23,
        compress_certificate = 27,
        record_size_limit = 28,
        session_ticket = 35,
        pre_shared_key = 41,
        early_data = 42,
        supported_versions = 43,
        cookie = 44,
        psk_key_exchange_modes = 45,
        certificate_authorities = 47,
        oid_filters = 48,
        post_handshake_auth = 49,
        signature_algorithms_cert = 50,
        key_share = 51,
        ticket_request = 58,
        tls_flags = 62,
        encrypted_client_hello = 0xfe0d,
        renegotiation_info = 0xff01,
    }
}

codepoints! {
    /// A flag of `tls_flags` (draft-ietf-tls-tlsflags), by the place of its bit.
    TlsFlag(u16) {
        resumption_across_names = 8,
    }
}

codepoints! {
    /// `AlertDescription` (RFC 8446 §6).
    AlertDescription(u8) {
        close_notify = 0,
        unexpected_message = 10,
        bad_record_mac = 20,
        decryption_failed = 21,
        record_overflow = 22,
        decompression_failure = 30,
        handshake_failure = 40,
        no_certificate = 41,
        bad_certificate = 42,
        unsupported_certificate = 43,
        certificate_revoked = 44,
        certificate_expired = 45,
        certificate_unknown = 46,
        illegal_parameter = 47,
        unknown_ca = 48,
        access_denied = 49,
        decode_error = 50,
        decrypt_error = 51,
        export_restriction = 60,
        protocol_version = 70,
        insufficient_security = 71,
        internal_error = 80,
        inappropriate_fallback = 86,
        user_canceled = 90,
        no_renegotiation = 100,
        missing_extension = 109,
        unsupported_extension = 110,
        certificate_unobtainable = 111,
        unrecognized_name = 112,
        bad_certificate_status_response = 113,
        bad_certificate_hash_value = 114,
        unknown_psk_identity = 115,
        certificate_required = 116,
        general_error = 117,
        no_application_protocol = 120,
        ech_required = 121,
    }
}

codepoints! {
    /// `AlertLevel` (RFC 8446 §6). TLS 1.3 ignores it on receipt; the description decides.
    AlertLevel(u8) {
        warning = 1,
        fatal = 2,
    }
}

codepoints! {
    /// `KeyUpdateRequest` (RFC 8446 §4.6.3).
    KeyUpdateRequest(u8) {
        update_not_requested = 0,
        update_requested = 1,
    }
}

codepoints! {
    /// `PskKeyExchangeMode` (RFC 8446 §4.2.9).
    PskKeyExchangeMode(u8) {
        psk_ke = 0,
        psk_dhe_ke = 1,
    }
}

codepoints! {
    /// `CertificateCompressionAlgorithm` (RFC 8879 §3, §7.3).
    CertificateCompressionAlgorithm(u16) {
        zlib = 1,
        brotli = 2,
        zstd = 3,
    }
}

codepoints! {
    /// `MaxFragmentLength` (RFC 6066 §4): 2^9 to 2^12 bytes of plaintext a record.
    MaxFragmentLength(u8) {
        two_to_the_9 = 1,
        two_to_the_10 = 2,
        two_to_the_11 = 3,
        two_to_the_12 = 4,
    }
}

impl MaxFragmentLength {
    /// Bytes of plaintext that a record may carry, if the value is one of the four assigned.
    #[must_use]
    pub const fn bytes(self) -> Option<u16> {
        match self.0 {
            1 => Some(512),
            2 => Some(1024),
            3 => Some(2048),
            4 => Some(4096),
            _ => None,
        }
    }
}

impl NamedGroup {
    /// Whether ML-KEM has a part in it, so that what is recorded today stays secret from a quantum computer.
    #[must_use]
    pub const fn is_post_quantum(self) -> bool {
        matches!(self, Self::MLKEM1024 | Self::SecP256r1MLKEM768 | Self::X25519MLKEM768)
    }
}

impl AlertDescription {
    /// What the sender of this alert means by it, for people (RFC 8446 §6.1, §6.2).
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::close_notify => "it will send no more",
            Self::unexpected_message => "it received a message that is not legal at this point",
            Self::bad_record_mac => "it could not decrypt a record",
            Self::record_overflow => "it received a record that is too long",
            Self::handshake_failure => "it finds no acceptable set of parameters, or misses a client certificate",
            Self::bad_certificate => "a certificate was corrupt, or its signature or content is wrong",
            Self::unsupported_certificate => "a certificate is of a kind or for a purpose that it does not accept",
            Self::certificate_revoked => "a certificate was revoked by its issuer",
            Self::certificate_expired => "a certificate has expired or is not yet valid",
            Self::certificate_unknown => "a certificate is not acceptable, for a reason it does not tell",
            Self::illegal_parameter => "a field has a value that is out of range or contradicts another",
            Self::unknown_ca => "a chain leads to no CA that it trusts",
            Self::access_denied => "the certificate is valid, but its holder is not allowed in",
            Self::decode_error => "it could not parse a message",
            Self::decrypt_error => "a signature, Finished or PSK binder did not verify",
            Self::protocol_version => "it does not speak the protocol version offered",
            Self::insufficient_security => "it wants stronger parameters than those offered",
            Self::internal_error => "it had an error of its own",
            Self::inappropriate_fallback => "it sees a needless downgrade",
            Self::user_canceled => "its user gave up",
            Self::missing_extension => "an extension that must be there is not",
            Self::unsupported_extension => "it received an extension that it did not ask for",
            Self::unrecognized_name => "it has nothing for the server name asked for",
            Self::bad_certificate_status_response => "the OCSP response was invalid or unacceptable",
            Self::unknown_psk_identity => "it knows no PSK by that identity",
            Self::certificate_required => "it wants a client certificate and got none",
            Self::general_error => "an error that it does not describe further",
            Self::no_application_protocol => "it speaks none of the application protocols (ALPN) offered",
            _ => "an alert that TLS 1.3 does not define",
        }
    }
}
