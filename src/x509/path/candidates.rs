//! Which certificates are tried as issuers, and in which order, where there is room to think about it.

use super::super::{
    Certificate, key_identifiers,
    reach::{self, Names, Reach},
    witness::Witness,
};
use super::{Link, MAX_CANDIDATES, Search, bit, issuer_unknown};
use crate::{crypto::Crypto, fault::Fault};

impl<'a, C: Crypto, W: Witness> Search<'_, 'a, C, W> {
    /// Of many candidates, only those are tried from which an anchor is within reach. If the leaf is not, the error says
    /// where the search would end.
    pub(super) fn measure(&mut self, leaf: &Link<'_, 'a, W::Mark>) -> Result<Option<Fault>, Fault> {
        let mut names = [None; MAX_CANDIDATES];
        for (index, slot) in names.iter_mut().enumerate().take(self.chain.len()) {
            // Those that can't be read were told of when their subjects were asked for.
            let certificate = self.candidate(index).ok();
            *slot = certificate.map(|it| Names { issuer: it.issuer().der(), subject: it.subject().der() });
        }
        self.reach = Reach::of(&names, self.question.anchors);
        if self.reach.from(leaf.index, 0) {
            return Ok(None);
        }
        let end = reach::dead_end(&names);
        Ok(Some(issuer_unknown(&self.candidate(end)?, end)))
    }

    /// The candidates in the order in which they are tried: first those of which the key is the one that `below` names.
    pub(super) fn in_order(&self, below: &Certificate<'_>) -> impl Iterator<Item = usize> + use<C, W> {
        let key = if self.chain.len() > 2 { key_identifiers::of_authority(below) } else { None };
        let has_it = |index: &usize| key.is_some() && self.keys.get(*index).copied().flatten() == key;
        let hinted = (1..self.chain.len()).filter(has_it).fold(0, |all, index| all | bit(index));
        let all = 1..self.chain.len();
        let first = all.clone().filter(move |index| hinted & bit(*index) != 0);
        first.chain(all.filter(move |index| hinted & bit(*index) == 0))
    }
}
