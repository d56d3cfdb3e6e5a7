//! One connection: the handshake, then every byte sent back inverted, until both ends have said close_notify.

use crate::configs::Application;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::resumption::{Declined, EarlyDataDeclined};
use symbolon::wire::{
    AlertDescription, Certificate, CertificateRequest, ClientHello, ExtensionType, HandshakeType, Parse,
};
use symbolon::{
    Answer, Ask, ClientRole, Connection, Error, Event, Kind, Misuse, Observer, RecvBuf, Role, SecretName, SendBuf,
    ServerRole, Trace,
};

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
    /// The peer's chain, leaf first.
    pub(crate) peer_chain: Vec<Vec<u8>>,
    /// The OCSP response, and the list of timestamps, that came with the leaf.
    pub(crate) peer_staple: Option<Vec<u8>>,
    pub(crate) peer_timestamps: Option<Vec<u8>>,
    /// Which of our credentials was chosen, and out of how many.
    pub(crate) chosen: Option<(usize, usize)>,
    /// The schemes that the peer accepts, in its order.
    pub(crate) peer_schemes: Vec<u16>,
    /// The names of CAs in its CertificateRequest.
    pub(crate) authorities: Vec<Vec<u8>>,
    /// `server_name` of the ClientHello.
    pub(crate) server_name: Option<Vec<u8>>,
    /// `protocol_name_list` of the ClientHello.
    pub(crate) advertised_alpn: Vec<u8>,
    /// The newest message that came.
    pub(crate) last_message: Option<HandshakeType>,
    /// Why the PSK was not used.
    pub(crate) declined: Option<Declined>,
    /// Why there is no early data.
    pub(crate) no_early_data: Option<EarlyDataDeclined>,
    /// Seconds by which the client says that its ticket is older than we know.
    pub(crate) ticket_age_skew: Option<i64>,
    pub(crate) wants_secrets: bool,
    /// client_application_traffic_secret_N, if secrets are wanted.
    pub(crate) client_traffic: Vec<u8>,
    /// server_application_traffic_secret_N, if secrets are wanted.
    pub(crate) server_traffic: Vec<u8>,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::Recv { kind, bytes } => {
                self.last_message = Some(kind.msg_type());
                let body = bytes.get(4..).unwrap_or_default();
                match kind {
                    Kind::Certificate => {
                        if let Ok(certificate) = Certificate::parse(body) {
                            let entries = certificate.certificate_list.iter();
                            self.peer_chain = entries.map(|entry| entry.cert_data.to_vec()).collect();
                            let leaf = certificate.certificate_list.iter().next();
                            let staple = leaf.as_ref().and_then(|leaf| leaf.ocsp_response().ok().flatten());
                            self.peer_staple = staple.map(<[u8]>::to_vec);
                            let list = leaf.and_then(|leaf| {
                                leaf.extensions.find(ExtensionType::signed_certificate_timestamp).map(<[u8]>::to_vec)
                            });
                            self.peer_timestamps = list;
                        }
                    }
                    Kind::CertificateRequest => {
                        if let Ok(CertificateRequest { extensions, .. }) = CertificateRequest::parse(body) {
                            let schemes = extensions.signature_algorithms.into_iter().flat_map(|list| list.iter());
                            self.peer_schemes = schemes.map(|scheme| scheme.0).collect();
                            let names = extensions.certificate_authorities.into_iter().flat_map(|list| list.iter());
                            self.authorities = names.map(|name| name.0.to_vec()).collect();
                        }
                    }
                    Kind::ClientHello => {
                        if let Ok(hello) = ClientHello::parse(body) {
                            self.server_name = hello.extensions.server_name.map(<[u8]>::to_vec);
                            let schemes =
                                hello.extensions.signature_algorithms.into_iter().flat_map(|list| list.iter());
                            self.peer_schemes = schemes.map(|scheme| scheme.0).collect();
                            let names = hello.extensions.alpn.into_iter().flat_map(|names| names.iter());
                            self.advertised_alpn =
                                names.flat_map(|name| [&[name.0.len() as u8], name.0].concat()).collect();
                        }
                    }
                    _ => {}
                }
            }
            Trace::CredentialChosen { at, of, .. } => self.chosen = Some((*at, *of)),
            Trace::PskDeclined(why) => self.declined = Some(*why),
            Trace::EarlyDataDeclined(why) => self.no_early_data = Some(*why),
            Trace::Secret { name: SecretName::ClientApplicationTraffic(_), bytes, .. } => {
                self.client_traffic = bytes.to_vec();
            }
            Trace::Secret { name: SecretName::ServerApplicationTraffic(_), bytes, .. } => {
                self.server_traffic = bytes.to_vec();
            }
            Trace::TicketAge { skew } => self.ticket_age_skew = Some(*skew),
            _ => {}
        }
    }

    fn wants_secrets(&self) -> bool {
        self.wants_secrets
    }
}

/// The two roles, where they differ to who drives them.
pub(crate) trait Speaks: Role {
    /// Sends what may go before the client's Finished, and returns how much that was.
    fn write_half_rtt(_: &mut Connection<'_, Self, Ring>, _: &[u8], _: &mut SendBuf<'_>) -> Result<usize, Error>
    where
        Self: Sized,
    {
        Ok(0)
    }
}

impl Speaks for ClientRole {}

impl Speaks for ServerRole {
    fn write_half_rtt(
        conn: &mut Connection<'_, Self, Ring>,
        bytes: &[u8],
        tx: &mut SendBuf<'_>,
    ) -> Result<usize, Error> {
        conn.half_rtt().map_or(Ok(0), |mut half_rtt| half_rtt.write(bytes, tx))
    }
}

/// A connection, its buffers and its socket.
pub(crate) struct Exchange<'c, R: Speaks> {
    pub(crate) conn: Connection<'c, R, Ring>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    socket: TcpStream,
    pub(crate) seen: Seen,
    application: Application,
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

impl<'c, R: Speaks> Exchange<'c, R> {
    pub(crate) fn new(
        conn: Connection<'c, R, Ring>,
        socket: TcpStream,
        application: Application,
        bytewise: bool,
    ) -> Self {
        Self {
            conn,
            rx: RecvBuf::new(),
            tx: SendBuf::new(),
            socket,
            seen: Seen::default(),
            application,
            bytewise,
            holds_back: false,
        }
    }

    /// One step, with what the transport and the questions need.
    pub(crate) fn step(&mut self) -> Result<Told, Failure> {
        let event = match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen)? {
            Event::Ask(ask) => {
                let answer = match ask {
                    Ask::PeerChain(_) => self.application.refuses_peer.map_or(Ok(Answer::Chain(Ok(()))), Err),
                    // It is asked only where it refuses.
                    _ => Err(self.application.refuses_hello.unwrap_or(AlertDescription::internal_error)),
                };
                let answer = answer.map_err(|alert| self.conn.refuse(alert, &mut self.tx))?;
                self.conn.answer_with(answer, &mut self.rx, &mut self.tx, &mut self.seen)??
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

    /// Application data of a server that has not heard from the client yet; returns how much of it could be sent.
    pub(crate) fn write_half_rtt(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
        let n = R::write_half_rtt(&mut self.conn, bytes, &mut self.tx)?;
        self.flush()?;
        Ok(n)
    }

    /// Gives up.
    pub(crate) fn refuse(&mut self, alert: AlertDescription) -> Failure {
        Failure::Tls(self.conn.refuse(alert, &mut self.tx))
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
