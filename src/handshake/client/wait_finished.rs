//! WAIT_FINISHED: the server's Finished, and our second flight (RFC 8446 §4.4).

#[cfg(feature = "alloc")]
use super::Keeper;
use super::{AfterFinished, Asked, ClientCx, WaitFinished, WaitFinishedSigning};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason, Side};
use crate::handshake::Inbound;
use crate::handshake::connected::Connected;
use crate::handshake::proof::Proven;
#[cfg(feature = "alloc")]
use crate::resumption::Shown;
use crate::schedule::AtMaster;
use crate::wire::{Certificate, CertificateVerify, Finished, Vector};

impl WaitFinished {
    pub(super) fn recv_finished<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<AfterFinished, Fault> {
        let (finished, before) = cx.hash_then_absorb::<Finished<'_>>(msg)?;
        // [5.1-4] The key changes behind it: judged before anything is signed and sent.
        cx.check_end_of_record()?;
        cx.check_finished(Side::Server, &finished, &before, &self.at)?;
        let at = cx.enter_master(self.at)?;
        cx.end_early_data(&at)?;
        match self.asked {
            // [4.4.2-2]
            Asked::No => Ok(AfterFinished::Connected(send_finished(at, self.peer, cx)?)),
            // [4.4.2-3] Asked and nothing to show: an empty Certificate, and no CertificateVerify.
            Asked::NothingToShow => {
                #[cfg(feature = "alloc")]
                remember(Shown::Nothing, cx);
                cx.send(&Certificate { certificate_request_context: &[], certificate_list: Vector::items(&[]) })?;
                Ok(AfterFinished::Connected(send_finished(at, self.peer, cx)?))
            }
            Asked::Sign(scheme) => {
                let credential = cx.desk.credential.clone().ok_or(Reason::Internal)?;
                // [4.4.2.1-4]
                cx.send_certificate(&credential, cx.desk.beside())?;
                Ok(AfterFinished::Signing(WaitFinishedSigning { at, scheme, peer: self.peer }))
            }
        }
    }
}

impl WaitFinishedSigning {
    pub(super) fn send_certificate_verify<C: Crypto>(
        self,
        signature: &[u8],
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<Connected, Fault> {
        cx.send(&CertificateVerify { algorithm: self.scheme, signature })?;
        cx.base.negotiated.own_scheme = Some(self.scheme);
        #[cfg(feature = "alloc")]
        if cx.desk.origin.is_some() {
            let shown = cx.desk.credential()?.fingerprint(cx.base.crypto);
            remember(Shown::Chain(shown), cx);
        }
        send_finished(self.at, self.peer, cx)
    }
}

/// What the server was shown, if tickets of this connection are of use at all.
#[cfg(feature = "alloc")]
fn remember<C: Crypto>(shown: Shown, cx: &mut ClientCx<'_, '_, C>) {
    if let Some(origin) = &mut cx.desk.origin {
        alloc::sync::Arc::make_mut(origin).shown = shown;
    }
}

/// [4.4.2-4]
/// The one way to CONNECTED: with a server that proved who it is, both Finished, and application keys both ways.
fn send_finished<C: Crypto>(at: AtMaster, server: Proven, cx: &mut ClientCx<'_, '_, C>) -> Result<Connected, Fault> {
    cx.send_finished(Side::Client, &at)?;
    let keys = |side| cx.base.vault.application_keys(cx.base.crypto, side, &at);
    // [4.4.4-3]
    let (send, recv) = (keys(Side::Client), keys(Side::Server));
    cx.base.set_send_key(send)?;
    cx.base.set_recv_key(recv)?;
    #[cfg(feature = "alloc")]
    let keeps = Keeper::wanted(cx);
    #[cfg(not(feature = "alloc"))]
    let keeps = false;
    let (complete, resumption) = cx.enter_complete(at, keeps)?;
    let connected = Connected::with_server(complete, server);
    #[cfg(feature = "alloc")]
    let connected = connected.keep_tickets(resumption.and_then(|secret| Keeper::new(secret, cx)));
    #[cfg(not(feature = "alloc"))]
    let _ = resumption;
    Ok(connected)
}
