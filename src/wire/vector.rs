//! Vectors of the presentation language (RFC 8446 §3.4) whose elements are more than bytes.

use super::{Malformed, Reader, Writer, exactly};
use core::fmt;

/// What a [`Vector`] can hold.
pub trait Element<'a>: Copy {
    /// The length of a vector of these is a multiple of this many bytes; 1 when the elements vary in length.
    const SIZE: usize = 1;

    /// Reads one element, of at least one byte.
    fn read(r: &mut Reader<'a>) -> Self;

    /// Appends one element.
    fn encode(&self, w: &mut Writer<'_>);
}

/// The code points of two bytes.
impl<T: Copy + From<u16> + Into<u16>> Element<'_> for T {
    const SIZE: usize = 2;

    fn read(r: &mut Reader<'_>) -> Self {
        r.u16("code point").into()
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16((*self).into());
    }
}

/// A vector of elements: the peer's bytes, checked once and then iterated, or a slice of our own values.
pub struct Vector<'a, T>(Source<'a, T>);

enum Source<'a, T> {
    Wire(&'a [u8]),
    Items(&'a [T]),
}

impl<'a, T: Element<'a>> Vector<'a, T> {
    /// Our own values.
    #[must_use]
    pub const fn items(items: &'a [T]) -> Self {
        Self(Source::Items(items))
    }

    /// The content of a vector as received, without its length. `min` is the lower bound of its declaration, in bytes.
    ///
    /// # Errors
    /// [`Malformed`] names `field` if the length is below `min` or cuts a code point, and else the field of the
    /// element that is wrong.
    pub fn wire(field: &'static str, min: usize, bytes: &'a [u8]) -> Result<Self, Malformed> {
        exactly(field, bytes, |r| {
            let bytes = r.rest();
            Self::read(r, field, min, bytes)
        })
    }

    /// [`Vector::wire`] for bytes that were read of a message.
    pub(super) fn read(r: &mut Reader<'a>, field: &'static str, min: usize, bytes: &'a [u8]) -> Self {
        r.within(field, min.., bytes);
        // [3.4-2]
        if !bytes.len().is_multiple_of(T::SIZE) {
            r.fail(Malformed::length(field));
        }
        // Of code points any value is one.
        if T::SIZE == 1 {
            r.all(field, bytes, |r| {
                while !r.at_end() {
                    T::read(r);
                }
            });
        }
        Self(Source::Wire(bytes))
    }

    /// The elements, in order.
    pub fn iter(self) -> impl Iterator<Item = T> + Clone + 'a {
        Elements(self.0)
    }

    /// True without elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        match self.0 {
            Source::Wire(bytes) => bytes.is_empty(),
            Source::Items(items) => items.is_empty(),
        }
    }

    /// True if `v` is among the elements.
    #[must_use]
    pub fn contains(self, v: T) -> bool
    where
        T: PartialEq,
    {
        self.iter().any(|element| element == v)
    }

    /// Our own values, if they are.
    #[cfg(feature = "alloc")]
    pub(super) fn ours(self) -> &'a [T] {
        match self.0 {
            Source::Wire(_) => &[],
            Source::Items(items) => items,
        }
    }

    /// Appends the elements; the length before them is the caller's.
    pub fn encode(&self, w: &mut Writer<'_>) {
        match self.0 {
            Source::Wire(bytes) => w.put(bytes),
            Source::Items(items) => items.iter().for_each(|element| element.encode(w)),
        }
    }
}

// Derived, these would ask the same of `T`, though only references are copied.
impl<T> Copy for Vector<'_, T> {}
impl<T> Clone for Vector<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Source<'_, T> {}
impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, T: Element<'a> + PartialEq> PartialEq for Vector<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Element<'a> + fmt::Debug> fmt::Debug for Vector<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What is left to iterate.
struct Elements<'a, T>(Source<'a, T>);

impl<T> Clone for Elements<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<'a, T: Element<'a>> Iterator for Elements<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self.0 {
            Source::Wire(bytes) => {
                // Every element was read once when the vector was made, so this can't fail.
                let mut r = Reader::new(bytes);
                let element = (!r.at_end()).then(|| T::read(&mut r))?;
                self.0 = Source::Wire(r.rest());
                Some(element)
            }
            Source::Items(items) => {
                let (element, rest) = items.split_first()?;
                self.0 = Source::Items(rest);
                Some(*element)
            }
        }
    }
}
