//! A provider without any secrecy, the same on every run: it lets fuzzers and tests past the cryptography.
//!
//! It is no part of the library, so that no build of the library can select it.
//!
//! - A hash is 64 bits of FNV-1a, stretched to the length of the real one.
//! - A protected record is its plaintext with the tag [`TAG`]: anybody can seal and read any record. Any other tag is a
//!   record that does not decrypt.
//! - Key shares have the length of the real ones; both ends get the same secret whatever the shares are. A share of all
//!   zeros, or of a wrong length, is no valid public value.
//! - In CertificateVerify, only what [`sign`] makes of the algorithm and the content is a signature. In certificates
//!   (which are real, signed with real keys or changed afterwards) everything is, but for all zeros.
//! - Randomness counts from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use symbolon::crypto::{
    Aead, Crypto, CryptoError, Digest, Hash, HashAlgorithm, Hmac, IV_LEN, ShareError, SharedSecret, SignatureAlgorithm,
    Signer, TAG_LEN,
};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};

/// The tag of every record.
pub const TAG: [u8; TAG_LEN] = *b"authentic record";

const SUITES: &[CipherSuite] = &[
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
];
const GROUPS: &[NamedGroup] =
    &[NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::X25519MLKEM768];
const SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::ed25519,
    SignatureScheme::rsa_pss_rsae_sha256,
];

/// What a [`Null`] can be made to fail at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    Random,
    KxGenerate,
    KxShare,
    AeadKey,
    Seal,
}

/// The provider; a clone counts on where the original does.
#[derive(Clone, Debug)]
pub struct Null {
    drawn: Arc<AtomicU64>,
    broken: Option<Primitive>,
    keys: Arc<AtomicUsize>,
    operations: Arc<AtomicUsize>,
}

impl Null {
    /// A provider that draws the same bytes for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { drawn: Arc::new(AtomicU64::new(seed)), broken: None, keys: Arc::default(), operations: Arc::default() }
    }

    /// The same, failing at one thing.
    pub fn broken(seed: u64, broken: Primitive) -> Self {
        Self { broken: Some(broken), ..Self::new(seed) }
    }

    /// AEAD keys and private keys that were made and not yet dropped.
    pub fn live_keys(&self) -> usize {
        self.keys.load(Ordering::Relaxed)
    }

    /// Public-key operations so far: shares, agreements, and signatures verified. Those of a signer are not seen here.
    pub fn operations(&self) -> usize {
        self.operations.load(Ordering::Relaxed)
    }

    fn operate(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    fn works(&self, primitive: Primitive) -> Result<(), CryptoError> {
        if self.broken == Some(primitive) { Err(CryptoError) } else { Ok(()) }
    }

    fn key(&self) -> Key {
        self.keys.fetch_add(1, Ordering::Relaxed);
        Key(self.keys.clone())
    }
}

/// Counts as alive until it is dropped.
#[derive(Debug)]
struct Key(Arc<AtomicUsize>);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A running hash.
#[derive(Clone, Debug)]
pub struct NullHash {
    state: u64,
    len: usize,
}

impl NullHash {
    fn new(len: usize) -> Self {
        Self { state: 0xcbf2_9ce4_8422_2325, len }
    }

    /// Stretches the state over `out`.
    fn fill(&self, out: &mut [u8]) {
        for (n, chunk) in (1_u64..).zip(out.chunks_mut(8)) {
            let mut word = self.state.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (to, from) in chunk.iter_mut().zip((word ^ (word >> 31)).to_be_bytes()) {
                *to = from;
            }
        }
    }
}

impl Hash for NullHash {
    fn update(&mut self, bytes: &[u8]) {
        self.state = bytes.iter().fold(self.state, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    }

    fn finish(self) -> Digest {
        let mut out = [0; 64];
        self.fill(&mut out);
        Digest::new(&out[..self.len.min(48)])
    }
}

/// A key of HMAC: a hash that has begun with it.
pub struct NullHmac(NullHash);

impl Hmac for NullHmac {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) {
        let mut hash = self.0.clone();
        parts.iter().for_each(|part| hash.update(part));
        hash.fill(out);
    }
}

/// An AEAD key; it does nothing but count as one.
#[derive(Debug)]
#[allow(dead_code)]
pub struct NullAead {
    key: Key,
    seals: bool,
}

