//! NewSessionTicket (RFC 8446 §4.6.1), sent on the way to CONNECTED.

use super::{ServerCx, asks};
use crate::config::{MAX_COUNT, MAX_TICKET_SENT, Resumption};
use crate::crypto::{Crypto, Secret, SuiteParams};
use crate::fault::{Fault, Reason};
use crate::handshake::grease::Grease;
use crate::handshake::proof::ClientProof;
use crate::resumption::{MAX_LIFETIME, Origin, Shown, TicketState};
use crate::schedule::{SecretName, resumption_psk};
use crate::wire::{ClientHello, Extensions, NewSessionTicket, PskKeyExchangeMode, TlsFlags};
use crate::x509::{Time, UnixTime};
use alloc::sync::Arc;

/// How many tickets there will be: as many as the client wants, within reason, or as configured.
pub(super) fn count<C: Crypto>(hello: &ClientHello<'_>, cx: &ServerCx<'_, '_, C>) -> u8 {
    let Some(resumption) = &cx.config.resumption else { return 0 };
    // [4.6.1-7]
    let modes = hello.extensions.psk_key_exchange_modes.unwrap_or_default();
    let usable = |mode: &u8| {
        mode == &PskKeyExchangeMode::psk_dhe_ke.0 || cx.config.psk_ke && mode == &PskKeyExchangeMode::psk_ke.0
    };
    if !modes.iter().any(usable) {
        return 0;
    }
    let resumed = cx.base.negotiated.psk.is_some();
    match hello.extensions.ticket_request {
        // [9149-3-3] [9149-3-4]
        Some(wanted) if resumed => wanted.resumption_count.min(MAX_COUNT),
        Some(wanted) => wanted.new_session_count.min(MAX_COUNT),
        // [C.4-2]
        None if resumed => resumption.count.min(1),
        None => resumption.count,
    }
}

/// What tickets of this connection go back to; `None` if it is not known what the client's trust rests on.
fn origin<C: Crypto>(client: &ClientProof, now: UnixTime, cx: &ServerCx<'_, '_, C>) -> Option<Arc<Origin>> {
    match client {
        ClientProof::Unauthenticated(_) => {
            let shown = if asks(cx.config) { Shown::Nothing } else { Shown::NotAsked };
            Some(Arc::new(Origin { shown, ..Origin::anonymous(now) }))
        }
        ClientProof::Proven(_) | ClientProof::ByPsk(_) => cx.desk.origin.clone(),
    }
}

/// True if there will be tickets.
pub(super) fn issues<C: Crypto>(client: &ClientProof, cx: &ServerCx<'_, '_, C>) -> bool {
    let Time::Known(now) = cx.desk.time else { return false };
    cx.desk.tickets > 0 && origin(client, now, cx).is_some()
}

