//! Two connections and no socket: bytes go from one send buffer to the other receive buffer, when and how the test says.

use super::pki::{NOW, Pki};
use super::provider::{Provider, local, provider};
use symbolon::crypto::Crypto;
use symbolon::resumption::{Declined, EarlyDataDeclined};
use symbolon::{
    Allow, Anchors, ClientAuth, ClientConfig, ClientWith, Connection, Credential, Error, Event, Observer, RecvBuf,
    Role, SendBuf, ServerConfig, ServerName, ServerWith, Trace, UnixTime,
};

/// One end, its buffers, and everything that was seen of it.
pub struct End<R: Role, C: Crypto> {
    pub conn: Connection<'static, R, C>,
    pub rx: RecvBuf<'static>,
    pub tx: SendBuf<'static>,
    pub seen: Seen,
    pub received: Vec<u8>,
    pub early_data: Vec<u8>,
    pub peer_closed: bool,
    pub error: Option<Error>,
}

/// Everything that an observer was told, as text, and what tests ask about most.
#[derive(Default)]
pub struct Seen {
    pub moves: Vec<(String, String)>,
    pub events: Vec<String>,
    pub alerts_sent: Vec<symbolon::wire::AlertDescription>,
    pub secrets: Vec<(String, Vec<u8>)>,
    pub declined: Vec<Declined>,
    pub early_data_declined: Vec<EarlyDataDeclined>,
    pub ticket_age_skew: Option<i64>,
    /// Handshake messages, headers included.
    pub sent: Vec<Vec<u8>>,
    /// Off unless a test wants them; only under feature `keylog`.
    pub wants_secrets: bool,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::Moved { from, to } => self.moves.push((from.to_string(), to.to_string())),
            Trace::SendAlert(alert) => self.alerts_sent.push(alert.description),
            Trace::PskDeclined(why) => self.declined.push(*why),
            Trace::EarlyDataDeclined(why) => self.early_data_declined.push(*why),
            Trace::TicketAge { skew } => self.ticket_age_skew = Some(*skew),
            Trace::Send { bytes, .. } => self.sent.push(bytes.to_vec()),
            Trace::Secret { name, bytes, .. } => self.secrets.push((name.to_string(), bytes.to_vec())),
            _ => {}
        }
        self.events.push(match event {
            Trace::Recv { kind, .. } => format!("recv {kind}"),
            Trace::Send { kind, .. } => format!("send {kind}"),
            Trace::SendChangeCipherSpec => "send change_cipher_spec".to_owned(),
            Trace::SendKey(epoch) => format!("K_send = {epoch}"),
            Trace::RecvKey(epoch) => format!("K_recv = {epoch}"),
            Trace::Moved { from, to } => format!("{from} -> {to}"),
            other => format!("{other:?}"),
        });
    }

    fn wants_secrets(&self) -> bool {
        self.wants_secrets
    }
}

impl<R: Role, C: Crypto> End<R, C> {
    pub fn new(conn: Connection<'static, R, C>) -> Self {
        Self {
            conn,
            rx: RecvBuf::new(),
            tx: SendBuf::new(),
            seen: Seen::default(),
            received: Vec::new(),
            early_data: Vec::new(),
            peer_closed: false,
            error: None,
        }
    }

    /// Steps until more bytes, or an answer, are needed. Returns true if it got stuck on a question.
    pub fn drive(&mut self) -> bool {
        loop {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen) {
                Ok(Event::Moved { .. } | Event::Yield) => {}
                Ok(Event::Data(data)) => self.received.extend_from_slice(data),
                Ok(Event::EarlyData(data)) => self.early_data.extend_from_slice(data),
                Ok(Event::Ask(_)) => return true,
                Ok(Event::NeedRecv) => return false,
                Ok(Event::NeedSend) => return false,
                Ok(Event::PeerClosed) => {
                    self.peer_closed = true;
                    return false;
                }
                Err(error) => {
                    self.error = Some(error);
                    return false;
                }
            }
        }
    }

    /// Takes everything that waits to be sent.
    pub fn take_output(&mut self) -> Vec<u8> {
        let bytes = self.tx.to_send().to_vec();
        self.tx.sent(bytes.len());
        bytes
    }

    /// Hands bytes to the receive buffer and steps, as often as it takes.
    pub fn give(&mut self, mut bytes: &[u8]) {
        loop {
            let n = self.rx.receive(bytes);
            bytes = &bytes[n..];
            self.drive();
            if bytes.is_empty() || self.error.is_some() || n == 0 {
                return;
            }
        }
    }

    /// Sends application data.
    pub fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut app = self.conn.app().expect("connected");
            let n = app.write_with(bytes, &mut self.tx, &mut self.seen).unwrap().unwrap();
            assert!(n > 0, "the send buffer is full");
            bytes = &bytes[n..];
        }
    }
}

