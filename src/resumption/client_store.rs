//! Where a client keeps the tickets that servers gave it (RFC 8446 §4.6.1).

use super::cells::Cells;
use super::{ClientTickets, Ticket};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use core::fmt;

/// Tickets in memory, by server, bounded in tickets and in those of one server: where there is no room for one, the oldest nearby
/// goes first. No thread ever waits for another.
pub struct Shelf<T = Ticket>(Cells<Box<str>, T>);

impl<T> Shelf<T> {
    /// Room for so many tickets of each of so many servers, at 40 bytes each until there are tickets. There can be more servers that
    /// have fewer tickets.
    #[must_use]
    pub fn new(max_servers: usize, max_per_server: usize) -> Self {
        Self(Cells::new(max_servers.saturating_mul(max_per_server), max_per_server))
    }

    /// Keeps a ticket of this server.
    pub fn put(&self, server: &str, ticket: T) {
        // Of all ranks alike, the oldest is given up.
        self.0.put(server.into(), ticket, 1);
    }

    /// The newest ticket of this server, which is gone then: used twice, it would show that both connections are of one client
    /// (RFC 8446 Appendix C.4).
    pub fn take(&self, server: &str) -> Option<T> {
        // [C.4-1]
        self.0.take(server)
    }

    /// Of how many servers there are tickets, and how many tickets.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let servers: BTreeSet<u32> = self.0.tags().collect();
        (servers.len(), self.0.tags().count())
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (servers, tickets) = self.size();
        write!(f, "Shelf({tickets} tickets of {servers} servers)")
    }
}

impl ClientTickets for Shelf {
    fn put(&self, server: &str, ticket: Ticket) {
        self.put(server, ticket);
    }

    fn take(&self, server: &str) -> Option<Ticket> {
        self.take(server)
    }
}
