//! Why a connection stops: every reason to refuse, with the alert and the rule, in one table.
//!
//! Code below `connection` returns a [`Fault`]; only `connection` turns it into a public error and sends its alert, once.

use crate::wire::{
    AlertDescription, ExtensionRefused, ExtensionType, HandshakeType, Malformed, ProtocolVersion, Shape,
};
use core::fmt;
#[cfg(not(feature = "alloc"))]
use core::num::NonZeroU32;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// The boxes of RFC 8446 Appendix A, and `Failed`, where nothing is legal any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum StateName {
    Start,
    WaitSh,
    WaitEe,
    WaitCertCr,
    WaitCert,
    WaitCv,
    WaitFinished,
    RecvdCh,
    Negotiated,
    WaitFlight2,
    Connected,
    Failed,
}

impl StateName {
    /// The name as the figures of Appendix A spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::WaitSh => "WAIT_SH",
            Self::WaitEe => "WAIT_EE",
            Self::WaitCertCr => "WAIT_CERT_CR",
            Self::WaitCert => "WAIT_CERT",
            Self::WaitCv => "WAIT_CV",
            Self::WaitFinished => "WAIT_FINISHED",
            Self::RecvdCh => "RECVD_CH",
            Self::Negotiated => "NEGOTIATED",
            Self::WaitFlight2 => "WAIT_FLIGHT2",
            Self::Connected => "CONNECTED",
            Self::Failed => "FAILED",
        }
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

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
    TooManyWarnings => unexpected_message, "RFC 8446 §6.1", "too many user_canceled alerts";
    // Any message (§4)
    UnexpectedMessage => unexpected_message, "RFC 8446 §4, Appendix A", "the message is not legal in this state";
    Malformed => decode_error, "RFC 8446 §3, §6.2", "the bytes are not of the shape that the RFC draws";
    ExtensionDuplicate => illegal_parameter, "RFC 8446 §4.2", "an extension occurs twice";
    ExtensionForbidden => illegal_parameter, "RFC 8446 §4.2", "an extension is not allowed in this message";
    ExtensionUnsolicited => unsupported_extension, "RFC 8446 §4.2", "an extension answers nothing that we asked";
    ExtensionMissing => missing_extension, "RFC 8446 §9.2", "a mandatory extension is not there";
    TooManyExtensions => illegal_parameter, "RFC 8446 §4.2", "more extensions in one message than we accept";
    // ClientHello (§4.1.2)
    VersionUnsupported => protocol_version, "RFC 8446 §4.2.1", "the peer offers no TLS 1.3";
    LegacyVersionTooLow => protocol_version, "RFC 8446 Appendix D.5", "legacy_version is SSL 3.0 or lower";
    CompressionNotNull => illegal_parameter, "RFC 8446 §4.1.2, §4.1.3", "a compression method other than null";
    NoCommonSuite => handshake_failure, "RFC 8446 §4.1.1", "no cipher suite in common";
    NoCommonGroup => handshake_failure, "RFC 8446 §4.1.1", "no key exchange group in common";
    NoCommonScheme => handshake_failure, "RFC 8446 §4.4.2.2", "no credential of ours fits the signature schemes of the peer";
    KeyShareDuplicate => illegal_parameter, "RFC 8446 §4.2.8", "two key shares of one group";
    KeyShareGroupNotOffered => illegal_parameter, "RFC 8446 §4.2.8", "a key share of a group that supported_groups does not list, or not in this order";
    KeyShareBad => illegal_parameter, "RFC 8446 §4.2.8.1, §4.2.8.2, §7.4", "a key share is not a valid public value of its group";
    SecondHelloChanged => illegal_parameter, "RFC 8446 §4.1.2", "the second ClientHello differs from the first where it must not";
    SecondHelloShare => illegal_parameter, "RFC 8446 §4.2.8", "the second ClientHello does not carry exactly the key share asked for";
    PskNotLast => illegal_parameter, "RFC 8446 §4.2.11", "pre_shared_key is not the last extension";
    NoApplicationProtocol => no_application_protocol, "RFC 7301 §3.2", "no application protocol in common";
    ServerNameUnknown => unrecognized_name, "RFC 6066 §3", "there is no credential for the server name asked for";
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
                | Self::OcspStatusUnknown
        )
    }
}

