//! The primitives, behind one trait: hash, HMAC, AEAD, key exchange, signatures, randomness.
//!
//! A provider implements [`Crypto`]; `Ring` is the default, `AwsLcRs` the faster one, `rustcrypto` the one for targets without a heap.
//! The rest of the crate names no cryptographic library.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "alloc")]
mod fingerprint;
mod hkdf;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto"))]
mod kx;
#[cfg(all(feature = "mlkem", any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto")))]
mod mlkem;
#[cfg(feature = "ring")]
mod ring;
#[cfg(feature = "rustcrypto")]
pub mod rustcrypto;
mod secret;
mod suite;
#[cfg(all(test, feature = "alloc"))]
mod tests;
mod x25519;

#[cfg(feature = "aws-lc-rs")]
pub use aws_lc_rs::{AwsLcRs, AwsLcRsAead, AwsLcRsHash, AwsLcRsHmac, AwsLcRsKx, AwsLcRsSigner};
#[cfg(feature = "alloc")]
pub(crate) use fingerprint::fingerprint;
pub(crate) use hkdf::{Expand, Hkdf};
#[cfg(feature = "ring")]
pub use ring::{Ring, RingAead, RingHash, RingHmac, RingKx, RingSigner};

pub use secret::{Epoch, IV_LEN, Iv, MAX_HASH_LEN, MAX_SHARED_LEN, Secret, SharedSecret, TAG_LEN, TrafficKeys};
pub use suite::SuiteParams;
pub use x25519::X25519;

use crate::wire::{CipherSuite, NamedGroup, SignatureScheme};
use core::fmt;

/// A primitive refused its input, or failed. Why is not told, so that it can't become an oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CryptoError;

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cryptographic primitive refused its input or failed, or there is no randomness")
    }
}

impl core::error::Error for CryptoError {}

/// The peer's share led to no shared secret. A share is public, so what of it is bad may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShareError {
    /// The share as a whole: its length, or its value where there is one part.
    Share,
    /// The part of ML-KEM: an encapsulation key whose coefficients are not reduced (FIPS 203 §7.2).
    #[cfg(feature = "mlkem")]
    MlKem,
    /// The part of ECDH beside that of ML-KEM.
    #[cfg(feature = "mlkem")]
    Ecdh,
}

impl ShareError {
    /// What is bad, as a field of KeyShareEntry.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Share => "key_exchange",
            #[cfg(feature = "mlkem")]
            Self::MlKem => "key_exchange, encapsulation key",
            #[cfg(feature = "mlkem")]
            Self::Ecdh => "key_exchange, ECDH share",
        }
    }
}

impl From<CryptoError> for ShareError {
    fn from(_: CryptoError) -> Self {
        Self::Share
    }
}

/// A hash function of the suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

impl HashAlgorithm {
    /// Bytes of output.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// Never true; here because there is a `len`.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }
}

/// The output of a hash. Not secret: transcript hashes, key hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; MAX_HASH_LEN],
    len: u8,
}

impl Digest {
    /// Copies a hash value; more than [`MAX_HASH_LEN`] bytes are cut.
    #[must_use]
    pub fn new(value: &[u8]) -> Self {
        let mut bytes = [0; MAX_HASH_LEN];
        let len = value.len().min(MAX_HASH_LEN);
        for (to, from) in bytes.iter_mut().zip(value) {
            *to = *from;
        }
        Self { bytes, len: u8::try_from(len).unwrap_or(0) }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// A running hash; a copy of it can be finished while the original goes on.
pub trait Hash: Clone {
    /// Adds bytes.
    fn update(&mut self, bytes: &[u8]);
    /// The hash of everything added.
    fn finish(self) -> Digest;
}

/// HMAC (RFC 2104) under one key, for any number of messages.
pub trait Hmac {
    /// HMAC of the parts, one behind the other. A shorter `out` gets the front of it, a longer one is not filled up.
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]);
}

