//! Memory on the heap.

use alloc::vec::Vec;

/// What is taken at first: the largest record that peers send who do not pad. As it is also the longest that is waited for
/// unless a header says otherwise, reads of a long stream end where its records end, and nothing is left to be moved.
pub(crate) const WHOLE_RECORD: usize = HEADER + (1 << 14) + 1 + 16;
/// Bytes of a record that are not enciphered.
const HEADER: usize = 5;
/// Bytes of a cache line. Ciphers are faster on a text that begins with one.
const LINE: usize = 64;

/// Bytes of which the one behind a record's header begins a cache line, if the record is at the front. What is dropped goes to
/// whoever needs some next.
#[derive(Default)]
pub(crate) struct Owned {
    piece: Piece,
    /// Up to here there may be plaintext of ours.
    plain: usize,
}

/// Such bytes without an owner.
#[derive(Default)]
pub(super) struct Piece {
    bytes: Vec<u8>,
    /// Where in `bytes` the front is.
    front: usize,
    /// Up to here, from the front, there may be plaintext of owners before.
    foreign: usize,
}

impl Piece {
    fn zeros(len: usize) -> Self {
        let mut bytes = alloc::vec![0; len.saturating_add(LINE)];
        let front = bytes.as_ptr().wrapping_add(HEADER).align_offset(LINE).min(LINE);
        bytes.truncate(front.saturating_add(len));
        Self { bytes, front, foreign: 0 }
    }

    /// One of at least `len` bytes, at least one record's worth.
    fn take(len: usize) -> Self {
        #[cfg(feature = "std")]
        if len <= WHOLE_RECORD
            && let Some(spare) = super::pool::take()
        {
            return spare;
        }
        Self::zeros(len.max(WHOLE_RECORD))
    }

    fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.front)
    }

    fn get_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.front..).unwrap_or_default()
    }

    /// Wipes the plaintext, of which there is none in the first `written` bytes.
    fn wipe(&mut self, written: usize) {
        let foreign = written..core::mem::take(&mut self.foreign);
        // To fill no byte at no address is slow.
        if !foreign.is_empty() {
            self.get_mut().get_mut(foreign).unwrap_or_default().fill(0);
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.wipe(0);
        // That nobody looks at it any more is no reason to leave it there.
        core::hint::black_box(&self.bytes);
    }
}

impl Owned {
    pub(crate) fn len(&self) -> usize {
        self.piece.len()
    }

    pub(crate) fn get(&self) -> &[u8] {
        self.piece.bytes.get(self.piece.front..).unwrap_or_default()
    }

    pub(crate) fn get_mut(&mut self) -> &mut [u8] {
        self.piece.get_mut()
    }

    /// Makes it longer.
    pub(crate) fn grow_to(&mut self, len: usize) {
        let mut longer = Piece::take(len);
        if let Some(front) = longer.get_mut().get_mut(..self.len()).filter(|front| !front.is_empty()) {
            front.copy_from_slice(self.get());
            longer.foreign = longer.foreign.max(self.piece.foreign);
            let plain = self.plain;
            self.release(0);
            self.plain = plain;
        }
        self.piece = longer;
    }

    /// See [`Memory::plain_to`](super::Memory::plain_to).
    pub(crate) fn plain_to(&mut self, end: usize) {
        self.plain = self.plain.max(end);
    }

    /// See [`Memory::clean`](super::Memory::clean).
    pub(crate) fn clean(&mut self, written: usize) {
        self.piece.wipe(written);
    }

    /// See [`Memory::release`](super::Memory::release).
    pub(crate) fn release(&mut self, sealed: usize) {
        let plain = core::mem::take(&mut self.plain).max(self.piece.foreign);
        self.piece.foreign = if plain > sealed { plain } else { 0 };
        let piece = core::mem::take(&mut self.piece);
        #[cfg(feature = "std")]
        if piece.len() == WHOLE_RECORD {
            super::pool::give(piece);
        }
        #[cfg(not(feature = "std"))]
        drop(piece);
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.release(0);
    }
}
