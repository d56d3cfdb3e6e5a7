//! WAIT_EE: EncryptedExtensions (RFC 8446 §4.3.1).

use super::{AfterExtensions, Asked, ClientCx, WaitCertCr, WaitEe, WaitFinished};
use crate::crypto::Crypto;
use crate::fault::{Detail, Fault, Reason};
use crate::handshake::Inbound;
use crate::wire::{EncryptedExtensions, ExtensionType, In, MAX_RECORD_SIZE_LIMIT, MIN_RECORD_SIZE_LIMIT, ProtocolName};

impl WaitEe {
    pub(super) fn recv_encrypted_extensions<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<AfterExtensions, Fault> {
        let ee: EncryptedExtensions<'_> = cx.absorb(msg)?;
        ee.raw.check(In::EncryptedExtensions)?;
        let settings = &cx.config.settings;
        // [4.2-3] The server answers what we asked, and nothing else.
        for (t, _) in ee.raw.iter() {
            let asked = match t {
                ExtensionType::server_name => cx.config.server_name(cx.desk.server_name.as_ref()).is_some(),
                // [4.2.7-1]
                ExtensionType::supported_groups => true,
                ExtensionType::application_layer_protocol_negotiation => !settings.alpn().is_empty(),
                ExtensionType::record_size_limit => settings.record_size_limit.is_some(),
                ExtensionType::max_fragment_length => cx.config.max_fragment_length.is_some(),
                ExtensionType::early_data => cx.sends_early_data(),
                #[cfg(feature = "alloc")]
                ExtensionType::ticket_request => cx.config.ticket_request.is_some(),
                _ => false,
            };
            if !asked {
                return Err(Fault::from(Reason::ExtensionUnsolicited).extension(t));
            }
        }
        cx.base.negotiated.server_name_used = ee.server_name;
        if let Some(chosen) = ee.alpn {
            cx.base.negotiated.alpn = Some(alpn(chosen, cx)?);
        }
        limits(&ee, cx)?;
        cx.settle_early_data(ee.early_data, &self.at)?;
        cx.base.trace_negotiated();
        Ok(match self.psk {
            // With a PSK the server is who it was, or who shares it: no certificate is shown, and none asked for.
            Some(psk) => {
                AfterExtensions::WaitFinished(WaitFinished { at: self.at, asked: Asked::No, peer: psk.into() })
            }
            None => AfterExtensions::WaitCertCr(WaitCertCr { at: self.at }),
        })
    }
}

/// [7301-3.1-3] RFC 7301 §3.1: the choice is one of ours.
fn alpn<C: Crypto>(chosen: ProtocolName<'_>, cx: &ClientCx<'_, '_, C>) -> Result<u16, Fault> {
    let at = cx.config.settings.alpn().iter().position(|ours| ours.0 == chosen.0);
    at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| {
        Fault::from(Reason::AlpnNotOffered).extension(ExtensionType::application_layer_protocol_negotiation)
    })
}

/// record_size_limit (RFC 8449 §4) and max_fragment_length (RFC 6066 §4).
fn limits<C: Crypto>(ee: &EncryptedExtensions<'_>, cx: &mut ClientCx<'_, '_, C>) -> Result<(), Fault> {
    match (ee.record_size_limit, ee.max_fragment_length) {
        // [8449-5-2]
        (Some(_), Some(_)) => Err(Fault::from(Reason::RecordLimitTwice).extension(ExtensionType::max_fragment_length)),
        (Some(theirs), None) => {
            // [8449-4-2] [8449-4-4]
            if !(MIN_RECORD_SIZE_LIMIT..=MAX_RECORD_SIZE_LIMIT).contains(&theirs) {
                let fault = Fault::from(Reason::RecordSizeLimitBad).extension(ExtensionType::record_size_limit);
                return Err(fault.detail(Detail::Value(theirs.into())));
            }
            let ours = cx.config.settings.record_size_limit.unwrap_or(MAX_RECORD_SIZE_LIMIT);
            cx.base.set_limits(Some(theirs.saturating_sub(1)), Some(ours.saturating_sub(1)));
            Ok(())
        }
        (None, Some(length)) => {
            // [6066-4-2]
            if cx.config.max_fragment_length != Some(length) {
                let fault = Fault::from(Reason::MaxFragmentLengthBad).extension(ExtensionType::max_fragment_length);
                return Err(fault.detail(Detail::Value(length.0.into())));
            }
            // [6066-4-3]
            cx.base.set_limits(length.bytes(), length.bytes());
            Ok(())
        }
        (None, None) => Ok(()),
    }
}
