//! What the full handshake found out that every resumption of it goes back to.

use super::Declined;
use super::trust::{Live, Trust};
use crate::fault::Side;
use crate::identity::PeerIdentity;
use crate::wire::{Reader, SignatureScheme, Writer, exactly};
use crate::x509::UnixTime;
use alloc::vec::Vec;

/// Where a chain of resumptions began. A client's ticket always knows its server.
#[derive(Clone)]
pub(crate) struct Origin {
    /// When the peer's certificates were looked at, or would have been.
    pub(crate) authenticated: UnixTime,
    /// Who the peer proved to be, and what that rested on; nobody, if it showed no certificate.
    pub(crate) peer: Option<(Trust, PeerIdentity)>,
    /// The scheme of the peer's CertificateVerify.
    pub(crate) scheme: Option<SignatureScheme>,
    /// What the client showed of itself; at a server, of one that showed no certificate.
    pub(crate) shown: Shown,
}

/// What a client showed of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It was not asked.
    NotAsked,
    /// It was asked, and had nothing to show.
    Nothing,
    /// A chain, of which this is the SHA-256.
    Chain([u8; 32]),
}

impl Origin {
    /// The peer that showed no certificate.
    pub(crate) fn anonymous(now: UnixTime) -> Self {
        Self { authenticated: now, peer: None, scheme: None, shown: Shown::NotAsked }
    }

    /// True if the client showed a certificate: its own, if `side` is the client.
    pub(crate) fn knows_client(&self, side: Side) -> bool {
        match side {
            Side::Client => matches!(self.shown, Shown::Chain(_)),
            Side::Server => self.peer.is_some(),
        }
    }

    /// Who the peer proved to be.
    pub(crate) fn identity(&self) -> Option<&PeerIdentity> {
        self.peer.as_ref().map(|(_, identity)| identity)
    }

    /// Why it does not hold any more because of the scheme that the peer signed with, if so.
    pub(crate) fn check_scheme(&self, accepted: &[SignatureScheme]) -> Result<(), Declined> {
        match self.scheme {
            Some(scheme) if !accepted.contains(&scheme) => Err(Declined::PolicyChanged),
            Some(_) | None => Ok(()),
        }
    }

    /// The peer as a configuration knows it: by the place that its anchor has there.
    pub(crate) fn seen_by(&mut self, live: &Live) {
        if let Some((trust, identity)) = &mut self.peer
            && let Some(anchor) = trust.anchor_in(live)
        {
            identity.set_anchor(anchor);
        }
    }

    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        put_time(w, self.authenticated);
        let mut peer = Vec::new();
        if let Some((trust, identity)) = &self.peer {
            trust.pack(&mut peer);
            identity.pack(&mut peer);
        }
        w.opaque16(&peer);
        w.u16(self.scheme.map_or(0, |scheme| scheme.0));
        w.opaque8(match &self.shown {
            Shown::NotAsked => &[],
            Shown::Nothing => &[0],
            Shown::Chain(hash) => hash,
        });
    }

    /// `None` of what no encoding gives.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let authenticated = read_time(r);
        let (peer, scheme, shown) = (r.vec16("peer"), SignatureScheme(r.u16("scheme")), r.vec8("shown"));
        let peer = match peer {
            [] => None,
            peer => Some(exactly("peer", peer, |r| Some((Trust::unpack(r)?, PeerIdentity::unpack(r)?))).ok()??),
        };
        let shown = match shown {
            [] => Shown::NotAsked,
            [0] => Shown::Nothing,
            hash => Shown::Chain(hash.try_into().ok()?),
        };
        Some(Self { authenticated, peer, scheme: (scheme.0 != 0).then_some(scheme), shown })
    }
}

pub(super) fn put_time(w: &mut Writer<'_>, time: UnixTime) {
    w.put(&time.0.to_be_bytes());
}

pub(super) fn read_time(r: &mut Reader<'_>) -> UnixTime {
    UnixTime(i64::from_be_bytes(*r.array_ref("time")))
}
