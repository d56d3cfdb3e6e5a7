//! Who watches: messages taken apart, the handshake printed, and key logs.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

#[cfg(feature = "alloc")]
mod dissect;
#[cfg(all(feature = "keylog", feature = "std"))]
mod keylog;
#[cfg(feature = "alloc")]
mod print;

#[cfg(feature = "alloc")]
pub use dissect::{Field, dissect};
#[cfg(all(feature = "keylog", feature = "std"))]
pub use keylog::KeyLog;
#[cfg(feature = "alloc")]
pub use print::{Print, Row};
