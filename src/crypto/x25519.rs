//! X25519 (RFC 7748, RFC 8446 §7.4.2) from 32 given bytes, so that a recorded handshake can be replayed.

use super::{CryptoError, SharedSecret};
use x25519_dalek::{PublicKey, StaticSecret};

/// A private key; wiped on drop.
pub struct X25519(StaticSecret);

impl X25519 {
    /// A private key from 32 random bytes.
    #[must_use]
    pub fn new(private: [u8; 32]) -> Self {
        Self(StaticSecret::from(private))
    }

    /// Writes the 32 bytes of the public key, and returns 32.
    ///
    /// # Errors
    /// [`CryptoError`] if `share` is shorter.
    pub fn share(&self, share: &mut [u8]) -> Result<usize, CryptoError> {
        share.get_mut(..32).ok_or(CryptoError)?.copy_from_slice(PublicKey::from(&self.0).as_bytes());
        Ok(32)
    }

    /// The shared secret with the peer's share.
    ///
    /// # Errors
    /// [`CryptoError`] if the share is not 32 bytes, or the result is all zeros (RFC 8446 §7.4.2).
    pub fn agree(self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| CryptoError)?;
        let shared = self.0.diffie_hellman(&PublicKey::from(peer));
        // [7.4.2-2]
        if !shared.was_contributory() {
            return Err(CryptoError);
        }
        SharedSecret::new(shared.as_bytes()).ok_or(CryptoError)
    }
}
