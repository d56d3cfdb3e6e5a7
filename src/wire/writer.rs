//! Writing of the presentation language (RFC 8446 §3) into a caller's slice.

/// The buffer is full, or a vector is longer than its length can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Appends to a borrowed slice; lengths of vectors are patched when their closure returns. What does not fit is counted and
/// left out, and [`Writer::written`] tells: nothing else has a result to look at.
pub struct Writer<'b> {
    out: &'b mut [u8],
    /// More than there is room for, once something did not fit.
    len: usize,
}

// What much goes through is kept from being inlined where there is no `std`, and text is to be short. Elsewhere inlining it is
// worth a third of a hundredth of a handshake.
impl<'b> Writer<'b> {
    /// Starts at the front of `out`.
    pub fn new(out: &'b mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// What was written.
    ///
    /// # Errors
    /// [`NoRoom`] if that is not all of it.
    pub fn written(&self) -> Result<&[u8], NoRoom> {
        self.out.get(..self.len).ok_or(NoRoom)
    }

    /// Appends bytes.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
        }
        self.len = end;
    }

    /// Appends a byte.
    pub fn u8(&mut self, v: u8) {
        self.put(&[v]);
    }

    /// Appends a `uint16`.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn u16(&mut self, v: u16) {
        self.put(&v.to_be_bytes());
    }

    /// Appends a `uint24`; a larger value counts as something that does not fit.
    #[cfg(feature = "alloc")]
    pub fn u24(&mut self, v: u32) {
        match v.to_be_bytes() {
            [0, low @ ..] => self.put(&low),
            _ => self.len = usize::MAX,
        }
    }

    /// Appends a `uint32`.
    pub fn u32(&mut self, v: u32) {
        self.put(&v.to_be_bytes());
    }

    /// A vector with a length of one byte.
    pub fn vec8(&mut self, body: impl FnOnce(&mut Self)) {
        self.vector(1, body);
    }

    /// A vector with a length of two bytes.
    pub fn vec16(&mut self, body: impl FnOnce(&mut Self)) {
        self.vector(2, body);
    }

    /// A vector with a length of three bytes.
    pub fn vec24(&mut self, body: impl FnOnce(&mut Self)) {
        self.vector(3, body);
    }

    /// `opaque<0..2^8-1>`.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn opaque8(&mut self, bytes: &[u8]) {
        self.vec8(|w| w.put(bytes));
    }

    /// `opaque<0..2^16-1>`.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn opaque16(&mut self, bytes: &[u8]) {
        self.vec16(|w| w.put(bytes));
    }

    /// `opaque<0..2^24-1>`.
    pub fn opaque24(&mut self, bytes: &[u8]) {
        self.vec24(|w| w.put(bytes));
    }

    fn vector(&mut self, n: usize, body: impl FnOnce(&mut Self)) {
        let start = self.len.saturating_add(n);
        self.len = start;
        body(self);
        self.patch(start, n);
    }

    /// Writes how much stands behind `start` into the `n` bytes before it.
    // Apart from `vector`, of which there is one for every field.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn patch(&mut self, start: usize, n: usize) {
        let len = u32::try_from(self.len.saturating_sub(start)).unwrap_or(u32::MAX).to_be_bytes();
        let (high, low) = len.split_at_checked(len.len().saturating_sub(n)).unwrap_or_default();
        if high.iter().any(|b| *b != 0) {
            self.len = usize::MAX;
        }
        if let Some(room) = self.out.get_mut(start.saturating_sub(n)..start) {
            room.copy_from_slice(low);
        }
    }
}

/// All that `encode` writes, in memory of just its length.
///
/// # Errors
/// [`NoRoom`] if a vector is longer than its length can say.
#[cfg(feature = "alloc")]
pub(crate) fn to_vec(encode: impl Fn(&mut Writer<'_>)) -> Result<alloc::vec::Vec<u8>, NoRoom> {
    let mut counted = Writer::new(&mut []);
    encode(&mut counted);
    if counted.len == usize::MAX {
        return Err(NoRoom);
    }
    let mut bytes = alloc::vec![0; counted.len];
    encode(&mut Writer::new(&mut bytes));
    Ok(bytes)
}