/// The AEAD key of one direction (RFC 8446 §5.2).
pub trait Aead: Sized {
    /// Encrypts `text` in place and returns the tag.
    ///
    /// # Errors
    /// [`CryptoError`] if the primitive refuses.
    fn seal(&self, nonce: [u8; IV_LEN], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError>;

    /// Decrypts `sealed` (ciphertext and tag) in place; the plaintext is the front of it, without the tag's length.
    ///
    /// # Errors
    /// [`CryptoError`] if it does not authenticate; what `sealed` holds then is of no use.
    fn open(&self, nonce: [u8; IV_LEN], aad: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError>;
}

/// The kind of a public key, as its SubjectPublicKeyInfo tells (RFC 5280 §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// rsaEncryption.
    Rsa,
    /// id-ecPublicKey with secp256r1.
    EcdsaP256,
    /// id-ecPublicKey with secp384r1.
    EcdsaP384,
    /// id-Ed25519 (RFC 8410).
    Ed25519,
}

/// A public key, borrowed from a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey<'a> {
    /// What it is.
    pub kind: KeyKind,
    /// `RSAPublicKey` in DER, the uncompressed point, or the 32 bytes of Ed25519.
    pub bytes: &'a [u8],
}

/// How a signature is to be verified: in certificates more pairs of key and hash occur than TLS 1.3 has schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SignatureAlgorithm {
    EcdsaP256Sha256,
    EcdsaP256Sha384,
    EcdsaP384Sha256,
    EcdsaP384Sha384,
    Ed25519,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
}

impl SignatureAlgorithm {
    /// What a scheme means in CertificateVerify (RFC 8446 §4.2.3): there, RSASSA-PKCS1-v1_5 does not exist.
    #[must_use]
    pub fn of_scheme(scheme: SignatureScheme) -> Option<Self> {
        Some(match scheme {
            SignatureScheme::ecdsa_secp256r1_sha256 => Self::EcdsaP256Sha256,
            SignatureScheme::ecdsa_secp384r1_sha384 => Self::EcdsaP384Sha384,
            SignatureScheme::ed25519 => Self::Ed25519,
            SignatureScheme::rsa_pss_rsae_sha256 => Self::RsaPssSha256,
            SignatureScheme::rsa_pss_rsae_sha384 => Self::RsaPssSha384,
            SignatureScheme::rsa_pss_rsae_sha512 => Self::RsaPssSha512,
            _ => return None,
        })
    }

    /// The kind of key that makes such signatures.
    #[must_use]
    pub const fn key_kind(self) -> KeyKind {
        match self {
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha384 => KeyKind::EcdsaP256,
            Self::EcdsaP384Sha256 | Self::EcdsaP384Sha384 => KeyKind::EcdsaP384,
            Self::Ed25519 => KeyKind::Ed25519,
            Self::RsaPkcs1Sha256
            | Self::RsaPkcs1Sha384
            | Self::RsaPkcs1Sha512
            | Self::RsaPssSha256
            | Self::RsaPssSha384
            | Self::RsaPssSha512 => KeyKind::Rsa,
        }
    }
}

/// An array of bytes, of a length that is the provider's business.
pub trait Room: AsRef<[u8]> + AsMut<[u8]> {
    /// All zeros.
    const EMPTY: Self;
}

impl<const N: usize> Room for [u8; N] {
    const EMPTY: Self = [0; N];
}

