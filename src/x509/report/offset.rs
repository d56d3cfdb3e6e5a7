//! Where in a certificate a field is (RFC 5280 §4.1). A certificate that is broken is followed as far as it goes.

use crate::x509::{
    Rule,
    asn1::{Element, Elements, Tag, context},
    extensions::{Extensions, id},
};

/// The field that a rule is about, spelled as RFC 5280 does. What `told` names is more exact where nothing could be read.
pub(super) fn field_of(rule: Rule, told: Option<&'static str>) -> &'static str {
    match rule {
        Rule::Encoding => told.unwrap_or("Certificate"),
        Rule::Version => "version",
        Rule::IssuerNamed | Rule::Issuer => "issuer",
        Rule::CriticalExtensions => "critical",
        Rule::Validity => "validity",
        Rule::Key => "subjectPublicKeyInfo",
        Rule::SignatureAlgorithm => "signatureAlgorithm",
        Rule::LeafKeyUsage | Rule::IssuerKeyUsage => "keyUsage",
        Rule::LeafExtendedKeyUsage | Rule::IssuerExtendedKeyUsage => "extKeyUsage",
        Rule::LeafNameConstraints => "nameConstraints",
        // A fault that names no field is about a certificate below, and the names in it.
        Rule::NameConstraints => match told {
            None => "nameConstraints",
            Some("") => "subjectAltName",
            Some(told) => told,
        },
        Rule::Revocation => "serialNumber",
        Rule::SubjectAltName | Rule::ServerName => "subjectAltName",
        Rule::BasicConstraints | Rule::PathLength => "basicConstraints",
        Rule::Signature => "signatureValue",
        _ => told.unwrap_or("Certificate"),
    }
}

/// Where the field begins, or the last thing before it that is there.
pub(super) fn of(der: &[u8], field: &str) -> Option<usize> {
    let at = find(der, field)?;
    at.as_ptr().addr().checked_sub(der.as_ptr().addr()).filter(|offset| *offset < der.len())
}

/// The element of `field`, or the innermost one around it that can be found.
fn find<'a>(der: &'a [u8], field: &str) -> Option<&'a [u8]> {
    let mut whole = Elements::of(der, "");
    let Ok(certificate) = whole.any() else { return Some(der) };
    let mut outer = Elements::of(certificate.content, "");
    let Ok(tbs) = outer.any() else { return Some(der) };
    match field {
        "signatureAlgorithm" => return Some(outer.any().map_or(tbs.whole, |element| element.whole)),
        "signatureValue" => {
            return outer.any().and_then(|_| outer.any()).map(|element| element.whole).ok().or(Some(der));
        }
        "Certificate" => return Some(der),
        "tbsCertificate" => return Some(tbs.whole),
        _ => {}
    }
    let number = FIELDS.iter().position(|names| names.contains(&field)).unwrap_or(EXTENSIONS);
    let mut last = tbs.whole;
    for (at, element) in Fields::of_tbs(&tbs) {
        last = element.whole;
        if at == number {
            return Some(if at == EXTENSIONS { extension(&element, field).unwrap_or(last) } else { last });
        }
        if at > number {
            break;
        }
    }
    Some(last)
}

/// The fields of TBSCertificate in their order, by the names that faults give them or their parts.
const FIELDS: [&[&str]; 9] = [
    &["version"],
    &["serialNumber"],
    &["signature"],
    &["issuer"],
    &["validity", "notBefore", "notAfter"],
    &["subject", "commonName"],
    &["subjectPublicKeyInfo", "RSAPublicKey", "modulus", "publicExponent", "subjectPublicKey"],
    &["issuerUniqueID", "subjectUniqueID", "issuerUniqueID, subjectUniqueID"],
    &["extensions"],
];
const EXTENSIONS: usize = 8;

/// The fields that are there, each with its place in [`FIELDS`].
struct Fields<'a> {
    rest: Elements<'a>,
    number: usize,
}

impl<'a> Fields<'a> {
    /// Of a certificate.
    fn of(der: &'a [u8]) -> Option<Self> {
        let certificate = Elements::of(der, "").any().ok()?;
        Some(Self::of_tbs(&Elements::of(certificate.content, "").any().ok()?))
    }

    fn of_tbs(tbs: &Element<'a>) -> Self {
        Self { rest: Elements::of(tbs.content, ""), number: 0 }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (usize, Element<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.rest.any().ok()?;
        let number = match element.tag {
            tag if tag == context(0, true) => 0,
            tag if tag == context(3, true) => EXTENSIONS,
            // Any other of class context-specific.
            Tag(0x80..=0xbf) => 7,
            _ => self.number.max(1),
        };
        self.number = number.saturating_add(1);
        Some((number, element))
    }
}

/// The extension of this name if it is there; for `critical`, the first that makes the certificate unusable.
fn extension<'a>(list: &Element<'a>, name: &str) -> Option<&'a [u8]> {
    let mut all = all_extensions(list);
    if name == "critical" {
        return all.find(|(_, extension)| is_unprocessed(extension)).map(|(_, extension)| extension);
    }
    let wanted: &[u8] = match name {
        "subjectKeyIdentifier" => id::SUBJECT_KEY_IDENTIFIER,
        "keyUsage" => &[0x55, 0x1d, 15],
        "subjectAltName" | "dNSName" | "rfc822Name" | "uniformResourceIdentifier" => id::SUBJECT_ALT_NAME,
        "basicConstraints" | "pathLenConstraint" => id::BASIC_CONSTRAINTS,
        "nameConstraints" => id::NAME_CONSTRAINTS,
        "certificatePolicies" => id::CERTIFICATE_POLICIES,
        "policyMappings" => id::POLICY_MAPPINGS,
        "authorityKeyIdentifier" => id::AUTHORITY_KEY_IDENTIFIER,
        "policyConstraints" => id::POLICY_CONSTRAINTS,
        "extKeyUsage" => id::EXTENDED_KEY_USAGE,
        "inhibitAnyPolicy" => id::INHIBIT_ANY_POLICY,
        "noRevAvail" => id::NO_REV_AVAIL,
        "authorityInfoAccess" => id::AUTHORITY_INFO_ACCESS,
        "subjectInfoAccess" => id::SUBJECT_INFO_ACCESS,
        _ => return None,
    };
    all.find(|(oid, _)| *oid == wanted).map(|(_, extension)| extension)
}

/// Object identifier and the whole of each extension, as far as they can be read.
fn all_extensions<'a>(explicit: &Element<'a>) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
    let list = Elements::of(explicit.content, "").any().map_or(&[][..], |list| list.content);
    let mut list = Elements::of(list, "");
    core::iter::from_fn(move || {
        let extension = list.any().ok()?;
        Some((Elements::of(extension.content, "").any().ok()?.content, extension.whole))
    })
}

fn is_unprocessed(extension: &[u8]) -> bool {
    Extensions::parse(extension).is_ok_and(|alone| alone.unprocessed)
}

/// Object identifiers of the extensions that make a certificate unusable because they are not processed here.
pub(super) fn unprocessed(der: &[u8]) -> impl Iterator<Item = &[u8]> {
    let explicit = Fields::of(der).and_then(|mut fields| fields.find(|(at, _)| *at == EXTENSIONS));
    let all = explicit.into_iter().flat_map(|(_, explicit)| all_extensions(&explicit));
    all.filter(|(_, extension)| is_unprocessed(extension)).map(|(oid, _)| oid)
}
