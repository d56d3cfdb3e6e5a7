//! Inverses modulo a prime.

use ::p256::elliptic_curve::ff::PrimeField;

/// 1 / `number`, and 0 for 0: the power of p - 2 (Fermat's little theorem), in constant time, as the branches are on the prime.
/// The crates invert faster, by an algorithm of 6 KB.
#[inline(never)]
pub(super) fn inverse<F: PrimeField>(number: &F) -> F {
    let exponent = (F::ZERO - F::from(2)).to_repr();
    let mut power = F::ONE;
    for byte in exponent.as_ref() {
        for bit in (0..8).rev() {
            power = power * power;
            if byte >> bit & 1 == 1 {
                power *= number;
            }
        }
    }
    power
}
