//! AES-GCM and ChaCha20-Poly1305.

use super::{Has, Selection};
use crate::crypto::{Aead, CryptoError, IV_LEN, TAG_LEN};
use crate::wire::CipherSuite;
use aes_gcm::AesGcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::aes::{Aes128, Aes256};
use chacha20poly1305::ChaCha20Poly1305;
use core::marker::PhantomData;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Large machines encrypt blocks in batches, small ones one after the other.
#[cfg(target_pointer_width = "64")]
type Blocks<A> = A;
#[cfg(not(target_pointer_width = "64"))]
type Blocks<A> = super::single_blocks::SingleBlocks<A>;

type Aes128Gcm = AesGcm<Blocks<Aes128>, U12>;
type Aes256Gcm = AesGcm<Blocks<Aes256>, U12>;

/// An AEAD key. It is expanded anew for every record: what lasts is the key alone.
pub struct RustCryptoAead<S> {
    key: Key,
    selection: PhantomData<fn() -> S>,
}

#[derive(Zeroize, ZeroizeOnDrop)]
enum Key {
    Aes128Gcm([u8; 16]),
    Aes256Gcm([u8; 32]),
    ChaCha20Poly1305([u8; 32]),
}

impl<S: Selection> RustCryptoAead<S> {
    pub(super) fn new(suite: CipherSuite, key: &[u8]) -> Result<Self, CryptoError> {
        let key = match suite {
            CipherSuite::TLS_AES_128_GCM_SHA256 if Has::<S>::AES_128_GCM => key.try_into().map(Key::Aes128Gcm),
            CipherSuite::TLS_AES_256_GCM_SHA384 if Has::<S>::AES_256_GCM => key.try_into().map(Key::Aes256Gcm),
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256 if Has::<S>::CHACHA20_POLY1305 => {
                key.try_into().map(Key::ChaCha20Poly1305)
            }
            _ => return Err(CryptoError),
        };
        Ok(Self { key: key.map_err(|_| CryptoError)?, selection: PhantomData })
    }
}

impl<S: Selection> Aead for RustCryptoAead<S> {
    fn seal(&self, nonce: [u8; IV_LEN], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError> {
        match &self.key {
            Key::Aes128Gcm(key) if Has::<S>::AES_128_GCM => seal::<Aes128Gcm>(key, &nonce, aad, text),
            Key::Aes256Gcm(key) if Has::<S>::AES_256_GCM => seal::<Aes256Gcm>(key, &nonce, aad, text),
            Key::ChaCha20Poly1305(key) if Has::<S>::CHACHA20_POLY1305 => {
                seal::<ChaCha20Poly1305>(key, &nonce, aad, text)
            }
            _ => Err(CryptoError),
        }
    }

    fn open(&self, nonce: [u8; IV_LEN], aad: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError> {
        match &self.key {
            Key::Aes128Gcm(key) if Has::<S>::AES_128_GCM => open::<Aes128Gcm>(key, &nonce, aad, sealed),
            Key::Aes256Gcm(key) if Has::<S>::AES_256_GCM => open::<Aes256Gcm>(key, &nonce, aad, sealed),
            Key::ChaCha20Poly1305(key) if Has::<S>::CHACHA20_POLY1305 => {
                open::<ChaCha20Poly1305>(key, &nonce, aad, sealed)
            }
            _ => Err(CryptoError),
        }
    }
}

#[inline(never)]
fn seal<A: AeadInOut + KeyInit>(
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    text: &mut [u8],
) -> Result<[u8; TAG_LEN], CryptoError> {
    let nonce = nonce.try_into().map_err(|_| CryptoError)?;
    let aead = A::new_from_slice(key).map_err(|_| CryptoError)?;
    let tag = aead.encrypt_inout_detached(nonce, aad, text.into()).map_err(|_| CryptoError)?;
    tag.as_slice().try_into().map_err(|_| CryptoError)
}

#[inline(never)]
fn open<A: AeadInOut + KeyInit>(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError> {
    let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>().ok_or(CryptoError)?;
    let nonce = nonce.try_into().map_err(|_| CryptoError)?;
    let tag = tag.as_slice().try_into().map_err(|_| CryptoError)?;
    let aead = A::new_from_slice(key).map_err(|_| CryptoError)?;
    aead.decrypt_inout_detached(nonce, aad, text.into(), tag).map_err(|_| CryptoError)
}
