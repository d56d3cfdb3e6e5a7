//! P-256 and P-384, written once: numbers, points, and ECDH (RFC 8446 §7.4.2).

use super::p256::P256;
use crate::crypto::{CryptoError, SharedSecret};
use crate::wire::SignatureScheme;
use ::p256::elliptic_curve::point::AffineCoordinates;
use ::p256::elliptic_curve::{AffinePoint, CurveArithmetic, CurveGroup, FieldBytes, Group, ProjectivePoint, Scalar};
use ::p256::elliptic_curve::{ff::Field, ff::PrimeField, ops::Reduce};
use hmac::{Hmac, KeyInit, Mac};
use p384::NistP384;
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

/// A curve of NIST, and what else TLS has of it.
pub trait NistCurve: CurveArithmetic + 'static {
    /// The scheme of CertificateVerify.
    const SCHEMES: &'static [SignatureScheme];
    /// The content of the AlgorithmIdentifier of its keys (RFC 5480 §2.1.1): id-ecPublicKey and the curve.
    const ALGORITHM: &'static [u8];
    /// The hash of that scheme, as long as a number modulo the order of the curve.
    type Hash: Digest;
    /// HMAC with that hash.
    type Hmac: Mac + KeyInit;
}

impl NistCurve for P256 {
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
    const ALGORITHM: &'static [u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    type Hash = Sha256;
    type Hmac = Hmac<Sha256>;
}

impl NistCurve for NistP384 {
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp384r1_sha384];
    const ALGORITHM: &'static [u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
    type Hash = Sha384;
    type Hmac = Hmac<Sha384>;
}

/// A number in 1..n (n is the order of the curve), from as many bytes as n has.
pub(super) fn number<C: NistCurve>(bytes: &[u8]) -> Result<Scalar<C>, CryptoError> {
    let bytes: &FieldBytes<C> = bytes.try_into().map_err(|_| CryptoError)?;
    non_zero::<C>(bytes).ok_or(CryptoError)
}

pub(super) fn non_zero<C: NistCurve>(bytes: &FieldBytes<C>) -> Option<Scalar<C>> {
    let number = Scalar::<C>::from_repr(*bytes).into_option()?;
    (!bool::from(number.is_zero())).then_some(number)
}

/// The number modulo n.
pub(super) fn reduced<C: NistCurve>(bytes: &FieldBytes<C>) -> Scalar<C> {
    <Scalar<C> as Reduce<FieldBytes<C>>>::reduce(bytes)
}

/// The first byte of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

/// An uncompressed point that is on the curve (RFC 8446 §4.2.8.2). Its zero has no coordinates. Points are not read with the
/// crate's own function: that one knows compressed points too, and brings along the square root for them.
pub(super) fn public<C: NistCurve>(point: &[u8]) -> Result<AffinePoint<C>, CryptoError> {
    let [UNCOMPRESSED, coordinates @ ..] = point else { return Err(CryptoError) };
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2).ok_or(CryptoError)?;
    let x = x.try_into().map_err(|_| CryptoError)?;
    let y = y.try_into().map_err(|_| CryptoError)?;
    AffinePoint::<C>::from_coordinates(x, y).into_option().ok_or(CryptoError)
}

/// In constant time.
#[inline(never)]
pub(super) fn multiply<C: NistCurve>(point: ProjectivePoint<C>, number: &Scalar<C>) -> AffinePoint<C> {
    (point * number).to_affine()
}

#[inline(never)]
pub(super) fn share<C: NistCurve>(key: &[u8], share: &mut [u8]) -> Result<usize, CryptoError> {
    let key = Zeroizing::new(number::<C>(key)?);
    let point = multiply::<C>(ProjectivePoint::<C>::generator(), &key);
    write(&[&[UNCOMPRESSED], &point.x(), &point.y()], share)
}

#[inline(never)]
pub(super) fn agree<C: NistCurve>(key: &[u8], peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    let peer = public::<C>(peer)?;
    let key = Zeroizing::new(number::<C>(key)?);
    let shared = Zeroizing::new(multiply::<C>(peer.into(), &key).x());
    SharedSecret::new(&shared).ok_or(CryptoError)
}

/// Writes the parts one behind the other; returns their length.
pub(super) fn write(parts: &[&[u8]], out: &mut [u8]) -> Result<usize, CryptoError> {
    let room = out.len();
    let mut rest = out;
    for part in parts {
        let (to, behind) = rest.split_at_mut_checked(part.len()).ok_or(CryptoError)?;
        to.copy_from_slice(part);
        rest = behind;
    }
    Ok(room.saturating_sub(rest.len()))
}
