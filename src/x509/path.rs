//! From the leaf to an anchor (RFC 5280 §6.1; RFC 4158 for the search).
//!
//! The peer's certificates are tried in any order, depth first, each as the issuer of the one below it:
//!
//! ```text
//!     anchor            named like the issuer of the topmost link: ends the search if all signatures hold
//!       |
//!     link 2  --below-> link 1  --below-> link 0, the leaf      (a list that lives on the stack of the recursion)
//! ```
//!
//! Cheap checks come first: a certificate that fails one never becomes a link, so a complete path can fail only by its
//! signatures, which are verified from the anchor down. A pair of certificates whose signature failed is remembered and
//! not tried again; all the rest of the work is bounded by [`Budget`]. When every path fails, the fault of the one that
//! came closest is told. Only a [`Witness`] that records goes on past what failed.

#[cfg(feature = "alloc")]
mod afterwards;
#[cfg(feature = "alloc")]
mod candidates;
mod signatures;

use super::{
    Anchor, Certificate, Purpose, Question, Rule, Time, UnixTime, Verified,
    budget::Budget,
    checks,
    link::Link,
    spki,
    verdicts::Verdicts,
    verified::Path,
    witness::{At, Closest, Witness},
};
#[cfg(feature = "alloc")]
use super::{RevocationStatus, key_identifiers, reach::Reach};
use crate::{
    crypto::Crypto,
    fault::{Detail, Fault, Reason},
};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use signatures::Signatures;

/// Certificates that a peer may send in TLS; a longer chain is refused. A path has at most as many, and an anchor on top.
pub const MAX_CHAIN: usize = 10;

/// Certificates among which [`verify`] looks for a path.
#[cfg(not(feature = "alloc"))]
pub const MAX_CANDIDATES: usize = MAX_CHAIN;
/// Certificates among which [`verify`] looks for a path.
#[cfg(feature = "alloc")]
pub const MAX_CANDIDATES: usize = 128;

/// One bit for each candidate.
#[cfg(not(feature = "alloc"))]
type Candidates = u16;
#[cfg(feature = "alloc")]
type Candidates = u128;

/// Looks for a valid path from the first certificate of `chain`, which is as the peer sent it, to one of the anchors of
/// `question`.
///
/// A leaf that is itself an anchor needs no path, but is checked like any other leaf.
///
/// # Errors
/// A reason of the family `Certificate*`, with the index of the certificate in `chain` (none if it is about the anchor).
/// For an empty chain, [`Reason::ServerCertificateEmpty`] or [`Reason::ClientCertificateMissing`].
pub fn verify<'a, C: Crypto>(crypto: &C, chain: &[&'a [u8]], question: &Question<'_>) -> Result<Verified<'a>, Fault> {
    let verdict = verify_in_runs(crypto, chain, question, None);
    #[cfg(feature = "alloc")]
    if let (Some(good), Ok(verified)) = (question.good_signatures, &verdict) {
        good.remember(verified.good_signatures());
    }
    verdict
}

/// [`verify`], in as many runs as it takes if there are `verdicts`: they tell whether an error only stopped this one. Nothing
/// is remembered of it.
#[inline(never)]
pub(crate) fn verify_in_runs<'a, C: Crypto>(
    crypto: &C,
    chain: &[&'a [u8]],
    question: &Question<'_>,
    mut verdicts: Option<&mut Verdicts>,
) -> Result<Verified<'a>, Fault> {
    if let Some(verdicts) = &mut verdicts {
        verdicts.begin(crypto, chain);
    }
    let mut closest = Closest::with(verdicts);
    let found = search(crypto, chain, question, &mut closest)?;
    found.ok_or_else(|| closest.into_fault())
}

