//! The path that OpenSSL builds (build_chain in crypto/x509/x509_vfy.c): one, upwards, anchors first, and never back.

use super::path::{Asked, Path};
use super::rule::{Finding, no_path};
use crate::tolerant::certificate::{Certificate, oid};

const SOURCE: &str = "build_chain (x509_vfy.c)";
/// Of X509_VERIFY_PARAM, unless it is told otherwise.
const MAX_DEPTH: usize = 100;

/// Builds the path. With `partial_chain`, any anchor ends it (X509_V_FLAG_PARTIAL_CHAIN); without, a self-signed one.
pub(super) fn build(asked: &Asked, partial_chain: bool) -> Result<Path<'_>, Finding> {
    let mut links = vec![asked.leaf()];
    let mut untrusted: Vec<&Certificate> = asked.intermediates().iter().collect();
    let mut anchored = false;
    while links.len() <= MAX_DEPTH {
        let top = links[links.len() - 1];
        let issuers = asked.anchors.iter().filter(|anchor| may_have_issued(anchor, top));
        match preferred(asked, issuers) {
            Some(anchor) if is_self_signed(top) && anchor.der != top.der => {}
            Some(anchor) => {
                if is_self_signed(top) {
                    links.pop();
                }
                links.push(anchor);
                anchored = true;
                if partial_chain || is_self_signed(anchor) {
                    return Ok(Path { asked, links });
                }
                continue;
            }
            None => {}
        }
        if anchored {
            let wrong = "is an anchor, but not self-signed, and its own issuer is not among the anchors";
            return Err(Finding::about(
                top,
                wrong,
                SOURCE,
                "trust the root by --ca (or openssl verify -partial_chain)",
            ));
        }
        let fresh = untrusted.iter().copied().filter(|issuer| may_have_issued(issuer, top));
        let issuer = preferred(asked, fresh.filter(|issuer| links.iter().all(|link| link.der != issuer.der)));
        match issuer.filter(|_| !is_self_signed(top)) {
            Some(issuer) => {
                untrusted.retain(|other| other.der != issuer.der);
                links.push(issuer);
            }
            None => break,
        }
    }
    // The last resort of partial chains: the leaf itself is trusted.
    let leaf = asked.leaf();
    let trusted = !is_unreadable(leaf) && asked.anchors.iter().any(|anchor| anchor.der == leaf.der);
    if partial_chain && trusted { Ok(Path { asked, links }) } else { Err(refusal(asked, links[links.len() - 1])) }
}

/// Why the path ends at `top`.
fn refusal(asked: &Asked, top: &Certificate) -> Finding {
    let unreadable = |certificate: &Certificate| {
        let source = "ossl_x509v3_cache_extensions (v3_purp.c)";
        Finding::about(certificate, "has an extension that occurs twice, or can't be read", source, "issue it anew")
    };
    if is_unreadable(top) {
        return unreadable(top);
    }
    if is_self_signed(top) {
        return Finding::about(top, "is self-signed, and not among the anchors", SOURCE, "trust it by --ca");
    }
    // An issuer of the right name can still be none by its key identifier.
    let named = |issuer: &&Certificate| issuer.subject.folded == top.issuer.folded;
    match asked.anchors.iter().chain(asked.intermediates()).find(named) {
        Some(issuer) if is_unreadable(issuer) => unreadable(issuer),
        Some(issuer) if !authority_key_fits(issuer, top) => Finding::about(
            top,
            "has an authorityKeyIdentifier that is not that of its issuer",
            "X509_check_akid (v3_purp.c)",
            "issue it anew; with openssl x509, -CA must be the certificate that is deployed",
        ),
        _ => no_path(asked),
    }
}

/// ossl_x509_likely_issued: by name, key identifier and kind of key, but without a look at the signature.
fn may_have_issued(issuer: &Certificate, subject: &Certificate) -> bool {
    issuer.subject.folded == subject.issuer.folded
        && !is_unreadable(issuer)
        && !is_unreadable(subject)
        && authority_key_fits(issuer, subject)
        && subject.inner_algorithm.fits(&issuer.key)
}

/// X509_check_akid.
fn authority_key_fits(issuer: &Certificate, subject: &Certificate) -> bool {
    let Some(authority) = &subject.authority_key_id else { return true };
    let key_fits = match (&authority.key_id, &issuer.subject_key_id) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => true,
    };
    key_fits
        && authority.serial.as_ref().is_none_or(|serial| *serial == issuer.serial)
        && authority.issuer.as_ref().is_none_or(|name| name.folded == issuer.issuer.folded)
}

/// EXFLAG_SS: it looks as if it had issued itself.
pub(super) fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.is_self_issued()
        && authority_key_fits(certificate, certificate)
        && certificate.inner_algorithm.fits(&certificate.key)
}

/// EXFLAG_INVALID: an extension that matters can't be read, or there are two of it.
pub(super) fn is_unreadable(certificate: &Certificate) -> bool {
    const READ: &[&str] = &[
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::EXTENDED_KEY_USAGE,
        oid::SUBJECT_KEY_ID,
        oid::AUTHORITY_KEY_ID,
        oid::SUBJECT_ALT_NAME,
        oid::NAME_CONSTRAINTS,
        oid::CRL_DISTRIBUTION_POINTS,
    ];
    certificate.has_malformed(READ) || certificate.repeated().any(|oid| READ.contains(&oid))
}

/// The first that is valid now, else the one that ended last.
fn preferred<'q>(asked: &Asked, issuers: impl Iterator<Item = &'q Certificate>) -> Option<&'q Certificate> {
    let issuers: Vec<&Certificate> = issuers.collect();
    let valid = |issuer: &&&Certificate| issuer.not_before <= asked.at && asked.at < issuer.not_after;
    issuers.iter().find(valid).or_else(|| issuers.iter().max_by_key(|issuer| issuer.not_after)).copied()
}
