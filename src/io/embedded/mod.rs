//! Drivers over `embedded-io` and `embedded-io-async`: no `std` and no heap; connection, buffers and transport are the caller's.
//!
//! What is to be done next is decided once, in `next.rs`, without I/O: send, flush, receive, yield, or nothing. The two drivers are
//! the same few lines that do it, with and without `.await`. The other way round, a blocking driver that polls an asynchronous
//! one, would need an answer to a poll that is pending, which can only be a panic.
//!
//! A [`Link`] reads and writes by the traits of the two crates. What has no trait, it has twice: `handshake` and
//! `handshake_async`, `close` and `close_async`.
//!
//! ```
//! use embedded_io::{Read, Write};
//! use symbolon::io::embedded::{Cause, Link};
//! use symbolon::{ClientConfig, ClientWith, RecvBuf, SendBuf, ServerName, Time, crypto::Crypto};
//!
//! /// `config` was built with `.fit_recv_buf(2048)`, so that the server's records fit.
//! fn ask<C: Crypto, T: Read + Write>(
//!     config: &ClientConfig<C>, broker: ServerName<'_>, time: Time, socket: &mut T, answer: &mut [u8],
//! ) -> Result<usize, Cause<T::Error>> {
//!     let (mut rx, mut tx) = ([0; 2048], [0; 2048]);
//!     let (mut rx, mut tx) = (RecvBuf::over(&mut rx), SendBuf::over(&mut tx));
//!     let mut tls = ClientWith::new(config, broker, time);
//!     let mut link = Link::new(&mut tls, &mut rx, &mut tx, socket);
//!     link.handshake()?; // CONNECTED: the broker has proved who it is
//!     link.write_all(b"temperature?")?;
//!     let n = link.read(answer)?; // a refusal of our certificate would be reported here
//!     link.close()?; // close_notify, once
//!     Ok(n)
//! }
//! ```
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

#[cfg(feature = "embedded-io-async")]
mod asynchronous;
mod blocking;
mod next;

use crate::connection::Connection;
use crate::crypto::Crypto;
use crate::error::{Error, Misuse};
use crate::handshake::Role;
use crate::record::{RecvBuf, SendBuf};
use core::fmt;
use embedded_io::{ErrorKind, ErrorType};
use next::Loop;

/// A connection joined to a transport, as long as both and the buffers are lent.
///
/// It remembers nothing that matters: given up and made again, it goes on where it was, also in the middle of a handshake.
/// Between two links the [`Connection`] is the caller's again, to answer a question or to send a KeyUpdate.
///
/// - Reads give data only once CONNECTED, 0 at the peer's close_notify, and [`Error::Truncated`] if the transport ends without it.
/// - Writes return when the transport took the record. Waiting for the peer flushes the transport first.
/// - With [`one_operation_per_step`](crate::config::ClientConfigBuilder::one_operation_per_step) the executor has a turn between
///   any two public-key operations of a handshake.
/// - A future that is dropped loses nothing that the transport's own futures don't lose. After a dropped `write` it is open
///   whether the bytes were taken; if so, they go out with the next call.
pub struct Link<'a, 'c, 'b, R: Role, C: Crypto, T: ErrorType> {
    tls: Loop<'a, 'c, 'b, R, C, T::Error>,
    io: T,
}

impl<'a, 'c, 'b, R: Role, C: Crypto, T: ErrorType> Link<'a, 'c, 'b, R, C, T> {
    /// Joins a connection to a transport; both crates take `&mut socket` for a socket.
    ///
    /// `tx` holds the longest flight ([`Connection::required_send_space`] is always enough), `rx` the longest record and the
    /// longest message: see [`fit_recv_buf`](crate::config::ClientConfigBuilder::fit_recv_buf).
    pub fn new(conn: &'a mut Connection<'c, R, C>, rx: &'a mut RecvBuf<'b>, tx: &'a mut SendBuf<'b>, io: T) -> Self {
        Self { tls: Loop::new(conn, rx, tx), io }
    }

    /// The connection: what was negotiated, who the peer is, why it failed.
    pub fn conn(&self) -> &Connection<'c, R, C> {
        self.tls.conn
    }
}

/// Why a call did not do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause<E> {
    /// The connection failed, on our side or on the peer's. Our alert was sent, as far as the transport took it.
    Tls(Error),
    /// The transport failed, and the peer did not say why. After a time-out the call may be repeated; to give up instead, tell
    /// the peer by [`Connection::cancel`] and a flush.
    Io(E),
    /// The transport took none of the bytes that were to be written.
    TookNothing,
    /// The handshake asks what the configuration leaves open. Answer it by [`Connection::step`] and [`Connection::answer`], and
    /// go on with a new [`Link`].
    Unanswered,
    /// The connection is not in a state for this. Nothing was sent.
    Misuse(Misuse),
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(f),
            Self::Io(error) => write!(f, "the transport failed: {error}"),
            Self::TookNothing => f.write_str("the transport takes no more bytes, and gives no reason"),
            Self::Unanswered => f.write_str("the handshake asked, and nobody answered"),
            Self::Misuse(misuse) => misuse.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Cause<E> {}

impl<E: embedded_io::Error> embedded_io::Error for Cause<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Tls(Error::Truncated { .. }) => ErrorKind::ConnectionAborted,
            Self::Tls(Error::Refused(_) | Error::PeerAlert(_)) => ErrorKind::InvalidData,
            Self::Io(error) => error.kind(),
            Self::TookNothing => ErrorKind::WriteZero,
            Self::Misuse(Misuse::NotConnected(_)) => ErrorKind::NotConnected,
            Self::Misuse(Misuse::Closed) => ErrorKind::BrokenPipe,
            Self::Unanswered | Self::Misuse(_) => ErrorKind::Other,
        }
    }
}

impl<R: Role, C: Crypto, T: ErrorType> ErrorType for Link<'_, '_, '_, R, C, T> {
    type Error = Cause<T::Error>;
}
