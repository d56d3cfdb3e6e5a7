//! The Transcript-Hash (RFC 8446 §4.4.1): a running hash of the handshake messages.

use crate::crypto::{Crypto, Digest, Hash, HashAlgorithm};
use crate::fault::{Fault, Reason};
use crate::wire::HandshakeType;

/// A server knows the suite before it adds anything. A client runs the hash of every suite that it offers until one is
/// chosen. After the last Finished none runs.
pub(crate) enum Transcript<H> {
    Empty,
    Offered { sha256: Option<H>, sha384: Option<H> },
    Running(H),
    Over,
}

impl<H: Hash> Transcript<H> {
    /// A ClientHello is about to be added that offers suites with these hashes.
    pub(crate) fn offer<C: Crypto<Hash = H>>(
        &mut self,
        crypto: &C,
        hashes: impl Iterator<Item = HashAlgorithm> + Clone,
    ) {
        if let Self::Empty = self {
            let start = |hash| hashes.clone().any(|offered| offered == hash).then(|| crypto.hash(hash));
            *self = Self::Offered { sha256: start(HashAlgorithm::Sha256), sha384: start(HashAlgorithm::Sha384) };
        }
    }

    /// Adds a message, header included.
    pub(crate) fn add(&mut self, message: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Offered { sha256, sha384 } => {
                sha256.iter_mut().chain(sha384).for_each(|hash| hash.update(message));
            }
            Self::Running(hash) => hash.update(message),
            Self::Empty | Self::Over => return Err(Reason::Internal.into()),
        }
        Ok(())
    }

    /// The suite is chosen, and with it the hash.
    pub(crate) fn decide<C: Crypto<Hash = H>>(&mut self, crypto: &C, algorithm: HashAlgorithm) -> Result<(), Fault> {
        let chosen = match self {
            Self::Empty => Some(crypto.hash(algorithm)),
            Self::Offered { sha256, sha384 } => match algorithm {
                HashAlgorithm::Sha256 => sha256.take(),
                HashAlgorithm::Sha384 => sha384.take(),
            },
            Self::Running(_) | Self::Over => return Ok(()),
        };
        *self = Self::Running(chosen.ok_or(Reason::Internal)?);
        Ok(())
    }

    /// Transcript-Hash of everything so far.
    pub(crate) fn hash(&self) -> Result<Digest, Fault> {
        match self {
            Self::Running(hash) => Ok(hash.clone().finish()),
            Self::Empty | Self::Offered { .. } | Self::Over => Err(Reason::Internal.into()),
        }
    }

    /// Transcript-Hash of everything so far and of `more`, for a suite with this hash.
    #[cfg(feature = "alloc")]
    pub(crate) fn hash_with<C: Crypto<Hash = H>>(
        &self,
        crypto: &C,
        algorithm: HashAlgorithm,
        more: &[u8],
    ) -> Result<Digest, Fault> {
        let mut hash = match (self, algorithm) {
            (Self::Empty, _) => crypto.hash(algorithm),
            (Self::Offered { sha256: Some(hash), .. }, HashAlgorithm::Sha256)
            | (Self::Offered { sha384: Some(hash), .. }, HashAlgorithm::Sha384)
            | (Self::Running(hash), _) => hash.clone(),
            (Self::Offered { .. } | Self::Over, _) => return Err(Reason::Internal.into()),
        };
        hash.update(more);
        Ok(hash.finish())
    }

    /// [4.4.1-2] Before a HelloRetryRequest, ClientHello1 is replaced by a message_hash message that holds its hash.
    pub(crate) fn retry<C: Crypto<Hash = H>>(&mut self, crypto: &C, algorithm: HashAlgorithm) -> Result<(), Fault> {
        self.decide(crypto, algorithm)?;
        let client_hello_1 = self.hash()?;
        let mut hash = crypto.hash(algorithm);
        let len = u8::try_from(algorithm.len()).map_err(|_| Reason::Internal)?;
        hash.update(&[HandshakeType::message_hash.0, 0, 0, len]);
        hash.update(client_hello_1.as_ref());
        *self = Self::Running(hash);
        Ok(())
    }

    /// The last Finished is in: nothing is added any more.
    pub(crate) fn end(&mut self) {
        *self = Self::Over;
    }
}
