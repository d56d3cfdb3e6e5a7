//! The default provider: `ring`, with `x25519-dalek` for X25519 keys from a source of random bytes that is not its own.

#[path = "ring_api.rs"]
mod api;

use super::kx::{Ecdh, Kx};
use super::{CryptoError, Random, SharedSecret, X25519};
use crate::wire::NamedGroup;
use ::ring as library;
use alloc::sync::Arc;
use api::copy;
use library::rand::SystemRandom;
use library::{aead, agreement, digest, error::KeyRejected, hmac, signature};
use zeroize::Zeroizing;
use {
    Ring as Provider, RingAead as ProviderAead, RingHash as ProviderHash, RingHmac as ProviderHmac,
    RingKx as ProviderKx, RingSigner as ProviderSigner,
};

/// The provider over `ring`.
///
/// With [`Ring::with_random`], everything that this crate draws (hello randoms, session ids, X25519 keys) comes from the given
/// source. `ring` draws by itself for P-256 and P-384 key exchange and for ECDSA and RSA-PSS signatures, and can't be told
/// otherwise.
#[derive(Clone)]
pub struct Ring {
    /// Instead of the operating system.
    random: Option<Arc<dyn Random>>,
}

impl core::fmt::Debug for Ring {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ring")
    }
}

/// A running hash of `ring`.
#[derive(Clone)]
pub struct RingHash(digest::Context);

/// A key of HMAC of `ring`.
pub struct RingHmac(hmac::Key);

/// An AEAD key of `ring`.
pub struct RingAead(aead::LessSafeKey);

/// A private key of a key exchange in flight.
pub struct RingKx(Kx<Private>);

/// Of ECDH.
pub(super) enum Private {
    /// From given bytes, which `ring` does not take; its own keys are the faster ones.
    Given(X25519),
    Drawn(agreement::EphemeralPrivateKey, &'static agreement::Algorithm),
    /// An agreement consumes a private key of `ring`: what is left is its share.
    Spent {
        share: [u8; MAX_POINT_LEN],
        len: usize,
    },
}

/// A point of P-384.
const MAX_POINT_LEN: usize = 97;

impl Ecdh for Ring {
    type Key = Private;

    fn generate(&self, group: NamedGroup) -> Result<Private, CryptoError> {
        let algorithm = match group {
            NamedGroup::x25519 => match &self.random {
                Some(random) => {
                    let mut private = Zeroizing::new([0; 32]);
                    random.fill(private.as_mut())?;
                    return Ok(Private::Given(X25519::new(*private)));
                }
                None => &agreement::X25519,
            },
            NamedGroup::secp256r1 => &agreement::ECDH_P256,
            NamedGroup::secp384r1 => &agreement::ECDH_P384,
            _ => return Err(CryptoError),
        };
        let key = agreement::EphemeralPrivateKey::generate(algorithm, &SystemRandom::new()).map_err(|_| CryptoError)?;
        Ok(Private::Drawn(key, algorithm))
    }

    fn share(&self, key: &Private, out: &mut [u8]) -> Result<usize, CryptoError> {
        match key {
            Private::Given(key) => key.share(out),
            Private::Drawn(key, _) => copy(key.compute_public_key().map_err(|_| CryptoError)?.as_ref(), out),
            Private::Spent { share, len } => copy(share.get(..*len).ok_or(CryptoError)?, out),
        }
    }

    fn encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Private, SharedSecret), CryptoError> {
        let key = self.generate(group)?;
        let mut share = [0; MAX_POINT_LEN];
        let len = self.share(&key, &mut share)?;
        Ok((Private::Spent { share, len }, self.decap(key, peer)?))
    }

    fn decap(&self, key: Private, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        match key {
            Private::Given(key) => key.agree(peer),
            Private::Drawn(key, algorithm) => {
                // [4.2.8.2-1] [4.2.8.2-2]
                let peer = agreement::UnparsedPublicKey::new(algorithm, peer);
                // [7.4.2-1] [7.4.2-2]
                agreement::agree_ephemeral(key, &peer, SharedSecret::new).map_err(|_| CryptoError)?.ok_or(CryptoError)
            }
            Private::Spent { .. } => Err(CryptoError),
        }
    }
}

/// A private key held by `ring`.
#[derive(Debug)]
pub struct RingSigner(api::Key);

fn ecdsa(
    algorithm: &'static signature::EcdsaSigningAlgorithm,
    der: &[u8],
) -> Result<signature::EcdsaKeyPair, KeyRejected> {
    signature::EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new())
}

fn modulus_len(key: &signature::RsaKeyPair) -> usize {
    key.public().modulus_len()
}
