//! Tickets as a server sees them, wherever the state behind them is.

use super::{TicketIdentity, TicketKeys, TicketStore};
use crate::crypto::Crypto;
use crate::x509::UnixTime;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// Where the state behind a ticket is.
#[derive(Clone)]
pub(crate) enum Tickets {
    /// In the ticket.
    Stateless(Arc<TicketKeys>),
    /// With the server.
    Stored(Arc<dyn TicketStore>),
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stateless(keys) => f.debug_tuple("Stateless").field(keys).finish(),
            Self::Stored(_) => f.write_str("Stored(..)"),
        }
    }
}

impl Tickets {
    /// The ticket for a state; `None` if there can't be one.
    pub(crate) fn seal<C: Crypto>(
        &self,
        crypto: &C,
        state: Zeroizing<Vec<u8>>,
        until: UnixTime,
        now: UnixTime,
    ) -> Option<Vec<u8>> {
        match self {
            Self::Stateless(keys) => keys.seal(crypto, &state).ok(),
            Self::Stored(store) => {
                let mut identity: TicketIdentity = [0; 32];
                crypto.random(&mut identity).ok()?;
                store.put(identity, state, until, now);
                Some(identity.into())
            }
        }
    }

    /// The state behind a ticket of ours. The ticket stays good.
    pub(crate) fn open<C: Crypto>(&self, crypto: &C, ticket: &[u8], now: UnixTime) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Stateless(keys) => keys.open(crypto, ticket),
            Self::Stored(store) => store.peek(ticket.try_into().ok()?, now),
        }
    }

    /// Uses a ticket up, where that can be; false if somebody else did before.
    pub(crate) fn take(&self, ticket: &[u8], now: UnixTime) -> bool {
        match self {
            Self::Stateless(_) => true,
            Self::Stored(store) => ticket.try_into().is_ok_and(|identity| store.take(identity, now).is_some()),
        }
    }
}
