//! Vectors of the presentation language (RFC 8446 §3.4) whose elements are more than bytes.

use super::{Malformed, NoRoom, Reader, Writer, exactly, within};
use core::fmt;

/// What a [`Vector`] can hold.
pub trait Element<'a>: Copy {
    /// The length of a vector of these is a multiple of this many bytes; 1 when the elements vary in length.
    const SIZE: usize = 1;

    /// Reads one element, of at least one byte.
    ///
    /// # Errors
    /// [`Malformed`] names the element's field.
    fn read(r: &mut Reader<'_, 'a>) -> Result<Self, Malformed>;

    /// Appends one element.
    ///
    /// # Errors
    /// [`NoRoom`]
    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom>;
}

/// The code points of two bytes.
impl<T: Copy + From<u16> + Into<u16>> Element<'_> for T {
    const SIZE: usize = 2;

    fn read(r: &mut Reader<'_, '_>) -> Result<Self, Malformed> {
        Ok(r.u16("code point")?.into())
    }

    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom> {
        w.u16((*self).into())
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
        within(field, min.., bytes)?;
        // [3.4-2]
        if !bytes.len().is_multiple_of(T::SIZE) {
            return Err(Malformed::length(field));
        }
        exactly(field, bytes, |r| {
            while !r.at_end() {
                T::read(r)?;
            }
            Ok(Self(Source::Wire(bytes)))
        })
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

    /// Appends the elements; the length before them is the caller's.
    ///
    /// # Errors
    /// [`NoRoom`]
    pub fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom> {
        match self.0 {
            Source::Wire(bytes) => w.put(bytes),
            Source::Items(items) => items.iter().try_for_each(|element| element.encode(w)),
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
                // Every element was read once when the vector was made, so this fails at the end only.
                let (element, rest) = exactly("", bytes, |r| Ok((T::read(r)?, r.rest()))).ok()?;
                self.0 = Source::Wire(rest);
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
