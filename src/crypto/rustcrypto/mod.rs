//! A provider over the crates of RustCrypto and dalek, for targets without `std`, without a heap, or without `ring`.
//!
//! # What is linked
//!
//! A [`Selection`] lists suites, groups and schemes as constants. Every use of a primitive stands behind a question about
//! these lists that is answered at compile time, so the linker never sees the primitives that nobody asked for. It is a type
//! and not a set of cargo features because features add up over a whole build: one crate that wants P-384 would put it into
//! everybody's image, and a test of a small selection would need a build of its own.
//!
//! # Memory
//!
//! AEAD keys and private keys are kept as bytes and expanded where they are used, which costs a key schedule for every record
//! and keeps an idle connection small. No public-key operation is inlined, so that no two of their frames are live at once.
//! The crates have small back ends: `--cfg sha2_backend_soft="compact" --cfg aes_backend_soft="compact"`, and
//! `--cfg cpubits="32"` on ARMv7, which they count among the machines of 64 bits.
//!
//! RSA is absent: it needs a heap. A configuration over this provider offers none of its schemes.

mod aead;
mod ecdh;
mod ecdsa;
mod ecdsa_sig_value;
mod ed25519;
mod hash;
mod inverse;
mod nist;
mod p256;
mod pkcs8;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod single_blocks;

pub use aead::RustCryptoAead;
pub use ecdh::RustCryptoKx;
pub use ecdsa::{EcdsaSigner, P256Signer, P384Signer};
pub use ed25519::Ed25519Signer;
pub use hash::{Sha2, Sha256Only, Sha256OrSha384};
pub use nist::NistCurve;
pub use p256::P256;

use super::kx;
use super::{Crypto, CryptoError, HashAlgorithm, Random, ShareError, SharedSecret, SignatureAlgorithm};
use crate::wire::{CipherSuite, NamedGroup, SignatureScheme};
use core::marker::PhantomData;
use p384::NistP384;

/// What a program uses, and so what is linked into it.
///
/// ```
/// # use symbolon::{crypto::rustcrypto::{Selection, Sha256Only}, wire::{CipherSuite, NamedGroup, SignatureScheme}};
/// struct Small;
/// impl Selection for Small {
///     type Hash = Sha256Only;
///     const SUITES: &[CipherSuite] = &[CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
///     const GROUPS: &[NamedGroup] = &[NamedGroup::x25519];
///     const SCHEMES: &[SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
/// }
/// ```
///
/// A list that names what the provider does not have, or a suite that `Hash` is not enough for, does not compile:
///
/// ```compile_fail,E0080
/// # use symbolon::crypto::{CryptoError, Random, rustcrypto::{RustCrypto, Selection, Sha256Only}};
/// # use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
/// # struct Device;
/// # impl Random for Device { fn fill(&self, _: &mut [u8]) -> Result<(), CryptoError> { Err(CryptoError) } }
/// struct Wrong;
/// impl Selection for Wrong {
///     type Hash = Sha256Only;
///     const SUITES: &[CipherSuite] = &[CipherSuite::TLS_AES_256_GCM_SHA384];
///     const GROUPS: &[NamedGroup] = &[];
///     const SCHEMES: &[SignatureScheme] = &[];
/// }
/// RustCrypto::<_, Wrong>::new(Device);
/// ```
pub trait Selection: 'static {
    /// [`Sha256Only`] or [`Sha256OrSha384`]. The first is half the size, and there is one in every connection.
    type Hash: Sha2;
    /// Cipher suites, best first.
    const SUITES: &'static [CipherSuite];
    /// Key exchange groups, best first.
    const GROUPS: &'static [NamedGroup];
    /// Those of them that a configuration has which lists none.
    const DEFAULT_GROUPS: &'static [NamedGroup] = Self::GROUPS;
    /// Signature schemes to verify, best first. Those with ECDSA also stand for certificates signed with the same key and,
    /// where it is linked anyway, the other hash.
    const SCHEMES: &'static [SignatureScheme];
}

/// All that the provider has.
pub struct Everything;

