//! Every reason to refuse, with the alert and the rule, in one table.

use crate::wire::AlertDescription;

/// One line of this table is one reason to refuse: its name, the alert it is answered with, the rule, and what is wrong.
macro_rules! reasons {
    ($($(#[$on:meta])? $name:ident => $alert:ident, $rule:literal, $says:literal;)+) => {
        /// A reason to refuse. Each has one alert and one rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[$on])? #[doc = concat!($says, " (", $rule, "; alert `", stringify!($alert), "`).")] $name,)+
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$($(#[$on])? Self::$name),+];

            /// The alert that tells the peer.
            #[must_use]
            pub const fn alert(self) -> AlertDescription {
                // [6-4]
                match self { $($(#[$on])? Self::$name => AlertDescription::$alert,)+ }
            }

            /// The document and section that demands the refusal.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => $rule,)+ }
            }

            /// The reason in words, without place or figures.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => $says,)+ }
            }

            /// The reason's name in this table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => stringify!($name),)+ }
            }
        }
    };
}

reasons! {
    // Records (§5)
    PlainHttp => unexpected_message, "RFC 8446 §5.1", "the peer speaks plain HTTP, not TLS";
    Ssl2Hello => protocol_version, "RFC 8446 Appendix D.5", "the peer greets in the format of SSL 2.0";
    NotTls => unexpected_message, "RFC 8446 §5.1", "the bytes are not a TLS record: unknown content type";
    RecordTooLong => record_overflow, "RFC 8446 §5.1, §5.2", "a record is longer than any record may be";
    RecordOverLimit => record_overflow, "RFC 8449 §4", "a record is longer than the limit we set";
    ReceiveBufferTooSmall => internal_error, "RFC 8449 §4", "a record or message does not fit the receive buffer";
    InnerTooLong => record_overflow, "RFC 8446 §5.4", "the inner plaintext of a record is too long";
    EmptyRecord => unexpected_message, "RFC 8446 §5.1, §5.4", "a handshake or alert record carries nothing";
    PaddingOnly => unexpected_message, "RFC 8446 §5.4", "a protected record holds only padding, no content type";
    TooManyEmptyRecords => unexpected_message, "RFC 8446 §5.4", "too many records without content in a row";
    InnerTypeUnknown => unexpected_message, "RFC 8446 §5", "a protected record holds an unknown or forbidden content type";
    BadRecordMac => bad_record_mac, "RFC 8446 §5.2", "a record does not decrypt";
    UnprotectedRecord => unexpected_message, "RFC 8446 §5", "a plaintext record where only protected ones are legal";
    ProtectedTooEarly => unexpected_message, "RFC 8446 §5", "a protected record before there is a key for it";
    ApplicationDataEarly => unexpected_message, "RFC 8446 §5", "application data before the handshake is complete";
    Interleaved => unexpected_message, "RFC 8446 §5.1", "another record stands between the parts of a handshake message";
    KeyChangeInsideRecord => unexpected_message, "RFC 8446 §5.1", "a message that can precede a key change does not end its record";
    BadChangeCipherSpec => unexpected_message, "RFC 8446 §5", "a change_cipher_spec record that is not the single byte 01, or out of its time";
    TooManyChangeCipherSpecs => unexpected_message, "RFC 8446 §5", "too many change_cipher_spec records";
    SequenceExhausted => internal_error, "RFC 8446 §5.3", "the sequence number of a key is used up";
    MessageTooLong => illegal_parameter, "RFC 8446 §4", "a handshake message is longer than we accept";
    TooMuchEarlyData => unexpected_message, "RFC 8446 §4.2.10", "more early data to skip than we allow";
    // Alerts (§6)
    AlertMalformed => decode_error, "RFC 8446 §6", "an alert is not exactly two bytes";
    AlertLevelUnknown => illegal_parameter, "RFC 8446 §6", "an alert whose level is neither warning nor fatal";
    TooManyWarnings => unexpected_message, "RFC 8446 §6.1", "too many user_canceled alerts";
    // Any message (§4)
    UnexpectedMessage => unexpected_message, "RFC 8446 §4, Appendix A", "the message is not legal in this state";
    Malformed => decode_error, "RFC 8446 §3, §6.2", "the bytes are not of the shape that the RFC draws";
    ExtensionTwice => decode_error, "RFC 8446 §4.2", "an extension occurs twice in a ClientHello or in EncryptedExtensions";
    ExtensionDuplicate => illegal_parameter, "RFC 8446 §4.2", "an extension occurs twice in another message";
    ExtensionForbidden => illegal_parameter, "RFC 8446 §4.2", "an extension is not allowed in this message";
    ExtensionUnsolicited => unsupported_extension, "RFC 8446 §4.2", "an extension answers nothing that we asked";
    ExtensionMissing => missing_extension, "RFC 8446 §9.2", "a mandatory extension is not there";
    #[cfg(not(feature = "alloc"))]
    TooManyExtensions => illegal_parameter, "RFC 8446 §4.2", "more extensions in one message than we accept";
    // ClientHello (§4.1.2)
    VersionUnsupported => protocol_version, "RFC 8446 §4.2.1", "the peer offers no TLS 1.3";
    LegacyVersionTooLow => protocol_version, "RFC 8446 Appendix D.5", "legacy_version is SSL 3.0 or lower";
    CompressionNotNull => illegal_parameter, "RFC 8446 §4.1.2, RFC 9846 §4.2.3", "a compression method other than null";
    NoCommonSuite => handshake_failure, "RFC 8446 §4.1.1", "no cipher suite in common";
    NoCommonGroup => handshake_failure, "RFC 8446 §4.1.1", "no key exchange group in common";
    NoCommonScheme => handshake_failure, "RFC 8446 §4.4.2.2", "no credential of ours fits the signature schemes of the peer";
    #[cfg(feature = "alloc")]
    NoCommonAuthority => handshake_failure, "RFC 8446 §4.2.4", "no credential of ours that fits the signature schemes is issued under an authority that the peer names";
    KeyShareDuplicate => illegal_parameter, "RFC 8446 §4.2.8", "two key shares of one group";
    KeyShareGroupNotOffered => illegal_parameter, "RFC 8446 §4.2.8", "a key share of a group that supported_groups does not list, or many of them in another order";
    KeyShareBad => illegal_parameter, "RFC 8446 §4.2.8.1, §4.2.8.2, §7.4, RFC 10024 §4.2", "a key share is not a valid public value of its group";
    SecondHelloChanged => illegal_parameter, "RFC 8446 §4.1.2", "the second ClientHello differs from the first where it must not";
    SecondHelloShare => illegal_parameter, "RFC 8446 §4.2.8", "the second ClientHello does not carry exactly the key share asked for";
    PskNotLast => illegal_parameter, "RFC 8446 §4.2.11", "pre_shared_key is not the last extension";
    #[cfg(feature = "alloc")]
    PskBinderCount => illegal_parameter, "RFC 8446 §4.2.11", "pre_shared_key has not one binder for each identity";
    #[cfg(feature = "alloc")]
    PskBinderMismatch => decrypt_error, "RFC 8446 §4.2.11.2", "a binder is not what the PSK gives";
    #[cfg(feature = "alloc")]
    PskUnknown => unknown_psk_identity, "RFC 8446 §6.2", "no PSK in common, and no certificate to show instead";
    #[cfg(feature = "alloc")]
    PskNotOffered => illegal_parameter, "RFC 8446 §4.2.11", "the selected PSK is none that we offered";
    #[cfg(feature = "alloc")]
    PskOtherHash => illegal_parameter, "RFC 8446 §4.2.11", "the selected cipher suite has another hash than the selected PSK";
    #[cfg(feature = "alloc")]
    PskWithoutKeyShare => illegal_parameter, "RFC 8446 §4.2.9, §4.2.11", "a PSK without a key share, which we did not offer";
    #[cfg(feature = "alloc")]
    PskTooLong => internal_error, "RFC 8446 §4.2.11", "the PSKs to offer do not fit into a ClientHello";
    #[cfg(feature = "alloc")]
    TlsFlagsNotMinimal => illegal_parameter, "draft-ietf-tls-tlsflags §2", "tls_flags ends in a byte without flags";
    #[cfg(feature = "alloc")]
    EarlyDataUnfit => illegal_parameter, "RFC 8446 §4.2.10", "early data was accepted under another PSK, cipher suite or protocol than it was sent for";
    NoApplicationProtocol => no_application_protocol, "RFC 7301 §3.2", "no application protocol in common";
    ServerNameUnknown => unrecognized_name, "RFC 6066 §3", "there is no credential for the server name asked for";
    #[cfg(feature = "alloc")]
    CertificateCompressionTwice => illegal_parameter, "RFC 8879 §3", "compress_certificate lists an algorithm twice";
    // ServerHello, HelloRetryRequest (§4.1.3, §4.1.4)
    PeerIsOlder => protocol_version, "RFC 8446 §4.2.1, Appendix D.1", "the server speaks only an older version of TLS";
    Downgrade => illegal_parameter, "RFC 8446 §4.1.3", "the random of the server carries the downgrade sentinel: somebody removed TLS 1.3 from our offer";
    SelectedVersionBad => illegal_parameter, "RFC 8446 §4.1.4, §4.2.1", "selected_version is not TLS 1.3";
    LegacyVersionBad => protocol_version, "RFC 9846 §4.2.3", "legacy_version is not 0x0303";
    SessionIdNotEchoed => illegal_parameter, "RFC 8446 §4.1.3", "legacy_session_id_echo is not what we sent";
    SuiteNotOffered => illegal_parameter, "RFC 8446 §4.1.3", "the server chose a cipher suite that we did not offer";
    SuiteChanged => illegal_parameter, "RFC 8446 §4.1.4", "the cipher suite differs from the HelloRetryRequest's";
    GroupNotOffered => illegal_parameter, "RFC 8446 §4.2.8", "the server chose a group that we did not offer";
    GroupAlreadyShared => illegal_parameter, "RFC 8446 §4.2.8", "the HelloRetryRequest asks for a share that we already sent";
    GroupChanged => illegal_parameter, "RFC 8446 §4.2.8", "the server's share is not of the group that it asked for";
    RetryWithoutChange => illegal_parameter, "RFC 8446 §4.1.4", "the HelloRetryRequest changes nothing";
    SecondRetry => unexpected_message, "RFC 8446 §4.1.4", "a second HelloRetryRequest";
    // EncryptedExtensions (§4.3.1)
    AlpnNotOffered => illegal_parameter, "RFC 7301 §3.1", "the server chose an application protocol that we did not offer";
    RecordSizeLimitBad => illegal_parameter, "RFC 8449 §4", "record_size_limit is below 64, or above what the version allows";
    RecordLimitTwice => illegal_parameter, "RFC 8449 §5", "both record_size_limit and max_fragment_length in one answer";
    MaxFragmentLengthBad => illegal_parameter, "RFC 6066 §4", "max_fragment_length is not one of the four values, or not the one asked for";
    // Certificates: the message (§4.4.2)
    ContextNotEmpty => illegal_parameter, "RFC 8446 §4.3.2, §4.4.2", "certificate_request_context is not empty during the handshake";
    ServerCertificateEmpty => decode_error, "RFC 8446 §4.4.2.4", "the server sent no certificate";
    ClientCertificateMissing => certificate_required, "RFC 8446 §4.4.2.4", "the client sent no certificate, and one is required";
    CertificateChainTooLong => bad_certificate, "RFC 8446 §4.4.2", "more certificates in the chain than we accept";
    // CompressedCertificate, which needs a heap
    #[cfg(feature = "alloc")]
    CertificateCompressionNotOffered => illegal_parameter, "RFC 8879 §4", "a certificate is compressed by an algorithm that we did not offer";
    #[cfg(feature = "alloc")]
    CertificateExpandsTooFar => bad_certificate, "RFC 8879 §4", "a compressed certificate is longer, or announces a longer message, than we accept";
    #[cfg(feature = "alloc")]
    CertificateExpandsWrong => bad_certificate, "RFC 8879 §4", "a compressed certificate does not expand to just as many bytes as it announces";
    // Certificates: the path (RFC 5280)
    CertificateMalformed => bad_certificate, "RFC 5280 §4.1", "a certificate cannot be parsed";
    CertificateVersion => unsupported_certificate, "RFC 5280 §4.1.2.1", "a certificate is not of version 3, so that nothing in it says what it is for";
    CertificateIssuerUnknown => unknown_ca, "RFC 5280 §6.1", "the issuer of a certificate is neither sent by the peer nor trusted here";
    CertificateSelfSigned => unknown_ca, "RFC 5280 §6.1", "a self-signed certificate that is not trusted here";
    CertificateSignatureBad => bad_certificate, "RFC 5280 §6.1.3", "the signature of a certificate does not verify with its issuer's key";
    CertificateExpired => certificate_expired, "RFC 5280 §6.1.3", "a certificate has expired";
    CertificateNotYetValid => certificate_expired, "RFC 5280 §6.1.3", "a certificate is not yet valid";
    CertificateNotCa => bad_certificate, "RFC 5280 §4.2.1.9", "a certificate issues others but is not a CA (basicConstraints)";
    CertificatePathTooLong => bad_certificate, "RFC 5280 §4.2.1.9", "the path is longer than a pathLenConstraint allows";
    CertificateKeyUsage => unsupported_certificate, "RFC 5280 §4.2.1.3", "keyUsage does not allow what the certificate is used for";
    CertificateExtendedKeyUsage => unsupported_certificate, "RFC 5280 §4.2.1.12", "extendedKeyUsage does not allow what the certificate is used for";
    CertificateNameMismatch => bad_certificate, "RFC 9525 §6", "the certificate is for other names than the one asked for";
    CertificateNameConstraints => bad_certificate, "RFC 5280 §4.2.1.10", "a name lies outside of the name constraints of a CA";
    CertificateCriticalUnknown => unsupported_certificate, "RFC 5280 §4.2", "a certificate has a critical extension that we do not process";
    CertificateAlgorithm => unsupported_certificate, "RFC 5280 §4.1.1.2, RFC 8446 §4.2.3", "a certificate uses a key or signature algorithm that we do not accept";
    CertificateHashWeak => bad_certificate, "RFC 8446 §4.4.2.4", "a certificate is signed over MD5 or SHA-1, which can be forged";
    CertificateKeyWeak => bad_certificate, "RFC 8446 §4.2.3, RFC 8017 §5", "the key of a certificate is too small to be trusted";
    CertificatePolicy => certificate_unknown, "RFC 5280 §6.1.5, RFC 9618 §5", "the path is valid for no certificate policy that is demanded";
    CertificateProfile => bad_certificate, "RFC 5280 §4, Baseline Requirements §7.1", "a certificate breaks a rule that the chosen profile insists on";
    CertificateBudget => bad_certificate, "RFC 5280 §6.1", "judging the chain takes more work than we allow";
    CertificateRefused => certificate_unknown, "RFC 8446 §4.4.2.4", "the application refused the peer's chain";
    PeerNotAllowed => access_denied, "RFC 8446 §6.2", "the peer's certificate is valid, but nobody on the allow list has its names or key";
    // Revocation (RFC 5280 §6.3, RFC 6960), which needs a heap
    #[cfg(feature = "alloc")]
    CertificateRevoked => certificate_revoked, "RFC 5280 §6.3.3, RFC 6960 §2.2", "a certificate has been revoked";
    #[cfg(feature = "alloc")]
    RevocationUnknown => certificate_unknown, "RFC 5280 §6.3.3", "nothing at hand tells whether a certificate has been revoked";
    #[cfg(feature = "alloc")]
    CrlMalformed => certificate_unknown, "RFC 5280 §5.1", "a CRL cannot be parsed";
    #[cfg(feature = "alloc")]
    CrlIssuerWrong => certificate_unknown, "RFC 5280 §6.3.3 (b) (1), (f)", "no CRL at hand is from the issuer of the certificate, and signed with its key";
    #[cfg(feature = "alloc")]
    CrlSignatureBad => certificate_unknown, "RFC 5280 §6.3.3 (g)", "the signature of a CRL does not verify with the issuer's key";
    #[cfg(feature = "alloc")]
    CrlSignNotAllowed => certificate_unknown, "RFC 5280 §6.3.3 (f), §4.2.1.3", "the keyUsage of the issuer does not allow it to sign CRLs (cRLSign)";
    #[cfg(feature = "alloc")]
    CrlStale => certificate_unknown, "RFC 5280 §5.1.2.5, §6.3.3 (a)", "the CRL is stale: the next one should have been here";
    #[cfg(feature = "alloc")]
    CrlNotYetValid => certificate_unknown, "RFC 5280 §5.1.2.4", "the CRL is not yet valid";
    #[cfg(feature = "alloc")]
    CrlNumber => certificate_unknown, "RFC 5280 §5.2.3", "the CRL has no cRLNumber, or one that it must not have";
    #[cfg(feature = "alloc")]
    CrlDelta => certificate_unknown, "RFC 5280 §5.2.4", "the CRL is a delta CRL, which tells only what changed since another";
    #[cfg(feature = "alloc")]
    CrlScope => certificate_unknown, "RFC 5280 §5.2.5, §6.3.3 (b) (2)", "the CRL is not about this certificate (issuingDistributionPoint)";
    #[cfg(feature = "alloc")]
    CrlReasons => certificate_unknown, "RFC 5280 §5.2.5, §6.3.3 (e), (l)", "the CRLs at hand do not tell of revocations for every reason (onlySomeReasons)";
    #[cfg(feature = "alloc")]
    CrlCriticalUnknown => certificate_unknown, "RFC 5280 §5.2, §5.3", "the CRL has a critical extension that we do not process";
    #[cfg(feature = "alloc")]
    OcspMalformed => bad_certificate_status_response, "RFC 6960 §4.2.1", "an OCSP response cannot be parsed";
    #[cfg(feature = "alloc")]
    OcspUnsuccessful => bad_certificate_status_response, "RFC 6960 §2.3, §4.2.1", "the OCSP response is an error message of the responder";
    #[cfg(feature = "alloc")]
    OcspCriticalUnknown => bad_certificate_status_response, "RFC 6960 §4.4", "the OCSP response has a critical extension that we do not process";
    #[cfg(feature = "alloc")]
    OcspOtherCertificate => bad_certificate_status_response, "RFC 6960 §3.2", "the OCSP response is about another certificate";
    #[cfg(feature = "alloc")]
    OcspResponderWrong => bad_certificate_status_response, "RFC 6960 §4.2.2.2", "the OCSP response is from a responder that the issuer did not authorize";
    #[cfg(feature = "alloc")]
    OcspSignatureBad => bad_certificate_status_response, "RFC 6960 §3.2", "the signature of the OCSP response does not verify";
    #[cfg(feature = "alloc")]
    OcspStale => bad_certificate_status_response, "RFC 6960 §4.2.2.1", "the OCSP response is stale";
    #[cfg(feature = "alloc")]
    OcspNotYetValid => bad_certificate_status_response, "RFC 6960 §4.2.2.1", "the OCSP response is not yet valid";
    #[cfg(feature = "alloc")]
    OcspRefused => bad_certificate_status_response, "RFC 6066 §8", "the application refused the OCSP response of the peer, or that there is none";
    #[cfg(feature = "alloc")]
    OcspStatusUnknown => bad_certificate_status_response, "RFC 6960 §2.2", "the OCSP responder does not know the certificate";
    // CertificateVerify, Finished (§4.4.3, §4.4.4)
    SchemeNotOffered => illegal_parameter, "RFC 8446 §4.4.3", "a signature scheme that we did not offer, or that TLS 1.3 forbids here";
    SchemeKeyMismatch => illegal_parameter, "RFC 8446 §4.4.3", "the signature scheme does not fit the key of the certificate";
    SignatureBad => decrypt_error, "RFC 8446 §4.4.3", "the peer's signature over the handshake does not verify: it does not hold the key of its certificate";
    FinishedMismatch => decrypt_error, "RFC 8446 §4.4.4", "verify_data is not the one expected: the two ends saw different handshakes";
    // After the handshake (§4.6)
    KeyUpdateBad => illegal_parameter, "RFC 8446 §4.6.3", "request_update is neither 0 nor 1";
    TooManyKeyUpdates => unexpected_message, "RFC 8446 §4.6.3", "too many KeyUpdates without application data between them";
    // Ours
    SigningFailed => internal_error, "RFC 8446 §4.4.3", "our signing key made no signature";
    RandomFailed => internal_error, "RFC 8446 Appendix C.1", "the source of randomness failed";
    CryptoFailed => internal_error, "RFC 8446 §7", "a cryptographic primitive of ours failed";
    SendBufferTooSmall => internal_error, "RFC 8446 §5.1", "a message of ours does not fit the send buffer";
    Cancelled => user_canceled, "RFC 8446 §6.1", "this side gave up";
    ApplicationRefused => handshake_failure, "RFC 8446 §6.2", "the application does not go on with this peer";
    Internal => internal_error, "RFC 8446 §6.2", "an error of ours";
}

impl Reason {
    /// True for a verdict on the peer's chain: what an application that judges it by itself may answer.
    #[must_use]
    pub const fn is_about_certificates(self) -> bool {
        #[cfg(feature = "alloc")]
        if self.is_about_revocation() {
            return true;
        }
        matches!(
            self,
            Self::CertificateMalformed
                | Self::CertificateVersion
                | Self::CertificateIssuerUnknown
                | Self::CertificateSelfSigned
                | Self::CertificateSignatureBad
                | Self::CertificateExpired
                | Self::CertificateNotYetValid
                | Self::CertificateNotCa
                | Self::CertificatePathTooLong
                | Self::CertificateKeyUsage
                | Self::CertificateExtendedKeyUsage
                | Self::CertificateNameMismatch
                | Self::CertificateNameConstraints
                | Self::CertificateCriticalUnknown
                | Self::CertificateAlgorithm
                | Self::CertificateHashWeak
                | Self::CertificateKeyWeak
                | Self::CertificatePolicy
                | Self::CertificateProfile
                | Self::CertificateBudget
                | Self::CertificateRefused
                | Self::PeerNotAllowed
        )
    }

    /// True if it is about a CRL or an OCSP response, or what they tell.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub const fn is_about_revocation(self) -> bool {
        matches!(
            self,
            Self::CertificateRevoked
                | Self::RevocationUnknown
                | Self::CrlMalformed
                | Self::CrlIssuerWrong
                | Self::CrlSignatureBad
                | Self::CrlSignNotAllowed
                | Self::CrlStale
                | Self::CrlNotYetValid
                | Self::CrlNumber
                | Self::CrlDelta
                | Self::CrlScope
                | Self::CrlReasons
                | Self::CrlCriticalUnknown
                | Self::OcspMalformed
                | Self::OcspUnsuccessful
                | Self::OcspCriticalUnknown
                | Self::OcspOtherCertificate
                | Self::OcspResponderWrong
                | Self::OcspSignatureBad
                | Self::OcspStale
                | Self::OcspNotYetValid
                | Self::OcspRefused
                | Self::OcspStatusUnknown
        )
    }
}
