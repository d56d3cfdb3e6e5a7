//! A pre-shared key (RFC 8446 §2.2, §4.2.11), wherever it came from.

use super::keys::MAX_TICKET;
use crate::crypto::HashAlgorithm;
use alloc::boxed::Box;
use core::fmt;
use zeroize::Zeroizing;

/// The shortest secret of an external PSK, in bytes (RFC 9257 §6).
pub const MIN_EXTERNAL_SECRET: usize = 16;

/// A pre-shared key: what is sent of it, what is known of it, and the one hash that it is used with (RFC 8446 §4.2.11).
///
/// The secret is wiped on drop and never printed.
pub struct Psk {
    identity: Box<[u8]>,
    secret: Zeroizing<Box<[u8]>>,
    hash: HashAlgorithm,
    kind: PskKind,
}

/// Where a PSK came from. Each kind has its own binder label, so that none can pass for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PskKind {
    /// Agreed on outside of TLS and used as it is.
    External,
    /// Agreed on outside of TLS and imported (RFC 9258).
    Imported,
    /// From a NewSessionTicket (RFC 8446 §4.6.1).
    Resumption,
}

impl PskKind {
    /// The label under which binder_key is derived (RFC 8446 §7.1, RFC 9258 §5.2).
    #[must_use]
    pub const fn binder_label(self) -> &'static str {
        match self {
            Self::External => "ext binder",
            // [9258-5.2-1]
            Self::Imported => "imp binder",
            Self::Resumption => "res binder",
        }
    }
}

impl Psk {
    /// A PSK that both sides were given outside of TLS, to be used with the suites of one hash; SHA-256 unless the other side
    /// says otherwise (RFC 8446 §4.2.11). The secret has to come from a generator of random bytes: of a password,
    /// whoever sees one handshake can try them all.
    ///
    /// [`ExternalPsk`](super::ExternalPsk) can be imported for every hash, and is what RFC 9257 §6 advises.
    ///
    /// # Errors
    /// [`PskError`] if the identity is not of 1 to 2^16-1 bytes, or the secret shorter than [`MIN_EXTERNAL_SECRET`].
    pub fn external(identity: &[u8], secret: &[u8], hash: HashAlgorithm) -> Result<Self, PskError> {
        checked_secret(secret)?;
        Self::new(identity, secret, hash, PskKind::External)
    }

    /// The PSK of a ticket: Expand-Label(resumption_master_secret, "resumption", ticket_nonce) (RFC 8446 §4.6.1). `None` if the
    /// ticket is empty, or longer than [`MAX_TICKET`]: a server could make every ClientHello fail by it.
    pub(crate) fn resumption(ticket: &[u8], secret: &[u8], hash: HashAlgorithm) -> Option<Self> {
        let fits = ticket.len() <= MAX_TICKET;
        Self::new(ticket, secret, hash, PskKind::Resumption).ok().filter(|_| fits)
    }

    pub(super) fn new(identity: &[u8], secret: &[u8], hash: HashAlgorithm, kind: PskKind) -> Result<Self, PskError> {
        Ok(Self { identity: checked_identity(identity)?.into(), secret: Zeroizing::new(secret.into()), hash, kind })
    }

    /// PskIdentity.identity (RFC 8446 §4.2.11). Not secret: it is sent in the clear.
    #[must_use]
    pub fn identity(&self) -> &[u8] {
        &self.identity
    }

    /// The hash of the suites that it can be used with.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// Where it came from.
    #[must_use]
    pub const fn kind(&self) -> PskKind {
        self.kind
    }

    /// What goes into HKDF-Extract to give the Early Secret (RFC 8446 §7.1).
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }
}

impl fmt::Debug for Psk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Psk")
            .field("identity", &self.identity)
            .field("hash", &self.hash)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

pub(super) fn checked_identity(identity: &[u8]) -> Result<&[u8], PskError> {
    // [9258-5.1-4]
    match u16::try_from(identity.len()) {
        Ok(0) => Err(PskError::NoIdentity),
        Ok(_) => Ok(identity),
        Err(_) => Err(PskError::LongIdentity { len: identity.len() }),
    }
}

pub(super) fn checked_secret(secret: &[u8]) -> Result<&[u8], PskError> {
    // [9257-6-1]
    match secret.len() {
        len if len < MIN_EXTERNAL_SECRET => Err(PskError::ShortSecret { len }),
        _ => Ok(secret),
    }
}

/// Why something is no PSK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PskError {
    /// The identity is empty (RFC 8446 §4.2.11).
    NoIdentity,
    /// The identity, or that of the imported PSK, is longer than 2^16-1 bytes (RFC 8446 §4.2.11, RFC 9258 §5.1).
    LongIdentity {
        /// Its length in bytes.
        len: usize,
    },
    /// The secret is shorter than [`MIN_EXTERNAL_SECRET`] (RFC 9257 §6).
    ShortSecret {
        /// Its length in bytes.
        len: usize,
    },
    /// The context of the import is longer than 2^16-1 bytes (RFC 9258 §5.1).
    LongContext {
        /// Its length in bytes.
        len: usize,
    },
}

impl fmt::Display for PskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentity => f.write_str("the identity of the PSK is empty (RFC 8446 §4.2.11)"),
            Self::LongIdentity { len } => {
                write!(f, "the identity of the PSK has {len} bytes, more than 65535 (RFC 8446 §4.2.11)")
            }
            Self::ShortSecret { len } => {
                write!(f, "the secret of the PSK has {len} bytes, fewer than {MIN_EXTERNAL_SECRET} (RFC 9257 §6)")
            }
            Self::LongContext { len } => {
                write!(f, "the context of the imported PSK has {len} bytes, more than 65535 (RFC 9258 §5.1)")
            }
        }
    }
}

impl core::error::Error for PskError {}
