//! Distinguished names (RFC 5280 §4.1.2.4): compared as bytes when chaining, by value in name constraints, printed for people.

use super::asn1::{Elements, Tag, only};
use crate::fault::Fault;
use core::fmt;

/// A distinguished name: an issuer, a subject, or an entry of certificate_authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    der: &'a [u8],
    rdns: &'a [u8],
}

impl<'a> Name<'a> {
    /// A `Name` in DER and nothing behind it, as certificate_authorities lists them. Its attributes are read when asked for.
    ///
    /// # Errors
    /// [`Reason::CertificateMalformed`](crate::Reason::CertificateMalformed) if it is no SEQUENCE.
    pub fn parse(der: &'a [u8]) -> Result<Self, Fault> {
        Ok(Self::new(der, only(der, Tag::Sequence, "Name")?))
    }

    /// `rdns` is the content of `der`.
    pub(super) const fn new(der: &'a [u8], rdns: &'a [u8]) -> Self {
        Self { der, rdns }
    }

    /// For comparing only: a Name of which no more than the content is at hand.
    pub(super) const fn of_rdns(rdns: &'a [u8]) -> Self {
        Self { der: &[], rdns }
    }

    /// The content of the `Name`: its RDNs.
    pub(super) const fn rdns(&self) -> &'a [u8] {
        self.rdns
    }

    /// The whole `Name` in DER.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.der
    }

    /// Whether it has no attribute at all, as the subject of a certificate may that is named by subjectAltName only.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The attributes in their order, which ends where the bytes stop being a `Name`.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rdns: Contents::of(self.rdns, Tag::Set), rdn: None }
    }

    /// Whether this name lies in the subtree of `base` (RFC 5280 §4.2.1.10): its RDNs begin with those of `base`.
    /// `None` if one of them has parts that can't be compared.
    pub(super) fn lies_within(&self, base: Name<'_>) -> Option<bool> {
        let (mut own, mut theirs) = (self.sets(), base.sets());
        loop {
            match (theirs.next(), own.next()) {
                (None, _) => return Some(true),
                (Some(_), None) => return Some(false),
                (Some(theirs), Some(own)) => {
                    if !same_rdn(own?, theirs?)? {
                        return Some(false);
                    }
                }
            }
        }
    }

    fn sets(&self) -> Contents<'a> {
        Contents::of(self.rdns, Tag::Set)
    }
}

/// Most specific first, in the manner of RFC 4514: `CN=robot,O=Works`.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names run from the general to the specific; twelve attributes are more than any honest one has.
        let mut last = [None; 12];
        let mut more = false;
        for attribute in self.attributes() {
            more |= last.first().is_some_and(Option::is_some);
            last.rotate_left(1);
            if let Some(end) = last.last_mut() {
                *end = Some(attribute);
            }
        }
        let mut gap = "";
        for attribute in last.iter().rev().flatten() {
            write!(f, "{gap}{attribute}")?;
            gap = ",";
        }
        match (gap, more) {
            ("", _) => f.write_str("(empty name)"),
            (_, true) => f.write_str(",.."),
            _ => Ok(()),
        }
    }
}

/// One attribute of a name (RFC 5280 §4.1.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    oid: &'a [u8],
    tag: Tag,
    value: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The content octets of the type's object identifier, e.g. `[0x55, 4, 3]` for commonName.
    #[must_use]
    pub fn oid(&self) -> &'a [u8] {
        self.oid
    }

    /// The value as text, if it is of a string type that is a subset of UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match self.tag {
            Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
                core::str::from_utf8(self.value).ok()
            }
            _ => None,
        }
    }

    fn of(pair: &'a [u8]) -> Option<Self> {
        let mut pair = Elements::of(pair, "Name");
        let oid = pair.one(Tag::ObjectIdentifier, "Name").ok()?.content;
        let value = pair.any().ok()?;
        Some(Self { oid, tag: value.tag, value: value.content })
    }

    /// RFC 5280 §7.1 compares strings without regard to case, to spaces around them and to the string type. Case is
    /// folded for ASCII only: the full profile of RFC 4518 needs tables. `None` for values that are not text and differ.
    fn same(&self, other: &Attribute<'_>) -> Option<bool> {
        if self.oid != other.oid {
            return Some(false);
        }
        let (Some(own), Some(theirs)) = (self.text(), other.text()) else {
            return (self.tag == other.tag && self.value == other.value).then_some(true);
        };
        let (mut own, mut theirs) = (own.split_ascii_whitespace(), theirs.split_ascii_whitespace());
        loop {
            match (own.next(), theirs.next()) {
                (None, None) => return Some(true),
                (Some(own), Some(theirs)) if own.eq_ignore_ascii_case(theirs) => {}
                _ => return Some(false),
            }
        }
    }
}

pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub(crate) const ORGANIZATION: &[u8] = &[0x55, 4, 10];
pub(crate) const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
pub(super) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

/// The names that RFC 4514 §3 gives to attribute types, and that of RFC 5280's emailAddress.
const SHORT: &[(&[u8], &str)] = &[
    (COMMON_NAME, "CN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (ORGANIZATION, "O"),
    (ORGANIZATIONAL_UNIT, "OU"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
    (EMAIL_ADDRESS, "emailAddress"),
];

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SHORT.iter().find(|(oid, _)| *oid == self.oid) {
            Some((_, short)) => f.write_str(short)?,
            None => write_oid(self.oid, f)?,
        }
        f.write_str("=")?;
        match self.text() {
            Some(text) => write!(f, "{}", Printable(text)),
            None => {
                f.write_str("#")?;
                self.value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

/// Text from a certificate, safe to print on one line of a log: what is not printable is escaped, and so are the
/// characters that separate names.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|c| match c {
            '\'' | '"' => f.write_char(c),
            ',' | '+' => write!(f, "\\{c}"),
            _ => write!(f, "{}", c.escape_debug()),
        })
    }
}

/// The content octets of an object identifier, printed as [`write_oid`] does.
#[cfg(feature = "alloc")]
pub(super) struct Oid<'a>(pub(super) &'a [u8]);

#[cfg(feature = "alloc")]
impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_oid(self.0, f)
    }
}

/// `1.3.6.1..`; an arc beyond 64 bits ends it with a question mark.
fn write_oid(oid: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut arc, mut first) = (0_u64, true);
    for byte in oid {
        let Some(shifted) = arc.checked_mul(128) else { return f.write_str(".?") };
        arc = shifted | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if first {
                let root = (arc.checked_div(40)).unwrap_or(0).min(2);
                write!(f, "{root}.{}", arc.saturating_sub(root.saturating_mul(40)))?;
            } else {
                write!(f, ".{arc}")?;
            }
            (arc, first) = (0, false);
        }
    }
    Ok(())
}

/// More attributes in one RDN are not compared, which bounds the work.
const MAX_RDN: usize = 8;

/// RDNs are sets: two are the same if each attribute of one has its equal in the other.
fn same_rdn(own: &[u8], theirs: &[u8]) -> Option<bool> {
    let pairs = |rdn| Contents::of(rdn, Tag::Sequence).take(MAX_RDN.saturating_add(1));
    let (count, count_theirs) = (pairs(own).count(), pairs(theirs).count());
    if count > MAX_RDN || count_theirs > MAX_RDN {
        return None;
    }
    for theirs in pairs(theirs) {
        let theirs = Attribute::of(theirs?)?;
        let mut found = false;
        for own in pairs(own) {
            found |= Attribute::of(own?)?.same(&theirs)?;
        }
        if !found {
            return Some(false);
        }
    }
    Some(count == count_theirs)
}

/// The contents of elements of one tag, up to the first `None`, which stands for bytes that are none.
#[derive(Clone, Debug)]
struct Contents<'a> {
    elements: Option<Elements<'a>>,
    tag: Tag,
}

impl<'a> Contents<'a> {
    fn of(bytes: &'a [u8], tag: Tag) -> Self {
        Self { elements: Some(Elements::of(bytes, "Name")), tag }
    }
}

impl<'a> Iterator for Contents<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let elements = self.elements.as_mut().filter(|elements| !elements.is_empty())?;
        let content = elements.one(self.tag, "Name").ok().map(|element| element.content);
        if content.is_none() {
            self.elements = None;
        }
        Some(content)
    }
}

/// The attributes of a name, in order.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rdns: Contents<'a>,
    rdn: Option<Contents<'a>>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        loop {
            if let Some(pair) = self.rdn.as_mut().and_then(Iterator::next) {
                return Attribute::of(pair?);
            }
            self.rdn = Some(Contents::of(self.rdns.next()??, Tag::Sequence));
        }
    }
}

#[cfg(test)]
mod tests;
