//! What one certificate must be to stand at its place in a path (RFC 5280 §6.1.3, §6.1.4), without its signature.

use super::{
    Certificate, Purpose, ServerName, UnixTime,
    anchor::Limits,
    asn1::{Elements, Tag, malformed},
    certificate::Version,
    general_name::StrictNames,
    spki,
};
use crate::fault::{Detail, Fault, Reason};

/// The peer's own certificate.
pub(super) fn leaf(
    certificate: &Certificate<'_>,
    now: UnixTime,
    purpose: Purpose,
    name: Option<&ServerName<'_>>,
) -> Result<(), Fault> {
    anywhere(certificate, now)?;
    // [4.4.2.2-3] [5280-4.2.1.3-1]
    // [4.4.2.2-3] [5280-4.2.1.3-1]
    // RFC 8446 §4.4.2.2: the key signs the handshake, so its keyUsage, if there is one, must have digitalSignature.
    if certificate.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(Fault::from(Reason::CertificateKeyUsage).field("digitalSignature"));
    }
    // [5280-4.2.1.12-1]
    // [5280-4.2.1.12-1]
    // §4.2.1.12. A leaf that has only anyExtendedKeyUsage is refused, as the section allows: it says nothing about TLS.
    extended_key_usage(certificate, |oid| oid == purpose.oid())?;
    // §4.2.1.10: nameConstraints only in CA certificates.
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
    if certificate.extensions.name_constraints.is_some() && !is_ca {
        return Err(malformed("nameConstraints"));
    }
    spki::strong_key(certificate.spki())?;
    names(certificate, name)
}

/// Every name must be readable, so that none is passed over by us and believed by somebody else; one must be `name`.
fn names(certificate: &Certificate<'_>, name: Option<&ServerName<'_>>) -> Result<(), Fault> {
    let mut found = name.is_none();
    if let Some(content) = certificate.extensions.san {
        for presented in StrictNames::of(content) {
            let presented = presented?;
            found |= name.is_some_and(|name| name.is(&presented));
        }
    }
    if found { Ok(()) } else { Err(Reason::CertificateNameMismatch.into()) }
}

/// A certificate that signed another. `below` counts the intermediate certificates between it and the leaf that are
/// not self-issued.
pub(super) fn issuer(certificate: &Certificate<'_>, now: UnixTime, purpose: Purpose, below: u8) -> Result<(), Fault> {
    anywhere(certificate, now)?;
    // [5280-4.2.1.9-1] §6.1.4 (k): a CA says so.
    let constraints = certificate.basic_constraints().filter(|constraints| constraints.ca);
    let constraints = constraints.ok_or(Reason::CertificateNotCa)?;
    // [5280-4.2.1.9-2] §6.1.4 (l), (m)
    path_len(constraints.path_len, below)?;
    // [5280-4.2.1.3-2] §6.1.4 (n)
    if certificate.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(Fault::from(Reason::CertificateKeyUsage).field("keyCertSign"));
    }
    // [5280-4.2.1.12-2]
    // [5280-4.2.1.12-2]
    // RFC 5280 gives extendedKeyUsage of a CA no meaning, but CAs use it to limit what they issue, and all verifiers
    // that people trust respect that.
    extended_key_usage(certificate, |oid| oid == purpose.oid() || oid == ANY_EXTENDED_KEY_USAGE)?;
    spki::strong_key(certificate.spki()).map(|_| ())
}

/// A trust anchor on top of a path.
pub(super) fn anchor(limits: &Limits, now: UnixTime, below: u8) -> Result<(), Fault> {
    anchor_validity(limits, now)?;
    if let Some(reason) = limits.may_not_issue {
        return Err(Fault::from(reason).field("of the anchor"));
    }
    path_len(limits.path_len, below).map_err(|fault| fault.field("pathLenConstraint of the anchor"))
}

/// [5280-6.1-3]
/// [5280-6.1-3]
/// RFC 5280 leaves the validity of an anchor out. But an operator who lets a root expire wants it to be over.
pub(super) fn anchor_validity(limits: &Limits, now: UnixTime) -> Result<(), Fault> {
    validity(limits.not_before, limits.not_after, now, "validity of the anchor")
}

/// What holds at every place.
fn anywhere(certificate: &Certificate<'_>, now: UnixTime) -> Result<(), Fault> {
    // [5280-4.1.2.1-1] [4.4.2.2-1]
    // [5280-4.1.2.1-1] [4.4.2.2-1]
    // Older versions have no extensions: they can't say whether they are a CA, nor for whom they are.
    if certificate.version != Version::V3 {
        return Err(Reason::CertificateVersion.into());
    }
    // §4.1.2.4
    if certificate.issuer().is_empty() {
        return Err(malformed("issuer"));
    }
    // [5280-4.2-1] §6.1.4 (o), §6.1.5 (f)
    if certificate.extensions.unprocessed {
        return Err(Reason::CertificateCriticalUnknown.into());
    }
    // [5280-6.1.3-2] §6.1.3 (a) (2)
    validity(certificate.not_before(), certificate.not_after(), now, "validity")
}

/// §4.1.2.5: both ends are included.
fn validity(not_before: UnixTime, not_after: UnixTime, now: UnixTime, field: &'static str) -> Result<(), Fault> {
    let outside = |reason: Reason, bound: UnixTime| {
        Err(Fault::from(reason).field(field).detail(Detail::Time { bound: bound.0, now: now.0 }))
    };
    if now < not_before {
        outside(Reason::CertificateNotYetValid, not_before)
    } else if now > not_after {
        outside(Reason::CertificateExpired, not_after)
    } else {
        Ok(())
    }
}

fn path_len(limit: Option<u8>, below: u8) -> Result<(), Fault> {
    match limit {
        Some(limit) if below > limit => Err(Fault::from(Reason::CertificatePathTooLong)
            .field("pathLenConstraint")
            .detail(Detail::Limit { got: below.into(), limit: limit.into() })),
        _ => Ok(()),
    }
}

const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];

impl Purpose {
    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Server => SERVER_AUTH,
            Self::Client => CLIENT_AUTH,
        }
    }
}

fn extended_key_usage(certificate: &Certificate<'_>, allows: impl Fn(&[u8]) -> bool) -> Result<(), Fault> {
    let Some(content) = certificate.extensions.extended_key_usage else { return Ok(()) };
    let mut purposes = Elements::of(content, "extKeyUsage");
    let mut allowed = false;
    while !purposes.is_empty() {
        allowed |= allows(purposes.one(Tag::ObjectIdentifier, "extKeyUsage")?.content);
    }
    if allowed { Ok(()) } else { Err(Reason::CertificateExtendedKeyUsage.into()) }
}
