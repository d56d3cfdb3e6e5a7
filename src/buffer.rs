//! Bytes that the caller lends, or that we own where there is a heap: one type, so that nothing is generic over it.

use core::ops::{Deref, DerefMut};

/// The memory behind a receive or send buffer.
pub(crate) enum Memory<'b> {
    Borrowed(&'b mut [u8]),
    #[cfg(feature = "alloc")]
    Owned {
        bytes: alloc::vec::Vec<u8>,
        most: usize,
    },
}

impl Memory<'_> {
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
                    let len = len.max(bytes.len().saturating_mul(2)).min(*most);
                    bytes.reserve_exact(len.saturating_sub(bytes.len()));
                    bytes.resize(len, 0);
                }
                true
            }
        }
    }

    /// Gives the heap back.
    pub(crate) fn release(&mut self) {
        match self {
            Self::Borrowed(_) => {}
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => *bytes = alloc::vec::Vec::new(),
        }
    }
}

impl Deref for Memory<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes,
        }
    }
}

impl DerefMut for Memory<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            #[cfg(feature = "alloc")]
            Self::Owned { bytes, .. } => bytes,
        }
    }
}
