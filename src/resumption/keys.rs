//! Stateless tickets: all that the server wants to know of a client travels with the client, encrypted (RFC 8446 §4.6.1).
//!
//! ```text
//! ticket = key_name (16) || salt (32) || AES-256-GCM(ticket_key, state), tag (16) behind
//! key_name   = HKDF-Expand-Label(HKDF-Extract(0, secret), "ticket name", "", 16)
//! ticket_key = HKDF-Expand-Label(HKDF-Extract(0, secret), "ticket key", salt, 32)
//! ```
//!
//! Every ticket has a key of its own, from a salt of 256 random bits. Random nonces of 96 bits under one key would set a limit of
//! 2^32 tickets (NIST SP 800-38D §8.3), which servers that share keys can't count together. The price is one HMAC.

use super::published::{Bytes, Published, SECRET_LEN};
use crate::crypto::{Aead, Crypto, CryptoError, HashAlgorithm, Hkdf, IV_LEN, Secret, TAG_LEN};
use crate::wire::CipherSuite;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// The longest ticket in bytes: the client sends it in its ClientHello, and so several may stand in one.
pub const MAX_TICKET: usize = 1 << 13;
/// The longest state that a ticket can hold, in bytes.
pub const MAX_TICKET_STATE: usize = MAX_TICKET - OVERHEAD;
/// The most keys: one a day for the seven days that a ticket may live (RFC 8446 §4.6.1), and the one that seals.
pub const MAX_TICKET_KEYS: usize = 8;

const NAME_LEN: usize = 16;
const SALT_LEN: usize = 32;
const HEADER_LEN: usize = NAME_LEN + SALT_LEN;
const OVERHEAD: usize = HEADER_LEN + TAG_LEN;
const SUITE: CipherSuite = CipherSuite::TLS_AES_256_GCM_SHA384;
/// A ticket key encrypts once.
const NONCE: [u8; IV_LEN] = [0; IV_LEN];

/// A key that seals and opens tickets. Whoever has it can read and forge the tickets of the servers that use it: it is wiped on
/// drop, never printed, and should be replaced every day.
pub struct TicketKey(
    /// `key_name`, and behind it what ticket keys are expanded from.
    Bytes,
);

impl TicketKey {
    /// The key of a secret that servers share, made by a generator of random bytes.
    pub fn new<C: Crypto>(crypto: &C, secret: &[u8; 32]) -> Self {
        let hkdf = Hkdf::new(crypto, HashAlgorithm::Sha256);
        let extracted = hkdf.extract(&[], secret);
        let mut key = Bytes::new([0; SECRET_LEN]);
        let (name, prk) = key.split_at_mut(NAME_LEN);
        hkdf.from(&extracted).expand_label("ticket name", &[], name);
        prk.copy_from_slice(extracted.as_bytes());
        Self(key)
    }

    /// A key that nobody else has.
    ///
    /// # Errors
    /// [`CryptoError`] if randomness fails.
    pub fn generate<C: Crypto>(crypto: &C) -> Result<Self, CryptoError> {
        let mut secret = Zeroizing::new([0; 32]);
        crypto.random(&mut *secret)?;
        Ok(Self::new(crypto, &secret))
    }

    /// The key of the ticket with this salt.
    fn aead<C: Crypto>(&self, crypto: &C, salt: &[u8]) -> Result<C::Aead, CryptoError> {
        let (_, prk) = self.0.split_at(NAME_LEN);
        let mut secret = Secret::zeros(prk.len());
        secret.as_mut().copy_from_slice(prk);
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::new(crypto, HashAlgorithm::Sha256).from(&secret).expand_label("ticket key", salt, &mut *key);
        crypto.aead(SUITE, &*key)
    }

    fn name(&self) -> &[u8] {
        self.0.split_at(NAME_LEN).0
    }

    fn seal<C: Crypto>(&self, crypto: &C, state: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut header = [0; HEADER_LEN];
        let (name, salt) = header.split_at_mut(NAME_LEN);
        name.copy_from_slice(self.name());
        crypto.random(salt)?;
        let aead = self.aead(crypto, salt)?;
        let mut ticket = Vec::with_capacity(MAX_TICKET.min(state.len().saturating_add(OVERHEAD)));
        ticket.extend_from_slice(&header);
        ticket.extend_from_slice(state);
        let tag = aead.seal(NONCE, &header, ticket.get_mut(HEADER_LEN..).unwrap_or_default())?;
        ticket.extend_from_slice(&tag);
        Ok(ticket)
    }

