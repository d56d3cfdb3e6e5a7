//! What only a handshake needs. On the heap it is boxed, and gone at CONNECTED.

use crate::config::{Credential, MAX_SHARES};
use crate::crypto::{Crypto, Digest, KeyKind, PublicKey, Room};
use crate::fault::{Fault, Reason};
use crate::schedule::Schedule;
use crate::shared::Shared;
use crate::transcript::Transcript;
use crate::wire::NamedGroup;
use crate::x509::{ServerName, Time, Verdicts};

/// The desk: transcript, key exchange in flight, what was offered, what the peer showed.
pub struct Desk<'c, C: Crypto> {
    pub(super) transcript: Transcript<C::Hash>,
    pub(super) schedule: Option<Schedule>,
    pub(super) client_random: [u8; 32],
    pub(super) legacy_session_id: LegacySessionId,
    pub(super) kx: [Option<(NamedGroup, C::KxSecret)>; MAX_SHARES],
    pub(super) server_name: Option<ServerName<'c>>,
    /// The time that certificates are judged at.
    pub(super) time: Time,
    pub(super) credential: Option<Shared<'c, Credential>>,
    /// On the signatures of the peer's chain, as long as it is being judged.
    pub(super) verdicts: Verdicts,
    pub(super) peer_key: Option<PeerKey<C::PeerKey>>,
    /// The CertificateRequest asks for an OCSP response.
    #[cfg(feature = "alloc")]
    status_asked: bool,
    /// The first ClientHello without what may change in the second (§4.1.2), hashed.
    pub(super) first_hello: Option<Digest>,
    /// Why the peer's chain was refused.
    #[cfg(feature = "alloc")]
    pub(super) report: Option<alloc::boxed::Box<crate::x509::Report>>,
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
    pub(super) fn new(crypto: &C, server_name: Option<ServerName<'c>>, time: Time) -> Self {
        Self {
            transcript: Transcript::new(crypto),
            schedule: None,
            client_random: [0; 32],
            legacy_session_id: LegacySessionId::EMPTY,
            kx: [None, None],
            server_name,
            time,
            credential: None,
            verdicts: Verdicts::default(),
            peer_key: None,
            #[cfg(feature = "alloc")]
            status_asked: false,
            first_hello: None,
            #[cfg(feature = "alloc")]
            report: None,
        }
    }

    pub(super) fn schedule(&self) -> Result<&Schedule, Fault> {
        Ok(self.schedule.as_ref().ok_or(Reason::Internal)?)
    }

    #[cfg(feature = "alloc")]
    pub(super) fn ask_status(&mut self, asked: bool) {
        self.status_asked = asked;
    }

    /// Whether the server wants an OCSP response with our certificate.
    pub(super) fn status_asked(&self) -> bool {
        #[cfg(feature = "alloc")]
        return self.status_asked;
        #[cfg(not(feature = "alloc"))]
        return false;
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
