//! Keys and signatures of certificates, the weak and the unusual ones included.

use super::certificate::Certificate;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use std::fmt;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// What a public key is for, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// With the bits of its modulus.
    Rsa(usize),
    P256,
    P384,
    P521,
    Ed25519,
    /// A curve or an algorithm that no stack here takes.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// How a certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    RsaPkcs1(Digest),
    /// The parameters are not read.
    RsaPss,
    Ecdsa(Digest),
    Ed25519,
    Other,
}

impl Key {
    pub(crate) fn of(spki: &SubjectPublicKeyInfo<'_>) -> Self {
        use x509_parser::public_key::PublicKey;
        match spki.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" => match spki.parsed() {
                Ok(PublicKey::RSA(key)) => {
                    let modulus = key.modulus.iter().position(|byte| *byte != 0);
                    let modulus = modulus.and_then(|first| key.modulus.get(first..)).unwrap_or_default();
                    let leading = modulus.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(0));
                    Self::Rsa(modulus.len() * 8 - leading)
                }
                _ => Self::Other,
            },
            "1.2.840.10045.2.1" => {
                let curve = spki.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
                match curve.map(|curve| curve.to_id_string()).as_deref() {
                    Some("1.2.840.10045.3.1.7") => Self::P256,
                    Some("1.3.132.0.34") => Self::P384,
                    Some("1.3.132.0.35") => Self::P521,
                    _ => Self::Other,
                }
            }
            "1.3.101.112" => Self::Ed25519,
            _ => Self::Other,
        }
    }

    /// How much work breaking it takes, as security levels count it (NIST SP 800-57 part 1, table 2).
    pub(crate) fn security_bits(&self) -> u32 {
        match self {
            Self::Rsa(..1024) => 0,
            Self::Rsa(1024..2048) => 80,
            Self::Rsa(_) => 112,
            Self::P256 | Self::Ed25519 => 128,
            Self::P384 => 192,
            Self::P521 => 256,
            Self::Other => 0,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA, {bits} bits"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other => f.write_str("of an unknown kind"),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RsaPkcs1(digest) => write!(f, "RSA PKCS#1 v1.5 with {digest}"),
            Self::RsaPss => f.write_str("RSASSA-PSS"),
            Self::Ecdsa(digest) => write!(f, "ECDSA with {digest}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other => f.write_str("of an unknown kind"),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

impl Algorithm {
    pub(crate) fn of(identifier: &AlgorithmIdentifier<'_>) -> Self {
        match identifier.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.4" => Self::RsaPkcs1(Digest::Md5),
            "1.2.840.113549.1.1.5" => Self::RsaPkcs1(Digest::Sha1),
            "1.2.840.113549.1.1.14" => Self::RsaPkcs1(Digest::Sha224),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Digest::Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Digest::Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Digest::Sha512),
            "1.2.840.113549.1.1.10" => Self::RsaPss,
            "1.2.840.10045.4.1" => Self::Ecdsa(Digest::Sha1),
            "1.2.840.10045.4.3.1" => Self::Ecdsa(Digest::Sha224),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Digest::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Digest::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Digest::Sha512),
            "1.3.101.112" => Self::Ed25519,
            _ => Self::Other,
        }
    }

    pub(crate) fn digest(self) -> Option<Digest> {
        match self {
            Self::RsaPkcs1(digest) | Self::Ecdsa(digest) => Some(digest),
            Self::RsaPss | Self::Ed25519 | Self::Other => None,
        }
    }

    /// Made with MD5 or SHA-1.
    pub(crate) fn is_broken(self) -> bool {
        matches!(self.digest(), Some(Digest::Md5 | Digest::Sha1))
    }

    /// Whether such a key can make such signatures.
    pub(crate) fn fits(self, key: &Key) -> bool {
        match self {
            Self::RsaPkcs1(_) | Self::RsaPss => matches!(key, Key::Rsa(_)),
            Self::Ecdsa(_) => matches!(key, Key::P256 | Key::P384 | Key::P521),
            Self::Ed25519 => *key == Key::Ed25519,
            // A pair that is not looked into, as of DSA.
            Self::Other => *key == Key::Other,
        }
    }
}

/// Whether the key of `issuer` did not sign `certificate`. What can't be checked here is believed.
pub(crate) fn is_wrong(certificate: &Certificate, issuer: &Certificate) -> bool {
    if !certificate.algorithm.fits(&issuer.key) {
        return certificate.algorithm != Algorithm::Other;
    }
    let algorithms: &[&'static dyn VerificationAlgorithm] = match (certificate.algorithm, &issuer.key) {
        (Algorithm::RsaPkcs1(Digest::Sha1), _) => &[&signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY],
        (Algorithm::RsaPkcs1(Digest::Sha256), _) => &[&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY],
        (Algorithm::RsaPkcs1(Digest::Sha384), Key::Rsa(2048..)) => &[&signature::RSA_PKCS1_2048_8192_SHA384],
        (Algorithm::RsaPkcs1(Digest::Sha512), _) => &[&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY],
        (Algorithm::RsaPss, Key::Rsa(2048..)) => &[
            &signature::RSA_PSS_2048_8192_SHA256,
            &signature::RSA_PSS_2048_8192_SHA384,
            &signature::RSA_PSS_2048_8192_SHA512,
        ],
        (Algorithm::Ecdsa(Digest::Sha256), Key::P256) => &[&signature::ECDSA_P256_SHA256_ASN1],
        (Algorithm::Ecdsa(Digest::Sha384), Key::P256) => &[&signature::ECDSA_P256_SHA384_ASN1],
        (Algorithm::Ecdsa(Digest::Sha256), Key::P384) => &[&signature::ECDSA_P384_SHA256_ASN1],
        (Algorithm::Ecdsa(Digest::Sha384), Key::P384) => &[&signature::ECDSA_P384_SHA384_ASN1],
        (Algorithm::Ed25519, Key::Ed25519) => &[&signature::ED25519],
        _ => &[],
    };
    let Some(key) = public_key(&issuer.spki) else { return false };
    let good = |algorithm: &&'static dyn VerificationAlgorithm| {
        UnparsedPublicKey::new(*algorithm, &key).verify(&certificate.tbs, &certificate.signature).is_ok()
    };
    !algorithms.is_empty() && !algorithms.iter().any(good)
}

fn public_key(spki: &[u8]) -> Option<Vec<u8>> {
    use x509_parser::prelude::FromDer;
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki).ok()?;
    Some(spki.subject_public_key.data.to_vec())
}
