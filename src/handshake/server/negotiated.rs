//! NEGOTIATED: the server's flight (RFC 8446 §4.1.3, §4.3, §4.4).

#[cfg(feature = "alloc")]
use super::WaitEoed;
use super::negotiate::{Choice, Limit};
use super::{AfterFlight, By, Negotiated, NegotiatedSigning, ServerCx, WaitFlight2, asks};
use crate::config::{Beside, HasSettings, MAX_SCHEMES, authority_names};
use crate::crypto::{Crypto, Room, SuiteParams};
use crate::fault::{Fault, Reason, Side};
#[cfg(feature = "alloc")]
use crate::handshake::EarlyDataState;
#[cfg(feature = "alloc")]
use crate::handshake::grease::Grease;
#[cfg(feature = "alloc")]
use crate::handshake::proof::ByPsk;
use crate::handshake::{Inbound, Trace};
use crate::schedule::{AtHandshake, AtMaster};
use crate::wire::{
    CertificateRequest, CertificateRequestExtensions, CertificateVerify, ClientHello, EncryptedExtensions,
    KeyShareEntry, MAX_RECORD_SIZE_LIMIT, ProtocolVersion, ServerHello, ServerHelloExtensions, SignatureScheme, Vector,
};

impl Negotiated {
    pub(super) fn send_server_hello<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<AfterFlight, Fault> {
        let Choice { suite, limit, .. } = self.choice;
        let suite = SuiteParams::of(suite).ok_or(Reason::Internal)?;
        cx.desk.transcript.decide(cx.base.crypto, suite.hash)?;
        let hello: ClientHello<'_> = cx.absorb(msg)?;
        let mut share = C::Share::EMPTY;
        let key_share = match cx.desk.kx.iter().flatten().next() {
            Some((group, secret)) => {
                let len = cx.crypto().kx_share(secret, share.as_mut()).map_err(|_| Reason::CryptoFailed)?;
                Some(KeyShareEntry { group: *group, key_exchange: share.as_ref().get(..len).unwrap_or_default() })
            }
            // A PSK stands alone.
            None => None,
        };
        cx.desk.kx = [None, None];
        // [4.1.3-9]
        let mut random = [0; 32];
        cx.crypto().random(&mut random).map_err(|_| Reason::RandomFailed)?;
        cx.send(&ServerHello {
            // [4.1.3-1]
            legacy_version: ProtocolVersion::TLS_1_2,
            random: &random,
            // [4.1.3-5]
            legacy_session_id_echo: hello.legacy_session_id,
            cipher_suite: suite.suite,
            legacy_compression_method: 0,
            extensions: ServerHelloExtensions {
                // [4.2.1-5]
                supported_versions: Some(ProtocolVersion::TLS_1_3),
                key_share,
                #[cfg(feature = "alloc")]
                pre_shared_key: match self.by {
                    By::Psk(index, _) => Some(index),
                    By::Certificate(_) => None,
                },
                ..ServerHelloExtensions::default()
            },
        })?;
        // [D.4-4] After the first message of ours.
        cx.send_change_cipher_spec()?;
        let at = cx.enter_handshake(self.at)?;
        cx.send_under_handshake_keys(Side::Server, &at)?;
        match self.by {
            By::Certificate(scheme) => {
                cx.recv_under_handshake_keys(Side::Client, &at)?;
                send_encrypted_extensions(&hello, limit, cx)?;
                send_certificate(&hello, cx)?;
                Ok(AfterFlight::Signing(NegotiatedSigning { at, scheme }))
            }
            #[cfg(feature = "alloc")]
            By::Psk(_, psk) => finish_by_psk(&hello, limit, psk, at, cx),
        }
    }
}

