//! One connection: the handshake, then every byte sent back inverted, until both ends have said close_notify.

use crate::flags::Options;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::{Answer, Ask, Connection, Error, Event, Misuse, Observer, Reason, RecvBuf, Role, SendBuf, Trace};

/// Why a connection did not go as it should have.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection is over.
    Tls(Error),
    /// A call that the connection is not in a state for.
    Misuse(Misuse),
    /// The transport.
    Io(io::Error),
    /// It went on, but not as expected: how.
    Unexpected(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Tls(error)
    }
}

impl From<Misuse> for Failure {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What was seen on the way that a connection does not keep.
#[derive(Default)]
pub(crate) struct Seen {
    /// The leaf's chain, as the peer sent it.
    pub(crate) peer_chain: Vec<Vec<u8>>,
    /// How many application records came, for what has to happen after the first.
    pub(crate) echoed: usize,
    pub(crate) peer_closed: bool,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        let _ = event;
    }
}

/// A connection, its buffers and its socket.
pub(crate) struct Exchange<'c, R: Role> {
    pub(crate) conn: Connection<'c, R, Ring>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    socket: TcpStream,
    pub(crate) seen: Seen,
    refuses_peer: bool,
    /// Reads come in pieces of one byte.
    bytewise: bool,
    /// Nothing is flushed before something was received.
    pub(crate) holds_back: bool,
}

/// What a step told that concerns who drives it.
pub(crate) enum Told {
    /// An arrow was taken, or something went to and fro.
    Progress,
    /// Application data, early or not.
    Data(Vec<u8>),
    /// The peer will send no more.
    Closed,
}

impl<'c, R: Role> Exchange<'c, R> {
    pub(crate) fn new(conn: Connection<'c, R, Ring>, socket: TcpStream, options: &Options, refuses_peer: bool) -> Self {
        Self {
            conn,
            rx: RecvBuf::new(),
            tx: SendBuf::new(),
            socket,
            seen: Seen::default(),
            refuses_peer,
            bytewise: options.async_,
            holds_back: false,
        }
    }

    /// One step, with what the transport and the questions need.
    pub(crate) fn step(&mut self) -> Result<Told, Failure> {
        let event = match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen)? {
            Event::Ask(Ask::PeerChain(certificate)) => {
                let _ = certificate;
                let verdict = if self.refuses_peer { Err(Reason::CertificateRefused) } else { Ok(()) };
                self.conn.answer_with(Answer::Chain(verdict), &mut self.rx, &mut self.tx, &mut self.seen)??
            }
            event => event,
        };
        match event {
            Event::Data(bytes) | Event::EarlyData(bytes) => Ok(Told::Data(bytes.to_vec())),
            Event::PeerClosed => Ok(Told::Closed),
            Event::NeedSend => self.flush().map(|()| Told::Progress),
            Event::NeedRecv => {
                self.flush()?;
                self.receive()
            }
            Event::Moved { .. } | Event::Yield => Ok(Told::Progress),
            Event::Ask(ask) => Err(Failure::Unexpected(format!("a question that nobody answers: {ask:?}"))),
        }
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if !self.holds_back {
            self.socket.write_all(self.tx.to_send())?;
            self.tx.sent(self.tx.to_send().len());
        }
        Ok(())
    }

    /// Lets one byte of what waits through, and no more until something was received.
    pub(crate) fn flush_one_byte(&mut self) -> Result<(), Failure> {
        let first = self.tx.to_send().get(..1).unwrap_or_default();
        self.socket.write_all(first)?;
        self.tx.sent(first.len());
        self.holds_back = true;
        Ok(())
    }

    fn receive(&mut self) -> Result<Told, Failure> {
        let space = self.rx.space();
        let len = if self.bytewise { space.len().min(1) } else { space.len() };
        let n = self.socket.read(&mut space[..len])?;
        if n == 0 {
            self.conn.end_of_input()?;
            return Ok(Told::Closed);
        }
        self.rx.received(n);
        Ok(Told::Progress)
    }

    /// Application data, all of it.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            let mut app =
                self.conn.app().ok_or_else(|| Failure::Unexpected("no application data can be sent".into()))?;
            let n = app.write(bytes, &mut self.tx)??;
            bytes = bytes.get(n..).unwrap_or_default();
            self.flush()?;
        }
        Ok(())
    }

    /// Early data of a client; returns how much of it could be sent.
    pub(crate) fn write_early(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
        let Some(mut early) = self.conn.early_data() else { return Ok(0) };
        let n = early.write(bytes, &mut self.tx)?;
        self.flush()?;
        Ok(n)
    }

    pub(crate) fn update_keys(&mut self) -> Result<(), Failure> {
        let mut app = self.conn.app().ok_or_else(|| Failure::Unexpected("no KeyUpdate can be sent".into()))?;
        app.update_keys(false, &mut self.tx)??;
        Ok(())
    }

    pub(crate) fn close(&mut self) -> Result<(), Failure> {
        if let Some(mut app) = self.conn.app() {
            app.close(&mut self.tx);
        }
        self.flush()
    }

    /// Sends what is left, an alert above all, and waits for the peer to be done: else it sees a reset instead.
    pub(crate) fn drain(mut self) {
        self.holds_back = false;
        let _ = self.flush();
        let _ = self.socket.shutdown(Shutdown::Write);
        let _ = self.socket.set_read_timeout(Some(Duration::from_secs(5)));
        let mut sink = [0; 4096];
        while matches!(self.socket.read(&mut sink), Ok(1..)) {}
    }
}
