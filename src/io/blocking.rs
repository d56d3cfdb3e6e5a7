//! The blocking driver, over any `Read + Write`.
//!
//! [`connect`] and [`accept`] return a [`Stream`] once the connection is CONNECTED, or a [`Failed`] that still has the
//! connection, so that one can ask it who the peer claimed to be. A `Stream` therefore never carries data before CONNECTED.

pub use super::outcome::{Cause, Failed, Reply};
use super::outcome::{over, ran_out_of_time};
use crate::config::{ClientConfig, ServerConfig};
use crate::connection::{ClientWith, Connection, Event, Observer, ServerWith, Unobserved};
use crate::crypto::Crypto;
use crate::error::{Error, Misuse};
use crate::handshake::{Ask, EarlyDataState, Role};
use crate::record::{RecvBuf, SendBuf};
use crate::shared::Shared;
use crate::wire::MAX_PLAINTEXT;
use crate::x509::{ServerName, UnixTime};
use alloc::boxed::Box;
use alloc::vec::Vec;
use std::io::{self, Read, Write};

/// Answers the questions that the configuration leaves open. The driver waits for it.
pub type Answers<'c> = Box<dyn FnMut(&Ask<'_>) -> Reply<'c> + Send + 'c>;

/// A handshake about to be run over a transport.
pub struct Handshake<'c, R: Role, C: Crypto, T> {
    stream: Stream<'c, R, C, T>,
    answers: Option<Answers<'c>>,
    first_data: Vec<u8>,
    await_client_auth: bool,
}

/// A connection that is CONNECTED, over a transport. Reads give 0 at the peer's close_notify, and an error of kind
/// `UnexpectedEof` if the transport ends without it.
///
/// It has memory for records only as long as there is something in it, and while the transport is asked for more: what it gives
/// back is taken again by the next stream that this thread serves. A write takes one record's worth at most.
pub struct Stream<'c, R: Role, C: Crypto, T> {
    conn: Connection<'c, R, C>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    io: T,
    observer: Box<dyn Observer + Send + 'c>,
    early_data: Vec<u8>,
}

/// A client's stream.
pub type ClientStream<'c, C, T> = Stream<'c, crate::ClientRole, C, T>;
/// A server's stream.
pub type ServerStream<'c, C, T> = Stream<'c, crate::ServerRole, C, T>;

/// Connects as a client, judging certificates at the system's time.
///
/// # Errors
/// [`Failed`]
pub fn connect<'c, C: Crypto, T: Read + Write>(
    config: impl Into<Shared<'c, ClientConfig<C>>>,
    server_name: ServerName<'c>,
    io: T,
) -> Result<ClientStream<'c, C, T>, Box<Failed<'c, crate::ClientRole, C>>> {
    Handshake::new(ClientWith::new(config, server_name, UnixTime::now()), io).complete()
}

/// Accepts a client, judging certificates at the system's time.
///
/// # Errors
/// [`Failed`]
pub fn accept<'c, C: Crypto, T: Read + Write>(
    config: impl Into<Shared<'c, ServerConfig<C>>>,
    io: T,
) -> Result<ServerStream<'c, C, T>, Box<Failed<'c, crate::ServerRole, C>>> {
    Handshake::new(ServerWith::new(config, UnixTime::now()), io).complete()
}

impl<'c, R: Role, C: Crypto, T: Read + Write> Handshake<'c, R, C, T> {
    /// Joins a connection that has not begun to a transport.
    pub fn new(conn: Connection<'c, R, C>, io: T) -> Self {
        let observer = Box::new(Unobserved);
        let early_data = Vec::new();
        let stream = Stream { conn, rx: RecvBuf::new(), tx: SendBuf::new(), io, observer, early_data };
        Self { stream, answers: None, first_data: Vec::new(), await_client_auth: false }
    }

