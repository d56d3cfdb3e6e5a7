//! authorityKeyIdentifier and subjectKeyIdentifier (RFC 5280 §4.2.1.1, §4.2.1.2): hints which of several issuers of one name
//! is meant, and never a proof.

use super::{
    Certificate,
    asn1::{Elements, Tag, context, only},
    extensions::id,
};

/// `AuthorityKeyIdentifier ::= SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber }`, all
/// of them optional.
pub(super) struct Authority<'a> {
    pub(super) key: Option<&'a [u8]>,
    /// Whether the issuer's issuer is named.
    pub(super) issuer: bool,
    /// Whether the issuer's serial number is.
    pub(super) serial: bool,
}

impl<'a> Authority<'a> {
    /// Of the value of the extension.
    pub(super) fn read(value: &'a [u8]) -> Option<Self> {
        const FIELD: &str = "authorityKeyIdentifier";
        let mut fields = Elements::of(only(value, Tag::Sequence, FIELD).ok()?, FIELD);
        let key = fields.optional(context(0, false), FIELD).ok()?;
        let issuer = fields.optional(context(1, true), FIELD).ok()?.is_some();
        let serial = fields.optional(context(2, false), FIELD).ok()?.is_some();
        fields.end().ok()?;
        Some(Self { key, issuer, serial })
    }
}

/// The key that the certificate says it is signed with.
pub(super) fn of_authority<'a>(certificate: &Certificate<'a>) -> Option<&'a [u8]> {
    Authority::read(certificate.extension(id::AUTHORITY_KEY_IDENTIFIER)?.value)?.key
}

/// The key of the certificate itself.
pub(super) fn of_subject<'a>(certificate: &Certificate<'a>) -> Option<&'a [u8]> {
    only(certificate.extension(id::SUBJECT_KEY_IDENTIFIER)?.value, Tag::OctetString, "subjectKeyIdentifier").ok()
}
