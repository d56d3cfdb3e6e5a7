//! A certificate as a borrowed view (RFC 5280 §4.1).

#[cfg(feature = "alloc")]
use super::extensions::Extension;
use super::{
    BasicConstraints, GeneralNames, KeyPurposes, KeyUsage, Name, UnixTime,
    asn1::{Element, Elements, Tag, context, integer, malformed, octets, only},
    extensions::{self, Extensions},
    general_name::StrictNames,
    spki,
};
use crate::{crypto::PublicKey, fault::Fault};
use core::fmt;

/// A certificate: well-formed, but not judged.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    der: &'a [u8],
    /// The signed bytes.
    pub(super) tbs: &'a [u8],
    /// The content of `signatureAlgorithm`.
    pub(super) signature_algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
    pub(super) version: Version,
    /// The content of serialNumber.
    pub(super) serial: &'a [u8],
    issuer: Name<'a>,
    not_before: UnixTime,
    not_after: UnixTime,
    subject: Name<'a>,
    spki: &'a [u8],
    pub(super) extensions: Extensions<'a>,
}

/// RFC 5280 §4.1.2.1. Only version 3 has extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
    V3,
}

impl<'a> Certificate<'a> {
    /// Reads `der`, which is one certificate and nothing behind it.
    ///
    /// # Errors
    /// [`CertificateMalformed`](crate::fault::Reason::CertificateMalformed), with the field of RFC 5280 §4.1 that is
    /// not as drawn there.
    pub fn parse(der: &'a [u8]) -> Result<Self, Fault> {
        // [5280-4.1-1]
        let mut certificate = Elements::of(only(der, Tag::Sequence, "Certificate")?, "Certificate");
        let tbs = certificate.one(Tag::Sequence, "tbsCertificate")?;
        let signature_algorithm = certificate.one(Tag::Sequence, "signatureAlgorithm")?.content;
        let signature = octets(&mut certificate, "signatureValue")?;
        certificate.end()?;

        let mut fields = Elements::of(tbs.content, "tbsCertificate");
        let version = version(&mut fields)?;
        let serial = serial(&mut fields)?;
        // [5280-4.1.1.2-1] §4.1.1.2: the algorithm is told twice so that it is signed once; the two must agree.
        if fields.one(Tag::Sequence, "signature")?.content != signature_algorithm {
            return Err(malformed("signatureAlgorithm"));
        }
        let issuer = name(&fields.one(Tag::Sequence, "issuer")?);
        let (not_before, not_after) = validity(fields.one(Tag::Sequence, "validity")?.content)?;
        let subject = name(&fields.one(Tag::Sequence, "subject")?);
        let spki = fields.one(Tag::Sequence, "subjectPublicKeyInfo")?.whole;
        if version != Version::V1 {
            fields.optional(context(1, false), "issuerUniqueID")?;
            fields.optional(context(2, false), "subjectUniqueID")?;
        }
        let extensions = match version {
            Version::V3 => extensions::field(&mut fields)?.map(Extensions::parse).transpose()?.unwrap_or_default(),
            Version::V1 | Version::V2 => Extensions::default(),
        };
        fields.end()?;
        Ok(Self {
            der,
            tbs: tbs.whole,
            signature_algorithm,
            signature,
            version,
            serial,
            issuer,
            not_before,
            not_after,
            subject,
            spki,
            extensions,
        })
    }

