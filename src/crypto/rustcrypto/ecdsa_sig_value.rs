//! Ecdsa-Sig-Value (RFC 3279 §2.2.3) in DER: `SEQUENCE { r INTEGER, s INTEGER }`. With the curves of this provider no length
//! is beyond 127, so each is one byte.

use super::nist;
use crate::crypto::CryptoError;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 2;
const SHORT: u8 = 0x7f;

/// r and s, without leading zeros. None is negative, none is 0, and nothing follows them.
pub(super) fn read(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (fields, []) = element(der, SEQUENCE)? else { return None };
    let (r, fields) = element(fields, INTEGER)?;
    let (s, []) = element(fields, INTEGER)? else { return None };
    Some((positive(r)?, positive(s)?))
}

/// The content of the first element, and what is behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, len @ ..=SHORT, rest @ ..] = der else { return None };
    rest.split_at_checked(usize::from(*len)).filter(|_| *found == tag)
}

/// The digits of an INTEGER of no more bytes than it needs (X.690 §8.3.2).
fn positive(content: &[u8]) -> Option<&[u8]> {
    match content {
        [0, digits @ ..] if digits.first().is_some_and(|first| *first > SHORT) => Some(digits),
        [1..=SHORT, ..] => Some(content),
        _ => None,
    }
}

/// Writes the value; returns its length.
pub(super) fn write(r: &[u8], s: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let ((r_sign, r), (s_sign, s)) = (signed(r), signed(s));
    let r_len = r_sign.len() + r.len();
    let s_len = s_sign.len() + s.len();
    let len = |len: usize| u8::try_from(len).ok().filter(|len| *len <= SHORT).ok_or(CryptoError);
    let head = [SEQUENCE, len(r_len + s_len + 4)?, INTEGER, len(r_len)?];
    nist::write(&[&head, r_sign, r, &[INTEGER, len(s_len)?], s_sign, s], out)
}

/// A number without leading zeros, and the zero before it that says that it is not negative, where that is needed.
fn signed(number: &[u8]) -> (&'static [u8], &[u8]) {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..).unwrap_or_default();
    (if digits.first().is_some_and(|first| *first > SHORT) { &[0] } else { &[] }, digits)
}
