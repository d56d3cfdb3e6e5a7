//! The PSKs that a ClientHello offers (RFC 8446 §4.2.11), and the early data that goes with the first of them (§4.2.10).

use super::ClientCx;
use crate::config::ClientConfig;
use crate::crypto::{Crypto, HashAlgorithm, SuiteParams};
use crate::fault::{Detail, Fault, Reason};
use crate::handshake::proof::ByPsk;
use crate::handshake::{EarlyDataState, Trace};
use crate::resumption::{Declined, EarlyDataDeclined, MAX_LIFETIME, Origin, Psk, PskKind, Shown, Ticket};
use crate::schedule::{Early, SecretName};
use crate::wire::{
    CipherSuite, ClientHello, Encode, ExtensionType, OfferedPsks, PskBinderEntry, PskIdentity, Vector, to_vec,
    write_message,
};
use crate::x509::Time;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Tickets that are looked at before there is an end of it: those that expired in the store are dropped.
const MAX_TAKEN: usize = 4;

/// What a ClientHello offers.
pub struct Offer {
    psks: Vec<Offered>,
    /// Bytes of early data that the first PSK allows; 0 if none is offered.
    max_early_data: u32,
}

/// One PSK, ready for its binder.
struct Offered {
    early: Early,
    identity: Box<[u8]>,
    obfuscated_ticket_age: u32,
    hash: HashAlgorithm,
    kind: PskKind,
    /// Counted from 0 in the configuration.
    external: Option<u16>,
    ticket: Option<OfTicket>,
}

/// What only a ticket has: early data is for this suite and this protocol.
struct OfTicket {
    suite: CipherSuite,
    alpn: Option<Box<[u8]>>,
    origin: Arc<Origin>,
}

/// The PSK that the server selected.
pub(super) struct Selected {
    pub(super) early: Early,
    pub(super) by: ByPsk,
}

impl Offered {
    fn new<C: Crypto>(crypto: &C, psk: &Psk, suite: SuiteParams, obfuscated_ticket_age: u32) -> Self {
        Self {
            early: Early::of_psk(crypto, suite, psk.secret()),
            identity: psk.identity().into(),
            obfuscated_ticket_age,
            hash: psk.hash(),
            kind: psk.kind(),
            external: None,
            ticket: None,
        }
    }

    fn of_ticket<C: Crypto>(crypto: &C, ticket: Ticket, suite: SuiteParams, age: u32) -> Self {
        let of_ticket = OfTicket { suite: ticket.suite, alpn: ticket.alpn, origin: ticket.origin };
        Self { ticket: Some(of_ticket), ..Self::new(crypto, &ticket.psk, suite, age) }
    }
}

impl Offer {
    /// What the configuration has to offer to this server: the first ticket that is still good for something, then the external
    /// PSKs. `None` if there is nothing.
    pub(super) fn make<C: Crypto>(cx: &mut ClientCx<'_, '_, C>) -> Option<Self> {
        let config = cx.config;
        let suites = config.settings.suites();
        let suite_of = |hash| suites.iter().filter_map(|s| SuiteParams::of(*s)).find(|suite| suite.hash == hash);
        let mut offer = Self { psks: Vec::new(), max_early_data: 0 };
        let ticket = take_ticket(cx);
        if cx.desk.early.is_some() {
            match max_early_data(ticket.as_ref().map(|(ticket, _)| ticket), config) {
                Ok(max) => offer.max_early_data = max,
                Err(why) => cx.base.trace(Trace::EarlyDataDeclined(why)),
            }
        }
        if let Some((ticket, age)) = ticket {
            // [4.6.1-12]
            let of_same_hash = suite_of(ticket.psk.hash());
            let exact = SuiteParams::of(ticket.suite).filter(|_| suites.contains(&ticket.suite));
            if let Some(suite) = exact.or(of_same_hash) {
                offer.psks.push(Offered::of_ticket(cx.crypto(), ticket, suite, age));
            }
        }
        for (index, psk) in config.psks.iter().enumerate() {
            if let (Some(suite), Ok(index)) = (suite_of(psk.hash()), u16::try_from(index)) {
                // [4.2.11-6]
                offer.psks.push(Offered { external: Some(index), ..Offered::new(cx.crypto(), psk, suite, 0) });
            }
        }
        (!offer.psks.is_empty()).then_some(offer)
    }

