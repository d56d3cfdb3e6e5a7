//! Drivers: a connection joined to a transport. Each is a loop over `step`, and nothing of TLS is decided here.

#[cfg(feature = "std")]
pub mod blocking;
#[cfg(feature = "embedded-io")]
pub mod embedded;
#[cfg(feature = "std")]
mod outcome;
