//! Who comes back by a ticket is trusted by what holds now: those whom a change concerns are declined at their next handshake,
//! and all others resume.
#![cfg(all(feature = "std", feature = "ring"))]
#![allow(unreachable_pub)]

#[path = "../util/mod.rs"]
mod util;

mod client_side;
mod fleet;
mod generations;
mod server_side;
mod town;
