//! Key exchange: X25519 (RFC 7748), P-256 and P-384 (RFC 8446 §4.2.8.2).

use super::RustCrypto;
use super::p256::P256;
use super::{Has, Selection, nist};
use crate::crypto::kx::{Ecdh, Kx};
use crate::crypto::{CryptoError, Random, SharedSecret, X25519};
use crate::wire::NamedGroup;
use p384::NistP384;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A private key of a key exchange in flight.
pub struct RustCryptoKx(pub(super) Kx<Private>);

/// Of ECDH.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(in crate::crypto) enum Private {
    X25519([u8; 32]),
    P256([u8; 32]),
    P384([u8; 48]),
}

impl<R: Random + 'static, S: Selection> Ecdh for RustCrypto<R, S> {
    type Key = Private;

    #[cfg(feature = "mlkem")]
    const HAS_MLKEM768: bool = Has::<S>::X25519MLKEM768 || Has::<S>::SECP256R1MLKEM768;
    #[cfg(feature = "mlkem")]
    const HAS_MLKEM1024: bool = Has::<S>::MLKEM1024;

    fn generate(&self, group: NamedGroup) -> Result<Private, CryptoError> {
        Ok(match group {
            NamedGroup::x25519 if Has::<S>::X25519 => Private::X25519(draw(&self.random, |_| true)?),
            NamedGroup::secp256r1 if Has::<S>::SECP256R1 => {
                Private::P256(draw(&self.random, |key| nist::number::<P256>(key).is_ok())?)
            }
            NamedGroup::secp384r1 if Has::<S>::SECP384R1 => {
                Private::P384(draw(&self.random, |key| nist::number::<NistP384>(key).is_ok())?)
            }
            _ => return Err(CryptoError),
        })
    }

    fn share(&self, key: &Private, share: &mut [u8]) -> Result<usize, CryptoError> {
        match key {
            Private::X25519(key) if Has::<S>::X25519 => x25519_share(*key, share),
            Private::P256(key) if Has::<S>::SECP256R1 => nist::share::<P256>(key, share),
            Private::P384(key) if Has::<S>::SECP384R1 => nist::share::<NistP384>(key, share),
            _ => Err(CryptoError),
        }
    }

    fn encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Private, SharedSecret), CryptoError> {
        let key = Ecdh::generate(self, group)?;
        let shared = agree::<S>(&key, peer)?;
        Ok((key, shared))
    }

    fn decap(&self, key: Private, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        agree::<S>(&key, peer)
    }
}

fn agree<S: Selection>(key: &Private, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    match key {
        Private::X25519(key) if Has::<S>::X25519 => x25519_agree(*key, peer),
        Private::P256(key) if Has::<S>::SECP256R1 => nist::agree::<P256>(key, peer),
        Private::P384(key) if Has::<S>::SECP384R1 => nist::agree::<NistP384>(key, peer),
        _ => Err(CryptoError),
    }
}

/// By the ladder of RFC 7748 §5, as for the peer's share: the detour over Edwards form, quick with tables, is code and stack
/// without them.
#[inline(never)]
fn x25519_share(private: [u8; 32], share: &mut [u8]) -> Result<usize, CryptoError> {
    let out = share.first_chunk_mut().ok_or(CryptoError)?;
    *out = x25519(private, X25519_BASEPOINT_BYTES);
    Ok(out.len())
}

#[inline(never)]
fn x25519_agree(private: [u8; 32], peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    X25519::new(private).agree(peer)
}

/// Draws until a key is valid. A P-256 key is not once in 2^32 draws, the others less often: many in a row are a broken source.
fn draw<const N: usize>(random: &impl Random, is_valid: impl Fn(&[u8]) -> bool) -> Result<[u8; N], CryptoError> {
    let mut private = [0; N];
    for _ in 0..4 {
        random.fill(&mut private)?;
        if is_valid(&private) {
            return Ok(private);
        }
    }
    Err(CryptoError)
}
