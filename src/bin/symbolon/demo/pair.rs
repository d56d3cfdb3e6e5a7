//! Two ends in memory, and what was seen of them.

use crate::stop::Stop;
use crate::world::server_name;
use std::sync::Arc;
use symbolon::crypto::Crypto;
use symbolon::resumption::Declined;
use symbolon::{
    ClientConfig, ClientRole, ClientWith, Connection, Error, Event, Kind, Observer, RecvBuf, Role, SendBuf,
    ServerConfig, ServerRole, ServerWith, Trace, UnixTime,
};

/// One end.
pub(super) struct End<R: Role, C: Crypto> {
    pub(super) conn: Connection<'static, R, C>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    pub(super) seen: Seen,
}

/// What one end did.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) messages: usize,
    pub(super) signatures: usize,
    /// With record headers and all.
    pub(super) bytes: usize,
    pub(super) declined: Option<Declined>,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::Send { kind, .. } => {
                self.messages += 1;
                self.signatures += usize::from(*kind == Kind::CertificateVerify);
            }
            Trace::PskDeclined(why) => self.declined = Some(*why),
            _ => {}
        }
    }
}

/// Both.
pub(super) struct Pair<C: Crypto, S: Crypto = C> {
    pub(super) client: End<ClientRole, C>,
    pub(super) server: End<ServerRole, S>,
}

impl<C: Crypto, S: Crypto> Pair<C, S> {
    /// From the first flight until neither has anything to say, or one refuses.
    pub(super) fn run(client: &Arc<ClientConfig<C>>, server: &Arc<ServerConfig<S>>) -> Result<Self, Stop> {
        let now = UnixTime::now();
        let client = ClientWith::new(client.clone(), server_name()?, now);
        let mut pair = Self { client: End::new(client), server: End::new(ServerWith::new(server.clone(), now)) };
        loop {
            pair.client.drive();
            pair.server.drive();
            let sent = pair.client.tx.move_to(&mut pair.server.rx);
            let answered = pair.server.tx.move_to(&mut pair.client.rx);
            pair.client.seen.bytes += sent;
            pair.server.seen.bytes += answered;
            if sent + answered == 0 {
                return Ok(pair);
            }
        }
    }

    /// Why it failed, where it was found.
    pub(super) fn refusal(&self) -> Option<Error> {
        let errors = [self.client.conn.error(), self.server.conn.error()];
        errors.into_iter().flatten().find(|error| matches!(error, Error::Refused(_)))
    }
}

impl<R: Role, C: Crypto> End<R, C> {
    fn new(conn: Connection<'static, R, C>) -> Self {
        Self { conn, rx: RecvBuf::new(), tx: SendBuf::new(), seen: Seen::default() }
    }

    /// An error stays with the connection.
    fn drive(&mut self) {
        while let Ok(Event::Moved { .. } | Event::Yield | Event::Data(_) | Event::EarlyData(_)) =
            self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen)
        {}
    }
}
