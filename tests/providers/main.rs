//! The providers do the same: alone, with each other, and in both roles.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto"))]

mod handshakes;
mod primitives;
mod selection;
#[path = "../util/mod.rs"]
mod util;

use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::rustcrypto::RustCrypto;
use symbolon::crypto::{AwsLcRs, CryptoError, Ring, Signer};
use symbolon::{Allow, ClientAuth, ClientConfig, Credential, ServerConfig};
use util::pair::World;
use util::pki::Chain;
use util::provider::{Provides, Source};

type Second = RustCrypto<Source>;

/// Ends of a [`World`] with a provider.
trait Provider: Provides {
    fn client(world: &World) -> ClientConfigBuilder<Self> {
        ClientConfig::builder(Self::provider()).anchors(world.anchors()).credential(Self::local(&world.client))
    }

    fn server(world: &World) -> ServerConfigBuilder<Self> {
        ServerConfig::builder(Self::provider())
            .credential(Self::local(&world.server))
            .client_auth(ClientAuth::require(world.anchors(), Allow::dns("robot.test")))
    }

    fn local(chain: &Chain) -> Credential {
        Self::credential(&chain.pem, &chain.key_pem)
    }
}

impl<P: Provides> Provider for P {}

fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut signature = vec![0; 512];
    let len = signer.sign(signer.schemes()[0], message, &mut signature)?;
    signature.truncate(len);
    Ok(signature)
}

/// Every test of `handshakes` with pairs of providers, client first.
macro_rules! with_every_pair {
    ($($test:ident)*) => {
        with_every_pair!(@ ring_to_ring, super::Ring, super::Ring, $($test)*);
        with_every_pair!(@ ring_to_rustcrypto, super::Ring, super::Second, $($test)*);
        with_every_pair!(@ rustcrypto_to_ring, super::Second, super::Ring, $($test)*);
        with_every_pair!(@ rustcrypto_to_rustcrypto, super::Second, super::Second, $($test)*);
        with_every_pair!(@ ring_to_aws_lc_rs, super::Ring, super::AwsLcRs, $($test)*);
        with_every_pair!(@ aws_lc_rs_to_ring, super::AwsLcRs, super::Ring, $($test)*);
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
