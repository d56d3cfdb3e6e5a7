//! Whom this side admits among those whose chain is valid.

use crate::{
    fault::{Fault, Reason},
    x509::{Certificate, GeneralName},
};
use core::net::IpAddr;

#[cfg(feature = "alloc")]
use {
    crate::{
        crypto::{Crypto, fingerprint},
        x509::SpiffeId,
    },
    alloc::{
        borrow::ToOwned,
        string::{String, ToString},
        vec,
        vec::Vec,
    },
    core::fmt,
};

/// One rule: what the certificate must carry for its holder to be admitted.
///
/// Names are compared as a whole. A wildcard in a certificate names hosts that one reaches, not somebody who calls, so
/// it matches no rule but one that is written with the same wildcard. commonName is never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowRule<T = &'static str> {
    /// Nothing: every verified chain is admitted.
    Anyone,
    /// This dNSName, without regard to case.
    Dns(T),
    /// This uniformResourceIdentifier, byte for byte; e.g. a SPIFFE ID.
    Uri(T),
    /// This iPAddress.
    Ip(IpAddr),
    /// This rfc822Name: the domain without regard to case, the rest byte for byte (RFC 5280 §7.5).
    Email(T),
    /// The key of which the SubjectPublicKeyInfo has this SHA-256.
    SpkiSha256([u8; 32]),
    /// This SPIFFE ID, in a certificate that is an X509-SVID; an ID without a path admits its whole trust domain.
    #[cfg(feature = "alloc")]
    Spiffe(T),
}

impl<T: AsRef<str>> AllowRule<T> {
    fn admits(&self, leaf: &Certificate<'_>, spki_sha256: &[u8; 32]) -> bool {
        match self {
            Self::Anyone => true,
            Self::SpkiSha256(hash) => hash == spki_sha256,
            #[cfg(feature = "alloc")]
            Self::Spiffe(rule) => {
                let rule = SpiffeId::parse(rule.as_ref());
                rule.is_ok_and(|rule| SpiffeId::of(leaf).is_ok_and(|id| rule.includes(&id)))
            }
            _ => leaf.san().any(|name| match (self, name) {
                (Self::Dns(rule), GeneralName::Dns(name)) => rule.as_ref().eq_ignore_ascii_case(name),
                (Self::Uri(rule), GeneralName::Uri(uri)) => rule.as_ref() == uri,
                (Self::Ip(rule), GeneralName::Ip(address)) => *rule == address,
                (Self::Email(rule), GeneralName::Email(address)) => same_mailbox(rule.as_ref(), address),
                _ => false,
            }),
        }
    }
}

