//! The messages that the tables of Appendix A tell apart.

use crate::wire::{HEADER_LEN, HandshakeType, is_hello_retry_request};
use core::fmt;

/// A message as the tables know it: HelloRetryRequest apart from ServerHello, whose type it shares (RFC 8446 §4.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateRequest,
    Certificate,
    /// Legal where Certificate is, if compression was offered (RFC 8879 §4).
    #[cfg(feature = "alloc")]
    CompressedCertificate,
    CertificateVerify,
    Finished,
    NewSessionTicket,
    #[cfg(feature = "alloc")]
    EndOfEarlyData,
    KeyUpdate,
    /// Any other `msg_type`: none is legal anywhere.
    Other(HandshakeType),
}

impl Kind {
    /// The kind of a message, header included.
    pub(crate) fn of(message: &[u8]) -> Self {
        let msg_type = HandshakeType(message.first().copied().unwrap_or(0));
        match msg_type {
            HandshakeType::client_hello => Self::ClientHello,
            // [4.1.3-8]
            HandshakeType::server_hello if message.get(HEADER_LEN..).is_some_and(is_hello_retry_request) => {
                Self::HelloRetryRequest
            }
            HandshakeType::server_hello => Self::ServerHello,
            HandshakeType::encrypted_extensions => Self::EncryptedExtensions,
            HandshakeType::certificate_request => Self::CertificateRequest,
            HandshakeType::certificate => Self::Certificate,
            #[cfg(feature = "alloc")]
            HandshakeType::compressed_certificate => Self::CompressedCertificate,
            HandshakeType::certificate_verify => Self::CertificateVerify,
            HandshakeType::finished => Self::Finished,
            HandshakeType::new_session_ticket => Self::NewSessionTicket,
            #[cfg(feature = "alloc")]
            HandshakeType::end_of_early_data => Self::EndOfEarlyData,
            HandshakeType::key_update => Self::KeyUpdate,
            other => Self::Other(other),
        }
    }

    /// The `msg_type` in the message's header.
    #[must_use]
    pub const fn msg_type(self) -> HandshakeType {
        match self {
            Self::ClientHello => HandshakeType::client_hello,
            Self::ServerHello | Self::HelloRetryRequest => HandshakeType::server_hello,
            Self::EncryptedExtensions => HandshakeType::encrypted_extensions,
            Self::CertificateRequest => HandshakeType::certificate_request,
            Self::Certificate => HandshakeType::certificate,
            #[cfg(feature = "alloc")]
            Self::CompressedCertificate => HandshakeType::compressed_certificate,
            Self::CertificateVerify => HandshakeType::certificate_verify,
            Self::Finished => HandshakeType::finished,
            Self::NewSessionTicket => HandshakeType::new_session_ticket,
            #[cfg(feature = "alloc")]
            Self::EndOfEarlyData => HandshakeType::end_of_early_data,
            Self::KeyUpdate => HandshakeType::key_update,
            Self::Other(msg_type) => msg_type,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ClientHello => "ClientHello",
            Self::ServerHello => "ServerHello",
            Self::HelloRetryRequest => "HelloRetryRequest",
            Self::EncryptedExtensions => "EncryptedExtensions",
            Self::CertificateRequest => "CertificateRequest",
            Self::Certificate => "Certificate",
            #[cfg(feature = "alloc")]
            Self::CompressedCertificate => "CompressedCertificate",
            Self::CertificateVerify => "CertificateVerify",
            Self::Finished => "Finished",
            Self::NewSessionTicket => "NewSessionTicket",
            #[cfg(feature = "alloc")]
            Self::EndOfEarlyData => "EndOfEarlyData",
            Self::KeyUpdate => "KeyUpdate",
            Self::Other(msg_type) => return msg_type.fmt(f),
        })
    }
}
