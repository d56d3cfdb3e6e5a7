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
    use alloc::boxed::Box;
    use core::fmt;
    use core::hash::BuildHasher;
    use core::ops::RangeInclusive;
    use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::hash::RandomState;

    /// A [`SingleUse`] in memory, for one process, bounded in keys: where it is full, no key counts as new. No thread ever waits for
    /// another.
    pub struct SingleUseKeys {
        started: UnixTime,
        cells: Box<[Cell]>,
        hasher: RandomState,
        /// The latest end of what was forgotten; 0 before that.
        forgotten: AtomicU32,
    }

    /// A key, known by a part of a hash that nobody outside can foresee: taken for another one, it is not new.
    struct Cell {
        /// 0 where nothing is.
        tag: AtomicU32,
        /// When the key can be forgotten; 0 before that is written down, when it can't.
        end: AtomicU32,
    }

    /// In how many cells a key can be, one behind the other.
    const REACH: usize = 32;

    impl SingleUseKeys {
        /// Remembers at most `max_keys` keys, at 8 bytes each. Twice as many as expected is good, since some can be in each other's
        /// way before.
        ///
        /// Of what was used up to `started`, the time at which this is made, nothing is known: early data that was fresh
        /// already is rejected (RFC 8446 §8.2).
        // [8.2-3]
        #[must_use]
        pub fn new(max_keys: usize, started: UnixTime) -> Self {
            let cells = (0..max_keys).map(|_| Cell { tag: AtomicU32::new(0), end: AtomicU32::new(0) });
            Self { started, cells: cells.collect(), hasher: RandomState::new(), forgotten: AtomicU32::new(0) }
        }

        /// How many keys are remembered.
        #[must_use]
        pub fn len(&self) -> usize {
            self.cells.iter().filter(|cell| cell.tag.load(SeqCst) != 0).count()
        }

        /// True if no key is remembered.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// The cells that a key can be in, and its tag.
        fn place(&self, key: &[u8; 32]) -> (impl Iterator<Item = &Cell> + Clone, u32) {
            let hash = self.hasher.hash_one(key);
            let [start, tag] = [hash >> 32, hash & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or(0));
            let start = usize::try_from(start).unwrap_or(0).checked_rem(self.cells.len()).unwrap_or(0);
            let (before, from) = self.cells.split_at(start);
            (from.iter().chain(before).take(REACH), tag.max(1))
        }

        /// Frees a cell whose key was fresh before `now` only. What was forgotten stays known by its end: clocks can be set back.
        // [8.2-2]
        fn forget_before(&self, now: u32, cell: &Cell) {
            let end = cell.end.load(SeqCst);
            if end == 0 || end >= now {
                return;
            }
            // First of all: once another key is in the cell, nothing else tells of this one.
            self.forgotten.fetch_max(end, SeqCst);
            // Of several who come by at once, one frees the cell.
            if cell.end.compare_exchange(end, 0, SeqCst, SeqCst).is_ok() {
                cell.tag.store(0, SeqCst);
            }
        }
    }

    fn seconds(time: UnixTime) -> u32 {
        u32::try_from(time.0.max(1)).unwrap_or(u32::MAX)
    }

    impl SingleUse for SingleUseKeys {
        fn first_use(
            &self,
            key: &[u8; 32],
            fresh: RangeInclusive<UnixTime>,
            now: UnixTime,
        ) -> Result<bool, SingleUseError> {
            // [8.2-1] [8.2-4]
            let (cells, tag) = self.place(key);
            cells.clone().for_each(|cell| self.forget_before(seconds(now), cell));
            if self.started >= *fresh.start() || !fresh.contains(&now) {
                return Ok(false);
            }
            let in_cells = || cells.clone().filter(|cell| cell.tag.load(SeqCst) == tag).count();
            let end = seconds(*fresh.end());
            if self.forgotten.load(SeqCst) >= end || in_cells() != 0 {
                return Ok(false);
            }
            for cell in cells.clone() {
                match cell.tag.compare_exchange(0, tag, SeqCst, SeqCst) {
                    Ok(_) => {
                        cell.end.store(end, SeqCst);
                        // Another thread may have put the key into another cell, if one became free in between, or have
                        // forgotten it already. All of these operations have one order, so one of the two sees the other.
                        return Ok(in_cells() == 1 && self.forgotten.load(SeqCst) < end);
                    }
                    Err(other) if other == tag => return Ok(false),
                    Err(_) => {}
                }
            }
            Ok(false)
        }
    }

    impl fmt::Debug for SingleUseKeys {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "SingleUseKeys({} of {})", self.len(), self.cells.len())
        }
    }
}
