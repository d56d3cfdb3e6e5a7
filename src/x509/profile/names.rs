//! The names of the leaf (RFC 5280 §4.2.1.6; BR §7.1.2.7.12, §7.1.4.3).

use super::{
    super::{
        asn1::Elements,
        constraints::mailbox,
        dn::COMMON_NAME,
        general_name::{GeneralName, Kind, ia5, raw},
        name::{NameError, ServerName, is_for},
    },
    By, Row, Rule, Seen, id,
};
use alloc::string::ToString;

const SAN: &str = "subjectAltName";

// [5280-4.2.1.6-1] [BR-7.1.2.7-2]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::SubjectOrNames,
        field: SAN,
        by: By::Both,
        kept: |seen| !seen.certificate.subject().is_empty() || seen.is_critical(id::SUBJECT_ALT_NAME),
    },
    Row {
        rule: Rule::SubjectAltNameNotCritical,
        field: SAN,
        by: By::Web,
        kept: |seen| {
            !seen.is_leaf() || seen.certificate.subject().is_empty() || !seen.is_critical(id::SUBJECT_ALT_NAME)
        },
    },
    Row {
        rule: Rule::SubjectAltNamePresent,
        field: SAN,
        by: By::Web,
        kept: |seen| !seen.is_leaf() || seen.has(id::SUBJECT_ALT_NAME),
    },
    // Before the syntax, which a wildcard below the root of all names breaks too.
    Row { rule: Rule::WildcardBelowPublicSuffix, field: "dNSName", by: By::Web, kept: wildcard_is_no_public_suffix },
    Row {
        rule: Rule::DnsSyntax,
        field: "dNSName",
        by: By::Both,
        kept: |seen| names(seen, Kind::Dns).all(|name| dns(name) != Some(NameError::Label)),
    },
    Row {
        rule: Rule::DnsNoAddress,
        field: "dNSName",
        by: By::Both,
        kept: |seen| names(seen, Kind::Dns).all(|name| dns(name) != Some(NameError::Address)),
    },
    Row {
        rule: Rule::EmailSyntax,
        field: "rfc822Name",
        by: By::Both,
        kept: |seen| names(seen, Kind::Email).all(|name| mailbox(name).is_some()),
    },
    Row {
        rule: Rule::UriSyntax,
        field: "uniformResourceIdentifier",
        by: By::Both,
        kept: |seen| names(seen, Kind::Uri).all(is_absolute),
    },
    Row {
        rule: Rule::CommonNameInNames,
        field: "commonName",
        by: By::Web,
        kept: |seen| !seen.is_leaf() || common_names_are_in_san(seen),
    },
];

/// The names of one kind in the leaf, those that are text. What is not even that is refused in every profile.
fn names<'a>(seen: &Seen<'_, 'a>, kind: Kind) -> impl Iterator<Item = &'a str> + use<'a> {
    let san = seen.certificate.extensions.san.filter(|_| seen.is_leaf());
    let mut elements = Elements::of(san.unwrap_or_default(), SAN);
    core::iter::from_fn(move || {
        if elements.is_empty() {
            return None;
        }
        elements.any().ok()
    })
    .filter_map(move |element| raw(&element, SAN).ok())
    .filter_map(move |(of, content)| if of == kind { ia5(content) } else { None })
}

/// What is wrong with a dNSName. A name that is too long can't be asked for, and harms nobody.
fn dns(name: &str) -> Option<NameError> {
    let name = name.strip_prefix("*.").unwrap_or(name);
    if name.ends_with('.') {
        return Some(NameError::Label);
    }
    ServerName::dns(name).err()
}

/// RFC 3986 §3.1: a letter, then letters, digits, `+`, `-`, `.`.
fn is_absolute(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let others = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    first && others && !rest.is_empty()
}

/// [BR-3.2.2.6-1]
/// A CA may issue a wildcard below a public suffix to whoever controls all of it, so it does not spoil the certificate. But
/// it alone is not enough to be somebody below it.
fn wildcard_is_no_public_suffix(seen: &Seen<'_, '_>) -> bool {
    // Nobody controls all names.
    if names(seen, Kind::Dns).any(|name| name == "*") {
        return false;
    }
    let Some(asked) = seen.name.and_then(ServerName::as_dns) else { return true };
    let parent_of_asked = asked.split_once('.').map(|(_, parent)| parent);
    let is_suffix = |parent: &str| !parent.contains('.') || seen.suffixes.is_some_and(|is_one| is_one(parent));
    let covered_by = |name: &str| {
        let parent = name.strip_prefix("*.");
        parent.zip(parent_of_asked).is_some_and(|(parent, of_asked)| parent.eq_ignore_ascii_case(of_asked))
    };
    match parent_of_asked.filter(|parent| is_suffix(&parent.to_ascii_lowercase())) {
        Some(_) => {
            !names(seen, Kind::Dns).any(covered_by)
                || names(seen, Kind::Dns).any(|name| name.eq_ignore_ascii_case(asked))
        }
        None => true,
    }
}

/// [BR-7.1.4.3-1]
/// Addresses are compared in the one text that RFC 5952 (or RFC 3986 §3.2.2) allows, which is how they print here.
///
/// A domain name may be the one below which a wildcard stands, and is held only against domain names: whose other names
/// are all addresses, or single labels such as localhost, is not on the public web at all.
///
/// That the certificate is for another server altogether is told elsewhere.
fn common_names_are_in_san(seen: &Seen<'_, '_>) -> bool {
    if seen.name.is_some_and(|name| !is_for(seen.certificate, name)) {
        return true;
    }
    let is = |text: &str, name: GeneralName<'_>| match name {
        GeneralName::Dns(dns) => dns == text || dns.strip_prefix("*.") == Some(text),
        GeneralName::Ip(address) => address.to_string() == text,
        _ => false,
    };
    let held = |text: &str| !is_domain(text) || names(seen, Kind::Dns).any(is_domain);
    let is_name = |text: &str| !held(text) || seen.certificate.san().any(|name| is(text, name));
    let mut common_names = seen.certificate.subject().attributes().filter(|it| it.oid() == COMMON_NAME);
    match (common_names.next(), common_names.next()) {
        (None, _) => true,
        (Some(only), None) => only.text().is_some_and(is_name),
        (Some(_), Some(_)) => false,
    }
}

/// Of two labels at least, and nothing that could be read as an address: that ends in a number, be it hexadecimal.
fn is_domain(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = last.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("0x"));
    text.contains('.') && dns(text).is_none() && !is_hexadecimal
}