/// Sends them. If none is worth it after all, the client is still told that it was accepted.
pub(super) fn send<C: Crypto>(
    resumption_master_secret: &Secret,
    client: &ClientProof,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<(), Fault> {
    let (Time::Known(now), Some(resumption)) = (cx.desk.time, &cx.config.resumption) else { return Ok(()) };
    let Some(origin) = origin(client, now, cx) else { return Ok(()) };
    let mut sent = false;
    // [4.6.1-9]
    for nonce in 0..cx.desk.tickets {
        sent |= send_one(&[0, nonce], resumption_master_secret, &origin, resumption, now, cx)?;
    }
    if sent { Ok(()) } else { confirm(client, cx) }
}

/// False if it is not worth sending.
fn send_one<C: Crypto>(
    ticket_nonce: &[u8],
    resumption_master_secret: &Secret,
    origin: &Arc<Origin>,
    resumption: &Resumption,
    now: UnixTime,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<bool, Fault> {
    let crypto = cx.base.crypto;
    let negotiated = &cx.base.negotiated;
    let suite = negotiated.suite.and_then(SuiteParams::of).ok_or(Reason::Internal)?;
    let lifetime = lifetime(origin, resumption, now);
    if lifetime == 0 {
        return Ok(false);
    }
    // [4.6.1-8]
    let mut age_add = [0; 4];
    crypto.random(&mut age_add).map_err(|_| Reason::RandomFailed)?;
    let early_data = resumption.early_data.as_ref().filter(|_| origin.peer.is_none());
    let alpn = negotiated.alpn.and_then(|at| cx.config.settings.alpn().iter().nth(at.into()));
    let state = TicketState {
        suite: suite.suite,
        secret: resumption_psk(crypto, suite, resumption_master_secret, ticket_nonce),
        issued: now,
        lifetime,
        age_add: u32::from_be_bytes(age_add),
        max_early_data: early_data.map_or(0, |early_data| early_data.max),
        alpn: alpn.map(|name| name.0.into()),
        server_name: cx.desk.name_asked.clone(),
        scope: resumption.scope.clone(),
        origin: origin.clone(),
    };
    let until = UnixTime(now.0.saturating_add(lifetime.into()));
    let ticket = state.to_bytes().and_then(|bytes| resumption.tickets.seal(crypto, bytes, until, now));
    // What is too long, or can't be sealed now, costs the client a full handshake, and not this one.
    let Some(ticket) = ticket.filter(|ticket| ticket.len() <= MAX_TICKET_SENT) else { return Ok(false) };
    let grease = grease(cx);
    cx.base.send(&NewSessionTicket {
        ticket_lifetime: lifetime,
        ticket_age_add: state.age_add,
        ticket_nonce,
        ticket: &ticket,
        extensions: grease.as_ref().map_or(Extensions::EMPTY, Grease::extensions),
        max_early_data_size: early_data.map(|early_data| early_data.max),
        // [crosssni-3-2]
        flags: if resumption.across_names { TlsFlags::RESUMPTION_ACROSS_NAMES } else { TlsFlags::default() },
    })?;
    cx.base.show(SecretName::TicketPsk, &cx.desk.client_random, &state.secret);
    Ok(true)
}

/// [8701-4.1-2] What stands among the extensions, if anything does.
fn grease<C: Crypto>(cx: &ServerCx<'_, '_, C>) -> Option<Grease> {
    cx.config.settings.grease.then(|| Grease::of(&cx.desk.client_random))
}

/// Seconds: never longer than what the ticket rests on.
fn lifetime(origin: &Origin, resumption: &Resumption, now: UnixTime) -> u32 {
    let left = |end: i64| u32::try_from(end.saturating_sub(now.0).max(0)).unwrap_or(u32::MAX);
    let path = origin.peer.as_ref().map_or(u32::MAX, |(trust, _)| left(trust.not_after().0));
    // [4.6.1-14]
    let unseen = left(origin.authenticated.0.saturating_add(MAX_LIFETIME.into()));
    resumption.lifetime.min(path).min(unseen)
}

/// Tells a client that was asked for a certificate that it is accepted, with what it showed or without, if the configuration
/// wants that: by a ticket that is worth nothing. Nobody keeps it, here or there.
pub(super) fn confirm<C: Crypto>(client: &ClientProof, cx: &mut ServerCx<'_, '_, C>) -> Result<(), Fault> {
    let waits = match client {
        ClientProof::Proven(_) => true,
        ClientProof::Unauthenticated(_) => asks(cx.config),
        ClientProof::ByPsk(_) => false,
    };
    if !cx.config.confirm_client_auth || !waits {
        return Ok(());
    }
    let (mut ticket_age_add, mut ticket) = ([0; 4], [0; 16]);
    for random in [&mut ticket_age_add[..], &mut ticket] {
        cx.crypto().random(random).map_err(|_| Reason::RandomFailed)?;
    }
    let grease = grease(cx);
    // [4.6.1-15]
    cx.base.send(&NewSessionTicket {
        ticket_lifetime: 0,
        ticket_age_add: u32::from_be_bytes(ticket_age_add),
        ticket_nonce: &[],
        ticket: &ticket,
        extensions: grease.as_ref().map_or(Extensions::EMPTY, Grease::extensions),
        max_early_data_size: None,
        flags: TlsFlags::default(),
    })
}