    /// [4.1.2-11] After a HelloRetryRequest: only what fits its suite, if anything does, and no early data.
    pub(super) fn retry(mut self: Box<Self>, hash: HashAlgorithm) -> Option<Box<Self>> {
        // [4.2.10-10]
        self.max_early_data = 0;
        self.psks.retain(|offered| offered.hash == hash);
        (!self.psks.is_empty()).then_some(self)
    }

    /// Sends the ClientHello with the PSKs at its end. The binders cover what stands before them, so it is written twice: once
    /// to be hashed.
    pub(super) fn send<C: Crypto>(&self, hello: &ClientHello<'_>, cx: &mut ClientCx<'_, '_, C>) -> Result<(), Fault> {
        let identities: Vec<_> = self
            .psks
            .iter()
            .map(|psk| PskIdentity { identity: &psk.identity, obfuscated_ticket_age: psk.obfuscated_ticket_age })
            .collect();
        let write = |binders: &[PskBinderEntry<'_>]| {
            let psks = OfferedPsks { identities: Vector::items(&identities), binders: Vector::items(binders) };
            to_vec(|w| psks.encode(w)).map(|body| (body, psks.binders_len())).map_err(|_| Reason::PskTooLong)
        };
        let with = |body: &[u8]| {
            let mut hello = *hello;
            hello.extensions.pre_shared_key = Some(body);
            hello.extensions.early_data = self.max_early_data > 0;
            to_vec(|w| write_message(&hello, w)).map_err(|_| Reason::PskTooLong)
        };
        let zeros = [0; crate::crypto::MAX_HASH_LEN];
        let empty: Vec<_> =
            self.psks.iter().map(|psk| PskBinderEntry(zeros.get(..psk.hash.len()).unwrap_or_default())).collect();
        let (body, binders_len) = write(&empty)?;
        let message = with(&body)?;
        let truncated = message.len().checked_sub(binders_len).and_then(|end| message.get(..end));
        let truncated = truncated.ok_or(Reason::Internal)?;
        let mut binders = Vec::with_capacity(self.psks.len());
        for psk in &self.psks {
            // [4.2.11.2-2]
            let hash = cx.desk.transcript.hash_with(cx.base.crypto, psk.hash, truncated)?;
            let label = psk.kind.binder_label();
            let binder_key = psk.early.binder_key(cx.crypto(), label);
            cx.base.show(SecretName::Early, &cx.desk.client_random, psk.early.secret());
            cx.base.show(SecretName::Binder(label), &cx.desk.client_random, &binder_key);
            binders.push(psk.early.binder(cx.crypto(), &binder_key, &hash));
        }
        let entries: Vec<_> = binders.iter().map(|binder| PskBinderEntry(binder.as_bytes())).collect();
        let (body, _) = write(&entries)?;
        let mut hello = *hello;
        hello.extensions.pre_shared_key = Some(&body);
        hello.extensions.early_data = self.max_early_data > 0;
        cx.send(&hello)
    }

