//! By what anchors, and the rules of a verdict, are recognized when an accepted peer comes back.

use super::{Anchor, Profile, Purpose, Question, Revocation, revocation::Mode};
use crate::crypto::{Crypto, fingerprint};

impl Anchor<'_> {
    /// Of its name, its key, and all that restricts it: with a certificate, that is the whole of it.
    pub(crate) fn fingerprint<C: Crypto>(&self, crypto: &C) -> [u8; 32] {
        let parts = [self.subject, self.spki, self.certificate.unwrap_or_default()];
        fingerprint(crypto, "anchor", parts.into_iter().chain(self.name_constraints))
    }
}

impl<'q> Question<'q> {
    /// Of the rules that a chain is judged by. What each peer is held against for itself is not in it: the anchors, the
    /// CRLs, the time, the name.
    pub(crate) fn policy_fingerprint<C: Crypto>(&self, crypto: &C) -> [u8; 32] {
        let purpose = match self.purpose {
            Purpose::Server => 0,
            Purpose::Client => 1,
        };
        let profile = match self.profile {
            Profile::Private => 0,
            Profile::Rfc5280 => 1,
            Profile::Web => 2,
        };
        let rules = [purpose, profile, self.signs_handshake.into(), self.public_suffixes.is_some().into()];
        let revocation = self.revocation.map(Revocation::rules).unwrap_or_default();
        let (demand, acceptable) = self.policies.rules();
        let rules: [&[u8]; 3] = [&rules, &revocation, &demand];
        fingerprint(crypto, "policy", rules.into_iter().chain(acceptable.iter().copied()))
    }

    /// The anchors.
    pub(crate) fn anchors(&self) -> &'q super::Anchors {
        self.anchors
    }

    /// How revocation is looked at.
    pub(crate) fn revocation_policy(&self) -> Option<&'q Revocation> {
        self.revocation
    }
}

impl Revocation {
    fn rules(&self) -> [u8; 3] {
        match self.mode {
            Mode::Off => [0; 3],
            Mode::Soft => [1, self.whole_path.into(), self.staple.into()],
            Mode::Require => [2, self.whole_path.into(), self.staple.into()],
        }
    }
}
