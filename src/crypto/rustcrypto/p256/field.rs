//! The field of the coordinates: multiplied by the crate `p256`, inverted by Fermat.

use crate::crypto::rustcrypto::inverse::inverse;
use ::p256::elliptic_curve::bigint::U256;
use ::p256::elliptic_curve::ff::PrimeField;
use ::p256::elliptic_curve::hazmat::FieldArithmetic;
use ::p256::elliptic_curve::ops::BatchInvert;
use ::p256::elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
use primefield::MontyFieldElement;

primefield::monty_field_params! {
    name: FieldParams,
    modulus: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    uint: U256,
    byte_order: primefield::ByteOrder::BigEndian,
    multiplicative_generator: 6,
    doc: "The field of P-256."
}

primefield::monty_field_element! {
    name: FieldElement,
    params: FieldParams,
    uint: U256,
    doc: "A coordinate of P-256."
}

impl BatchInvert for FieldElement {}

/// The same number for the crate `p256`, in the same form: only its type changes.
type Fast = <::p256::NistP256 as FieldArithmetic>::FieldElement;

impl FieldElement {
    #[inline]
    fn to_fast(self) -> Fast {
        MontyFieldElement::from_montgomery(*self.0.as_montgomery()).into()
    }

    #[inline]
    fn from_fast(element: Fast) -> Self {
        let element: MontyFieldElement<_, { U256::LIMBS }> = element.into();
        Self(MontyFieldElement::from_montgomery(*element.as_montgomery()))
    }

    #[inline]
    fn from_uint_unchecked(number: U256) -> Self {
        Self(MontyFieldElement::from_uint_reduced(&number))
    }

    #[inline]
    fn to_canonical(self) -> U256 {
        self.0.to_canonical()
    }

    #[inline]
    fn add(&self, other: &Self) -> Self {
        Self::from_fast(self.to_fast().add(&other.to_fast()))
    }

    #[inline]
    fn double(&self) -> Self {
        self.add(self)
    }

    #[inline]
    fn sub(&self, other: &Self) -> Self {
        Self::from_fast(self.to_fast().sub(&other.to_fast()))
    }

    #[inline]
    pub(super) const fn neg(&self) -> Self {
        Self(self.0.neg())
    }

    #[inline]
    fn multiply(&self, other: &Self) -> Self {
        Self::from_fast(self.to_fast().multiply(&other.to_fast()))
    }

    #[inline]
    fn square(&self) -> Self {
        self.multiply(self)
    }

    fn invert(&self) -> CtOption<Self> {
        CtOption::new(inverse(self), !self.is_zero())
    }
}
