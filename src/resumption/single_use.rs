//! Early data is taken once (RFC 8446 §8): who remembers what was taken.

use crate::x509::UnixTime;
use alloc::boxed::Box;
use core::error::Error;
use core::fmt;
use core::ops::RangeInclusive;
#[cfg(feature = "std")]
pub use in_memory::SingleUseKeys;

/// Tells the first use of a key from all others (RFC 8446 §8.1, §8.2). All servers that take the same tickets have to ask the
/// same one, or a replay at another server goes unseen.
pub trait SingleUse: Send + Sync {
    /// True for exactly one of all who ever ask with this key; false where that is not certain.
    ///
    /// `fresh` is when the ClientHello passes for fresh (§8.3), the same whenever it comes: until its end the key has to be
    /// remembered, and at any time since its start it may have been used.
    ///
    /// # Errors
    /// [`SingleUseError`] if it can't be found out. Early data is then rejected, as for false.
    fn first_use(&self, key: &[u8; 32], fresh: RangeInclusive<UnixTime>, now: UnixTime)
    -> Result<bool, SingleUseError>;
}

/// Whether a key was used before could not be found out.
#[derive(Debug)]
pub struct SingleUseError(Box<dyn Error + Send + Sync>);

impl SingleUseError {
    /// With the reason.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for SingleUseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "can't find out whether this early data came before (RFC 8446 §8): {}", self.0)
    }
}

impl Error for SingleUseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

#[cfg(feature = "std")]
mod in_memory {
    use super::{SingleUse, SingleUseError, UnixTime};
    use alloc::collections::BTreeSet;
    use core::fmt;
    use core::ops::RangeInclusive;
    use std::collections::HashSet;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// A [`SingleUse`] in memory, for one process, bounded in keys: where it is full, no key counts as new.
    pub struct SingleUseKeys {
        max_keys: usize,
        started: UnixTime,
        used: Mutex<Used>,
    }

    struct Used {
        keys: HashSet<[u8; 32]>,
        by_end: BTreeSet<(UnixTime, [u8; 32])>,
        /// The latest end of what was forgotten.
        forgotten: UnixTime,
    }

    impl SingleUseKeys {
        /// Remembers at most `max_keys` keys, of about 150 bytes each.
        ///
        /// Of what was used up to `started`, the time at which this is made, nothing is known: early data that was fresh
        /// already is rejected (RFC 8446 §8.2).
        // [8.2-3]
        #[must_use]
        pub fn new(max_keys: usize, started: UnixTime) -> Self {
            let forgotten = UnixTime(i64::MIN);
            let used = Mutex::new(Used { keys: HashSet::new(), by_end: BTreeSet::new(), forgotten });
            Self { max_keys, started, used }
        }

        /// How many keys are remembered.
        #[must_use]
        pub fn len(&self) -> usize {
            self.used().keys.len()
        }

        /// True if no key is remembered.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        fn used(&self) -> MutexGuard<'_, Used> {
            // Nothing panics while it holds the lock.
            self.used.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Used {
        // [8.2-2]
        /// What was forgotten stays known by its end: clocks can be set back.
        fn forget_before(&mut self, now: UnixTime) {
            let rest = self.by_end.split_off(&(now, [0; 32]));
            for (end, key) in core::mem::replace(&mut self.by_end, rest) {
                self.keys.remove(&key);
                self.forgotten = self.forgotten.max(end);
            }
        }
    }

    impl SingleUse for SingleUseKeys {
        fn first_use(
            &self,
            key: &[u8; 32],
            fresh: RangeInclusive<UnixTime>,
            now: UnixTime,
        ) -> Result<bool, SingleUseError> {
            // [8.2-1] [8.2-4]
            let mut used = self.used();
            used.forget_before(now);
            let known = self.started < *fresh.start() && used.forgotten < *fresh.end();
            if !known || !fresh.contains(&now) || used.keys.len() >= self.max_keys || !used.keys.insert(*key) {
                return Ok(false);
            }
            used.by_end.insert((*fresh.end(), *key));
            Ok(true)
        }
    }

    impl fmt::Debug for SingleUseKeys {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "SingleUseKeys({} of {})", self.len(), self.max_keys)
        }
    }
}
