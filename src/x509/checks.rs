//! What one certificate must be to stand at its place in a path (RFC 5280 §6.1.3, §6.1.4), without its signature.

#[cfg(feature = "alloc")]
use super::{
    Anchor,
    profile::{self, Place, Profile},
};
use super::{
    BasicConstraints, Certificate, Purpose, Question, Rule, Time, UnixTime,
    anchor::Limits,
    asn1::{Elements, Tag, malformed},
    certificate::Version,
    general_name::StrictNames,
    name::is_for,
    spki,
    witness::{At, Witness},
};
use crate::fault::{Detail, Fault, Reason};

/// The peer's own certificate.
pub(super) fn leaf<W: Witness>(
    certificate: &Certificate<'_>,
    question: &Question<'_>,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    #[cfg(feature = "alloc")]
    profile::check(certificate, question, Place::Leaf, at)?;
    anywhere(certificate, question, at)?;
    if question.signs_handshake {
        at.check(Rule::LeafKeyUsage, leaf_key_usage(certificate))?;
    }
    // [5280-4.2.1.12-1]
    // §4.2.1.12. A leaf that has only anyExtendedKeyUsage is refused, as the section allows: it says nothing about TLS.
    let allows = |oid: &[u8]| oid == question.purpose.oid();
    at.check(Rule::LeafExtendedKeyUsage, extended_key_usage(certificate, allows))?;
    at.check(Rule::LeafNameConstraints, leaf_name_constraints(certificate))?;
    at.check(Rule::Key, strong_key(certificate))?;
    at.check(Rule::SubjectAltName, readable_names(certificate))
}

/// [4.4.2.2-3] [5280-4.2.1.3-1]
/// RFC 8446 §4.4.2.2: the key signs the handshake, so its keyUsage, if there is one, must have digitalSignature.
fn leaf_key_usage(certificate: &Certificate<'_>) -> Result<(), Fault> {
    match certificate.key_usage() {
        Some(usage) if !usage.digital_signature() => {
            Err(Fault::from(Reason::CertificateKeyUsage).field("digitalSignature"))
        }
        _ => Ok(()),
    }
}

/// §4.2.1.10: nameConstraints only in CA certificates.
fn leaf_name_constraints(certificate: &Certificate<'_>) -> Result<(), Fault> {
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
    if certificate.extensions.name_constraints.is_some() && !is_ca {
        return Err(malformed("nameConstraints"));
    }
    Ok(())
}

/// Every name must be readable, so that none is passed over by us and believed by somebody else.
fn readable_names(certificate: &Certificate<'_>) -> Result<(), Fault> {
    match certificate.extensions.san {
        Some(content) => StrictNames::of(content).try_for_each(|name| name.map(|_| ())),
        None => Ok(()),
    }
}

/// Whether the leaf is for the server that the caller wants to reach.
pub(super) fn server_name<W: Witness>(
    leaf: &Certificate<'_>,
    question: &Question<'_>,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    let is_for = question.name.is_none_or(|name| is_for(leaf, name));
    at.check(Rule::ServerName, if is_for { Ok(()) } else { Err(Reason::CertificateNameMismatch.into()) })
}

/// A certificate that signed another. `below` counts the intermediate certificates between it and the leaf that are
/// not self-issued.
pub(super) fn issuer<W: Witness>(
    certificate: &Certificate<'_>,
    question: &Question<'_>,
    below: u8,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    #[cfg(feature = "alloc")]
    profile::check(certificate, question, Place::Issuer, at)?;
    anywhere(certificate, question, at)?;
    // [5280-4.2.1.9-1] §6.1.4 (k): a CA says so.
    let constraints = certificate.basic_constraints().unwrap_or(BasicConstraints { ca: false, path_len: None });
    at.check(Rule::BasicConstraints, if constraints.ca { Ok(()) } else { Err(Reason::CertificateNotCa.into()) })?;
    // [5280-4.2.1.9-2] §6.1.4 (l), (m)
    at.check(Rule::PathLength, path_len(constraints.path_len, below))?;
    at.check(Rule::IssuerKeyUsage, issuer_key_usage(certificate))?;
    // [5280-4.2.1.12-2]
    // RFC 5280 gives extendedKeyUsage of a CA no meaning, but CAs use it to limit what they issue, and all verifiers
    // that people trust respect that.
    let allows = |oid: &[u8]| oid == question.purpose.oid() || oid == ANY_EXTENDED_KEY_USAGE;
    at.check(Rule::IssuerExtendedKeyUsage, extended_key_usage(certificate, allows))?;
    at.check(Rule::Key, strong_key(certificate))?;
    signature_algorithm(certificate, at)
}

