//! Tickets and early data in hostile hands: on the network, at a client that stole one, at a server.

mod by_network;
mod by_server;
#[path = "../util/mod.rs"]
mod util;
