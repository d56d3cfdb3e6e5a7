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
    use super::super::cells::Cells;
    use super::{TicketIdentity, TicketStore, UnixTime};
    use alloc::vec::Vec;
    use core::fmt;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use zeroize::Zeroizing;

    /// A [`TicketStore`] in memory, bounded in tickets and in bytes of state: where there is no room for one, what ends first of those
    /// nearby goes first, and of these the oldest. No thread ever waits for another.
    pub struct StoredTickets {
        tickets: Cells<TicketIdentity, Stored>,
        max_bytes: usize,
        /// Of all states together, and of those on their way in.
        bytes: AtomicUsize,
    }

    struct Stored {
        state: Zeroizing<Vec<u8>>,
        until: UnixTime,
    }

    impl StoredTickets {
        /// A store of at most so many tickets, whose states have at most so many bytes together. The room for a ticket takes 40 bytes
        /// also while there is none.
        #[must_use]
        pub fn new(max_tickets: usize, max_bytes: usize) -> Self {
            Self { tickets: Cells::new(max_tickets, 1), max_bytes, bytes: AtomicUsize::new(0) }
        }

        /// How many tickets are kept, and how many bytes their states have.
        #[must_use]
        pub fn size(&self) -> (usize, usize) {
            (self.tickets.tags().count(), self.bytes.load(Relaxed))
        }

        fn without(&self, gone: Stored) -> Zeroizing<Vec<u8>> {
            self.bytes.fetch_sub(gone.state.len(), Relaxed);
            gone.state
        }

        /// Counts so many bytes more, at the cost of other tickets if need be; false if there are none that can be given up.
        fn make_room(&self, bytes: usize) -> bool {
            let fits = |before: usize| before.checked_add(bytes).filter(|sum| *sum <= self.max_bytes);
            // So often that all cells were come by.
            for _ in 0..=self.tickets.capacity() {
                if self.bytes.fetch_update(Relaxed, Relaxed, fits).is_ok() {
                    return true;
                }
                self.tickets.give_up(u32::MAX).map(|gone| self.without(gone));
            }
            false
        }
    }

    /// What ends first is given up first.
    fn rank(until: UnixTime) -> u32 {
        u32::try_from(until.0.max(1)).unwrap_or(u32::MAX)
    }

    impl TicketStore for StoredTickets {
        fn put(&self, identity: TicketIdentity, state: Zeroizing<Vec<u8>>, until: UnixTime, now: UnixTime) {
            // It would drive out all others, and then itself.
            if state.len() > self.max_bytes {
                return;
            }
            // By and by this comes by all cells.
            while let Some(over) = self.tickets.give_up(rank(now).saturating_sub(1)) {
                self.without(over);
            }
            if self.make_room(state.len()) {
                let gone = self.tickets.put(identity, Stored { state, until }, rank(until));
                gone.map(|gone| self.without(gone));
            }
        }

        fn peek(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
            self.tickets.peek(identity, |stored| (now <= stored.until).then(|| stored.state.clone()))?
        }

        // [8.1-1]
        fn take(&self, identity: &TicketIdentity, now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
            let taken = self.tickets.take(identity)?;
            let in_time = now <= taken.until;
            Some(self.without(taken)).filter(|_| in_time)
        }
    }

    impl fmt::Debug for StoredTickets {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let (tickets, bytes) = self.size();
            write!(f, "StoredTickets({tickets} tickets, {bytes} bytes)")
        }
    }
}
