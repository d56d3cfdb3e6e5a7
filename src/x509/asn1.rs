//! DER through the crate `der`, one element after the other, borrowed from the certificate.

use crate::fault::{Fault, Reason};
use ::der::{Decode, Length, Reader, SliceReader};

/// The identifier octet of an element: class, whether it is constructed, and a number below 31. Others do not occur in
/// certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) u8);

/// Spelled like the types of ASN.1, without their spaces.
#[allow(non_upper_case_globals)]
impl Tag {
    pub(super) const Boolean: Self = Self(0x01);
    pub(super) const Integer: Self = Self(0x02);
    pub(super) const BitString: Self = Self(0x03);
    pub(super) const OctetString: Self = Self(0x04);
    pub(super) const ObjectIdentifier: Self = Self(0x06);
    #[cfg(feature = "alloc")]
    pub(super) const Enumerated: Self = Self(0x0a);
    pub(super) const Utf8String: Self = Self(0x0c);
    pub(super) const NumericString: Self = Self(0x12);
    pub(super) const PrintableString: Self = Self(0x13);
    pub(super) const Ia5String: Self = Self(0x16);
    pub(super) const UtcTime: Self = Self(0x17);
    pub(super) const GeneralizedTime: Self = Self(0x18);
    pub(super) const VisibleString: Self = Self(0x1a);
    pub(super) const Sequence: Self = Self(0x30);
    pub(super) const Set: Self = Self(0x31);
}

/// Bytes that are not what the ASN.1 of `field` demands.
pub(super) fn malformed(field: &'static str) -> Fault {
    Fault::from(Reason::CertificateMalformed).field(field)
}

/// `[number]`, as GeneralName and the optional fields of a certificate are tagged.
pub(super) const fn context(number: u8, constructed: bool) -> Tag {
    Tag(if constructed { 0xa0 } else { 0x80 } | number)
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
    /// As in faults, only with a heap.
    #[cfg(feature = "alloc")]
    field: &'static str,
}

// What much goes through is kept from being inlined where there is no `std`, and text is to be short. Elsewhere inlining it is
// worth a third of a hundredth of a handshake.
impl<'a> Elements<'a> {
    /// `field` is what a fault names unless a call below says it better.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    pub(super) fn of(bytes: &'a [u8], field: &'static str) -> Self {
        Self {
            rest: bytes,
            #[cfg(feature = "alloc")]
            field,
        }
    }

    #[cold]
    fn malformed(&self) -> Fault {
        #[cfg(feature = "alloc")]
        return malformed(self.field);
        #[cfg(not(feature = "alloc"))]
        malformed("")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[cfg_attr(not(feature = "std"), inline(never))]
    pub(super) fn any(&mut self) -> Result<Element<'a>, Fault> {
        let (element, rest) = self.split().ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(element)
    }

    fn split(&self) -> Option<(Element<'a>, &'a [u8])> {
        let (tag, behind) = self.rest.split_first()?;
        // Five ones announce a number that takes octets of its own (X.690 §8.1.2.4).
        if tag & 0x1f == 0x1f {
            return None;
        }
        let mut reader = SliceReader::new(behind).ok()?;
        let length = Length::decode(&mut reader).ok()?;
        let content = reader.read_slice(length).ok()?;
        let len = usize::try_from(reader.position()).ok()?.checked_add(1)?;
        let (whole, rest) = self.rest.split_at_checked(len)?;
        Some((Element { tag: Tag(*tag), content, whole }, rest))
    }

    /// The next element, which must have this tag.
    #[cfg_attr(not(feature = "std"), inline(never))]
    pub(super) fn one(&mut self, tag: Tag, field: &'static str) -> Result<Element<'a>, Fault> {
        match self.any() {
            Ok(element) if element.tag == tag => Ok(element),
            _ => Err(malformed(field)),
        }
    }

    /// The content of the next element if it has this tag; else nothing is taken.
    #[cfg_attr(not(feature = "std"), inline(never))]
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
        if self.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }
}

/// The content of `bytes`, which is one element of this tag and nothing behind it.
#[cfg_attr(not(feature = "std"), inline(never))]
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
#[cfg_attr(not(feature = "std"), inline(never))]
pub(super) fn integer<'a>(elements: &mut Elements<'a>, field: &'static str) -> Result<&'a [u8], Fault> {
    let content = elements.one(Tag::Integer, field)?.content;
    match content {
        [] | [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(malformed(field)),
        _ => Ok(content),
    }
}

/// A BIT STRING of whole bytes, as keys and signatures are.
#[cfg_attr(not(feature = "std"), inline(never))]
pub(super) fn octets<'a>(elements: &mut Elements<'a>, field: &'static str) -> Result<&'a [u8], Fault> {
    match elements.one(Tag::BitString, field)?.content.split_first() {
        Some((0, bytes)) => Ok(bytes),
        _ => Err(malformed(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::der::{Encode, Header};

    fn split(bytes: &[u8]) -> Option<(Tag, &[u8], usize)> {
        let mut elements = Elements::of(bytes, "");
        elements.any().ok().map(|element| (element.tag, element.content, elements.rest.len()))
    }

    fn split_by_der(bytes: &[u8]) -> Option<(Tag, &[u8], usize)> {
        let mut reader = SliceReader::new(bytes).ok()?;
        let header = Header::decode(&mut reader).ok()?;
        let content = reader.read_slice(header.length()).ok()?;
        let tag = *header.tag().to_der().ok()?.first()?;
        Some((Tag(tag), content, usize::try_from(reader.remaining_len()).ok()?))
    }

    #[test]
    fn elements_are_split_as_the_crate_der_splits_them() {
        let tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0x82, 0xa0, 0xa3];
        let mut bytes = alloc::vec![0x55; 70_000];
        for (tag, first) in tags.into_iter().flat_map(|tag| (0..=255).map(move |first| (tag, first))) {
            for (second, third) in [(0, 0), (0, 0x80), (1, 0), (0x7f, 0xff), (0x80, 0), (0xff, 0xff)] {
                bytes[..4].copy_from_slice(&[tag, first, second, third]);
                for len in [0, 1, 2, 3, 4, 130, 260, 70_000] {
                    let bytes = &bytes[..len];
                    assert_eq!(
                        split(bytes),
                        split_by_der(bytes),
                        "{tag:#x} {first:#x} {second:#x} {third:#x}, {len} bytes"
                    );
                }
            }
        }
    }

    #[test]
    fn a_tag_of_more_than_one_octet_is_malformed() {
        assert_eq!(split(&[0x1f, 0x01, 0x00]), None);
        assert_eq!(split(&[0xbf, 0x1f, 0x00]), None);
    }
}
