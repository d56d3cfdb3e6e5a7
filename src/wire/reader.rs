//! Reading of the presentation language (RFC 8446 §3), over `untrusted`.

use super::Malformed;
use core::ops::RangeBounds;

/// A cursor over bytes of the peer. Every read names the field, so that an error can say where it happened.
pub struct Reader<'i, 'a>(&'i mut untrusted::Reader<'a>);

type Read<T> = Result<T, Malformed>;

/// Parses all of `input`; bytes left over are an error.
pub fn exactly<'a, T>(
    field: &'static str,
    input: &'a [u8],
    read: impl FnOnce(&mut Reader<'_, 'a>) -> Read<T>,
) -> Read<T> {
    // [3-2]
    untrusted::Input::from(input).read_all(Malformed::trailing(field), |r| read(&mut Reader(r)))
}

/// Holds the length of a vector against the bounds that its declaration gives.
///
/// # Errors
/// [`Malformed`] if it is outside of them.
pub fn within<'a>(field: &'static str, bounds: impl RangeBounds<usize>, bytes: &'a [u8]) -> Read<&'a [u8]> {
    // [3.4-1]
    if bounds.contains(&bytes.len()) { Ok(bytes) } else { Err(Malformed::length(field)) }
}

impl<'a> Reader<'_, 'a> {
    /// True when nothing is left.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.0.at_end()
    }

    /// One byte.
    ///
    /// # Errors
    /// [`Malformed`] if none is left.
    pub fn u8(&mut self, field: &'static str) -> Read<u8> {
        self.0.read_byte().map_err(|_| Malformed::truncated(field))
    }

    /// A `uint16`.
    ///
    /// # Errors
    /// [`Malformed`] if fewer than two bytes are left.
    pub fn u16(&mut self, field: &'static str) -> Read<u16> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// A `uint24`.
    ///
    /// # Errors
    /// [`Malformed`] if fewer than three bytes are left.
    pub fn u24(&mut self, field: &'static str) -> Read<u32> {
        let [a, b, c] = self.array(field)?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    /// A `uint32`.
    ///
    /// # Errors
    /// [`Malformed`] if fewer than four bytes are left.
    pub fn u32(&mut self, field: &'static str) -> Read<u32> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// `len` bytes, borrowed.
    ///
    /// # Errors
    /// [`Malformed`] if fewer are left.
    pub fn bytes(&mut self, field: &'static str, len: usize) -> Read<&'a [u8]> {
        // [3-1]
        Ok(self.0.read_bytes(len).map_err(|_| Malformed::truncated(field))?.as_slice_less_safe())
    }

    /// `N` bytes, copied.
    ///
    /// # Errors
    /// [`Malformed`] if fewer are left.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Read<[u8; N]> {
        self.bytes(field, N)?.try_into().map_err(|_| Malformed::truncated(field))
    }

    /// `N` bytes, borrowed.
    ///
    /// # Errors
    /// [`Malformed`] if fewer are left.
    pub fn array_ref<const N: usize>(&mut self, field: &'static str) -> Read<&'a [u8; N]> {
        self.bytes(field, N)?.try_into().map_err(|_| Malformed::truncated(field))
    }

    /// All that is left.
    #[must_use]
    pub fn rest(&mut self) -> &'a [u8] {
        self.0.read_bytes_to_end().as_slice_less_safe()
    }

    /// `opaque<0..2^8-1>`.
    ///
    /// # Errors
    /// [`Malformed`] if the length runs past the end.
    pub fn vec8(&mut self, field: &'static str) -> Read<&'a [u8]> {
        let len = self.u8(field)?;
        self.bytes(field, len.into())
    }

    /// `opaque<0..2^16-1>`.
    ///
    /// # Errors
    /// [`Malformed`] if the length runs past the end.
    pub fn vec16(&mut self, field: &'static str) -> Read<&'a [u8]> {
        let len = self.u16(field)?;
        self.bytes(field, len.into())
    }

    /// `opaque<0..2^24-1>`.
    ///
    /// # Errors
    /// [`Malformed`] if the length runs past the end.
    pub fn vec24(&mut self, field: &'static str) -> Read<&'a [u8]> {
        let len = self.u24(field)?;
        self.bytes(field, usize::try_from(len).map_err(|_| Malformed::truncated(field))?)
    }
}
