//! The names of a peer, packed into one allocation: `kind (1) length (2) bytes`, one behind the other.

use super::{Hex, PeerIdentity};
use crate::x509::{COMMON_NAME, Certificate, GeneralName, ORGANIZATION, ORGANIZATIONAL_UNIT, Printable};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The packed names never take more.
const MAX_KEPT: usize = 2048;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Names(Box<[u8]>);

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Serial,
    CommonName,
    Organization,
    OrganizationalUnit,
    Dns,
    Ip,
    Uri,
    Email,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Serial,
        Self::CommonName,
        Self::Organization,
        Self::OrganizationalUnit,
        Self::Dns,
        Self::Ip,
        Self::Uri,
        Self::Email,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    fn byte(self) -> u8 {
        Self::ALL.iter().zip(0..).find_map(|(kind, byte)| (*kind == self).then_some(byte)).unwrap_or(u8::MAX)
    }
}

impl Names {
    pub(super) fn of(leaf: &Certificate<'_>) -> Self {
        let mut packed = Vec::new();
        let mut put = |kind: Kind, value: &[u8]| {
            let len = packed.len().saturating_add(value.len()).saturating_add(3);
            if let (true, Ok(length)) = (len <= MAX_KEPT, u16::try_from(value.len())) {
                packed.push(kind.byte());
                packed.extend_from_slice(&length.to_be_bytes());
                packed.extend_from_slice(value);
            }
        };
        put(Kind::Serial, leaf.serial());
        for attribute in leaf.subject().attributes() {
            let kind = match attribute.oid() {
                COMMON_NAME => Kind::CommonName,
                ORGANIZATION => Kind::Organization,
                ORGANIZATIONAL_UNIT => Kind::OrganizationalUnit,
                _ => continue,
            };
            if let Some(text) = attribute.text() {
                put(kind, text.as_bytes());
            }
        }
        for name in leaf.san() {
            match name {
                GeneralName::Dns(name) => put(Kind::Dns, name.as_bytes()),
                GeneralName::Uri(uri) => put(Kind::Uri, uri.as_bytes()),
                GeneralName::Email(address) => put(Kind::Email, address.as_bytes()),
                GeneralName::Ip(IpAddr::V4(address)) => put(Kind::Ip, &address.octets()),
                GeneralName::Ip(IpAddr::V6(address)) => put(Kind::Ip, &address.octets()),
                GeneralName::Directory(_) | GeneralName::Other => {}
            }
        }
        Self(packed.into_boxed_slice())
    }

    fn all(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        let mut rest = &*self.0;
        core::iter::from_fn(move || {
            let ([kind, high, low], tail) = rest.split_first_chunk()?;
            let (value, tail) = tail.split_at_checked(u16::from_be_bytes([*high, *low]).into())?;
            rest = tail;
            Some((Kind::of(*kind)?, value))
        })
    }

    fn texts(&self, wanted: Kind) -> impl Iterator<Item = &str> {
        self.all().filter(move |(kind, _)| *kind == wanted).filter_map(|(_, value)| core::str::from_utf8(value).ok())
    }

    fn serial(&self) -> &[u8] {
        self.all().find(|(kind, _)| *kind == Kind::Serial).map_or(&[], |(_, serial)| serial)
    }

    /// Whether there is none; the serial number is not a name.
    pub(super) fn is_empty(&self) -> bool {
        self.all().all(|(kind, _)| kind == Kind::Serial)
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(|octets| Ipv4Addr::from(octets).into())
        .or_else(|_| <[u8; 16]>::try_from(octets).map(|octets| Ipv6Addr::from(octets).into()))
        .ok()
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for (kind, value) in self.all() {
            let prefix = match kind {
                Kind::Serial => continue,
                Kind::CommonName => "CN=",
                Kind::Organization => "O=",
                Kind::OrganizationalUnit => "OU=",
                Kind::Dns => "dns:",
                Kind::Ip => "ip:",
                Kind::Uri => "uri:",
                Kind::Email => "email:",
            };
            write!(f, "{gap}{prefix}")?;
            match address(value).filter(|_| kind == Kind::Ip) {
                Some(address) => write!(f, "{address}")?,
                None => write!(f, "{}", Printable(core::str::from_utf8(value).unwrap_or("")))?,
            }
            gap = ", ";
        }
        Ok(())
    }
}

/// What the certificate says besides its key.
impl PeerIdentity {
    /// The last commonName of the subject, which is the most specific. It is no name to connect to, and nobody but the
    /// CA says what it means.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.names.texts(Kind::CommonName).last()
    }

    /// The first organizationName of the subject.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.names.texts(Kind::Organization).next()
    }

    /// The first organizationalUnitName of the subject.
    #[must_use]
    pub fn organizational_unit(&self) -> Option<&str> {
        self.names.texts(Kind::OrganizationalUnit).next()
    }

    /// The dNSNames.
    pub fn dns(&self) -> impl Iterator<Item = &str> {
        self.names.texts(Kind::Dns)
    }

    /// The uniformResourceIdentifiers.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.names.texts(Kind::Uri)
    }

    /// The rfc822Names.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.names.texts(Kind::Email)
    }

    /// The iPAddresses.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.names.all().filter(|(kind, _)| *kind == Kind::Ip).filter_map(|(_, octets)| address(octets))
    }

    /// serialNumber of the certificate; prints as lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> impl fmt::Display + '_ {
        Hex(self.names.serial())
    }
}