    /// Somebody who watches, now and as long as the stream lives.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + Send + 'c) -> Self {
        self.stream.observer = Box::new(observer);
        self
    }

    /// Who answers what the configuration leaves open.
    #[must_use]
    pub fn answers(mut self, answers: impl FnMut(&Ask<'_>) -> Reply<'c> + Send + 'c) -> Self {
        self.answers = Some(Box::new(answers));
        self
    }

    /// Has a client go on until it knows what the server makes of its certificate: [`Stream::await_client_auth`]. Then a refusal
    /// is a [`Failed`] with a [`client_auth`](Connection::client_auth) that tells of it.
    #[must_use]
    pub fn await_client_auth(mut self) -> Self {
        self.await_client_auth = true;
        self
    }

    /// Runs the handshake to CONNECTED, and sends the first data of a client if [`Handshake::first_data`] has some.
    ///
    /// # Errors
    /// [`Failed`]. The alert, if one is due, was written to the transport.
    pub fn complete(mut self) -> Result<Stream<'c, R, C, T>, Box<Failed<'c, R, C>>> {
        match self.run() {
            Ok(()) => Ok(self.stream),
            Err(cause) => {
                if cause.is_ours() {
                    // The connection itself is sound: the peer is told that we give up.
                    let Stream { conn, tx, io, .. } = &mut self.stream;
                    conn.cancel(tx);
                    let _ = write_all(tx, io);
                }
                Err(Box::new(Failed { cause, conn: self.stream.conn }))
            }
        }
    }

    fn run(&mut self) -> Result<(), Cause> {
        let s = &mut self.stream;
        let mut early: usize = 0;
        while !s.conn.is_connected() {
            if let (Some(mut early_data), Some(rest)) = (s.conn.early_data(), self.first_data.get(early..)) {
                match early_data.write_with(rest, &mut s.tx, &mut *s.observer) {
                    Ok(written) => early = early.saturating_add(written),
                    Err(error) => return Err(s.after(error)),
                }
                s.flush_records()?;
            }
            let reply = match s.conn.step_with(&mut s.rx, &mut s.tx, &mut *s.observer) {
                Ok(Event::Ask(ask)) => match &mut self.answers {
                    Some(answers) => answers(&ask),
                    None => return Err(Cause::Unanswered(Misuse::AnswerDoesNotFit)),
                },
                Ok(Event::NeedRecv) => {
                    s.flush_records()?;
                    s.fill()?;
                    continue;
                }
                Ok(Event::NeedSend) => {
                    s.flush_records()?;
                    continue;
                }
                Ok(Event::EarlyData(data)) => {
                    s.early_data.extend_from_slice(data);
                    continue;
                }
                // A flight goes out as a whole, when there is nothing to do but to wait for its answer.
                Ok(_) => continue,
                Err(error) => return Err(s.after(error)),
            };
            match s.conn.answer_with(reply.as_answer(), &mut s.rx, &mut s.tx, &mut *s.observer) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(s.after(error)),
                Err(misuse) => return Err(Cause::Unanswered(misuse)),
            }
        }
        s.flush_records()?;
        s.rx.release();
        if self.await_client_auth {
            s.await_client_auth()?;
        }
        // What was refused has reached nobody.
        let rejected = s.conn.negotiated().early_data != EarlyDataState::Accepted;
        let rest = self.first_data.get(if rejected { 0 } else { early }..).unwrap_or_default();
        s.write_all(rest).map_err(Cause::Io)
    }
}

