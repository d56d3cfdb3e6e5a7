//! START: the ClientHello (RFC 8446 §4.1.2), the first and the second.

#[cfg(feature = "alloc")]
use super::offer::{Offer, begin_early_data};
use super::{ClientCx, Retry, Start, WaitSh};
#[cfg(feature = "alloc")]
use crate::config::{HasSettings, authority_names};
use crate::config::{MAX_SCHEMES, MAX_SHARES};
use crate::crypto::{Crypto, Room, SuiteParams};
use crate::fault::{Fault, Reason};
use crate::handshake::Inbound;
use crate::handshake::desk::LegacySessionId;
#[cfg(feature = "alloc")]
use crate::handshake::grease::Grease;
use crate::wire::{
    CipherSuite, ClientHello, ClientHelloExtensions, HelloRetryRequest, KeyShareEntry, NamedGroup, ProtocolVersion,
    SignatureScheme, Vector,
};

impl Start {
    pub(super) fn send_client_hello<C: Crypto>(self, cx: &mut ClientCx<'_, '_, C>) -> Result<WaitSh, Fault> {
        let config = cx.config;
        // One call for both of them: each may be one to the operating system.
        let mut drawn = [0; 64];
        let len = if config.middlebox_compatibility { 64 } else { 32 };
        let drawn = drawn.get_mut(..len).unwrap_or_default();
        cx.crypto().random(drawn).map_err(|_| Reason::RandomFailed)?;
        let (random, session_id) = drawn.split_first_chunk().ok_or(Reason::Internal)?;
        cx.desk.client_random = *random;
        // [4.1.2-5] [D.4-1] A session id that the server echoes makes this look like resumed TLS 1.2.
        cx.desk.legacy_session_id = LegacySessionId::new(session_id).unwrap_or(LegacySessionId::EMPTY);
        // [4.2.8-1] [4.2.8-3] [9846-4.3.8-1]
        for (slot, group) in cx.desk.kx.iter_mut().zip(config.shared_groups()) {
            *slot = Some((group, generate(&config.settings.crypto, group)?));
        }
        #[cfg(feature = "alloc")]
        {
            cx.desk.offer = Offer::make(cx).map(alloc::boxed::Box::new);
        }
        // [4.2.2-2]
        send(None, None, cx)?;
        #[cfg(feature = "alloc")]
        begin_early_data(cx)?;
        Ok(WaitSh { retry: None })
    }

    /// The HelloRetryRequest was checked in WAIT_SH, and is absorbed here, where its cookie is needed.
    pub(super) fn send_second_client_hello<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<WaitSh, Fault> {
        let retry = self.retry.ok_or(Reason::Internal)?;
        cx.desk.transcript.retry(&cx.config.settings.crypto, suite_hash(retry.suite)?)?;
        let request: HelloRetryRequest<'_> = cx.absorb(msg)?;
        #[cfg(feature = "alloc")]
        {
            let hash = suite_hash(retry.suite)?;
            cx.desk.offer = cx.desk.offer.take().and_then(|offer| offer.retry(hash));
        }
        if let Some(group) = retry.group {
            // [4.2.8-8]
            cx.desk.kx = [Some((group, generate(&cx.config.settings.crypto, group)?)), None];
        }
        // [4.2.2-1]
        send(request.extensions.cookie, retry.group, cx)?;
        Ok(WaitSh { retry: Some(Retry { ..retry }) })
    }
}

pub(super) fn suite_hash(suite: CipherSuite) -> Result<crate::crypto::HashAlgorithm, Fault> {
    Ok(SuiteParams::of(suite).ok_or(Reason::Internal)?.hash)
}

fn generate<C: Crypto>(crypto: &C, group: NamedGroup) -> Result<C::KxSecret, Fault> {
    crypto.kx_generate(group).map_err(|_| Reason::RandomFailed.into())
}

