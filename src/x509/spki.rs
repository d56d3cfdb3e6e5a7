//! Keys and signatures: what object identifiers mean to a `Crypto` (RFC 5280 §4.1.1.2, §4.1.2.7; RFC 5480, RFC 8410, RFC 4055).

use super::{
    Certificate,
    asn1::{Elements, Tag, context, integer, malformed, octets, only},
};
use crate::{
    crypto::{Crypto, KeyKind, PublicKey, SignatureAlgorithm},
    fault::{Detail, Fault, Reason},
    wire::SignatureScheme,
};

/// RSA keys below are within reach of factoring.
const MIN_RSA_BITS: u32 = 2048;
/// RSA keys above cost the verifier too much, and providers refuse them.
const MAX_RSA_BITS: u32 = 8192;

// AlgorithmIdentifiers are compared as bytes: the object identifier, and the only parameters that DER and the standards
// leave possible.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const ECDSA_P256: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const ECDSA_P384: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
const ECDSA_WITH_SHA256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const ECDSA_WITH_SHA384: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";
// RFC 4055 §5: the parameters of these are NULL, but absent ones must be accepted as well.
const RSA_WITH_SHA256: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
const RSA_WITH_SHA384: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c";
const RSA_WITH_SHA512: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d";
/// [4.2.3-6] The keys that we accept.
const KEYS: [(&[u8], KeyKind); 4] = [
    (RSA, KeyKind::Rsa),
    (ECDSA_P256, KeyKind::EcdsaP256),
    (ECDSA_P384, KeyKind::EcdsaP384),
    (ED25519, KeyKind::Ed25519),
];
/// The signature algorithms without parameters. MD5 and SHA-1 are not here (RFC 8446 §4.4.2.4).
const SIGNATURES: [(&[u8], Named); 3] = [
    (ECDSA_WITH_SHA256, Named::Ecdsa(Digest::Sha256)),
    (ECDSA_WITH_SHA384, Named::Ecdsa(Digest::Sha384)),
    (ED25519, Named::Ed25519),
];
/// Those with parameters NULL, or none.
const RSA_SIGNATURES: [(&[u8], Digest); 3] =
    [(RSA_WITH_SHA256, Digest::Sha256), (RSA_WITH_SHA384, Digest::Sha384), (RSA_WITH_SHA512, Digest::Sha512)];
/// Hash functions in RSASSA-PSS-params.
const DIGESTS: [(&[u8], Digest); 3] = [(SHA256, Digest::Sha256), (SHA384, Digest::Sha384), (SHA512, Digest::Sha512)];
/// md5WithRSAEncryption, sha1WithRSAEncryption, ecdsa-with-SHA1.
const WEAK: [&[u8]; 3] = [
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05",
    b"\x06\x07\x2a\x86\x48\xce\x3d\x04\x01",
];
const RSASSA_PSS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
const MGF1: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
pub(super) const SHA256: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const SHA384: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02";
const SHA512: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03";
pub(super) const NULL: &[u8] = b"\x05\x00";

/// The key in a SubjectPublicKeyInfo, if it is strong enough to be relied on in a path.
pub(super) fn strong_key(spki: &[u8]) -> Result<PublicKey<'_>, Fault> {
    let key = public_key(spki)?;
    if key.kind == KeyKind::Rsa {
        let bits = rsa_bits(key.bytes)?;
        if bits < MIN_RSA_BITS {
            return Err(rsa_size(Reason::CertificateKeyWeak, bits, MIN_RSA_BITS));
        }
    }
    Ok(key)
}

/// The key in a SubjectPublicKeyInfo.
pub(super) fn public_key(spki: &[u8]) -> Result<PublicKey<'_>, Fault> {
    const FIELD: &str = "subjectPublicKeyInfo";
    let mut fields = Elements::of(only(spki, Tag::Sequence, FIELD)?, FIELD);
    let algorithm = fields.one(Tag::Sequence, FIELD)?.content;
    let bytes = octets(&mut fields, FIELD)?;
    fields.end()?;
    let refused = || Fault::from(Reason::CertificateAlgorithm).field(FIELD);
    let kind = look_up(&KEYS, algorithm).ok_or_else(refused)?;
    let shape = match kind {
        KeyKind::Rsa => match rsa_bits(bytes)? {
            ..=MAX_RSA_BITS => true,
            bits => return Err(rsa_size(Reason::CertificateAlgorithm, bits, MAX_RSA_BITS)),
        },
        // RFC 5480 §2.2: compressed points are optional, and RFC 8446 §4.2.8.2 has no use for them.
        KeyKind::EcdsaP256 => bytes.len() == 65 && bytes.first() == Some(&4),
        KeyKind::EcdsaP384 => bytes.len() == 97 && bytes.first() == Some(&4),
        KeyKind::Ed25519 => bytes.len() == 32,
    };
    if shape { Ok(PublicKey { kind, bytes }) } else { Err(malformed(FIELD)) }
}

