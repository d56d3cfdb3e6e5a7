//! What to do about a failed check.

use super::{Check, found::On, found::auth};
use crate::{fault::Reason, x509::Rule};
use alloc::{format, string::String};

pub(super) fn of(check: &Check<'_>) -> Option<String> {
    let report = check.report;
    Some(match (check.reason()?, check.rule(), check.subject()) {
        (Reason::CertificateNameMismatch, _, On::Certificate(leaf)) => {
            let name = report.name.as_ref()?;
            let kind = if name.as_dns().is_some() { "dns" } else { "ip" };
            let why = if leaf.extensions.san.is_none() {
                ": the commonName of a server is never looked at (RFC 9525 §6.1)"
            } else {
                ""
            };
            format!("it must be issued anew with {kind}:{name} in subjectAltName{why}; or ask for a name that it has")
        }
        (Reason::CertificateIssuerUnknown, _, On::Certificate(c)) => {
            let issuer = c.issuer();
            format!("{issuer} is missing: trust it if it is a CA to be trusted; send it in the chain if it is an intermediate")
        }
        (Reason::CertificateSelfSigned, ..) => "trust it itself, or have it issued by a CA".into(),
        (Reason::CertificateExpired, ..) => "renew it, unless the clock is wrong".into(),
        (Reason::CertificateNotYetValid, ..) => "is a clock wrong, here or where it was issued?".into(),
        (Reason::CertificateExtendedKeyUsage, ..) => {
            format!("it must be issued anew with extendedKeyUsage {}, or without any", auth(report.purpose))
        }
        (Reason::CertificateKeyUsage, Rule::LeafKeyUsage, _) => {
            "it must be issued anew with keyUsage digitalSignature, or without any".into()
        }
        (Reason::CertificateKeyUsage, ..) => "the CA must be issued anew with keyUsage keyCertSign, or without any".into(),
        (Reason::CertificateNotCa, ..) => {
            "it can't issue certificates without basicConstraints cA: have them issued by a CA, or the CA issued anew".into()
        }
        (Reason::CertificateVersion, ..) => {
            "it must be issued anew as X.509 version 3, which takes an extension: subjectAltName for a leaf, basicConstraints \
             for a CA"
                .into()
        }
        (Reason::CertificateHashWeak, ..) => "it must be signed anew with SHA-256 or better".into(),
        (Reason::CertificateKeyWeak, ..) => "it needs a new key: P-256, or RSA of 2048 bits and more".into(),
        _ => return None,
    })
}
