//! Keys: of what kind they are, and which public key belongs to a private one. Of private keys nothing else is read.

use super::block::Block;
use super::der::{Element, element};
use super::kind::Kind;
use ring::signature::{Ed25519KeyPair, KeyPair};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: &[u8] = &[0x2b, 101, 112];

/// What a key is, and the content of its subjectPublicKey, if it can be told.
struct Key {
    kind: String,
    public: Option<Vec<u8>>,
    /// Why nobody should sign with it.
    wrong: Option<&'static str>,
}

const UNKNOWN: &str = "is of a kind that signs nothing here: RSA, P-256, P-384 and Ed25519 do";
const SMALL: &str = "is too small: RSA keys of fewer than 2048 bits are refused here and by most others";

/// Says what a block with a key holds.
pub(super) fn describe(block: &mut Block) {
    let key = match block.kind {
        Kind::PublicKey => of_spki(&block.der),
        Kind::RsaPublicKey => of_rsa(&block.der, false),
        Kind::PrivateKey => of_pkcs8(&block.der),
        Kind::RsaPrivateKey => of_rsa(&block.der, true),
        Kind::EcPrivateKey => of_ec(&block.der, None),
        Kind::EncryptedPrivateKey => {
            block.problem("is encrypted: most servers can't ask for its passphrase (openssl pkey decrypts it)");
            return;
        }
        _ => return,
    };
    let Some(key) = key else { return };
    block.fact("key", key.kind);
    if let Some(wrong) = key.wrong.filter(|_| block.kind.is_private()) {
        block.problem(wrong);
    }
    if block.kind.is_private() && key.public.is_none() {
        block.problem("lacks the public key, which signing needs (openssl ec -in old.key -out new.key adds it)");
    }
    block.public = key.public;
}

/// The content of the subjectPublicKey of a SubjectPublicKeyInfo.
pub(super) fn public_of(spki: &[u8]) -> Option<Vec<u8>> {
    of_spki(spki)?.public
}

/// The elements of a SEQUENCE.
fn fields(der: &[u8]) -> Option<Vec<Element<'_>>> {
    let whole = element(der, 0, der.len()).ok()?;
    let mut fields = Vec::new();
    let mut at = whole.begin;
    while at < whole.end {
        let field = element(der, at, whole.end).ok()?;
        at = field.end;
        fields.push(field);
    }
    Some(fields)
}

fn of_spki(der: &[u8]) -> Option<Key> {
    let fields = fields(der)?;
    let (algorithm, public) = (fields.first()?, fields.get(1)?.content.get(1..)?.to_vec());
    let (oid, parameters) = algorithm_of(algorithm)?;
    let kind = match oid {
        RSA => of_rsa(&public, false)?.kind,
        EC => curve(parameters),
        ED25519 => "Ed25519".to_owned(),
        _ => "of an unknown kind".to_owned(),
    };
    Some(Key { kind, public: Some(public), wrong: None })
}

/// The OID of an AlgorithmIdentifier, and the content of its parameters.
fn algorithm_of<'a>(algorithm: &Element<'a>) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let oid = element(algorithm.content, 0, algorithm.content.len()).ok()?;
    let parameters = element(algorithm.content, oid.end, algorithm.content.len()).ok();
    Some((oid.content, parameters.map(|parameters| parameters.content)))
}

fn of_pkcs8(der: &[u8]) -> Option<Key> {
    let fields = fields(der)?;
    let (oid, parameters) = algorithm_of(fields.get(1)?)?;
    let inner = fields.get(2)?.content;
    match oid {
        RSA => of_rsa(inner, true),
        EC => of_ec(inner, parameters),
        ED25519 => {
            let seed = element(inner, 0, inner.len()).ok()?.content;
            let public = Ed25519KeyPair::from_seed_unchecked(seed).ok().map(|pair| pair.public_key().as_ref().to_vec());
            Some(Key { kind: "Ed25519".to_owned(), public, wrong: None })
        }
        _ => Some(Key { kind: "of an unknown kind".to_owned(), public: Some(Vec::new()), wrong: Some(UNKNOWN) }),
    }
}

/// An RSAPublicKey, or what of an RSAPrivateKey is the same.
fn of_rsa(der: &[u8], private: bool) -> Option<Key> {
    let fields = fields(der)?;
    let skip = usize::from(private);
    let (modulus, exponent) = (fields.get(skip)?, fields.get(skip + 1)?);
    let significant = modulus.content.strip_prefix(&[0]).unwrap_or(modulus.content);
    let leading = usize::try_from(significant.first()?.leading_zeros()).ok()?;
    let bits = significant.len() * 8 - leading;
    let public = if private {
        let both = [integer(modulus.content), integer(exponent.content)].concat();
        encoded(0x30, &both)
    } else {
        der.to_vec()
    };
    Some(Key { kind: format!("RSA, {bits} bits"), public: Some(public), wrong: (bits < 2048).then_some(SMALL) })
}

fn of_ec(der: &[u8], parameters: Option<&[u8]>) -> Option<Key> {
    let fields = fields(der)?;
    let tagged = |tag| {
        let field = fields.iter().find(|field| field.tag == tag)?;
        element(field.content, 0, field.content.len()).ok()
    };
    let kind = curve(tagged(0xa0).map(|oid| oid.content).or(parameters));
    let public = tagged(0xa1).and_then(|bits| Some(bits.content.get(1..)?.to_vec()));
    Some(Key { kind, public, wrong: None })
}

fn curve(oid: Option<&[u8]>) -> String {
    match oid {
        Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]) => "P-256",
        Some([0x2b, 0x81, 4, 0, 34]) => "P-384",
        Some([0x2b, 0x81, 4, 0, 35]) => "P-521",
        Some(_) => "EC, of a curve that TLS 1.3 does not have",
        None => "EC, of a curve that is told elsewhere",
    }
    .to_owned()
}

fn integer(content: &[u8]) -> Vec<u8> {
    encoded(2, content)
}

fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., third, second, first] = content.len().to_be_bytes();
    let length = match content.len() {
        0..=0x7f => vec![first],
        0x80..=0xff => vec![0x81, first],
        0x100..=0xffff => vec![0x82, second, first],
        _ => vec![0x83, third, second, first],
    };
    [&[tag], &length[..], content].concat()
}
