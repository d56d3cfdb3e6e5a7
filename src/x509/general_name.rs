//! Names of subjectAltName (RFC 5280 §4.2.1.6).

use super::{
    Name,
    asn1::{Element, Elements, Tag, context, malformed, only},
    dn::Printable,
};
use crate::fault::Fault;
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A name of subjectAltName.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName<'a> {
    /// dNSName, perhaps with a wildcard.
    Dns(&'a str),
    /// iPAddress.
    Ip(IpAddr),
    /// uniformResourceIdentifier, e.g. a SPIFFE ID.
    Uri(&'a str),
    /// rfc822Name.
    Email(&'a str),
    /// directoryName.
    Directory(Name<'a>),
    /// Any other kind: otherName, x400Address, ediPartyName, registeredID.
    Other,
}

impl fmt::Display for GeneralName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "dns:{}", Printable(name)),
            Self::Ip(address) => write!(f, "ip:{address}"),
            Self::Uri(uri) => write!(f, "uri:{}", Printable(uri)),
            Self::Email(address) => write!(f, "email:{}", Printable(address)),
            Self::Directory(name) => write!(f, "dn:{name}"),
            Self::Other => f.write_str("other"),
        }
    }
}

/// The kinds of GeneralName, which are their tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind(Tag);

#[allow(non_upper_case_globals)]
impl Kind {
    pub(super) const OtherName: Self = Self(context(0, true));
    pub(super) const Email: Self = Self(context(1, false));
    pub(super) const Dns: Self = Self(context(2, false));
    const X400Address: Self = Self(context(3, true));
    pub(super) const Directory: Self = Self(context(4, true));
    const EdiPartyName: Self = Self(context(5, true));
    pub(super) const Uri: Self = Self(context(6, false));
    pub(super) const Ip: Self = Self(context(7, false));
    const RegisteredId: Self = Self(context(8, false));
}

/// Kind and content of a GeneralName; what the content means depends on whether it is a name or a constraint on names.
/// Of directoryName, which is tagged explicitly because Name is a CHOICE, it is the content of the Name.
pub(super) fn raw<'a>(element: &Element<'a>, field: &'static str) -> Result<(Kind, &'a [u8]), Fault> {
    use Kind as K;
    let kind = Kind(element.tag);
    let content = match kind {
        K::Directory => only(element.content, Tag::Sequence, field)?,
        K::Email | K::Dns | K::Uri | K::Ip => element.content,
        K::OtherName | K::X400Address | K::EdiPartyName | K::RegisteredId => element.content,
        _ => return Err(malformed(field)),
    };
    Ok((kind, content))
}

/// Names that are read strictly.
#[derive(Clone, Debug)]
pub(super) struct StrictNames<'a>(pub(super) Elements<'a>);

impl<'a> StrictNames<'a> {
    pub(super) fn of(content: &'a [u8]) -> Self {
        Self(Elements::of(content, "subjectAltName"))
    }

    fn read(element: &Element<'a>) -> Result<GeneralName<'a>, Fault> {
        const FIELD: &str = "subjectAltName";
        let (kind, content) = raw(element, FIELD)?;
        let text = || ia5(content).ok_or_else(|| malformed(FIELD));
        Ok(match kind {
            Kind::Dns => GeneralName::Dns(text()?),
            Kind::Uri => GeneralName::Uri(text()?),
            Kind::Email => GeneralName::Email(text()?),
            Kind::Ip => GeneralName::Ip(address(content).ok_or_else(|| malformed(FIELD))?),
            Kind::Directory => GeneralName::Directory(Name::new(element.content, content)),
            _ => GeneralName::Other,
        })
    }
}

impl<'a> Iterator for StrictNames<'a> {
    type Item = Result<GeneralName<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.0.any().and_then(|element| Self::read(&element)))
    }
}

/// The names of a subjectAltName. It ends at the first that can't be read; [`verify`](super::verify) refuses a leaf that
/// has such a name.
#[derive(Clone, Debug)]
pub struct GeneralNames<'a>(pub(super) Option<StrictNames<'a>>);

impl<'a> Iterator for GeneralNames<'a> {
    type Item = GeneralName<'a>;

    fn next(&mut self) -> Option<GeneralName<'a>> {
        match self.0.as_mut()?.next()? {
            Ok(name) => Some(name),
            Err(_) => {
                self.0 = None;
                None
            }
        }
    }
}

/// IA5String is ASCII (RFC 5280 §7.2). A control character in a name is an attack on whoever prints or compares it.
pub(super) fn ia5(content: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(content).ok()?;
    (!text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))).then_some(text)
}

/// An iPAddress is exactly 4 or 16 octets (§4.2.1.6).
pub(super) fn address(content: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(content) {
        return Some(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    <[u8; 16]>::try_from(content).ok().map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
}