/// Where in the peer's bytes the trouble is. What is unknown stays empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The handshake message.
    pub message: Option<HandshakeType>,
    /// The extension inside of it.
    pub extension: Option<ExtensionType>,
    /// The field, spelled as in the RFC; empty if it is the whole.
    pub field: &'static str,
    /// Which certificate of the peer's chain, counted from 0 for its own.
    pub certificate: Option<u8>,
}

/// Figures that belong to a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// None.
    #[default]
    None,
    /// How the bytes are of the wrong shape.
    Shape(Shape),
    /// The version found.
    Version(ProtocolVersion),
    /// The value found.
    Value(u32),
    /// What was found, and the most or the one value that is allowed.
    Limit {
        /// Found.
        got: u32,
        /// Allowed.
        limit: u32,
    },
    /// A time that is past or not yet reached, both in seconds since 1970-01-01 UTC.
    Time {
        /// The end or start of the certificate's validity.
        bound: i64,
        /// The time that was used to judge.
        now: i64,
    },
    /// A revocation.
    #[cfg(feature = "alloc")]
    Revoked {
        /// The day or second since which, in seconds since 1970-01-01 UTC.
        since: i64,
        /// CRLReason (RFC 5280 §5.3.1); 0 if it was not told.
        reason: u8,
    },
}

/// Why we stop. Not `Clone`: on a connection it becomes one error and one alert.
///
/// Nearly every function can fail, so what a failure takes is taken everywhere. Without a heap it is one word, which a
/// register holds; the name of the field and the figures are left out then.
#[cfg(feature = "alloc")]
#[must_use]
#[derive(Debug)]
pub struct Fault {
    reason: Reason,
    /// 0 for none: hello_request does not occur.
    message: HandshakeType,
    certificate: Option<u8>,
    extension: Option<ExtensionType>,
    field: &'static str,
    detail: Detail,
}

#[cfg(feature = "alloc")]
impl Fault {
    const fn new(reason: Reason) -> Self {
        let (message, field, detail) = (HandshakeType(0), "", Detail::None);
        Self { reason, message, certificate: None, extension: None, field, detail }
    }

    /// Why, and so with which alert and by which rule.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Where in the peer's bytes.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            message: Some(self.message).filter(|message| message.0 != 0),
            extension: self.extension,
            field: self.field,
            certificate: self.certificate,
        }
    }

    /// The figures that belong to it.
    #[must_use]
    pub const fn figures(&self) -> Detail {
        self.detail
    }

    pub(crate) fn message(mut self, kind: HandshakeType) -> Self {
        if self.message.0 == 0 {
            self.message = kind;
        }
        self
    }

    pub(crate) fn extension(mut self, extension: ExtensionType) -> Self {
        self.extension.get_or_insert(extension);
        self
    }

    pub(crate) fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    /// The same place, for another reason.
    #[cfg(feature = "alloc")]
    pub(crate) fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    pub(crate) fn certificate(mut self, index: usize) -> Self {
        self.certificate.get_or_insert(u8::try_from(index).unwrap_or(u8::MAX));
        self
    }

    pub(crate) fn detail(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }
}

/// Why we stop. Not `Clone`: on a connection it becomes one error and one alert.
///
/// Nearly every function can fail, so what a failure takes is taken everywhere. Without a heap it is one word, which a
/// register holds; the name of the field and the figures are left out then.
// From the lowest byte: 1 + the number of the reason; the message, or 0x80 + the certificate, or 0; the extension, inverted,
// or 0. So a type of 0xffff, which nobody may assign (RFC 8446 §11), is not told, nor a msg_type above 127.
#[cfg(not(feature = "alloc"))]
#[must_use]
#[derive(Debug)]
pub struct Fault(NonZeroU32);

#[cfg(not(feature = "alloc"))]
impl Fault {
    const CERTIFICATE: u8 = 0x80;

    const fn new(reason: Reason) -> Self {
        Self(NonZeroU32::MIN.saturating_add(reason as u32))
    }

