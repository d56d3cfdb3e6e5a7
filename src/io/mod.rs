//! Drivers: a connection joined to a transport. Each is a loop over `step`, and nothing of TLS is decided here.

pub mod blocking;
