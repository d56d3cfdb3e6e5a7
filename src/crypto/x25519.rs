//! X25519 (RFC 7748, RFC 8446 §7.4.2) from 32 given bytes, so that a recorded handshake can be replayed.

use super::{CryptoError, SharedSecret};
use x25519_dalek::{PublicKey, StaticSecret};

/// A private key; wiped on drop.
pub struct X25519(StaticSecret);

impl X25519 {
    /// The key pair of a private key; `share` receives the 32 bytes of the public one.
    ///
    /// # Errors
    /// [`CryptoError`] if `share` is shorter than 32 bytes.
    pub fn generate(private: [u8; 32], share: &mut [u8]) -> Result<(usize, Self), CryptoError> {
        let secret = StaticSecret::from(private);
        let public = PublicKey::from(&secret);
        share.get_mut(..32).ok_or(CryptoError)?.copy_from_slice(public.as_bytes());
        Ok((32, Self(secret)))
    }

    /// The shared secret with the peer's share.
    ///
    /// # Errors
    /// [`CryptoError`] if the share is not 32 bytes, or the result is all zeros (RFC 8446 §7.4.2).
    pub fn agree(self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| CryptoError)?;
        let shared = self.0.diffie_hellman(&PublicKey::from(peer));
        if !shared.was_contributory() {
            return Err(CryptoError);
        }
        SharedSecret::new(shared.as_bytes()).ok_or(CryptoError)
    }
}
