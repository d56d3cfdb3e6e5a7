//! [`Link`] over a transport that blocks.

use super::next::{Goal, Next, written};
use super::{Cause, Link};
use crate::connection::Connection;
use crate::crypto::Crypto;
use crate::handshake::Role;
use embedded_io::{BufRead, Error, ErrorKind, Read, Write};

impl<R: Role, C: Crypto, T: Read + Write> Link<'_, '_, '_, R, C, T> {
    /// Runs the handshake to CONNECTED; once it is, this does nothing.
    ///
    /// # Errors
    /// [`Cause`]. After a failure of TLS the alert, if one is due, was sent and flushed.
    pub fn handshake(&mut self) -> Result<(), Cause<T::Error>> {
        self.run(Goal::Connected)
    }

    /// Runs the handshake, and goes on in a client until it is known what the server makes of its certificate, or of the lack
    /// of one. It also ends when application data is there, which is left to be read, at the peer's close_notify, and when the
    /// time of the transport runs out: a server that accepts need not say so. [`Connection::client_auth`] tells what came of it.
    ///
    /// # Errors
    /// [`Cause`]: the server's alert, if it refused.
    pub fn await_client_auth(&mut self) -> Result<(), Cause<T::Error>> {
        self.run(Goal::Connected)?;
        match self.run_until(Goal::Data, |conn| !conn.awaits_client_auth()) {
            Err(Cause::Io(error)) if error.kind() == ErrorKind::TimedOut => Ok(()),
            done => done,
        }
    }

    /// Says that we will send no more: close_notify, once. The peer may go on sending.
    ///
    /// # Errors
    /// [`Cause`]
    pub fn close(&mut self) -> Result<(), Cause<T::Error>> {
        self.tls.close();
        self.run(Goal::Flushed)
    }

    fn run(&mut self, goal: Goal) -> Result<(), Cause<T::Error>> {
        self.run_until(goal, |_| false)
    }

    /// Runs to the goal, or until there is `enough` of the connection and nothing left to send.
    fn run_until(&mut self, goal: Goal, enough: impl Fn(&Connection<'_, R, C>) -> bool) -> Result<(), Cause<T::Error>> {
        let Self { tls, io } = self;
        loop {
            match tls.next(goal)? {
                Next::Recv if enough(tls.conn) => return Ok(()),
                Next::Send => tls.sent(io.write(tls.tx.to_send()))?,
                Next::Flush => tls.flushed(io.flush())?,
                Next::Recv => {
                    let read = io.read(tls.rx.space());
                    tls.received(read)?;
                }
                Next::Yield => {}
                Next::Done => return Ok(()),
            }
        }
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Read for Link<'_, '_, '_, R, C, T> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.run(Goal::Data)?;
        Ok(self.tls.read(buf))
    }
}

/// Lends application data where it was decrypted, uncopied.
impl<R: Role, C: Crypto, T: Read + Write> BufRead for Link<'_, '_, '_, R, C, T> {
    fn fill_buf(&mut self) -> Result<&[u8], Self::Error> {
        self.run(Goal::Data)?;
        Ok(self.tls.rx.data())
    }

    fn consume(&mut self, n: usize) {
        self.tls.rx.consume(n);
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Write for Link<'_, '_, '_, R, C, T> {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Self::Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.run(Goal::Sent)?;
        let n = self.tls.write(buf)?;
        written(n, self.run(Goal::Sent))
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.run(Goal::Flushed)
    }
}
