//! Mutual TLS 1.3 (RFC 8446, with the corrections of RFC 9846) as a sans-I/O state machine.
#![no_std]
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod buffer;
pub mod crypto;
pub mod fault;
pub mod identity;
mod schedule;
mod transcript;
pub mod wire;
pub mod x509;
