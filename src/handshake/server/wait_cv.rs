//! WAIT_CV: the client's CertificateVerify (RFC 8446 §4.4.3).

use super::{ServerCx, WaitCv, WaitFinished};
use crate::crypto::Crypto;
use crate::fault::{Fault, Side};
use crate::handshake::Inbound;
use crate::handshake::proof::ClientProof;
use crate::wire::CertificateVerify;

impl WaitCv {
    pub(super) fn recv_certificate_verify<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<WaitFinished, Fault> {
        let (cv, before) = cx.hash_then_absorb::<CertificateVerify<'_>>(msg)?;
        let offered = cx.config.settings.schemes();
        let peer = self.peer.prove(Side::Client, &cv, &before, offered, cx)?;
        Ok(WaitFinished { at: self.at, peer: ClientProof::Proven(peer) })
    }
}
