//! What is the same over `ring` and over a crate with the interface of `ring`: compiled once for each, with `super` saying over
//! which. What differs is there.

use super::library::rand::{SecureRandom, SystemRandom};
use super::library::{aead, digest, hmac, signature};
use super::{Provider, ProviderAead, ProviderHash, ProviderHmac, ProviderKx, ProviderSigner};
use crate::crypto::{
    Aead, Crypto, CryptoError, Digest, Hash, HashAlgorithm, Hmac, IV_LEN, LocalSigner, MAX_SIGNATURE_LEN, Random,
    ShareError, SharedSecret, SignatureAlgorithm, Signer, TAG_LEN, kx,
};
use crate::wire::{CipherSuite, NamedGroup, SignatureScheme};
use alloc::sync::Arc;

// [9.1-1]
const SUITES: &[CipherSuite] = &[
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
];
#[cfg(feature = "mlkem")]
const GROUPS: &[NamedGroup] = &[
    NamedGroup::X25519MLKEM768,
    NamedGroup::SecP256r1MLKEM768,
    NamedGroup::x25519,
    NamedGroup::secp256r1,
    NamedGroup::secp384r1,
    NamedGroup::MLKEM1024,
];
#[cfg(not(feature = "mlkem"))]
const GROUPS: &[NamedGroup] = DEFAULT_GROUPS;
// [9.1-3]
const DEFAULT_GROUPS: &[NamedGroup] = &[NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1];
// [4.2.3-5] [9.1-2]
const SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ed25519,
    SignatureScheme::rsa_pss_rsae_sha256,
    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,
];

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        SecureRandom::fill(self, out).map_err(|_| CryptoError)
    }
}

impl Provider {
    /// Randomness from the operating system.
    #[must_use]
    pub fn new() -> Self {
        Self { random: None }
    }

    /// Randomness from `source`.
    pub fn with_random(source: impl Random + 'static) -> Self {
        Self { random: Some(Arc::new(source)) }
    }
}

impl Default for Provider {
    fn default() -> Self {
        Self::new()
    }
}

impl Hash for ProviderHash {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self) -> Digest {
        Digest::new(self.0.finish().as_ref())
    }
}

impl Hmac for ProviderHmac {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
    }
}

impl Aead for ProviderAead {
    fn seal(&self, nonce: [u8; IV_LEN], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, aead::Aad::from(aad), text).map_err(|_| CryptoError)?;
        tag.as_ref().try_into().map_err(|_| CryptoError)
    }

    fn open(&self, nonce: [u8; IV_LEN], aad: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, aead::Aad::from(aad), sealed).map(|_| ()).map_err(|_| CryptoError)
    }
}

/// Copies a share to the front of `out`, and returns its length.
pub(super) fn copy(share: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    out.get_mut(..share.len()).ok_or(CryptoError)?.copy_from_slice(share);
    Ok(share.len())
}

impl Crypto for Provider {
    type Hash = ProviderHash;
    type Hmac = ProviderHmac;
    type Aead = ProviderAead;
    type KxSecret = ProviderKx;
    /// RSA of 8192 bits.
    type PeerKey = [u8; 1056];
    type Share = kx::Share;

    fn suites(&self) -> &[CipherSuite] {
        SUITES
    }

    fn groups(&self) -> &[NamedGroup] {
        GROUPS
    }

    fn default_groups(&self) -> &[NamedGroup] {
        DEFAULT_GROUPS
    }

    fn schemes(&self) -> &[SignatureScheme] {
        SCHEMES
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        match &self.random {
            Some(random) => random.fill(out),
            None => Random::fill(&SystemRandom::new(), out),
        }
    }

    fn hash(&self, algorithm: HashAlgorithm) -> ProviderHash {
        ProviderHash(digest::Context::new(match algorithm {
            HashAlgorithm::Sha256 => &digest::SHA256,
            HashAlgorithm::Sha384 => &digest::SHA384,
        }))
    }

    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> ProviderHmac {
        let algorithm = match algorithm {
            HashAlgorithm::Sha256 => hmac::HMAC_SHA256,
            HashAlgorithm::Sha384 => hmac::HMAC_SHA384,
        };
        ProviderHmac(hmac::Key::new(algorithm, key))
    }

    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<ProviderAead, CryptoError> {
        let algorithm = match suite {
            CipherSuite::TLS_AES_128_GCM_SHA256 => &aead::AES_128_GCM,
            CipherSuite::TLS_AES_256_GCM_SHA384 => &aead::AES_256_GCM,
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256 => &aead::CHACHA20_POLY1305,
            _ => return Err(CryptoError),
        };
        let key = aead::UnboundKey::new(algorithm, key).map_err(|_| CryptoError)?;
        Ok(ProviderAead(aead::LessSafeKey::new(key)))
    }

    fn kx_generate(&self, group: NamedGroup) -> Result<ProviderKx, CryptoError> {
        kx::generate(self, group).map(ProviderKx)
    }

    fn kx_share(&self, secret: &ProviderKx, share: &mut [u8]) -> Result<usize, CryptoError> {
        kx::share(self, &secret.0, share)
    }

    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(ProviderKx, SharedSecret), ShareError> {
        kx::encap(self, group, peer).map(|(key, shared)| (ProviderKx(key), shared))
    }

    fn kx_decap(&self, secret: ProviderKx, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        kx::decap(self, secret.0, peer)
    }

