//! The provider over `aws-lc-rs`, which offers the interface of `ring`, and takes private keys for the key exchange.

#[allow(clippy::duplicate_mod, reason = "once over each library")]
#[path = "ring_api.rs"]
mod api;

use super::kx::{Ecdh, Kx};
use super::{Crypto, CryptoError, Random, SharedSecret};
use crate::wire::NamedGroup;
use ::aws_lc_rs as library;
use alloc::sync::Arc;
use library::agreement::{self, PrivateKey};
use library::{aead, digest, error::KeyRejected, hmac, signature};
use zeroize::Zeroizing;
use {
    AwsLcRs as Provider, AwsLcRsAead as ProviderAead, AwsLcRsHash as ProviderHash, AwsLcRsHmac as ProviderHmac,
    AwsLcRsKx as ProviderKx, AwsLcRsSigner as ProviderSigner,
};

/// The provider over `aws-lc-rs`.
///
/// With [`AwsLcRs::with_random`], everything that this crate draws (hello randoms, session ids, keys of the key exchange) comes
/// from the given source. `aws-lc-rs` draws by itself for ECDSA and RSA-PSS signatures, and can't be told otherwise.
#[derive(Clone)]
pub struct AwsLcRs {
    /// Instead of the operating system.
    random: Option<Arc<dyn Random>>,
}

impl core::fmt::Debug for AwsLcRs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("AwsLcRs")
    }
}

/// A running hash of `aws-lc-rs`.
#[derive(Clone)]
pub struct AwsLcRsHash(digest::Context);

/// A key of HMAC of `aws-lc-rs`.
pub struct AwsLcRsHmac(hmac::Key);

/// An AEAD key of `aws-lc-rs`.
pub struct AwsLcRsAead(aead::LessSafeKey);

/// A private key of a key exchange in flight.
pub struct AwsLcRsKx(Kx<PrivateKey>);

/// Private keys of NIST's curves are as long as their coordinates, points twice that and a byte that says how they are written.
const P256_LEN: usize = 32;
const P384_LEN: usize = 48;

impl Ecdh for AwsLcRs {
    type Key = PrivateKey;

    fn generate(&self, group: NamedGroup) -> Result<PrivateKey, CryptoError> {
        let (algorithm, len) = match group {
            NamedGroup::x25519 => (&agreement::X25519, 32),
            NamedGroup::secp256r1 => (&agreement::ECDH_P256, P256_LEN),
            NamedGroup::secp384r1 => (&agreement::ECDH_P384, P384_LEN),
            _ => return Err(CryptoError),
        };
        let mut room = Zeroizing::new([0; P384_LEN]);
        let private = room.get_mut(..len).ok_or(CryptoError)?;
        // Once in 2^32 draws it is no key of P-256, of the others less often: many in a row are a broken source.
        for _ in 0..4 {
            self.random(private)?;
            if let Ok(key) = PrivateKey::from_private_key(algorithm, private) {
                return Ok(key);
            }
        }
        Err(CryptoError)
    }

    fn share(&self, key: &PrivateKey, out: &mut [u8]) -> Result<usize, CryptoError> {
        api::copy(key.compute_public_key().map_err(|_| CryptoError)?.as_ref(), out)
    }

    fn encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(PrivateKey, SharedSecret), CryptoError> {
        let key = self.generate(group)?;
        let shared = agree(&key, peer)?;
        Ok((key, shared))
    }

    fn decap(&self, key: PrivateKey, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        agree(&key, peer)
    }
}

fn agree(key: &PrivateKey, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    // [4.2.8.2-2] `aws-lc-rs` would take compressed points and a SubjectPublicKeyInfo, too.
    let uncompressed = |coordinate: usize| peer.first() == Some(&4) && peer.len() / 2 == coordinate;
    let well_formed = match key.algorithm() {
        algorithm if *algorithm == agreement::X25519 => peer.len() == 32,
        algorithm if *algorithm == agreement::ECDH_P256 => uncompressed(P256_LEN),
        _ => uncompressed(P384_LEN),
    };
    if !well_formed {
        return Err(CryptoError);
    }
    // [4.2.8.2-1] [7.4.2-1] [7.4.2-2]
    let peer = agreement::UnparsedPublicKey::new(key.algorithm(), peer);
    agreement::agree(key, peer, CryptoError, |shared| SharedSecret::new(shared).ok_or(CryptoError))
}

/// A private key held by `aws-lc-rs`.
#[derive(Debug)]
pub struct AwsLcRsSigner(api::Key);

fn ecdsa(
    algorithm: &'static signature::EcdsaSigningAlgorithm,
    der: &[u8],
) -> Result<signature::EcdsaKeyPair, KeyRejected> {
    signature::EcdsaKeyPair::from_pkcs8(algorithm, der)
}

fn modulus_len(key: &signature::RsaKeyPair) -> usize {
    key.public_modulus_len()
}
