//! P-256 and P-384, written once: ECDH (RFC 8446 §7.4.2) and ECDSA (FIPS 186-5, RFC 6979).

use super::pkcs8;
use crate::crypto::{CryptoError, SharedSecret, Signer};
use crate::wire::SignatureScheme;
use core::marker::PhantomData;
use core::ops::Add;
use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::point::AffineCoordinates;
use ecdsa::elliptic_curve::{
    AffinePoint, Curve, CurveArithmetic, CurveGroup, FieldBytes, Group, ProjectivePoint, Scalar, SecretKey, ecdh,
    ff::PrimeField, ops::Invert, ops::Reduce,
};
use ecdsa::{DigestAlgorithm, EcdsaCurve, Signature, der::MaxOverhead, hazmat};
use p256::NistP256;
use p384::NistP384;
use sha2::Digest;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A curve of NIST, and what else TLS has of it.
pub trait NistCurve:
    EcdsaCurve
    + DigestAlgorithm
    + Curve<FieldBytesSize: Add<Output: ArraySize + Add<MaxOverhead, Output: ArraySize>>>
    + CurveArithmetic
    + 'static
{
    /// The scheme of CertificateVerify, and so the hash of signatures.
    const SCHEMES: &'static [SignatureScheme];
    /// The content of the AlgorithmIdentifier of its keys (RFC 5480 §2.1.1): id-ecPublicKey and the curve.
    const ALGORITHM: &'static [u8];
}

impl NistCurve for NistP256 {
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
    const ALGORITHM: &'static [u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
}

impl NistCurve for NistP384 {
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp384r1_sha384];
    const ALGORITHM: &'static [u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
}

/// A private key, if it is in 1..n.
pub(super) fn private<C: NistCurve>(key: &[u8]) -> Result<SecretKey<C>, CryptoError> {
    SecretKey::from_slice(key).map_err(|_| CryptoError)
}

/// The first byte of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

/// An uncompressed point that is on the curve (RFC 8446 §4.2.8.2). Its zero has no coordinates. Points are not read with the
/// crate's own function: that one knows compressed points too, and brings along the square root for them.
fn public<C: NistCurve>(point: &[u8]) -> Result<AffinePoint<C>, CryptoError> {
    let [UNCOMPRESSED, coordinates @ ..] = point else { return Err(CryptoError) };
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2).ok_or(CryptoError)?;
    let x = x.try_into().map_err(|_| CryptoError)?;
    let y = y.try_into().map_err(|_| CryptoError)?;
    AffinePoint::<C>::from_coordinates(x, y).into_option().ok_or(CryptoError)
}

#[inline(never)]
pub(super) fn share<C: NistCurve>(key: &[u8], share: &mut [u8]) -> Result<usize, CryptoError> {
    let point = private::<C>(key)?.public_key();
    let (x, y) = (point.as_affine().x(), point.as_affine().y());
    write(&[&[UNCOMPRESSED], &x, &y], share)
}

#[inline(never)]
pub(super) fn agree<C: NistCurve>(key: &[u8], peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    let peer = public::<C>(peer)?;
    let scalar = Zeroizing::new(private::<C>(key)?.to_nonzero_scalar());
    let shared = ecdh::diffie_hellman::<C>(&*scalar, &peer);
    SharedSecret::new(shared.raw_secret_bytes()).ok_or(CryptoError)
}

/// Signature verification (FIPS 186-5 §6.4.2). All of it is public, so its time may depend on it.
#[inline(never)]
pub(super) fn verify<C: NistCurve>(key: &[u8], hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = public::<C>(key)?;
    let (r, s) = Signature::<C>::from_der(signature).map_err(|_| CryptoError)?.split_scalars();
    let s_inverse = *s.invert_vartime();
    let point = multiply_both_vartime::<C>(number::<C>(hash) * s_inverse, *r * s_inverse, key);
    if reduced::<C>(&point.to_affine().x()) == *r { Ok(()) } else { Err(CryptoError) }
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
fn number<C: NistCurve>(hash: &[u8]) -> Scalar<C> {
    let mut bytes = FieldBytes::<C>::default();
    let skip = bytes.len().saturating_sub(hash.len());
    for (to, from) in bytes.iter_mut().skip(skip).zip(hash) {
        *to = *from;
    }
    reduced::<C>(&bytes)
}

fn reduced<C: NistCurve>(bytes: &FieldBytes<C>) -> Scalar<C> {
    <Scalar<C> as Reduce<FieldBytes<C>>>::reduce(bytes)
}

#[inline(never)]
fn sign<C: NistCurve>(key: &[u8], hash: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let scalar = Zeroizing::new(private::<C>(key)?.to_nonzero_scalar());
    let (signature, _) = hazmat::sign_prehashed_rfc6979::<C, C::Digest>(&scalar, hash, &[]);
    write(&[signature.to_der().as_bytes()], out)
}

/// Writes the parts one behind the other; returns their length.
fn write(parts: &[&[u8]], out: &mut [u8]) -> Result<usize, CryptoError> {
    let room = out.len();
    let mut rest = out;
    for part in parts {
        let (to, behind) = rest.split_at_mut_checked(part.len()).ok_or(CryptoError)?;
        to.copy_from_slice(part);
        rest = behind;
    }
    Ok(room.saturating_sub(rest.len()))
}

/// A private key of ECDSA on curve `C`. Nonces are those of RFC 6979: signing needs no randomness.
#[derive(ZeroizeOnDrop)]
pub struct EcdsaSigner<C, const N: usize> {
    private: [u8; N],
    #[zeroize(skip)]
    curve: PhantomData<fn() -> C>,
}

/// A private key for ecdsa_secp256r1_sha256.
pub type P256Signer = EcdsaSigner<NistP256, 32>;
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
        private::<C>(key)?;
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
        sign::<C>(&self.private, &C::Digest::digest(message), out)
    }
}

impl<C: NistCurve, const N: usize> core::fmt::Debug for EcdsaSigner<C, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("EcdsaSigner").field(&C::SCHEMES).finish()
    }
}
