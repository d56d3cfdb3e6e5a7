//! What stays known of the path that a peer was accepted by.

use super::PeerIdentity;
use crate::x509::{Unchecked, UnixTime, Verified};

/// The earliest end of validity, and what was not checked.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PathEnd {
    pub(super) not_after: Seconds,
    /// A bit for each of [`Unchecked::ALL`].
    pub(super) open: u8,
}

impl PathEnd {
    pub(super) fn of(verified: &Verified<'_>) -> Self {
        let bits = verified.unchecked().map(bit);
        Self { not_after: verified.not_after().into(), open: bits.fold(0, |open, bit| open | bit) }
    }

    /// Whether what is open has a name here.
    pub(super) fn is_known(self) -> bool {
        let known = Unchecked::ALL.iter().copied().map(bit).fold(0, |all, bit| all | bit);
        self.open & !known == 0
    }
}

fn bit(open: Unchecked) -> u8 {
    let at = Unchecked::ALL.iter().position(|other| *other == open);
    at.and_then(|at| 1_u8.checked_shl(u32::try_from(at).ok()?)).unwrap_or(0)
}

/// A time that a certificate can have, in five bytes: seconds since year 0, big-endian.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seconds(pub(super) [u8; 5]);

const YEAR_0: i64 = -62_167_219_200;

impl From<UnixTime> for Seconds {
    fn from(time: UnixTime) -> Self {
        let [_, _, _, seconds @ ..] = time.0.saturating_sub(YEAR_0).max(0).to_be_bytes();
        Self(seconds)
    }
}

impl From<Seconds> for UnixTime {
    fn from(Seconds([a, b, c, d, e]): Seconds) -> Self {
        Self(i64::from_be_bytes([0, 0, 0, a, b, c, d, e]).saturating_add(YEAR_0))
    }
}

/// What the path was.
impl PeerIdentity {
    /// The earliest end of validity on the path, the anchor's included: from then on a new connection would be refused.
    /// `None` if nobody but the application judged.
    #[must_use]
    pub fn path_not_after(&self) -> Option<UnixTime> {
        self.anchor().map(|_| self.path.not_after.into())
    }

    /// What could not be checked when it was accepted.
    pub fn unchecked(&self) -> impl Iterator<Item = Unchecked> {
        Unchecked::ALL.iter().copied().filter(|open| self.path.open & bit(*open) != 0)
    }
}
