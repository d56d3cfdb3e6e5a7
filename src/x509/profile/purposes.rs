//! extendedKeyUsage on the public web (BR §7.1.2).

use super::{By, Place, Row, Rule, id};

const FIELD: &str = "extKeyUsage";

// [BR-7.1.2.7-3]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::LeafExtendedKeyUsagePresent,
        field: FIELD,
        by: By::Web,
        kept: |seen| !seen.is_leaf() || seen.has(id::EXTENDED_KEY_USAGE),
    },
    Row {
        rule: Rule::LeafExtendedKeyUsageNotCritical,
        field: FIELD,
        by: By::Web,
        kept: |seen| !seen.is_leaf() || !seen.is_critical(id::EXTENDED_KEY_USAGE),
    },
    Row {
        rule: Rule::LeafNotAnyPurpose,
        field: FIELD,
        by: By::Web,
        kept: |seen| {
            let mut purposes = seen.certificate.extended_key_usage().into_iter().flatten();
            !seen.is_leaf() || purposes.all(|purpose| purpose != id::ANY_EXTENDED_KEY_USAGE)
        },
    },
    Row {
        rule: Rule::RootExtendedKeyUsage,
        field: FIELD,
        by: By::Web,
        kept: |seen| seen.place != Place::Anchor || !seen.has(id::EXTENDED_KEY_USAGE),
    },
];