/// A provider of primitives. Everything it is asked for, it names in `suites`, `groups` and `schemes`.
pub trait Crypto: 'static {
    /// A running hash.
    type Hash: Hash;
    /// A key of HMAC.
    type Hmac: Hmac;
    /// An AEAD key.
    type Aead: Aead;
    /// A private key until its share is sent and the peer's has arrived; wiped on drop.
    type KxSecret;
    /// Room for the longest public key that the provider verifies with: an array of bytes.
    type PeerKey: Room;
    /// Room for the longest share of its groups: an array of bytes.
    type Share: Room;

    /// Cipher suites, best first.
    fn suites(&self) -> &[CipherSuite];
    /// Key exchange groups, best first.
    fn groups(&self) -> &[NamedGroup];
    /// Those of [`Crypto::groups`] that a configuration has which lists none, best first: all, unless the provider says otherwise.
    fn default_groups(&self) -> &[NamedGroup] {
        self.groups()
    }
    /// Signature schemes that can be verified in CertificateVerify, best first.
    fn schemes(&self) -> &[SignatureScheme];

    /// Fills `out` with bytes that nobody can guess.
    ///
    /// # Errors
    /// [`CryptoError`] if the source fails.
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError>;

    /// An empty hash.
    fn hash(&self, algorithm: HashAlgorithm) -> Self::Hash;

    /// HMAC under `key`, which is of any length.
    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> Self::Hmac;

    /// An AEAD key for `suite`.
    ///
    /// # Errors
    /// [`CryptoError`] if the suite is unknown or the key has the wrong length.
    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<Self::Aead, CryptoError>;

    /// Makes a private key.
    ///
    /// # Errors
    /// [`CryptoError`] if the group is unknown or randomness fails.
    fn kx_generate(&self, group: NamedGroup) -> Result<Self::KxSecret, CryptoError>;

    /// Writes the share of a private key: `key_exchange` of its KeyShareEntry (RFC 8446 §4.2.8); returns its length.
    ///
    /// # Errors
    /// [`CryptoError`] if `share` is too short.
    fn kx_share(&self, secret: &Self::KxSecret, share: &mut [u8]) -> Result<usize, CryptoError>;

    /// The server's half: the secret of both, and that from which [`Crypto::kx_share`] writes the answer to the client's share.
    ///
    /// # Errors
    /// [`ShareError`] as for the two above, and if `peer` is no valid public value (RFC 8446 §4.2.8.1, §4.2.8.2, §7.4;
    /// RFC 10024 §4.2).
    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Self::KxSecret, SharedSecret), ShareError>;

    /// The client's second half.
    ///
    /// # Errors
    /// [`ShareError`] if `peer` is no valid public value.
    fn kx_decap(&self, secret: Self::KxSecret, peer: &[u8]) -> Result<SharedSecret, ShareError>;

    /// Verifies a signature.
    ///
    /// # Errors
    /// [`CryptoError`] if it does not verify, or the key is none.
    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError>;

    /// SHA-1, by which OCSP identifies issuers and responders (RFC 6960 §4.1.1, §4.2.1); nothing is proven by it. A provider
    /// without it takes part with responders that identify by SHA-256.
    #[cfg(feature = "alloc")]
    fn sha1_identifier(&self, bytes: &[u8]) -> Option<[u8; 20]> {
        let _ = bytes;
        None
    }
}

/// A source of random bytes that the caller gives, to replay a handshake or to use a device's own generator.
pub trait Random: Send + Sync {
    /// Fills `out`.
    ///
    /// # Errors
    /// [`CryptoError`] if it can't.
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError>;
}

/// The longest signature (RSA, 4096 bits).
pub const MAX_SIGNATURE_LEN: usize = 512;

/// A private key that signs CertificateVerify (RFC 8446 §4.4.3), in this process or elsewhere.
pub trait Signer: Send + Sync {
    /// The schemes it can sign with, preferred first.
    fn schemes(&self) -> &[SignatureScheme];

    /// Signs `message` (not yet hashed) and writes the signature; returns its length.
    ///
    /// # Errors
    /// [`CryptoError`] if the scheme is not its own or the key fails.
    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError>;
}

/// A [`Signer`] whose key is in this process, and can be read from a file (`Credential::from_pem_with`).
#[cfg(feature = "alloc")]
pub trait LocalSigner: Signer + Sized + 'static {
    /// A key in PKCS#8 (RFC 5958): RSA (2048 to 4096 bits), P-256, P-384 or Ed25519.
    ///
    /// # Errors
    /// [`CryptoError`] if it is none of these, or damaged.
    fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError>;

    /// An RSA key in PKCS#1 (`RSAPrivateKey`, RFC 8017 A.1.2).
    ///
    /// # Errors
    /// [`CryptoError`] if it is none, or not 2048 to 4096 bits.
    fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError>;

    /// The public half, as [`PublicKey::bytes`] has it.
    fn public_key(&self) -> &[u8];
}
