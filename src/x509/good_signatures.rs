//! Signatures on certificates that were found good before: peers that have met verify them no more.
//!
//! That a key made a signature is true for ever, whatever the clock, the anchors or the policy say. So this alone is
//! remembered, and all the rest is asked afresh.

use crate::crypto::{Crypto, CryptoError, fingerprint};
use alloc::boxed::Box;
use core::any::TypeId;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use zeroize::Zeroizing;

/// Remembers which signatures on certificates were good, so that the chain of a peer that comes again is judged without a
/// public-key operation. CertificateVerify, CRLs and OCSP responses are verified every time.
///
/// Validity, revocation, names, key sizes, policies and trust anchors are looked at for every chain, so the verdict is the one
/// that there would be without it (RFC 5280 §6.1). Only how long it takes may differ, by which a peer can tell whether its chain
/// is remembered.
///
/// Meant to be shared (`Arc`) by all configurations and threads of a process; reading and writing take no lock. What is
/// remembered is a hash, by a secret key, of the issuer's SubjectPublicKeyInfo and the whole certificate. The room is fixed, and
/// in a connection nothing gets there before the peer's path was accepted, its name admitted, and its key proven by
/// CertificateVerify. Beyond the room an entry drives out another one, and nobody outside can choose which.
pub struct GoodSignatures {
    key: Zeroizing<[u8; 32]>,
    /// Providers may disagree about what a good signature is, so each goes by what it found itself.
    provider: TypeId,
    sets: Box<[Set]>,
}

/// Places of one entry: which set it is in, its first word tells.
type Set = [Entry; WAYS];

/// A fingerprint in words, or zeros.
///
/// Words are read and written one by one, so that what is read may be put together from several fingerprints that were written
/// here. To be taken for a good one all its bits have to fit, which is as hard to bring about as any other collision of 256
/// bits: the words come from a hash of which nobody outside knows the key.
type Entry = [AtomicU32; WORDS];

const WAYS: usize = 4;
const WORDS: usize = 8;

impl GoodSignatures {
    /// Room for `signatures` of them, rounded up to a multiple of four, at 32 bytes each: one for each certificate on a peer's
    /// path. Peers share those of their CAs. Twice as many as expected is good, since entries can get into each other's way earlier.
    ///
    /// Only configurations with a provider of the same type gain by it.
    ///
    /// # Errors
    /// [`CryptoError`] if the provider has no randomness.
    pub fn new<C: Crypto>(crypto: &C, signatures: usize) -> Result<Self, CryptoError> {
        let mut key = Zeroizing::new([0; 32]);
        crypto.random(&mut *key)?;
        let sets = (0..signatures.div_ceil(WAYS)).map(|_| Set::default()).collect();
        Ok(Self { key, provider: TypeId::of::<C>(), sets })
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().filter(|entry| !is_free(entry)).count()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().all(is_free)
    }

    /// The most that can be remembered.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries().count()
    }

    /// Forgets all. What is being verified meanwhile may be remembered afterwards.
    pub fn clear(&self) {
        self.entries().flatten().for_each(|word| word.store(0, Relaxed));
    }

    /// What a good signature is remembered by; `None` for another provider.
    pub(super) fn fingerprint<C: Crypto>(
        &self,
        crypto: &C,
        issuer_spki: &[u8],
        certificate: &[u8],
    ) -> Option<[u8; 32]> {
        let parts: [&[u8]; 3] = [&*self.key, issuer_spki, certificate];
        (self.provider == TypeId::of::<C>()).then(|| fingerprint(crypto, "good signature", parts))
    }

    pub(super) fn has(&self, fingerprint: &[u8; 32]) -> bool {
        let words = words(fingerprint);
        self.set(words).is_some_and(|set| set.iter().any(|entry| is(entry, words)))
    }

    pub(crate) fn remember(&self, fingerprints: &[[u8; 32]]) {
        for words in fingerprints.iter().map(words) {
            let Some(set) = self.set(words) else { return };
            if set.iter().any(|entry| is(entry, words)) {
                continue;
            }
            // Any one will do: what is asked for often is back at once, for one verification.
            let any = index(words[1], WAYS).and_then(|way| set.get(way));
            if let Some(entry) = set.iter().find(|entry| is_free(entry)).or(any) {
                entry.iter().zip(words).for_each(|(to, word)| to.store(word, Relaxed));
            }
        }
    }

    fn set(&self, words: [u32; WORDS]) -> Option<&Set> {
        self.sets.get(index(words[0], self.sets.len())?)
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.sets.iter().flatten()
    }
}

/// A number below `len` that is as random as `word`.
fn index(word: u32, len: usize) -> Option<usize> {
    usize::try_from(word).ok()?.checked_rem(len)
}

fn words(fingerprint: &[u8; 32]) -> [u32; WORDS] {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(fingerprint.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

// An entry publishes nothing but itself, so no order between words is needed.
fn is(entry: &Entry, words: [u32; WORDS]) -> bool {
    entry.iter().zip(words).all(|(word, wanted)| word.load(Relaxed) == wanted)
}

fn is_free(entry: &Entry) -> bool {
    is(entry, [0; WORDS])
}

impl fmt::Debug for GoodSignatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoodSignatures({} of {})", self.len(), self.capacity())
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests;
