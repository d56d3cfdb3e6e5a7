//! Whether an OCSP response is about a certificate, from somebody entitled to tell, and current (RFC 6960 §3.2, §4.2.2).

use super::{CertId, CertStatus, IdHash, OcspResponse, Responder, SingleResponse};
use crate::{
    crypto::{Crypto, Hash, HashAlgorithm, PublicKey},
    fault::{Detail, Fault, Reason},
    x509::{
        Certificate, UnixTime,
        asn1::{Elements, Tag},
        revocation::{Issuer, Judge},
        spki,
    },
};

/// Responses in one message that are looked at.
const MAX_RESPONSES: usize = 32;
/// Certificates in one message that are looked at.
const MAX_CERTS: usize = 4;
/// Ours: how old a response may be that does not say when the next one comes.
const MAX_AGE: i64 = 86_400;

const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];

/// As of when, and until when, `certificate` is known to be good by the response in `der`.
///
/// # Errors
/// [`Reason::CertificateRevoked`]; any other reason tells why the response can't be relied on.
pub(in crate::x509) fn judge<C: Crypto>(
    der: &[u8],
    certificate: &Certificate<'_>,
    issuer: &Issuer<'_>,
    judge: &mut Judge<'_, C>,
) -> Result<(UnixTime, Option<UnixTime>), Fault> {
    let response = OcspResponse::parse(der)?;
    let key = spki::strong_key(issuer.spki)?;
    let single = about(&response, certificate, key, judge.crypto)?;
    signed(&response, certificate, key, judge)?;
    // [6960-4.4-1]
    if response.unprocessed || single.unprocessed {
        return Err(Reason::OcspCriticalUnknown.into());
    }
    match single.status {
        CertStatus::Revoked { since, reason } => {
            let detail = Detail::Revoked { since: since.0, reason };
            return Err(Fault::from(Reason::CertificateRevoked).detail(detail));
        }
        CertStatus::Unknown => return Err(Reason::OcspStatusUnknown.into()),
        CertStatus::Good => {}
    }
    // [6960-4.2.2.1-1]
    let until = until(single.this_update, single.next_update);
    judge.is_current(single.this_update, until, Reason::OcspNotYetValid, Reason::OcspStale)?;
    Ok((single.this_update, single.next_update))
}

/// The last second for which a response can be relied on.
pub(in crate::x509) fn until(this_update: UnixTime, next_update: Option<UnixTime>) -> UnixTime {
    next_update.unwrap_or(UnixTime(this_update.0.saturating_add(MAX_AGE)))
}

/// [6960-3.2-1] What is told of this certificate.
fn about<'a, C: Crypto>(
    response: &OcspResponse<'a>,
    certificate: &Certificate<'_>,
    issuer: PublicKey<'_>,
    crypto: &C,
) -> Result<SingleResponse<'a>, Fault> {
    for single in response.responses().take(MAX_RESPONSES) {
        let single = single?;
        if single.id.names(certificate, issuer, crypto) {
            return Ok(single);
        }
    }
    Err(Fault::from(Reason::OcspOtherCertificate).field("certID"))
}

impl CertId<'_> {
    fn names<C: Crypto>(&self, certificate: &Certificate<'_>, issuer: PublicKey<'_>, crypto: &C) -> bool {
        let hashed_is = |bytes: &[u8], value: &[u8]| match self.hash {
            Some(IdHash::Sha1) => crypto.sha1_identifier(bytes).is_some_and(|hash| hash == value),
            Some(IdHash::Sha256) => sha256(crypto, bytes).as_ref() == value,
            None => false,
        };
        self.serial == certificate.serial
            && hashed_is(certificate.issuer().der(), self.name)
            && hashed_is(issuer.bytes, self.key)
    }
}

fn sha256<C: Crypto>(crypto: &C, bytes: &[u8]) -> impl AsRef<[u8]> + use<C> {
    let mut hash = crypto.hash(HashAlgorithm::Sha256);
    hash.update(bytes);
    hash.finish()
}

impl Responder<'_> {
    /// Whether the holder of this name and key can be meant. Without SHA-1 it may be anybody, and the signature tells.
    fn may_be<C: Crypto>(self, name: &[u8], key: PublicKey<'_>, crypto: &C) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Key(hash) => crypto.sha1_identifier(key.bytes).is_none_or(|own| own == hash),
        }
    }
}

/// [6960-4.2.2.2-1] Signed by the issuer, or by somebody whom the issuer certified for it.
fn signed<C: Crypto>(
    response: &OcspResponse<'_>,
    certificate: &Certificate<'_>,
    issuer: PublicKey<'_>,
    judge: &mut Judge<'_, C>,
) -> Result<(), Fault> {
    let name = certificate.issuer().der();
    let mut nearest = Fault::from(Reason::OcspResponderWrong).field("responderID");
    if response.responder.may_be(name, issuer, judge.crypto) {
        match response.signed_with(issuer, judge) {
            Ok(()) => return Ok(()),
            Err(fault) => nearest = fault,
        }
    }
    let mut certs = Elements::of(response.certs, "certs");
    for _ in 0..MAX_CERTS {
        if certs.is_empty() {
            break;
        }
        let der = certs.one(Tag::Sequence, "certs").map_err(|fault| fault.because(Reason::OcspMalformed))?.whole;
        let Ok(delegate) = Certificate::parse(der) else { continue };
        let Ok(key) = spki::strong_key(delegate.spki()) else { continue };
        if !response.responder.may_be(delegate.subject().der(), key, judge.crypto) {
            continue;
        }
        match delegated(&delegate, name, issuer, judge).and_then(|()| response.signed_with(key, judge)) {
            Ok(()) => return Ok(()),
            Err(fault) => nearest = fault,
        }
    }
    Err(nearest)
}

/// Whether the issuer of the certificate lets `delegate` sign for it (§4.2.2.2). Its own revocation is not looked at, as
/// §4.2.2.2.1 leaves to the verifier.
fn delegated<C: Crypto>(
    delegate: &Certificate<'_>,
    issuer: &[u8],
    key: PublicKey<'_>,
    judge: &mut Judge<'_, C>,
) -> Result<(), Fault> {
    let wrong = |field| Err(Fault::from(Reason::OcspResponderWrong).field(field));
    if delegate.issuer().der() != issuer {
        return wrong("issuer");
    }
    // [6960-4.2.2.2-2]
    if !delegate.extended_key_usage().is_some_and(|mut purposes| purposes.any(|oid| oid == OCSP_SIGNING)) {
        return wrong("extKeyUsage (id-kp-OCSPSigning is missing)");
    }
    if delegate.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return wrong("keyUsage");
    }
    if delegate.extensions.unprocessed {
        return wrong("extensions");
    }
    let expired = Reason::OcspResponderWrong;
    if judge.is_current(delegate.not_before(), delegate.not_after(), expired, expired).is_err() {
        return wrong("validity");
    }
    judge.budget.signature()?;
    match spki::signed_by(judge.crypto, delegate, key) {
        Ok(()) => Ok(()),
        Err(_) => wrong("signatureValue"),
    }
}

impl OcspResponse<'_> {
    /// [6960-3.2-2]
    fn signed_with<C: Crypto>(&self, key: PublicKey<'_>, judge: &mut Judge<'_, C>) -> Result<(), Fault> {
        judge.budget.signature()?;
        spki::verify(judge.crypto, self.signature_algorithm, key, self.tbs, self.signature)
            .map_err(|field| Fault::from(Reason::OcspSignatureBad).field(field))
    }
}
