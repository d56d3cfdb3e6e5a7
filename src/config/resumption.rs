//! What a server hands out tickets by (RFC 8446 §4.6.1), and whether it takes early data (§4.2.10, §8).

use crate::resumption::{MAX_LIFETIME, SingleUse, TicketKeys, TicketStore, Tickets};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

/// How a server's clients may come back without certificates. Everything that their trust rested on is looked at again, and a
/// ticket that no longer holds leads to a full handshake.
///
/// The application is not asked: one that chooses credentials itself (`ask_credential`) tells by the
/// [scope](Resumption::scope) that it no longer serves a name.
#[derive(Clone, Debug)]
pub struct Resumption {
    pub(crate) tickets: Tickets,
    pub(crate) count: u8,
    /// Seconds.
    pub(crate) lifetime: u32,
    pub(crate) scope: Box<[u8]>,
    pub(crate) across_names: bool,
    pub(crate) early_data: Option<EarlyData>,
}

impl Resumption {
    /// The state is in the ticket, sealed by these keys; servers that share the keys take each other's tickets. One ticket can
    /// be used more than once.
    #[must_use]
    pub fn stateless(keys: Arc<TicketKeys>) -> Self {
        Self::new(Tickets::Stateless(keys))
    }

    /// The state stays with the server, and each ticket is used once.
    #[must_use]
    pub fn stored(store: Arc<dyn TicketStore>) -> Self {
        Self::new(Tickets::Stored(store))
    }

    fn new(tickets: Tickets) -> Self {
        // [4.2.10-14]
        Self { tickets, count: 2, lifetime: 86_400, scope: Box::default(), across_names: false, early_data: None }
    }

    /// Tickets after each full handshake, 0 to 8, unless the client says how many it wants (RFC 9149); 2 unless set. After a
    /// resumption there is one.
    #[must_use]
    pub fn count(mut self, count: u8) -> Self {
        self.count = count.min(MAX_COUNT);
        self
    }

    /// Seconds that a ticket is good for: up to 604,800, a week (RFC 8446 §4.6.1); a day unless set.
    #[must_use]
    pub fn lifetime(mut self, seconds: u32) -> Self {
        // [4.6.1-4]
        self.lifetime = seconds.min(MAX_LIFETIME);
        self
    }

    /// What the tickets are for, where servers of different purposes share keys or a store: a ticket of another scope is declined.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.scope = scope.as_bytes().into();
        self
    }

    /// Whether a ticket that was issued under one `server_name` is taken under another one, and clients are told so
    /// (draft-ietf-tls-cross-sni-resumption); not unless set. A client holds the other name against the certificate that it
    /// was shown, so this is for servers that serve every name of each of their certificates, with one set of ticket keys.
    #[must_use]
    pub fn across_names(mut self, across_names: bool) -> Self {
        self.across_names = across_names;
        self
    }

    /// Takes early data from clients that come back. None is ever taken in the name of a client certificate. It does not come
    /// with the other data: [`Event::EarlyData`](crate::Event::EarlyData) lends it, and `io::blocking` collects it for
    /// `Stream::early_data`. Its records may be of full length, whatever `record_size_limit` says, so the receive buffer must
    /// hold them; the drivers for devices have no place for it, and end the connection.
    #[must_use]
    pub fn early_data(mut self, early_data: EarlyData) -> Self {
        self.early_data = Some(early_data);
        self
    }
}

/// The most tickets after one handshake.
pub(crate) const MAX_COUNT: u8 = 8;

/// Bytes of a ticket that is still worth sending; room for that many is kept in the send buffer.
pub(crate) const MAX_TICKET_SENT: usize = 4096;

/// Whether early data is taken (RFC 8446 §4.2.10). Whoever saw it can send it again: what of that is prevented is told here
/// (§8), and what an application does with early data has to bear the rest.
#[derive(Clone)]
pub struct EarlyData {
    /// Bytes.
    pub(crate) max: u32,
    /// Seconds.
    pub(crate) window: u32,
    pub(crate) single_use: Arc<dyn SingleUse>,
}

impl EarlyData {
    /// Up to `max` bytes with each ClientHello, and each ClientHello once, as `single_use` remembers.
    #[must_use]
    pub fn new(max: u32, single_use: Arc<dyn SingleUse>) -> Self {
        Self { max, window: 10, single_use }
    }

    /// Seconds by which the age of a ticket may differ between client and server (RFC 8446 §8.3); 10 unless set.
    #[must_use]
    pub fn window(mut self, seconds: u32) -> Self {
        self.window = seconds;
        self
    }
}

impl fmt::Debug for EarlyData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EarlyData").field("max", &self.max).field("window", &self.window).finish_non_exhaustive()
    }
}
