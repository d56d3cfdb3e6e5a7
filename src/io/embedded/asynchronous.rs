//! [`Link`] over a transport that is awaited.

use super::next::{Goal, Next, written};
use super::{Cause, Link};
use crate::connection::Connection;
use crate::crypto::Crypto;
use crate::handshake::Role;
use crate::io::yield_now;
use embedded_io::{Error, ErrorKind};
use embedded_io_async::{BufRead, Read, Write};

impl<R: Role, C: Crypto, T: Read + Write> Link<'_, '_, '_, R, C, T> {
    /// Runs the handshake to CONNECTED; once it is, this does nothing.
    ///
    /// # Errors
    /// [`Cause`]. After a failure of TLS the alert, if one is due, was sent and flushed.
    pub async fn handshake_async(&mut self) -> Result<(), Cause<T::Error>> {
        self.run_async(Goal::Connected).await
    }

    /// Runs the handshake, and goes on in a client until it is known what the server makes of its certificate, or of the lack
    /// of one. It also ends when application data is there, which is left to be read, at the peer's close_notify, and when the
    /// time of the transport runs out: a server that accepts need not say so. [`Connection::client_auth`] tells what came of it.
    ///
    /// # Errors
    /// [`Cause`]: the server's alert, if it refused.
    pub async fn await_client_auth_async(&mut self) -> Result<(), Cause<T::Error>> {
        self.run_async(Goal::Connected).await?;
        match self.run_until_async(Goal::Data, |conn| !conn.awaits_client_auth()).await {
            Err(Cause::Io(error)) if error.kind() == ErrorKind::TimedOut => Ok(()),
            done => done,
        }
    }

    /// Says that we will send no more: close_notify, once. The peer may go on sending.
    ///
    /// # Errors
    /// [`Cause`]
    pub async fn close_async(&mut self) -> Result<(), Cause<T::Error>> {
        self.tls.close();
        self.run_async(Goal::Flushed).await
    }

    async fn run_async(&mut self, goal: Goal) -> Result<(), Cause<T::Error>> {
        self.run_until_async(goal, |_| false).await
    }

    /// Runs to the goal, or until there is `enough` of the connection and nothing left to send.
    async fn run_until_async(
        &mut self,
        goal: Goal,
        enough: impl Fn(&Connection<'_, R, C>) -> bool,
    ) -> Result<(), Cause<T::Error>> {
        let Self { tls, io } = self;
        loop {
            match tls.next(goal)? {
                Next::Recv if enough(tls.conn) => return Ok(()),
                Next::Send => tls.sent(io.write(tls.tx.to_send()).await)?,
                Next::Flush => tls.flushed(io.flush().await)?,
                Next::Recv => {
                    let read = io.read(tls.rx.space()).await;
                    tls.received(read)?;
                }
                Next::Yield => yield_now().await,
                Next::Done => return Ok(()),
            }
        }
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Read for Link<'_, '_, '_, R, C, T> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.run_async(Goal::Data).await?;
        Ok(self.tls.read(buf))
    }
}

/// Lends application data where it was decrypted, uncopied.
impl<R: Role, C: Crypto, T: Read + Write> BufRead for Link<'_, '_, '_, R, C, T> {
    async fn fill_buf(&mut self) -> Result<&[u8], Self::Error> {
        self.run_async(Goal::Data).await?;
        Ok(self.tls.rx.data())
    }

    fn consume(&mut self, n: usize) {
        self.tls.rx.consume(n);
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Write for Link<'_, '_, '_, R, C, T> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Self::Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.run_async(Goal::Sent).await?;
        let n = self.tls.write(buf)?;
        written(n, self.run_async(Goal::Sent).await)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.run_async(Goal::Flushed).await
    }
}
