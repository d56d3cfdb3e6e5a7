//! SHA-2 and HMAC.

use crate::crypto::{Digest, Hash, HashAlgorithm};
use hmac::{KeyInit, Mac};
use sha2::Digest as _;

/// A running hash that may be part of a selection.
pub trait Sha2: Hash {
    /// Whether SHA-384 is in it.
    const HAS_SHA384: bool;

    /// An empty hash. One that the type does not have takes everything and finishes with nothing.
    fn new(algorithm: HashAlgorithm) -> Self;
}

/// SHA-256, for selections that have no other.
#[derive(Clone)]
pub struct Sha256Only(Option<sha2::Sha256>);

impl Sha2 for Sha256Only {
    const HAS_SHA384: bool = false;

    fn new(algorithm: HashAlgorithm) -> Self {
        Self(match algorithm {
            HashAlgorithm::Sha256 => Some(sha2::Sha256::new()),
            HashAlgorithm::Sha384 => None,
        })
    }
}

impl Hash for Sha256Only {
    fn update(&mut self, bytes: &[u8]) {
        if let Some(hash) = &mut self.0 {
            hash.update(bytes);
        }
    }

    fn finish(self) -> Digest {
        self.0.map_or(Digest::new(&[]), |hash| Digest::new(&hash.finalize()))
    }
}

/// SHA-256 or SHA-384.
#[derive(Clone)]
pub struct Sha256OrSha384(Either);

#[derive(Clone)]
enum Either {
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
}

impl Sha2 for Sha256OrSha384 {
    const HAS_SHA384: bool = true;

    fn new(algorithm: HashAlgorithm) -> Self {
        Self(match algorithm {
            HashAlgorithm::Sha256 => Either::Sha256(sha2::Sha256::new()),
            HashAlgorithm::Sha384 => Either::Sha384(sha2::Sha384::new()),
        })
    }
}

impl Hash for Sha256OrSha384 {
    fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Either::Sha256(hash) => hash.update(bytes),
            Either::Sha384(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Digest {
        match self.0 {
            Either::Sha256(hash) => Digest::new(&hash.finalize()),
            Either::Sha384(hash) => Digest::new(&hash.finalize()),
        }
    }
}

#[inline(never)]
pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(message).into()
}

#[inline(never)]
pub(super) fn sha384(message: &[u8]) -> [u8; 48] {
    sha2::Sha384::digest(message).into()
}

#[inline(never)]
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], out: &mut [u8]) {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return };
    for part in parts {
        mac.update(part);
    }
    for (to, from) in out.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
}
