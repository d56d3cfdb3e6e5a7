//! The verdicts on the signatures of a chain, for a search that is done in several runs.
//!
//! For the same chain and question the search asks for the same signatures in the same order. So one that was stopped can be
//! begun again and finds here what it knew; no other state of it has to be kept.

use crate::crypto::{Crypto, Digest, Hash, HashAlgorithm};
use crate::fault::{Fault, Reason};
use crate::shared::Kept;

/// The verdicts so far. Each run goes on from them, verifies one more signature, and stops where it needs another.
#[derive(Default)]
pub(crate) struct Verdicts {
    /// What they are about: another chain has none yet.
    chain: Option<Kept<Digest>>,
    /// One bit for each signature, in the order of the search.
    good: u32,
    known: u8,
    /// Signatures that this run has asked for.
    asked: u8,
    /// Whether this run has verified one.
    verified: bool,
    stopped: bool,
}

impl Verdicts {
    /// A run begins.
    // The hash is not to lie on the stack below the search.
    #[inline(never)]
    pub(super) fn begin<C: Crypto>(&mut self, crypto: &C, chain: &[&[u8]]) {
        let mut hash = crypto.hash(HashAlgorithm::Sha256);
        chain.iter().for_each(|certificate| hash.update(certificate));
        let chain = hash.finish();
        if self.chain.as_deref() != Some(&chain) {
            *self = Self { chain: Some(Kept::new(chain)), ..Self::default() };
        }
        (self.asked, self.verified, self.stopped) = (0, false, false);
    }

    /// The verdict on the next signature. The error that stops a run is that of an exhausted budget.
    pub(super) fn next(&mut self, verify: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
        let bit = 1_u32.checked_shl(self.asked.into()).unwrap_or(0);
        self.asked = self.asked.saturating_add(1);
        if self.asked <= self.known {
            return match self.good & bit {
                0 => Err(Fault::from(Reason::CertificateSignatureBad).field("signatureValue")),
                _ => Ok(()),
            };
        }
        if self.verified {
            self.stopped = true;
            return Err(Reason::CertificateBudget.into());
        }
        let verdict = verify();
        if verdict.is_ok() {
            self.good |= bit;
        }
        (self.known, self.verified) = (self.asked, true);
        verdict
    }

    /// Whether the last run was stopped: its error is no verdict on the chain, and another run goes on.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;
    use crate::crypto::Ring;

    #[test]
    fn verdicts_on_one_chain_say_nothing_about_another() {
        let (crypto, mut verdicts) = (Ring::new(), Verdicts::default());
        verdicts.begin(&crypto, &[b"leaf", b"issuer"]);
        assert!(verdicts.next(|| Ok(())).is_ok());
        assert!(verdicts.next(|| Ok(())).is_err() && verdicts.stopped());
        verdicts.begin(&crypto, &[b"leaf", b"another issuer"]);
        assert!(verdicts.next(|| Err(Reason::CertificateSignatureBad.into())).is_err() && !verdicts.stopped());
        verdicts.begin(&crypto, &[b"leaf", b"issuer"]);
        assert!(verdicts.next(|| Err(Reason::CertificateSignatureBad.into())).is_err() && !verdicts.stopped());
    }
}
