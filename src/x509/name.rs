//! The name that the caller wants to reach, and whether a certificate is for it (RFC 9525).

use super::{Certificate, GeneralName};
#[cfg(feature = "alloc")]
use alloc::borrow::Cow;
use core::{fmt, net::IpAddr};

#[cfg(feature = "alloc")]
type Text<'a> = Cow<'a, str>;
#[cfg(not(feature = "alloc"))]
type Text<'a> = &'a str;

/// The name of the server that a client wants to reach: a DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerName<'a>(Repr<'a>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Repr<'a> {
    Dns(Text<'a>),
    Ip(IpAddr),
}

impl<'a> ServerName<'a> {
    /// A DNS name of letters, digits and hyphens (RFC 5890 §2.3.1). A dot at the end is allowed and dropped.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn dns(name: &'a str) -> Result<Self, NameError> {
        let name = name.strip_suffix('.').unwrap_or(name);
        check_dns(name)?;
        #[cfg(feature = "alloc")]
        let name = Cow::Borrowed(name);
        Ok(Self(Repr::Dns(name)))
    }

    /// An IP address. It is matched against iPAddress only, and never sent as server_name (RFC 6066 §3).
    #[must_use]
    pub const fn ip(address: IpAddr) -> Self {
        Self(Repr::Ip(address))
    }

    /// An IP address literal, or else a DNS name.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn parse(name: &'a str) -> Result<Self, NameError> {
        name.parse().map_or_else(|_| Self::dns(name), |address| Ok(Self::ip(address)))
    }

    /// The name as server_name wants it (RFC 6066 §3): without a dot at the end; `None` for addresses.
    #[must_use]
    pub fn as_dns(&self) -> Option<&str> {
        match &self.0 {
            Repr::Dns(name) => Some(name),
            Repr::Ip(_) => None,
        }
    }

    /// The same name, with its own memory.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn into_owned(self) -> ServerName<'static> {
        ServerName(match self.0 {
            Repr::Dns(name) => Repr::Dns(Cow::Owned(name.into_owned())),
            Repr::Ip(address) => Repr::Ip(address),
        })
    }

    /// [9525-6-1] [9525-6-3]
    /// Whether a certificate that presents `name` is for this server (RFC 9525 §6). A commonName is never asked
    /// (§6.1), and an address in a dNSName means nothing (§6.5).
    pub(crate) fn is(&self, presented: &GeneralName<'_>) -> bool {
        match (&self.0, presented) {
            (Repr::Dns(name), GeneralName::Dns(presented)) => matches_dns(name, presented),
            (Repr::Ip(address), GeneralName::Ip(presented)) => address == presented,
            _ => false,
        }
    }
}

impl fmt::Display for ServerName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Dns(name) => f.write_str(name),
            Repr::Ip(address) => address.fmt(f),
        }
    }
}

/// Whether `certificate` is for `name` (RFC 9525 §6). That is no verdict on the certificate.
#[must_use]
pub fn is_for(certificate: &Certificate<'_>, name: &ServerName<'_>) -> bool {
    certificate.san().any(|presented| name.is(&presented))
}

/// [9525-6-2]
/// RFC 9525 §6.3: labels are compared without regard to case. `*` is a wildcard only as the whole left-most label and
/// stands for exactly one label; that two labels must follow keeps `*.com` from naming half of the world.
fn matches_dns(name: &str, presented: &str) -> bool {
    match presented.strip_prefix("*.") {
        Some(parent) => {
            parent.as_bytes().contains(&b'.')
                && split_once(name, b'.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent))
        }
        None => name.eq_ignore_ascii_case(presented),
    }
}

/// The texts before and behind the first `byte`, which is ASCII. `str::split_once` looks for any character, by much more code.
pub(super) fn split_once(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|b| b == byte)?;
    Some((text.get(..at)?, text.get(at.checked_add(1)?..)?))
}

