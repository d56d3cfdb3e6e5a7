//! Bytes that the caller lends, or that we own where there is a heap: one type, so that nothing is generic over it.

#[cfg(feature = "alloc")]
mod owned;
#[cfg(feature = "std")]
mod pool;

use core::ops::{Deref, DerefMut};
#[cfg(feature = "alloc")]
use owned::Owned;
#[cfg(feature = "alloc")]
pub(crate) use owned::WHOLE_RECORD;

/// The memory behind a receive or send buffer.
pub(crate) enum Memory<'b> {
    Borrowed(&'b mut [u8]),
    #[cfg(feature = "alloc")]
    Owned {
        bytes: Owned,
        most: usize,
    },
}

impl Memory<'_> {
    /// Memory on the heap, of which there is none as long as nothing needs it.
    #[cfg(feature = "alloc")]
    pub(crate) fn on_heap(most: usize) -> Self {
        Self::Owned { bytes: Owned::default(), most }
    }

    /// The most that this memory can ever hold.
    pub(crate) fn most(&self) -> usize {
        match self {
            Self::Borrowed(bytes) => bytes.len(),
            #[cfg(feature = "alloc")]
            Self::Owned { most, .. } => *most,
        }
    }

    /// Makes room for `len` bytes in all, if it can.
    pub(crate) fn grow_to(&mut self, len: usize) -> bool {
        match self {
            Self::Borrowed(bytes) => len <= bytes.len(),
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, most } => {
                if len > *most {
                    return false;
                }
                if len > bytes.len() {
                    // Doubling keeps the number of allocations small; the limit keeps a peer from choosing our memory.
                    bytes.grow_to(len.max(bytes.len().saturating_mul(2)).min(*most));
                }
                true
            }
        }
    }

    /// Says that up to `end` there may be plaintext, or may have been.
    pub(crate) fn plain_to(&mut self, end: usize) {
        match self {
            // What the caller lent is the caller's to wipe.
            Self::Borrowed(_) => _ = end,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes.plain_to(end),
        }
    }

    /// Wipes what others may have left there, before somebody sees it. The first `written` bytes are ours.
    pub(crate) fn clean(&mut self, written: usize) {
        match self {
            Self::Borrowed(_) => _ = written,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes.clean(written),
        }
    }

    /// Gives the heap back. No plaintext is in the first `sealed` bytes, whatever was there before.
    pub(crate) fn release(&mut self, sealed: usize) {
        match self {
            Self::Borrowed(_) => _ = sealed,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes.release(sealed),
        }
    }
}

impl Deref for Memory<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes.get(),
        }
    }
}

impl DerefMut for Memory<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes.get_mut(),
        }
    }
}
