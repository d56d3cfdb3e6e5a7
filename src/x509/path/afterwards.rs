//! What is asked of a path when all its signatures hold: policies, and revocation.

use super::super::{
    Anchor, MAX_CHAIN, RevocationStatus, Rule, policies,
    revocation::{Issuer, Judge},
    witness::Witness,
};
use super::{Link, Search};
use crate::{crypto::Crypto, fault::Fault};

impl<'a, C: Crypto, W: Witness> Search<'_, 'a, C, W> {
    /// Behind the signatures (RFC 9618 §6.1): only who may issue certificates can make work here.
    #[inline(never)]
    pub(super) fn policies(
        &mut self,
        top: &Link<'_, 'a, W::Mark>,
        anchor: &Anchor<'_>,
        mark: W::Mark,
    ) -> Result<(), Fault> {
        if !self.witness.holds(mark) {
            return Ok(());
        }
        let path = top.down().map(|link| (link.index, &link.certificate));
        let verdict = policies::check(path, anchor, &self.question.policies, &mut self.budget);
        self.witness.check(mark, Rule::Policy, verdict).map(|_| ())
    }

    /// Whether a certificate of a path that holds was revoked, from the top down.
    #[inline(never)]
    pub(super) fn judge_revocation(
        &mut self,
        top: &Link<'_, 'a, W::Mark>,
        anchor: &Anchor<'_>,
        mark: W::Mark,
    ) -> Result<(), Fault> {
        let Some(revocation) = self.question.revocation.filter(|revocation| !revocation.is_off()) else {
            return Ok(());
        };
        let (crypto, time) = (self.crypto, self.question.time);
        let mut issuer = Issuer::of_anchor(anchor);
        let mut statuses = [RevocationStatus::NotAsked; MAX_CHAIN];
        for link in top.down() {
            let staple = self.question.staples.get(link.index).copied().flatten();
            let mut judge = Judge { crypto, time, budget: self.budget(mark) };
            let status = revocation.judge(&link.certificate, link.depth, &issuer, staple, &mut judge);
            let status = status.map_err(|fault| fault.certificate(link.index));
            issuer = Issuer::of(&link.certificate);
            let status = match status {
                Ok(RevocationStatus::NotAsked) => None,
                Ok(unknown @ RevocationStatus::Unknown(_)) => {
                    self.witness.unchecked(link.mark, Rule::Revocation);
                    Some(unknown)
                }
                known => self.witness.check(link.mark, Rule::Revocation, known)?,
            };
            if let (Some(slot), Some(status)) = (statuses.get_mut(usize::from(link.depth)), status) {
                *slot = status;
            }
        }
        self.revocation = statuses;
        Ok(())
    }
}
