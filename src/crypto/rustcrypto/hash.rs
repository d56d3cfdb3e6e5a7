//! SHA-2 and HMAC.

use crate::crypto::{Digest, Hash, HashAlgorithm, Hmac};
use hmac::{KeyInit, Mac};
use sha2::Digest as _;

/// A running hash that may be part of a selection.
pub trait Sha2: Hash {
    /// HMAC with it.
    type Hmac: Hmac;

    /// Whether SHA-384 is in it.
    const HAS_SHA384: bool;

    /// An empty hash. One that the type does not have takes everything and finishes with nothing.
    fn new(algorithm: HashAlgorithm) -> Self;

    /// HMAC with it; with a hash that the type does not have, it writes nothing.
    fn hmac(algorithm: HashAlgorithm, key: &[u8]) -> Self::Hmac;
}

/// SHA-256, for selections that have no other.
#[derive(Clone)]
pub struct Sha256Only(Option<sha2::Sha256>);

impl Sha2 for Sha256Only {
    type Hmac = HmacSha256Only;

    const HAS_SHA384: bool = false;

    fn new(algorithm: HashAlgorithm) -> Self {
        Self(match algorithm {
            HashAlgorithm::Sha256 => Some(sha2::Sha256::new()),
            HashAlgorithm::Sha384 => None,
        })
    }

    fn hmac(algorithm: HashAlgorithm, key: &[u8]) -> HmacSha256Only {
        HmacSha256Only(match algorithm {
            HashAlgorithm::Sha256 => keyed(key),
            HashAlgorithm::Sha384 => None,
        })
    }
}

/// HMAC with SHA-256.
pub struct HmacSha256Only(Option<hmac::Hmac<sha2::Sha256>>);

impl Hmac for HmacSha256Only {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) {
        if let Some(mac) = &self.0 {
            sign(mac.clone(), parts, out);
        }
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
    type Hmac = HmacSha256OrSha384;

    const HAS_SHA384: bool = true;

    fn new(algorithm: HashAlgorithm) -> Self {
        Self(match algorithm {
            HashAlgorithm::Sha256 => Either::Sha256(sha2::Sha256::new()),
            HashAlgorithm::Sha384 => Either::Sha384(sha2::Sha384::new()),
        })
    }

    fn hmac(algorithm: HashAlgorithm, key: &[u8]) -> HmacSha256OrSha384 {
        HmacSha256OrSha384(match algorithm {
            HashAlgorithm::Sha256 => EitherHmac::Sha256(keyed(key)),
            HashAlgorithm::Sha384 => EitherHmac::Sha384(keyed(key)),
        })
    }
}

/// HMAC with SHA-256 or SHA-384.
pub struct HmacSha256OrSha384(EitherHmac);

enum EitherHmac {
    Sha256(Option<hmac::Hmac<sha2::Sha256>>),
    Sha384(Option<hmac::Hmac<sha2::Sha384>>),
}

impl Hmac for HmacSha256OrSha384 {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) {
        match &self.0 {
            EitherHmac::Sha256(Some(mac)) => sign(mac.clone(), parts, out),
            EitherHmac::Sha384(Some(mac)) => sign(mac.clone(), parts, out),
            EitherHmac::Sha256(None) | EitherHmac::Sha384(None) => {}
        }
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

/// HMAC takes a key of any length.
#[inline(never)]
fn keyed<M: KeyInit>(key: &[u8]) -> Option<M> {
    M::new_from_slice(key).ok()
}

#[inline(never)]
fn sign<M: Mac>(mut mac: M, parts: &[&[u8]], out: &mut [u8]) {
    for part in parts {
        mac.update(part);
    }
    for (to, from) in out.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
}

#[inline(never)]
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], out: &mut [u8]) {
    if let Some(mac) = keyed::<M>(key) {
        sign(mac, parts, out);
    }
}