/// A client and a server, each with a provider.
pub struct Pair<C: Crypto = Provider, S: Crypto = C> {
    pub client: End<ClientRole, C>,
    pub server: End<ServerRole, S>,
}

pub type ClientRole = symbolon::ClientRole;
pub type ServerRole = symbolon::ServerRole;

impl<C: Crypto, S: Crypto> Pair<C, S> {
    pub fn new(client: ClientWith<'static, C>, server: ServerWith<'static, S>) -> Self {
        Self { client: End::new(client), server: End::new(server) }
    }

    pub fn of(client: ClientConfig<C>, server: ServerConfig<S>) -> Self {
        Self::shared(&std::sync::Arc::new(client), &std::sync::Arc::new(server))
    }

    pub fn shared(client: &std::sync::Arc<ClientConfig<C>>, server: &std::sync::Arc<ServerConfig<S>>) -> Self {
        let now = UnixTime(NOW);
        let name = ServerName::dns("server.test").unwrap().into_owned();
        Self::new(ClientWith::new(client.clone(), name, now), ServerWith::new(server.clone(), now))
    }

    /// Runs both ends until neither has anything to say.
    pub fn run(&mut self) {
        self.run_in_pieces(usize::MAX);
    }

    /// The same, delivering at most `n` bytes at a time.
    pub fn run_in_pieces(&mut self, n: usize) {
        loop {
            self.client.drive();
            let to_server = self.client.take_output();
            to_server.chunks(n).for_each(|piece| self.server.give(piece));
            self.server.drive();
            let to_client = self.server.take_output();
            to_client.chunks(n).for_each(|piece| self.client.give(piece));
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
        }
    }

    pub fn assert_connected(&self) {
        assert_eq!(self.client.error, None, "client");
        assert_eq!(self.server.error, None, "server");
        assert!(self.client.conn.is_connected() && self.server.conn.is_connected());
    }
}

/// The two PKIs and credentials that most tests want: `server.test` and `robot.test`.
pub struct World {
    pub pki: Pki,
    pub server: super::pki::Chain,
    pub client: super::pki::Chain,
}

impl World {
    pub fn new() -> Self {
        Self::of(Pki::new("test"))
    }

    pub fn of(pki: Pki) -> Self {
        let (server, client) = (pki.server("server.test"), pki.client("robot.test"));
        Self { pki, server, client }
    }

    pub fn anchors(&self) -> Anchors {
        Anchors::from_pem(self.pki.root.pem.as_bytes()).unwrap()
    }

    pub fn client_config(&self) -> symbolon::config::ClientConfigBuilder<Provider> {
        self.client_config_of(local(&self.client))
    }

    /// With another credential.
    pub fn client_config_of(&self, credential: Credential) -> symbolon::config::ClientConfigBuilder<Provider> {
        ClientConfig::builder(provider()).anchors(self.anchors()).credential(credential)
    }

    pub fn server_config(&self) -> symbolon::config::ServerConfigBuilder<Provider> {
        self.server_config_of(local(&self.server))
    }

    /// With another credential.
    pub fn server_config_of(&self, credential: Credential) -> symbolon::config::ServerConfigBuilder<Provider> {
        ServerConfig::builder(provider())
            .credential(credential)
            .client_auth(ClientAuth::require(self.anchors(), Allow::dns("robot.test")))
    }

    pub fn pair(&self) -> Pair {
        Pair::of(self.client_config().build().unwrap(), self.server_config().build().unwrap())
    }
}
