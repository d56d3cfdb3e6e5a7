//! The settings that both roles have.

use super::chain::Beside;
#[cfg(feature = "alloc")]
use super::compression::Compression;
use super::credential::Credential;
use crate::crypto::{Crypto, SuiteParams, TAG_LEN};
use crate::shared::{List, Shared};
use crate::wire::{
    CipherSuite, DistinguishedName, MAX_RECORD_SIZE_LIMIT, MIN_RECORD_SIZE_LIMIT, MaxFragmentLength, NamedGroup,
    ProtocolName, RecordHeader, SignatureScheme, Vector,
};
use crate::x509::{Anchors, Purpose, Question, Time};
#[cfg(feature = "alloc")]
use crate::x509::{GoodSignatures, Profile, Revocation};
use core::fmt;

/// Whether the `certificate_authorities` of the peer (RFC 8446 §4.2.4) choose among our credentials, or can rule them out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorityHints {
    /// A credential under one of the authorities is preferred; without one the first that fits is shown all the same. The
    /// peer then says what it thinks of it, which is the better diagnosis.
    #[default]
    Prefer,
    /// Only a credential under one of the authorities is shown. A peer that names none takes all.
    Require,
}

/// A configuration that can't work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The provider does not have this cipher suite.
    Suite(CipherSuite),
    /// The provider does not have this group.
    Group(NamedGroup),
    /// A key share is to be sent of a group that is not listed.
    #[cfg(feature = "alloc")]
    KeyShare(NamedGroup),
    /// The provider can't verify this scheme in CertificateVerify.
    Scheme(SignatureScheme),
    /// A list that must name something is empty: which one.
    Empty(&'static str),
    /// A list names something twice: which one.
    Twice(&'static str),
    /// A list is longer than a message takes: which one.
    TooMany(&'static str),
    /// An application protocol name is empty or longer than 255 bytes (RFC 7301 §3.1).
    ProtocolName,
    /// `record_size_limit` is below 64 or above 16385 (RFC 8449 §4).
    RecordSizeLimit(u16),
    /// `max_send_fragment` is below 63 or above 16384.
    #[cfg(feature = "alloc")]
    MaxSendFragment(u16),
    /// `max_fragment_length` is none of the four values (RFC 6066 §4).
    MaxFragmentLength,
    /// Client certificates are asked for, but there is no anchor to judge them by.
    ClientAuthWithoutAnchors,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suite(suite) => write!(f, "the provider does not have cipher suite {suite}"),
            Self::Group(group) => write!(f, "the provider does not have group {group}"),
            #[cfg(feature = "alloc")]
            Self::KeyShare(group) => {
                write!(f, "a key share of {group}, which is not among the groups (RFC 8446 §4.2.8)")
            }
            Self::Scheme(scheme) => {
                write!(f, "the provider can't verify signature scheme {scheme} in CertificateVerify")
            }
            Self::Empty(list) => write!(f, "the list of {list} is empty"),
            Self::Twice(list) => write!(f, "the list of {list} names one of them twice"),
            Self::TooMany(list) => write!(f, "the list of {list} is too long"),
            Self::ProtocolName => f.write_str("an ALPN protocol name must have 1 to 255 bytes (RFC 7301 §3.1)"),
            Self::RecordSizeLimit(n) => write!(f, "record_size_limit {n} is not within 64..=16385 (RFC 8449 §4)"),
            #[cfg(feature = "alloc")]
            Self::MaxSendFragment(n) => write!(f, "max_send_fragment {n} is not within 63..=16384 (RFC 8446 §5.1)"),
            Self::MaxFragmentLength => f.write_str("max_fragment_length must be 2^9, 2^10, 2^11 or 2^12 (RFC 6066 §4)"),
            Self::ClientAuthWithoutAnchors => {
                f.write_str("client certificates are asked for without a CA to judge them by")
            }
        }
    }
}

impl core::error::Error for ConfigError {}

/// Application protocols, ours, in the form that goes on the wire.
#[derive(Clone, Debug)]
pub(crate) enum Protocols {
    Static(&'static [ProtocolName<'static>]),
    #[cfg(feature = "alloc")]
    Owned(alloc::vec::Vec<u8>),
}