/// Of a leaf, only if it is not itself the anchor.
pub(super) fn signature_algorithm<W: Witness>(certificate: &Certificate<'_>, at: &mut At<'_, W>) -> Result<(), Fault> {
    at.check(Rule::SignatureAlgorithm, spki::acceptable(certificate))
}

/// [5280-4.2.1.3-2] §6.1.4 (n)
fn issuer_key_usage(certificate: &Certificate<'_>) -> Result<(), Fault> {
    match certificate.key_usage() {
        Some(usage) if !usage.key_cert_sign() => Err(Fault::from(Reason::CertificateKeyUsage).field("keyCertSign")),
        _ => Ok(()),
    }
}

/// The certificate that an anchor was made of. A private root is the user's word, and needs no second look unless
/// somebody wants to know.
#[cfg(feature = "alloc")]
pub(super) fn anchor_certificate<W: Witness>(
    anchor: &Anchor<'_>,
    question: &Question<'_>,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    if question.profile == Profile::Private && !W::RECORDS {
        return Ok(());
    }
    match anchor.certificate() {
        Some(certificate) => profile::check(&certificate, question, Place::Anchor, at),
        None => Ok(()),
    }
}

/// A trust anchor on top of a path.
pub(super) fn anchor<W: Witness>(limits: &Limits, time: Time, below: u8, at: &mut At<'_, W>) -> Result<(), Fault> {
    anchor_validity(limits, time, at)?;
    let may_issue = match limits.may_not_issue {
        Some(reason) => Err(Fault::from(reason).field("of the anchor")),
        None => Ok(()),
    };
    at.check(Rule::AnchorMayIssue, may_issue)?;
    let path_len = path_len(limits.path_len, below).map_err(|fault| fault.field("pathLenConstraint of the anchor"));
    at.check(Rule::PathLength, path_len)
}

/// [5280-6.1-3]
/// RFC 5280 leaves the validity of an anchor out. But an operator who lets a root expire wants it to be over.
pub(super) fn anchor_validity<W: Witness>(limits: &Limits, time: Time, at: &mut At<'_, W>) -> Result<(), Fault> {
    validity(limits.not_before, limits.not_after, time, "validity of the anchor", at)
}

/// What holds at every place.
fn anywhere<W: Witness>(
    certificate: &Certificate<'_>,
    question: &Question<'_>,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    at.check(Rule::Version, version(certificate))?;
    // §4.1.2.4
    at.check(Rule::IssuerNamed, if certificate.issuer().is_empty() { Err(malformed("issuer")) } else { Ok(()) })?;
    at.check(Rule::CriticalExtensions, critical_extensions(certificate))?;
    // [5280-6.1.3-2] §6.1.3 (a) (2)
    validity(certificate.not_before(), certificate.not_after(), question.time, "validity", at)
}

/// [5280-4.1.2.1-1] [4.4.2.2-1]
/// Older versions have no extensions: they can't say whether they are a CA, nor for whom they are.
fn version(certificate: &Certificate<'_>) -> Result<(), Fault> {
    if certificate.version == Version::V3 { Ok(()) } else { Err(Reason::CertificateVersion.into()) }
}

/// [5280-4.2-1] §6.1.4 (o), §6.1.5 (f)
fn critical_extensions(certificate: &Certificate<'_>) -> Result<(), Fault> {
    if certificate.extensions.unprocessed { Err(Reason::CertificateCriticalUnknown.into()) } else { Ok(()) }
}

#[inline(always)]
fn strong_key(certificate: &Certificate<'_>) -> Result<(), Fault> {
    spki::strong_key(certificate.spki()).map(|_| ())
}

/// §4.1.2.5: both ends are included. A time that is only the least there can be proves nothing but that a certificate
/// expired.
fn validity<W: Witness>(
    not_before: UnixTime,
    not_after: UnixTime,
    time: Time,
    field: &'static str,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    let outside = |reason: Reason, bound: UnixTime, now: UnixTime| {
        Err(Fault::from(reason).field(field).detail(Detail::Time { bound: bound.0, now: now.0 }))
    };
    let (earliest, latest) = time.bounds();
    let verdict = if latest < not_before {
        outside(Reason::CertificateNotYetValid, not_before, latest)
    } else if earliest > not_after {
        outside(Reason::CertificateExpired, not_after, earliest)
    } else if earliest != latest {
        at.unchecked(Rule::Validity);
        return Ok(());
    } else {
        Ok(())
    };
    at.check(Rule::Validity, verdict)
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
