//! authorityKeyIdentifier and subjectKeyIdentifier (RFC 5280 §4.2.1.1, §4.2.1.2; BR §7.1.2).

use super::{
    super::key_identifiers::{self, Authority},
    By, Place, Row, Rule, Seen, id,
};

const AUTHORITY: &str = "authorityKeyIdentifier";
const SUBJECT: &str = "subjectKeyIdentifier";

// [5280-4.2.1.1-1] [5280-4.2.1.2-1] [BR-7.1.2.1.3-1]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::AuthorityKeyIdentifierCritical,
        field: AUTHORITY,
        by: By::All,
        kept: |seen| !seen.is_wrongly_critical(id::AUTHORITY_KEY_IDENTIFIER),
    },
    Row {
        rule: Rule::SubjectKeyIdentifierCritical,
        field: SUBJECT,
        by: By::All,
        kept: |seen| !seen.is_wrongly_critical(id::SUBJECT_KEY_IDENTIFIER),
    },
    Row {
        rule: Rule::AuthorityKeyIdentifier,
        field: AUTHORITY,
        by: By::Letter,
        kept: |seen| seen.has(id::AUTHORITY_KEY_IDENTIFIER) || seen.certificate.is_self_issued(),
    },
    Row {
        rule: Rule::AuthorityKeyIdentifierBelowRoot,
        field: AUTHORITY,
        by: By::Web,
        kept: |seen| {
            seen.has(id::AUTHORITY_KEY_IDENTIFIER) || seen.place == Place::Anchor || seen.certificate.is_self_issued()
        },
    },
    Row {
        rule: Rule::AuthorityKeyIdentifierKeyOnly,
        field: AUTHORITY,
        by: By::Web,
        kept: |seen| authority(seen).is_none_or(|it| it.is_some_and(|it| !it.issuer && !it.serial)),
    },
    Row {
        rule: Rule::AuthorityKeyIdentifierFields,
        field: AUTHORITY,
        by: By::Both,
        kept: |seen| authority(seen).is_none_or(|it| it.is_some_and(|it| it.key.is_some() && it.issuer == it.serial)),
    },
    Row { rule: Rule::RootNamesItself, field: AUTHORITY, by: By::Web, kept: root_names_itself },
    Row {
        rule: Rule::SubjectKeyIdentifier,
        field: SUBJECT,
        by: By::Both,
        kept: |seen| !seen.is_ca() || seen.has(id::SUBJECT_KEY_IDENTIFIER),
    },
];

/// `None` if there is none, `Some(None)` if it can't be read.
fn authority<'a>(seen: &Seen<'_, 'a>) -> Option<Option<Authority<'a>>> {
    seen.extension(id::AUTHORITY_KEY_IDENTIFIER).map(|extension| Authority::read(extension.value))
}

/// Only for a root that names an authority at all: it has no other than itself.
fn root_names_itself(seen: &Seen<'_, '_>) -> bool {
    if seen.place != Place::Anchor || !seen.certificate.is_self_issued() {
        return true;
    }
    let Some(authority) = authority(seen) else { return true };
    let subject = key_identifiers::of_subject(seen.certificate);
    authority.is_some_and(|authority| authority.key.is_some() && authority.key == subject)
}
