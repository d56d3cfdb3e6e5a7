//! Values that must not leak: wiped on drop, never printed, compared in constant time.

use crate::wire::CipherSuite;
use core::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest hash output in use (SHA-384).
pub const MAX_HASH_LEN: usize = 48;
/// The longest shared secret of a key exchange (P-384 gives 48 bytes, a hybrid with X25519 gives 64).
pub const MAX_SHARED_LEN: usize = 64;
/// Bytes of an AEAD nonce, and so of the write IV (RFC 8446 §5.3).
pub const IV_LEN: usize = 12;
/// Bytes of an AEAD tag in all suites of TLS 1.3 that we speak.
pub const TAG_LEN: usize = 16;

/// A secret of RFC 8446 §7.1, as long as the suite's hash.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret {
    bytes: [u8; MAX_HASH_LEN],
    len: u8,
}

impl Secret {
    /// `len` zero bytes, to be filled through [`Secret::as_mut`]; more than [`MAX_HASH_LEN`] is cut to that.
    pub(crate) fn zeros(len: usize) -> Self {
        Self { bytes: [0; MAX_HASH_LEN], len: u8::try_from(len.min(MAX_HASH_LEN)).unwrap_or(0) }
    }

    /// A copy of these bytes; more than [`MAX_HASH_LEN`] is cut to that.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut secret = Self::zeros(bytes.len());
        for (to, from) in secret.as_mut().iter_mut().zip(bytes) {
            *to = *from;
        }
        secret
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len.into()).unwrap_or_default()
    }
}

impl PartialEq<[u8]> for Secret {
    fn eq(&self, other: &[u8]) -> bool {
        self.as_bytes().ct_eq(other).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a key exchange gives both sides (RFC 8446 §7.4).
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SharedSecret {
    bytes: [u8; MAX_SHARED_LEN],
    len: u8,
}

impl SharedSecret {
    /// Copies the raw shared secret; `None` if it is longer than [`MAX_SHARED_LEN`].
    #[must_use]
    pub fn new(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; MAX_SHARED_LEN];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self { bytes, len: u8::try_from(raw.len()).ok()? })
    }

    /// The two halves of a hybrid, one behind the other; `None` as above.
    #[cfg(all(feature = "mlkem", any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto")))]
    pub(super) fn of_halves(first: &[u8], second: &[u8]) -> Option<Self> {
        let mut shared = Self { bytes: [0; MAX_SHARED_LEN], len: 0 };
        let (front, rest) = shared.bytes.split_at_mut_checked(first.len())?;
        front.copy_from_slice(first);
        rest.get_mut(..second.len())?.copy_from_slice(second);
        shared.len = u8::try_from(first.len().checked_add(second.len())?).ok()?;
        Some(shared)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(..)")
    }
}

/// Which keys protect a direction (the figures of RFC 8446 Appendix A: K_send, K_recv).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// No protection yet.
    Initial,
    /// `client_early_traffic_secret`.
    EarlyData,
    /// `[sender]_handshake_traffic_secret`.
    Handshake,
    /// `[sender]_application_traffic_secret_N`.
    Application(u64),
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initial => f.write_str("initial"),
            Self::EarlyData => f.write_str("early data"),
            Self::Handshake => f.write_str("handshake"),
            Self::Application(n) => write!(f, "application {n}"),
        }
    }
}

/// `[sender]_write_iv` (RFC 8446 §7.3).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Iv(pub(crate) [u8; IV_LEN]);

impl Iv {
    /// Of no key.
    pub(crate) const ZERO: Self = Self([0; IV_LEN]);

    /// The nonce of a record (RFC 8446 §5.3): its sequence number, padded on the left, XOR the IV.
    pub(crate) fn nonce(&self, seq: u64) -> [u8; IV_LEN] {
        let mut nonce = self.0;
        for (n, s) in nonce.iter_mut().rev().zip(seq.to_be_bytes().iter().rev()) {
            *n ^= s;
        }
        nonce
    }
}

/// `[sender]_write_key` and `[sender]_write_iv` (RFC 8446 §7.3): what passes from the key schedule to the record layer.
#[derive(ZeroizeOnDrop)]
pub struct TrafficKeys {
    #[zeroize(skip)]
    pub(crate) epoch: Epoch,
    #[zeroize(skip)]
    pub(crate) suite: CipherSuite,
    pub(crate) key: [u8; 32],
    pub(crate) key_len: usize,
    pub(crate) iv: Iv,
}

impl TrafficKeys {
    pub(crate) fn key(&self) -> &[u8] {
        self.key.get(..self.key_len).unwrap_or_default()
    }
}

impl fmt::Debug for TrafficKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrafficKeys({}, {})", self.suite, self.epoch)
    }
}
