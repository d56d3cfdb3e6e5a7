//! Keys and signatures on the public web (BR §6.1.5, §6.1.6, §7.1.3). What is too weak for anybody is refused without
//! a profile.

use super::{
    super::{
        asn1::{Elements, Tag, integer, only},
        spki,
    },
    By, Place, Row, Rule, Seen,
};
use crate::{crypto::KeyKind, wire::SignatureScheme};

// [BR-6.1.5-1]
pub(super) const ROWS: &[Row] = &[
    Row {
        rule: Rule::WebKey,
        field: "subjectPublicKeyInfo",
        by: By::Web,
        kept: |seen| spki::strong_key(seen.certificate.spki()).is_ok_and(|key| key.kind != KeyKind::Ed25519),
    },
    Row {
        rule: Rule::WebSignature,
        field: "signatureAlgorithm",
        by: By::Web,
        // What a root says of itself proves nothing, and some that are trusted said it with SHA-1.
        kept: |seen| {
            let schemes = spki::signed_with(seen.certificate);
            seen.place == Place::Anchor || !matches!(schemes, [] | [SignatureScheme::ed25519])
        },
    },
    Row {
        rule: Rule::RsaSize,
        field: "modulus",
        by: By::Web,
        kept: |seen| rsa(seen).is_none_or(|key| key.bits.is_multiple_of(8)),
    },
    Row {
        rule: Rule::RsaExponent,
        field: "publicExponent",
        by: By::Web,
        kept: |seen| {
            rsa(seen).is_none_or(|key| match key.exponent {
                [only] => *only >= 3 && only & 1 == 1,
                [.., last] => last & 1 == 1,
                [] => false,
            })
        },
    },
];

struct Rsa<'a> {
    bits: u32,
    exponent: &'a [u8],
}

/// `None` for keys of another kind, and for such as are refused anyway.
fn rsa<'a>(seen: &Seen<'_, 'a>) -> Option<Rsa<'a>> {
    let key = seen.certificate.public_key().ok().filter(|key| key.kind == KeyKind::Rsa)?;
    let mut fields = Elements::of(only(key.bytes, Tag::Sequence, "RSAPublicKey").ok()?, "RSAPublicKey");
    integer(&mut fields, "modulus").ok()?;
    Some(Rsa { bits: spki::rsa_bits(key.bytes).ok()?, exponent: integer(&mut fields, "publicExponent").ok()? })
}
