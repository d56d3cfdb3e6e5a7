use super::P256;
use super::field::FieldElement;
use crate::crypto::rustcrypto::inverse::inverse;
use crate::crypto::rustcrypto::nist;
use ::p256::NistP256;
use ::p256::elliptic_curve::ff::{Field, PrimeField};
use ::p256::elliptic_curve::point::AffineCoordinates;
use ::p256::elliptic_curve::{Group, ProjectivePoint};

type Number = super::Scalar;
type Point = ProjectivePoint<P256>;

fn numbers() -> impl Iterator<Item = Number> {
    let small = (1..=17).map(Number::from_u64);
    let grown = (0..32).scan(Number::from_u64(3), |number, _| {
        *number = *number * *number + Number::ONE;
        Some(*number)
    });
    small.clone().chain(small.map(|number| number.neg())).chain(grown)
}

#[test]
fn points_are_those_of_the_crate_p256() {
    for number in numbers() {
        let ours = nist::multiply::<P256>(Point::generator(), &number);
        let theirs = ::p256::Scalar::from_repr(number.to_repr()).unwrap();
        let theirs = (ProjectivePoint::<NistP256>::generator() * theirs).to_affine();
        assert_eq!((ours.x(), ours.y()), (theirs.x(), theirs.y()), "{number:?}");
    }
}

#[test]
fn zero_times_a_point_is_the_identity() {
    assert!(bool::from(nist::multiply::<P256>(Point::generator(), &Number::ZERO).is_identity()));
    assert_eq!(Point::generator() * -Number::ONE + Point::generator(), Point::identity());
}

#[test]
fn a_number_times_its_inverse_is_one() {
    for number in numbers() {
        assert_eq!(inverse(&number) * number, Number::ONE);
        let element = FieldElement::from_repr(number.to_repr()).unwrap();
        assert_eq!(Field::invert(&element).unwrap() * element, FieldElement::ONE);
    }
    assert_eq!(inverse(&Number::ZERO), Number::ZERO);
    assert!(bool::from(Field::invert(&FieldElement::ZERO).is_none()));
}
