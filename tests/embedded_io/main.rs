//! The drivers for devices, each with memory of a fixed size: over a wire to each other, over transports that fail, and to OpenSSL.
#![cfg(all(feature = "embedded-io-async", feature = "ring", feature = "std"))]

mod driver;
mod echo;
mod failures;
mod openssl;
mod outcome;
mod peer;
mod turns;
#[path = "../util/mod.rs"]
mod util;
mod wire;

use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::io::embedded::Link;
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientRole, ClientWith, Connection, Credential, RecvBuf, Role, SendBuf,
    ServerConfig, ServerName, ServerRole, ServerWith, UnixTime,
};
use util::pair::World;
use util::pki::{Chain, NOW};
use util::provider::{self, Provider, provider};

/// Bytes of every receive buffer, and of every send buffer.
const MEMORY: usize = 2048;

/// A connection and its memory.
struct Device<R: Role> {
    conn: Connection<'static, R, Provider>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
}

impl<R: Role> Device<R> {
    fn new(conn: Connection<'static, R, Provider>) -> Self {
        let memory = || vec![0; MEMORY].leak();
        Self { conn, rx: RecvBuf::over(memory()), tx: SendBuf::over(memory()) }
    }

    fn link<T: embedded_io::ErrorType>(&mut self, io: T) -> Link<'_, 'static, 'static, R, Provider, T> {
        Link::new(&mut self.conn, &mut self.rx, &mut self.tx, io)
    }
}

/// A chain of three certificates: the root, which the peer has already, is sent too.
fn credential(world: &World, chain: &Chain) -> Credential {
    let pem = [chain.pem.as_str(), &world.pki.root.pem].concat();
    provider::credential(&pem, &chain.key_pem)
}

fn client_config(world: &World) -> ClientConfigBuilder<Provider> {
    let credential = credential(world, &world.client);
    ClientConfig::builder(provider()).anchors(world.anchors()).credential(credential).fit_recv_buf(MEMORY)
}

fn server_config(world: &World) -> ServerConfigBuilder<Provider> {
    let auth = ClientAuth::require(world.anchors(), Allow::dns("robot.test"));
    ServerConfig::builder(provider())
        .credential(credential(world, &world.server))
        .client_auth(auth)
        .fit_recv_buf(MEMORY)
}

fn client(config: ClientConfigBuilder<Provider>) -> Device<ClientRole> {
    let config = std::sync::Arc::new(config.build().unwrap());
    Device::new(ClientWith::new(config, ServerName::dns("server.test").unwrap().into_owned(), UnixTime(NOW)))
}

fn server(config: ServerConfigBuilder<Provider>) -> Device<ServerRole> {
    let config = std::sync::Arc::new(config.build().unwrap());
    Device::new(ServerWith::new(config, UnixTime(NOW)))
}