// [4.2.10-8]
/// [4.3.2-5] The rest of the flight with a PSK: no certificate is shown, and none asked for (§4.3.2).
#[cfg(feature = "alloc")]
fn finish_by_psk<C: Crypto>(
    hello: &ClientHello<'_>,
    limit: Limit,
    psk: ByPsk,
    at: AtHandshake,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<AfterFlight, Fault> {
    let early_data = cx.desk.early.as_deref_mut().and_then(|early| Some((early.keys.take()?, early.left)));
    let takes_early_data = early_data.is_some();
    match early_data {
        Some((keys, left)) => {
            cx.base.set_recv_key(Some(keys))?;
            cx.take_early_data(left);
        }
        None => cx.recv_under_handshake_keys(Side::Client, &at)?,
    }
    send_encrypted_extensions(hello, limit, cx)?;
    let at = finish_flight(at, cx)?;
    Ok(match takes_early_data {
        true => AfterFlight::WaitEoed(WaitEoed { at, psk }),
        false => AfterFlight::WaitFlight2(WaitFlight2 { at, psk: Some(psk) }),
    })
}

fn send_certificate<C: Crypto>(hello: &ClientHello<'_>, cx: &mut ServerCx<'_, '_, C>) -> Result<(), Fault> {
    if asks(cx.config) {
        send_certificate_request(cx)?;
    }
    // [4.4.2-8]
    let credential = cx.desk.credential.clone().ok_or(Reason::Internal)?;
    #[cfg(feature = "alloc")]
    cx.take_compression(hello.extensions.compress_certificate);
    cx.send_certificate(&credential, Beside::of_hello(hello))
}

fn send_encrypted_extensions<C: Crypto>(
    hello: &ClientHello<'_>,
    limit: Limit,
    cx: &mut ServerCx<'_, '_, C>,
) -> Result<(), Fault> {
    let settings = &cx.config.settings;
    let alpn = cx.base.negotiated.alpn.and_then(|at| settings.alpn().iter().nth(at.into()));
    let ours = settings.record_size_limit.unwrap_or(MAX_RECORD_SIZE_LIMIT);
    let (record_size_limit, max_fragment_length) = match limit {
        Limit::None => (None, None),
        Limit::RecordSize(theirs) => {
            cx.base.set_limits(Some(theirs.saturating_sub(1)), Some(ours.saturating_sub(1)));
            (Some(ours), None)
        }
        Limit::MaxFragment(length) => {
            // [6066-4-3]
            cx.base.set_limits(length.bytes(), length.bytes());
            (None, Some(length))
        }
    };
    // [6066-3-4] [6066-3-5]
    let server_name = cx.config.server_name(hello).is_some() && !cx.base.resumes();
    cx.base.negotiated.server_name_used = server_name;
    cx.base.trace_negotiated();
    // [4.2.10-2]
    cx.send(&EncryptedExtensions {
        server_name,
        alpn,
        record_size_limit,
        max_fragment_length,
        #[cfg(feature = "alloc")]
        early_data: cx.base.negotiated.early_data == EarlyDataState::Accepted,
        #[cfg(feature = "alloc")]
        // [9149-3-5]
        ticket_request: hello
            .extensions
            .ticket_request
            .filter(|_| cx.config.resumption.is_some())
            .map(|_| cx.desk.tickets),
        ..Default::default()
    })
}

fn send_certificate_request<C: Crypto>(cx: &mut ServerCx<'_, '_, C>) -> Result<(), Fault> {
    let settings = &cx.config.settings;
    let mut in_certificates = [SignatureScheme(0); MAX_SCHEMES];
    #[cfg(feature = "alloc")]
    let asks = settings.asks();
    cx.base.trace(Trace::ClientAuth(cx.config.client_auth.mode));
    // [4.3.2-1] [4.3.2-2]
    let request = CertificateRequest {
        certificate_request_context: &[],
        extensions: CertificateRequestExtensions {
            signature_algorithms: Some(Vector::items(settings.schemes())),
            signature_algorithms_cert: settings.in_certificates(&mut in_certificates),
            // [4.4.2.1-3]
            #[cfg(feature = "alloc")]
            status_request: asks.staple,
            #[cfg(feature = "alloc")]
            signed_certificate_timestamp: asks.timestamps,
            #[cfg(feature = "alloc")]
            compress_certificate: settings.compression.offered(),
            // [4.2.4-2]
            certificate_authorities: authority_names(cx.config.authorities()),
            ..CertificateRequestExtensions::default()
        },
    };
    #[cfg(feature = "alloc")]
    if settings.grease {
        return Grease::of(&cx.desk.client_random).in_certificate_request(&request, |request| cx.send(request));
    }
    cx.send(&request)
}

impl NegotiatedSigning {
    pub(super) fn send_certificate_verify<C: Crypto>(
        self,
        signature: &[u8],
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<WaitFlight2, Fault> {
        cx.send(&CertificateVerify { algorithm: self.scheme, signature })?;
        cx.base.negotiated.own_scheme = Some(self.scheme);
        Ok(WaitFlight2 { at: finish_flight(self.at, cx)?, psk: None })
    }
}

/// Finished, and K_send = application.
fn finish_flight<C: Crypto>(at: AtHandshake, cx: &mut ServerCx<'_, '_, C>) -> Result<AtMaster, Fault> {
    cx.send_finished(Side::Server, &at)?;
    let at = cx.enter_master(at)?;
    // [4.4.4-3]
    let send = cx.base.vault.application_keys(cx.base.crypto, Side::Server, &at);
    cx.base.set_send_key(send)?;
    Ok(at)
}
