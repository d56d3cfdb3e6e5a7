//! Private keys in PrivateKeyInfo (RFC 5958 §2).

use der::{Reader, SliceReader, Tag, asn1::AnyRef};

/// The number in the ECPrivateKey (RFC 5915 §3) of a PrivateKeyInfo for `algorithm`.
pub(super) fn ec_private_key<'a>(der: &'a [u8], algorithm: &[u8]) -> Option<&'a [u8]> {
    // SEQUENCE { version INTEGER, privateKey OCTET STRING, parameters [0] OPTIONAL, publicKey [1] OPTIONAL }
    let mut key = SliceReader::new(private_key(der, algorithm)?).ok()?;
    let mut fields = SliceReader::new(next(&mut key, Tag::Sequence)?).ok()?;
    next(&mut fields, Tag::Integer)?;
    next(&mut fields, Tag::OctetString)
}

/// The bytes in the CurvePrivateKey (RFC 8410 §7) of a PrivateKeyInfo for `algorithm`.
pub(super) fn curve_private_key<'a>(der: &'a [u8], algorithm: &[u8]) -> Option<&'a [u8]> {
    next(&mut SliceReader::new(private_key(der, algorithm)?).ok()?, Tag::OctetString)
}

fn private_key<'a>(der: &'a [u8], algorithm: &[u8]) -> Option<&'a [u8]> {
    // SEQUENCE { version INTEGER, privateKeyAlgorithm AlgorithmIdentifier, privateKey OCTET STRING, .. }
    let mut fields = SliceReader::new(next(&mut SliceReader::new(der).ok()?, Tag::Sequence)?).ok()?;
    next(&mut fields, Tag::Integer)?;
    let found = next(&mut fields, Tag::Sequence)?;
    next(&mut fields, Tag::OctetString).filter(|_| found == algorithm)
}

/// The content of the next element, if it has this tag.
fn next<'a>(fields: &mut SliceReader<'a>, tag: Tag) -> Option<&'a [u8]> {
    let element: AnyRef<'a> = fields.decode().ok()?;
    (element.header().tag() == tag).then(|| element.value())
}
