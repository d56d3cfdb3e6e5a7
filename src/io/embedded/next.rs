//! The loop of both drivers, without its I/O: what the transport has to do next, and what follows from how that went.

use super::Cause;
use crate::config::HasSettings;
use crate::connection::{Connection, Event};
use crate::crypto::Crypto;
use crate::error::Misuse;
use crate::handshake::Role;
use crate::record::{RecvBuf, SendBuf};
use embedded_io::{Error, ErrorKind};

/// What a call of the application waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// CONNECTED, and the peer was sent all that it needs to be so too.
    Connected,
    /// Application data, or the peer's close_notify.
    Data,
    /// The transport took everything.
    Sent,
    /// The transport passed everything on.
    Flushed,
}

/// What the transport has to do.
pub(super) enum Next {
    /// Write from `tx.to_send()`; tell [`Loop::sent`].
    Send,
    /// Flush; tell [`Loop::flushed`].
    Flush,
    /// Read into `rx.space()`; tell [`Loop::received`].
    Recv,
    /// Nothing; but others may have something to do.
    Yield,
    /// Nothing: the goal is reached.
    Done,
}

/// A connection and its buffers, and what is known of a transport whose errors are `E`.
pub(super) struct Loop<'a, 'c, 'b, R: Role, C: Crypto, E> {
    pub(super) conn: &'a mut Connection<'c, R, C>,
    pub(super) rx: &'a mut RecvBuf<'b>,
    pub(super) tx: &'a mut SendBuf<'b>,
    /// Nothing was written since the last flush. A transport may hold back what was, so none waits for the peer before that.
    flushed: bool,
    /// Why the transport takes no more. The peer may have said why before: until that is known its words are looked for.
    broken: Option<E>,
}

impl<'a, 'c, 'b, R: Role, C: Crypto, E: Error> Loop<'a, 'c, 'b, R, C, E> {
    pub(super) fn new(conn: &'a mut Connection<'c, R, C>, rx: &'a mut RecvBuf<'b>, tx: &'a mut SendBuf<'b>) -> Self {
        // Whoever had the transport before may have left something in it.
        Self { conn, rx, tx, flushed: false, broken: None }
    }

    /// Goes on until the transport is needed. An error of the connection is told once its alert is out.
    pub(super) fn next(&mut self, goal: Goal) -> Result<Next, Cause<E>> {
        loop {
            if self.broken.is_some() {
                self.check_last_words()?;
            } else if let Some(next) = self.due(goal)? {
                return Ok(next);
            }
            match self.conn.step(self.rx, self.tx) {
                Ok(Event::NeedRecv) if self.flushed || self.broken.is_some() => return Ok(Next::Recv),
                Ok(Event::NeedRecv) => return Ok(Next::Flush),
                Ok(Event::Moved { .. } | Event::Yield) if self.conn.config().settings().one_operation_per_step => {
                    return Ok(Next::Yield);
                }
                Ok(Event::Moved { .. } | Event::Yield | Event::Data(_)) | Err(_) => {}
                Ok(Event::Ask(_) | Event::NeedSend | Event::PeerClosed) if let Some(error) = self.broken.take() => {
                    return Err(Cause::Io(error));
                }
                Ok(Event::Ask(_)) => return Err(Cause::Unanswered),
                // There is no place for it here, and it must not be taken for application data.
                #[cfg(feature = "alloc")]
                Ok(Event::EarlyData(_)) => return Err(Cause::Unanswered),
                Ok(Event::NeedSend | Event::PeerClosed) => {}
            }
        }
    }

    /// What has to be done before the next step, if anything.
    fn due(&self, goal: Goal) -> Result<Option<Next>, Cause<E>> {
        if goal == Goal::Data && !self.rx.data().is_empty() {
            return Ok(Some(Next::Done));
        }
        if !self.tx.to_send().is_empty() {
            return Ok(Some(Next::Send));
        }
        let reached = match (goal, self.conn.error()) {
            (_, Some(error)) if self.flushed => return Err(Cause::Tls(error)),
            (_, Some(_)) => true,
            (Goal::Sent, None) => return Ok(Some(Next::Done)),
            (Goal::Flushed, None) => true,
            (Goal::Connected, None) => self.conn.is_connected(),
            (Goal::Data, None) if self.conn.is_connected() => self.conn.peer_closed(),
            (Goal::Data, None) => return Err(Cause::Misuse(Misuse::NotConnected(self.conn.state()))),
        };
        Ok(reached.then_some(if self.flushed { Next::Done } else { Next::Flush }))
    }

