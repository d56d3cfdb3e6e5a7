//! What makes a CA one, and what only a CA may have (RFC 5280 §4.2.1.3, §4.2.1.9 to §4.2.1.14; BR §7.1.2).

use super::{By, Row, Rule, Seen, id};

// [5280-4.2.1.3-3] [5280-4.2.1.9-3] [5280-4.2.1.10-2] [5280-4.2.1.11-2] [BR-7.1.2.7-1]
pub(super) const ROWS: &[Row] = &[
    Row { rule: Rule::CaVersion, field: "version", by: By::Both, kept: |seen| seen.certificate.is_v3() },
    Row {
        rule: Rule::BasicConstraintsCritical,
        field: "basicConstraints",
        by: By::Both,
        kept: |seen| !seen.is_ca() || seen.is_critical(id::BASIC_CONSTRAINTS),
    },
    Row {
        rule: Rule::CaKeyUsage,
        field: "keyUsage",
        by: By::Both,
        kept: |seen| !seen.is_ca() || seen.certificate.key_usage().is_some(),
    },
    Row {
        rule: Rule::KeyCertSign,
        field: "keyUsage",
        by: By::Both,
        // Of an issuer it is basicConstraints that is wrong, which is told of in any profile.
        kept: |seen| {
            !seen.is_leaf() || seen.is_ca() || seen.certificate.key_usage().is_none_or(|usage| !usage.key_cert_sign())
        },
    },
    Row { rule: Rule::PathLengthOfCa, field: "pathLenConstraint", by: By::Both, kept: path_len_has_a_meaning },
    Row { rule: Rule::LeafNoCa, field: "basicConstraints", by: By::Web, kept: |seen| !seen.is_leaf() || !seen.is_ca() },
    Row {
        rule: Rule::LeafNoCrlSign,
        field: "keyUsage",
        by: By::Web,
        kept: |seen| !seen.is_leaf() || seen.certificate.key_usage().is_none_or(|usage| !usage.crl_sign()),
    },
    Row {
        rule: Rule::NameConstraintsCritical,
        field: "nameConstraints",
        // BR §7.1.2.5.2 makes an exception for verifiers that do not know it.
        by: By::Letter,
        kept: |seen| !seen.is_ca() || is_critical_if_there(seen, id::NAME_CONSTRAINTS),
    },
    Row {
        rule: Rule::PolicyConstraintsCritical,
        field: "policyConstraints",
        by: By::Both,
        kept: |seen| is_critical_if_there(seen, id::POLICY_CONSTRAINTS),
    },
    Row {
        rule: Rule::InhibitAnyPolicyCritical,
        field: "inhibitAnyPolicy",
        by: By::Both,
        kept: |seen| is_critical_if_there(seen, id::INHIBIT_ANY_POLICY),
    },
];

fn is_critical_if_there(seen: &Seen<'_, '_>, oid: &[u8]) -> bool {
    !seen.has(oid) || seen.is_critical(oid)
}

fn path_len_has_a_meaning(seen: &Seen<'_, '_>) -> bool {
    let limited = seen.certificate.basic_constraints().is_some_and(|constraints| constraints.path_len.is_some());
    !limited || (seen.is_ca() && seen.signs_certificates())
}
