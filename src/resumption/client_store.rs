//! Where a client keeps the tickets that servers gave it (RFC 8446 §4.6.1).

use super::aged::AgedMap;
use super::{ClientTickets, Ticket};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tickets in memory, by server, bounded in servers and in tickets of one server: the oldest goes first.
pub struct Shelf<T = Ticket> {
    max_servers: usize,
    max_per_server: usize,
    servers: Mutex<AgedMap<Box<str>, VecDeque<T>>>,
}

impl<T> Shelf<T> {
    /// Room for so many tickets of each of so many servers.
    #[must_use]
    pub fn new(max_servers: usize, max_per_server: usize) -> Self {
        Self { max_servers, max_per_server, servers: Mutex::new(AgedMap::new()) }
    }

    /// Keeps a ticket of this server.
    pub fn put(&self, server: &str, ticket: T) {
        let mut servers = self.servers();
        let mut tickets = servers.take(server).unwrap_or_default();
        tickets.push_back(ticket);
        if tickets.len() > self.max_per_server {
            tickets.pop_front();
        }
        servers.put(server.into(), tickets);
        if servers.len() > self.max_servers {
            servers.take_oldest();
        }
    }

    /// The newest ticket of this server, which is gone then: used twice, it would show that both connections are of one client
    /// (RFC 8446 Appendix C.4).
    pub fn take(&self, server: &str) -> Option<T> {
        let mut servers = self.servers();
        // [C.4-1]
        let ticket = servers.get_mut(server)?.pop_back();
        if servers.get(server).is_some_and(VecDeque::is_empty) {
            servers.take(server);
        }
        ticket
    }

    /// Of how many servers there are tickets, and how many tickets.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let servers = self.servers();
        (servers.len(), servers.values().map(VecDeque::len).sum())
    }

    fn servers(&self) -> MutexGuard<'_, AgedMap<Box<str>, VecDeque<T>>> {
        // Nothing panics while it holds the lock.
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
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
