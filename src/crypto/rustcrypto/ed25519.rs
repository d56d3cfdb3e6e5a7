//! Ed25519 (RFC 8032).

use super::pkcs8;
use crate::crypto::{CryptoError, Signer};
use crate::wire::SignatureScheme;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::ZeroizeOnDrop;

const SCHEMES: &[SignatureScheme] = &[SignatureScheme::ed25519];
/// id-Ed25519 (RFC 8410 §3), without parameters.
const ALGORITHM: &[u8] = b"\x06\x03\x2b\x65\x70";

/// Strict: keys and commitments of small order are refused, so that a signature stands for one message only.
#[inline(never)]
pub(super) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = key.try_into().map_err(|_| CryptoError)?;
    let key = VerifyingKey::from_bytes(key).map_err(|_| CryptoError)?;
    let signature = Signature::from_slice(signature).map_err(|_| CryptoError)?;
    key.verify_strict(message, &signature).map_err(|_| CryptoError)
}

/// A private key for ed25519. The public half is computed for every signature: one that is stored could be the wrong one, and
/// a signature with that gives the private key away.
#[derive(ZeroizeOnDrop)]
pub struct Ed25519Signer {
    private: [u8; 32],
}

impl Ed25519Signer {
    /// A key from its 32 bytes (RFC 8032 §5.1.5); may stand in a `static`.
    #[must_use]
    pub const fn new(private: [u8; 32]) -> Self {
        Self { private }
    }

    /// A key in PKCS#8 (RFC 5958, RFC 8410 §7).
    ///
    /// # Errors
    /// [`CryptoError`] if it is none.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let key = pkcs8::curve_private_key(der, ALGORITHM).ok_or(CryptoError)?;
        Ok(Self::new(key.try_into().map_err(|_| CryptoError)?))
    }
}

impl Signer for Ed25519Signer {
    fn schemes(&self) -> &[SignatureScheme] {
        SCHEMES
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let out = out.first_chunk_mut().filter(|_| SCHEMES.contains(&scheme)).ok_or(CryptoError)?;
        *out = sign(&self.private, message)?;
        Ok(out.len())
    }
}

#[inline(never)]
fn sign(private: &[u8; 32], message: &[u8]) -> Result<[u8; 64], CryptoError> {
    let signature = SigningKey::from_bytes(private).try_sign(message).map_err(|_| CryptoError)?;
    Ok(signature.to_bytes())
}

impl core::fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ed25519Signer")
    }
}