impl Selection for Everything {
    type Hash = Sha256OrSha384;
    const SUITES: &'static [CipherSuite] = &[
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ];
    #[cfg(feature = "mlkem")]
    const GROUPS: &'static [NamedGroup] = &[
        NamedGroup::X25519MLKEM768,
        NamedGroup::SecP256r1MLKEM768,
        NamedGroup::x25519,
        NamedGroup::secp256r1,
        NamedGroup::secp384r1,
        NamedGroup::MLKEM1024,
    ];
    #[cfg(not(feature = "mlkem"))]
    const GROUPS: &'static [NamedGroup] = Self::DEFAULT_GROUPS;
    const DEFAULT_GROUPS: &'static [NamedGroup] = &[NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1];
    const SCHEMES: &'static [SignatureScheme] =
        &[SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ed25519];
}

/// What is in a selection, as constants that branches fold on.
struct Has<S>(PhantomData<S>);

impl<S: Selection> Has<S> {
    const AES_128_GCM: bool = lists_suite(S::SUITES, CipherSuite::TLS_AES_128_GCM_SHA256);
    const AES_256_GCM: bool = lists_suite(S::SUITES, CipherSuite::TLS_AES_256_GCM_SHA384);
    const CHACHA20_POLY1305: bool = lists_suite(S::SUITES, CipherSuite::TLS_CHACHA20_POLY1305_SHA256);

    // A hybrid brings its ECDH along.
    const X25519: bool = lists_group(S::GROUPS, NamedGroup::x25519) || Self::X25519MLKEM768;
    const SECP256R1: bool = lists_group(S::GROUPS, NamedGroup::secp256r1) || Self::SECP256R1MLKEM768;
    const SECP384R1: bool = lists_group(S::GROUPS, NamedGroup::secp384r1);
    const X25519MLKEM768: bool = cfg!(feature = "mlkem") && lists_group(S::GROUPS, NamedGroup::X25519MLKEM768);
    const SECP256R1MLKEM768: bool = cfg!(feature = "mlkem") && lists_group(S::GROUPS, NamedGroup::SecP256r1MLKEM768);
    const MLKEM1024: bool = cfg!(feature = "mlkem") && lists_group(S::GROUPS, NamedGroup::MLKEM1024);

    const ECDSA_P256: bool = lists_scheme(S::SCHEMES, SignatureScheme::ecdsa_secp256r1_sha256);
    const ECDSA_P384: bool = lists_scheme(S::SCHEMES, SignatureScheme::ecdsa_secp384r1_sha384);
    const ED25519: bool = lists_scheme(S::SCHEMES, SignatureScheme::ed25519);
    const SHA384: bool = S::Hash::HAS_SHA384 || Self::ECDSA_P384;

    /// Fails to compile for a selection that can't be honoured.
    const CHECKED: () = {
        let suites = Self::AES_128_GCM as usize + Self::AES_256_GCM as usize + Self::CHACHA20_POLY1305 as usize;
        let ecdh = lists_group(S::GROUPS, NamedGroup::x25519) as usize
            + lists_group(S::GROUPS, NamedGroup::secp256r1) as usize
            + Self::SECP384R1 as usize;
        let mlkem = Self::X25519MLKEM768 as usize + Self::SECP256R1MLKEM768 as usize + Self::MLKEM1024 as usize;
        let groups = ecdh + mlkem;
        let schemes = Self::ECDSA_P256 as usize + Self::ECDSA_P384 as usize + Self::ED25519 as usize;
        assert!(suites == S::SUITES.len(), "SUITES: a cipher suite is unknown here, or listed twice");
        assert!(groups == S::GROUPS.len(), "GROUPS: a group is unknown here, or listed twice");
        assert!(schemes == S::SCHEMES.len(), "SCHEMES: a signature scheme is unknown here, or listed twice");
        assert!(S::Hash::HAS_SHA384 || !Self::AES_256_GCM, "SUITES: TLS_AES_256_GCM_SHA384 needs Sha256OrSha384");
    };
}

// Three times the same, because constants can't compare through a trait.
const fn lists_suite(mut list: &[CipherSuite], wanted: CipherSuite) -> bool {
    while let [first, rest @ ..] = list {
        if first.0 == wanted.0 {
            return true;
        }
        list = rest;
    }
    false
}

