//! What an accepted chain is known to be, and what is not known of it.

#[cfg(feature = "alloc")]
use super::RevocationStatus;
use super::{Certificate, MAX_CHAIN, Time, UnixTime};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

/// A chain that [`verify`](super::verify) accepted. Whether the peer holds the key of the leaf is not proven by it, but by
/// CertificateVerify.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    pub(super) leaf: Certificate<'a>,
    pub(super) path: Path,
    pub(super) time: Time,
}

#[derive(Clone, Debug)]
pub(super) struct Path {
    /// In the chain as sent.
    pub(super) links: [u8; MAX_CHAIN],
    pub(super) len: usize,
    pub(super) anchor: usize,
    pub(super) not_after: UnixTime,
    #[cfg(feature = "alloc")]
    /// Of each of its certificates, leaf first.
    pub(super) revocation: [RevocationStatus; MAX_CHAIN],
    /// What is to be remembered of its signatures.
    #[cfg(feature = "alloc")]
    pub(super) good_signatures: Vec<[u8; 32]>,
}

impl Path {
    /// The certificates as indices into the chain as sent, leaf first.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> {
        self.links.iter().take(self.len).map(|index| usize::from(*index))
    }

    #[cfg(feature = "alloc")]
    pub(super) fn revocation(&self) -> RevocationStatus {
        RevocationStatus::of_path(&self.revocation)
    }
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
        self.path.indices()
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

    /// Whether the certificates that were looked at are known not to be revoked, and as of when: what is known least, or is
    /// oldest.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn revocation(&self) -> RevocationStatus {
        self.path.revocation()
    }

    /// What [`GoodSignatures::remember`](super::GoodSignatures::remember) is to be told.
    #[cfg(feature = "alloc")]
    pub(crate) fn good_signatures(&self) -> &[[u8; 32]] {
        &self.path.good_signatures
    }

    /// What was not checked, because what it takes is not there.
    pub fn unchecked(&self) -> impl Iterator<Item = Unchecked> {
        Unchecked::of_time(self.time).into_iter()
    }
}

/// Something that could not be checked on a path that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unchecked {
    /// The time is unknown: notBefore and notAfter were not looked at ([`Time::Unknown`]).
    Validity,
    /// The time is only known to be at least so late: a certificate that expired since, or is not yet valid, was not found
    /// out ([`Time::AtLeast`]).
    LaterValidity,
}

impl Unchecked {
    /// Everything that can be open.
    pub const ALL: &'static [Self] = &[Self::Validity, Self::LaterValidity];

    /// What a time of this trust leaves open.
    pub(super) fn of_time(time: Time) -> Option<Self> {
        match time {
            Time::Known(_) => None,
            Time::AtLeast(_) => Some(Self::LaterValidity),
            Time::Unknown => Some(Self::Validity),
        }
    }
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Validity => "validity: the time is unknown",
            Self::LaterValidity => "validity now: the time is only known to be at least so late",
        })
    }
}