/// [`verify`], with `witness` watching. `None` if no path was found for reasons that it was told; an error ends the search.
pub(super) fn search<'a, C: Crypto, W: Witness>(
    crypto: &C,
    chain: &[&'a [u8]],
    question: &Question<'_>,
    witness: &mut W,
) -> Result<Option<Verified<'a>>, Fault> {
    let Some(leaf) = chain.first() else {
        return Err(match question.purpose {
            Purpose::Server => Reason::ServerCertificateEmpty.into(),
            Purpose::Client => Reason::ClientCertificateMissing.into(),
        });
    };
    if chain.len() > MAX_CANDIDATES {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let detail = Detail::Limit { got: count(chain.len()), limit: count(MAX_CANDIDATES) };
        return Err(Fault::from(Reason::CertificateChainTooLong).detail(detail));
    }
    let certificate = Certificate::parse(leaf).map_err(|fault| fault.certificate(0))?;
    let mark = witness.leaf();
    checks::leaf(&certificate, question, &mut At::new(witness, mark)).map_err(|fault| fault.certificate(0))?;
    let leaf = Link { certificate, index: 0, depth: 0, intermediates: 0, below: None, mark };
    let path = Search::new(crypto, chain, question, witness).run(&leaf)?;
    // What is wrong with the chain tells more than that it is somebody else's.
    if path.is_some() || W::RECORDS {
        let at = &mut At::new(witness, mark);
        checks::server_name(&leaf.certificate, question, at).map_err(|fault| fault.certificate(0))?;
    }
    Ok(path.map(|path| Verified { leaf: leaf.certificate, path, time: question.time }))
}