impl Protocols {
    pub(crate) fn names(&self) -> Vector<'_, ProtocolName<'_>> {
        match self {
            Self::Static(names) => Vector::items(names),
            #[cfg(feature = "alloc")]
            Self::Owned(bytes) => Vector::wire("protocol_name_list", 0, bytes).unwrap_or(Vector::items(&[])),
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn owned<T: AsRef<[u8]>>(names: impl IntoIterator<Item = T>) -> Result<Self, ConfigError> {
        let mut bytes = alloc::vec::Vec::new();
        for name in names {
            let name = name.as_ref();
            let len = u8::try_from(name.len()).ok().filter(|len| *len > 0).ok_or(ConfigError::ProtocolName)?;
            bytes.push(len);
            bytes.extend_from_slice(name);
        }
        Ok(Self::Owned(bytes))
    }
}

/// Key shares that a client sends at most in one ClientHello.
pub(crate) const MAX_SHARES: usize = 2;

/// Signature schemes that one message lists at most: all that have a name, and as many again.
pub(crate) const MAX_SCHEMES: usize = 32;

/// What a configuration of either role has.
#[allow(unreachable_pub)] // named by a sealed trait
pub trait HasSettings {
    /// Its provider.
    type Crypto: Crypto;
    /// The settings that both roles have.
    fn settings(&self) -> &Settings<Self::Crypto>;
    /// What we may show.
    fn credentials(&self) -> &[Shared<'static, Credential>];
    /// The PSKs that were given outside of TLS.
    #[cfg(feature = "alloc")]
    fn psks(&self) -> &[crate::resumption::Psk];
    /// Bytes of the PSKs that a ClientHello may offer, or of the NewSessionTickets that a server may send together.
    fn psks_len(&self) -> usize {
        0
    }
    /// The names of a server's anchors, as they go on the wire.
    fn authorities(&self) -> &[u8] {
        &[]
    }
}

/// The settings that both roles have.
#[allow(unreachable_pub)] // named by a sealed trait
#[derive(Clone, Debug)]
pub struct Settings<C> {
    pub(crate) crypto: C,
    pub(crate) suites: List<CipherSuite>,
    pub(crate) groups: List<NamedGroup>,
    pub(crate) schemes: List<SignatureScheme>,
    /// Beyond `schemes`: only for the signatures inside certificates.
    pub(crate) certificate_schemes: Option<List<SignatureScheme>>,
    pub(crate) alpn: Result<Protocols, ConfigError>,
    pub(crate) record_size_limit: Option<u16>,
    pub(crate) record_padding: u16,
    #[cfg(feature = "alloc")]
    pub(crate) max_send_fragment: Option<u16>,
    pub(crate) key_update_after: Option<u64>,
    pub(crate) ask_credential: bool,
    pub(crate) ask_chain: bool,
    pub(crate) authority_hints: AuthorityHints,
    /// Beyond what `revocation` asks for.
    #[cfg(feature = "alloc")]
    pub(crate) ask_staple: bool,
    #[cfg(feature = "alloc")]
    pub(crate) ask_timestamps: bool,
    #[cfg(feature = "alloc")]
    pub(crate) compression: Compression,
    #[cfg(feature = "alloc")]
    pub(crate) revocation: Revocation,
    #[cfg(feature = "alloc")]
    pub(crate) profile: Profile,
    #[cfg(feature = "alloc")]
    pub(crate) good_signatures: Option<alloc::sync::Arc<GoodSignatures>>,
    #[cfg(feature = "alloc")]
    pub(crate) grease: bool,
    pub(crate) one_operation_per_step: bool,
}

/// 2^14 bytes (RFC 8446 §5.1).
pub(crate) const MAX_FRAGMENT: u16 = 1 << 14;

/// RSASSA-PKCS1-v1_5 occurs in certificates only (RFC 8446 §4.2.3).
const CERTIFICATE_SCHEMES: &[SignatureScheme] =
    &[SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha384, SignatureScheme::rsa_pkcs1_sha512];

impl<C: Crypto> Settings<C> {
    pub(crate) fn new(crypto: C) -> Self {
        Self {
            suites: List::Static(&[]),
            groups: List::Static(&[]),
            schemes: List::Static(&[]),
            certificate_schemes: None,
            alpn: Ok(Protocols::Static(&[])),
            record_size_limit: None,
            record_padding: 0,
            #[cfg(feature = "alloc")]
            max_send_fragment: None,
            key_update_after: None,
            ask_credential: false,
            ask_chain: false,
            authority_hints: AuthorityHints::default(),
            #[cfg(feature = "alloc")]
            ask_staple: false,
            #[cfg(feature = "alloc")]
            ask_timestamps: false,
            #[cfg(feature = "alloc")]
            compression: Compression::default(),
            #[cfg(feature = "alloc")]
            revocation: Revocation::off(),
            #[cfg(feature = "alloc")]
            profile: Profile::default(),
            #[cfg(feature = "alloc")]
            good_signatures: None,
            #[cfg(feature = "alloc")]
            grease: false,
            one_operation_per_step: false,
            crypto,
        }
    }

    pub(crate) fn check(self) -> Result<Self, ConfigError> {
        if let Some(suite) =
            self.suites.iter().find(|s| SuiteParams::of(**s).is_none() || !self.crypto.suites().contains(s))
        {
            return Err(ConfigError::Suite(*suite));
        }
        if let Some(group) = self.groups.iter().find(|g| !self.crypto.groups().contains(g)) {
            return Err(ConfigError::Group(*group));
        }
        if let Some(scheme) = self.schemes.iter().find(|s| !self.crypto.schemes().contains(s)) {
            return Err(ConfigError::Scheme(*scheme));
        }
        for (empty, twice, list) in [
            (self.suites().is_empty(), has_twice(self.suites()), "cipher suites"),
            (self.groups().is_empty(), has_twice(self.groups()), "groups"),
            (self.schemes().is_empty(), has_twice(self.schemes()), "signature schemes"),
        ] {
            if empty {
                return Err(ConfigError::Empty(list));
            }
            if twice {
                return Err(ConfigError::Twice(list));
            }
        }
        if self.schemes().len().saturating_add(self.certificate_schemes().len()) > MAX_SCHEMES {
            return Err(ConfigError::TooMany("signature schemes"));
        }
        if let Some(limit) = self.record_size_limit
            // [8449-4-6]
            && !(MIN_RECORD_SIZE_LIMIT..=MAX_RECORD_SIZE_LIMIT).contains(&limit)
        {
            return Err(ConfigError::RecordSizeLimit(limit));
        }
        #[cfg(feature = "alloc")]
        if let Some(bytes) = self.max_send_fragment
            && !(MIN_RECORD_SIZE_LIMIT.saturating_sub(1)..=MAX_FRAGMENT).contains(&bytes)
        {
            return Err(ConfigError::MaxSendFragment(bytes));
        }
        if let Err(e) = &self.alpn {
            return Err(*e);
        }
        #[cfg(feature = "alloc")]
        self.compression.check()?;
        Ok(self)
    }

    /// With all done that can be done once for these credentials.
    #[cfg(feature = "alloc")]
    pub(crate) fn prepared(mut self, credentials: &[Shared<'static, Credential>]) -> Self {
        self.compression.prepare(credentials);
        self
    }

    /// What the user listed, or all that the provider has.
    pub(crate) fn suites(&self) -> &[CipherSuite] {
        if self.suites.is_empty() { self.crypto.suites() } else { &self.suites }
    }

    pub(crate) fn groups(&self) -> &[NamedGroup] {
        if self.groups.is_empty() { self.crypto.default_groups() } else { &self.groups }
    }

    pub(crate) fn schemes(&self) -> &[SignatureScheme] {
        if self.schemes.is_empty() { self.crypto.schemes() } else { &self.schemes }
    }

    pub(crate) fn alpn(&self) -> Vector<'_, ProtocolName<'_>> {
        match &self.alpn {
            Ok(protocols) => protocols.names(),
            Err(_) => Vector::items(&[]),
        }
    }

    /// What the user listed; else, where the provider knows RSA at all, its older form.
    fn certificate_schemes(&self) -> &[SignatureScheme] {
        match &self.certificate_schemes {
            Some(listed) => listed,
            None if self.crypto.schemes().contains(&SignatureScheme::rsa_pss_rsae_sha256) => CERTIFICATE_SCHEMES,
            None => &[],
        }
    }

    /// What signature_algorithms_cert lists, if it says more than signature_algorithms (§4.2.3); `room` holds it.
    pub(crate) fn in_certificates<'r>(
        &self,
        room: &'r mut [SignatureScheme; MAX_SCHEMES],
    ) -> Option<Vector<'r, SignatureScheme>> {
        let both = self.schemes().iter().chain(self.certificate_schemes().iter());
        let len = both.zip(room.iter_mut()).map(|(scheme, slot)| *slot = *scheme).count();
        let listed: &[SignatureScheme] = room;
        (!self.certificate_schemes().is_empty()).then(|| Vector::items(listed.get(..len).unwrap_or_default()))
    }

    /// What the peer is asked for beside its certificate.
    pub(crate) fn asks(&self) -> Beside {
        Beside {
            #[cfg(feature = "alloc")]
            staple: self.ask_staple || self.revocation.asks_staple(),
            #[cfg(feature = "alloc")]
            timestamps: self.ask_timestamps,
        }
    }

    /// What a chain is asked that leads to one of these anchors.
    pub(crate) fn question<'q>(&'q self, anchors: &'q Anchors, time: Time, purpose: Purpose) -> Question<'q> {
        let question = Question::new(anchors, time, purpose);
        #[cfg(feature = "alloc")]
        let question = question.revocation(&self.revocation).profile(self.profile);
        #[cfg(feature = "alloc")]
        if let Some(good) = &self.good_signatures {
            return question.good_signatures(good);
        }
        question
    }

    /// The most content that we put into a record, if the configuration says so.
    pub(crate) fn max_send_fragment(&self) -> u16 {
        #[cfg(feature = "alloc")]
        return self.max_send_fragment.unwrap_or(MAX_FRAGMENT);
        #[cfg(not(feature = "alloc"))]
        return MAX_FRAGMENT;
    }

    /// Records that may be protected by one key of `suite` before a KeyUpdate (§5.5).
    pub(crate) fn records_per_key(&self, suite: CipherSuite) -> u64 {
        let limit = SuiteParams::of(suite).map_or(u64::MAX, |row| row.record_limit);
        self.key_update_after.map_or(limit, |wanted| wanted.clamp(1, limit))
    }
}

pub(super) fn has_twice<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().any(|(n, item)| list.iter().take(n).any(|before| before == item))
}

pub(crate) fn check_fragment(wanted: Option<MaxFragmentLength>) -> Result<(), ConfigError> {
    match wanted {
        Some(wanted) if wanted.bytes().is_none() => Err(ConfigError::MaxFragmentLength),
        Some(_) | None => Ok(()),
    }
}

/// The content and type of the largest record that a buffer of `len` bytes holds.
pub(crate) fn record_size_limit_of(len: usize) -> u16 {
    let inner = len.saturating_sub(RecordHeader::LEN).saturating_sub(TAG_LEN);
    u16::try_from(inner).unwrap_or(u16::MAX).min(MAX_RECORD_SIZE_LIMIT)
}

/// The largest `max_fragment_length` whose records, type included, keep to this `record_size_limit`, if that limits anything.
pub(crate) fn fragment_within(record_size_limit: u16) -> Option<MaxFragmentLength> {
    let fits = |length: &MaxFragmentLength| length.bytes().is_some_and(|bytes| bytes < record_size_limit);
    let all = [
        MaxFragmentLength::two_to_the_12,
        MaxFragmentLength::two_to_the_11,
        MaxFragmentLength::two_to_the_10,
        MaxFragmentLength::two_to_the_9,
    ];
    all.into_iter().find(fits).filter(|_| record_size_limit < MAX_RECORD_SIZE_LIMIT)
}

/// certificate_authorities of these names, unless there are none.
pub(crate) fn authority_names(bytes: &[u8]) -> Option<Vector<'_, DistinguishedName<'_>>> {
    Vector::wire("authorities", 1, bytes).ok()
}

/// A vector of DistinguishedName (§4.2.4) of at most so many bytes: a hint only, so a longer list is cut.
#[cfg(feature = "alloc")]
pub(super) fn names_on_wire<'n>(names: impl Iterator<Item = &'n [u8]>, max: usize) -> alloc::vec::Vec<u8> {
    let mut bytes = alloc::vec::Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        let total = bytes.len().saturating_add(name.len()).saturating_add(2);
        if let Ok(len) = u16::try_from(name.len())
            && total <= max
        {
            bytes.extend_from_slice(&len.to_be_bytes());
            bytes.extend_from_slice(name);
        }
    }
    bytes
}

/// Their place is told by a `u16`.
#[cfg(feature = "alloc")]
pub(crate) fn check_psks(psks: &[crate::resumption::Psk]) -> Result<(), ConfigError> {
    if psks.len() > usize::from(u16::MAX) {
        return Err(ConfigError::TooMany("PSKs"));
    }
    Ok(())
}
