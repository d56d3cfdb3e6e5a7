//! P-256 (NIST SP 800-186 §3.2.1.3) for small images.
//!
//! The points are those of `primeorder`, the multiplication in the field is that of the crate `p256`, the numbers are those of
//! `crypto-bigint`: what is here puts them together. The curve of the crate `p256` has all of that too, and 9 KB more: its
//! reduction modulo the order is unrolled, and it inverts by an algorithm of division. Here an inverse is a power, by the
//! multiplications that are there anyway, in a tenth of the time of a handshake.

mod field;
mod scalar;
#[cfg(test)]
mod tests;

use ::p256::elliptic_curve::array::sizes::U32;
use ::p256::elliptic_curve::bigint::{Odd, U256};
use ::p256::elliptic_curve::hazmat::FieldArithmetic;
use ::p256::elliptic_curve::{Curve, CurveArithmetic, PrimeCurve, PrimeCurveArithmetic, point};
use field::FieldElement;
use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic};
use scalar::Scalar;

const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// The curve secp256r1 (RFC 8446 §4.2.7).
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
pub struct P256;

impl Curve for P256 {
    type FieldBytesSize = U32;
    type Uint = U256;
    const ORDER: Odd<U256> = Odd::from_be_hex(ORDER);
}

impl PrimeCurve for P256 {}

impl point::PointCompression for P256 {
    const COMPRESS_POINTS: bool = false;
}

impl point::PointCompaction for P256 {
    const COMPACT_POINTS: bool = false;
}

impl CurveArithmetic for P256 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = Scalar;
}

impl PrimeCurveArithmetic for P256 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

impl FieldArithmetic for P256 {
    type FieldElement = FieldElement;
}

impl PrimeCurveParams for P256 {
    type PointArithmetic = point_arithmetic::EquationAIsMinusThree;
    type Backend = mul_backend::VariableOnly;
    const EQUATION_A: FieldElement = FieldElement::from_u64(3).neg();
    const EQUATION_B: FieldElement =
        FieldElement::from_hex_vartime("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    const GENERATOR: (FieldElement, FieldElement) = (
        FieldElement::from_hex_vartime("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        FieldElement::from_hex_vartime("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    );
}
