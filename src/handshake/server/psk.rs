//! Which of the offered PSKs this handshake goes by (RFC 8446 §4.2.11): looked up, held against what is trusted by now, bound.
//!
//! Whatever is wrong with a ticket costs a full handshake and nothing else; only a binder that does not fit ends the connection.

use super::Retry;
use super::negotiate::{self, Choice, Selected, Terms, select};
use crate::config::{ClientAuthMode, EarlyData, Resumption, ServerConfig};
use crate::crypto::{Crypto, Secret, SuiteParams, TrafficKeys};
use crate::fault::{Fault, Reason};
use crate::handshake::proof::ByPsk;
use crate::handshake::{Desk, Inbound};
use crate::resumption::{Declined, EarlyDataDeclined, MAX_LIFETIME, Origin, PskKind, Shown, TicketState};
use crate::schedule::Early;
use crate::wire::{ClientHello, ExtensionType, OfferedPsks, Parse, PskIdentity, PskKeyExchangeMode};
use crate::x509::{Time, UnixTime};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::cell::Cell;

/// PSKs of one ClientHello that are looked up at most.
const MAX_LOOKED_UP: usize = 8;

/// What became of the PSKs that a ClientHello offers.
pub struct LookedUp {
    pub(super) accepted: Option<Box<Accepted>>,
    /// Why the first of them is not the one.
    pub(super) declined: Option<Declined>,
    /// Bytes of early data that a ticket of ours among them is for.
    pub(super) max_early_data: u32,
}

/// The PSK that this handshake goes by.
pub struct Accepted {
    pub(super) selected: Selected,
    pub(super) index: u16,
    pub(super) kind: PskKind,
    /// Counted from 0 in the configuration.
    pub(super) external: Option<u16>,
    pub(super) early: Early,
    pub(super) by: ByPsk,
    pub(super) origin: Option<Arc<Origin>>,
    /// Seconds by which the client's age of its ticket is off.
    pub(super) age_skew: Option<i64>,
    /// None if none was offered.
    pub(super) early_data: Option<Result<AcceptedEarlyData, EarlyDataDeclined>>,
}

/// Early data that will be taken.
pub(super) struct AcceptedEarlyData {
    /// Bytes.
    pub(super) max: u32,
    pub(super) traffic: Secret,
    pub(super) exporter: Secret,
    pub(super) keys: TrafficKeys,
}

/// What an identity stands for.
struct Found {
    early: Early,
    suite: SuiteParams,
    kind: PskKind,
    external: Option<u16>,
    ticket: Option<TicketState>,
}

/// Where a PSK is looked for.
struct Search<'a, 'c, C: Crypto> {
    config: &'a ServerConfig<C>,
    desk: &'a Desk<'c, C>,
    hello: ClientHello<'a>,
    /// The ClientHello, header included.
    message: &'a [u8],
    retry: Option<Retry>,
    /// The most that a ticket was for, whether it still holds or not.
    max_early_data: Cell<u32>,
}

/// Looks the offered PSKs up. Nothing is used up before it is known that this ClientHello leads to a ServerHello.
pub(super) fn look_up<C: Crypto>(
    msg: &Inbound<'_>,
    retry: Option<Retry>,
    config: &ServerConfig<C>,
    desk: &Desk<'_, C>,
) -> Result<LookedUp, Fault> {
    let hello: ClientHello<'_> = msg.peek()?;
    negotiate::check(&hello)?;
    let body = hello.extensions.pre_shared_key.ok_or(Reason::Internal)?;
    let offered = OfferedPsks::parse(body)?;
    let search = Search { config, desk, hello, message: msg.bytes()?, retry, max_early_data: Cell::new(0) };
    let Some(with_key_share) = search.with_key_share() else {
        return Ok(search.found(None, Some(Declined::OtherMode)));
    };
    let mut declined = None;
    let psks = (0_u16..).zip(offered.identities.iter()).zip(offered.binders.iter()).take(MAX_LOOKED_UP);
    for ((index, identity), binder) in psks {
        match search.find(identity.identity) {
            Ok(found) => {
                // [4.2.11-10]
                let by = search.bind(&found, binder.0, offered.binders_len())?;
                return search.accept(found, by, Offered { index, identity, binder: binder.0, with_key_share });
            }
            Err(why) => declined = declined.or(Some(why)),
        }
    }
    Ok(search.found(None, declined))
}

