//! RECVD_CH: parameters are selected, or a HelloRetryRequest is sent (RFC 8446 §4.1.1, §4.1.4).

use super::negotiate::{Choice, Selected, lasting, select};
use super::{Negotiated, RecvdCh, Retry, ServerCx, Start};
use crate::config::ServerConfig;
use crate::crypto::{Crypto, SuiteParams};
use crate::fault::{Fault, Reason};
use crate::handshake::desk::LegacySessionId;
use crate::handshake::{Chosen, Inbound, Need, WhyNothingSent};
use crate::schedule::{AtHandshakeSecret, Early};
use crate::wire::{ClientHello, ExtensionType, HelloRetryRequest, HelloRetryRequestExtensions, ProtocolVersion};

/// Early data that we refuse and drop: as much as a client may send before it hears of the refusal, within reason (§4.2.10).
const MAX_EARLY_DATA: u32 = 1 << 16;

impl RecvdCh {
    /// A credential is needed only if this ClientHello can lead to a ServerHello.
    pub(super) fn need<C: Crypto>(&self, msg: &Inbound<'_>, config: &ServerConfig<C>) -> Need {
        // The hash of the first ClientHello is not at hand; what it has to say is said when the arrow is taken.
        let retry = self.retry;
        let selected = msg.peek().and_then(|hello: ClientHello<'_>| {
            let same = retry.map(|_| lasting(&hello, config.crypto()));
            select(&hello, config, retry, same.as_ref())
        });
        match selected {
            Ok(Selected::Choice(_)) => Need::Credential,
            Ok(Selected::Retry(_)) | Err(_) => Need::Nothing,
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
        let Selected::Choice(choice) = select(&hello, cx.config, self.retry, cx.desk.first_hello.as_ref())? else {
            return Err(Reason::Internal.into());
        };
        let (credential, scheme) = chosen.map_err(|why| match why {
            // [6066-3-3]
            WhyNothingSent::Declined => Reason::ServerNameUnknown,
            _ => Reason::NoCommonScheme,
        })?;
        cx.desk.credential = Some(credential);
        keep_hello(&hello, cx)?;
        cx.base.negotiated.suite = Some(choice.suite);
        cx.base.negotiated.group = Some(choice.group);
        cx.base.negotiated.alpn = choice.alpn;
        let at = agree(&hello, &choice, cx)?;
        Ok(Negotiated { choice, scheme, at })
    }

    /// The ClientHello is absorbed at once: only its hash goes on (§4.4.1).
    pub(super) fn send_hello_retry_request<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<Start, Fault> {
        let hello: ClientHello<'_> = msg.peek()?;
        let Selected::Retry(retry) = select(&hello, cx.config, self.retry, cx.desk.first_hello.as_ref())? else {
            return Err(Reason::Internal.into());
        };
        let hello: ClientHello<'_> = cx.absorb(msg)?;
        // What comes behind can't be the answer to a HelloRetryRequest that was not sent yet.
        cx.check_end_of_record()?;
        keep_hello(&hello, cx)?;
        cx.desk.first_hello = Some(lasting(&hello, cx.crypto()));
        let hash = SuiteParams::of(retry.suite).ok_or(Reason::Internal)?.hash;
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
        if !session_id.as_bytes().is_empty() {
            cx.send_change_cipher_spec()?;
        }
        cx.base.negotiated.retried = true;
        Ok(Start { retry: Some(Retry { ..retry }) })
    }
}

/// The first of the two operations of a key exchange; the other one, which makes our share, is left to the next arrow.
#[inline(never)]
fn agree<C: Crypto>(
    hello: &ClientHello<'_>,
    choice: &Choice,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<AtHandshakeSecret, Fault> {
    let Choice { suite, group, .. } = *choice;
    let theirs = hello.extensions.key_share.and_then(|shares| shares.iter().find(|share| share.group == group));
    let theirs = theirs.ok_or(Reason::Internal)?;
    let (secret, shared) = cx
        .crypto()
        // [9846-4.3.8-2]
        .kx_encap(group, theirs.key_exchange)
        .map_err(|_| Fault::from(Reason::KeyShareBad).extension(ExtensionType::key_share).field("key_exchange"))?;
    cx.desk.kx = [Some((group, secret)), None];
    let early = Early::without_psk(cx.crypto(), SuiteParams::of(suite).ok_or(Reason::Internal)?);
    Ok(cx.agree(early, Some(&shared)))
}

/// What of the ClientHello outlives it.
fn keep_hello<C: Crypto>(hello: &ClientHello<'_>, cx: &mut ServerCx<'_, '_, C>) -> Result<(), Fault> {
    cx.desk.client_random = *hello.random;
    cx.desk.legacy_session_id = LegacySessionId::new(hello.legacy_session_id).ok_or(Reason::Internal)?;
    if hello.extensions.early_data {
        // [4.2.10-5] Early data is refused: what comes of it can't be read, and is dropped.
        cx.skip_early_data(MAX_EARLY_DATA);
    }
    Ok(())
}
