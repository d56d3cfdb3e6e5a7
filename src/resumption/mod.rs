#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod import;
mod psk;

pub use import::ExternalPsk;
pub use psk::{MIN_EXTERNAL_SECRET, Psk, PskError, PskKind};
