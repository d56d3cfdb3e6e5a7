//! Name constraints (RFC 5280 §4.2.1.10, §6.1.3 (b), (c)).
//!
//! What can't be compared counts against the certificate: a malformed name or constraint, and a kind of name that we do
//! not understand, lie within every excluded subtree and in no permitted one.

#[cfg(feature = "alloc")]
use super::asn1::only;
use super::{
    Certificate, Name,
    asn1::{Elements, Tag, context, malformed},
    budget::Budget,
    dn::EMAIL_ADDRESS,
    general_name::{Kind, address, ia5, raw},
    name::split_once,
};
use crate::fault::{Fault, Reason};
use core::net::Ipv4Addr;

const FIELD: &str = "nameConstraints";

/// The two lists of a nameConstraints extension.
pub(super) struct NameConstraints<'a> {
    permitted: Option<&'a [u8]>,
    excluded: Option<&'a [u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Permitted,
    Excluded,
}

impl<'a> NameConstraints<'a> {
    /// Reads the content of the SEQUENCE.
    pub(super) fn parse(content: &'a [u8]) -> Result<Self, Fault> {
        let mut elements = Elements::of(content, FIELD);
        let permitted = elements.optional(context(0, true), FIELD)?;
        let excluded = elements.optional(context(1, true), FIELD)?;
        elements.end()?;
        // An empty list would permit, or exclude, nothing that we could tell apart from an absent one.
        if permitted.is_some_and(<[u8]>::is_empty) || excluded.is_some_and(<[u8]>::is_empty) {
            return Err(malformed(FIELD));
        }
        Ok(Self { permitted, excluded })
    }

    /// [5280-4.2.1.10-1] Whether every name of `certificate` is admitted.
    pub(super) fn admit(&self, certificate: &Certificate<'_>, budget: &mut Budget) -> Result<(), Fault> {
        let subject = certificate.subject();
        if !subject.is_empty() {
            self.admit_name(Kind::Directory, subject.rdns(), budget)?;
        }
        let Some(san) = certificate.extensions.san else {
            // Without subjectAltName, addresses in the subject are constrained as if they stood there.
            let mut addresses = subject.attributes().filter(|attribute| attribute.oid() == EMAIL_ADDRESS);
            return addresses.try_for_each(|a| self.admit_name(Kind::Email, a.text().unwrap_or("").as_bytes(), budget));
        };
        let mut names = Elements::of(san, "subjectAltName");
        while !names.is_empty() {
            let (kind, name) = raw(&names.any()?, "subjectAltName")?;
            self.admit_name(kind, name, budget)?;
            #[cfg(feature = "alloc")]
            if let Some(mailbox) = smtp_utf8_mailbox(kind, name) {
                self.admit_name(Kind::Email, mailbox, budget)?;
            }
        }
        Ok(())
    }

    fn admit_name(&self, kind: Kind, name: &[u8], budget: &mut Budget) -> Result<(), Fault> {
        let refused = || Err(Reason::CertificateNameConstraints.into());
        if let Some(excluded) = self.excluded {
            let mut subtrees = Subtrees::of(excluded);
            while let Some((of, base)) = subtrees.next(budget)? {
                if of == kind {
                    budget.comparison(work(kind, name, base))?;
                    if within(kind, name, base, List::Excluded).unwrap_or(true) {
                        return refused();
                    }
                }
            }
        }
        if let Some(permitted) = self.permitted {
            let mut subtrees = Subtrees::of(permitted);
            let (mut constrained, mut admitted) = (false, false);
            while let Some((of, base)) = subtrees.next(budget)? {
                if of == kind {
                    budget.comparison(work(kind, name, base))?;
                    constrained = true;
                    admitted |= within(kind, name, base, List::Permitted).unwrap_or(false);
                }
            }
            if constrained && !admitted {
                return refused();
            }
        }
        Ok(())
    }
}

/// GeneralSubtrees.
struct Subtrees<'a>(Elements<'a>);

impl<'a> Subtrees<'a> {
    fn of(content: &'a [u8]) -> Self {
        Self(Elements::of(content, FIELD))
    }

    fn next(&mut self, budget: &mut Budget) -> Result<Option<(Kind, &'a [u8])>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        budget.comparison(1)?;
        let mut subtree = Elements::of(self.0.one(Tag::Sequence, FIELD)?.content, FIELD);
        let base = raw(&subtree.any()?, FIELD)?;
        // minimum is always zero, which DER leaves out, and maximum is always absent.
        subtree.end()?;
        Ok(Some(base))
    }
}

/// What comparing the two takes, where reading `base` takes 1. RDNs are sets: all attributes of one are held against all of
/// the other.
fn work(kind: Kind, name: &[u8], base: &[u8]) -> usize {
    let bytes = name.len().saturating_add(base.len());
    bytes >> if kind == Kind::Directory { 1 } else { 4 }
}

