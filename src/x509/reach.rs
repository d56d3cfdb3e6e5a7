//! How far each of the peer's certificates is from an anchor, going by names alone (RFC 4158 §3.5.12 calls it building
//! in reverse). A long list that leads nowhere is found out by this before any of it is tried.

use super::{Anchors, MAX_CANDIDATES, MAX_CHAIN};

/// Issuer and subject of a candidate, as DER.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
}

/// The least number of certificates from each candidate up to one that is issued by an anchor, itself counted.
pub(super) struct Reach([Option<u8>; MAX_CANDIDATES]);

impl Reach {
    /// Anything may reach an anchor: for lists so short that trying costs little.
    pub(super) const fn any() -> Self {
        Self([Some(0); MAX_CANDIDATES])
    }

    /// `names` are those of the chain as sent, without those that can't be read.
    pub(super) fn of(names: &[Option<Names<'_>>; MAX_CANDIDATES], anchors: &Anchors) -> Self {
        let mut reach = Self([None; MAX_CANDIDATES]);
        let by_anchor = |names: &Names<'_>| anchors.subjects().any(|subject| subject == names.issuer);
        reach.mark(names, 1, by_anchor);
        for distance in 2..=u8::try_from(MAX_CHAIN).unwrap_or(u8::MAX) {
            let below = reach.0;
            let reached = names.iter().zip(below).filter(|(_, found)| *found == distance.checked_sub(1));
            reach.mark(names, distance, |names| {
                reached.clone().any(|(issuer, _)| issuer.is_some_and(|issuer| issuer.subject == names.issuer))
            });
        }
        reach
    }

    fn mark(&mut self, names: &[Option<Names<'_>>], distance: u8, is_reached: impl Fn(&Names<'_>) -> bool) {
        for (slot, names) in self.0.iter_mut().zip(names).filter(|(slot, _)| slot.is_none()) {
            *slot = names.filter(&is_reached).map(|_| distance);
        }
    }

    /// Whether a path with `links` below the candidate can end at an anchor and not be too long.
    pub(super) fn from(&self, index: usize, links: u8) -> bool {
        let distance = self.0.get(index).copied().flatten();
        distance.is_some_and(|distance| usize::from(links.saturating_add(distance)) <= MAX_CHAIN)
    }
}

/// Where a list that reaches no anchor ends: from the leaf up, always to the first issuer that was not passed yet.
pub(super) fn dead_end(names: &[Option<Names<'_>>; MAX_CANDIDATES]) -> usize {
    let mut passed = [false; MAX_CANDIDATES];
    let mut top = 0;
    // Each round passes one more.
    for _ in names {
        if let Some(slot) = passed.get_mut(top) {
            *slot = true;
        }
        let Some(issuer) = names.get(top).copied().flatten().map(|names| names.issuer) else { break };
        let mut candidates = names.iter().zip(passed);
        let next = candidates.position(|(names, passed)| !passed && names.is_some_and(|names| names.subject == issuer));
        match next {
            Some(next) => top = next,
            None => break,
        }
    }
    top
}
