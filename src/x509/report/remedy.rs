//! What to do about a failed check.

use super::{Check, found::On, found::auth};
use crate::{
    fault::Reason,
    x509::{Certificate, Rule},
};
use alloc::{format, string::String};

pub(super) fn of(check: &Check<'_>) -> Option<String> {
    let report = check.report;
    if let (Rule::LeafKeyUsage | Rule::LeafExtendedKeyUsage | Rule::ServerName, On::Certificate(leaf)) =
        (check.rule(), check.subject())
        && let Some(issued) = issued_by(check, &leaf)
    {
        return Some(format!("put the leaf first in the chain: this CA issued certificate {issued} (RFC 8446 §4.4.2)"));
    }
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
        (Reason::CertificateIssuerUnknown, ..) => {
            let issuer = check.blamed()?.issuer();
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
        (reason, ..) => return of_reason(reason).map(Into::into),
    })
}

/// Where nothing of the certificate has to be told.
fn of_reason(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::CertificateMalformed => "it is damaged, or no certificate: take it anew from where it was issued",
        Reason::CertificateSignatureBad => {
            "it is damaged, or its issuer has a new key under the old name: use the issuer's certificate that belongs to it"
        }
        Reason::CertificateChainTooLong | Reason::CertificateBudget => {
            "send the leaf and the intermediates that lead to an anchor, and nothing else"
        }
        Reason::CertificatePathTooLong => {
            "the CA must be issued anew with a greater pathLenConstraint, or issue the leaf itself"
        }
        Reason::CertificateNameConstraints => {
            "it must be issued with names that the CA may vouch for, or by another CA"
        }
        Reason::CertificateCriticalUnknown => "it must be issued anew without this extension, or with it not critical",
        Reason::CertificateAlgorithm => {
            "it must be issued anew: P-256 or RSA keys, signed over SHA-256, are taken everywhere"
        }
        Reason::CertificatePolicy => "the CAs and the leaf must be issued anew with the policy that is demanded",
        Reason::CertificateProfile => {
            "it must be issued anew as the rule asks, or be judged by a profile that does not insist"
        }
        Reason::CertificateRevoked => "it must be replaced: a new key, and a certificate for it",
        Reason::RevocationUnknown | Reason::CrlIssuerWrong => {
            "a CRL of its issuer is needed, or an OCSP response that the peer staples; a soft policy accepts the unknown"
        }
        Reason::CrlStale => "the CRL must be fetched anew, unless the clock is wrong",
        Reason::CrlNotYetValid | Reason::OcspNotYetValid => "is a clock wrong, here or where it was signed?",
        Reason::CrlDelta | Reason::CrlScope | Reason::CrlReasons => {
            "the complete CRL of its issuer is needed: for every certificate and every reason"
        }
        Reason::CrlSignNotAllowed => "the CA must be issued anew with keyUsage cRLSign",
        Reason::CrlMalformed | Reason::CrlSignatureBad => "the CRL is damaged or forged: it must be fetched anew",
        Reason::CrlNumber | Reason::CrlCriticalUnknown => {
            "the CA must issue the CRL as RFC 5280 §5 asks, or staple OCSP responses"
        }
        Reason::OcspStale => "the OCSP response must be fetched anew, unless the clock is wrong",
        Reason::OcspUnsuccessful | Reason::OcspMalformed | Reason::OcspSignatureBad | Reason::OcspCriticalUnknown => {
            "the OCSP response must be fetched anew"
        }
        Reason::OcspOtherCertificate => "the OCSP response must be fetched for this certificate, with its issuer",
        Reason::OcspResponderWrong => {
            "the OCSP response must be signed by the issuer, or by a responder that it gave extendedKeyUsage OCSPSigning"
        }
        Reason::OcspStatusUnknown => "ask the responder of the CA that issued it, which must know it",
        _ => return None,
    })
}

/// Which certificate of the chain `ca` issued, if it stands where a leaf should.
fn issued_by(check: &Check<'_>, ca: &Certificate<'_>) -> Option<usize> {
    let issued = |der: &[u8]| {
        Certificate::parse(der).is_ok_and(|other| !other.is_self_issued() && other.issuer() == ca.subject())
    };
    check.report.chain.iter().position(|der| issued(der))
}
