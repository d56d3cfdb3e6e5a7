//! The signatures on a path, from the top down. Each is verified once in a search; those that are known from before, not at all.

#[cfg(feature = "alloc")]
use super::super::Anchor;
use super::super::{Certificate, spki, witness::Witness};
use super::{Candidates, Link, Search, bit};
use crate::{
    crypto::{Crypto, PublicKey},
    fault::Fault,
};

/// What is known about signatures between certificates of the chain, one bit for each possible issuer.
#[derive(Clone, Copy, Default)]
pub(super) struct Signatures {
    good: Candidates,
    bad: Candidates,
}

impl<'a, C: Crypto, W: Witness> Search<'_, 'a, C, W> {
    /// Whether one certificate of the chain signed another.
    #[inline(never)]
    pub(super) fn verify_pair(
        &mut self,
        subject: &Link<'_, 'a, W::Mark>,
        issuer: &Link<'_, 'a, W::Mark>,
        path: W::Mark,
    ) -> Result<(), Fault> {
        let bit = bit(issuer.index);
        let known = self.signatures.get(subject.index).copied().unwrap_or_default();
        if known.good & bit != 0 {
            return Ok(());
        }
        self.budget(path).signature()?;
        let key = issuer.certificate.public_key()?;
        let verdict = self.signed_by(&subject.certificate, issuer.certificate.spki(), key);
        if let Some(known) = self.signatures.get_mut(subject.index) {
            match verdict {
                Ok(()) => known.good |= bit,
                Err(_) => known.bad |= bit,
            }
        }
        verdict
    }

    pub(super) fn known_bad(&self, subject: usize, issuer: usize) -> bool {
        self.signatures.get(subject).is_some_and(|known| known.bad & bit(issuer) != 0)
    }

    /// Whether `key`, which is that of `issuer_spki`, made the signature of a certificate. It has been paid for, also where it is
    /// known from before: a verdict must not depend on that.
    pub(super) fn signed_by(
        &mut self,
        certificate: &Certificate<'a>,
        issuer_spki: &[u8],
        key: PublicKey<'_>,
    ) -> Result<(), Fault> {
        let crypto = self.crypto;
        #[cfg(not(feature = "alloc"))]
        let _ = issuer_spki;
        #[cfg(feature = "alloc")]
        let (good, mut known) = (self.question.good_signatures, false);
        let verdict = self.witness.signature(|| {
            #[cfg(feature = "alloc")]
            if let Some(good) = good {
                let fingerprint = good.fingerprint(crypto, issuer_spki, certificate.der());
                known = fingerprint.is_some_and(|fingerprint| good.has(&fingerprint));
                if known {
                    return Ok(());
                }
            }
            spki::signed_by(crypto, certificate, key)
        });
        // The verdict of a run before may have been found either way.
        #[cfg(feature = "alloc")]
        {
            self.verified |= !known;
        }
        verdict
    }

    /// Takes down what is to be remembered of a path whose signatures are good; nothing if all of them were known from before.
    #[cfg(feature = "alloc")]
    pub(super) fn note_good_signatures(&mut self, top: &Link<'_, 'a, W::Mark>, anchor: &Anchor<'_>) {
        let Some(good) = self.question.good_signatures.filter(|_| self.verified) else { return };
        let mut issuer_spki = anchor.spki;
        self.good_signatures.clear();
        for link in top.down() {
            let fingerprint = good.fingerprint(self.crypto, issuer_spki, link.certificate.der());
            self.good_signatures.extend(fingerprint);
            issuer_spki = link.certificate.spki();
        }
    }
}
