//! The fields of a certificate that are not extensions (RFC 5280 §4.1.2), and what holds for all extensions.

use super::{
    super::asn1::{Elements, Tag, context},
    super::time::UnixTime,
    By, Row, Rule,
};

/// 2050-01-01T00:00:00Z
const YEAR_2050: UnixTime = UnixTime(2_524_608_000);

// [5280-4.1.2.2-1] [5280-4.1.2.5-2]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::SerialNumber,
        field: "serialNumber",
        by: By::Both,
        kept: |seen| !matches!(seen.certificate.serial, [0x80..=0xff, ..] | [0]),
    },
    Row {
        rule: Rule::TimeEncoding,
        field: "validity",
        by: By::Both,
        kept: |seen| {
            let early = |(tag, time)| tag == Tag::GeneralizedTime && time < YEAR_2050;
            let certificate = seen.certificate;
            let times = Fields::of(certificate.tbs).map(|fields| fields.times);
            times.is_some_and(|[before, after]| {
                !early((before, certificate.not_before())) && !early((after, certificate.not_after()))
            })
        },
    },
    Row {
        rule: Rule::UniqueIdentifiers,
        field: "issuerUniqueID, subjectUniqueID",
        by: By::Both,
        kept: |seen| Fields::of(seen.certificate.tbs).is_some_and(|fields| !fields.unique_ids),
    },
];

/// What the view of a certificate does not keep.
struct Fields {
    times: [Tag; 2],
    unique_ids: bool,
}

impl Fields {
    /// Of a `TBSCertificate` that was read before.
    fn of(tbs: &[u8]) -> Option<Self> {
        const FIELD: &str = "tbsCertificate";
        let content = super::super::asn1::only(tbs, Tag::Sequence, FIELD).ok()?;
        let mut fields = Elements::of(content, FIELD);
        fields.optional(context(0, true), FIELD).ok()?;
        // serialNumber, signature, issuer
        for _ in 0..3 {
            fields.any().ok()?;
        }
        let mut validity = Elements::of(fields.one(Tag::Sequence, FIELD).ok()?.content, FIELD);
        let times = [validity.any().ok()?.tag, validity.any().ok()?.tag];
        // subject, subjectPublicKeyInfo
        for _ in 0..2 {
            fields.any().ok()?;
        }
        let issuer = fields.optional(context(1, false), FIELD).ok()?;
        let subject = fields.optional(context(2, false), FIELD).ok()?;
        Some(Self { times, unique_ids: issuer.is_some() || subject.is_some() })
    }
}
