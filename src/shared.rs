//! What outlives a connection: borrowed where there is no heap, counted where there is one.

use core::ops::{Deref, DerefMut};

/// Something that connections share: a borrow, or an `Arc` under feature `alloc`.
pub struct Shared<'c, T>(Repr<'c, T>);

enum Repr<'c, T> {
    Borrowed(&'c T),
    #[cfg(feature = "alloc")]
    Counted(alloc::sync::Arc<T>),
}

impl<'c, T> Shared<'c, T> {
    /// A borrow, also in a constant.
    #[must_use]
    pub const fn borrowed(t: &'c T) -> Self {
        Self(Repr::Borrowed(t))
    }
}

impl<T> Deref for Shared<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        match &self.0 {
            Repr::Borrowed(t) => t,
            #[cfg(feature = "alloc")]
            Repr::Counted(t) => t,
        }
    }
}

impl<T> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Repr::Borrowed(t) => Repr::Borrowed(t),
            #[cfg(feature = "alloc")]
            Repr::Counted(t) => Repr::Counted(t.clone()),
        })
    }
}

impl<'c, T> From<&'c T> for Shared<'c, T> {
    fn from(t: &'c T) -> Self {
        Self::borrowed(t)
    }
}

#[cfg(feature = "alloc")]
impl<T> From<alloc::sync::Arc<T>> for Shared<'_, T> {
    fn from(t: alloc::sync::Arc<T>) -> Self {
        Self(Repr::Counted(t))
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for Shared<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

/// A list in a configuration: static, or owned under feature `alloc`.
#[derive(Clone, Debug)]
pub enum List<T: 'static> {
    /// A slice that lives for ever.
    Static(&'static [T]),
    /// A list on the heap.
    #[cfg(feature = "alloc")]
    Owned(alloc::vec::Vec<T>),
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match self {
            Self::Static(items) => items,
            #[cfg(feature = "alloc")]
            Self::Owned(items) => items,
        }
    }
}

impl<T> From<&'static [T]> for List<T> {
    fn from(items: &'static [T]) -> Self {
        Self::Static(items)
    }
}

impl<T, const N: usize> From<&'static [T; N]> for List<T> {
    fn from(items: &'static [T; N]) -> Self {
        Self::Static(items)
    }
}

#[cfg(feature = "alloc")]
impl<T> From<alloc::vec::Vec<T>> for List<T> {
    fn from(items: alloc::vec::Vec<T>) -> Self {
        Self::Owned(items)
    }
}

#[cfg(feature = "alloc")]
impl<T, const N: usize> From<[T; N]> for List<T> {
    fn from(items: [T; N]) -> Self {
        Self::Owned(items.into())
    }
}

/// Boxed where there is a heap, so that an idle connection does not carry it; inline where there is none.
pub(crate) struct Kept<T>(#[cfg(feature = "alloc")] alloc::boxed::Box<T>, #[cfg(not(feature = "alloc"))] T);

impl<T> Kept<T> {
    pub(crate) fn new(value: T) -> Self {
        #[cfg(feature = "alloc")]
        let value = alloc::boxed::Box::new(value);
        Self(value)
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