struct Search<'s, 'a, C, W> {
    crypto: &'s C,
    chain: &'s [&'a [u8]],
    question: &'s Question<'s>,
    witness: &'s mut W,
    subjects: [Option<&'a [u8]>; MAX_CANDIDATES],
    /// The candidate that was read last: with one intermediate, the one that is wanted next.
    #[cfg(feature = "alloc")]
    last: Option<(usize, Certificate<'a>)>,
    /// subjectKeyIdentifier of each candidate.
    #[cfg(feature = "alloc")]
    keys: [Option<&'a [u8]>; MAX_CANDIDATES],
    #[cfg(feature = "alloc")]
    reach: Reach,
    signatures: [Signatures; MAX_CANDIDATES],
    budget: Budget,
    /// Of the path that was found last, leaf first.
    #[cfg(feature = "alloc")]
    revocation: [RevocationStatus; MAX_CHAIN],
    /// Whether there was a signature that this run did not find among those known from before.
    #[cfg(feature = "alloc")]
    verified: bool,
    /// Of the path that was found last, if there was one.
    #[cfg(feature = "alloc")]
    good_signatures: Vec<[u8; 32]>,
}

impl<'s, 'a, C: Crypto, W: Witness> Search<'s, 'a, C, W> {
    fn new(crypto: &'s C, chain: &'s [&'a [u8]], question: &'s Question<'s>, witness: &'s mut W) -> Self {
        Self {
            crypto,
            chain,
            question,
            witness,
            subjects: [None; MAX_CANDIDATES],
            #[cfg(feature = "alloc")]
            last: None,
            #[cfg(feature = "alloc")]
            keys: [None; MAX_CANDIDATES],
            #[cfg(feature = "alloc")]
            reach: Reach::any(),
            signatures: [Signatures::default(); MAX_CANDIDATES],
            budget: Budget::of_one_chain(),
            #[cfg(feature = "alloc")]
            revocation: [RevocationStatus::NotAsked; MAX_CHAIN],
            #[cfg(feature = "alloc")]
            verified: false,
            #[cfg(feature = "alloc")]
            good_signatures: Vec::new(),
        }
    }

    fn run(mut self, leaf: &Link<'_, 'a, W::Mark>) -> Result<Option<Path>, Fault> {
        let mut anchors = self.question.anchors.iter().enumerate();
        let itself = anchors.find(|(_, anchor)| is_itself(&leaf.certificate, anchor, self.question.time));
        if let Some((index, anchor)) = itself {
            let mark = self.witness.anchor(leaf.mark, index);
            let names = leaf.admit_names(anchor.name_constraints, self.budget(mark));
            self.witness.check(mark, Rule::NameConstraints, names)?;
            #[cfg(feature = "alloc")]
            self.policies(leaf, &anchor, mark)?;
            return Ok(self.witness.holds(mark).then(|| self.accept(leaf, index, &anchor)));
        }
        self.read_subjects()?;
        #[cfg(feature = "alloc")]
        if self.chain.len() > MAX_CHAIN
            && let Some(end) = self.measure(leaf)?
        {
            return self.witness.failed(leaf.mark, end, 0).map(|()| None);
        }
        match checks::signature_algorithm(&leaf.certificate, &mut At::new(self.witness, leaf.mark)) {
            Ok(()) => self.climb(leaf),
            Err(fault) => self.witness.failed(leaf.mark, fault.certificate(leaf.index), 0).map(|()| None),
        }
    }

    /// A certificate that can't be read is no candidate; it is told of only if no path is found without it.
    #[inline(never)]
    fn read_subjects(&mut self) -> Result<(), Fault> {
        for index in 1..self.chain.len() {
            match self.candidate(index) {
                Ok(certificate) => {
                    if let Some(subject) = self.subjects.get_mut(index) {
                        *subject = Some(certificate.subject().der());
                    }
                    // Where there is just one, nothing is to choose.
                    #[cfg(feature = "alloc")]
                    if let Some(key) = self.keys.get_mut(index).filter(|_| self.chain.len() > 2) {
                        *key = key_identifiers::of_subject(&certificate);
                    }
                }
                Err(fault) => self.witness.unreadable(fault)?,
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn candidate(&mut self, index: usize) -> Result<Certificate<'a>, Fault> {
        #[cfg(feature = "alloc")]
        if let Some((_, certificate)) = self.last.as_ref().filter(|(last, _)| *last == index) {
            return Ok(certificate.clone());
        }
        let der = self.chain.get(index).copied().unwrap_or_default();
        let certificate = Certificate::parse(der).map_err(|fault| fault.certificate(index))?;
        #[cfg(feature = "alloc")]
        {
            self.last = Some((index, certificate.clone()));
        }
        Ok(certificate)
    }

    /// [5280-6.1-1] [4.4.2-7] Tries every issuer of the topmost link. `None` if all failed; an error ends the search.
    fn climb(&mut self, top: &Link<'_, 'a, W::Mark>) -> Result<Option<Path>, Fault> {
        if let Err(fault) = self.budget(top.mark).step() {
            return self.witness.failed(top.mark, fault, top.depth).map(|()| None);
        }
        let issuer = top.certificate.issuer().der();
        let above = top.depth.saturating_add(1);
        let mut candidates = false;
        for (index, anchor) in self.question.anchors.iter().enumerate().filter(|(_, anchor)| anchor.subject == issuer) {
            candidates = true;
            let mark = self.witness.anchor(top.mark, index);
            match self.arrive(top, &anchor, mark) {
                Ok(()) if self.witness.holds(mark) => return Ok(Some(self.accept(top, index, &anchor))),
                Ok(()) => {}
                Err(fault) => self.witness.failed(mark, fault, above)?,
            }
        }
        for index in self.in_order(&top.certificate) {
            if self.subjects.get(index) != Some(&Some(issuer)) || top.down().any(|link| link.index == index) {
                continue;
            }
            #[cfg(feature = "alloc")]
            if !self.reach.from(index, above) {
                continue;
            }
            let certificate = self.candidate(index)?;
            if top.repeats(&certificate) {
                continue;
            }
            candidates = true;
            if !W::RECORDS && self.known_bad(top.index, index) {
                continue;
            }
            let mark = self.witness.issuer(top.mark, index);
            match self.link(top, index, certificate, mark) {
                Ok(link) => {
                    if let Some(path) = self.climb(&link)? {
                        return Ok(Some(path));
                    }
                }
                Err(fault) => self.witness.failed(mark, fault, above)?,
            }
        }
        if !candidates {
            self.witness.failed(top.mark, issuer_unknown(&top.certificate, top.index), top.depth)?;
        }
        Ok(None)
    }

    /// The candidates in the order in which they are tried.
    #[cfg(not(feature = "alloc"))]
    fn in_order(&self, _: &Certificate<'_>) -> impl Iterator<Item = usize> + use<C, W> {
        1..self.chain.len()
    }

    /// Puts `certificate` on top of the path, if it may issue what is below it.
    #[inline(never)]
    fn link<'l>(
        &mut self,
        below: &'l Link<'l, 'a, W::Mark>,
        index: usize,
        certificate: Certificate<'a>,
        mark: W::Mark,
    ) -> Result<Link<'l, 'a, W::Mark>, Fault> {
        let named = |fault: Fault| fault.certificate(index);
        #[cfg(feature = "alloc")]
        self.budget(mark).certificate(certificate.der().len())?;
        let mut at = At::new(self.witness, mark);
        checks::issuer(&certificate, self.question, below.intermediates, &mut at).map_err(named)?;
        let names = below.admit_names(certificate.extensions.name_constraints, self.budget(mark));
        self.witness.check(mark, Rule::NameConstraints, names).map_err(named)?;
        let counts = u8::from(!certificate.is_self_issued());
        Ok(Link {
            certificate,
            index,
            depth: below.depth.saturating_add(1),
            intermediates: below.intermediates.saturating_add(counts),
            below: Some(below),
            mark,
        })
    }

    /// Ends a path at an anchor: its limits, then all signatures from the top down.
    #[inline(never)]
    fn arrive(&mut self, top: &Link<'_, 'a, W::Mark>, anchor: &Anchor<'_>, mark: W::Mark) -> Result<(), Fault> {
        let mut at = At::new(self.witness, mark);
        checks::anchor(&anchor.limits, self.question.time, top.intermediates, &mut at)?;
        let names = top.admit_names(anchor.name_constraints, self.budget(mark));
        self.witness.check(mark, Rule::NameConstraints, names)?;
        #[cfg(feature = "alloc")]
        checks::anchor_certificate(anchor, self.question, &mut At::new(self.witness, mark))?;
        let key = spki::strong_key(anchor.spki).map_err(|fault| fault.field("key of the anchor"));
        if let Some(key) = self.witness.check(mark, Rule::Key, key)? {
            self.budget(mark).signature()?;
            let signed = self.signed_by(&top.certificate, anchor.spki, key);
            let signed = signed.map_err(|fault| fault.certificate(top.index));
            self.witness.check(mark, Rule::Signature, signed)?;
        }
        for issuer in top.down() {
            let Some(subject) = issuer.below else { break };
            let signed = self.verify_pair(subject, issuer, mark).map_err(|fault| fault.certificate(subject.index));
            self.witness.check(issuer.mark, Rule::Signature, signed)?;
        }
        #[cfg(feature = "alloc")]
        {
            self.policies(top, anchor, mark)?;
            self.judge_revocation(top, anchor, mark)?;
            self.note_good_signatures(top, anchor);
        }
        Ok(())
    }

    /// What pays for work on this path.
    fn budget(&mut self, path: W::Mark) -> &mut Budget {
        match self.witness.spare(path) {
            Some(spare) => spare,
            None => &mut self.budget,
        }
    }

    fn accept(&mut self, top: &Link<'_, 'a, W::Mark>, anchor: usize, of: &Anchor<'_>) -> Path {
        let mut links = [0; MAX_CHAIN];
        let len = top.down().count();
        for (slot, link) in links.iter_mut().take(len).rev().zip(top.down()) {
            *slot = u8::try_from(link.index).unwrap_or(u8::MAX);
        }
        let not_after = top.down().map(|link| link.certificate.not_after()).fold(of.limits.not_after, UnixTime::min);
        Path {
            links,
            len,
            anchor,
            not_after,
            #[cfg(feature = "alloc")]
            revocation: self.revocation,
            #[cfg(feature = "alloc")]
            good_signatures: core::mem::take(&mut self.good_signatures),
        }
    }
}

/// Whether an anchor that is valid has the name and the key of `leaf`.
fn is_itself(leaf: &Certificate<'_>, anchor: &Anchor<'_>, time: Time) -> bool {
    anchor.subject == leaf.subject().der()
        && anchor.spki == leaf.spki()
        && checks::anchor_validity(&anchor.limits, time, &mut At::new(&mut Closest::default(), ())).is_ok()
}

/// No certificate and no anchor is named like the issuer of the one at `index`.
fn issuer_unknown(certificate: &Certificate<'_>, index: usize) -> Fault {
    let reason =
        if certificate.is_self_issued() { Reason::CertificateSelfSigned } else { Reason::CertificateIssuerUnknown };
    Fault::from(reason).certificate(index)
}

fn bit(index: usize) -> Candidates {
    let one: Candidates = 1;
    u32::try_from(index).ok().and_then(|index| one.checked_shl(index)).unwrap_or(0)
}
