//! What a chain is judged by: the inputs of path validation (RFC 5280 §6.1.1).

use super::{Anchors, Profile, ServerName, Time};

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
    pub(super) profile: Profile,
}

impl<'q> Question<'q> {
    /// Whether a chain leads to one of `anchors`, at this time, for this purpose; under any name, and by the rules of
    /// [`Profile::Private`].
    #[must_use]
    pub fn new(anchors: &'q Anchors, time: impl Into<Time>, purpose: Purpose) -> Self {
        Self { anchors, time: time.into(), purpose, name: None, profile: Profile::default() }
    }

    /// And whether the leaf is for `name`, the server that the caller wants to reach. `None` where the peer has no
    /// expected name, as clients don't.
    #[must_use]
    pub fn name(mut self, name: impl Into<Option<&'q ServerName<'q>>>) -> Self {
        self.name = name.into();
        self
    }

    /// By which rules.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }
}
