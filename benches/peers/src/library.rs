//! The cryptographic libraries that providers are made of, called directly.

use crate::alloc;
use crate::peer::{Cipher, Error};

/// A cryptographic library.
pub trait Library {
    /// Its name.
    const NAME: &str;
    /// A private key of X25519.
    type Private;
    /// A private key of ECDSA on P-256 with SHA-256.
    type Signer;
    /// A key of an AEAD.
    type Key;

    /// A private key of X25519 and its public value.
    fn keygen() -> Result<(Self::Private, impl AsRef<[u8]>), Error>;
    /// The shared secret's first byte.
    fn agree(private: Self::Private, share: &[u8]) -> Result<u8, Error>;
    /// A private key in PKCS #8.
    fn signer(der: &[u8]) -> Result<Self::Signer, Error>;
    /// Its public half.
    fn public_key(signer: &Self::Signer) -> &[u8];
    /// Signs.
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<impl AsRef<[u8]>, Error>;
    /// Verifies.
    fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Error>;
    /// A key of zeros: its value makes no difference to the time.
    fn key(cipher: Cipher) -> Result<Self::Key, Error>;
    /// Seals in place, and appends the tag.
    fn seal(key: &Self::Key, buffer: &mut Vec<u8>) -> Result<(), Error>;
    /// Opens in place; the length of the plaintext.
    fn open(key: &Self::Key, buffer: &mut [u8]) -> Result<usize, Error>;

    /// See [`Peer::allocations`](crate::peer::Peer::allocations).
    fn allocations() -> Option<u64>;
    /// See [`Peer::heap_bytes`](crate::peer::Peer::heap_bytes).
    fn heap_bytes() -> usize;
}

/// `ring`.
pub struct Ring;
/// `aws-lc-rs`.
pub struct AwsLcRs;

/// What is the same for both, and around it what is not.
macro_rules! library {
    ($name:ident, $library:ident, { $($rest:item)* }) => {
        impl Library for $name {
            type Private = $library::agreement::EphemeralPrivateKey;
            type Signer = $library::signature::EcdsaKeyPair;
            type Key = $library::aead::LessSafeKey;

            fn keygen() -> Result<(Self::Private, impl AsRef<[u8]>), Error> {
                use $library::agreement::{EphemeralPrivateKey, X25519};
                let private = EphemeralPrivateKey::generate(&X25519, &$library::rand::SystemRandom::new())?;
                let public = private.compute_public_key()?;
                Ok((private, public))
            }

            fn public_key(signer: &Self::Signer) -> &[u8] {
                $library::signature::KeyPair::public_key(signer).as_ref()
            }

            fn sign(signer: &Self::Signer, message: &[u8]) -> Result<impl AsRef<[u8]>, Error> {
                Ok(signer.sign(&$library::rand::SystemRandom::new(), message)?)
            }

            fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Error> {
                use $library::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
                Ok(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature)?)
            }

            fn key(cipher: Cipher) -> Result<Self::Key, Error> {
                use $library::aead::{AES_128_GCM, CHACHA20_POLY1305, UnboundKey};
                let algorithm = match cipher {
                    Cipher::Aes128Gcm => &AES_128_GCM,
                    Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
                };
                Ok(Self::Key::new(UnboundKey::new(algorithm, &[0; 32][..algorithm.key_len()])?))
            }

            fn seal(key: &Self::Key, buffer: &mut Vec<u8>) -> Result<(), Error> {
                use $library::aead::{Aad, Nonce};
                Ok(key.seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), buffer)?)
            }

            fn open(key: &Self::Key, buffer: &mut [u8]) -> Result<usize, Error> {
                use $library::aead::{Aad, Nonce};
                Ok(key.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), buffer)?.len())
            }

            $($rest)*
        }
    };
}

library!(Ring, ring, {
    const NAME: &str = "ring";

    fn agree(private: Self::Private, share: &[u8]) -> Result<u8, Error> {
        use ring::agreement::{UnparsedPublicKey, X25519, agree_ephemeral};
        Ok(agree_ephemeral(private, &UnparsedPublicKey::new(&X25519, share), |secret| secret[0])?)
    }

    fn signer(der: &[u8]) -> Result<Self::Signer, Error> {
        use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
        Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &ring::rand::SystemRandom::new())?)
    }

    fn allocations() -> Option<u64> {
        Some(alloc::allocations())
    }

    fn heap_bytes() -> usize {
        alloc::live_bytes()
    }
});

library!(AwsLcRs, aws_lc_rs, {
    const NAME: &str = "aws-lc-rs";

    fn agree(private: Self::Private, share: &[u8]) -> Result<u8, Error> {
        use aws_lc_rs::agreement::{UnparsedPublicKey, X25519, agree_ephemeral};
        let failed = aws_lc_rs::error::Unspecified;
        Ok(agree_ephemeral(private, UnparsedPublicKey::new(&X25519, share), failed, |secret| Ok(secret[0]))?)
    }

    fn signer(der: &[u8]) -> Result<Self::Signer, Error> {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
        Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der)?)
    }

    // Most of it is asked for in C, where calls can't be counted.
    fn allocations() -> Option<u64> {
        None
    }

    fn heap_bytes() -> usize {
        alloc::malloc_bytes()
    }
});