const fn lists_group(mut list: &[NamedGroup], wanted: NamedGroup) -> bool {
    while let [first, rest @ ..] = list {
        if first.0 == wanted.0 {
            return true;
        }
        list = rest;
    }
    false
}

const fn lists_scheme(mut list: &[SignatureScheme], wanted: SignatureScheme) -> bool {
    while let [first, rest @ ..] = list {
        if first.0 == wanted.0 {
            return true;
        }
        list = rest;
    }
    false
}

/// The provider: randomness from `R`, primitives from `S`.
pub struct RustCrypto<R, S = Everything> {
    random: R,
    selection: PhantomData<fn() -> S>,
}

impl<R: Random, S: Selection> RustCrypto<R, S> {
    /// Everything that is drawn (hello randoms, session ids, private keys) comes from `random`.
    #[must_use]
    pub const fn new(random: R) -> Self {
        let () = Has::<S>::CHECKED;
        Self { random, selection: PhantomData }
    }
}

impl<R: Clone, S> Clone for RustCrypto<R, S> {
    fn clone(&self) -> Self {
        Self { random: self.random.clone(), selection: PhantomData }
    }
}

impl<R, S> core::fmt::Debug for RustCrypto<R, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RustCrypto")
    }
}

impl<R: Random + 'static, S: Selection> Crypto for RustCrypto<R, S> {
    type Hash = S::Hash;
    type Hmac = <S::Hash as Sha2>::Hmac;
    type Aead = RustCryptoAead<S>;
    type KxSecret = RustCryptoKx;
    /// A point of P-384.
    type PeerKey = [u8; 97];
    type Share = kx::Share;

    fn suites(&self) -> &[CipherSuite] {
        S::SUITES
    }

    fn groups(&self) -> &[NamedGroup] {
        S::GROUPS
    }

    fn default_groups(&self) -> &[NamedGroup] {
        S::DEFAULT_GROUPS
    }

    fn schemes(&self) -> &[SignatureScheme] {
        S::SCHEMES
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.random.fill(out)
    }

    fn hash(&self, algorithm: HashAlgorithm) -> S::Hash {
        S::Hash::new(algorithm)
    }

    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> Self::Hmac {
        S::Hash::hmac(algorithm, key)
    }

    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<RustCryptoAead<S>, CryptoError> {
        RustCryptoAead::new(suite, key)
    }

    fn kx_generate(&self, group: NamedGroup) -> Result<RustCryptoKx, CryptoError> {
        kx::generate(self, group).map(RustCryptoKx)
    }

    fn kx_share(&self, secret: &RustCryptoKx, share: &mut [u8]) -> Result<usize, CryptoError> {
        kx::share(self, &secret.0, share)
    }

    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(RustCryptoKx, SharedSecret), ShareError> {
        kx::encap(self, group, peer).map(|(key, shared)| (RustCryptoKx(key), shared))
    }

    fn kx_decap(&self, secret: RustCryptoKx, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        kx::decap(self, secret.0, peer)
    }

    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        use SignatureAlgorithm as A;
        match algorithm {
            A::EcdsaP256Sha256 if Has::<S>::ECDSA_P256 => ecdsa::verify::<P256>(key, &hash::sha256(message), signature),
            A::EcdsaP256Sha384 if Has::<S>::ECDSA_P256 && Has::<S>::SHA384 => {
                ecdsa::verify::<P256>(key, &hash::sha384(message), signature)
            }
            A::EcdsaP384Sha256 if Has::<S>::ECDSA_P384 => {
                ecdsa::verify::<NistP384>(key, &hash::sha256(message), signature)
            }
            A::EcdsaP384Sha384 if Has::<S>::ECDSA_P384 => {
                ecdsa::verify::<NistP384>(key, &hash::sha384(message), signature)
            }
            A::Ed25519 if Has::<S>::ED25519 => ed25519::verify(key, message, signature),
            A::EcdsaP256Sha256
            | A::EcdsaP256Sha384
            | A::EcdsaP384Sha256
            | A::EcdsaP384Sha384
            | A::Ed25519
            | A::RsaPkcs1Sha256
            | A::RsaPkcs1Sha384
            | A::RsaPkcs1Sha512
            | A::RsaPssSha256
            | A::RsaPssSha384
            | A::RsaPssSha512 => Err(CryptoError),
        }
    }
}
