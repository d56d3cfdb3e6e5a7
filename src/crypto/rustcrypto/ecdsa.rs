//! ECDSA (FIPS 186-5 §6.4), with the nonces of RFC 6979.

use super::nist::{self, NistCurve};
use super::p256::P256;
use super::{ecdsa_sig_value, hash, inverse::inverse, pkcs8};
use crate::crypto::{CryptoError, Signer};
use crate::wire::SignatureScheme;
use ::p256::elliptic_curve::point::AffineCoordinates;
use ::p256::elliptic_curve::{AffinePoint, CurveGroup, FieldBytes, Group, ProjectivePoint, Scalar};
use ::p256::elliptic_curve::{ff::Field, ff::PrimeField};
use core::marker::PhantomData;
use p384::NistP384;
use sha2::Digest;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Signature verification (FIPS 186-5 §6.4.2). All of it is public, so its time may depend on it.
#[inline(never)]
pub(super) fn verify<C: NistCurve>(key: &[u8], hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = nist::public::<C>(key)?;
    let (r, s) = ecdsa_sig_value::read(signature).ok_or(CryptoError)?;
    let r = nist::non_zero::<C>(&left_padded::<C>(r)?).ok_or(CryptoError)?;
    let s = nist::non_zero::<C>(&left_padded::<C>(s)?).ok_or(CryptoError)?;
    let s_inverse = inverse(&s);
    let point = multiply_both_vartime::<C>(front::<C>(hash) * s_inverse, r * s_inverse, key);
    if nist::reduced::<C>(&point.to_affine().x()) == r { Ok(()) } else { Err(CryptoError) }
}

/// `u1`·G + `u2`·`key`, bit by bit with G, `key` and their sum. The crate's function holds tables of multiples: 3.5 KB more of
/// stack, in what would be the deepest frame of a handshake, for a fifth less time.
fn multiply_both_vartime<C: NistCurve>(u1: Scalar<C>, u2: Scalar<C>, key: AffinePoint<C>) -> ProjectivePoint<C> {
    let (generator, key) = (ProjectivePoint::<C>::generator(), ProjectivePoint::<C>::from(key));
    let both = generator + key;
    let mut sum = ProjectivePoint::<C>::identity();
    for (u1, u2) in u1.to_repr().into_iter().zip(u2.to_repr()) {
        for bit in (0..8).rev() {
            sum = sum.double();
            match (u1 >> bit & 1 == 1, u2 >> bit & 1 == 1) {
                (true, true) => sum += both,
                (true, false) => sum += generator,
                (false, true) => sum += key,
                (false, false) => {}
            }
        }
    }
    sum
}

/// A hash as a number: its front, if it is longer than the order of the curve.
fn front<C: NistCurve>(hash: &[u8]) -> Scalar<C> {
    let len = FieldBytes::<C>::default().len().min(hash.len());
    left_padded::<C>(hash.get(..len).unwrap_or_default()).map_or(Scalar::<C>::ZERO, |bytes| nist::reduced::<C>(&bytes))
}

fn left_padded<C: NistCurve>(number: &[u8]) -> Result<FieldBytes<C>, CryptoError> {
    let mut bytes = FieldBytes::<C>::default();
    let zeros = bytes.len().checked_sub(number.len()).ok_or(CryptoError)?;
    bytes.iter_mut().skip(zeros).zip(number).for_each(|(to, from)| *to = *from);
    Ok(bytes)
}

/// Signature generation (FIPS 186-5 §6.4.1). A nonce that does not serve is expected once in 2^32 signatures.
#[inline(never)]
fn sign<C: NistCurve>(key: &[u8], hash: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let key = Zeroizing::new(nist::number::<C>(key)?);
    let hash = front::<C>(hash);
    let mut nonces = Nonces::<C>::new(&key, &hash);
    for _ in 0..4 {
        let Some(nonce) = nonces.draw().map(Zeroizing::new) else { continue };
        let r = nist::reduced::<C>(&nist::multiply::<C>(ProjectivePoint::<C>::generator(), &nonce).x());
        let s = *Zeroizing::new(inverse(&*nonce)) * (hash + r * *key);
        if !bool::from(r.is_zero() | s.is_zero()) {
            return ecdsa_sig_value::write(&r.to_repr(), &s.to_repr(), out);
        }
    }
    Err(CryptoError)
}