/// Whether `name` lies in the subtree of `base`; `None` if that can't be told.
fn within(kind: Kind, name: &[u8], base: &[u8], list: List) -> Option<bool> {
    match kind {
        Kind::Dns => dns(ia5(name)?, text(base)?, list),
        Kind::Email => email(printable(name)?, text(base)?),
        Kind::Uri => uri(ia5(name)?, text(base)?),
        Kind::Ip => ip(name, base),
        Kind::Directory => Name::of_rdns(name).lies_within(Name::of_rdns(base)),
        _ => None,
    }
}

/// A constraint may be empty, and then covers everything.
fn text(base: &[u8]) -> Option<&str> {
    if base.is_empty() { Some("") } else { ia5(base) }
}

/// The host itself or what is below it. A wildcard is permitted if all that it stands for is, and excluded if anything.
fn dns(name: &str, base: &str, list: List) -> Option<bool> {
    let (name, wildcard) = name.strip_prefix("*.").map_or((name, false), |parent| (parent, true));
    if !is_host(name) || !(base.is_empty() || is_host(base)) {
        return None;
    }
    let child_of_name = || split_once(base, b'.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(name));
    Some(base.is_empty() || is_at_or_below(name, base) || (wildcard && list == List::Excluded && child_of_name()))
}

/// [9549-2.2-1] A mailbox with a local part beyond ASCII is an otherName, `SEQUENCE { type-id, [0] UTF8String }`, and is
/// constrained like any other mailbox.
#[cfg(feature = "alloc")]
fn smtp_utf8_mailbox(kind: Kind, content: &[u8]) -> Option<&[u8]> {
    const SMTP_UTF8_MAILBOX: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 8, 9];
    let mut fields = Elements::of(content, FIELD);
    if kind != Kind::OtherName || fields.one(Tag::ObjectIdentifier, FIELD).ok()?.content != SMTP_UTF8_MAILBOX {
        return None;
    }
    // What can't be read is a mailbox on no host, which is permitted nowhere.
    let value = fields.one(context(0, true), FIELD).ok().map(|value| value.content);
    Some(value.and_then(|value| only(value, Tag::Utf8String, FIELD).ok()).unwrap_or_default())
}

/// The host is ASCII in any case: labels beyond it are written as A-labels (RFC 9549 §2.5).
fn printable(name: &[u8]) -> Option<&str> {
    core::str::from_utf8(name).ok().filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
}

/// One mailbox, all mailboxes on a host, or, with a leading dot, on all hosts of a domain.
fn email(name: &str, base: &str) -> Option<bool> {
    let (local, host) = mailbox(name)?;
    match split_once(base, b'@') {
        Some(_) => {
            let (base_local, base_host) = mailbox(base)?;
            Some(local == base_local && host.eq_ignore_ascii_case(base_host))
        }
        None => at_host(host, base),
    }
}

/// Local part and host.
pub(super) fn mailbox(text: &str) -> Option<(&str, &str)> {
    split_once(text, b'@').filter(|(local, host)| !local.is_empty() && is_host(host))
}

/// The host of the URI, which must have one that is a name.
fn uri(name: &str, base: &str) -> Option<bool> {
    let rest = split_once(name, b':')?.1.strip_prefix("//")?;
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let mut host = rest.get(..end)?;
    while let Some((_, behind)) = split_once(host, b'@') {
        host = behind;
    }
    let host = split_once(host, b':').map_or(host, |(host, _)| host);
    if !is_host(host) || host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    at_host(host, base)
}

/// For rfc822Name and URI, a host is just that host, and a domain has a leading dot.
fn at_host(host: &str, base: &str) -> Option<bool> {
    match base.strip_prefix('.') {
        _ if base.is_empty() => Some(true),
        Some(domain) if is_host(domain) => Some(is_at_or_below(host, domain) && host.len() > domain.len()),
        None if is_host(base) => Some(host.eq_ignore_ascii_case(base)),
        _ => None,
    }
}

/// Labels that are not empty. Underscores occur in names that certificates carry, and are harmless here.
fn is_host(text: &str) -> bool {
    text.as_bytes().split(|byte| *byte == b'.').all(|label| {
        (1..=63).contains(&label.len())
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

fn is_at_or_below(name: &str, base: &str) -> bool {
    let (name, base) = (name.as_bytes(), base.as_bytes());
    let Some((front, end)) = name.len().checked_sub(base.len()).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    end.eq_ignore_ascii_case(base) && matches!(front.last(), None | Some(b'.'))
}

/// An address and a mask of the same family; the ones of the mask stand in front, as in CIDR.
fn ip(name: &[u8], base: &[u8]) -> Option<bool> {
    address(name)?;
    let half = match base.len() {
        8 => 4,
        32 => 16,
        _ => return None,
    };
    let (network, mask) = base.split_at_checked(half)?;
    let mut ended = false;
    for byte in mask {
        if byte.leading_ones() != byte.count_ones() || (ended && *byte != 0) {
            return None;
        }
        ended |= *byte != 0xff;
    }
    let same = || name.iter().zip(network).zip(mask).all(|((name, network), mask)| name & mask == network & mask);
    Some(name.len() == half && same())
}

#[cfg(test)]
mod tests;