    /// Ends the search for the peer's reason once it is found, or can't be: application data is left to be read.
    fn check_last_words(&mut self) -> Result<(), Cause<E>> {
        if let Some(error) = self.conn.error() {
            return Err(Cause::Tls(error));
        }
        match self.broken.take_if(|_| !self.rx.data().is_empty()) {
            Some(error) => Err(Cause::Io(error)),
            None => Ok(()),
        }
    }

    /// [`Next::Send`] went so.
    pub(super) fn sent(&mut self, written: Result<usize, E>) -> Result<(), Cause<E>> {
        match written {
            Ok(0) => Err(self.conn.error().map_or(Cause::TookNothing, Cause::Tls)),
            Ok(n) => {
                self.tx.sent(n);
                self.flushed = false;
                Ok(())
            }
            Err(error) => self.refused(error),
        }
    }

    /// [`Next::Flush`] went so.
    pub(super) fn flushed(&mut self, flushed: Result<(), E>) -> Result<(), Cause<E>> {
        match flushed {
            Ok(()) => {
                self.flushed = true;
                Ok(())
            }
            Err(error) => self.refused(error),
        }
    }

    fn refused(&mut self, error: E) -> Result<(), Cause<E>> {
        match (error.kind(), self.conn.error()) {
            (ErrorKind::Interrupted, _) => Ok(()),
            // That an alert did not get through is not the cause.
            (_, Some(cause)) => Err(Cause::Tls(cause)),
            // Nobody refused anything: it may be tried again.
            (ErrorKind::TimedOut, None) => Err(Cause::Io(error)),
            (_, None) => {
                self.broken = Some(error);
                Ok(())
            }
        }
    }

    /// [`Next::Recv`] went so. The end of the transport is an error, unless close_notify came before.
    pub(super) fn received(&mut self, read: Result<usize, E>) -> Result<(), Cause<E>> {
        match read {
            Ok(n @ 1..) => {
                self.rx.received(n);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Ok(0) | Err(_) if let Some(error) = self.broken.take() => Err(Cause::Io(error)),
            Ok(0) => self.conn.end_of_input().map_err(Cause::Tls),
            Err(error) => Err(Cause::Io(error)),
        }
    }

    /// Moves application data to `buf`, and returns how much that was.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> usize {
        let data = self.rx.data();
        let n = data.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), data.get(..n)) {
            to.copy_from_slice(from);
        }
        self.rx.consume(n);
        n
    }

    /// Protects as much of `bytes` as there is room for, and returns how much that was. [`Goal::Sent`] is due after it, and
    /// before: then there is room, and a failure to send what was taken earlier is not taken for that of `bytes`.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<usize, Cause<E>> {
        let Some(mut app) = self.conn.app() else {
            return Err(Cause::Misuse(Misuse::NotConnected(self.conn.state())));
        };
        // A failure has an alert, and is told when that is out.
        Ok(app.write(bytes, self.tx).map_err(Cause::Misuse)?.unwrap_or(0))
    }

    /// Says close_notify, once; [`Goal::Flushed`] is due after it.
    pub(super) fn close(&mut self) {
        if let Some(mut app) = self.conn.app() {
            app.close(self.tx);
        }
    }
}

/// What a write comes to of which `n` bytes were protected, and then sent so.
pub(super) fn written<E: Error>(n: usize, sent: Result<(), Cause<E>>) -> Result<usize, Cause<E>> {
    match sent {
        Ok(()) if n == 0 => Err(Cause::Misuse(Misuse::NoRoom)),
        Ok(()) => Ok(n),
        // It is sealed, and goes out with the next call: another attempt of the caller's would send it twice.
        Err(Cause::Io(error)) if error.kind() == ErrorKind::TimedOut => Ok(n),
        Err(cause) => Err(cause),
    }
}
