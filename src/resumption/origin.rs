//! What the full handshake found out that every resumption of it goes back to.

use super::trust::Trust;
use crate::fault::Side;
use crate::identity::PeerIdentity;
use crate::wire::{Reader, Writer, exactly};
use crate::x509::UnixTime;
use alloc::vec::Vec;

/// Where a chain of resumptions began. A client's ticket always knows its server.
#[derive(Clone)]
pub(crate) struct Origin {
    /// When the peer's certificates were looked at, or would have been.
    pub(crate) authenticated: UnixTime,
    /// Who the peer proved to be, and what that rested on; nobody, if it showed no certificate.
    pub(crate) peer: Option<(Trust, PeerIdentity)>,
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
        Self { authenticated: now, peer: None, shown: Shown::NotAsked }
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

    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        put_time(w, self.authenticated);
        let mut peer = Vec::new();
        if let Some((trust, identity)) = &self.peer {
            trust.pack(&mut peer);
            identity.pack(&mut peer);
        }
        w.opaque16(&peer);
        w.opaque8(match &self.shown {
            Shown::NotAsked => &[],
            Shown::Nothing => &[0],
            Shown::Chain(hash) => hash,
        });
    }

    /// `None` of what no encoding gives.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let authenticated = read_time(r);
        let (peer, shown) = (r.vec16("peer"), r.vec8("shown"));
        let peer = match peer {
            [] => None,
            peer => Some(exactly("peer", peer, |r| Some((Trust::unpack(r)?, PeerIdentity::unpack(r)?))).ok()??),
        };
        let shown = match shown {
            [] => Shown::NotAsked,
            [0] => Shown::Nothing,
            hash => Shown::Chain(hash.try_into().ok()?),
        };
        Some(Self { authenticated, peer, shown })
    }
}

pub(super) fn put_time(w: &mut Writer<'_>, time: UnixTime) {
    w.put(&time.0.to_be_bytes());
}

pub(super) fn read_time(r: &mut Reader<'_>) -> UnixTime {
    UnixTime(i64::from_be_bytes(*r.array_ref("time")))
}