/// The size of the modulus. `RSAPublicKey ::= SEQUENCE { modulus, publicExponent }` (RFC 8017 A.1.1)
pub(super) fn rsa_bits(key: &[u8]) -> Result<u32, Fault> {
    let mut key = Elements::of(only(key, Tag::Sequence, "RSAPublicKey")?, "RSAPublicKey");
    let modulus = integer(&mut key, "modulus")?;
    integer(&mut key, "publicExponent")?;
    key.end()?;
    let modulus = match modulus {
        [0x80..=0xff, ..] => return Err(malformed("modulus")),
        [0, rest @ ..] => rest,
        modulus => modulus,
    };
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    Ok(u32::try_from(modulus.len()).unwrap_or(u32::MAX).saturating_mul(8).saturating_sub(leading))
}

fn rsa_size(reason: Reason, got: u32, limit: u32) -> Fault {
    Fault::from(reason).field("modulus").detail(Detail::Limit { got, limit })
}

fn look_up<T: Copy>(table: &[(&[u8], T)], identifier: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| *known == identifier).map(|(_, meaning)| *meaning)
}

/// A signature algorithm as a certificate names it, without the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Ecdsa(Digest),
    Ed25519,
    RsaPkcs1(Digest),
    RsaPss(Digest),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl Named {
    /// Of the content of an AlgorithmIdentifier.
    #[inline(never)]
    fn of(identifier: &[u8]) -> Option<Self> {
        if let Some(named) = look_up(&SIGNATURES, identifier) {
            return Some(named);
        }
        match identifier.split_at_checked(RSASSA_PSS.len())? {
            (RSASSA_PSS, parameters) => pss(parameters).map(Self::RsaPss),
            (pkcs1, [] | [5, 0]) => look_up(&RSA_SIGNATURES, pkcs1).map(Self::RsaPkcs1),
            _ => None,
        }
    }

    /// What it means under the issuer's key; `None` if that key can't make such signatures.
    fn with(self, key: KeyKind) -> Option<SignatureAlgorithm> {
        use SignatureAlgorithm as A;
        Some(match (self, key) {
            (Self::Ecdsa(Digest::Sha256), KeyKind::EcdsaP256) => A::EcdsaP256Sha256,
            (Self::Ecdsa(Digest::Sha384), KeyKind::EcdsaP256) => A::EcdsaP256Sha384,
            (Self::Ecdsa(Digest::Sha256), KeyKind::EcdsaP384) => A::EcdsaP384Sha256,
            (Self::Ecdsa(Digest::Sha384), KeyKind::EcdsaP384) => A::EcdsaP384Sha384,
            (Self::Ed25519, KeyKind::Ed25519) => A::Ed25519,
            (Self::RsaPkcs1(Digest::Sha256), KeyKind::Rsa) => A::RsaPkcs1Sha256,
            (Self::RsaPkcs1(Digest::Sha384), KeyKind::Rsa) => A::RsaPkcs1Sha384,
            (Self::RsaPkcs1(Digest::Sha512), KeyKind::Rsa) => A::RsaPkcs1Sha512,
            (Self::RsaPss(Digest::Sha256), KeyKind::Rsa) => A::RsaPssSha256,
            (Self::RsaPss(Digest::Sha384), KeyKind::Rsa) => A::RsaPssSha384,
            (Self::RsaPss(Digest::Sha512), KeyKind::Rsa) => A::RsaPssSha512,
            _ => return None,
        })
    }
}

// [4.2.3-4]
/// RSASSA-PSS-params (RFC 4055 §3.1), of which only one form per hash is accepted: one hash throughout, a salt as long
/// as it, and the default trailer.
fn pss(parameters: &[u8]) -> Option<Digest> {
    const FIELD: &str = "RSASSA-PSS-params";
    let mut fields = Elements::of(only(parameters, Tag::Sequence, FIELD).ok()?, FIELD);
    let hash = fields.optional(context(0, true), FIELD).ok()??;
    let hash = digest(hash)?;
    let mask = only(fields.optional(context(1, true), FIELD).ok()??, Tag::Sequence, FIELD).ok()?;
    let mask_hash = digest(mask.strip_prefix(MGF1)?)?;
    let salt = only(fields.optional(context(2, true), FIELD).ok()??, Tag::Integer, FIELD).ok()?;
    fields.end().ok()?;
    let salt_as_long = matches!((hash, salt), (Digest::Sha256, [32]) | (Digest::Sha384, [48]) | (Digest::Sha512, [64]));
    (mask_hash == hash && salt_as_long).then_some(hash)
}

