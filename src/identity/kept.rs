//! The names of a peer, packed into one allocation: kind (4 bits), length (12 bits), bytes, one behind the other.

use super::{Hex, PeerIdentity};
use crate::wire::{Reader, exactly};
use crate::x509::{
    COMMON_NAME, Certificate, GeneralName, MAX_CHAIN, ORGANIZATION, ORGANIZATIONAL_UNIT, Printable, RevocationStatus,
    ServerName, Verified,
};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The packed names never take more.
const MAX_KEPT: usize = 2048;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Names(Box<[u8]>);

const SERIAL: u8 = 0;
const COMMON: u8 = 1;
const ORGANIZATIONAL: u8 = 2;
const UNIT: u8 = 3;
const DNS: u8 = 4;
const IP: u8 = 5;
const URI: u8 = 6;
const EMAIL: u8 = 7;
/// The anchor in two bytes, then the certificates of the path in one each.
const PATH: u8 = 8;
/// [`RevocationStatus`], packed; not there if nobody asked.
const REVOCATION: u8 = 9;
const LENGTH_BITS: u32 = 12;
const MAX_LENGTH: u16 = (1 << LENGTH_BITS) - 1;

impl Names {
    pub(super) fn of(leaf: &Certificate<'_>, path: Option<&Verified<'_>>) -> Self {
        // On the stack first, so that there is one allocation and nothing to spare in it.
        let mut packed = [0; MAX_KEPT];
        let mut used: usize = 0;
        let mut put = |kind: u8, value: &[u8]| {
            let rest = packed.get_mut(used..).unwrap_or_default();
            let (Ok(length), Some((head, rest))) = (u16::try_from(value.len()), rest.split_first_chunk_mut::<2>())
            else {
                return;
            };
            let Some(room) = rest.get_mut(..value.len()) else { return };
            *head = (u16::from(kind) << LENGTH_BITS | length).to_be_bytes();
            room.copy_from_slice(value);
            used = used.saturating_add(value.len()).saturating_add(2);
        };
        if let Some(path) = path {
            let mut bytes = [0; MAX_CHAIN + 2];
            let anchor = u16::try_from(path.anchor()).unwrap_or(u16::MAX).to_be_bytes();
            let links = path.path().filter_map(|index| u8::try_from(index).ok());
            let mut len: usize = 0;
            for (to, from) in bytes.iter_mut().zip(anchor.into_iter().chain(links)) {
                *to = from;
                len = len.saturating_add(1);
            }
            put(PATH, bytes.get(..len).unwrap_or_default());
            if path.revocation() != RevocationStatus::NotAsked {
                put(REVOCATION, &path.revocation().pack());
            }
        }
        put(SERIAL, leaf.serial());
        for attribute in leaf.subject().attributes() {
            let kind = match attribute.oid() {
                COMMON_NAME => COMMON,
                ORGANIZATION => ORGANIZATIONAL,
                ORGANIZATIONAL_UNIT => UNIT,
                _ => continue,
            };
            if let Some(text) = attribute.text() {
                put(kind, text.as_bytes());
            }
        }
        for name in leaf.san() {
            match name {
                GeneralName::Dns(name) => put(DNS, name.as_bytes()),
                GeneralName::Uri(uri) => put(URI, uri.as_bytes()),
                GeneralName::Email(address) => put(EMAIL, address.as_bytes()),
                GeneralName::Ip(IpAddr::V4(address)) => put(IP, &address.octets()),
                GeneralName::Ip(IpAddr::V6(address)) => put(IP, &address.octets()),
                GeneralName::Directory(_) | GeneralName::Other => {}
            }
        }
        Self(packed.get(..used).unwrap_or_default().into())
    }

    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&u16::try_from(self.0.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&self.0);
    }

    /// What [`pack`](Self::pack) appended.
    pub(super) fn unpack(r: &mut Reader<'_>) -> Option<Self> {
        let packed = r.vec16("names");
        let sound = exactly("names", packed, |r| {
            let mut sound = packed.len() <= MAX_KEPT;
            while !r.at_end() {
                let head = r.u16("name");
                let value = r.bytes("name", usize::from(head & MAX_LENGTH));
                sound &= is_sound(head >> LENGTH_BITS, value);
            }
            sound
        });
        (sound == Ok(true)).then(|| Self(packed.into()))
    }

    /// The place of the anchor, if it is known which one it was.
    pub(super) fn set_anchor(&mut self, anchor: u16) {
        let mut rest = &mut *self.0;
        while let Some((head, tail)) = rest.split_first_chunk_mut() {
            let head = u16::from_be_bytes(*head);
            let Some((value, tail)) = tail.split_at_mut_checked(usize::from(head & MAX_LENGTH)) else { return };
            if head >> LENGTH_BITS == u16::from(PATH)
                && let Some(place) = value.first_chunk_mut()
            {
                *place = anchor.to_be_bytes();
            }
            rest = tail;
        }
    }

    fn all(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = &*self.0;
        core::iter::from_fn(move || {
            let (head, tail) = rest.split_first_chunk()?;
            let head = u16::from_be_bytes(*head);
            let kind = u8::try_from(head >> LENGTH_BITS).ok()?;
            let (value, tail) = tail.split_at_checked(usize::from(head & MAX_LENGTH))?;
            rest = tail;
            Some((kind, value))
        })
    }

    fn texts(&self, wanted: u8) -> impl Iterator<Item = &str> {
        self.all().filter(move |(kind, _)| *kind == wanted).filter_map(|(_, value)| core::str::from_utf8(value).ok())
    }

    fn first(&self, wanted: u8) -> Option<&[u8]> {
        self.all().find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
    }

    /// Whether there is none; the serial number, the path and the revocation are not names.
    pub(super) fn is_empty(&self) -> bool {
        self.all().all(|(kind, _)| matches!(kind, SERIAL | PATH | REVOCATION))
    }

    pub(super) fn revocation(&self) -> RevocationStatus {
        let packed = self.first(REVOCATION).and_then(|packed| packed.try_into().ok());
        packed.map(RevocationStatus::unpack).unwrap_or_default()
    }
}