    /// Why, and so with which alert and by which rule.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let [number, ..] = self.0.get().to_le_bytes();
        Reason::ALL.get(usize::from(number.wrapping_sub(1))).copied().unwrap_or(Reason::Internal)
    }

    /// Where in the peer's bytes.
    #[must_use]
    pub fn place(&self) -> Place {
        let [_, at, low, high] = self.0.get().to_le_bytes();
        let extension = Some(!u16::from_le_bytes([low, high])).filter(|extension| *extension != u16::MAX);
        let (message, certificate) = match at {
            0 => (None, None),
            Self::CERTIFICATE.. => (Some(HandshakeType::certificate), Some(at & !Self::CERTIFICATE)),
            message => (Some(HandshakeType(message)), None),
        };
        Place { message, extension: extension.map(ExtensionType), field: "", certificate }
    }

    /// The figures that belong to it: none are kept.
    #[must_use]
    pub const fn figures(&self) -> Detail {
        Detail::None
    }

    pub(crate) fn message(self, kind: HandshakeType) -> Self {
        if kind.0 < Self::CERTIFICATE { self.at(kind.0) } else { self }
    }

    pub(crate) fn certificate(self, index: usize) -> Self {
        self.at(Self::CERTIFICATE | u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// What is said first is closest to the trouble, and stays.
    fn at(self, at: u8) -> Self {
        match self.0.get().to_le_bytes() {
            [_, 0, ..] => Self(self.0 | u32::from_le_bytes([0, at, 0, 0])),
            _ => self,
        }
    }

    pub(crate) fn extension(self, extension: ExtensionType) -> Self {
        match self.0.get().to_le_bytes() {
            [_, _, 0, 0] => {
                let [low, high] = (!extension.0).to_le_bytes();
                Self(self.0 | u32::from_le_bytes([0, 0, low, high]))
            }
            _ => self,
        }
    }

    pub(crate) fn field(self, _: &'static str) -> Self {
        self
    }

    pub(crate) fn detail(self, _: Detail) -> Self {
        self
    }
}

impl From<Reason> for Fault {
    #[cold]
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl From<ExtensionRefused> for Fault {
    #[cold]
    #[inline(never)]
    fn from(refused: ExtensionRefused) -> Self {
        match refused {
            ExtensionRefused::Duplicate(t) => Self::from(Reason::ExtensionDuplicate).extension(t),
            ExtensionRefused::Forbidden(t) => Self::from(Reason::ExtensionForbidden).extension(t),
            ExtensionRefused::TooMany => Reason::TooManyExtensions.into(),
        }
    }
}

impl From<Malformed> for Fault {
    #[cold]
    #[inline(never)]
    fn from(m: Malformed) -> Self {
        // [6-3]
        let fault = Self::from(Reason::Malformed);
        #[cfg(feature = "alloc")]
        let fault = fault.field(m.field()).detail(Detail::Shape(m.shape()));
        match m.extension() {
            Some(extension) => fault.extension(extension),
            None => fault,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(message) = self.message {
            write!(f, "{message}")?;
            gap = ", ";
        }
        if let Some(extension) = self.extension {
            write!(f, "{gap}extension {extension}")?;
            gap = ", ";
        }
        if !self.field.is_empty() {
            write!(f, "{gap}field {}", self.field)?;
            gap = ", ";
        }
        if let Some(index) = self.certificate {
            write!(f, "{gap}certificate {index}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Shape(Shape::Truncated) => f.write_str("it ends too early"),
            Self::Shape(Shape::Trailing) => f.write_str("bytes are left over"),
            Self::Shape(Shape::Length) => f.write_str("its length is out of bounds"),
            Self::Shape(Shape::Value) => f.write_str("its value is not allowed"),
            Self::Version(version) => write!(f, "{version}"),
            Self::Value(value) => write!(f, "{value:#x}"),
            Self::Limit { got, limit } => write!(f, "{got}, where {limit} is the limit"),
            Self::Time { bound, now } => write!(f, "at {}, judged at {}", UtcTime(*bound), UtcTime(*now)),
            #[cfg(feature = "alloc")]
            Self::Revoked { since, reason } => write!(f, "since {}: {}", UtcTime(*since), crl_reason(*reason)),
        }
    }
}

/// The names of CRLReason (RFC 5280 §5.3.1).
#[cfg(feature = "alloc")]
const fn crl_reason(reason: u8) -> &'static str {
    match reason {
        1 => "keyCompromise",
        2 => "cACompromise",
        3 => "affiliationChanged",
        4 => "superseded",
        5 => "cessationOfOperation",
        6 => "certificateHold",
        9 => "privilegeWithdrawn",
        10 => "aACompromise",
        _ => "unspecified",
    }
}

/// Prints seconds since 1970 as `2026-11-21T09:08:00Z`.
pub(crate) struct UtcTime(pub(crate) i64);

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Days to a civil date, proleptic Gregorian calendar: years are counted from March so that leap days come last.
        let (days, second) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let z = days.saturating_add(719_468);
        let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era.saturating_mul(400) + i64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}
