//! The floor: the same cryptography done by calling a library directly.

use std::hint::black_box;

use crate::clock::Stopwatch;
use crate::library::Library;
use crate::measure::{Best, BestRecords, RECORD};
use crate::peer::{Cipher, Error, Mode};
use crate::pki::Pki;

/// The floor of one library, whose type is forgotten, so that all can take turns.
pub trait Floor {
    /// [`Library::NAME`].
    fn library(&self) -> &'static str;
    /// Runs a window of `count` times each operation.
    fn operations(&mut self, count: u32) -> Result<(), Error>;
    /// Runs a window of `count` records.
    fn records(&mut self, cipher: Cipher, count: u32) -> Result<(), Error>;
    /// The best windows of operations so far.
    fn best_operations(&self) -> Operations;
    /// The best record windows so far.
    fn best_records(&self, cipher: Cipher) -> BestRecords;
}

/// The asymmetric operations of a handshake, each measured by itself.
#[derive(Clone, Copy, Default)]
pub struct Operations {
    /// X25519: a private key and its public value.
    pub keygen: Best,
    /// X25519: the shared secret.
    pub agreement: Best,
    /// ECDSA on P-256 with SHA-256: signature.
    pub sign: Best,
    /// ECDSA on P-256 with SHA-256: verification.
    pub verify: Best,
}

impl Operations {
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

/// As long as what CertificateVerify signs with SHA-256 (RFC 8446 §4.4.3).
const SIGNED: [u8; 130] = [0x20; 130];

/// Bytes of a tag, of either cipher.
const TAG_LEN: usize = 16;

/// A library, called directly.
pub struct Bare<L: Library> {
    signer: L::Signer,
    share: Vec<u8>,
    operations: Operations,
    keys: [L::Key; 2],
    records: [BestRecords; 2],
    buffer: Vec<u8>,
}

impl<L: Library> Bare<L> {
    /// Makes the keys.
    pub fn new(pki: &Pki) -> Result<Self, Error> {
        Ok(Self {
            signer: L::signer(&pki.server.key)?,
            share: L::keygen()?.1.as_ref().to_vec(),
            operations: Operations::default(),
            keys: [L::key(Cipher::Aes128Gcm)?, L::key(Cipher::ChaCha20Poly1305)?],
            records: [BestRecords::default(); 2],
            buffer: Vec::with_capacity(RECORD + TAG_LEN),
        })
    }

    /// The time of key generation, agreement, signing and verification, each `count` times.
    fn time(&self, count: u32) -> Result<[Stopwatch; 4], Error> {
        let [mut keygen, mut agreement, mut sign, mut verify] = [(); 4].map(|()| Stopwatch::new());
        let key = L::public_key(&self.signer);
        for _ in 0..count {
            let (private, _) = keygen.lap(|| L::keygen().map(black_box))?;
            agreement.lap(|| L::agree(private, &self.share).map(black_box))?;
            // A new one each time, as in a handshake: of one that came before, the branches would be foreseen.
            let signature = sign.lap(|| L::sign(&self.signer, black_box(&SIGNED)).map(black_box))?;
            verify.lap(|| L::verify(key, black_box(&SIGNED), signature.as_ref()))?;
        }
        Ok([keygen, agreement, sign, verify])
    }
}

impl<L: Library> Floor for Bare<L> {
    fn library(&self) -> &'static str {
        L::NAME
    }

    fn operations(&mut self, count: u32) -> Result<(), Error> {
        // The first is not timed: it finds the caches full of other code.
        self.time(1)?;
        let times = self.time(count)?;
        let best = &mut self.operations;
        let best = [&mut best.keygen, &mut best.agreement, &mut best.sign, &mut best.verify];
        for (best, time) in best.into_iter().zip(times) {
            best.offer(time.nanos() / f64::from(count));
        }
        Ok(())
    }

    fn records(&mut self, cipher: Cipher, count: u32) -> Result<(), Error> {
        let (key, best) = (&self.keys[cipher as usize], &mut self.records[cipher as usize]);
        let (mut seal, mut open) = (Stopwatch::new(), Stopwatch::new());
        for record in 0..=count {
            if record == 1 {
                // As above.
                (seal, open) = (Stopwatch::new(), Stopwatch::new());
            }
            self.buffer.resize(RECORD, 0);
            seal.lap(|| L::seal(key, &mut self.buffer))?;
            let opened = open.lap(|| L::open(key, black_box(&mut self.buffer)))?;
            assert_eq!(opened, RECORD);
        }
        best.offer(&seal, &open, count);
        Ok(())
    }

    fn best_operations(&self) -> Operations {
        self.operations
    }

    fn best_records(&self, cipher: Cipher) -> BestRecords {
        self.records[cipher as usize]
    }
}
