//! The numbers modulo the order of P-256.

use super::{ORDER, P256};
use ::p256::elliptic_curve::bigint::U256;
use ::p256::elliptic_curve::ff::PrimeField;
use ::p256::elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
use ::p256::elliptic_curve::subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption};
use ::p256::elliptic_curve::{Curve, scalar_impls};
use primeorder::wnaf;

primefield::monty_field_params! {
    name: ScalarParams,
    modulus: ORDER,
    uint: U256,
    byte_order: primefield::ByteOrder::BigEndian,
    multiplicative_generator: 7,
    doc: "The numbers modulo the order of P-256."
}

primefield::monty_field_element! {
    name: Scalar,
    params: ScalarParams,
    uint: U256,
    doc: "A number modulo the order of P-256."
}

primefield::monty_field_arithmetic! {
    name: Scalar,
    params: ScalarParams,
    uint: U256
}

primefield::monty_field_reduce! {
    name: Scalar,
    params: ScalarParams,
    uint: U256,
}

scalar_impls!(P256, Scalar);
wnaf::impl_wnaf_size_for_scalar!(Scalar);

impl AsRef<Scalar> for Scalar {
    fn as_ref(&self) -> &Scalar {
        self
    }
}

impl FromUintUnchecked for Scalar {
    type Uint = U256;

    fn from_uint_unchecked(number: U256) -> Self {
        Self::from_uint_unchecked(number)
    }
}

impl IsHigh for Scalar {
    fn is_high(&self) -> Choice {
        const HALF: U256 = P256::ORDER.as_ref().shr_vartime(1);
        self.to_canonical().ct_gt(&HALF)
    }
}