fn check_dns(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if !name.is_ascii() {
        return Err(NameError::NotAscii);
    }
    // RFC 1035 §2.3.4: 255 octets on the wire are 253 characters.
    if name.len() > 253 {
        return Err(NameError::TooLong);
    }
    let mut number = false;
    for label in name.as_bytes().split(|byte| *byte == b'.') {
        let hyphen_at_edge = label.first() == Some(&b'-') || label.last() == Some(&b'-');
        let ldh = label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if label.is_empty() || label.len() > 63 || hyphen_at_edge || !ldh {
            return Err(NameError::Label);
        }
        number = label.iter().all(u8::is_ascii_digit);
    }
    // No top-level domain is a number (RFC 3696 §2); this is an address, or one that is misspelled.
    if number { Err(NameError::Address) } else { Ok(()) }
}

/// Why a text is not the name of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// There is nothing.
    Empty,
    /// It has characters beyond ASCII.
    NotAscii,
    /// It has more than 253 characters.
    TooLong,
    /// A label is empty, longer than 63 characters, or has other characters than letters, digits and inner hyphens.
    Label,
    /// It looks like an IP address.
    Address,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a server name is empty",
            Self::NotAscii => "a server name is not ASCII: write an internationalized name as A-labels (xn--..)",
            Self::TooLong => "a server name is longer than 253 characters",
            Self::Label => {
                "a server name has a label that is empty, longer than 63 characters, or not of letters, digits and inner hyphens"
            }
            Self::Address => "a server name ends in a number, as IP addresses do, but is not a valid one",
        })
    }
}

impl core::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    // [9525-6-2]
    #[test]
    fn a_wildcard_is_one_whole_left_most_label() {
        for (name, presented, is) in [
            ("foo.example.com", "foo.example.com", true),
            ("foo.example.com", "FOO.Example.COM", true),
            ("foo.example.com", "*.example.com", true),
            ("foo.example.com", "*.EXAMPLE.com", true),
            ("example.com", "*.example.com", false),
            ("a.foo.example.com", "*.example.com", false),
            ("foo.example.com", "f*.example.com", false),
            ("foo.example.com", "*oo.example.com", false),
            ("foo.example.com", "foo.*.com", false),
            ("foo.example.com", "*.*.com", false),
            ("example.com", "*.com", false),
            ("com", "*", false),
            ("example.com", "*", false),
            ("foo.example.com", "foo.example.com.", false),
            ("foo.example.com", "bar.example.com", false),
        ] {
            assert_eq!(ServerName::dns(name).unwrap().is(&GeneralName::Dns(presented)), is, "{name} {presented}");
        }
    }

    // [9525-6-3]
    #[test]
    fn an_address_is_matched_by_ip_address_only() {
        let name = ServerName::parse("192.0.2.1").unwrap();
        assert!(name.is(&GeneralName::Ip("192.0.2.1".parse().unwrap())));
        assert!(!name.is(&GeneralName::Dns("192.0.2.1")));
        assert!(!name.is(&GeneralName::Ip("::ffff:192.0.2.1".parse().unwrap())));
        assert_eq!(name.as_dns(), None);
        assert_eq!(ServerName::parse("2001:DB8::1").unwrap().to_string(), "2001:db8::1");
    }

    #[test]
    fn texts_that_name_no_server_are_refused() {
        for (text, error) in [
            ("", NameError::Empty),
            (".", NameError::Empty),
            ("a..b", NameError::Label),
            (".a", NameError::Label),
            ("a..", NameError::Label),
            ("-a.test", NameError::Label),
            ("a-.test", NameError::Label),
            ("a_b.test", NameError::Label),
            ("a b.test", NameError::Label),
            ("*.test", NameError::Label),
            ("b\u{fc}cher.test", NameError::NotAscii),
            ("10.0.0", NameError::Address),
            ("256.0.0.1", NameError::Address),
        ] {
            assert_eq!(ServerName::parse(text), Err(error), "{text}");
        }
        let label = "a".repeat(63);
        assert!(ServerName::dns(&label).is_ok());
        assert_eq!(ServerName::dns(&"a".repeat(64)), Err(NameError::Label));
        let long = [label.as_str(); 4].join(".");
        assert_eq!(ServerName::dns(&long[..253]).map(|name| name.to_string().len()), Ok(253));
        assert_eq!(ServerName::dns(&long[..254]), Err(NameError::TooLong));
    }

    #[test]
    fn the_dot_at_the_end_is_dropped() {
        assert_eq!(ServerName::dns("server.test.").unwrap().into_owned().as_dns(), Some("server.test"));
    }
}
