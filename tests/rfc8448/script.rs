//! A provider over another that says what the trace says where that one would draw, and writes down all that it computes.

use crate::rsa_pss;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
#[cfg(feature = "rustcrypto")]
use symbolon::crypto::rustcrypto::RustCrypto;
use symbolon::crypto::{
    Aead, Crypto, CryptoError, Digest, Hash, HashAlgorithm, Hmac, IV_LEN, Ring, ShareError, SharedSecret,
    SignatureAlgorithm, TAG_LEN, X25519,
};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};

/// A provider that the traces are replayed with. Nobody asks it for randomness.
pub trait Provider: Crypto + Send + Sync {
    fn provider() -> Self;
}

impl Provider for Ring {
    fn provider() -> Self {
        Self::new()
    }
}

#[cfg(feature = "aws-lc-rs")]
impl Provider for symbolon::crypto::AwsLcRs {
    fn provider() -> Self {
        Self::new()
    }
}

#[cfg(feature = "rustcrypto")]
impl Provider for RustCrypto<NoRandom> {
    fn provider() -> Self {
        Self::new(NoRandom)
    }
}

#[cfg(feature = "rustcrypto")]
pub struct NoRandom;

#[cfg(feature = "rustcrypto")]
impl symbolon::crypto::Random for NoRandom {
    fn fill(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

pub struct Script<C> {
    crypto: C,
    pub suites: Vec<CipherSuite>,
    pub groups: Vec<NamedGroup>,
    pub schemes: Vec<SignatureScheme>,
    tape: Tape,
}

/// What is to be said, and what was computed. The provider, its hashes and its keys all write on the same one.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Lines>>);

#[derive(Default)]
pub struct Lines {
    /// What `random` gives, in this order.
    pub random: VecDeque<u8>,
    /// What key exchanges are made with, in this order.
    pub keys: VecDeque<Key>,
    /// A message of ours, and what transcripts take in its place.
    pub stand_ins: Vec<(Vec<u8>, Vec<u8>)>,
    /// What binders take for the ClientHello without its end; our own, if this is empty.
    pub client_hello_prefix: Vec<u8>,
    pub hashes: Vec<Vec<u8>>,
    pub macs: Vec<Mac>,
    /// Key and nonce of every record.
    pub records: Vec<(Vec<u8>, [u8; IV_LEN])>,
    pub verified: Vec<SignatureAlgorithm>,
    /// What was not as in the trace.
    pub differences: Vec<String>,
}

pub struct Mac {
    pub key: Vec<u8>,
    pub message: Vec<u8>,
    pub output: Vec<u8>,
}

/// A private key of the trace.
#[derive(Clone)]
pub enum Key {
    X25519([u8; 32]),
    /// Not every provider takes a private key of P-256, so the trace says what it would come to, with this peer only.
    P256 {
        share: Vec<u8>,
        peer: Vec<u8>,
        shared: Vec<u8>,
    },
}

impl Tape {
    pub fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap()
    }
}

impl<C: Provider> Script<C> {
    pub fn new(tape: Tape) -> Self {
        let (suites, groups, schemes) = <(Vec<_>, Vec<_>, Vec<_>)>::default();
        Self { crypto: C::provider(), suites, groups, schemes, tape }
    }
}

impl Key {
    fn group(&self) -> NamedGroup {
        match self {
            Self::X25519(_) => NamedGroup::x25519,
            Self::P256 { .. } => NamedGroup::secp256r1,
        }
    }
}

#[derive(Clone)]
pub struct TapedHash<H>(H, Tape);

impl<H: Hash> Hash for TapedHash<H> {
    /// The transcript adds a message whole: if it is one of ours that has a stand-in, that is added.
    fn update(&mut self, bytes: &[u8]) {
        let lines = self.1.lines();
        let stand_in = lines.stand_ins.iter().find(|(ours, _)| ours == bytes).map(|(_, theirs)| &**theirs);
        let prefix = Some(&*lines.client_hello_prefix).filter(|prefix| !prefix.is_empty() && is_prefix_of_hello(bytes));
        self.0.update(stand_in.or(prefix).unwrap_or(bytes));
    }

