//! The floor: the same cryptography done by calling `ring` directly.

use std::hint::black_box;

use ring::aead::{AES_128_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey as Share, X25519, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, Signature, UnparsedPublicKey,
};

use crate::clock::Stopwatch;
use crate::measure::{Best, BestRecords, RECORD};
use crate::peer::{Cipher, Error, Mode};
use crate::pki::Pki;

/// The asymmetric operations of a handshake, each measured by itself.
pub struct Operations {
    random: SystemRandom,
    signer: EcdsaKeyPair,
    signature: Signature,
    share: Vec<u8>,
    /// X25519: a private key and its public value.
    pub keygen: Best,
    /// X25519: the shared secret.
    pub agreement: Best,
    /// ECDSA on P-256 with SHA-256: signature.
    pub sign: Best,
    /// ECDSA on P-256 with SHA-256: verification.
    pub verify: Best,
}

/// As long as what CertificateVerify signs with SHA-256 (RFC 8446 §4.4.3).
const SIGNED: [u8; 130] = [0x20; 130];

impl Operations {
    /// Makes the keys.
    pub fn new(pki: &Pki) -> Result<Self, Error> {
        let random = SystemRandom::new();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pki.server.key, &random)?;
        Ok(Self {
            signature: signer.sign(&random, &SIGNED)?,
            share: EphemeralPrivateKey::generate(&X25519, &random)?.compute_public_key()?.as_ref().to_vec(),
            signer,
            random,
            keygen: Best::default(),
            agreement: Best::default(),
            sign: Best::default(),
            verify: Best::default(),
        })
    }

    /// One window of each operation.
    pub fn window(&mut self, count: u32) -> Result<(), Error> {
        let [mut keygen, mut agreement, mut sign, mut verify] = [(); 4].map(|()| Stopwatch::new());
        let share = Share::new(&X25519, &self.share);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.signer.public_key());
        for _ in 0..count {
            let private = keygen.lap(|| {
                let private = EphemeralPrivateKey::generate(&X25519, &self.random)?;
                black_box(private.compute_public_key()?);
                Ok::<_, ring::error::Unspecified>(private)
            })?;
            agreement.lap(|| agree_ephemeral(private, &share, |secret| black_box(secret[0])))?;
            sign.lap(|| self.signer.sign(&self.random, black_box(&SIGNED)).map(black_box))?;
            verify.lap(|| key.verify(black_box(&SIGNED), self.signature.as_ref()))?;
        }
        self.keygen.offer(keygen.nanos() / f64::from(count));
        self.agreement.offer(agreement.nanos() / f64::from(count));
        self.sign.offer(sign.nanos() / f64::from(count));
        self.verify.offer(verify.nanos() / f64::from(count));
        Ok(())
    }

    /// Nanoseconds of a client's share of the handshake: key exchange, a chain of two signatures and
    /// CertificateVerify to check, and in [`Mode::Mutual`] a CertificateVerify to make. Of a resumed one, the key exchange is
    /// all.
    pub fn client(&self, mode: Mode) -> f64 {
        let proofs = match mode {
            Mode::ServerAuth => 3.0 * self.verify.nanos(),
            Mode::Mutual => 3.0 * self.verify.nanos() + self.sign.nanos(),
            Mode::ServerAuthResumed | Mode::MutualResumed => 0.0,
        };
        self.keygen.nanos() + self.agreement.nanos() + proofs
    }

    /// Nanoseconds of a server's share.
    pub fn server(&self, mode: Mode) -> f64 {
        let proofs = match mode {
            Mode::ServerAuth => self.sign.nanos(),
            Mode::Mutual => self.sign.nanos() + 3.0 * self.verify.nanos(),
            Mode::ServerAuthResumed | Mode::MutualResumed => 0.0,
        };
        self.keygen.nanos() + self.agreement.nanos() + proofs
    }
}

/// The bare cipher on one buffer, in place.
pub struct BareCipher {
    key: LessSafeKey,
    buffer: Vec<u8>,
    /// What was measured.
    pub best: BestRecords,
}

impl BareCipher {
    /// A key of zeros: its value makes no difference to the time.
    pub fn new(cipher: Cipher) -> Result<Self, Error> {
        let algorithm = match cipher {
            Cipher::Aes128Gcm => &AES_128_GCM,
            Cipher::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        };
        let key = UnboundKey::new(algorithm, &[0; 32][..algorithm.key_len()])?;
        Ok(Self {
            key: LessSafeKey::new(key),
            buffer: Vec::with_capacity(RECORD + algorithm.tag_len()),
            best: BestRecords::default(),
        })
    }

    /// One window.
    pub fn window(&mut self, count: u32) -> Result<(), Error> {
        let (mut seal, mut open) = (Stopwatch::new(), Stopwatch::new());
        for _ in 0..count {
            let nonce = || Nonce::assume_unique_for_key([0; 12]);
            self.buffer.resize(RECORD, 0);
            seal.lap(|| self.key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut self.buffer))?;
            open.lap(|| {
                self.key
                    .open_in_place(nonce(), Aad::empty(), black_box(&mut self.buffer))
                    .map(|plaintext| assert_eq!(plaintext.len(), RECORD))
            })?;
        }
        self.best.offer(&seal, &open, count);
        Ok(())
    }
}
