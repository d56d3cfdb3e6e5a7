//! CONNECTED: NewSessionTicket (RFC 8446 §4.6.1), kept where the configuration keeps tickets.

use super::{Base, ClientCx};
use crate::config::ClientConfig;
use crate::crypto::{Crypto, Secret, SuiteParams};
use crate::resumption::{MAX_LIFETIME, Origin, Psk, Shown, Ticket};
use crate::schedule::{SecretName, resumption_psk};
use crate::wire::{NewSessionTicket, TlsFlag};
use crate::x509::{Time, UnixTime};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

/// Tickets of one connection that are kept: a store may have to write each of them down.
const MAX_KEPT: u8 = 16;

/// What a ticket that comes later is made of.
pub struct Keeper {
    resumption: Secret,
    suite: SuiteParams,
    server: String,
    alpn: Option<Box<[u8]>>,
    origin: Arc<Origin>,
    kept: u8,
    /// When the connection began: a ticket that comes much later is taken for older than it is.
    time: UnixTime,
}

impl Keeper {
    /// True if this connection can have a use for tickets: it is known by what the server was accepted, and since when.
    pub(super) fn wanted<C: Crypto>(cx: &ClientCx<'_, '_, C>) -> bool {
        let known = cx.desk.origin.as_deref().is_some_and(|origin| origin.peer.is_some());
        known && cx.config.tickets.is_some() && matches!(cx.desk.time, Time::Known(_))
    }

    pub(super) fn new<C: Crypto>(resumption: Secret, cx: &mut ClientCx<'_, '_, C>) -> Option<Box<Self>> {
        let Time::Known(time) = cx.desk.time else { return None };
        let negotiated = &cx.base.negotiated;
        let alpn = negotiated.alpn.and_then(|at| cx.config.settings.alpn().iter().nth(at.into()));
        Some(Box::new(Self {
            resumption,
            suite: SuiteParams::of(negotiated.suite?)?,
            server: cx.desk.server_name.as_ref()?.to_string(),
            alpn: alpn.map(|name| name.0.into()),
            origin: cx.desk.origin.clone()?,
            kept: 0,
            time,
        }))
    }

    /// Keeps a ticket, unless it says that it is to be discarded, or is so long that it could make a ClientHello fail.
    pub(super) fn keep<C: Crypto>(
        &mut self,
        message: &NewSessionTicket<'_>,
        config: &ClientConfig<C>,
        base: &mut Base<'_, C>,
    ) {
        // [4.6.1-10]
        let wanted = message.ticket_lifetime > 0 && self.kept < MAX_KEPT;
        let Some(tickets) = config.tickets.as_ref().filter(|_| wanted) else { return };
        self.kept = self.kept.saturating_add(1);
        let secret = resumption_psk(config.crypto(), self.suite, &self.resumption, message.ticket_nonce);
        base.show(SecretName::TicketPsk, None, &secret);
        let Some(psk) = Psk::resumption(message.ticket, secret.as_bytes(), self.suite.hash) else { return };
        // Early data goes out before the server knows who sends it: never in the name of a certificate.
        let early = message.max_early_data_size.filter(|_| !matches!(self.origin.shown, Shown::Chain(_)));
        tickets.put(
            &self.server,
            Ticket {
                psk,
                suite: self.suite.suite,
                age_add: message.ticket_age_add,
                server: self.server.as_str().into(),
                // [tlsflags-2-3]
                across_names: message.flags.contains(TlsFlag::resumption_across_names),
                received: self.time,
                lifetime: message.ticket_lifetime.min(MAX_LIFETIME),
                max_early_data: early.unwrap_or(0),
                alpn: self.alpn.clone(),
                origin: self.origin.clone(),
            },
        );
    }
}
