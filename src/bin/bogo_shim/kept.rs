//! What outlives a connection: keys and tickets last as long as the process.

use crate::configs::{Configured, broken};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use symbolon::UnixTime;
use symbolon::crypto::Ring;
use symbolon::resumption::{
    ClientTickets, SingleUseKeys, StoredTickets, Ticket, TicketIdentity, TicketKeys, TicketStore,
};
use zeroize::Zeroizing;

pub(crate) struct Kept {
    pub(crate) ticket_keys: Arc<TicketKeys>,
    pub(crate) tickets: Arc<AskedTickets>,
    pub(crate) single_use: Arc<SingleUseKeys>,
    pub(crate) last_ticket: Arc<LastTicket>,
}

impl Kept {
    pub(crate) fn new() -> Configured<Self> {
        Ok(Self {
            ticket_keys: Arc::new(TicketKeys::generate(&Ring::new()).map_err(|_| broken("no randomness"))?),
            tickets: Arc::new(AskedTickets { store: StoredTickets::new(1000, 1 << 20), asked: AtomicUsize::new(0) }),
            // As if it had run for long: else it would take no early data before its window has passed (RFC 8446 §8.2).
            single_use: Arc::new(SingleUseKeys::new(1000, UnixTime(0))),
            last_ticket: Arc::default(),
        })
    }
}

/// The newest ticket, whatever server it is of: all of them are called `test`.
#[derive(Debug, Default)]
pub(crate) struct LastTicket(Mutex<Option<Ticket>>);

impl LastTicket {
    /// What the newest ticket says, if there is one.
    pub(crate) fn told<T>(&self, of: impl FnOnce(&Ticket) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(of)
    }
}

impl ClientTickets for LastTicket {
    fn put(&self, _: &str, ticket: Ticket) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An application's own place for tickets, which counts how often it is asked for one.
pub(crate) struct AskedTickets {
    store: StoredTickets,
    asked: AtomicUsize,
}

impl AskedTickets {
    /// How often it was asked since the last time.
    pub(crate) fn take_asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

impl TicketStore for AskedTickets {
    fn put(&self, identity: TicketIdentity, state: Zeroizing<Vec<u8>>, until: UnixTime, now: UnixTime) {
        self.store.put(identity, state, until, now);
    }

    fn peek(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.store.peek(identity, now)
    }

    fn take(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
        self.store.take(identity, now)
    }
}
