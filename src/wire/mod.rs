//! Bytes and messages: each message is a borrowed view with its parser and its encoder in one file.
//!
//! Nothing here decides what a value means. A parser can only say that the bytes are not of the shape that RFC 8446
//! draws ([`Malformed`], always the alert `decode_error`); every other judgement is made in `handshake`.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

mod alert;
mod certificate;
mod certificate_request;
mod certificate_verify;
mod client_hello;
pub(crate) mod codepoint;
#[cfg(feature = "alloc")]
mod compressed_certificate;
mod encrypted_extensions;
mod end_of_early_data;
mod ext;
mod extensions;
mod finished;
mod grease;
mod key_update;
mod new_session_ticket;
mod reader;
mod record_header;
mod registry;
mod server_hello;
mod vector;
mod writer;

pub use alert::Alert;
pub use certificate::{Certificate, CertificateEntry};
pub use certificate_request::{CertificateRequest, CertificateRequestExtensions};
pub use certificate_verify::CertificateVerify;
pub use client_hello::{ClientHello, ClientHelloExtensions};
#[cfg(feature = "alloc")]
pub use compressed_certificate::CompressedCertificate;
pub use encrypted_extensions::EncryptedExtensions;
pub use end_of_early_data::EndOfEarlyData;
pub use ext::{DistinguishedName, KeyShareEntry, OfferedPsks, ProtocolName, PskBinderEntry, PskIdentity};
#[cfg(feature = "alloc")]
pub use ext::{SerializedSct, TicketRequest, TlsFlags};
pub use extensions::{Extension, ExtensionRefused, Extensions, In, MAX_EXTENSIONS, Places, TABLE};
pub use finished::Finished;
pub use grease::is_grease;
#[cfg(feature = "alloc")]
pub(crate) use grease::{grease, grease_mode, is_grease_mode};
pub use key_update::KeyUpdate;
pub use new_session_ticket::NewSessionTicket;
pub use reader::{Reader, exactly};
pub use record_header::{MAX_PLAINTEXT, MAX_RECORD_SIZE_LIMIT, MIN_RECORD_SIZE_LIMIT, RecordHeader};
pub use registry::*;
pub use server_hello::{
    HELLO_RETRY_REQUEST_RANDOM, HelloRetryRequest, HelloRetryRequestExtensions, ServerHello, ServerHelloExtensions,
    is_hello_retry_request,
};
pub use vector::{Element, Vector};
#[cfg(feature = "alloc")]
pub(crate) use writer::to_vec;
pub use writer::{NoRoom, Writer};

/// A message or structure that can be read from the body that the peer sent.
pub trait Parse<'a>: Sized {
    /// Reads all of `body`.
    ///
    /// # Errors
    /// [`Malformed`] names the field at which the bytes stop making sense, or stop.
    fn parse(body: &'a [u8]) -> Result<Self, Malformed>;
}

/// A message or structure that can be written.
pub trait Encode {
    /// Appends to `w`.
    fn encode(&self, w: &mut Writer<'_>);
}

/// A handshake message: knows its type, and encodes its body.
pub trait Message: Encode {
    /// The `msg_type` of the header (RFC 8446 §4).
    fn kind(&self) -> HandshakeType;
}

/// Bytes of the header of a handshake message: `msg_type` and `length` (RFC 8446 §4).
pub const HEADER_LEN: usize = 4;

/// Appends a handshake message: its header and its body.
pub fn write_message(msg: &dyn Message, w: &mut Writer<'_>) {
    w.u8(msg.kind().0);
    w.vec24(|w| msg.encode(w));
}

/// Bytes that are not of the shape the RFC draws. Always answered with `decode_error` (RFC 8446 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Only with a heap, as in faults.
    #[cfg(feature = "alloc")]
    field: &'static str,
    #[cfg(feature = "alloc")]
    shape: Shape,
    extension: Option<ExtensionType>,
}

/// How bytes can be of the wrong shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The bytes end inside the field.
    Truncated,
    /// Bytes are left over behind the last field.
    Trailing,
    /// The length of a vector is outside of its bounds, or no multiple of its elements.
    Length,
    /// A fixed or enumerated value that the structure does not allow.
    Value,
}

impl Malformed {
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    const fn new(field: &'static str, shape: Shape) -> Self {
        Self {
            #[cfg(feature = "alloc")]
            field,
            #[cfg(feature = "alloc")]
            shape,
            extension: None,
        }
    }

    /// The field, spelled as in the RFC's structure.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// In what way.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// The extension that holds the field.
    #[must_use]
    pub const fn extension(&self) -> Option<ExtensionType> {
        self.extension
    }

    pub(crate) const fn truncated(field: &'static str) -> Self {
        Self::new(field, Shape::Truncated)
    }
    pub(crate) const fn trailing(field: &'static str) -> Self {
        Self::new(field, Shape::Trailing)
    }
    pub(crate) const fn length(field: &'static str) -> Self {
        Self::new(field, Shape::Length)
    }
    pub(crate) const fn value(field: &'static str) -> Self {
        Self::new(field, Shape::Value)
    }
}
