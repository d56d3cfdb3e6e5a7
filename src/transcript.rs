//! The Transcript-Hash (RFC 8446 §4.4.1): a running hash of the handshake messages.

use crate::crypto::{Crypto, Digest, Hash, HashAlgorithm};
use crate::fault::{Fault, Reason};
use crate::wire::HandshakeType;

/// Until a suite is chosen both hashes run; after the last Finished none does.
pub(crate) enum Transcript<H> {
    Undecided { sha256: H, sha384: H },
    Running(H),
    Over,
}

impl<H: Hash> Transcript<H> {
    pub(crate) fn new<C: Crypto<Hash = H>>(crypto: &C) -> Self {
        Self::Undecided { sha256: crypto.hash(HashAlgorithm::Sha256), sha384: crypto.hash(HashAlgorithm::Sha384) }
    }

    /// Adds a message, header included.
    pub(crate) fn add(&mut self, message: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Undecided { sha256, sha384 } => {
                sha256.update(message);
                sha384.update(message);
            }
            Self::Running(hash) => hash.update(message),
            Self::Over => return Err(Reason::Internal.into()),
        }
        Ok(())
    }

    /// The suite is chosen, and with it the hash.
    pub(crate) fn decide(&mut self, algorithm: HashAlgorithm) {
        *self = match core::mem::replace(self, Self::Over) {
            Self::Undecided { sha256, sha384 } => Self::Running(match algorithm {
                HashAlgorithm::Sha256 => sha256,
                HashAlgorithm::Sha384 => sha384,
            }),
            decided @ (Self::Running(_) | Self::Over) => decided,
        };
    }

    /// Transcript-Hash of everything so far.
    pub(crate) fn hash(&self) -> Result<Digest, Fault> {
        match self {
            Self::Running(hash) => Ok(hash.clone().finish()),
            Self::Undecided { .. } | Self::Over => Err(Reason::Internal.into()),
        }
    }

    /// Transcript-Hash of everything so far and of `more`, for a suite with this hash.
    #[cfg(feature = "alloc")]
    pub(crate) fn hash_with(&self, algorithm: HashAlgorithm, more: &[u8]) -> Result<Digest, Fault> {
        let mut hash = match (self, algorithm) {
            (Self::Undecided { sha256, .. }, HashAlgorithm::Sha256) => sha256.clone(),
            (Self::Undecided { sha384, .. }, HashAlgorithm::Sha384) => sha384.clone(),
            (Self::Running(hash), _) => hash.clone(),
            (Self::Over, _) => return Err(Reason::Internal.into()),
        };
        hash.update(more);
        Ok(hash.finish())
    }

    /// [4.4.1-2] Before a HelloRetryRequest, ClientHello1 is replaced by a message_hash message that holds its hash.
    pub(crate) fn retry<C: Crypto<Hash = H>>(&mut self, crypto: &C, algorithm: HashAlgorithm) -> Result<(), Fault> {
        self.decide(algorithm);
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