/// Where a PSK stands in the ClientHello.
struct Offered<'a> {
    index: u16,
    identity: PskIdentity<'a>,
    binder: &'a [u8],
    with_key_share: bool,
}

impl<C: Crypto> Search<'_, '_, C> {
    /// Whether a PSK would be used with a key exchange (§4.2.9); `None` if there is no mode that both allow. Without a group in
    /// common, psk_ke is all that is left.
    fn with_key_share(&self) -> Option<bool> {
        let extensions = &self.hello.extensions;
        // [4.1.1-3] [4.2.9-4]
        let modes = extensions.psk_key_exchange_modes?;
        let offers = |mode: PskKeyExchangeMode| modes.contains(&mode.0);
        let psk_ke = self.config.psk_ke && offers(PskKeyExchangeMode::psk_ke);
        let ours = self.config.settings.groups();
        let agreed =
            || extensions.supported_groups.is_some_and(|groups| ours.iter().any(|group| groups.contains(*group)));
        if offers(PskKeyExchangeMode::psk_dhe_ke) && extensions.key_share.is_some() && (!psk_ke || agreed()) {
            return Some(true);
        }
        psk_ke.then_some(false)
    }

    fn found(&self, accepted: Option<Box<Accepted>>, declined: Option<Declined>) -> LookedUp {
        LookedUp { accepted, declined, max_early_data: self.max_early_data.get() }
    }

    /// The suite to use with a PSK of this hash: `wanted` if both have it, else the first that fits.
    fn suite(&self, fits: impl Fn(&SuiteParams) -> bool, wanted: Option<SuiteParams>) -> Result<SuiteParams, Declined> {
        let ours = self.config.settings.suites();
        // [4.2.11-9]
        let both = |suite: &SuiteParams| {
            let same_as_before = self.retry.is_none_or(|retry| retry.suite == suite.suite);
            same_as_before && ours.contains(&suite.suite) && self.hello.cipher_suites.contains(suite.suite)
        };
        let all = ours.iter().filter_map(|suite| SuiteParams::of(*suite));
        wanted.into_iter().chain(all).find(|suite| both(suite) && fits(suite)).ok_or(Declined::OtherHash)
    }

    /// What an identity stands for, if it still stands.
    fn find(&self, identity: &[u8]) -> Result<Found, Declined> {
        let crypto = self.config.crypto();
        let external = self.config.psks.binary_search_by(|psk| psk.identity().cmp(identity)).ok();
        if let Some((index, psk)) = external.and_then(|index| Some((index, self.config.psks.get(index)?))) {
            let index = u16::try_from(index).map_err(|_| Declined::Unknown)?;
            let suite = self.suite(|suite| suite.hash == psk.hash(), None)?;
            let early = Early::of_psk(crypto, suite, psk.secret());
            return Ok(Found { early, suite, kind: psk.kind(), external: Some(index), ticket: None });
        }
        let resumption = self.config.resumption.as_ref().ok_or(Declined::Unknown)?;
        let Time::Known(now) = self.desk.time else { return Err(Declined::TimeUnknown) };
        let bytes = resumption.tickets.open(crypto, identity, now).ok_or(Declined::Unknown)?;
        let mut state = TicketState::from_bytes(&bytes).ok_or(Declined::Malformed)?;
        self.max_early_data.set(self.max_early_data.get().max(state.max_early_data));
        self.still_holds(&state, resumption, now)?;
        if let Some(live) = &self.config.live {
            Arc::make_mut(&mut state.origin).seen_by(live);
        }
        let of_ticket = SuiteParams::of(state.suite).ok_or(Declined::Malformed)?;
        let suite = self.suite(|suite| suite.hash == of_ticket.hash, Some(of_ticket))?;
        let early = Early::of_psk(crypto, suite, state.secret.as_bytes());
        Ok(Found { early, suite, kind: PskKind::Resumption, external: None, ticket: Some(state) })
    }

