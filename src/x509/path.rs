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
//! came closest is told.

use super::{
    Anchor, Anchors, Certificate, ServerName, UnixTime, budget::Budget, checks, constraints::NameConstraints, spki,
};
use crate::{
    crypto::Crypto,
    fault::{Detail, Fault, Reason},
};

/// Certificates that a peer may send; a longer chain is refused. So a path has at most as many, and an anchor on top.
pub const MAX_CHAIN: usize = 10;

/// What the leaf is used for. Its extendedKeyUsage must allow it if it has one (RFC 5280 §4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The peer is a TLS server: id-kp-serverAuth.
    Server,
    /// The peer is a TLS client: id-kp-clientAuth.
    Client,
}

/// A chain that [`verify`] accepted. Whether the peer holds the key of the leaf is not proven by it, but by
/// CertificateVerify.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    leaf: Certificate<'a>,
    path: Path,
}

#[derive(Clone, Debug)]
struct Path {
    /// In the chain as sent.
    links: [u8; MAX_CHAIN],
    len: usize,
    anchor: usize,
    not_after: UnixTime,
}

impl<'a> Verified<'a> {
    /// The peer's own certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate<'a> {
        &self.leaf
    }

    /// The peer's own certificate, and no more.
    #[must_use]
    pub fn into_leaf(self) -> Certificate<'a> {
        self.leaf
    }

    /// The certificates of the path as indices into the chain as sent, leaf first; the anchor is not among them.
    pub fn path(&self) -> impl Iterator<Item = usize> {
        self.path.links.iter().take(self.path.len).map(|index| usize::from(*index))
    }

    /// The anchor, as an index into the anchors.
    #[must_use]
    pub fn anchor(&self) -> usize {
        self.path.anchor
    }

    /// The earliest end of validity on the path, the anchor's included: from then on the verdict is another.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.path.not_after
    }
}

/// Looks for a valid path from the first certificate of `chain`, which is as the peer sent it, to one of `anchors`.
///
/// `name` is the server that the caller wants to reach; `None` where the peer has no expected name, as clients don't.
/// A leaf that is itself an anchor needs no path, but is checked like any other leaf.
///
/// Revocation and certificate policies are not looked at.
///
/// # Errors
/// A reason of the family `Certificate*`, with the index of the certificate in `chain` (none if it is about the anchor).
/// For an empty chain, [`Reason::ServerCertificateEmpty`] or [`Reason::ClientCertificateMissing`].
#[inline(never)]
pub fn verify<'a, C: Crypto>(
    crypto: &C,
    chain: &[&'a [u8]],
    anchors: &Anchors,
    now: UnixTime,
    purpose: Purpose,
    name: Option<&ServerName<'_>>,
) -> Result<Verified<'a>, Fault> {
    let Some(leaf) = chain.first() else {
        return Err(match purpose {
            Purpose::Server => Reason::ServerCertificateEmpty.into(),
            Purpose::Client => Reason::ClientCertificateMissing.into(),
        });
    };
    if chain.len() > MAX_CHAIN {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let detail = Detail::Limit { got: count(chain.len()), limit: count(MAX_CHAIN) };
        return Err(Fault::from(Reason::CertificateChainTooLong).detail(detail));
    }
    let certificate = Certificate::parse(leaf).map_err(|fault| fault.certificate(0))?;
    checks::leaf(&certificate, now, purpose, name).map_err(|fault| fault.certificate(0))?;
    let leaf = Link { certificate, index: 0, depth: 0, intermediates: 0, below: None };
    let path = Search::new(crypto, chain, anchors, now, purpose).run(&leaf)?;
    Ok(Verified { leaf: leaf.certificate, path })
}

/// A certificate in the path that is being tried.
struct Link<'l, 'a> {
    certificate: Certificate<'a>,
    /// In the chain as sent.
    index: usize,
    /// Links below.
    depth: u8,
    /// Intermediate certificates up to and including this one that are not self-issued: what pathLenConstraint counts.
    intermediates: u8,
    below: Option<&'l Link<'l, 'a>>,
}

