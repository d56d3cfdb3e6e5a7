//! The two roles, and what a connection of each is made from.

use super::Connection;
use crate::config::{ClientConfig, ServerConfig};
use crate::crypto::Crypto;
use crate::handshake::{client, server};
use crate::shared::Shared;
use crate::x509::{ServerName, Time};

/// A client's connection with a provider of one's own.
pub type ClientWith<'c, C> = Connection<'c, client::Client, C>;
/// A server's connection with a provider of one's own.
pub type ServerWith<'c, C> = Connection<'c, server::Server, C>;

/// A client's connection.
#[cfg(feature = "ring")]
pub type Client<'c> = ClientWith<'c, crate::crypto::Ring>;
/// A server's connection.
#[cfg(feature = "ring")]
pub type Server<'c> = ServerWith<'c, crate::crypto::Ring>;

impl<'c, C: Crypto> ClientWith<'c, C> {
    /// A connection to `server_name`, which the server's certificate must be for. `time` judges the validity of certificates.
    pub fn new(
        config: impl Into<Shared<'c, ClientConfig<C>>>,
        server_name: ServerName<'c>,
        time: impl Into<Time>,
    ) -> Self {
        Self::start(config.into(), Some(server_name), time.into())
    }
}

impl<'c, C: Crypto> ServerWith<'c, C> {
    /// A connection that waits for a ClientHello. `time` judges the validity of certificates.
    pub fn new(config: impl Into<Shared<'c, ServerConfig<C>>>, time: impl Into<Time>) -> Self {
        Self::start(config.into(), None, time.into())
    }
}
