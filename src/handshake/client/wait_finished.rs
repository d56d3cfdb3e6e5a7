//! WAIT_FINISHED: the server's Finished, and our second flight (RFC 8446 §4.4).

use super::{AfterFinished, Asked, ClientCx, WaitFinished, WaitFinishedSigning};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason, Side};
use crate::handshake::Inbound;
use crate::handshake::connected::Connected;
use crate::handshake::proof::Proven;
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
        match self.asked {
            // [4.4.2-2]
            Asked::No => Ok(AfterFinished::Connected(send_finished(at, self.peer, cx)?)),
            // [4.4.2-3] Asked and nothing to show: an empty Certificate, and no CertificateVerify.
            Asked::NothingToShow => {
                cx.send(&Certificate { certificate_request_context: &[], certificate_list: Vector::items(&[]) })?;
                Ok(AfterFinished::Connected(send_finished(at, self.peer, cx)?))
            }
            Asked::Sign(scheme) => {
                let credential = cx.desk.credential.clone().ok_or(Reason::Internal)?;
                // [4.4.2.1-4]
                cx.send(&Certificate {
                    certificate_request_context: &[],
                    certificate_list: credential.shown(cx.desk.status_asked()),
                })?;
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
        send_finished(self.at, self.peer, cx)
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
    let (complete, _) = cx.enter_complete(at, false)?;
    Ok(Connected::with_server(complete, server))
}
