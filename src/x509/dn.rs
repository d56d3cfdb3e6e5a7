//! Distinguished names (RFC 5280 §4.1.2.4).
use core::fmt;

/// A distinguished name: issuer, subject, or a name that certificate_authorities lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// The whole `Name` in DER.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.0
    }
    /// The attributes in order.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        todo!()
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// One attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// OID.
    pub oid: &'a [u8],
    /// Value.
    pub value: &'a [u8],
}

/// Iterator.
#[derive(Clone, Debug)]
pub struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;
    fn next(&mut self) -> Option<Attribute<'a>> {
        todo!()
    }
}