impl<'l, 'a> Link<'l, 'a> {
    /// This link and those below it, down to the leaf.
    fn down(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |link| link.below)
    }

    fn is_leaf(&self) -> bool {
        self.below.is_none()
    }

    /// Whether `certificate` would bring nothing new: a path with the same name and key twice has a shorter one in it.
    fn repeats(&self, certificate: &Certificate<'_>) -> bool {
        self.down().any(|link| {
            link.certificate.subject() == certificate.subject() && link.certificate.spki() == certificate.spki()
        })
    }

    /// §6.1.3 (b), (c): every certificate below the one with the constraints, but for self-issued intermediates.
    fn admit_names(&self, constraints: Option<&[u8]>, budget: &mut Budget) -> Result<(), Fault> {
        let Some(constraints) = constraints else { return Ok(()) };
        let constraints = NameConstraints::parse(constraints)?;
        for link in self.down().filter(|link| link.is_leaf() || !link.certificate.is_self_issued()) {
            constraints.admit(&link.certificate, budget).map_err(|fault| fault.certificate(link.index))?;
        }
        Ok(())
    }
}

/// What is known about signatures between certificates of the chain, one bit for each possible issuer.
#[derive(Clone, Copy, Default)]
struct Signatures {
    good: u16,
    bad: u16,
}

struct Search<'s, 'a, C> {
    crypto: &'s C,
    chain: &'s [&'a [u8]],
    anchors: &'s Anchors,
    now: UnixTime,
    purpose: Purpose,
    subjects: [Option<&'a [u8]>; MAX_CHAIN],
    signatures: [Signatures; MAX_CHAIN],
    budget: Budget,
    /// The most telling fault so far.
    nearest: Option<(Rank, Fault)>,
}

/// First how telling the reason is, then how far the path had come.
type Rank = (u8, u8);

impl<'s, 'a, C: Crypto> Search<'s, 'a, C> {
    fn new(crypto: &'s C, chain: &'s [&'a [u8]], anchors: &'s Anchors, now: UnixTime, purpose: Purpose) -> Self {
        Self {
            crypto,
            chain,
            anchors,
            now,
            purpose,
            subjects: [None; MAX_CHAIN],
            signatures: [Signatures::default(); MAX_CHAIN],
            budget: Budget::of_one_chain(),
            nearest: None,
        }
    }

    fn run(mut self, leaf: &Link<'_, 'a>) -> Result<Path, Fault> {
        let (subject, spki) = (leaf.certificate.subject().der(), leaf.certificate.spki());
        let is_leaf = |anchor: &Anchor<'_>| {
            anchor.subject == subject
                && anchor.spki == spki
                && checks::anchor_validity(&anchor.limits, self.now).is_ok()
        };
        if let Some((index, anchor)) = self.anchors.iter().enumerate().find(|(_, anchor)| is_leaf(anchor)) {
            leaf.admit_names(anchor.name_constraints, &mut self.budget)?;
            return Ok(accept(leaf, index, &anchor));
        }
        self.read_subjects()?;
        match self.climb(leaf)? {
            Some(path) => Ok(path),
            None => Err(self.nearest.map_or_else(|| Reason::Internal.into(), |(_, fault)| fault)),
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
                }
                Err(fault) => self.failed(fault, 0)?,
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn candidate(&self, index: usize) -> Result<Certificate<'a>, Fault> {
        let der = self.chain.get(index).copied().unwrap_or_default();
        Certificate::parse(der).map_err(|fault| fault.certificate(index))
    }

    /// [5280-6.1-1] [4.4.2-7] Tries every issuer of the topmost link. `None` if all failed; an error ends the search.
    fn climb(&mut self, top: &Link<'_, 'a>) -> Result<Option<Path>, Fault> {
        self.budget.step()?;
        if let Err(fault) = spki::acceptable(&top.certificate) {
            self.failed(fault.certificate(top.index), top.depth)?;
            return Ok(None);
        }
        let issuer = top.certificate.issuer().der();
        let mut candidates = false;
        for (index, anchor) in self.anchors.iter().enumerate().filter(|(_, anchor)| anchor.subject == issuer) {
            candidates = true;
            match self.arrive(top, &anchor) {
                Ok(()) => return Ok(Some(accept(top, index, &anchor))),
                Err(fault) => self.failed(fault, top.depth.saturating_add(1))?,
            }
        }
        for index in 1..self.chain.len() {
            if self.subjects.get(index) != Some(&Some(issuer)) || top.down().any(|link| link.index == index) {
                continue;
            }
            let certificate = self.candidate(index)?;
            if top.repeats(&certificate) {
                continue;
            }
            candidates = true;
            if self.known_bad(top.index, index) {
                continue;
            }
            match self.link(top, index, certificate) {
                Ok(link) => {
                    if let Some(path) = self.climb(&link)? {
                        return Ok(Some(path));
                    }
                }
                Err(fault) => self.failed(fault, top.depth.saturating_add(1))?,
            }
        }
        if !candidates {
            let reason = if top.certificate.is_self_issued() {
                Reason::CertificateSelfSigned
            } else {
                Reason::CertificateIssuerUnknown
            };
            self.failed(Fault::from(reason).certificate(top.index), top.depth)?;
        }
        Ok(None)
    }

