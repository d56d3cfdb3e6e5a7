//! Writing of the presentation language (RFC 8446 §3) into a caller's slice.

/// The buffer is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

type Write = Result<(), NoRoom>;

/// Appends to a borrowed slice; lengths of vectors are patched when their closure returns.
pub struct Writer<'b> {
    out: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    /// Starts at the front of `out`.
    pub fn new(out: &'b mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True before the first byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was written.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.out.get(..self.len).unwrap_or_default()
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`NoRoom`]
    #[inline(never)]
    pub fn put(&mut self, bytes: &[u8]) -> Write {
        let end = self.len.checked_add(bytes.len()).ok_or(NoRoom)?;
        self.out.get_mut(self.len..end).ok_or(NoRoom)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Appends a byte.
    ///
    /// # Errors
    /// [`NoRoom`]
    pub fn u8(&mut self, v: u8) -> Write {
        self.put(&[v])
    }

    /// Appends a `uint16`.
    ///
    /// # Errors
    /// [`NoRoom`]
    pub fn u16(&mut self, v: u16) -> Write {
        self.put(&v.to_be_bytes())
    }

    /// Appends a `uint32`.
    ///
    /// # Errors
    /// [`NoRoom`]
    pub fn u32(&mut self, v: u32) -> Write {
        self.put(&v.to_be_bytes())
    }

    /// A vector with a length of one byte.
    ///
    /// # Errors
    /// [`NoRoom`], also when the content is longer than the length can say.
    pub fn vec8(&mut self, body: impl FnOnce(&mut Self) -> Write) -> Write {
        self.vector::<1>(body)
    }

    /// A vector with a length of two bytes.
    ///
    /// # Errors
    /// [`NoRoom`], also when the content is longer than the length can say.
    pub fn vec16(&mut self, body: impl FnOnce(&mut Self) -> Write) -> Write {
        self.vector::<2>(body)
    }

    /// A vector with a length of three bytes.
    ///
    /// # Errors
    /// [`NoRoom`], also when the content is longer than the length can say.
    pub fn vec24(&mut self, body: impl FnOnce(&mut Self) -> Write) -> Write {
        self.vector::<3>(body)
    }

    fn vector<const N: usize>(&mut self, body: impl FnOnce(&mut Self) -> Write) -> Write {
        self.put(&[0; N])?;
        let start = self.len;
        body(self)?;
        self.patch(start, N)
    }

    /// Writes how much stands behind `start` into the `n` bytes before it.
    // Apart from `vector`, of which there is one for every field.
    #[inline(never)]
    fn patch(&mut self, start: usize, n: usize) -> Write {
        let len = u32::try_from(self.len.saturating_sub(start)).map_err(|_| NoRoom)?.to_be_bytes();
        let (high, low) = len.split_at_checked(len.len().saturating_sub(n)).ok_or(NoRoom)?;
        if high.iter().any(|b| *b != 0) {
            return Err(NoRoom);
        }
        self.out.get_mut(start.saturating_sub(n)..start).ok_or(NoRoom)?.copy_from_slice(low);
        Ok(())
    }
}
