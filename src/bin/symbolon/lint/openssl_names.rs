//! Names as OpenSSL compares them (crypto/x509/v3_utl.c, v3_ncons.c).

use super::constraints::{Fit, Subtrees};
use crate::tolerant::certificate::Certificate;
use crate::tolerant::name::{GeneralName, Host, address_within, domain_within};

/// X509_check_host, X509_check_ip: commonName counts where there is no dNSName. `partial_wildcards`: a label may hold more
/// than just the `*` (without X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS).
pub(super) fn is_for(leaf: &Certificate, host: &Host, partial_wildcards: bool) -> bool {
    match host {
        Host::Ip(address) => leaf.has_address(address),
        Host::Dns(host) => {
            let mut names: Vec<&str> = leaf.dns_names().collect();
            if names.is_empty() {
                names.extend(leaf.subject.common_names.iter().map(String::as_str));
            }
            names.iter().any(|pattern| matches(pattern, host, partial_wildcards))
        }
    }
}

/// equal_wildcard: at most one `*`, in the first of at least three labels, at its beginning or end, and no part of an
/// A-label (RFC 5890).
fn matches(pattern: &str, host: &str, partial_wildcards: bool) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let Some((label, parent)) = pattern.split_once('.').filter(|(label, _)| label.contains('*')) else {
        return pattern == host;
    };
    let Some((front, back)) = label.split_once('*') else { return false };
    let whole = label == "*";
    let sound = (whole || partial_wildcards)
        && (front.is_empty() || back.is_empty())
        && !back.contains('*')
        && !front.starts_with("xn--")
        && parent.contains('.')
        && looks_like_host(parent);
    let Some((first, rest)) = host.split_once('.') else { return false };
    let matched = first.strip_prefix(front).and_then(|first| first.strip_suffix(back));
    sound && rest == parent && matched.is_some_and(|it| !it.is_empty()) && (whole || !first.starts_with("xn--"))
}

/// cn2dnsid: labels of letters, digits, `-` inside and `_`, of which there are at least two.
pub(super) fn looks_like_host(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.contains('.') && name.split('.').all(is_label)
}

/// nc_match_single.
pub(super) fn fit(_: Subtrees, name: &GeneralName, base: &GeneralName) -> Fit {
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Fit::when(name.lies_within(base)),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Fit::when(domain_within(name, base)),
        (GeneralName::Ip(address), GeneralName::Ip(base)) => Fit::when(address_within(address, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => match name.rsplit_once('@') {
            Some((local, host)) => Fit::when(mailbox_within(local, host, base)),
            None => Fit::Unknown,
        },
        (GeneralName::Uri(name), GeneralName::Uri(base)) => match uri_host(name) {
            Some(host) => Fit::when(host_within(host, base)),
            None => Fit::Unknown,
        },
        _ => Fit::Unknown,
    }
}

/// nc_email: a mailbox, all of a host, or, after a dot, all hosts of a domain.
fn mailbox_within(local: &str, host: &str, base: &str) -> bool {
    match base.rsplit_once('@') {
        Some((of, at)) => (of.is_empty() || of == local) && at.eq_ignore_ascii_case(host),
        None => host_within(host, base),
    }
}

/// A host itself, or, after a dot, all below it.
fn host_within(host: &str, base: &str) -> bool {
    if base.starts_with('.') {
        host.len() > base.len() && host.to_ascii_lowercase().ends_with(&base.to_ascii_lowercase())
    } else {
        base.is_empty() || host.eq_ignore_ascii_case(base)
    }
}

/// nc_uri: what stands between `://` and the port or path.
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let host = rest.split([':', '/']).next()?;
    (!host.is_empty()).then_some(host)
}