    /// Puts `certificate` on top of the path, if it may issue what is below it.
    #[inline(never)]
    fn link<'l>(
        &mut self,
        below: &'l Link<'l, 'a>,
        index: usize,
        certificate: Certificate<'a>,
    ) -> Result<Link<'l, 'a>, Fault> {
        checks::issuer(&certificate, self.now, self.purpose, below.intermediates)
            .and_then(|()| below.admit_names(certificate.extensions.name_constraints, &mut self.budget))
            .map_err(|fault| fault.certificate(index))?;
        let counts = u8::from(!certificate.is_self_issued());
        Ok(Link {
            certificate,
            index,
            depth: below.depth.saturating_add(1),
            intermediates: below.intermediates.saturating_add(counts),
            below: Some(below),
        })
    }

    /// Ends a path at an anchor: its limits, then all signatures from the top down.
    #[inline(never)]
    fn arrive(&mut self, top: &Link<'_, 'a>, anchor: &Anchor<'_>) -> Result<(), Fault> {
        checks::anchor(&anchor.limits, self.now, top.intermediates)?;
        top.admit_names(anchor.name_constraints, &mut self.budget)?;
        let key = spki::strong_key(anchor.spki).map_err(|fault| fault.field("key of the anchor"))?;
        self.budget.signature()?;
        spki::signed_by(self.crypto, &top.certificate, key).map_err(|fault| fault.certificate(top.index))?;
        for issuer in top.down() {
            let Some(subject) = issuer.below else { break };
            self.verify_pair(subject, issuer).map_err(|fault| fault.certificate(subject.index))?;
        }
        Ok(())
    }

    /// Whether one certificate of the chain signed another.
    #[inline(never)]
    fn verify_pair(&mut self, subject: &Link<'_, 'a>, issuer: &Link<'_, 'a>) -> Result<(), Fault> {
        let bit = bit(issuer.index);
        let known = self.signatures.get(subject.index).copied().unwrap_or_default();
        if known.good & bit != 0 {
            return Ok(());
        }
        self.budget.signature()?;
        let verdict = spki::signed_by(self.crypto, &subject.certificate, issuer.certificate.public_key()?);
        if let Some(known) = self.signatures.get_mut(subject.index) {
            match verdict {
                Ok(()) => known.good |= bit,
                Err(_) => known.bad |= bit,
            }
        }
        verdict
    }

    fn known_bad(&self, subject: usize, issuer: usize) -> bool {
        self.signatures.get(subject).is_some_and(|known| known.bad & bit(issuer) != 0)
    }

    /// Keeps the fault if it tells more than the one kept so far. Exhaustion is not a verdict on one path: it ends all.
    fn failed(&mut self, fault: Fault, depth: u8) -> Result<(), Fault> {
        if fault.reason == Reason::CertificateBudget {
            return Err(fault);
        }
        let telling = match fault.reason {
            Reason::CertificateIssuerUnknown | Reason::CertificateSelfSigned => 0,
            // The certificate may be one that the path would not need.
            Reason::CertificateMalformed if depth == 0 => 1,
            // The candidate may be another one of the same name.
            Reason::CertificateSignatureBad => 2,
            _ => 3,
        };
        if self.nearest.as_ref().is_none_or(|(rank, _)| (telling, depth) > *rank) {
            self.nearest = Some(((telling, depth), fault));
        }
        Ok(())
    }
}

fn bit(index: usize) -> u16 {
    u32::try_from(index).ok().and_then(|index| 1_u16.checked_shl(index)).unwrap_or(0)
}

fn accept(top: &Link<'_, '_>, anchor: usize, of: &Anchor<'_>) -> Path {
    let mut links = [0; MAX_CHAIN];
    let len = top.down().count();
    for (slot, link) in links.iter_mut().take(len).rev().zip(top.down()) {
        *slot = u8::try_from(link.index).unwrap_or(u8::MAX);
    }
    let not_after = top.down().map(|link| link.certificate.not_after()).fold(of.limits.not_after, UnixTime::min);
    Path { links, len, anchor, not_after }
}
