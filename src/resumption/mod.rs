//! Pre-shared keys, tickets, and where both are kept (RFC 8446 §2.2, §4.2.11, §4.6.1, §8).
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

#[cfg(feature = "std")]
mod cells;
#[cfg(feature = "std")]
mod client_store;
mod declined;
mod early_data_declined;
mod import;
mod keys;
mod origin;
mod psk;
mod published;
#[cfg(feature = "redis")]
mod redis;
mod single_use;
mod state;
mod stored;
mod ticket;
mod tickets;
mod trust;

#[cfg(feature = "std")]
pub use client_store::Shelf;
pub use declined::Declined;
pub use early_data_declined::EarlyDataDeclined;
pub use import::ExternalPsk;
pub use keys::{MAX_TICKET, MAX_TICKET_KEYS, MAX_TICKET_STATE, SealError, TicketKey, TicketKeys, TicketKeysError};
pub(crate) use origin::{Origin, Shown};
pub use psk::{MIN_EXTERNAL_SECRET, Psk, PskError, PskKind};
#[cfg(feature = "redis")]
pub use redis::RedisSingleUse;
#[cfg(feature = "std")]
pub use single_use::SingleUseKeys;
pub use single_use::{SingleUse, SingleUseError};
pub(crate) use state::TicketState;
#[cfg(feature = "std")]
pub use stored::StoredTickets;
pub use stored::{TicketIdentity, TicketStore};
pub(crate) use ticket::MAX_LIFETIME;
pub use ticket::{ClientTickets, Ticket};
pub(crate) use tickets::Tickets;
pub use trust::{Live, Trust, chain_fingerprint};
