//! Reading of the presentation language (RFC 8446 §3), over `untrusted`.

use super::{ExtensionType, Malformed};
use core::ops::RangeBounds;

// Much goes through the functions below that are kept from being inlined where there is no `std`, and text is short: elsewhere
// their inlining is worth a hundredth of a handshake.

/// A cursor over bytes of the peer. Every read names the field, so that an error can say where it happened.
///
/// What can't be read reads as nothing: as zero, or as no bytes. The first such failure is kept, and [`exactly`], without
/// which there is no `Reader`, gives it instead of what was made of the nothing. So no call here has a result to look at.
pub struct Reader<'a> {
    rest: untrusted::Reader<'a>,
    extension: Option<ExtensionType>,
    failed: Option<Malformed>,
}

/// Parses all of `input`.
///
/// # Errors
/// [`Malformed`] names the first field that could not be read, or `field` if bytes are left over.
pub fn exactly<'a, T>(
    field: &'static str,
    input: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> T,
) -> Result<T, Malformed> {
    let mut r = Reader::new(input);
    let value = read(&mut r);
    r.end(field);
    match r.failed {
        None => Ok(value),
        Some(malformed) => Err(malformed),
    }
}

/// Parses all of the body of an extension that was left unread with its message.
///
/// # Errors
/// As of [`exactly`]; the extension is named as it is for those that are read at once.
pub(super) fn extension_data<'a, T>(
    of: ExtensionType,
    body: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> T,
) -> Result<T, Malformed> {
    exactly("extension_data", &[], |r| r.extension(of, |r| r.all("extension_data", body, read)))
}

fn over(bytes: &[u8]) -> untrusted::Reader<'_> {
    untrusted::Reader::new(untrusted::Input::from(bytes))
}

// What much goes through is kept from being inlined where there is no `std`, and text is to be short. Elsewhere inlining it is
// worth a third of a hundredth of a handshake.
impl<'a> Reader<'a> {
    /// Within this module only: a reader that nobody asks whether it failed.
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self { rest: over(input), extension: None, failed: None }
    }

    /// True when nothing is left, and after a failure.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.rest.at_end()
    }

    /// Remembers a failure, unless there was one before; nothing more is read.
    #[cold]
    #[inline(never)]
    pub(super) fn fail(&mut self, mut malformed: Malformed) {
        malformed.extension = self.extension;
        self.failed.get_or_insert(malformed);
        self.rest.skip_to_end();
    }

    /// [3-2] Bytes left over are a failure.
    fn end(&mut self, field: &'static str) {
        if !self.at_end() {
            self.fail(Malformed::trailing(field));
        }
    }

    /// Reads all of `bytes`, which lay in this input, before it goes on with the input.
    pub(super) fn all<T>(&mut self, field: &'static str, bytes: &'a [u8], read: impl FnOnce(&mut Self) -> T) -> T {
        let rest = core::mem::replace(&mut self.rest, over(bytes));
        let value = read(self);
        self.end(field);
        if self.failed.is_none() {
            self.rest = rest;
        }
        value
    }

    /// Reads inside of an extension, which a failure is to name.
    pub(super) fn extension<T>(&mut self, of: ExtensionType, read: impl FnOnce(&mut Self) -> T) -> T {
        self.extension = Some(of);
        let value = read(self);
        self.extension = None;
        value
    }

    /// `len` bytes, borrowed.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub fn bytes(&mut self, field: &'static str, len: usize) -> &'a [u8] {
        // [3-1]
        match self.rest.read_bytes(len) {
            Ok(bytes) => bytes.as_slice_less_safe(),
            Err(untrusted::EndOfInput) => {
                self.fail(Malformed::truncated(field));
                &[]
            }
        }
    }

    /// An integer of `len` bytes, which are at most four.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn integer(&mut self, field: &'static str, len: usize) -> u32 {
        u32::from_be_bytes(match *self.bytes(field, len) {
            [a] => [0, 0, 0, a],
            [a, b] => [0, 0, a, b],
            [a, b, c] => [0, a, b, c],
            [a, b, c, d] => [a, b, c, d],
            _ => [0; 4],
        })
    }

    /// One byte.
    pub fn u8(&mut self, field: &'static str) -> u8 {
        let [.., low] = self.integer(field, 1).to_be_bytes();
        low
    }

    /// A `uint16`.
    pub fn u16(&mut self, field: &'static str) -> u16 {
        let [.., high, low] = self.integer(field, 2).to_be_bytes();
        u16::from_be_bytes([high, low])
    }

    /// A `uint24`.
    #[cfg(feature = "alloc")]
    pub fn u24(&mut self, field: &'static str) -> u32 {
        self.integer(field, 3)
    }

    /// A `uint32`.
    pub fn u32(&mut self, field: &'static str) -> u32 {
        self.integer(field, 4)
    }

    /// `N` bytes, borrowed.
    pub fn array_ref<const N: usize>(&mut self, field: &'static str) -> &'a [u8; N] {
        self.bytes(field, N).try_into().unwrap_or(&[0; N])
    }

    /// Leaves what is left unread.
    pub(super) fn skip(&mut self) {
        self.rest.skip_to_end();
    }

    /// All that is left.
    #[must_use]
    pub fn rest(&mut self) -> &'a [u8] {
        self.rest.read_bytes_to_end().as_slice_less_safe()
    }

    /// A vector with a length of `n` bytes.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn vector(&mut self, field: &'static str, n: usize) -> &'a [u8] {
        let len = self.integer(field, n);
        self.bytes(field, usize::try_from(len).unwrap_or(usize::MAX))
    }

    /// `opaque<0..2^8-1>`.
    pub fn vec8(&mut self, field: &'static str) -> &'a [u8] {
        self.vector(field, 1)
    }

    /// `opaque<0..2^16-1>`.
    pub fn vec16(&mut self, field: &'static str) -> &'a [u8] {
        self.vector(field, 2)
    }

    /// `opaque<0..2^24-1>`.
    pub fn vec24(&mut self, field: &'static str) -> &'a [u8] {
        self.vector(field, 3)
    }

    /// Holds the length of a vector against the bounds that its declaration gives.
    pub fn within(&mut self, field: &'static str, bounds: impl RangeBounds<usize>, bytes: &'a [u8]) -> &'a [u8] {
        // [3.4-1]
        if !bounds.contains(&bytes.len()) {
            self.fail(Malformed::length(field));
        }
        bytes
    }
}
