//! What is to be recognized later, in 32 bytes.

use super::{Crypto, Hash, HashAlgorithm};

/// SHA-256 over `what` is meant and its parts, each behind its length, so that no two lists of parts look the same.
pub(crate) fn fingerprint<C: Crypto>(
    crypto: &C,
    what: &'static str,
    parts: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> [u8; 32] {
    let mut hash = crypto.hash(HashAlgorithm::Sha256);
    let mut add = |part: &[u8]| {
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    };
    add(what.as_bytes());
    for part in parts {
        add(part.as_ref());
    }
    hash.finish().as_ref().first_chunk().copied().unwrap_or_default()
}
