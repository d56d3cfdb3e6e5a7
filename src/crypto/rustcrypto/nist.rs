//! P-256 and P-384, written once: ECDH (RFC 8446 §7.4.2) and ECDSA (FIPS 186-5, RFC 6979).

use super::pkcs8;
use crate::crypto::{CryptoError, SharedSecret, Signer};
use crate::wire::SignatureScheme;
use core::marker::PhantomData;
use core::ops::Add;
use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{Curve, CurveArithmetic, PublicKey, SecretKey};
use ecdsa::{DigestAlgorithm, EcdsaCurve, Signature, der::MaxOverhead, hazmat};
use p256::NistP256;
use p384::NistP384;
use sha2::Digest;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A curve of NIST, and what else TLS has of it.
pub trait NistCurve:
    EcdsaCurve
    + DigestAlgorithm
    + Curve<FieldBytesSize: ModulusSize + Add<Output: ArraySize + Add<MaxOverhead, Output: ArraySize>>>
    + CurveArithmetic<AffinePoint: FromSec1Point<Self> + ToSec1Point<Self>>
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

/// An uncompressed point that is on the curve and not its zero (RFC 8446 §4.2.8.2).
fn public<C: NistCurve>(point: &[u8]) -> Result<PublicKey<C>, CryptoError> {
    const UNCOMPRESSED: u8 = 4;
    if point.first() != Some(&UNCOMPRESSED) {
        return Err(CryptoError);
    }
    PublicKey::from_sec1_bytes(point).map_err(|_| CryptoError)
}

#[inline(never)]
pub(super) fn share<C: NistCurve>(key: &[u8], share: &mut [u8]) -> Result<usize, CryptoError> {
    let point = private::<C>(key)?.public_key().to_sec1_point(false);
    write(point.as_bytes(), share)
}

#[inline(never)]
pub(super) fn agree<C: NistCurve>(key: &[u8], peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    let shared = private::<C>(key)?.diffie_hellman(&public(peer)?);
    SharedSecret::new(shared.raw_secret_bytes()).ok_or(CryptoError)
}

#[inline(never)]
pub(super) fn verify<C: NistCurve>(key: &[u8], hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = public::<C>(key)?.to_projective();
    let signature = Signature::<C>::from_der(signature).map_err(|_| CryptoError)?;
    hazmat::verify_prehashed(&key, hash, &signature).map_err(|_| CryptoError)
}

#[inline(never)]
fn sign<C: NistCurve>(key: &[u8], hash: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let scalar = Zeroizing::new(private::<C>(key)?.to_nonzero_scalar());
    let (signature, _) = hazmat::sign_prehashed_rfc6979::<C, C::Digest>(&scalar, hash, &[]);
    write(signature.to_der().as_bytes(), out)
}

fn write(made: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    out.get_mut(..made.len()).ok_or(CryptoError)?.copy_from_slice(made);
    Ok(made.len())
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
