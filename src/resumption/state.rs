//! What a server has to know again when a ticket comes back: inside of the ticket, sealed, or in a store.

use super::origin::{Origin, put_time, read_time};
use crate::crypto::{Secret, SuiteParams};
use crate::wire::{CipherSuite, exactly, to_vec};
use crate::x509::UnixTime;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The state behind one ticket.
pub(crate) struct TicketState {
    pub(crate) suite: CipherSuite,
    pub(crate) secret: Secret,
    pub(crate) issued: UnixTime,
    /// Seconds.
    pub(crate) lifetime: u32,
    pub(crate) age_add: u32,
    pub(crate) max_early_data: u32,
    pub(crate) alpn: Option<Box<[u8]>>,
    /// `server_name` of the ClientHello.
    pub(crate) server_name: Option<Box<[u8]>>,
    /// Which listener the ticket is for.
    pub(crate) scope: Box<[u8]>,
    pub(crate) origin: Arc<Origin>,
}

const VERSION: u8 = 1;

impl TicketState {
    pub(crate) fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = to_vec(|w| {
            w.u8(VERSION);
            w.u16(self.suite.0);
            w.opaque8(self.secret.as_bytes());
            put_time(w, self.issued);
            w.u32(self.lifetime);
            w.u32(self.age_add);
            w.u32(self.max_early_data);
            w.opaque8(self.alpn.as_deref().unwrap_or_default());
            w.opaque16(self.server_name.as_deref().unwrap_or_default());
            w.opaque16(&self.scope);
            self.origin.encode(w);
        });
        bytes.ok().map(Zeroizing::new)
    }

    /// `None` of what is not a whole state, or one that an older or newer program made.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let state = exactly("TicketState", bytes, |r| {
            let version = r.u8("version");
            let suite = CipherSuite(r.u16("suite"));
            let psk = r.vec8("psk");
            let issued = read_time(r);
            let (lifetime, age_add) = (r.u32("ticket_lifetime"), r.u32("ticket_age_add"));
            let max_early_data = r.u32("max_early_data_size");
            let alpn = r.vec8("alpn");
            let (server_name, scope) = (r.vec16("server_name"), r.vec16("scope"));
            let origin = Origin::read(r);
            let hash = SuiteParams::of(suite).filter(|_| version == VERSION)?.hash;
            let mut secret = Secret::zeros(hash.len());
            if psk.len() != hash.len() {
                return None;
            }
            secret.as_mut().copy_from_slice(psk);
            let some = |bytes: &[u8]| (!bytes.is_empty()).then(|| Box::from(bytes));
            Some(Self {
                suite,
                secret,
                issued,
                lifetime,
                age_add,
                max_early_data,
                alpn: some(alpn),
                server_name: some(server_name),
                scope: scope.into(),
                origin: Arc::new(origin?),
            })
        });
        state.ok().flatten()
    }
}