/// Whether a value of this kind can look so.
fn is_sound(kind: u16, value: &[u8]) -> bool {
    match u8::try_from(kind) {
        Ok(SERIAL) => true,
        Ok(COMMON | ORGANIZATIONAL | UNIT | DNS | URI | EMAIL) => core::str::from_utf8(value).is_ok(),
        Ok(IP) => address(value).is_some(),
        Ok(PATH) => (2..=MAX_CHAIN.saturating_add(2)).contains(&value.len()),
        Ok(REVOCATION) => value.len() == RevocationStatus::NotAsked.pack().len(),
        _ => false,
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
                SERIAL | PATH | REVOCATION => continue,
                COMMON => "CN=",
                ORGANIZATIONAL => "O=",
                UNIT => "OU=",
                DNS => "dns:",
                IP => "ip:",
                URI => "uri:",
                _ => "email:",
            };
            write!(f, "{gap}{prefix}")?;
            match address(value).filter(|_| kind == IP) {
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
        self.names.texts(COMMON).last()
    }

    /// The first organizationName of the subject.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.names.texts(ORGANIZATIONAL).next()
    }

    /// The first organizationalUnitName of the subject.
    #[must_use]
    pub fn organizational_unit(&self) -> Option<&str> {
        self.names.texts(UNIT).next()
    }

    /// The dNSNames.
    pub fn dns(&self) -> impl Iterator<Item = &str> {
        self.names.texts(DNS)
    }

    /// Whether its certificate is for this name (RFC 9525 §6), as far as its names are kept.
    #[must_use]
    pub fn is_for(&self, name: &ServerName<'_>) -> bool {
        self.dns().any(|dns| name.is(&GeneralName::Dns(dns))) || self.ips().any(|ip| name.is(&GeneralName::Ip(ip)))
    }

    /// The uniformResourceIdentifiers.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.names.texts(URI)
    }

    /// The rfc822Names.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.names.texts(EMAIL)
    }

    /// The iPAddresses.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.names.all().filter(|(kind, _)| *kind == IP).filter_map(|(_, octets)| address(octets))
    }

    /// serialNumber of the certificate; prints as lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> impl fmt::Display + '_ {
        Hex(self.names.first(SERIAL).unwrap_or_default())
    }

    /// The path that led to it as indices into the chain as sent, leaf first; empty if nobody but the application judged.
    pub fn path(&self) -> impl Iterator<Item = usize> {
        let links = self.names.first(PATH).and_then(|path| path.get(2..)).unwrap_or_default();
        links.iter().map(|index| usize::from(*index))
    }

    /// The anchor that the path leads to, as an index into the anchors of the configuration.
    #[must_use]
    pub fn anchor(&self) -> Option<usize> {
        let anchor = self.names.first(PATH)?.first_chunk()?;
        Some(u16::from_be_bytes(*anchor).into())
    }
}
