//! RECVD_CH: parameters are selected, or a HelloRetryRequest is sent (RFC 8446 §4.1.1, §4.1.4).

use super::negotiate::{Choice, Selected, lasting, select};
#[cfg(feature = "alloc")]
use super::psk::{Accepted, LookedUp};
#[cfg(feature = "alloc")]
use super::{AfterPsks, tickets};
use super::{By, Negotiated, RecvdCh, Retry, ServerCx, Start};
use crate::config::ServerConfig;
use crate::crypto::{Crypto, SharedSecret, SuiteParams};
use crate::fault::{Fault, Reason};
#[cfg(feature = "alloc")]
use crate::handshake::desk::EarlyData;
use crate::handshake::desk::LegacySessionId;
use crate::handshake::{Chosen, Inbound, Need, WhyNothingSent};
#[cfg(feature = "alloc")]
use crate::handshake::{EarlyDataState, Trace};
#[cfg(feature = "alloc")]
use crate::resumption::EarlyDataDeclined;
use crate::schedule::Early;
#[cfg(feature = "alloc")]
use crate::schedule::SecretName;
use crate::shared::Kept;
use crate::wire::{
    ClientHello, ExtensionType, HelloRetryRequest, HelloRetryRequestExtensions, NamedGroup, ProtocolVersion,
};
#[cfg(feature = "alloc")]
use alloc::boxed::Box;

/// Early data that we refuse and drop, beyond what our tickets allow, those of the client and those that we give out now (§4.2.10):
/// what a record of 2^14 bytes carries.
const MAX_EARLY_DATA: u32 = (1 << 14) - 17;

impl RecvdCh {
    /// A credential is needed only if this ClientHello can lead to a ServerHello, and no PSK stands in for it.
    pub(super) fn need<C: Crypto>(&self, msg: &Inbound<'_>, config: &ServerConfig<C>) -> Need {
        let Ok(hello) = msg.peek::<ClientHello<'_>>() else { return Need::Nothing };
        #[cfg(feature = "alloc")]
        if self.looked_up.is_none() && hello.extensions.pre_shared_key.is_some() && config.takes_psks() {
            return Need::Psk;
        }
        // The hash of the first ClientHello is not at hand; what it has to say is said when the arrow is taken.
        let same = self.retry.map(|_| lasting(&hello, config.crypto()));
        match select(&hello, config, self.retry, same.as_ref(), None) {
            Ok(Selected::Choice(_)) => Need::Credential,
            Ok(Selected::Retry(_)) | Err(_) => Need::Nothing,
        }
    }

    /// What became of the PSKs that are offered.
    #[cfg(feature = "alloc")]
    pub(super) fn with_psks<C: Crypto>(
        self,
        looked_up: LookedUp,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<AfterPsks, Fault> {
        let on_its_way = looked_up.max_early_data;
        if let Some(why) = looked_up.declined {
            cx.base.trace(Trace::PskDeclined(why));
        }
        Ok(match looked_up.accepted.map(|accepted| (accepted.selected, accepted)) {
            None => AfterPsks::RecvdCh(Self { looked_up: Some(on_its_way), ..self }),
            Some((Selected::Retry(retry), _)) => {
                AfterPsks::Start(send_hello_retry_request(retry, on_its_way, msg, cx)?)
            }
            Some((Selected::Choice(choice), accepted)) => {
                AfterPsks::Negotiated(resume(&msg.peek()?, choice, *accepted, on_its_way, cx)?)
            }
        })
    }

    /// Bytes of early data that a ticket of this ClientHello is for.
    fn early_data_on_its_way(&self) -> u32 {
        #[cfg(feature = "alloc")]
        return self.looked_up.unwrap_or(0);
        #[cfg(not(feature = "alloc"))]
        return 0;
    }

    /// To another ClientHello.
    pub(super) fn retry<C: Crypto>(self, msg: Inbound<'_>, cx: &mut ServerCx<'_, '_, C>) -> Result<Start, Fault> {
        match select(&msg.peek()?, cx.config, self.retry, cx.desk.first_hello.as_deref(), None)? {
            Selected::Retry(retry) => send_hello_retry_request(retry, self.early_data_on_its_way(), msg, cx),
            Selected::Choice(_) => Err(Reason::Internal.into()),
        }
    }

    /// Looks at the ClientHello; NEGOTIATED absorbs it.
    pub(super) fn select<'c, C: Crypto>(
        self,
        msg: &Inbound<'_>,
        chosen: Chosen<'c>,
        cx: &mut ServerCx<'_, 'c, C>,
    ) -> Result<Negotiated, Fault> {
        let hello: ClientHello<'_> = msg.peek()?;
        let Selected::Choice(choice) = select(&hello, cx.config, self.retry, cx.desk.first_hello.as_deref(), None)?
        else {
            return Err(Reason::Internal.into());
        };
        // [4.1.1-5]
        let (credential, scheme) = chosen.map_err(WhyNothingSent::reason)?;
        cx.desk.credential = Some(credential);
        keep_hello(&hello, Some(self.early_data_on_its_way()), cx)?;
        #[cfg(feature = "alloc")]
        decline_early_data(&hello, EarlyDataDeclined::PskDeclined, cx);
        keep_choice(&choice, cx);
        let shared = agree(&hello, choice.group.ok_or(Reason::Internal)?, cx)?;
        let suite = SuiteParams::of(choice.suite).ok_or(Reason::Internal)?;
        let at = cx.agree(Early::without_psk(suite), Some(&shared));
        Ok(Negotiated { choice, by: By::Certificate(scheme), at })
    }
}

