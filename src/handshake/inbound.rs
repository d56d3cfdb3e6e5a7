//! A message of the peer, which can be read for good only by absorbing it into the transcript.

use super::Kind;
use crate::fault::{Fault, Reason};
#[cfg(feature = "alloc")]
use crate::wire::{CertificateCompressionAlgorithm, CompressedCertificate};
use crate::wire::{HEADER_LEN, Parse};
use core::cell::Cell;

/// A message at the front of the receive buffer, header included.
#[derive(Clone, Copy)]
pub struct Arrived<'m> {
    bytes: &'m [u8],
    /// The Certificate that a CompressedCertificate stands for.
    #[cfg(feature = "alloc")]
    expanded: Option<&'m [u8]>,
}

impl<'m> Arrived<'m> {
    pub(crate) fn new(bytes: &'m [u8]) -> Self {
        Self {
            bytes,
            #[cfg(feature = "alloc")]
            expanded: None,
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn expanded_to(self, expanded: Option<&'m [u8]>) -> Self {
        Self { expanded, ..self }
    }

    /// As it came: what the transcript covers.
    pub(crate) fn bytes(self) -> &'m [u8] {
        self.bytes
    }

    /// As it is read.
    pub(crate) fn meaning(self) -> &'m [u8] {
        #[cfg(feature = "alloc")]
        return self.expanded.unwrap_or(self.bytes);
        #[cfg(not(feature = "alloc"))]
        return self.bytes;
    }

    /// If it is a CompressedCertificate that was expanded: by which algorithm, and to what.
    #[cfg(feature = "alloc")]
    pub(super) fn compressed(self) -> Option<(CertificateCompressionAlgorithm, &'m [u8])> {
        let certificate = self.expanded?;
        let compressed = CompressedCertificate::parse(self.bytes.get(HEADER_LEN..)?).ok()?;
        Some((compressed.algorithm, certificate))
    }

    /// What the figure calls it: a Certificate is one, however it came.
    pub(crate) fn kind(self) -> Kind {
        Kind::of(self.meaning())
    }
}

/// The message at the front of the receive buffer, or none: then only an arrow that needs no message can be taken.
pub struct Inbound<'m> {
    message: Option<Arrived<'m>>,
    taken: &'m Cell<bool>,
}

impl<'m> Inbound<'m> {
    pub(crate) fn new(message: Option<Arrived<'m>>, taken: &'m Cell<bool>) -> Self {
        Self { message, taken }
    }

    /// Tells whether the message was taken, also once this is gone.
    pub(super) fn taken(&self) -> &'m Cell<bool> {
        self.taken
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.message.map(Arrived::kind)
    }

    /// Reads the message and leaves it where it is.
    pub(crate) fn peek<V: Parse<'m>>(&self) -> Result<V, Fault> {
        let body = self.message.and_then(|m| m.meaning().get(HEADER_LEN..)).ok_or(Reason::Internal)?;
        Ok(V::parse(body)?)
    }

    /// The message, header included, left where it is.
    #[cfg(feature = "alloc")]
    pub(super) fn bytes(&self) -> Result<&'m [u8], Fault> {
        Ok(self.message.ok_or(Reason::Internal)?.bytes())
    }

    /// Takes the message out of the receive buffer.
    pub(super) fn take(self) -> Result<Arrived<'m>, Fault> {
        let message = self.message.ok_or(Reason::Internal)?;
        self.taken.set(true);
        Ok(message)
    }
}
