//! A message of the peer, which can be read for good only by absorbing it into the transcript.

use super::Kind;
use crate::fault::{Fault, Reason};
use crate::wire::{HEADER_LEN, Parse};
use core::cell::Cell;

/// The message at the front of the receive buffer, or none: then only an arrow that needs no message can be taken.
pub struct Inbound<'m> {
    message: Option<&'m [u8]>,
    taken: &'m Cell<bool>,
}

impl<'m> Inbound<'m> {
    pub(crate) fn new(message: Option<&'m [u8]>, taken: &'m Cell<bool>) -> Self {
        Self { message, taken }
    }

    /// Tells whether the message was taken, also once this is gone.
    pub(super) fn taken(&self) -> &'m Cell<bool> {
        self.taken
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.message.map(Kind::of)
    }

    /// Reads the message and leaves it where it is.
    pub(crate) fn peek<V: Parse<'m>>(&self) -> Result<V, Fault> {
        let body = self.message.and_then(|m| m.get(HEADER_LEN..)).ok_or(Reason::Internal)?;
        Ok(V::parse(body)?)
    }

    /// The message, header included, left where it is.
    #[cfg(feature = "alloc")]
    pub(super) fn bytes(&self) -> Result<&'m [u8], Fault> {
        Ok(self.message.ok_or(Reason::Internal)?)
    }

    /// Takes the message out of the receive buffer: its bytes, header included.
    pub(super) fn take(self) -> Result<&'m [u8], Fault> {
        let message = self.message.ok_or(Reason::Internal)?;
        self.taken.set(true);
        Ok(message)
    }
}