    fn sha1_identifier(&self, bytes: &[u8]) -> Option<[u8; 20]> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().try_into().ok()
    }

    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        use SignatureAlgorithm as S;
        let algorithm: &dyn signature::VerificationAlgorithm = match algorithm {
            S::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
            S::EcdsaP256Sha384 => &signature::ECDSA_P256_SHA384_ASN1,
            S::EcdsaP384Sha256 => &signature::ECDSA_P384_SHA256_ASN1,
            S::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
            S::Ed25519 => &signature::ED25519,
            S::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            S::RsaPkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            S::RsaPkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            S::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
            S::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
            S::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
        };
        signature::UnparsedPublicKey::new(algorithm, key).verify(message, signature).map_err(|_| CryptoError)
    }
}

/// Of a signer.
pub(super) enum Key {
    EcdsaP256(signature::EcdsaKeyPair),
    EcdsaP384(signature::EcdsaKeyPair),
    Ed25519(signature::Ed25519KeyPair),
    Rsa(signature::RsaKeyPair),
}

impl Key {
    fn schemes(&self) -> &'static [SignatureScheme] {
        match self {
            Key::EcdsaP256(_) => &[SignatureScheme::ecdsa_secp256r1_sha256],
            Key::EcdsaP384(_) => &[SignatureScheme::ecdsa_secp384r1_sha384],
            Key::Ed25519(_) => &[SignatureScheme::ed25519],
            Key::Rsa(_) => &[
                SignatureScheme::rsa_pss_rsae_sha256,
                SignatureScheme::rsa_pss_rsae_sha384,
                SignatureScheme::rsa_pss_rsae_sha512,
            ],
        }
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.schemes().fmt(f)
    }
}

impl ProviderSigner {
    /// As [`LocalSigner::from_pkcs8`].
    ///
    /// # Errors
    /// [`CryptoError`] for the same reasons.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        if let Ok(key) = super::ecdsa(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, der) {
            return Ok(Self(Key::EcdsaP256(key)));
        }
        if let Ok(key) = super::ecdsa(&signature::ECDSA_P384_SHA384_ASN1_SIGNING, der) {
            return Ok(Self(Key::EcdsaP384(key)));
        }
        if let Ok(key) = signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self(Key::Ed25519(key)));
        }
        rsa(signature::RsaKeyPair::from_pkcs8(der).map_err(|_| CryptoError)?)
    }

    /// As [`LocalSigner::from_pkcs1`].
    ///
    /// # Errors
    /// [`CryptoError`] for the same reasons.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        rsa(signature::RsaKeyPair::from_der(der).map_err(|_| CryptoError)?)
    }

    /// As [`LocalSigner::public_key`].
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        use signature::KeyPair;
        match &self.0 {
            Key::EcdsaP256(key) | Key::EcdsaP384(key) => key.public_key().as_ref(),
            Key::Ed25519(key) => key.public_key().as_ref(),
            Key::Rsa(key) => key.public_key().as_ref(),
        }
    }
}

impl LocalSigner for ProviderSigner {
    fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        Self::from_pkcs8(der)
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        Self::from_pkcs1(der)
    }

    fn public_key(&self) -> &[u8] {
        self.public_key()
    }
}

/// A key whose signatures are no longer than any may be.
fn rsa(key: signature::RsaKeyPair) -> Result<ProviderSigner, CryptoError> {
    match super::modulus_len(&key) <= MAX_SIGNATURE_LEN {
        true => Ok(ProviderSigner(Key::Rsa(key))),
        false => Err(CryptoError),
    }
}

impl Signer for ProviderSigner {
    fn schemes(&self) -> &[SignatureScheme] {
        self.0.schemes()
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        if !self.schemes().contains(&scheme) {
            return Err(CryptoError);
        }
        let random = SystemRandom::new();
        let mut write = |made: &[u8]| {
            out.get_mut(..made.len()).ok_or(CryptoError)?.copy_from_slice(made);
            Ok(made.len())
        };
        match &self.0 {
            Key::EcdsaP256(key) | Key::EcdsaP384(key) => {
                write(key.sign(&random, message).map_err(|_| CryptoError)?.as_ref())
            }
            Key::Ed25519(key) => write(key.sign(message).as_ref()),
            Key::Rsa(key) => {
                let padding: &dyn signature::RsaEncoding = match scheme {
                    SignatureScheme::rsa_pss_rsae_sha256 => &signature::RSA_PSS_SHA256,
                    SignatureScheme::rsa_pss_rsae_sha384 => &signature::RSA_PSS_SHA384,
                    SignatureScheme::rsa_pss_rsae_sha512 => &signature::RSA_PSS_SHA512,
                    _ => return Err(CryptoError),
                };
                let len = super::modulus_len(key);
                let out = out.get_mut(..len).ok_or(CryptoError)?;
                key.sign(padding, &random, message, out).map_err(|_| CryptoError)?;
                Ok(len)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // [7.4.2-1]
    #[test]
    fn a_shared_coordinate_is_as_long_as_the_field_whatever_it_begins_with() {
        let crypto = Provider::new();
        let lengths = (0..600).map(|_| {
            let (mut ours, mut theirs) = ([0; 65], [0; 65]);
            let key = crypto.kx_generate(NamedGroup::secp256r1).unwrap();
            crypto.kx_share(&key, &mut ours).unwrap();
            let (spent, there) = crypto.kx_encap(NamedGroup::secp256r1, &ours).unwrap();
            crypto.kx_share(&spent, &mut theirs).unwrap();
            let here = crypto.kx_decap(key, &theirs).unwrap();
            assert_eq!(here.as_bytes(), there.as_bytes());
            here.as_bytes().len()
        });
        assert!(lengths.into_iter().all(|len| len == 32));
    }
}
