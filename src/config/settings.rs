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
use crate::x509::{Profile, Revocation};
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

/// The setters that both builders have, over their field `settings`.
macro_rules! settings_setters {
    () => {
        /// Cipher suites, preferred first; unless set, all of the provider's.
        #[must_use]
        pub fn suites(mut self, suites: impl Into<List<CipherSuite>>) -> Self {
            self.settings.suites = suites.into();
            self
        }

        /// Key exchange groups, preferred first; unless set, those that the provider has by default
        /// ([`Crypto::default_groups`](crate::crypto::Crypto::default_groups)), which are without ML-KEM.
        #[must_use]
        pub fn groups(mut self, groups: impl Into<List<NamedGroup>>) -> Self {
            self.settings.groups = groups.into();
            self
        }

        /// Signature schemes that the peer may prove itself with, preferred first; unless set, all of the provider's.
        #[must_use]
        pub fn schemes(mut self, schemes: impl Into<List<SignatureScheme>>) -> Self {
            self.settings.schemes = schemes.into();
            self
        }

        /// Further schemes for the signatures inside certificates; unless set, `rsa_pkcs1_sha256`, `384` and `512` if the provider
        /// knows RSA, else none.
        #[must_use]
        pub fn certificate_schemes(mut self, schemes: impl Into<List<SignatureScheme>>) -> Self {
            self.settings.certificate_schemes = Some(schemes.into());
            self
        }

        /// Application protocols (RFC 7301), preferred first.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn alpn<T: AsRef<[u8]>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
            self.settings.alpn = Protocols::owned(names);
            self
        }

        /// Application protocols (RFC 7301), preferred first, without a heap.
        #[must_use]
        pub fn alpn_static(mut self, names: &'static [ProtocolName<'static>]) -> Self {
            self.settings.alpn = Ok(Protocols::Static(names));
            self
        }

        /// The most bytes of content and its type that the peer may put into a record: `record_size_limit` (RFC 8449).
        #[must_use]
        pub fn record_size_limit(mut self, limit: u16) -> Self {
            self.settings.record_size_limit = Some(limit);
            self
        }

        /// The most bytes of content that we put into a record, whatever the peer would take: 63 to 16384, and 16384 unless set. Where
        /// a peer needs short records and can't say so, or the first bytes must not wait for the rest of a record.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn max_send_fragment(mut self, bytes: u16) -> Self {
            self.settings.max_send_fragment = Some(bytes);
            self
        }

        /// Pads what we protect to a multiple of `bytes` (RFC 8446 §5.4), to hide its length; 0 means no padding.
        #[must_use]
        pub fn record_padding(mut self, bytes: u16) -> Self {
            self.settings.record_padding = bytes;
            self
        }

        /// Sends a KeyUpdate after this many records; the limit of the suite (RFC 8446 §5.5) holds in any case.
        #[must_use]
        pub fn key_update_after(mut self, records: u64) -> Self {
            self.settings.key_update_after = Some(records);
            self
        }

        /// Compresses our certificates for peers that take it, and takes the peer's compressed (RFC 8879), by these algorithms,
        /// preferred first; unless set, certificates stay as they are. What the credentials of the configuration show is
        /// compressed once, when it is built; what a credential shows that the application answers with, in each handshake, unless
        /// it was compressed before ([`Credential::compress`]).
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn certificate_compression(
            mut self,
            algorithms: impl IntoIterator<Item = alloc::sync::Arc<dyn $crate::config::CertificateCompression>>,
        ) -> Self {
            self.settings.compression = $crate::config::Compression::new(algorithms);
            self
        }

        /// How revocation of the peer's certificate is looked at; not at all unless set. Without a heap there is none of it.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn revocation(mut self, revocation: $crate::x509::Revocation) -> Self {
            self.settings.revocation = revocation;
            self
        }

        /// By which rules the peer's certificates are judged; as those of a private CA unless set. Without a heap there is
        /// no other choice.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn profile(mut self, profile: $crate::x509::Profile) -> Self {
            self.settings.profile = profile;
            self
        }

        /// Whether values that mean nothing stand among what is offered (GREASE, RFC 8701), so that peers stay able to pass over
        /// what they do not know; off unless switched on. They differ from connection to connection. Without a heap none are sent.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn grease(mut self, on: bool) -> Self {
            self.settings.grease = on;
            self
        }

        /// Asks the peer to staple an OCSP response to its certificate (status_request, RFC 8446 §4.4.2.1), whether or not
        /// [`revocation`](Self::revocation) does: for an application that judges it by itself, which finds it in the
        /// Certificate message of [`Ask::PeerChain`](crate::Ask::PeerChain).
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn ask_staple(mut self, ask: bool) -> Self {
            self.settings.ask_staple = ask;
            self
        }

        /// Asks the peer for signed certificate timestamps with its certificate (signed_certificate_timestamp, RFC 6962 §3.3);
        /// off unless switched on. They are carried, and not judged: whether there are enough of them, and whose, is a policy
        /// of the application. It finds them in the Certificate message of [`Ask::PeerChain`](crate::Ask::PeerChain), or is told
        /// by [`Trace::PeerTimestamps`](crate::Trace::PeerTimestamps); nothing keeps them beyond the handshake. Those that
        /// stand in the certificate itself, or in an OCSP response, come without being asked for.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn ask_timestamps(mut self, ask: bool) -> Self {
            self.settings.ask_timestamps = ask;
            self
        }

        /// How far the peer's list of authorities decides which credential is shown; a credential can have
        /// [its own](crate::Credential::authority_hints). Without a heap, a server does not look at the list.
        #[must_use]
        pub fn authority_hints(mut self, hints: AuthorityHints) -> Self {
            self.settings.authority_hints = hints;
            self
        }

        /// Stops to have our credential chosen by the application.
        #[must_use]
        pub fn ask_credential(mut self) -> Self {
            self.settings.ask_credential = true;
            self
        }

        /// Stops to have the peer's chain judged by the application: anchors, allow list, and the name that a client connects
        /// to are then not consulted.
        #[must_use]
        pub fn ask_chain(mut self) -> Self {
            self.settings.ask_chain = true;
            self
        }

        /// Makes no step longer than one public-key operation: where a box of the figures takes several, the steps between come to
        /// [`Event::Yield`](crate::Event::Yield). For a single-core device, which has other work than this connection. Only the
        /// key shares of one ClientHello are made together, if there are two; and with a heap, the report on a refused chain is made
        /// at once, as is what revocation takes.
        #[must_use]
        pub fn one_operation_per_step(mut self) -> Self {
            self.settings.one_operation_per_step = true;
            self
        }
    };
}
pub(crate) use settings_setters;

