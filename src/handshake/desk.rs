//! What only a handshake needs. On the heap it is boxed, and gone at CONNECTED.

#[cfg(feature = "alloc")]
use super::client::Offer;
#[cfg(feature = "alloc")]
use crate::config::Mutual;
use crate::config::{Beside, Credential, MAX_SHARES};
use crate::crypto::{Crypto, Digest, KeyKind, PublicKey, Room};
#[cfg(feature = "alloc")]
use crate::crypto::{HashAlgorithm, Secret, TrafficKeys};
use crate::fault::{Fault, Reason};
#[cfg(feature = "alloc")]
use crate::resumption::Origin;
use crate::schedule::Schedule;
use crate::shared::{Kept, Shared};
use crate::transcript::Transcript;
use crate::wire::NamedGroup;
use crate::x509::{ServerName, Time, Verdicts};
#[cfg(feature = "alloc")]
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// The desk: transcript, key exchange in flight, what was offered, what the peer showed.
pub struct Desk<'c, C: Crypto> {
    pub(super) transcript: Transcript<C::Hash>,
    pub(super) schedule: Option<Schedule>,
    pub(super) client_random: [u8; 32],
    pub(super) legacy_session_id: LegacySessionId,
    /// Our change_cipher_spec is out.
    pub(super) compatible: bool,
    pub(super) kx: [Option<(NamedGroup, C::KxSecret)>; MAX_SHARES],
    pub(super) server_name: Option<ServerName<'c>>,
    /// The time that certificates are judged at.
    pub(super) time: Time,
    pub(super) credential: Option<Shared<'c, Credential>>,
    /// On the signatures of the peer's chain, as long as it is being judged.
    pub(super) verdicts: Verdicts,
    pub(super) peer_key: Option<PeerKey<C::PeerKey>>,
    /// Those on the peer's path, to be remembered once the peer has proven that key.
    #[cfg(feature = "alloc")]
    pub(super) good_signatures: Vec<[u8; 32]>,
    /// What the CertificateRequest asks for beside our certificate.
    #[cfg(feature = "alloc")]
    beside: Beside,
    /// Our algorithms by which the peer takes our certificate compressed.
    #[cfg(feature = "alloc")]
    pub(super) compression: Mutual,
    /// The first ClientHello without what may change in the second (§4.1.2), hashed.
    pub(super) first_hello: Option<Kept<Digest>>,
    /// Why the peer's chain was refused.
    #[cfg(feature = "alloc")]
    pub(super) report: Option<Box<crate::x509::Report>>,
    /// The PSKs of our ClientHello.
    #[cfg(feature = "alloc")]
    pub(super) offer: Option<Box<Offer>>,
    /// What tickets of this connection go back to.
    #[cfg(feature = "alloc")]
    pub(super) origin: Option<Arc<Origin>>,
    /// How many the server will hand out.
    #[cfg(feature = "alloc")]
    pub(super) tickets: u8,
    /// `server_name` of the ClientHello, at a server that hands out tickets.
    #[cfg(feature = "alloc")]
    pub(super) name_asked: Option<Box<[u8]>>,
    /// There is one as soon as early data is wanted, or taken.
    #[cfg(feature = "alloc")]
    pub(super) early: Option<Box<EarlyData>>,
}

/// What is known of early data as long as the handshake runs.
#[cfg(feature = "alloc")]
#[derive(Default)]
pub(super) struct EarlyData {
    /// Bytes that the client may still send: 0 unless its ClientHello offers some.
    pub(super) left: u32,
    /// What it was offered for is what was selected, but for the application protocol.
    pub(super) fits: bool,
    /// The application protocol that it is for.
    pub(super) alpn: Option<Box<[u8]>>,
    /// early_exporter_master_secret, and its hash.
    pub(super) exporter: Option<(HashAlgorithm, Secret)>,
    /// What a server opens it with.
    pub(super) keys: Option<TrafficKeys>,
}

/// `legacy_session_id` (RFC 8446 §4.1.2): up to 32 bytes, echoed.
#[derive(Clone, Copy)]
pub(super) struct LegacySessionId {
    bytes: [u8; 32],
    len: u8,
}

impl LegacySessionId {
    // [4.1.2-6]
    pub(super) const EMPTY: Self = Self { bytes: [0; 32], len: 0 };

    pub(super) fn new(id: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        Some(Self { bytes, len: u8::try_from(id.len()).ok()? })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
}

impl<'c, C: Crypto> Desk<'c, C> {
    pub(super) fn new(server_name: Option<ServerName<'c>>, time: Time) -> Self {
        Self {
            transcript: Transcript::Empty,
            schedule: None,
            client_random: [0; 32],
            legacy_session_id: LegacySessionId::EMPTY,
            compatible: false,
            kx: [None, None],
            server_name,
            time,
            credential: None,
            verdicts: Verdicts::default(),
            peer_key: None,
            #[cfg(feature = "alloc")]
            good_signatures: Vec::new(),
            #[cfg(feature = "alloc")]
            beside: Beside::default(),
            #[cfg(feature = "alloc")]
            compression: Mutual::default(),
            first_hello: None,
            #[cfg(feature = "alloc")]
            report: None,
            #[cfg(feature = "alloc")]
            offer: None,
            #[cfg(feature = "alloc")]
            origin: None,
            #[cfg(feature = "alloc")]
            tickets: 0,
            #[cfg(feature = "alloc")]
            name_asked: None,
            #[cfg(feature = "alloc")]
            early: None,
        }
    }

    pub(super) fn schedule(&self) -> Result<&Schedule, Fault> {
        Ok(self.schedule.as_ref().ok_or(Reason::Internal)?)
    }

    #[cfg(feature = "alloc")]
    pub(super) fn ask_beside(&mut self, asked: Beside) {
        self.beside = asked;
    }

    /// What the server wants beside our certificate.
    pub(super) fn beside(&self) -> Beside {
        #[cfg(feature = "alloc")]
        return self.beside;
        #[cfg(not(feature = "alloc"))]
        return Beside::default();
    }

    pub(super) fn credential(&self) -> Result<&Credential, Fault> {
        Ok(self.credential.as_deref().ok_or(Reason::Internal)?)
    }
}

/// The public key of the peer's leaf, kept from Certificate to CertificateVerify.
pub(super) struct PeerKey<B> {
    kind: KeyKind,
    bytes: B,
    len: u16,
}

impl<B: Room> PeerKey<B> {
    /// `None` if it is longer than any that the provider verifies with.
    pub(super) fn new(key: PublicKey<'_>) -> Option<Self> {
        let mut bytes = B::EMPTY;
        bytes.as_mut().get_mut(..key.bytes.len())?.copy_from_slice(key.bytes);
        Some(Self { kind: key.kind, bytes, len: u16::try_from(key.bytes.len()).ok()? })
    }

    pub(super) fn get(&self) -> PublicKey<'_> {
        PublicKey { kind: self.kind, bytes: self.bytes.as_ref().get(..self.len.into()).unwrap_or_default() }
    }
}