/// A hash function's AlgorithmIdentifier; its NULL may be missing (RFC 4055 §2.1).
fn digest(identifier: &[u8]) -> Option<Digest> {
    let content = only(identifier, Tag::Sequence, "hashAlgorithm").ok()?;
    look_up(&DIGESTS, content.strip_suffix(NULL).unwrap_or(content))
}

/// The schemes of TLS that stand for the signature on a certificate (RFC 8446 §4.2.3); none for an algorithm that is not
/// known here. Certificates name no curve, so the scheme of an ECDSA signature follows from its hash.
#[must_use]
pub fn signed_with(certificate: &Certificate<'_>) -> &'static [SignatureScheme] {
    use SignatureScheme as S;
    match Named::of(certificate.signature_algorithm) {
        Some(Named::Ecdsa(Digest::Sha256)) => &[S::ecdsa_secp256r1_sha256],
        Some(Named::Ecdsa(Digest::Sha384)) => &[S::ecdsa_secp384r1_sha384],
        Some(Named::Ecdsa(Digest::Sha512)) => &[S::ecdsa_secp521r1_sha512],
        Some(Named::Ed25519) => &[S::ed25519],
        Some(Named::RsaPkcs1(Digest::Sha256)) => &[S::rsa_pkcs1_sha256],
        Some(Named::RsaPkcs1(Digest::Sha384)) => &[S::rsa_pkcs1_sha384],
        Some(Named::RsaPkcs1(Digest::Sha512)) => &[S::rsa_pkcs1_sha512],
        Some(Named::RsaPss(Digest::Sha256)) => &[S::rsa_pss_rsae_sha256, S::rsa_pss_pss_sha256],
        Some(Named::RsaPss(Digest::Sha384)) => &[S::rsa_pss_rsae_sha384, S::rsa_pss_pss_sha384],
        Some(Named::RsaPss(Digest::Sha512)) => &[S::rsa_pss_rsae_sha512, S::rsa_pss_pss_sha512],
        None => &[],
    }
}

/// Whether the signature algorithm of a certificate is one that we accept from any issuer.
pub(super) fn acceptable(certificate: &Certificate<'_>) -> Result<(), Fault> {
    match Named::of(certificate.signature_algorithm) {
        Some(_) => Ok(()),
        None => {
            let identifier = certificate.signature_algorithm;
            // [4.4.2.4-1] [4.4.2.4-2] These have an alert of their own.
            let weak = WEAK.contains(&identifier.strip_suffix(NULL).unwrap_or(identifier));
            let reason = if weak { Reason::CertificateHashWeak } else { Reason::CertificateAlgorithm };
            Err(Fault::from(reason).field("signatureAlgorithm"))
        }
    }
}

/// [5280-6.1.3-1] Whether `key` made the signature of `certificate` (RFC 5280 §6.1.3 (a) (1)).
pub(super) fn signed_by<C: Crypto>(crypto: &C, certificate: &Certificate<'_>, key: PublicKey<'_>) -> Result<(), Fault> {
    let Certificate { signature_algorithm, tbs, signature, .. } = certificate;
    verify(crypto, signature_algorithm, key, tbs, signature).map_err(|field| {
        #[cfg(feature = "alloc")]
        if field == SIGNATURE_VALUE && !knows(crypto, key.kind) {
            return Fault::from(Reason::CertificateAlgorithm).field("signatureAlgorithm");
        }
        Fault::from(Reason::CertificateSignatureBad).field(field)
    })
}

/// Whether the provider verifies with such keys at all; where it does not, a signature is not wrong but beyond it.
#[cfg(feature = "alloc")]
fn knows(crypto: &impl Crypto, kind: KeyKind) -> bool {
    crypto.schemes().iter().any(|s| SignatureAlgorithm::of_scheme(*s).is_some_and(|a| a.key_kind() == kind))
}

const SIGNATURE_VALUE: &str = "signatureValue";

/// Whether `key` made `signature` over `tbs`. An error names the field that is wrong.
pub(super) fn verify<C: Crypto>(
    crypto: &C,
    algorithm: &[u8],
    key: PublicKey<'_>,
    tbs: &[u8],
    signature: &[u8],
) -> Result<(), &'static str> {
    let algorithm = Named::of(algorithm).and_then(|named| named.with(key.kind)).ok_or("signatureAlgorithm")?;
    crypto.verify(algorithm, key.bytes, tbs, signature).map_err(|_| SIGNATURE_VALUE)
}

#[cfg(test)]
mod tests;
