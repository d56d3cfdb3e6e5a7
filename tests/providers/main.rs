//! Both providers do the same: alone, with each other, and in both roles.
#![cfg(all(feature = "ring", feature = "rustcrypto"))]

mod handshakes;
mod primitives;
mod selection;
#[path = "../util/mod.rs"]
mod util;

use ring::rand::SystemRandom;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::rustcrypto::{Ed25519Signer, P256Signer, P384Signer, RustCrypto};
use symbolon::crypto::{Crypto, CryptoError, Ring, RingSigner, Signer};
use symbolon::{Allow, ClientAuth, ClientConfig, Credential, ServerConfig, Signing};
use util::pair::World;
use util::pki::Chain;

type Second = RustCrypto<SystemRandom>;

/// A provider and its signers.
trait Provider: Crypto + Sized {
    fn provider() -> Self;
    fn signer(pkcs8: &[u8]) -> Box<dyn Signer>;

    fn client(world: &World) -> ClientConfigBuilder<Self> {
        ClientConfig::builder(Self::provider()).anchors(world.anchors()).credential(Self::credential(&world.client))
    }

    fn server(world: &World) -> ServerConfigBuilder<Self> {
        ServerConfig::builder(Self::provider())
            .credential(Self::credential(&world.server))
            .client_auth(ClientAuth::require(world.anchors(), Allow::dns("robot.test")))
    }

    fn credential(chain: &Chain) -> Credential {
        credential(chain, Self::signer(&chain.leaf.key.serialize_der()))
    }
}

impl Provider for Ring {
    fn provider() -> Self {
        Self::new()
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        Box::new(RingSigner::from_pkcs8(pkcs8).unwrap())
    }
}

impl Provider for Second {
    fn provider() -> Self {
        Self::new(SystemRandom::new())
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        let p256 = P256Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        let p384 = || P384Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        let ed25519 = || Ed25519Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        p256.or_else(|_| p384()).or_else(|_| ed25519()).unwrap()
    }
}

fn credential(chain: &Chain, signer: Box<dyn Signer>) -> Credential {
    let intermediate = chain.pem.split_inclusive("-----END CERTIFICATE-----\n").nth(1).unwrap();
    let intermediate = symbolon::x509::certificates_from_pem(intermediate.as_bytes()).unwrap().remove(0);
    Credential::new([chain.leaf.der.as_slice(), &intermediate], Signing::Local(signer)).unwrap()
}

fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut signature = vec![0; 512];
    let len = signer.sign(signer.schemes()[0], message, &mut signature)?;
    signature.truncate(len);
    Ok(signature)
}

/// Every test of `handshakes` with every pair of providers, client first.
macro_rules! with_every_pair {
    ($($test:ident)*) => {
        with_every_pair!(@ ring_to_ring, super::Ring, super::Ring, $($test)*);
        with_every_pair!(@ ring_to_rustcrypto, super::Ring, super::Second, $($test)*);
        with_every_pair!(@ rustcrypto_to_ring, super::Second, super::Ring, $($test)*);
        with_every_pair!(@ rustcrypto_to_rustcrypto, super::Second, super::Second, $($test)*);
    };
    (@ $pair:ident, $client:ty, $server:ty, $($test:ident)*) => {
        mod $pair {
            $(#[test] fn $test() { crate::handshakes::$test::<$client, $server>(); })*
        }
    };
}

with_every_pair! {
    every_suite_group_and_scheme_connects
    retry_leads_to_another_group
    keys_are_updated_both_ways
    a_mebibyte_flows_both_ways
    client_refuses_a_signature_with_one_bit_flipped
    server_refuses_a_signature_with_one_bit_flipped
    server_refuses_a_share_off_the_curve
    client_refuses_a_share_off_the_curve
    records_with_one_bit_flipped_are_refused
}