    /// Whether everything that the ticket rests on is as it was.
    fn still_holds(&self, state: &TicketState, resumption: &Resumption, now: UnixTime) -> Result<(), Declined> {
        // What another server of the fleet issued may come from a clock that is ahead of ours.
        let within = |since: UnixTime, seconds: u32| now.0.saturating_sub(since.0) < i64::from(seconds);
        // [4.6.1-14] Resumptions of resumptions come to an end too.
        if !within(state.issued, state.lifetime) || !within(state.origin.authenticated, MAX_LIFETIME) {
            return Err(Declined::Expired);
        }
        if state.scope.as_ref() != resumption.scope.as_ref() {
            return Err(Declined::OtherScope);
        }
        // [crosssni-3-3]
        if !resumption.across_names && state.server_name.as_deref() != self.config.server_name(&self.hello) {
            return Err(Declined::OtherServerName);
        }
        match (self.config.client_auth.mode, &state.origin.peer) {
            (ClientAuthMode::None, Some(_)) | (ClientAuthMode::Require, None) => Err(Declined::ClientAuthChanged),
            // It may have something to show.
            (ClientAuthMode::Request, None) if state.origin.shown == Shown::NotAsked => {
                Err(Declined::ClientAuthChanged)
            }
            (ClientAuthMode::None | ClientAuthMode::Request, None) => Ok(()),
            // The application would have to be asked again.
            (_, Some(_)) if self.config.settings.ask_chain => Err(Declined::PolicyChanged),
            (_, Some((trust, _))) => {
                let live = self.config.live.as_ref().ok_or(Declined::PolicyChanged)?;
                state.origin.check_scheme(self.config.settings.schemes())?;
                trust.still_holds(self.config.crypto(), live, self.desk.time)
            }
        }
    }

    /// [4.2.11-3] The client holds the PSK: its binder is over all that stands before the binders.
    fn bind(&self, found: &Found, binder: &[u8], binders_len: usize) -> Result<ByPsk, Fault> {
        let crypto = self.config.crypto();
        let truncated = self.message.len().checked_sub(binders_len).and_then(|end| self.message.get(..end));
        let truncated = truncated.ok_or(Reason::Internal)?;
        let hash = self.desk.transcript.hash_with(crypto, found.suite.hash, truncated)?;
        let binder_key = found.early.binder_key(crypto, found.kind.binder_label());
        let expected = found.early.binder(crypto, &binder_key, &hash);
        let mismatch = || Fault::from(Reason::PskBinderMismatch).extension(ExtensionType::pre_shared_key);
        ByPsk::bound(&expected, binder).ok_or_else(|| mismatch().field("binders"))
    }

    /// The PSK is the one. What can be used once is used up here, if no HelloRetryRequest comes between.
    fn accept(&self, found: Found, by: ByPsk, at: Offered<'_>) -> Result<LookedUp, Fault> {
        let terms = Terms { suite: found.suite.suite, with_key_share: at.with_key_share };
        let selected = select(&self.hello, self.config, self.retry, self.desk.first_hello.as_deref(), Some(terms))?;
        let (mut age_skew, mut early_data) = (None, None);
        if let Selected::Choice(choice) = selected {
            if self.hello.extensions.early_data {
                let max = self.max_early_data(&found, &choice, &at);
                early_data = Some(max.map_or_else(|why| Ok(Err(why)), |max| self.early_data(&found, max).map(Ok))?);
            }
            if let (Some(state), Some(resumption), Time::Known(now)) =
                (&found.ticket, &self.config.resumption, self.desk.time)
            {
                age_skew = Some(skew(state, &at, now));
                if !resumption.tickets.take(at.identity.identity, now) {
                    return Ok(self.found(None, Some(Declined::Unknown)));
                }
            }
        }
        let Found { early, kind, external, ticket, .. } = found;
        let origin = ticket.map(|state| state.origin);
        let accepted = Accepted { selected, index: at.index, kind, external, early, by, origin, age_skew, early_data };
        Ok(self.found(Some(Box::new(accepted)), None))
    }

