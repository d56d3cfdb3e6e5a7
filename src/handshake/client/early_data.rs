//! While early data may go out (RFC 8446 §4.2.10): when its key is left, and for which one.

use super::ClientCx;
use crate::crypto::Crypto;
use crate::fault::Fault;
use crate::schedule::{AtHandshake, AtMaster};

#[cfg(feature = "alloc")]
use crate::{
    fault::{Reason, Side},
    handshake::{EarlyDataState, Trace},
    resumption::EarlyDataDeclined,
    wire::{EndOfEarlyData, ExtensionType},
};

#[cfg(feature = "alloc")]
impl<C: Crypto> ClientCx<'_, '_, C> {
    /// Our ClientHello has PSKs.
    pub(super) fn offers_psk(&self) -> bool {
        self.desk.offer.is_some()
    }

    /// K_send is that of early data.
    pub(super) fn sends_early_data(&self) -> bool {
        matches!(self.base.negotiated.early_data, EarlyDataState::Offered | EarlyDataState::Accepted)
    }

    /// No PSK is used, and so there is no early data.
    pub(super) fn continue_without_psk(&mut self) {
        self.reject_early_data(EarlyDataDeclined::PskDeclined);
    }

    /// The server takes none: what was sent is lost on it, and nothing more is sent. K_send is for the caller to change.
    fn reject_early_data(&mut self, why: EarlyDataDeclined) {
        if self.sends_early_data() {
            self.base.trace(Trace::EarlyDataDeclined(why));
            // [4.2.10-9]
            self.base.negotiated.early_data = EarlyDataState::Rejected;
            self.send_no_more();
        }
    }

    /// Nothing more may go out, nor be exported.
    fn send_no_more(&mut self) {
        if let Some(early) = &mut self.desk.early {
            early.left = 0;
            early.exporter = None;
        }
    }

    /// After a HelloRetryRequest: the second ClientHello is not protected by anything.
    pub(super) fn retry_without_early_data(&mut self) -> Result<(), Fault> {
        if self.sends_early_data() {
            self.reject_early_data(EarlyDataDeclined::HelloRetryRequest);
            self.drop_send_key()?;
        }
        Ok(())
    }

    /// What EncryptedExtensions say of it.
    pub(super) fn settle_early_data(&mut self, accepted: bool, at: &AtHandshake) -> Result<(), Fault> {
        if !self.sends_early_data() {
            return Ok(());
        }
        if !accepted {
            self.reject_early_data(EarlyDataDeclined::ByServer);
            return self.send_under_handshake_keys(Side::Client, at);
        }
        let alpn = self.base.negotiated.alpn.and_then(|at| self.config.settings.alpn().iter().nth(at.into()));
        // [4.2.10-12] Only under the first PSK, with its suite and its protocol.
        let early = self.desk.early.as_deref();
        if !early.is_some_and(|early| early.fits && alpn.map(|name| name.0) == early.alpn.as_deref()) {
            return Err(Fault::from(Reason::EarlyDataUnfit).extension(ExtensionType::early_data));
        }
        self.base.negotiated.early_data = EarlyDataState::Accepted;
        Ok(())
    }

    // [4.5-2] [4.5-3] [4.5-5]
    /// The last message under the key of early data (§4.5).
    pub(super) fn end_early_data(&mut self, at: &AtMaster) -> Result<(), Fault> {
        if self.sends_early_data() {
            self.send_no_more();
            self.send(&EndOfEarlyData)?;
            self.send_under_handshake_keys(Side::Client, at)?;
        }
        Ok(())
    }
}

/// Without a heap there is no early data.
#[cfg(not(feature = "alloc"))]
#[allow(clippy::unused_self, clippy::needless_pass_by_ref_mut, clippy::unnecessary_wraps)]
impl<C: Crypto> ClientCx<'_, '_, C> {
    pub(super) fn offers_psk(&self) -> bool {
        false
    }

    pub(super) fn sends_early_data(&self) -> bool {
        false
    }

    pub(super) fn continue_without_psk(&mut self) {}

    pub(super) fn retry_without_early_data(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    pub(super) fn settle_early_data(&mut self, _: bool, _: &AtHandshake) -> Result<(), Fault> {
        Ok(())
    }

    pub(super) fn end_early_data(&mut self, _: &AtMaster) -> Result<(), Fault> {
        Ok(())
    }
}