impl Aead for NullAead {
    fn seal(&self, _: [u8; IV_LEN], _: &[u8], _: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError> {
        if self.seals { Ok(TAG) } else { Err(CryptoError) }
    }

    fn open(&self, _: [u8; IV_LEN], _: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError> {
        if sealed.ends_with(&TAG) { Ok(()) } else { Err(CryptoError) }
    }
}

/// A private key: its own share.
#[derive(Debug)]
#[allow(dead_code)]
pub struct NullKx {
    key: Key,
    group: NamedGroup,
    share: Vec<u8>,
}

/// Bytes of a share.
fn share_len(group: NamedGroup) -> Option<usize> {
    match group {
        NamedGroup::x25519 => Some(32),
        NamedGroup::secp256r1 => Some(65),
        NamedGroup::secp384r1 => Some(97),
        NamedGroup::X25519MLKEM768 => Some(1216),
        _ => None,
    }
}

impl NullKx {
    fn agree(&self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        if Some(peer.len()) != share_len(self.group) || peer.iter().all(|b| *b == 0) {
            return Err(CryptoError);
        }
        let of = |share: &[u8]| {
            let mut hash = NullHash::new(32);
            hash.update(share);
            hash.state
        };
        let mut shared = [0; 32];
        NullHash { state: of(peer) ^ of(&self.share), len: 32 }.fill(&mut shared);
        SharedSecret::new(&shared).ok_or(CryptoError)
    }
}

/// The only signature of `content` with `algorithm` that CertificateVerify may carry.
pub fn sign(algorithm: SignatureAlgorithm, content: &[u8]) -> [u8; 32] {
    let mut hash = NullHash::new(32);
    hash.update(format!("{algorithm:?}").as_bytes());
    hash.update(content);
    let mut signature = [0; 32];
    hash.fill(&mut signature);
    signature
}

impl Crypto for Null {
    type Hash = NullHash;
    type Hmac = NullHmac;
    type Aead = NullAead;
    type KxSecret = NullKx;
    type PeerKey = [u8; 1056];
    type Share = [u8; 1216];

    fn suites(&self) -> &[CipherSuite] {
        SUITES
    }

    fn groups(&self) -> &[NamedGroup] {
        GROUPS
    }

    /// As with the providers of the library: those with ML-KEM must be listed.
    fn default_groups(&self) -> &[NamedGroup] {
        GROUPS.split_last().map_or(&[], |(_, others)| others)
    }

    fn schemes(&self) -> &[SignatureScheme] {
        SCHEMES
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.works(Primitive::Random)?;
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut hash = NullHash::new(32);
        hash.update(&drawn.to_be_bytes());
        hash.fill(out);
        Ok(())
    }

    fn hash(&self, algorithm: HashAlgorithm) -> NullHash {
        NullHash::new(algorithm.len())
    }

    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> NullHmac {
        let mut hash = NullHash::new(algorithm.len());
        hash.update(key);
        hash.update(&[0xff]);
        NullHmac(hash)
    }

    fn aead(&self, _: CipherSuite, _: &[u8]) -> Result<NullAead, CryptoError> {
        self.works(Primitive::AeadKey)?;
        Ok(NullAead { key: self.key(), seals: self.works(Primitive::Seal).is_ok() })
    }

    fn kx_generate(&self, group: NamedGroup) -> Result<NullKx, CryptoError> {
        self.works(Primitive::KxGenerate)?;
        let mut share = vec![0; share_len(group).ok_or(CryptoError)?];
        self.random(&mut share)?;
        Ok(NullKx { key: self.key(), group, share })
    }

    fn kx_share(&self, secret: &NullKx, share: &mut [u8]) -> Result<usize, CryptoError> {
        self.operate();
        self.works(Primitive::KxShare)?;
        share.get_mut(..secret.share.len()).ok_or(CryptoError)?.copy_from_slice(&secret.share);
        Ok(secret.share.len())
    }

    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(NullKx, SharedSecret), ShareError> {
        self.operate();
        let secret = self.kx_generate(group)?;
        let shared = secret.agree(peer)?;
        Ok((secret, shared))
    }

    fn kx_decap(&self, secret: NullKx, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        self.operate();
        Ok(secret.agree(peer)?)
    }

    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        _: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.operate();
        // The content of a CertificateVerify begins with 64 spaces (RFC 8446 §4.4.3), a certificate with a SEQUENCE.
        let good = match message.starts_with(&[0x20; 64]) {
            true => signature == sign(algorithm, message),
            false => signature.iter().any(|b| *b != 0),
        };
        if good { Ok(()) } else { Err(CryptoError) }
    }
}

/// A signer for [`Null`].
#[derive(Clone, Copy, Debug)]
pub struct NullSigner {
    /// The scheme of its signatures, which must fit the key in the certificate.
    pub scheme: SignatureScheme,
    /// False: it makes none.
    pub works: bool,
}

impl NullSigner {
    /// One that works, for a P-256 certificate.
    pub const P256: Self = Self { scheme: SignatureScheme::ecdsa_secp256r1_sha256, works: true };
}

impl Signer for NullSigner {
    fn schemes(&self) -> &[SignatureScheme] {
        std::slice::from_ref(&self.scheme)
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let algorithm = SignatureAlgorithm::of_scheme(scheme).filter(|_| self.works).ok_or(CryptoError)?;
        let signature = sign(algorithm, message);
        out.get_mut(..signature.len()).ok_or(CryptoError)?.copy_from_slice(&signature);
        Ok(signature.len())
    }
}