fn same_mailbox(rule: &str, address: &str) -> bool {
    match (split_at_host(rule), split_at_host(address)) {
        (Some((rule, domain)), Some((local, host))) => rule == local && domain.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Local part and host. In bytes: `str::rsplit_once` looks for any character, by much more code.
fn split_at_host(mailbox: &str) -> Option<(&[u8], &[u8])> {
    let mut parts = mailbox.as_bytes().rsplitn(2, |byte| *byte == b'@');
    let host = parts.next()?;
    Some((parts.next()?, host))
}

/// Whom this side admits: rules joined by "or". Without a rule, nobody.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    fixed: &'static [AllowRule],
    #[cfg(feature = "alloc")]
    owned: Vec<AllowRule<String>>,
}

impl Allow {
    /// Nobody.
    #[must_use]
    pub const fn nobody() -> Self {
        Self::any_of(&[])
    }

    /// Everybody whose chain leads to an anchor: right where the CA issues to nobody else.
    #[must_use]
    pub const fn anyone() -> Self {
        Self::any_of(&[AllowRule::Anyone])
    }

    /// Rules that are part of the program.
    #[must_use]
    pub const fn any_of(rules: &'static [AllowRule]) -> Self {
        Self {
            fixed: rules,
            #[cfg(feature = "alloc")]
            owned: Vec::new(),
        }
    }

    /// Admits the holder of `leaf`, which was verified, if one of the rules does. `spki_sha256` is the hash of its
    /// SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`Reason::PeerNotAllowed`]
    pub fn check(&self, leaf: &Certificate<'_>, spki_sha256: &[u8; 32]) -> Result<(), Fault> {
        let admitted = self.fixed.iter().any(|rule| rule.admits(leaf, spki_sha256));
        #[cfg(feature = "alloc")]
        let admitted = admitted || self.owned.iter().any(|rule| rule.admits(leaf, spki_sha256));
        if admitted { Ok(()) } else { Err(Fault::from(Reason::PeerNotAllowed).certificate(0)) }
    }
}

#[cfg(feature = "alloc")]
impl<T: AsRef<str>> AllowRule<T> {
    /// What it is recognized by.
    fn fingerprint<C: Crypto>(&self, crypto: &C) -> [u8; 32] {
        let octets;
        let (kind, value): (u8, &[u8]) = match self {
            Self::Anyone => (0, &[]),
            Self::Dns(name) => (1, name.as_ref().as_bytes()),
            Self::Uri(uri) => (2, uri.as_ref().as_bytes()),
            Self::Ip(IpAddr::V4(address)) => {
                octets = address.to_ipv6_mapped().octets();
                (3, &octets)
            }
            Self::Ip(IpAddr::V6(address)) => {
                octets = address.octets();
                (4, &octets)
            }
            Self::Email(address) => (5, address.as_ref().as_bytes()),
            Self::SpkiSha256(hash) => (6, hash),
            Self::Spiffe(id) => (7, id.as_ref().as_bytes()),
        };
        fingerprint(crypto, "allow", [&[kind], value])
    }
}

#[cfg(feature = "alloc")]
impl Allow {
    /// The fingerprint of the first rule that admits the holder of `leaf`.
    pub(crate) fn admitting<C: Crypto>(&self, crypto: &C, leaf: &Certificate<'_>) -> Option<[u8; 32]> {
        let spki_sha256 = &super::spki_sha256(crypto, leaf);
        let fixed = self.fixed.iter().find(|rule| rule.admits(leaf, spki_sha256));
        let owned = || self.owned.iter().find(|rule| rule.admits(leaf, spki_sha256));
        fixed.map(|rule| rule.fingerprint(crypto)).or_else(|| owned().map(|rule| rule.fingerprint(crypto)))
    }

    /// The fingerprints of all rules.
    pub(crate) fn fingerprints<C: Crypto>(&self, crypto: &C) -> impl Iterator<Item = [u8; 32]> {
        let fixed = self.fixed.iter().map(|rule| rule.fingerprint(crypto));
        fixed.chain(self.owned.iter().map(|rule| rule.fingerprint(crypto)))
    }

    /// Who has this dNSName; see [`AllowRule::Dns`].
    #[must_use]
    pub fn dns(name: impl Into<String>) -> Self {
        AllowRule::Dns(name.into()).into()
    }

    /// Who has this uniformResourceIdentifier; see [`AllowRule::Uri`].
    #[must_use]
    pub fn uri(uri: impl Into<String>) -> Self {
        AllowRule::Uri(uri.into()).into()
    }

    /// Who has this iPAddress. It is not compared with where the connection comes from.
    #[must_use]
    pub fn ip(address: IpAddr) -> Self {
        AllowRule::Ip(address).into()
    }

    /// Who has this rfc822Name; see [`AllowRule::Email`].
    #[must_use]
    pub fn email(address: impl Into<String>) -> Self {
        AllowRule::Email(address.into()).into()
    }

    /// Who has the key of which the SubjectPublicKeyInfo has this SHA-256.
    #[must_use]
    pub fn spki_sha256(hash: [u8; 32]) -> Self {
        AllowRule::SpkiSha256(hash).into()
    }

    /// The workload of this SPIFFE ID, or all of its trust domain if it has no path; see [`AllowRule::Spiffe`].
    #[must_use]
    pub fn spiffe(id: SpiffeId<'_>) -> Self {
        AllowRule::Spiffe(id.to_string()).into()
    }

    /// Whom one of the two admits.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let owned = |rule: &AllowRule| match *rule {
            AllowRule::Anyone => AllowRule::Anyone,
            AllowRule::Dns(name) => AllowRule::Dns(name.to_owned()),
            AllowRule::Uri(uri) => AllowRule::Uri(uri.to_owned()),
            AllowRule::Ip(address) => AllowRule::Ip(address),
            AllowRule::Email(address) => AllowRule::Email(address.to_owned()),
            AllowRule::SpkiSha256(hash) => AllowRule::SpkiSha256(hash),
            AllowRule::Spiffe(id) => AllowRule::Spiffe(id.to_owned()),
        };
        self.owned.extend(other.fixed.iter().map(owned));
        self.owned.extend(other.owned);
        self
    }

    /// One rule as people write it: `dns:robot.test`, `spiffe://works/robot` (or `spiffe://works` for the whole trust
    /// domain), `uri:urn:works:robot`, `ip:192.0.2.1`, `email:robot@works.test`, `spki-sha256:` and 64 hexadecimal digits (colons between them are passed over), or `any`.
    ///
    /// # Errors
    /// [`AllowError`]
    pub fn parse(rule: &str) -> Result<Self, AllowError> {
        let refused = |what| AllowError { rule: rule.to_owned(), what };
        if rule == "any" {
            return Ok(Self::anyone());
        }
        let (kind, value) = rule.split_once(':').ok_or_else(|| refused(WRITTEN))?;
        if value.is_empty() || value.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(refused("its value is empty, or not of printable ASCII characters without spaces"));
        }
        match kind {
            "dns" => Ok(Self::dns(value)),
            "uri" if value.contains(':') => Ok(Self::uri(value)),
            "uri" => Err(refused("a URI begins with a scheme, as in uri:spiffe://works/robot")),
            "ip" => value.parse().map(Self::ip).map_err(|_| refused("not an IP address")),
            "email" if value.contains('@') => Ok(Self::email(value)),
            "email" => Err(refused("a mail address has an @")),
            "spiffe" => SpiffeId::parse(rule).map(Self::spiffe).map_err(|e| refused(e.says())),
            "spki-sha256" => {
                hash(value).map(Self::spki_sha256).ok_or_else(|| refused("a SHA-256 hash has 64 hexadecimal digits"))
            }
            _ => Err(refused(WRITTEN)),
        }
    }
}

#[cfg(feature = "alloc")]
impl From<AllowRule<String>> for Allow {
    fn from(rule: AllowRule<String>) -> Self {
        Self { fixed: &[], owned: vec![rule] }
    }
}

#[cfg(feature = "alloc")]
const WRITTEN: &str =
    "rules are written dns:NAME, spiffe://DOMAIN/PATH, uri:URI, ip:ADDRESS, email:ADDRESS, spki-sha256:HEX, or any";

#[cfg(feature = "alloc")]
fn hash(hex: &str) -> Option<[u8; 32]> {
    let mut digits = hex.chars().filter(|c| *c != ':').map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()));
    let mut hash = [0; 32];
    for byte in &mut hash {
        *byte = (digits.next()?? << 4) | digits.next()??;
    }
    digits.next().is_none().then_some(hash)
}

/// Why a text is no rule.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowError {
    rule: String,
    what: &'static str,
}

#[cfg(feature = "alloc")]
impl fmt::Display for AllowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no rule: {}", self.rule, self.what)
    }
}

#[cfg(feature = "alloc")]
impl core::error::Error for AllowError {}
