//! How certificate policies are written (RFC 5280 §4.2.1.4, §4.2.1.5). What they mean is processed where one is demanded.

use super::{
    super::asn1::{Elements, Tag, only},
    By, Row, Rule, Seen, id,
};
use crate::fault::Fault;

const POLICIES: &str = "certificatePolicies";
const MAPPINGS: &str = "policyMappings";

// [5280-4.2.1.4-1] [5280-6.1.4-2]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::CertificatePolicies,
        field: POLICIES,
        by: By::Both,
        kept: |seen| is_list(seen, id::CERTIFICATE_POLICIES, POLICIES, policy),
    },
    Row {
        rule: Rule::PolicyMappings,
        field: MAPPINGS,
        by: By::Both,
        kept: |seen| is_list(seen, id::POLICY_MAPPINGS, MAPPINGS, mapping),
    },
];

/// Whether an extension that is there is a `SEQUENCE SIZE (1..MAX) OF SEQUENCE`, each with the fields that `read` takes. Nothing
/// is kept of it: whoever makes a long list is not to cause more work than reading it.
fn is_list(
    seen: &Seen<'_, '_>,
    oid: &[u8],
    field: &'static str,
    read: fn(&mut Elements<'_>) -> Result<bool, Fault>,
) -> bool {
    let Some(extension) = seen.extension(oid) else { return true };
    let Ok(content) = only(extension.value, Tag::Sequence, field) else { return false };
    let mut list = Elements::of(content, field);
    let mut all = !list.is_empty();
    while all && !list.is_empty() {
        let element = list.one(Tag::Sequence, field).map(|element| Elements::of(element.content, field));
        all = element.is_ok_and(|mut fields| read(&mut fields).unwrap_or(false) && fields.is_empty());
    }
    all
}

/// PolicyInformation, of which the qualifiers are not read.
fn policy(fields: &mut Elements<'_>) -> Result<bool, Fault> {
    fields.one(Tag::ObjectIdentifier, POLICIES)?;
    fields.optional(Tag::Sequence, POLICIES).map(|_| true)
}

/// Two policies, none of which is anyPolicy (§6.1.4 (a)).
fn mapping(fields: &mut Elements<'_>) -> Result<bool, Fault> {
    let issuer = fields.one(Tag::ObjectIdentifier, MAPPINGS)?.content;
    let subject = fields.one(Tag::ObjectIdentifier, MAPPINGS)?.content;
    Ok(issuer != id::ANY_POLICY && subject != id::ANY_POLICY)
}
