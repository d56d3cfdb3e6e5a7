//! Names in certificates, and the name that a certificate is to be for.

use std::net::IpAddr;
use x509_parser::der_parser::asn1_rs::Tag;
use x509_parser::x509::X509Name;

/// A distinguished name.
#[derive(Clone, Debug)]
pub(crate) struct DirectoryName {
    /// The whole Name.
    pub(crate) der: Vec<u8>,
    /// The same without differences of case, spaces and string type: an RDN is a sorted list of types and values.
    pub(crate) folded: Vec<Vec<(String, Vec<u8>)>>,
    pub(crate) common_names: Vec<String>,
    pub(crate) emails: Vec<String>,
}

impl DirectoryName {
    pub(crate) fn of(name: &X509Name<'_>) -> Self {
        let texts = |attributes: &mut dyn Iterator<Item = &x509_parser::x509::AttributeTypeAndValue<'_>>| {
            attributes.filter_map(|attribute| attribute.as_str().ok().map(str::to_owned)).collect()
        };
        let folded = name.iter_rdn().map(|rdn| {
            let attribute = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
                let value = attribute.attr_value();
                (attribute.attr_type().to_id_string(), fold(value.tag(), value.data))
            };
            let mut rdn: Vec<_> = rdn.iter().map(attribute).collect();
            rdn.sort();
            rdn
        });
        Self {
            der: name.as_raw().to_vec(),
            folded: folded.collect(),
            common_names: texts(&mut name.iter_common_name()),
            emails: texts(&mut name.iter_email()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// Whether it begins with the RDNs of `base`.
    pub(crate) fn lies_within(&self, base: &Self) -> bool {
        self.folded.starts_with(&base.folded)
    }
}

impl std::fmt::Display for DirectoryName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match symbolon::x509::Name::parse(&self.der) {
            Ok(name) if name.is_empty() => f.write_str("(empty)"),
            Ok(name) => name.fmt(f),
            Err(_) => f.write_str("(malformed)"),
        }
    }
}

/// Strings lose their type, the case of ASCII letters, and needless spaces (RFC 4518); other values stay as they are.
fn fold(tag: Tag, value: &[u8]) -> Vec<u8> {
    match tag {
        Tag::Utf8String | Tag::PrintableString | Tag::T61String | Tag::Ia5String | Tag::VisibleString => {
            let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(&b' ').to_ascii_lowercase()
        }
        _ => value.to_vec(),
    }
}

/// A name of subjectAltName, or what nameConstraints compares it with.
#[derive(Clone, Debug)]
pub(crate) enum GeneralName {
    Dns(String),
    Email(String),
    Uri(String),
    Ip(Vec<u8>),
    Directory(DirectoryName),
    /// otherName and what nobody uses.
    Other,
    /// Not what its tag promises.
    Malformed,
}

impl GeneralName {
    pub(crate) fn of(name: &x509_parser::extensions::GeneralName<'_>) -> Self {
        use x509_parser::extensions::GeneralName as Parsed;
        match name {
            Parsed::DNSName(name) => Self::Dns((*name).to_owned()),
            Parsed::RFC822Name(name) => Self::Email((*name).to_owned()),
            Parsed::URI(name) => Self::Uri((*name).to_owned()),
            Parsed::IPAddress(octets) => Self::Ip(octets.to_vec()),
            Parsed::DirectoryName(name) => Self::Directory(DirectoryName::of(name)),
            Parsed::Invalid(..) => Self::Malformed,
            _ => Self::Other,
        }
    }

    /// As SAN options of `openssl` would spell it, in small letters.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Dns(name) => format!("dns:{}", name.escape_debug()),
            Self::Email(name) => format!("email:{}", name.escape_debug()),
            Self::Uri(name) => format!("uri:{}", name.escape_debug()),
            Self::Ip(octets) => match (<[u8; 4]>::try_from(&octets[..]), <[u8; 16]>::try_from(&octets[..])) {
                (Ok(v4), _) => format!("ip:{}", IpAddr::from(v4)),
                (_, Ok(v6)) => format!("ip:{}", IpAddr::from(v6)),
                _ => format!("ip of {} bytes", octets.len()),
            },
            Self::Directory(name) => format!("dn:{name}"),
            Self::Other => "another kind of name".to_owned(),
            Self::Malformed => "a malformed name".to_owned(),
        }
    }

    pub(crate) fn is_same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The name that the leaf is to be for.
#[derive(Clone, Debug)]
pub(crate) enum Host {
    Dns(String),
    Ip(Vec<u8>),
}

impl Host {
    pub(crate) fn of(name: &str) -> Self {
        match name.parse() {
            Ok(IpAddr::V4(address)) => Self::Ip(address.octets().to_vec()),
            Ok(IpAddr::V6(address)) => Self::Ip(address.octets().to_vec()),
            Err(_) => Self::Dns(name.trim_end_matches('.').to_ascii_lowercase()),
        }
    }
}

/// Whether `pattern` is `host`, or has one `*` as its first label where `host` has any label (RFC 9525 §6.3).
pub(crate) fn matches_label_wise(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == parent),
        None => pattern == host,
    }
}

/// Whether an iPAddress lies within the address and mask of a constraint (RFC 5280 §4.2.1.10).
pub(crate) fn address_within(address: &[u8], base: &[u8]) -> bool {
    let (network, mask) = base.split_at(base.len() / 2);
    address.len() == network.len()
        && address.iter().zip(network).zip(mask).all(|((octet, network), mask)| octet & mask == network & mask)
}

/// Whether `name` is `base`, or ends with a dot and `base`; a dot in front of `base` asks for more labels.
pub(crate) fn domain_within(name: &str, base: &str) -> bool {
    let Some(at) = name.len().checked_sub(base.len()) else { return false };
    let (Some(front), Some(back)) = (name.get(..at), name.get(at..)) else { return false };
    let at_a_label = at == 0 || base.is_empty() || base.starts_with('.') || front.ends_with('.');
    at_a_label && back.eq_ignore_ascii_case(base)
}
