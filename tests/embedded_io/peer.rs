//! A transport with the other end in it: it answers at once, and fails when and how the test says.

use super::driver::{Transport, take_turns};
use super::util::pair::End;
use super::util::provider::Provider;
use embedded_io::{ErrorKind, ErrorType};
use symbolon::Role;

pub(crate) struct Peer<R: Role> {
    pub(crate) end: End<R, Provider>,
    /// Written, and not flushed yet.
    held: Vec<u8>,
    /// Nothing is taken any more; a flush passes on nothing either.
    pub(crate) refuses: Option<ErrorKind>,
    /// Writing takes no bytes, without an error.
    pub(crate) takes_nothing: bool,
    /// Reading waits in vain.
    pub(crate) is_mute: bool,
    /// The transport has ended.
    pub(crate) is_gone: bool,
    calls: usize,
}

impl<R: Role> Peer<R> {
    pub(crate) fn new(end: End<R, Provider>) -> Self {
        Self { end, held: vec![], refuses: None, takes_nothing: false, is_mute: false, is_gone: false, calls: 0 }
    }

    /// Every third call is interrupted before it does anything.
    fn interrupted(&mut self) -> Result<(), ErrorKind> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) { Err(ErrorKind::Interrupted) } else { Ok(()) }
    }
}

impl<R: Role> Transport for &mut Peer<R> {}

impl<R: Role> ErrorType for Peer<R> {
    type Error = ErrorKind;
}

impl<R: Role> embedded_io::Read for Peer<R> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        self.interrupted()?;
        let n = buf.len().min(self.end.tx.to_send().len());
        if n == 0 || self.is_mute {
            return if self.is_gone { Ok(0) } else { Err(ErrorKind::TimedOut) };
        }
        buf[..n].copy_from_slice(&self.end.tx.to_send()[..n]);
        self.end.tx.sent(n);
        Ok(n)
    }
}

impl<R: Role> embedded_io::Write for Peer<R> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.interrupted()?;
        if let Some(kind) = self.refuses {
            return Err(kind);
        }
        let n = if self.takes_nothing { 0 } else { bytes.len().min(100) };
        self.held.extend(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.interrupted()?;
        if let Some(kind) = self.refuses {
            return Err(kind);
        }
        self.end.give(&std::mem::take(&mut self.held));
        Ok(())
    }
}

impl<R: Role> embedded_io_async::Read for Peer<R> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        take_turns().await;
        embedded_io::Read::read(self, buf)
    }
}

impl<R: Role> embedded_io_async::Write for Peer<R> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        take_turns().await;
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        take_turns().await;
        embedded_io::Write::flush(self)
    }
}
