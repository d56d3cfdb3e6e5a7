//! What a chain is judged by: the inputs of path validation (RFC 5280 §6.1.1).

use super::{Anchors, ServerName, Time};
#[cfg(feature = "alloc")]
use super::{GoodSignatures, PolicyDemand, Profile, Revocation};

/// What the leaf is used for. Its extendedKeyUsage must allow it if it has one (RFC 5280 §4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The peer is a TLS server: id-kp-serverAuth.
    Server,
    /// The peer is a TLS client: id-kp-clientAuth.
    Client,
}

/// Everything that a verdict on a chain depends on, besides the chain.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    pub(super) anchors: &'q Anchors,
    pub(super) time: Time,
    pub(super) purpose: Purpose,
    pub(super) name: Option<&'q ServerName<'q>>,
    /// Whether the key is one that TLS is to use.
    pub(super) signs_handshake: bool,
    #[cfg(feature = "alloc")]
    pub(super) profile: Profile,
    #[cfg(feature = "alloc")]
    pub(super) policies: PolicyDemand<'q>,
    #[cfg(feature = "alloc")]
    pub(super) public_suffixes: Option<fn(&str) -> bool>,
    #[cfg(feature = "alloc")]
    pub(super) revocation: Option<&'q Revocation>,
    #[cfg(feature = "alloc")]
    pub(super) staples: &'q [Option<&'q [u8]>],
    /// The verdict does not depend on it, but what it takes.
    #[cfg(feature = "alloc")]
    pub(super) good_signatures: Option<&'q GoodSignatures>,
}

impl<'q> Question<'q> {
    /// Whether a chain leads to one of `anchors`, at this time, for this purpose; under any name, and as a private CA
    /// makes them.
    #[must_use]
    pub fn new(anchors: &'q Anchors, time: impl Into<Time>, purpose: Purpose) -> Self {
        Self {
            anchors,
            time: time.into(),
            purpose,
            name: None,
            signs_handshake: true,
            #[cfg(feature = "alloc")]
            profile: Profile::default(),
            #[cfg(feature = "alloc")]
            policies: PolicyDemand::none(),
            #[cfg(feature = "alloc")]
            public_suffixes: None,
            #[cfg(feature = "alloc")]
            revocation: None,
            #[cfg(feature = "alloc")]
            staples: &[],
            #[cfg(feature = "alloc")]
            good_signatures: None,
        }
    }

    /// And whether the leaf is for `name`, the server that the caller wants to reach. `None` where the peer has no
    /// expected name, as clients don't.
    #[must_use]
    pub fn name(mut self, name: impl Into<Option<&'q ServerName<'q>>>) -> Self {
        self.name = name.into();
        self
    }

    /// Path validation alone: whether keyUsage lets the key sign a handshake is not asked. That is a demand of TLS on the
    /// leaf (RFC 8446 §4.4.2.2), not of RFC 5280, where the end of a path can as well be a CA.
    #[must_use]
    pub fn any_key_usage(mut self) -> Self {
        self.signs_handshake = false;
        self
    }

    /// By which rules.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Which certificate policies are demanded (RFC 5280 §6.1.1 (c)-(f)).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn policies(mut self, policies: PolicyDemand<'q>) -> Self {
        self.policies = policies;
        self
    }

    /// What tells whether a domain name is a public suffix (<https://publicsuffix.org>), below which anybody can have a
    /// name: for [`Profile::Web`] a wildcard directly below one names nobody. Without it, only top-level domains are known
    /// to be. It is asked in lower case.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn public_suffixes(mut self, is_one: fn(&str) -> bool) -> Self {
        self.public_suffixes = Some(is_one);
        self
    }

    /// And whether a certificate was revoked.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn revocation(mut self, revocation: &'q Revocation) -> Self {
        self.revocation = Some(revocation);
        self
    }

    /// The OCSP responses that came with the certificates of the chain, in its order.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn staples(mut self, staples: &'q [Option<&'q [u8]>]) -> Self {
        self.staples = staples;
        self
    }

    /// Signatures that need not be verified once more. Where the chain is accepted, those of its path are remembered there.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn good_signatures(mut self, good: &'q GoodSignatures) -> Self {
        self.good_signatures = Some(good);
        self
    }
}
