//! One PKI for all cases, since keys are slow to make; and a source of randomness that repeats itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use symbolon::crypto::{CryptoError, Random};
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientWith, ServerConfig, ServerName, ServerWith, UnixTime,
    config::{ClientConfigBuilder, ServerConfigBuilder},
};

use super::util::pair::World;
use super::util::pki::{NOW, PKCS_ED25519, Pki};
use super::util::provider::{Provider, Provides, local};

/// Ed25519, so that with a given source of randomness a handshake repeats itself to the last bit.
pub(crate) static WORLD: LazyLock<World> = LazyLock::new(|| {
    let pki = Pki::with("test", &PKCS_ED25519);
    let (server, client) = (pki.server("server.test"), pki.client("robot.test"));
    World { pki, server, client }
});

pub(crate) fn client_config(crypto: Provider) -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(crypto).anchors(WORLD.anchors()).credential(local(&WORLD.client))
}

pub(crate) fn server_config(crypto: Provider) -> ServerConfigBuilder<Provider> {
    ServerConfig::builder(crypto)
        .credential(local(&WORLD.server))
        .client_auth(ClientAuth::require(WORLD.anchors(), Allow::dns("robot.test")))
}

pub(crate) fn client(config: ClientConfigBuilder<Provider>) -> ClientWith<'static, Provider> {
    let name = ServerName::dns("server.test").unwrap();
    ClientWith::new(Arc::new(config.build().unwrap()), name, UnixTime(NOW))
}

pub(crate) fn server(config: ServerConfigBuilder<Provider>) -> ServerWith<'static, Provider> {
    ServerWith::new(Arc::new(config.build().unwrap()), UnixTime(NOW))
}

/// Two of the same seed give the same bytes.
pub(crate) struct Repeating(AtomicU64);

impl Repeating {
    pub(crate) fn provider(seed: u64) -> Provider {
        Provider::with_source(Self(AtomicU64::new(seed)))
    }
}

impl Random for Repeating {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        for byte in out {
            // splitmix64
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
        Ok(())
    }
}

/// Bytes in which every piece can be told from its neighbours.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 11) as u8).collect()
}

/// The complete records at the front of `bytes`, headers included.
pub(crate) fn records(bytes: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while let [_, _, _, a, b, ..] = *rest {
        let len = 5 + usize::from(u16::from_be_bytes([a, b]));
        let (record, behind) = rest.split_at(len);
        all.push(record);
        rest = behind;
    }
    assert!(rest.is_empty(), "a send buffer gives whole records");
    all
}