/// [4.1.2-2]
/// Writes the ClientHello. Everything in it but the key shares and the cookie follows from the configuration, the random and
/// the session id, so that the second is the first again (§4.1.2).
fn send<C: Crypto>(
    cookie: Option<&[u8]>,
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))] wanted: Option<NamedGroup>,
    cx: &mut ClientCx<'_, '_, C>,
) -> Result<(), Fault> {
    let config = cx.config;
    let settings = &config.settings;
    let hashes = settings.suites().iter().filter_map(|suite| SuiteParams::of(*suite)).map(|suite| suite.hash);
    cx.desk.transcript.offer(&settings.crypto, hashes);
    let mut bytes = [const { C::Share::EMPTY }; MAX_SHARES];
    let mut entries = [KeyShareEntry { group: NamedGroup(0), key_exchange: &[] }; MAX_SHARES];
    let mut count: usize = 0;
    let in_flight = cx.desk.kx.iter().flatten();
    for (((group, secret), bytes), entry) in in_flight.zip(bytes.iter_mut().map(AsMut::as_mut)).zip(&mut entries) {
        let len = settings.crypto.kx_share(secret, bytes).map_err(|_| Reason::CryptoFailed)?;
        *entry = KeyShareEntry { group: *group, key_exchange: bytes.get(..len).unwrap_or_default() };
        count = count.saturating_add(1);
    }
    let mut in_certificates = [SignatureScheme(0); MAX_SCHEMES];
    #[cfg(feature = "alloc")]
    let (asks, authorities) = (settings.asks(), authority_names(config.authorities()));
    let alpn = settings.alpn();
    let (random, session_id) = (cx.desk.client_random, cx.desk.legacy_session_id);
    let name = cx.desk.server_name.clone();
    let hello = ClientHello {
        // [4.1.2-3]
        legacy_version: ProtocolVersion::TLS_1_2,
        random: &random,
        legacy_session_id: session_id.as_bytes(),
        cipher_suites: Vector::items(settings.suites()),
        // [4.1.2-4]
        legacy_compression_methods: &[0],
        extensions: ClientHelloExtensions {
            // [9.2-2] [6066-3-2]
            server_name: config.server_name(name.as_ref()).map(str::as_bytes),
            max_fragment_length: config.max_fragment_length,
            // [4.4.2.1-1]
            #[cfg(feature = "alloc")]
            status_request: asks.staple,
            // [6962-3.3.1-1]
            #[cfg(feature = "alloc")]
            signed_certificate_timestamp: asks.timestamps,
            // [4.2.4-2]
            #[cfg(feature = "alloc")]
            certificate_authorities: authorities,
            supported_groups: Some(Vector::items(settings.groups())),
            // [4.2.3-1]
            signature_algorithms: Some(Vector::items(settings.schemes())),
            // [4.2.3-2] Certificates may be signed in ways that CertificateVerify may not.
            signature_algorithms_cert: settings.in_certificates(&mut in_certificates),
            alpn: (!alpn.is_empty()).then_some(alpn),
            #[cfg(feature = "alloc")]
            compress_certificate: settings.compression.offered(),
            record_size_limit: settings.record_size_limit,
            // [4.2.1-1]
            supported_versions: Some(Vector::items(&[ProtocolVersion::TLS_1_3])),
            cookie,
            key_share: Some(Vector::items(entries.get(..count).unwrap_or_default())),
            #[cfg(feature = "alloc")]
            psk_key_exchange_modes: config.psk_modes(),
            #[cfg(feature = "alloc")]
            // [9149-3-6]
            ticket_request: config.ticket_request,
            // [4.2.10-1]
            ..ClientHelloExtensions::default()
        },
    };
    #[cfg(feature = "alloc")]
    if settings.grease {
        return Grease::of(&random).in_client_hello(&hello, wanted.is_none(), |hello| with_psks(hello, cx));
    }
    with_psks(&hello, cx)
}

/// Sends the ClientHello, with the PSKs that there are to offer at its end.
fn with_psks<C: Crypto>(hello: &ClientHello<'_>, cx: &mut ClientCx<'_, '_, C>) -> Result<(), Fault> {
    #[cfg(feature = "alloc")]
    if let Some(offer) = cx.desk.offer.take() {
        let sent = offer.send(hello, cx);
        cx.desk.offer = Some(offer);
        return sent;
    }
    cx.send(hello)
}
