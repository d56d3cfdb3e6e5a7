//! What the drivers of `std` come to, and what is said to them.

use crate::config::Credential;
use crate::connection::Connection;
use crate::crypto::Crypto;
use crate::error::{Error, Misuse};
use crate::fault::Reason;
use crate::handshake::{Answer, Role};
use crate::shared::Shared;
use crate::x509::Report;
use alloc::vec::Vec;
use core::fmt;
use std::io;

/// What the application says to an [`Ask`](crate::Ask); the owned form of [`Answer`].
#[derive(Debug)]
pub enum Reply<'c> {
    /// See [`Answer::Credential`].
    Credential(Option<Shared<'c, Credential>>),
    /// See [`Answer::Chain`].
    Chain(Result<(), Reason>),
    /// See [`Answer::Signature`].
    Signature(Vec<u8>),
}

impl<'c> Reply<'c> {
    /// As [`Connection::answer`] takes it.
    #[must_use]
    pub fn as_answer(&self) -> Answer<'_, 'c> {
        match self {
            Self::Credential(credential) => Answer::Credential(credential.clone()),
            Self::Chain(verdict) => Answer::Chain(*verdict),
            Self::Signature(signature) => Answer::Signature(signature),
        }
    }
}

/// Why there is no stream.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The handshake failed, on our side or on the peer's. Our alert was sent.
    Tls(Error),
    /// The transport failed.
    Io(io::Error),
    /// A question came up that nobody answers, or the answer was to another one.
    Unanswered(Misuse),
}

/// A handshake that failed, with what is known of the peer.
///
/// The transport is gone, unless a reference to it was handed over. A socket that is closed with unread bytes in it is reset, and
/// the peer may never see our alert: to be sure of that, keep the socket, end its own half, and read for a moment what still comes.
pub struct Failed<'c, R: Role, C: Crypto> {
    /// Why.
    pub cause: Cause,
    /// The connection, to be asked for the state, the peer's claimed identity, and what became of client authentication.
    pub conn: Connection<'c, R, C>,
}

/// True if the transport was only too slow.
pub(super) fn ran_out_of_time(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

fn into_io(error: Error) -> io::Error {
    match error {
        Error::Truncated { .. } => io::Error::new(io::ErrorKind::UnexpectedEof, error),
        Error::Refused(_) | Error::PeerAlert(_) => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

/// Why a connection carries no data.
pub(super) fn over<R: Role, C: Crypto>(conn: &Connection<'_, R, C>) -> io::Error {
    match conn.error() {
        Some(error) => into_io(error),
        None => io::Error::other(Misuse::NotConnected(conn.state())),
    }
}

impl From<Cause> for io::Error {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Tls(error) => into_io(error),
            Cause::Io(error) => error,
            Cause::Unanswered(misuse) => Self::other(misuse),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(f),
            Self::Io(error) => write!(f, "the transport failed: {error}"),
            Self::Unanswered(misuse) => write!(f, "the handshake asked, and nobody answered: {misuse}"),
        }
    }
}

impl core::error::Error for Cause {}

impl Cause {
    /// True if the peer does not know yet: a question without an answer, or a transport whose time ran out.
    pub(super) fn is_ours(&self) -> bool {
        match self {
            Self::Tls(_) => false,
            Self::Io(e) => ran_out_of_time(e),
            Self::Unanswered(_) => true,
        }
    }
}

impl<R: Role, C: Crypto> fmt::Display for Failed<'_, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl<R: Role, C: Crypto> Failed<'_, R, C> {
    /// Why the peer's chain was refused: see [`Connection::report`].
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.conn.report()
    }
}

impl<R: Role, C: Crypto> fmt::Debug for Failed<'_, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed").field("cause", &self.cause).field("state", &self.conn.state()).finish()
    }
}

impl<R: Role, C: Crypto> core::error::Error for Failed<'_, R, C> {}