    fn finish(self) -> Digest {
        let digest = self.0.finish();
        self.1.lines().hashes.push(digest.as_ref().to_vec());
        digest
    }
}

pub struct TapedHmac<M> {
    hmac: M,
    key: Vec<u8>,
    tape: Tape,
}

impl<M: Hmac> Hmac for TapedHmac<M> {
    fn sign(&self, parts: &[&[u8]], out: &mut [u8]) {
        self.hmac.sign(parts, out);
        self.tape.lines().macs.push(Mac { key: self.key.clone(), message: parts.concat(), output: out.to_vec() });
    }
}

/// True for a ClientHello that is shorter than its header says.
fn is_prefix_of_hello(bytes: &[u8]) -> bool {
    matches!(bytes, [1, 0, high, low, rest @ ..] if usize::from(u16::from_be_bytes([*high, *low])) > rest.len())
}

pub struct TapedAead<A> {
    aead: A,
    key: Vec<u8>,
    tape: Tape,
}

impl<A: Aead> Aead for TapedAead<A> {
    fn seal(&self, nonce: [u8; IV_LEN], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError> {
        self.tape.lines().records.push((self.key.clone(), nonce));
        self.aead.seal(nonce, aad, text)
    }

    fn open(&self, nonce: [u8; IV_LEN], aad: &[u8], sealed: &mut [u8]) -> Result<(), CryptoError> {
        self.tape.lines().records.push((self.key.clone(), nonce));
        self.aead.open(nonce, aad, sealed)
    }
}

impl<C: Crypto> Crypto for Script<C> {
    type Hash = TapedHash<C::Hash>;
    type Hmac = TapedHmac<C::Hmac>;
    type Aead = TapedAead<C::Aead>;
    type KxSecret = Key;
    type PeerKey = [u8; 1056];
    type Share = [u8; 97];

    fn suites(&self) -> &[CipherSuite] {
        &self.suites
    }

    fn groups(&self) -> &[NamedGroup] {
        &self.groups
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        let random = &mut self.tape.lines().random;
        out.iter_mut().try_for_each(|byte| random.pop_front().map(|next| *byte = next)).ok_or(CryptoError)
    }

    fn hash(&self, algorithm: HashAlgorithm) -> TapedHash<C::Hash> {
        TapedHash(self.crypto.hash(algorithm), self.tape.clone())
    }

    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> TapedHmac<C::Hmac> {
        TapedHmac { hmac: self.crypto.hmac(algorithm, key), key: key.to_vec(), tape: self.tape.clone() }
    }

    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<TapedAead<C::Aead>, CryptoError> {
        Ok(TapedAead { aead: self.crypto.aead(suite, key)?, key: key.to_vec(), tape: self.tape.clone() })
    }

    fn kx_generate(&self, group: NamedGroup) -> Result<Key, CryptoError> {
        self.tape.lines().keys.pop_front().filter(|key| key.group() == group).ok_or(CryptoError)
    }

    fn kx_share(&self, secret: &Key, out: &mut [u8]) -> Result<usize, CryptoError> {
        match secret {
            Key::X25519(private) => X25519::new(*private).share(out),
            Key::P256 { share, .. } => {
                out.get_mut(..share.len()).ok_or(CryptoError)?.copy_from_slice(share);
                Ok(share.len())
            }
        }
    }

    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Key, SharedSecret), ShareError> {
        let key = self.kx_generate(group)?;
        Ok((key.clone(), self.kx_decap(key, peer)?))
    }

    fn kx_decap(&self, secret: Key, share: &[u8]) -> Result<SharedSecret, ShareError> {
        match secret {
            Key::X25519(private) => Ok(X25519::new(private).agree(share)?),
            Key::P256 { peer, shared, .. } if peer == share => SharedSecret::new(&shared).ok_or(ShareError::Share),
            Key::P256 { .. } => Err(ShareError::Share),
        }
    }

    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        if algorithm != SignatureAlgorithm::RsaPssSha256 {
            self.crypto.verify(algorithm, key, message, signature)?;
        } else if !rsa_pss::verifies(key, message, signature) {
            return Err(CryptoError);
        }
        self.tape.lines().verified.push(algorithm);
        Ok(())
    }
}
