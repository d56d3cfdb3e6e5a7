//! Extensions that tell where to find more: authorityInfoAccess, subjectInfoAccess, noRevAvail (RFC 5280 §4.2.2,
//! RFC 9608). Nothing is fetched; but what is malformed here was not made with care elsewhere.

use super::{
    super::asn1::{Elements, Tag, only},
    super::general_name,
    By, Extension, Row, Rule, Seen, id,
};
use alloc::vec::Vec;

const ACCESS: &str = "authorityInfoAccess";
const NO_REVOCATION: &str = "noRevAvail";

// [5280-4.2.2.1-1] [9608-3-1]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::AuthorityInfoAccessCritical,
        field: ACCESS,
        by: By::All,
        kept: |seen| !seen.is_wrongly_critical(id::AUTHORITY_INFO_ACCESS),
    },
    Row {
        rule: Rule::SubjectInfoAccessCritical,
        field: "subjectInfoAccess",
        by: By::All,
        kept: |seen| !seen.is_wrongly_critical(id::SUBJECT_INFO_ACCESS),
    },
    Row {
        rule: Rule::AuthorityInfoAccess,
        field: ACCESS,
        by: By::Both,
        kept: |seen| seen.extension(id::AUTHORITY_INFO_ACCESS).is_none_or(|it| methods(it.value).is_some()),
    },
    Row {
        rule: Rule::NoRevAvail,
        field: NO_REVOCATION,
        by: By::All,
        kept: |seen| {
            let fits = |it: Extension<'_>| it.value == [0x05, 0x00] && !it.critical && !seen.is_ca();
            !seen.certificate.extensions.no_rev_avail || seen.extension(id::NO_REV_AVAIL).is_some_and(fits)
        },
    },
    Row {
        rule: Rule::NoRevAvailAlone,
        field: NO_REVOCATION,
        by: By::All,
        kept: |seen| !seen.certificate.extensions.no_rev_avail || !points_to_revocation(seen),
    },
];

fn points_to_revocation(seen: &Seen<'_, '_>) -> bool {
    let responder = |it: &[u8]| methods(it).is_none_or(|methods| methods.contains(&id::AD_OCSP));
    seen.has(id::CRL_DISTRIBUTION_POINTS)
        || seen.has(id::FRESHEST_CRL)
        || seen.extension(id::AUTHORITY_INFO_ACCESS).is_some_and(|it| responder(it.value))
}

/// `SEQUENCE SIZE (1..MAX) OF SEQUENCE { accessMethod, accessLocation }`: the methods.
fn methods(value: &[u8]) -> Option<Vec<&[u8]>> {
    let mut list = Elements::of(only(value, Tag::Sequence, ACCESS).ok()?, ACCESS);
    let mut methods = Vec::new();
    while !list.is_empty() {
        let mut description = Elements::of(list.one(Tag::Sequence, ACCESS).ok()?.content, ACCESS);
        methods.push(description.one(Tag::ObjectIdentifier, ACCESS).ok()?.content);
        general_name::raw(&description.any().ok()?, ACCESS).ok()?;
        description.end().ok()?;
    }
    (!methods.is_empty()).then_some(methods)
}
