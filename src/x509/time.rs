//! Points in time.

use crate::fault::UtcTime;
use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds; the only clock that the crate knows is an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The system's clock.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let seconds = |d: core::time::Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        Self(match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => seconds(since),
            Err(before) => seconds(before.duration()).saturating_neg(),
        })
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        UtcTime(self.0).fmt(f)
    }
}