/// By a PSK.
#[cfg(feature = "alloc")]
#[inline(never)]
fn resume<C: Crypto>(
    hello: &ClientHello<'_>,
    choice: Choice,
    accepted: Accepted,
    on_its_way: u32,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<Negotiated, Fault> {
    cx.base.negotiated.psk = Some(accepted.kind);
    cx.base.negotiated.external_psk = accepted.external;
    if let Some(skew) = accepted.age_skew {
        cx.base.trace(Trace::TicketAge { skew });
    }
    if let Some(Err(why)) = &accepted.early_data {
        cx.base.trace(Trace::EarlyDataDeclined(*why));
    }
    let takes = matches!(accepted.early_data, Some(Ok(_)));
    keep_hello(hello, (!takes).then_some(on_its_way), cx)?;
    keep_choice(&choice, cx);
    show_psk(&accepted, cx);
    cx.desk.origin = accepted.origin;
    let shared = choice.group.map(|group| agree(hello, group, cx)).transpose()?;
    let at = cx.agree(accepted.early, shared.as_ref());
    if let Some(Ok(early)) = accepted.early_data {
        cx.base.negotiated.early_data = EarlyDataState::Accepted;
        cx.base.show(SecretName::ClientEarlyTraffic, &cx.desk.client_random, &early.traffic);
        cx.base.show(SecretName::EarlyExporter, &cx.desk.client_random, &early.exporter);
        let hash = SuiteParams::of(choice.suite).map(|suite| suite.hash);
        cx.desk.early = Some(Box::new(EarlyData {
            left: early.max,
            exporter: hash.map(|hash| (hash, early.exporter)),
            keys: Some(early.keys),
            ..EarlyData::default()
        }));
    }
    Ok(Negotiated { choice, by: By::Psk(accepted.index, accepted.by), at })
}

/// Tells who watches why there is no early data, if some was offered.
#[cfg(feature = "alloc")]
fn decline_early_data<C: Crypto>(hello: &ClientHello<'_>, why: EarlyDataDeclined, cx: &mut ServerCx<'_, '_, C>) {
    let enabled = cx.config.resumption.as_ref().is_some_and(|resumption| resumption.early_data.is_some());
    if hello.extensions.early_data {
        cx.base.trace(Trace::EarlyDataDeclined(if enabled { why } else { EarlyDataDeclined::NotEnabled }));
    }
}

/// What the PSK leads to, for who watches.
#[cfg(feature = "alloc")]
fn show_psk<C: Crypto>(accepted: &Accepted, cx: &mut ServerCx<'_, '_, C>) {
    cx.base.show(SecretName::Early, &cx.desk.client_random, accepted.early.secret());
    if cx.base.shows_secrets() {
        let label = accepted.kind.binder_label();
        let binder_key = accepted.early.binder_key(cx.base.crypto, label);
        cx.base.show(SecretName::Binder(label), &cx.desk.client_random, &binder_key);
    }
}

/// The ClientHello is absorbed at once: only its hash goes on (§4.4.1).
fn send_hello_retry_request<C: Crypto>(
    retry: Retry,
    on_its_way: u32,
    msg: Inbound<'_>,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<Start, Fault> {
    let hash = SuiteParams::of(retry.suite).ok_or(Reason::Internal)?.hash;
    cx.desk.transcript.decide(cx.base.crypto, hash)?;
    let hello: ClientHello<'_> = cx.absorb(msg)?;
    // What comes behind can't be the answer to a HelloRetryRequest that was not sent yet.
    cx.check_end_of_record()?;
    keep_hello(&hello, Some(on_its_way), cx)?;
    #[cfg(feature = "alloc")]
    decline_early_data(
        &hello,
        if retry.psk { EarlyDataDeclined::HelloRetryRequest } else { EarlyDataDeclined::PskDeclined },
        cx,
    );
    cx.desk.first_hello = Some(Kept::new(lasting(&hello, cx.crypto())));
    cx.desk.transcript.retry(&cx.config.settings.crypto, hash)?;
    let session_id = cx.desk.legacy_session_id;
    cx.send(&HelloRetryRequest {
        legacy_version: ProtocolVersion::TLS_1_2,
        legacy_session_id_echo: session_id.as_bytes(),
        cipher_suite: retry.suite,
        legacy_compression_method: 0,
        // [4.1.4-6]
        extensions: HelloRetryRequestExtensions {
            supported_versions: Some(ProtocolVersion::TLS_1_3),
            key_share: Some(retry.group),
            ..HelloRetryRequestExtensions::default()
        },
    })?;
    cx.send_change_cipher_spec()?;
    cx.base.negotiated.retried = true;
    Ok(Start { retry: Some(Retry { ..retry }) })
}

fn keep_choice<C: Crypto>(choice: &Choice, cx: &mut ServerCx<'_, '_, C>) {
    cx.base.negotiated.suite = Some(choice.suite);
    cx.base.negotiated.group = choice.group;
    cx.base.negotiated.alpn = choice.alpn;
}

/// The first of the two operations of a key exchange; the other one, which makes our share, is left to the next arrow.
#[inline(never)]
fn agree<C: Crypto>(
    hello: &ClientHello<'_>,
    group: NamedGroup,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<SharedSecret, Fault> {
    let theirs = hello.extensions.key_share.and_then(|shares| shares.iter().find(|share| share.group == group));
    let theirs = theirs.ok_or(Reason::Internal)?;
    let (secret, shared) = cx
        .crypto()
        // [9846-4.3.8-2]
        .kx_encap(group, theirs.key_exchange)
        .map_err(|bad| Fault::from(Reason::KeyShareBad).extension(ExtensionType::key_share).field(bad.field()))?;
    cx.desk.kx = [Some((group, secret)), None];
    Ok(shared)
}

/// What of the ClientHello outlives it. `refused`: early data, of which a ticket allows so much.
fn keep_hello<C: Crypto>(
    hello: &ClientHello<'_>,
    refused: Option<u32>,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<(), Fault> {
    cx.desk.client_random = *hello.random;
    cx.desk.legacy_session_id = LegacySessionId::new(hello.legacy_session_id).ok_or(Reason::Internal)?;
    #[cfg(feature = "alloc")]
    if cx.config.resumption.is_some() {
        cx.desk.tickets = tickets::count(hello, cx);
        cx.desk.name_asked = cx.config.server_name(hello).map(Into::into);
    }
    // [4.2.10-10] Behind a second ClientHello there is none, whatever it offers.
    if let Some(on_its_way) = refused.filter(|_| hello.extensions.early_data && !cx.base.negotiated.retried) {
        #[cfg(feature = "alloc")]
        let allowed = {
            cx.base.negotiated.early_data = EarlyDataState::Rejected;
            let early_data = cx.config.resumption.as_ref().and_then(|resumption| resumption.early_data.as_ref());
            early_data.map_or(0, |early_data| early_data.max).max(on_its_way)
        };
        #[cfg(not(feature = "alloc"))]
        let allowed = on_its_way;
        // [4.2.10-5] Early data is refused: what comes of it can't be read, and is dropped.
        cx.skip_early_data(MAX_EARLY_DATA.saturating_add(allowed));
    }
    Ok(())
}