    /// Bytes of early data that are taken, and recorded as such.
    fn max_early_data(&self, found: &Found, choice: &Choice, at: &Offered<'_>) -> Result<u32, EarlyDataDeclined> {
        let rules = self.config.resumption.as_ref().and_then(|resumption| resumption.early_data.as_ref());
        let rules = rules.ok_or(EarlyDataDeclined::NotEnabled)?;
        let (Some(state), Time::Known(now)) = (&found.ticket, self.desk.time) else {
            return Err(EarlyDataDeclined::ExternalPsk);
        };
        let alpn = choice.alpn.and_then(|at| self.config.settings.alpn().iter().nth(at.into()));
        // [4.2.10-10] [4.2.10-13]
        // Not behind a HelloRetryRequest, and never in the name of a certificate. The client goes by what its ticket says, which may be more than is taken by now.
        if self.retry.is_some() {
            Err(EarlyDataDeclined::HelloRetryRequest)
        } else if state.origin.peer.is_some() {
            Err(EarlyDataDeclined::ClientCertificate)
        } else if state.max_early_data == 0 {
            Err(EarlyDataDeclined::NotWithTicket)
        } else if state.max_early_data > rules.max {
            Err(EarlyDataDeclined::LimitLowered)
        // [4.2.10-3]
        } else if at.index != 0 {
            Err(EarlyDataDeclined::NotFirstPsk)
        } else if found.suite.suite != state.suite {
            Err(EarlyDataDeclined::OtherSuite)
        } else if alpn.map(|name| name.0) != state.alpn.as_deref() {
            Err(EarlyDataDeclined::OtherProtocol)
        } else {
            check_first_and_fresh(rules, state, at, now)?;
            Ok(state.max_early_data)
        }
    }

    fn early_data(&self, found: &Found, max: u32) -> Result<AcceptedEarlyData, Fault> {
        let crypto = self.config.crypto();
        let hello = self.desk.transcript.hash_with(crypto, found.suite.hash, self.message)?;
        let traffic = found.early.client_early_traffic(crypto, &hello);
        let exporter = found.early.early_exporter(crypto, &hello);
        let keys = found.early.keys(crypto, &traffic);
        Ok(AcceptedEarlyData { max, traffic, exporter, keys })
    }
}

/// Seconds by which the client says that its ticket is older than we know.
fn skew(state: &TicketState, at: &Offered<'_>, now: UnixTime) -> i64 {
    let told = i64::from(at.identity.obfuscated_ticket_age.wrapping_sub(state.age_add)) / 1000;
    told.saturating_sub(now.0.saturating_sub(state.issued.0))
}

/// Early data must be no older than it says, and come for the first time (§8).
fn check_first_and_fresh(
    rules: &EarlyData,
    state: &TicketState,
    at: &Offered<'_>,
    now: UnixTime,
) -> Result<(), EarlyDataDeclined> {
    let skew = skew(state, at, now);
    // [4.2.10-4] [8.3-1]
    if skew.unsigned_abs() > rules.window.into() {
        return Err(EarlyDataDeclined::NotFresh { skew });
    }
    let expected_arrival_time = now.0.saturating_add(skew);
    let window = i64::from(rules.window);
    let since = UnixTime(expected_arrival_time.saturating_sub(window));
    let fresh = since..=UnixTime(expected_arrival_time.saturating_add(window));
    let key = at.binder.first_chunk();
    // [8-1] [8.2-5] Where it can't be found out, it counts as seen.
    let first = key.is_some_and(|key| rules.single_use.first_use(key, fresh, now).unwrap_or(false));
    if first { Ok(()) } else { Err(EarlyDataDeclined::SeenBefore) }
}
