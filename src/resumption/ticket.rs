//! What a client keeps of a NewSessionTicket (RFC 8446 §4.6.1), and where.

use super::origin::{Origin, put_time, read_time};
use super::psk::Psk;
use crate::crypto::SuiteParams;
use crate::identity::PeerIdentity;
use crate::wire::{CipherSuite, exactly, to_vec};
use crate::x509::{ServerName, UnixTime};
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// Seconds that a ticket may live (RFC 8446 §4.6.1), and that certificates may go unseen over any number of resumptions.
pub(crate) const MAX_LIFETIME: u32 = 604_800;

/// Where a client keeps its tickets, for all connections that share it. `server` is the name that the client connects to.
pub trait ClientTickets: Send + Sync + fmt::Debug {
    /// Keeps a ticket.
    fn put(&self, server: &str, ticket: Ticket);
    /// Gives a ticket away: none is used twice, so that nobody can tell by it that two connections come from one client
    /// (RFC 8446 Appendix C.4).
    fn take(&self, server: &str) -> Option<Ticket>;
}

/// A ticket, as a client keeps it. It resumes one handshake with the server that it came from, as long as what that server was
/// trusted for still holds.
pub struct Ticket {
    pub(crate) psk: Psk,
    pub(crate) suite: CipherSuite,
    /// `ticket_age_add`.
    pub(crate) age_add: u32,
    pub(crate) received: UnixTime,
    /// Seconds after `received`.
    pub(crate) lifetime: u32,
    /// Bytes; 0 if there may be none.
    pub(crate) max_early_data: u32,
    pub(crate) alpn: Option<Box<[u8]>>,
    /// The name that it was issued under.
    pub(crate) server: Box<str>,
    pub(crate) across_names: bool,
    pub(crate) origin: Arc<Origin>,
}

impl Ticket {
    /// When it ends, unless what it rests on ends before.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        UnixTime(self.received.0.saturating_add(self.lifetime.into()))
    }

    /// Bytes of early data that the server takes with it; 0 if none.
    #[must_use]
    pub fn max_early_data(&self) -> u32 {
        self.max_early_data
    }

    /// Whether the server takes it under any name that its certificate is for (draft-ietf-tls-cross-sni-resumption). A store that
    /// gives such a ticket away for another name than it was put for saves that server a full handshake. The name is held against
    /// the certificate all the same; a ticket that is not for it is declined.
    #[must_use]
    pub fn resumable_across_names(&self) -> bool {
        self.across_names
    }

    /// Whether it may be offered under this name: the one it was issued under, or another one of the certificate if the server
    /// allows that.
    pub(crate) fn is_for(&self, name: &ServerName<'_>) -> bool {
        let certified = || self.server().is_some_and(|identity| identity.is_for(name));
        let same = match name.as_dns() {
            Some(dns) => dns.eq_ignore_ascii_case(&self.server),
            None => name.to_string() == *self.server,
        };
        same || self.across_names && certified()
    }

    /// Who the server proved to be when its certificates were looked at.
    #[must_use]
    pub fn server(&self) -> Option<&PeerIdentity> {
        self.origin.identity()
    }

    /// Milliseconds since it came, and what hides them from others (§4.2.11.1); `None` once it has expired.
    pub(crate) fn obfuscated_age(&self, now: UnixTime) -> Option<u32> {
        let seconds = now.0.saturating_sub(self.received.0).max(0);
        let seconds = u32::try_from(seconds).ok().filter(|seconds| *seconds < self.lifetime)?;
        // [4.2.11.1-2] A week of milliseconds fits.
        Some(seconds.saturating_mul(1000).wrapping_add(self.age_add))
    }

    /// The ticket as bytes, for a file or another process. They hold a secret: whoever has them can speak with the server in this
    /// client's name.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let bytes = to_vec(|w| {
            w.u8(VERSION);
            w.u16(self.suite.0);
            w.opaque16(self.psk.identity());
            w.opaque8(self.psk.secret());
            w.u32(self.age_add);
            put_time(w, self.received);
            w.u32(self.lifetime);
            w.u32(self.max_early_data);
            w.opaque8(self.alpn.as_deref().unwrap_or_default());
            w.opaque16(self.server.as_bytes());
            w.u8(self.across_names.into());
            self.origin.encode(w);
        });
        Zeroizing::new(bytes.unwrap_or_default())
    }

    /// What [`Ticket::to_bytes`] made; `None` of anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ticket = exactly("Ticket", bytes, |r| {
            let version = r.u8("version");
            let suite = CipherSuite(r.u16("suite"));
            let (identity, secret) = (r.vec16("ticket"), r.vec8("psk"));
            let age_add = r.u32("ticket_age_add");
            let received = read_time(r);
            let (lifetime, max_early_data) = (r.u32("ticket_lifetime"), r.u32("max_early_data_size"));
            let alpn = r.vec8("alpn");
            let (server, across_names) = (r.vec16("server"), r.u8("across_names"));
            let origin = Origin::read(r);
            let hash = SuiteParams::of(suite).filter(|_| version == VERSION)?.hash;
            Some(Self {
                psk: Psk::resumption(identity, secret, hash).filter(|_| secret.len() == hash.len())?,
                suite,
                age_add,
                received,
                lifetime: lifetime.min(MAX_LIFETIME),
                max_early_data,
                alpn: (!alpn.is_empty()).then(|| alpn.into()),
                server: core::str::from_utf8(server).ok()?.into(),
                across_names: across_names != 0,
                origin: Arc::new(origin?),
            })
        });
        ticket.ok().flatten()
    }
}

const VERSION: u8 = 2;

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("server", &self.origin.identity())
            .field("suite", &self.suite)
            .field("expires", &self.expires())
            .field("max_early_data", &self.max_early_data)
            .finish_non_exhaustive()
    }
}
