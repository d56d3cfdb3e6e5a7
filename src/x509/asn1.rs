//! DER through the crate `der`, one element after the other, borrowed from the certificate.

use crate::fault::{Fault, Reason};
use ::der::{Decode, Header, Reader, SliceReader};
pub(super) use ::der::{Tag, TagNumber};

/// Bytes that are not what the ASN.1 of `field` demands.
pub(super) fn malformed(field: &'static str) -> Fault {
    Fault::from(Reason::CertificateMalformed).field(field)
}

/// `[number]`, as GeneralName and the optional fields of a certificate are tagged.
pub(super) const fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(number) }
}

/// One element: its tag, its content, and the whole of it.
pub(super) struct Element<'a> {
    pub(super) tag: Tag,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// The elements of a content, in order.
#[derive(Clone, Debug)]
pub(super) struct Elements<'a> {
    rest: &'a [u8],
    field: &'static str,
}

impl<'a> Elements<'a> {
    /// `field` is what a fault names unless a call below says it better.
    pub(super) fn of(bytes: &'a [u8], field: &'static str) -> Self {
        Self { rest: bytes, field }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline(never)]
    pub(super) fn any(&mut self) -> Result<Element<'a>, Fault> {
        let (element, rest) = self.split().ok_or_else(|| malformed(self.field))?;
        self.rest = rest;
        Ok(element)
    }

    fn split(&self) -> Option<(Element<'a>, &'a [u8])> {
        let mut reader = SliceReader::new(self.rest).ok()?;
        let header = Header::decode(&mut reader).ok()?;
        let content = reader.read_slice(header.length()).ok()?;
        let (whole, rest) = self.rest.split_at_checked(usize::try_from(reader.position()).ok()?)?;
        Some((Element { tag: header.tag(), content, whole }, rest))
    }

    /// The next element, which must have this tag.
    #[inline(never)]
    pub(super) fn one(&mut self, tag: Tag, field: &'static str) -> Result<Element<'a>, Fault> {
        match self.any() {
            Ok(element) if element.tag == tag => Ok(element),
            _ => Err(malformed(field)),
        }
    }

    /// The content of the next element if it has this tag; else nothing is taken.
    #[inline(never)]
    pub(super) fn optional(&mut self, tag: Tag, field: &'static str) -> Result<Option<&'a [u8]>, Fault> {
        match self.split() {
            Some((element, rest)) if element.tag == tag => {
                self.rest = rest;
                Ok(Some(element.content))
            }
            Some(_) => Ok(None),
            None if self.is_empty() => Ok(None),
            None => Err(malformed(field)),
        }
    }

    pub(super) fn end(self) -> Result<(), Fault> {
        if self.is_empty() { Ok(()) } else { Err(malformed(self.field)) }
    }
}

/// The content of `bytes`, which is one element of this tag and nothing behind it.
#[inline(never)]
pub(super) fn only<'a>(bytes: &'a [u8], tag: Tag, field: &'static str) -> Result<&'a [u8], Fault> {
    let mut elements = Elements::of(bytes, field);
    let content = elements.one(tag, field)?.content;
    elements.end()?;
    Ok(content)
}

/// `BOOLEAN DEFAULT FALSE`. DER omits a default value, but certificates that spell it out are common and harmless.
pub(super) fn boolean(elements: &mut Elements<'_>, field: &'static str) -> Result<bool, Fault> {
    match elements.optional(Tag::Boolean, field)? {
        None => Ok(false),
        Some(content) => boolean_of(content, field),
    }
}

/// The value of a BOOLEAN with this content.
pub(super) fn boolean_of(content: &[u8], field: &'static str) -> Result<bool, Fault> {
    match content {
        [0x00] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(malformed(field)),
    }
}

/// An INTEGER of at least one byte and not longer than it needs to be (X.690 §8.3.2).
#[inline(never)]
pub(super) fn integer<'a>(elements: &mut Elements<'a>, field: &'static str) -> Result<&'a [u8], Fault> {
    let content = elements.one(Tag::Integer, field)?.content;
    match content {
        [] | [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(malformed(field)),
        _ => Ok(content),
    }
}

/// A BIT STRING of whole bytes, as keys and signatures are.
#[inline(never)]
pub(super) fn octets<'a>(elements: &mut Elements<'a>, field: &'static str) -> Result<&'a [u8], Fault> {
    match elements.one(Tag::BitString, field)?.content.split_first() {
        Some((0, bytes)) => Ok(bytes),
        _ => Err(malformed(field)),
    }
}