    fn open<C: Crypto>(&self, crypto: &C, header: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let aead = self.aead(crypto, header.get(NAME_LEN..)?).ok()?;
        let mut state = Zeroizing::new(sealed.to_vec());
        aead.open(NONCE, header, &mut state).ok()?;
        state.truncate(sealed.len().checked_sub(TAG_LEN)?);
        Some(state)
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKey(")?;
        self.name().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// Keys of stateless tickets: the first seals, all of them open. Never empty.
///
/// Meant to be shared (`Arc`) by all configurations, threads and listeners of a process; servers with the same keys take each
/// other's tickets.
///
/// No thread ever waits for another to use them, not even while they are replaced.
pub struct TicketKeys(Published<MAX_TICKET_KEYS>);

impl TicketKeys {
    /// One key.
    #[must_use]
    pub fn new(key: TicketKey) -> Self {
        Self(Published::new(&[key.0]))
    }

    /// One key that nobody else has: its tickets end with this process.
    ///
    /// # Errors
    /// [`CryptoError`] if randomness fails.
    pub fn generate<C: Crypto>(crypto: &C) -> Result<Self, CryptoError> {
        TicketKey::generate(crypto).map(Self::new)
    }

    /// Reads keys from lines of 64 hexadecimal digits (32 random bytes); the first seals, all of them open. `#` begins a comment.
    /// The text is as secret as the keys.
    ///
    /// # Errors
    /// [`TicketKeysError`] with the line that is wrong.
    pub fn from_text<C: Crypto>(crypto: &C, text: &str) -> Result<Self, TicketKeysError> {
        let mut keys = Vec::with_capacity(MAX_TICKET_KEYS);
        for (line, text) in (1..).zip(text.lines()) {
            let digits = text.split('#').next().unwrap_or_default().trim();
            if digits.is_empty() {
                continue;
            }
            if keys.len() == MAX_TICKET_KEYS {
                return Err(TicketKeysError::TooMany { line });
            }
            let secret = secret_of(digits).ok_or(TicketKeysError::NoKey { line })?;
            keys.push(TicketKey::new(crypto, &secret).0);
        }
        if keys.is_empty() {
            return Err(TicketKeysError::Empty);
        }
        Ok(Self(Published::new(&keys)))
    }

    /// From now on `new` seals; what sealed before still opens, the last [`MAX_TICKET_KEYS`] of them.
    #[cfg(feature = "std")]
    pub fn rotate(&self, new: TicketKey) {
        self.0.publish(|mut keys| {
            keys.retain(|key| !key.starts_with(new.name()));
            keys.insert(0, new.0);
            keys
        });
    }

    /// From now on these keys and no others, as for a file that was written anew.
    #[cfg(feature = "std")]
    pub fn replace(&self, new: Self) {
        self.0.publish(|_| new.0.all());
    }

    /// A ticket that holds `state`.
    ///
    /// # Errors
    /// [`SealError`] if the state is longer than [`MAX_TICKET_STATE`], or the provider fails.
    pub fn seal<C: Crypto>(&self, crypto: &C, state: &[u8]) -> Result<Vec<u8>, SealError> {
        if state.len() > MAX_TICKET_STATE {
            return Err(SealError::LongState { len: state.len() });
        }
        let key = self.0.find(|_| true).ok_or(SealError::Crypto)?;
        TicketKey(key).seal(crypto, state).map_err(|CryptoError| SealError::Crypto)
    }

    /// What a ticket holds; `None` if none of the keys sealed it, or it was changed. At most one decryption of [`MAX_TICKET`]
    /// bytes is made, whatever is asked for.
    pub fn open<C: Crypto>(&self, crypto: &C, ticket: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if ticket.len() > MAX_TICKET {
            return None;
        }
        let (header, sealed) = ticket.split_at_checked(HEADER_LEN)?;
        // The name is no secret: it stands in every ticket.
        let name = header.get(..NAME_LEN)?;
        let key = self.0.find(|key| key.starts_with(name))?;
        TicketKey(key).open(crypto, header, sealed)
    }
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.0.all().into_iter().map(TicketKey).collect();
        f.debug_tuple("TicketKeys").field(&keys).finish()
    }
}

fn secret_of(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut secret = Zeroizing::new([0; 32]);
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = pair.iter().try_fold(0_u8, |byte, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(byte << 4 | u8::try_from(digit).ok()?)
        })?;
    }
    Some(secret)
}

/// Why there is no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The state is longer than [`MAX_TICKET_STATE`].
    LongState {
        /// Its length in bytes.
        len: usize,
    },
    /// The provider has no randomness, or no AES-256-GCM.
    Crypto,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongState { len } => {
                write!(f, "{len} bytes are too long for a ticket, which holds {MAX_TICKET_STATE} (RFC 8446 §4.6.1)")
            }
            Self::Crypto => f.write_str("the provider can't encrypt a ticket: it has no randomness, or no AES-256-GCM"),
        }
    }
}

impl core::error::Error for SealError {}

/// Why a text holds no ticket keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKeysError {
    /// A line that is neither empty nor a comment nor a key.
    NoKey {
        /// Counted from 1.
        line: usize,
    },
    /// A key more than [`MAX_TICKET_KEYS`].
    TooMany {
        /// Where it is, counted from 1.
        line: usize,
    },
    /// There is no key at all.
    Empty,
}

impl fmt::Display for TicketKeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey { line } => write!(f, "line {line} is no ticket key: a key is 64 hexadecimal digits"),
            Self::TooMany { line } => write!(f, "line {line} is a ticket key too many: there may be {MAX_TICKET_KEYS}"),
            Self::Empty => f.write_str("there is no ticket key: a key is a line of 64 hexadecimal digits"),
        }
    }
}

impl core::error::Error for TicketKeysError {}
