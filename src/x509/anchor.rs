//! Trust anchors.
#[cfg(feature = "alloc")]
use super::LoadError;
#[cfg(feature = "alloc")]
use alloc::{boxed::Box, sync::Arc};

/// A trust anchor: a name and a key that are trusted because the user says so (RFC 5280 §6.1.1 (d)).
#[derive(Clone, Copy, Debug)]
pub struct Anchor<'a> {
    subject: &'a [u8],
    spki: &'a [u8],
    name_constraints: Option<&'a [u8]>,
}

/// The anchors that a configuration trusts.
#[derive(Clone, Debug)]
pub struct Anchors(Store);

#[derive(Clone, Debug)]
enum Store {
    Static(&'static [Anchor<'static>]),
    #[cfg(feature = "alloc")]
    Owned(Arc<[Box<[u8]>]>),
}

impl Anchors {
    /// Anchors that are part of the program.
    #[must_use]
    pub const fn from_static(anchors: &'static [Anchor<'static>]) -> Self {
        Self(Store::Static(anchors))
    }
    /// The certificates of a PEM file.
    ///
    /// # Errors
    /// [`LoadError`]
    #[cfg(feature = "alloc")]
    pub fn from_pem(_text: &[u8]) -> Result<Self, LoadError> {
        todo!()
    }
    /// Certificates in DER.
    ///
    /// # Errors
    /// [`LoadError`]
    #[cfg(feature = "alloc")]
    pub fn from_der<T: AsRef<[u8]>>(_certificates: impl IntoIterator<Item = T>) -> Result<Self, LoadError> {
        todo!()
    }
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        todo!()
    }
    /// None at all: nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Their subjects, each a whole `Name` in DER, as certificate_authorities lists them (RFC 8446 §4.2.4).
    pub fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        core::iter::empty()
    }
}
