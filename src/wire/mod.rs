//! Bytes and messages: each message is a borrowed view with its parser and its encoder in one file.
//!
//! Nothing here decides what a value means. A parser can only say that the bytes are not of the shape that RFC 8446
//! draws ([`Malformed`], always the alert `decode_error`); every other judgement is made in `handshake`.

pub(crate) mod codepoint;
mod reader;
mod registry;
mod writer;

pub use reader::{Reader, exactly};
pub use registry::*;
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
    ///
    /// # Errors
    /// [`NoRoom`]
    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom>;
}

/// A handshake message: knows its type, and encodes its body.
pub trait Message: Encode {
    /// The `msg_type` of the header (RFC 8446 §4).
    fn kind(&self) -> HandshakeType;
}

/// Bytes that are not of the shape the RFC draws. Always answered with `decode_error` (RFC 8446 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The field, spelled as in the RFC's structure.
    pub field: &'static str,
    /// In what way.
    pub shape: Shape,
    /// The extension that holds the field.
    pub extension: Option<ExtensionType>,
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
    pub(crate) const fn truncated(field: &'static str) -> Self {
        Self { field, extension: None, shape: Shape::Truncated }
    }
    pub(crate) const fn trailing(field: &'static str) -> Self {
        Self { field, extension: None, shape: Shape::Trailing }
    }
    pub(crate) const fn length(field: &'static str) -> Self {
        Self { field, extension: None, shape: Shape::Length }
    }
    pub(crate) const fn value(field: &'static str) -> Self {
        Self { field, extension: None, shape: Shape::Value }
    }
}