/// Their place is told by a `u16`.
#[cfg(feature = "alloc")]
pub(crate) fn check_psks(psks: &[crate::resumption::Psk]) -> Result<(), ConfigError> {
    if psks.len() > usize::from(u16::MAX) {
        return Err(ConfigError::TooMany("PSKs"));
    }
    Ok(())
}

/// The setters that both builders have, over their fields `psks` and `psk_ke`.
#[cfg(feature = "alloc")]
macro_rules! psk_setters {
    () => {
        /// Adds PSKs that both ends were given outside of TLS (RFC 8446 §2.2): as they are, or imported (RFC 9258). Who holds one
        /// of them is trusted without a certificate, whatever is asked of those who hold none; see
        /// [`Connection::external_psk`](crate::Connection::external_psk).
        #[must_use]
        pub fn psks(mut self, psks: impl IntoIterator<Item = Psk>) -> Self {
            self.psks.extend(psks);
            self
        }

        /// Whether a PSK may be used without a key exchange (psk_ke, RFC 8446 §4.2.9). Who learns the PSK later can then read
        /// everything that was recorded, so it is off unless switched on.
        #[must_use]
        pub fn psk_ke(mut self, allowed: bool) -> Self {
            self.psk_ke = allowed;
            self
        }
    };
}
#[cfg(feature = "alloc")]
pub(crate) use psk_setters;
