//! Stateful tickets: the ticket is a random identity, and what it stands for stays with the server (RFC 8446 §4.6.1).

use crate::x509::UnixTime;
use alloc::vec::Vec;
#[cfg(feature = "std")]
pub use in_memory::StoredTickets;
use zeroize::Zeroizing;

/// A ticket of the stateful kind: 32 random bytes.
pub type TicketIdentity = [u8; 32];

/// Where a server keeps the state of its tickets. Whoever can read the store can resume in the name of its clients.
///
/// Nothing is lost with an entry but the shortcut: a client whose ticket is not there makes a full handshake.
pub trait TicketStore: Send + Sync {
    /// Keeps `state` up to and including `until`. A store that is full drops what it likes.
    fn put(&self, identity: TicketIdentity, state: Zeroizing<Vec<u8>>, until: UnixTime, now: UnixTime);

    /// The state, which stays: until the client has proven by its binder that it knows the PSK (RFC 8446 §4.2.11.2), it may be
    /// somebody else who only saw the ticket pass.
    fn peek(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>>;

    /// The state, for exactly one of all who ask for it (RFC 8446 §8.1).
    fn take(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>>;
}

#[cfg(feature = "std")]
mod in_memory {
    use super::super::aged::AgedMap;
    use super::{TicketIdentity, TicketStore, UnixTime};
    use alloc::vec::Vec;
    use core::fmt;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use zeroize::Zeroizing;

    /// A [`TicketStore`] in memory, bounded in tickets and in bytes of state: the oldest goes first.
    pub struct StoredTickets {
        max_tickets: usize,
        max_bytes: usize,
        kept: Mutex<Kept>,
    }

    struct Kept {
        tickets: AgedMap<TicketIdentity, Stored>,
        /// Of all states together.
        bytes: usize,
    }

    struct Stored {
        state: Zeroizing<Vec<u8>>,
        until: UnixTime,
    }

    impl StoredTickets {
        /// A store of at most so many tickets, whose states have at most so many bytes together.
        #[must_use]
        pub fn new(max_tickets: usize, max_bytes: usize) -> Self {
            Self { max_tickets, max_bytes, kept: Mutex::new(Kept { tickets: AgedMap::new(), bytes: 0 }) }
        }

        /// How many tickets are kept, and how many bytes their states have.
        #[must_use]
        pub fn size(&self) -> (usize, usize) {
            let kept = self.kept();
            (kept.tickets.len(), kept.bytes)
        }

        fn kept(&self) -> MutexGuard<'_, Kept> {
            // Nothing panics while it holds the lock.
            self.kept.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Kept {
        fn without(&mut self, gone: Option<Stored>) -> Option<Zeroizing<Vec<u8>>> {
            let state = gone?.state;
            self.bytes = self.bytes.saturating_sub(state.len());
            Some(state)
        }

        fn drop_oldest_while(&mut self, too_much: impl Fn(&Self, &Stored) -> bool) {
            while self.tickets.oldest().is_some_and(|oldest| too_much(self, oldest)) {
                let oldest = self.tickets.take_oldest();
                self.without(oldest);
            }
        }
    }

    impl TicketStore for StoredTickets {
        fn put(&self, identity: TicketIdentity, state: Zeroizing<Vec<u8>>, until: UnixTime, now: UnixTime) {
            // It would drive out all others, and then itself.
            if state.len() > self.max_bytes {
                return;
            }
            let mut kept = self.kept();
            kept.bytes = kept.bytes.saturating_add(state.len());
            let before = kept.tickets.put(identity, Stored { state, until });
            kept.without(before);
            // Lifetimes are much alike, so that those that are over stand in front.
            kept.drop_oldest_while(|kept, oldest| {
                oldest.until < now || kept.tickets.len() > self.max_tickets || kept.bytes > self.max_bytes
            });
        }

        fn peek(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
            self.kept().tickets.get(identity).filter(|stored| now <= stored.until).map(|stored| stored.state.clone())
        }

        // [8.1-1]
        fn take(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
            let mut kept = self.kept();
            let taken = kept.tickets.take(identity)?;
            let in_time = now <= taken.until;
            kept.without(Some(taken)).filter(|_| in_time)
        }
    }

    impl fmt::Debug for StoredTickets {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let (tickets, bytes) = self.size();
            write!(f, "StoredTickets({tickets} tickets, {bytes} bytes)")
        }
    }
}