impl<C: Crypto, T: Read + Write> Handshake<'_, crate::ClientRole, C, T> {
    /// What the client says first: as early data if a ticket allows it, and once CONNECTED if not, or if the server refused it. So
    /// it is delivered once to a server that is honest; somebody else can send early data again (RFC 8446 §8).
    #[must_use]
    pub fn first_data(mut self, bytes: &[u8]) -> Self {
        self.first_data = bytes.to_vec();
        self.stream.conn = self.stream.conn.offer_early_data();
        self
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Stream<'_, R, C, T> {
    /// Writes out what waits. If the transport refuses, the peer may have said why before: its alert is the better cause.
    fn flush_records(&mut self) -> Result<(), Cause> {
        match write_all(&mut self.tx, &mut self.io) {
            Ok(()) => Ok(()),
            // Nobody refused anything: it may be tried again.
            Err(error) if ran_out_of_time(&error) => Err(Cause::Io(error)),
            Err(error) => Err(self.last_words().map_or(Cause::Io(error), Cause::Tls)),
        }
    }

    /// Reads once. The end of the transport is an error here, unless close_notify came before.
    fn fill(&mut self) -> Result<(), Cause> {
        loop {
            return match self.io.read(self.rx.space()) {
                Ok(0) => self.conn.end_of_input().map_err(Cause::Tls),
                Ok(n) => {
                    self.rx.received(n);
                    Ok(())
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    // It may only have come too early: until the next attempt others can use the memory.
                    self.rx.release();
                    Err(Cause::Io(e))
                }
            };
        }
    }

    /// An error of the connection, after its alert went out as far as the transport takes it.
    fn after(&mut self, error: Error) -> Cause {
        let _ = write_all(&mut self.tx, &mut self.io);
        Cause::Tls(error)
    }

    /// What the peer said before it stopped reading. Application data is left to be read.
    fn last_words(&mut self) -> Option<Error> {
        while self.rx.data().is_empty() {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut *self.observer) {
                Ok(Event::NeedRecv) => match self.io.read(self.rx.space()) {
                    Ok(n) if n > 0 => self.rx.received(n),
                    _ => return None,
                },
                Ok(Event::Moved { .. } | Event::Yield | Event::EarlyData(_)) => {}
                Ok(Event::Data(_) | Event::Ask(_) | Event::NeedSend | Event::PeerClosed) => return None,
                Err(error) => return Some(error),
            }
        }
        None
    }

    /// Early data that a server took (RFC 8446 §4.2.10). It came from somebody who then was unknown, and may be a replay.
    #[must_use]
    pub fn early_data(&self) -> &[u8] {
        &self.early_data
    }

    /// Application data that is there without asking the transport; see [`Stream::read_some`].
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.rx.data()
    }

    /// Gives back `n` bytes of [`Stream::data`].
    pub fn consume(&mut self, n: usize) {
        self.rx.consume(n);
        self.rx.release();
    }

    /// Waits for application data and lends it, undivided and uncopied; empty at the peer's close_notify.
    ///
    /// # Errors
    /// Why the connection is over.
    pub fn read_some(&mut self) -> Result<&[u8], Cause> {
        self.listen_until(|_| false)?;
        Ok(self.rx.data())
    }

    /// Waits in a client until it is known what the server makes of its certificate, or of the lack of one. It also ends
    /// when application data is there, which is left to be read, at the peer's close_notify, and when the transport's time
    /// runs out: a server that accepts need not say so, nor speak first, and without a time-out this may wait for ever.
    /// [`Connection::client_auth`] tells what came of it.
    ///
    /// # Errors
    /// Why the connection is over: the server's alert, if it refused.
    pub fn await_client_auth(&mut self) -> Result<(), Cause> {
        match self.listen_until(|conn| !conn.awaits_client_auth()) {
            Err(Cause::Io(error)) if ran_out_of_time(&error) => Ok(()),
            done => done,
        }
    }

    /// Takes in what comes up to application data or the peer's close_notify, unless there is `enough` before.
    fn listen_until(&mut self, enough: impl Fn(&Connection<'_, R, C>) -> bool) -> Result<(), Cause> {
        while self.rx.data().is_empty() && !enough(&self.conn) {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut *self.observer) {
                Ok(Event::Data(_)) => break,
                Ok(Event::Moved { .. } | Event::Yield | Event::NeedSend | Event::EarlyData(_)) => {
                    self.flush_records()?
                }
                Ok(Event::NeedRecv) => {
                    self.flush_records()?;
                    self.fill()?;
                }
                Ok(Event::PeerClosed) => {
                    self.rx.release();
                    return Ok(());
                }
                Ok(Event::Ask(_)) => return Err(Cause::Unanswered(Misuse::AnswerDoesNotFit)),
                Err(error) => return Err(self.after(error)),
            }
        }
        Ok(())
    }

    /// Sends a KeyUpdate (RFC 8446 §4.6.3), asking for the peer's too if `both`.
    ///
    /// # Errors
    /// Why the connection is over, or can't send any more.
    pub fn update_keys(&mut self, both: bool) -> io::Result<()> {
        let Some(mut app) = self.conn.app() else { return Err(over(&self.conn)) };
        match app.update_keys_with(both, &mut self.tx, &mut *self.observer).map_err(io::Error::other)? {
            Ok(()) => Ok(self.flush_records()?),
            Err(error) => Err(self.after(error).into()),
        }
    }

    /// Says that we will send no more: close_notify, once. The peer may go on sending.
    ///
    /// # Errors
    /// If the transport refuses it.
    pub fn close(&mut self) -> io::Result<()> {
        if let Some(mut app) = self.conn.app() {
            app.close(&mut self.tx);
        }
        Ok(self.flush_records()?)
    }
}

impl<'c, R: Role, C: Crypto, T> Stream<'c, R, C, T> {
    /// The connection: what was negotiated, who the peer is.
    pub fn conn(&self) -> &Connection<'c, R, C> {
        &self.conn
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.io
    }

    /// The transport, to be changed; TLS bytes are not to be read or written by it.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// Takes the stream apart: for drivers that do more than one thing at a time. What [`Stream::early_data`] has is not among
    /// the parts.
    pub fn into_parts(self) -> (Connection<'c, R, C>, RecvBuf<'static>, SendBuf<'static>, T) {
        (self.conn, self.rx, self.tx, self.io)
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Read for Stream<'_, R, C, T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let mut data = self.read_some()?;
        let n = data.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Role, C: Crypto, T: Read + Write> Write for Stream<'_, R, C, T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // What was taken before goes first: then there is room, and its failure is not taken for that of `buf`.
        self.flush_records()?;
        let Some(mut app) = self.conn.app() else { return Err(over(&self.conn)) };
        // No more than what is still in the caches when it is sent.
        let buf = buf.get(..MAX_PLAINTEXT).unwrap_or(buf);
        let n = match app.write_with(buf, &mut self.tx, &mut *self.observer).map_err(io::Error::other)? {
            Ok(n) => n,
            Err(error) => return Err(self.after(error).into()),
        };
        match self.flush_records() {
            // It is sealed, and goes out with the next call: another attempt of the caller's would send it twice.
            Err(Cause::Io(error)) if ran_out_of_time(&error) => Ok(n),
            flushed => Ok(flushed.map(|()| n)?),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_records()?;
        self.io.flush()
    }
}

/// Everything that waits, and out of the transport's own buffer too: the peer may be waiting for it.
fn write_all(tx: &mut SendBuf<'_>, io: &mut impl Write) -> io::Result<()> {
    if tx.to_send().is_empty() {
        return Ok(());
    }
    while !tx.to_send().is_empty() {
        match io.write(tx.to_send()) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => tx.sent(n),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    tx.release();
    io.flush()
}