/// The nonces for one hash and key (RFC 6979 §3.2), where the hash and the order of the curve are equally long.
struct Nonces<C: NistCurve> {
    key: FieldBytes<C>,
    value: FieldBytes<C>,
}

impl<C: NistCurve> Nonces<C> {
    fn new(key: &Scalar<C>, hash: &Scalar<C>) -> Self {
        let (key, hash) = (Zeroizing::new(key.to_repr()), hash.to_repr());
        let mut nonces = Self { key: FieldBytes::<C>::default(), value: FieldBytes::<C>::default() };
        nonces.value.fill(1);
        nonces.stir(&[0], &key, &hash);
        nonces.stir(&[1], &key, &hash);
        nonces
    }

    fn stir(&mut self, step: &[u8], key: &[u8], hash: &[u8]) {
        let old = Zeroizing::new(self.key);
        hash::hmac::<C::Hmac>(&old, &[&self.value, step, key, hash], &mut self.key);
        self.next();
    }

    fn next(&mut self) {
        let old = Zeroizing::new(self.value);
        hash::hmac::<C::Hmac>(&self.key, &[&old], &mut self.value);
    }

    /// A nonce, unless it is 0 or not below the order of the curve.
    fn draw(&mut self) -> Option<Scalar<C>> {
        self.next();
        let nonce = nist::non_zero::<C>(&self.value);
        if nonce.is_none() {
            self.stir(&[0], &[], &[]);
        }
        nonce
    }
}

impl<C: NistCurve> Drop for Nonces<C> {
    fn drop(&mut self) {
        self.key.zeroize();
        self.value.zeroize();
    }
}

/// A private key of ECDSA on curve `C`. Nonces are those of RFC 6979: signing needs no randomness.
#[derive(ZeroizeOnDrop)]
pub struct EcdsaSigner<C, const N: usize> {
    private: [u8; N],
    #[zeroize(skip)]
    curve: PhantomData<fn() -> C>,
}

/// A private key for ecdsa_secp256r1_sha256.
pub type P256Signer = EcdsaSigner<P256, 32>;
/// A private key for ecdsa_secp384r1_sha384.
pub type P384Signer = EcdsaSigner<NistP384, 48>;

impl<C, const N: usize> EcdsaSigner<C, N> {
    /// A key from its number, big-endian; may stand in a `static`. Outside of 1..n (the order of the curve), it signs nothing.
    #[must_use]
    pub const fn new(private: [u8; N]) -> Self {
        Self { private, curve: PhantomData }
    }
}

impl<C: NistCurve, const N: usize> EcdsaSigner<C, N> {
    /// A key in PKCS#8 (RFC 5958) that is an ECPrivateKey of this curve (RFC 5915).
    ///
    /// # Errors
    /// [`CryptoError`] if it is none, or outside of 1..n.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let key = pkcs8::ec_private_key(der, C::ALGORITHM).ok_or(CryptoError)?;
        nist::number::<C>(key)?;
        Ok(Self::new(key.try_into().map_err(|_| CryptoError)?))
    }
}

impl<C: NistCurve, const N: usize> Signer for EcdsaSigner<C, N> {
    fn schemes(&self) -> &[SignatureScheme] {
        C::SCHEMES
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        if !C::SCHEMES.contains(&scheme) {
            return Err(CryptoError);
        }
        sign::<C>(&self.private, &C::Hash::digest(message), out)
    }
}

impl<C: NistCurve, const N: usize> core::fmt::Debug for EcdsaSigner<C, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("EcdsaSigner").field(&C::SCHEMES).finish()
    }
}