    /// `selected_identity` of the ServerHello. What the PSK stands for is on the desk then.
    pub(super) fn select<C: Crypto>(
        mut self,
        index: u16,
        suite: SuiteParams,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<Selected, Fault> {
        let at = |reason: Reason| {
            let fault = Fault::from(reason).extension(ExtensionType::pre_shared_key).field("selected_identity");
            fault.detail(Detail::Value(index.into()))
        };
        // [4.2.11-7]
        let (offered, by) = ByPsk::selected(&mut self.psks, index).ok_or_else(|| at(Reason::PskNotOffered))?;
        // [4.2.11-8]
        if offered.hash != suite.hash {
            return Err(at(Reason::PskOtherHash));
        }
        cx.base.negotiated.psk = Some(offered.kind);
        cx.base.negotiated.external_psk = offered.external;
        if let Some(ticket) = offered.ticket {
            if let Some(early) = &mut cx.desk.early {
                early.fits = index == 0 && ticket.suite == suite.suite;
                early.alpn = ticket.alpn;
            }
            cx.desk.origin = Some(ticket.origin);
        }
        Ok(Selected { early: offered.early.with_suite(suite), by })
    }
}

/// [4.2.10-13] Bytes that may be sent early: never with a client identity, nor under another suite, or for a protocol that is
/// not offered.
fn max_early_data<C: Crypto>(ticket: Option<&Ticket>, config: &ClientConfig<C>) -> Result<u32, EarlyDataDeclined> {
    let ticket = ticket.ok_or(EarlyDataDeclined::NoTicket)?;
    let alpn = config.settings.alpn();
    let speaks_it = ticket.alpn.as_deref().is_none_or(|name| alpn.iter().any(|ours| ours.0 == name));
    if matches!(ticket.origin.shown, Shown::Chain(_)) {
        Err(EarlyDataDeclined::ClientCertificate)
    } else if ticket.max_early_data == 0 {
        Err(EarlyDataDeclined::NotWithTicket)
    } else if !config.settings.suites().contains(&ticket.suite) {
        Err(EarlyDataDeclined::OtherSuite)
    } else if !speaks_it {
        Err(EarlyDataDeclined::OtherProtocol)
    } else {
        Ok(ticket.max_early_data)
    }
}

/// K_send = early data, if some is offered. The first ClientHello is the last message in the transcript.
pub(super) fn begin_early_data<C: Crypto>(cx: &mut ClientCx<'_, '_, C>) -> Result<(), Fault> {
    let Some(offer) = cx.desk.offer.as_deref().filter(|offer| offer.max_early_data > 0) else { return Ok(()) };
    let (max_early_data, Some(first)) = (offer.max_early_data, offer.psks.first()) else { return Ok(()) };
    let hash = cx.desk.transcript.hash_with(cx.base.crypto, first.hash, &[])?;
    let secret = first.early.client_early_traffic(cx.base.crypto, &hash);
    let exporter = first.early.early_exporter(cx.base.crypto, &hash);
    cx.base.show(SecretName::ClientEarlyTraffic, &cx.desk.client_random, &secret);
    cx.base.show(SecretName::EarlyExporter, &cx.desk.client_random, &exporter);
    let keys = first.early.keys(cx.base.crypto, &secret);
    if let Some(early) = &mut cx.desk.early {
        early.exporter = Some((first.hash, exporter));
        early.left = max_early_data;
    }
    cx.base.negotiated.early_data = EarlyDataState::Offered;
    // [D.4-3]
    cx.send_change_cipher_spec()?;
    cx.base.set_send_key(Some(keys))
}

/// The first ticket for this server that still holds, and its obfuscated age.
fn take_ticket<C: Crypto>(cx: &mut ClientCx<'_, '_, C>) -> Option<(Ticket, u32)> {
    let tickets = cx.config.tickets.as_ref()?;
    // [4.6.1-11]
    let name = cx.desk.server_name.as_ref()?.to_string();
    for _ in 0..MAX_TAKEN {
        let mut ticket = tickets.take(&name)?;
        match age(&ticket, cx) {
            Ok(age) => {
                if let Some(live) = &cx.config.live {
                    Arc::make_mut(&mut ticket.origin).seen_by(live);
                }
                return Some((ticket, age));
            }
            Err(declined) => cx.base.trace(Trace::PskDeclined(declined)),
        }
    }
    None
}

/// Whether a ticket still holds: that of the server, and ours.
fn age<C: Crypto>(ticket: &Ticket, cx: &ClientCx<'_, '_, C>) -> Result<u32, Declined> {
    let config = cx.config;
    let Time::Known(now) = cx.desk.time else { return Err(Declined::TimeUnknown) };
    // [4.2.11.1-1]
    let age = ticket.obfuscated_age(now).ok_or(Declined::Expired)?;
    let unseen = now.0.saturating_sub(ticket.origin.authenticated.0);
    if unseen >= i64::from(MAX_LIFETIME) {
        return Err(Declined::Expired);
    }
    // [4.6.1-11] [crosssni-3-1] Whatever the store thinks that it is for.
    if !cx.desk.server_name.as_ref().is_some_and(|name| ticket.is_for(name)) {
        return Err(Declined::OtherServerName);
    }
    // Where the application judges, it would have to be asked again.
    let live = config.live.as_ref().filter(|_| !config.settings.ask_chain).ok_or(Declined::PolicyChanged)?;
    let (trust, _) = ticket.origin.peer.as_ref().ok_or(Declined::Malformed)?;
    ticket.origin.check_scheme(config.settings.schemes())?;
    trust.still_holds(config.crypto(), live, cx.desk.time)?;
    // [crosssni-4-1]
    // Another certificate of ours, or one at last: the server is to see it.
    match ticket.origin.shown {
        // The application chooses anew for each connection.
        Shown::Chain(_) | Shown::Nothing if config.settings.ask_credential => Err(Declined::OwnChainChanged),
        Shown::Chain(hash) if !config.own_chains.contains(&hash) => Err(Declined::OwnChainChanged),
        Shown::Nothing if !config.own_chains.is_empty() => Err(Declined::OwnChainChanged),
        _ => Ok(age),
    }
}
