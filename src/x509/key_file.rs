//! Private keys from files: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915).

use super::{
    LoadError,
    asn1::{Elements, Tag, context, only},
    load,
};
use crate::fault::Fault;
use ::der::{Encode, Header, Length};
use alloc::{string::String, vec::Vec};
use core::fmt;
use zeroize::Zeroizing;

/// A private key in DER. It is wiped when dropped, and not printed.
#[derive(Clone)]
#[non_exhaustive]
pub enum PrivateKeyDer {
    /// PrivateKeyInfo (RFC 5958 §2). An elliptic curve key that was in SEC 1 form comes in it as well.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// RSAPrivateKey (RFC 8017 A.1.2).
    Pkcs1(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for PrivateKeyDer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs8(_) => "Pkcs8(..)",
            Self::Pkcs1(_) => "Pkcs1(..)",
        })
    }
}

/// The private key of a PEM file, which may hold certificates and `EC PARAMETERS` besides.
///
/// # Errors
/// [`LoadError`]: there is none, there are two, it is encrypted, or it is not what its label says.
pub fn private_key_from_pem(text: &[u8]) -> Result<PrivateKeyDer, LoadError> {
    let (block, parameters) = load::key_block(text)?;
    let wrong = |what| LoadError::Key { label: block.label.clone(), line: block.line, what };
    match block.label.as_str() {
        "PRIVATE KEY" => check_pkcs8(&block.der).map_err(wrong).map(|()| PrivateKeyDer::Pkcs8(block.der)),
        "RSA PRIVATE KEY" => match only(&block.der, Tag::Sequence, "RSAPrivateKey") {
            Ok(_) => Ok(PrivateKeyDer::Pkcs1(block.der)),
            Err(_) => Err(wrong("not an RSAPrivateKey (RFC 8017 A.1.2)")),
        },
        "EC PRIVATE KEY" => {
            let curve = parameters.as_ref().map(|block| block.der.as_slice());
            wrap_sec1(&block.der, curve).map_err(wrong).map(PrivateKeyDer::Pkcs8)
        }
        "ENCRYPTED PRIVATE KEY" => Err(LoadError::Encrypted { label: String::from(&block.label), line: block.line }),
        "OPENSSH PRIVATE KEY" => Err(wrong("in the form of OpenSSH (ssh-keygen -p -m PKCS8 -f .. converts it)")),
        "DSA PRIVATE KEY" => Err(wrong("TLS 1.3 has no DSA")),
        _ => Err(wrong("of a kind that is not known here")),
    }
}

const NO_PUBLIC_KEY: &str =
    "it lacks the public key, which signing needs (openssl ec -in old.key -out new.key adds it)";
const NOT_SEC1: &str = "not an ECPrivateKey (RFC 5915 §3)";
const NOT_PKCS8: &str = "not a PrivateKeyInfo (RFC 5958 §2)";
/// id-ecPublicKey, a whole OBJECT IDENTIFIER.
const EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

/// What an ECPrivateKey tells besides the key.
struct Sec1<'a> {
    /// A whole OBJECT IDENTIFIER.
    curve: Option<&'a [u8]>,
    has_public_key: bool,
}

impl<'a> Sec1<'a> {
    fn read(key: &'a [u8]) -> Result<Self, Fault> {
        const FIELD: &str = "ECPrivateKey";
        let mut fields = Elements::of(only(key, Tag::Sequence, FIELD)?, FIELD);
        fields.one(Tag::Integer, "version")?;
        fields.one(Tag::OctetString, "privateKey")?;
        let curve = fields.optional(context(0, true), "parameters")?;
        let public_key = fields.optional(context(1, true), "publicKey")?;
        fields.end()?;
        Ok(Self { curve, has_public_key: public_key.is_some() })
    }
}

fn check_pkcs8(key: &[u8]) -> Result<(), &'static str> {
    let read = || {
        let mut fields = Elements::of(only(key, Tag::Sequence, "PrivateKeyInfo")?, "PrivateKeyInfo");
        fields.one(Tag::Integer, "version")?;
        let algorithm = fields.one(Tag::Sequence, "privateKeyAlgorithm")?.content;
        let inner = fields.one(Tag::OctetString, "privateKey")?.content;
        Ok((algorithm, inner))
    };
    let (algorithm, inner) = read().map_err(|_: Fault| NOT_PKCS8)?;
    if !algorithm.starts_with(EC_PUBLIC_KEY) {
        return Ok(());
    }
    let inner = Sec1::read(inner).map_err(|_| NOT_PKCS8)?;
    if inner.has_public_key { Ok(()) } else { Err(NO_PUBLIC_KEY) }
}

/// Puts an ECPrivateKey into a PrivateKeyInfo; its curve is told inside of it, or by a block `EC PARAMETERS` before it.
fn wrap_sec1(key: &[u8], parameters: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let sec1 = Sec1::read(key).map_err(|_| NOT_SEC1)?;
    let curve = sec1.curve.or(parameters).ok_or("it does not tell its curve")?;
    only(curve, Tag::ObjectIdentifier, "namedCurve").map_err(|_| "its curve is not a named one (RFC 5480 §2.1.1)")?;
    if !sec1.has_public_key {
        return Err(NO_PUBLIC_KEY);
    }
    let algorithm = element(::der::Tag::Sequence, &[EC_PUBLIC_KEY, curve])?;
    let inner = element(::der::Tag::OctetString, &[key])?;
    element(::der::Tag::Sequence, &[b"\x02\x01\x00", &algorithm, &inner])
}

/// One element in DER, written into memory that is wiped and does not grow.
fn element(tag: ::der::Tag, content: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    const TOO_LONG: &str = "too long";
    let len = content.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    let header = Header::new(tag, Length::try_from(len).map_err(|_| TOO_LONG)?);
    let header = header.to_der().map_err(|_| TOO_LONG)?;
    let mut out = Zeroizing::new(Vec::with_capacity(header.len().saturating_add(len)));
    out.extend_from_slice(&header);
    content.iter().for_each(|part| out.extend_from_slice(part));
    Ok(out)
}
