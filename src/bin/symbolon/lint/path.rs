//! What is asked about a chain, and the paths from its leaf to the anchors.

use super::constraints::are_too_many;
use crate::tolerant::certificate::{Certificate, KeyPurposes, NameConstraints};
use crate::tolerant::name::Host;
use std::ops::Range;
use symbolon::UnixTime;
use symbolon::x509::Purpose;

/// The question that every stack answers.
#[derive(Clone)]
pub(super) struct Asked {
    /// As the peer sends it; the leaf first.
    pub(super) chain: Vec<Certificate>,
    pub(super) anchors: Vec<Certificate>,
    pub(super) purpose: Purpose,
    /// The name to check, of a server.
    pub(super) host: Option<Host>,
    pub(super) name: Option<String>,
    pub(super) at: UnixTime,
}

/// A leaf and what issued it, up to an anchor.
#[derive(Clone)]
pub(super) struct Path<'q> {
    pub(super) asked: &'q Asked,
    /// From the leaf to the anchor; one link if the leaf is an anchor itself.
    pub(super) links: Vec<&'q Certificate>,
}

/// Deeper paths are not followed.
const MAX_DEPTH: usize = 10;
/// More paths tell nothing new.
const MAX_PATHS: usize = 64;
/// Certificates that issued each other would keep the search busy for ever.
const MAX_STEPS: usize = 10_000;

impl Asked {
    pub(super) fn leaf(&self) -> &Certificate {
        // The chain of a question is never empty.
        &self.chain[0]
    }

    pub(super) fn intermediates(&self) -> &[Certificate] {
        self.chain.get(1..).unwrap_or_default()
    }

    /// Every path whose names chain: the subject of each link is the issuer of the one below, byte for byte.
    pub(super) fn paths(&self) -> Vec<Path<'_>> {
        let mut search = Search { asked: self, links: vec![self.leaf()], found: Vec::new(), steps: 0 };
        search.climb();
        search.found
    }

    /// The leaf alone, if it is one of the anchors.
    pub(super) fn leaf_as_anchor(&self) -> Option<Path<'_>> {
        let leaf = self.leaf();
        let anchor = self.anchors.iter().find(|anchor| anchor.der == leaf.der)?;
        Some(Path { asked: self, links: vec![anchor] })
    }

    /// The certificate at which a climb through the chain ends.
    pub(super) fn highest(&self) -> &Certificate {
        let mut top = self.leaf();
        for _ in 0..MAX_DEPTH {
            let issuer = self.intermediates().iter().find(|issuer| issuer.subject.der == top.issuer.der);
            match issuer {
                Some(issuer) if issuer.der != top.der => top = issuer,
                _ => break,
            }
        }
        top
    }
}

/// All paths, depth first.
struct Search<'q> {
    asked: &'q Asked,
    /// The path that is being tried.
    links: Vec<&'q Certificate>,
    found: Vec<Path<'q>>,
    steps: usize,
}

impl Search<'_> {
    fn climb(&mut self) {
        self.steps += 1;
        let asked = self.asked;
        let Some(top) = self.links.last().copied() else { return };
        for anchor in asked.anchors.iter().filter(|anchor| anchor.subject.der == top.issuer.der) {
            let mut links = self.links.clone();
            links.push(anchor);
            self.found.push(Path { asked, links });
        }
        for issuer in asked.intermediates().iter().filter(|issuer| issuer.subject.der == top.issuer.der) {
            if self.links.len() >= MAX_DEPTH || self.found.len() >= MAX_PATHS || self.steps >= MAX_STEPS {
                return;
            }
            // The same name and key again make no path that is not there without them.
            if !self.links.iter().any(|link| link.subject.der == issuer.subject.der && link.spki == issuer.spki) {
                self.links.push(issuer);
                self.climb();
                self.links.pop();
            }
        }
    }
}

impl<'q> Path<'q> {
    pub(super) fn leaf(&self) -> &'q Certificate {
        self.links[0]
    }

    /// The links of which this is true.
    pub(super) fn link(&self, wrong: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        self.among(0..self.links.len(), |at| wrong(self.links[at]))
    }

    /// The links above the leaf of which this is true.
    pub(super) fn issuer(&self, wrong: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        self.among(1..self.links.len(), |at| wrong(self.links[at]))
    }

    /// The links below the anchor of which this is true.
    pub(super) fn below_anchor(&self, wrong: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        self.among(0..self.top(), |at| wrong(self.links[at]))
    }

    /// The leaf, if this is true of it.
    pub(super) fn at_leaf(&self, wrong: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        self.among(0..1, |at| wrong(self.links[at]))
    }

    /// The links of which this is true, given the link above.
    pub(super) fn issued(&self, wrong: impl Fn(&Certificate, &Certificate) -> bool) -> Vec<usize> {
        self.among(0..self.top(), |at| wrong(self.links[at], self.links[at + 1]))
    }

    /// Those of these links of which this is true.
    pub(super) fn among(&self, links: Range<usize>, wrong: impl Fn(usize) -> bool) -> Vec<usize> {
        links.filter(|at| wrong(*at)).collect()
    }

    /// The index of the anchor.
    pub(super) fn top(&self) -> usize {
        self.links.len() - 1
    }

    pub(super) fn too_early(&self, certificate: &Certificate) -> bool {
        self.asked.at < certificate.not_before
    }

    pub(super) fn too_late(&self, certificate: &Certificate) -> bool {
        self.asked.at > certificate.not_after
    }

    /// The links with more intermediates below them than their pathLenConstraint allows; `counts` says which do count.
    pub(super) fn over_path_len(&self, counts: impl Fn(&Certificate) -> bool) -> Vec<usize> {
        self.among(1..self.links.len(), |at| {
            let below = self.links[1..at].iter().filter(|link| counts(link)).count();
            self.links[at].path_len().is_some_and(|most| u32::try_from(below).is_ok_and(|below| below > most))
        })
    }

    /// The links of which this is true, given their index and nameConstraints of a link above, or that have so many names
    /// (`count`) that more than `most` comparisons would be made.
    pub(super) fn constrained(
        &self,
        most: usize,
        count: impl Fn(&Certificate) -> usize,
        wrong: impl Fn(usize, &Certificate, &NameConstraints) -> bool,
    ) -> Vec<usize> {
        self.among(0..self.top(), |at| {
            let link = self.links[at];
            let mut above = self.links[at + 1..].iter().filter_map(|link| link.name_constraints.as_ref());
            above.any(|it| are_too_many(count(link), it, most) || wrong(at, link, it))
        })
    }

    pub(super) fn allows(&self, purposes: KeyPurposes) -> bool {
        match self.asked.purpose {
            Purpose::Server => purposes.server_auth,
            Purpose::Client => purposes.client_auth,
        }
    }
}