    /// The whole certificate.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.der
    }

    /// serialNumber, big-endian, without the zero that DER puts in front of a high bit.
    #[must_use]
    pub fn serial(&self) -> &'a [u8] {
        match self.serial {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        }
    }

    /// Who signed it.
    #[must_use]
    pub fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// Whose key it carries.
    #[must_use]
    pub fn subject(&self) -> Name<'a> {
        self.subject
    }

    /// The first second of its validity (RFC 5280 §4.1.2.5).
    #[must_use]
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// The last second of its validity (RFC 5280 §4.1.2.5).
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The whole SubjectPublicKeyInfo in DER: what key pins are the hash of.
    #[must_use]
    pub fn spki(&self) -> &'a [u8] {
        self.spki
    }

    /// The public key. Whether it is strong enough is for [`verify`](super::verify) to say.
    ///
    /// # Errors
    /// [`CertificateAlgorithm`] if it is of a kind that we do not accept, [`CertificateMalformed`] if it is none.
    ///
    /// [`CertificateAlgorithm`]: crate::fault::Reason::CertificateAlgorithm
    /// [`CertificateMalformed`]: crate::fault::Reason::CertificateMalformed
    pub fn public_key(&self) -> Result<PublicKey<'a>, Fault> {
        spki::public_key(self.spki)
    }

    /// The names of subjectAltName (RFC 5280 §4.2.1.6).
    #[must_use]
    pub fn san(&self) -> GeneralNames<'a> {
        GeneralNames(self.extensions.san.map(StrictNames::of))
    }

    /// basicConstraints (RFC 5280 §4.2.1.9).
    #[must_use]
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.extensions.basic_constraints
    }

    /// keyUsage (RFC 5280 §4.2.1.3); without it, any is allowed.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// extendedKeyUsage (RFC 5280 §4.2.1.12); without it, any is allowed.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<KeyPurposes<'a>> {
        self.extensions.extended_key_usage.map(KeyPurposes::of)
    }

    /// The extension with this object identifier.
    #[cfg(feature = "alloc")]
    pub(super) fn extension(&self, oid: &[u8]) -> Option<Extension<'a>> {
        self.extensions.all().find(|extension| extension.oid == oid)
    }

    #[cfg(feature = "alloc")]
    pub(super) fn is_v3(&self) -> bool {
        self.version == Version::V3
    }

    /// Whether issuer and subject are the same name. That says nothing about who signed it.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

fn name<'a>(element: &Element<'a>) -> Name<'a> {
    Name::new(element.whole, element.content)
}

fn version(fields: &mut Elements<'_>) -> Result<Version, Fault> {
    let Some(explicit) = fields.optional(context(0, true), "version")? else { return Ok(Version::V1) };
    match only(explicit, Tag::Integer, "version")? {
        [1] => Ok(Version::V2),
        [2] => Ok(Version::V3),
        // 0 would be the default, which DER leaves out.
        _ => Err(malformed("version")),
    }
}

/// §4.1.2.2: at most 20 octets, not counting the zero in front of a high bit. It should be positive, but users are
/// asked to bear with those that are not.
fn serial<'a>(fields: &mut Elements<'a>) -> Result<&'a [u8], Fault> {
    let serial = integer(fields, "serialNumber")?;
    let significant = serial.strip_prefix(&[0]).unwrap_or(serial);
    if significant.len() > 20 { Err(malformed("serialNumber")) } else { Ok(serial) }
}

fn validity(content: &[u8]) -> Result<(UnixTime, UnixTime), Fault> {
    let mut times = Elements::of(content, "validity");
    let not_before = UnixTime::read(&times.any()?, "notBefore")?;
    let not_after = UnixTime::read(&times.any()?, "notAfter")?;
    times.end()?;
    Ok((not_before, not_after))
}

/// A certificate in one line for people: subject, issuer, names, validity. It reads nothing but shape, so that it can
/// describe what was refused.
#[must_use]
pub fn describe(der: &[u8]) -> impl fmt::Display + '_ {
    Description(der)
}

struct Description<'a>(&'a [u8]);

/// Names printed at most; a certificate may carry thousands.
const NAMES_DESCRIBED: usize = 16;

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certificate = match Certificate::parse(self.0) {
            Ok(certificate) => certificate,
            Err(fault) => return write!(f, "not a certificate ({})", fault.place()),
        };
        write!(f, "subject {}, issuer {}", certificate.subject, certificate.issuer)?;
        let mut gap = ", names ";
        for name in certificate.san().take(NAMES_DESCRIBED) {
            write!(f, "{gap}{name}")?;
            gap = " ";
        }
        if certificate.san().nth(NAMES_DESCRIBED).is_some() {
            f.write_str(" ..")?;
        }
        write!(f, ", valid {} to {}", certificate.not_before, certificate.not_after)
    }
}

#[cfg(test)]
mod tests;
