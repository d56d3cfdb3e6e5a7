//! The two ends that `demo` and `step` show: a throw-away PKI, and tickets by which the client comes back.

use crate::options::{Settings, restrict};
use crate::pki::{CLIENT, Pki, SERVER};
use crate::stop::Stop;
use std::sync::Arc;
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::{Crypto, Ring};
use symbolon::resumption::{Shelf, SingleUseKeys, TicketKeys};
use symbolon::{Allow, ClientAuth, ClientConfig, ClientWith, ServerConfig, ServerName, ServerWith, UnixTime};

/// What both ends are configured with.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) client: Arc<ClientConfig<Ring>>,
    pub(crate) server: Arc<ServerConfig<Ring>>,
}

/// Whom the server serves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clients {
    /// Those that prove who they are.
    Known,
    /// Everybody. They may send early data, which never goes with a client's identity.
    Anybody,
}

/// Bytes of early data that the server takes.
const MAX_EARLY_DATA: u32 = 16_384;

impl World {
    /// Both ends speak what `settings` leaves; unless it lists groups, none with ML-KEM, whose shares are pages of hexadecimal.
    pub(crate) fn new(settings: &Settings, clients: Clients) -> Result<Self, Stop> {
        let mut settings = settings.clone();
        if settings.groups.is_empty() {
            settings.groups = Ring::new().default_groups().to_vec();
        }
        let pki = Pki::new("Symbolon demo")?;
        let client = ClientConfig::builder(Ring::new())
            .anchors(pki.anchors()?)
            .credential(pki.client.credential()?)
            .tickets(Arc::new(Shelf::new(1, 1)));
        let resumption = Resumption::stateless(ticket_keys()?).count(1);
        let (client_auth, resumption) = match clients {
            Clients::Known => (ClientAuth::require(pki.anchors()?, Allow::dns(CLIENT)), resumption),
            Clients::Anybody => (ClientAuth::none(), resumption.early_data(early_data())),
        };
        let server = ServerConfig::builder(Ring::new())
            .credential(pki.server.credential()?)
            .client_auth(client_auth)
            .resumption(resumption);
        let (client, server) = (restrict!(client, &settings)?, restrict!(server, &settings)?);
        Ok(Self { pki, client: Arc::new(client), server: Arc::new(server) })
    }

    pub(crate) fn client_conn(&self) -> Result<ClientWith<'static, Ring>, Stop> {
        Ok(ClientWith::new(self.client.clone(), server_name()?, UnixTime::now()))
    }

    pub(crate) fn server_conn(&self) -> ServerWith<'static, Ring> {
        ServerWith::new(self.server.clone(), UnixTime::now())
    }
}

/// The name by which clients know the server.
pub(crate) fn server_name() -> Result<ServerName<'static>, Stop> {
    ServerName::dns(SERVER).map_err(Stop::refused)
}

pub(crate) fn ticket_keys() -> Result<Arc<TicketKeys>, Stop> {
    TicketKeys::generate(&Ring::new()).map(Arc::new).map_err(|_| Stop::refused("no random bytes for a ticket key"))
}

fn early_data() -> EarlyData {
    // The keys of the tickets are made now: nothing that was sent under them before can come again.
    let started = UnixTime(UnixTime::now().0 - 3600);
    EarlyData::new(MAX_EARLY_DATA, Arc::new(SingleUseKeys::new(100, started)))
}
