//! WAIT_CERT: the client's Certificate (RFC 8446 §4.4.2), which may be empty.

use super::{ServerCx, WaitCert, WaitCv, WaitFinished};
use crate::config::ClientAuthMode;
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
use crate::handshake::Inbound;
use crate::handshake::certificate::check_context;
use crate::handshake::proof::{ClientProof, Judged, Unauthenticated};
use crate::wire::Certificate;

impl WaitCert {
    /// `judged` says that the chain is good and its holder admitted; the arrow is not taken without.
    pub(super) fn recv_certificate<C: Crypto>(
        self,
        msg: Inbound<'_>,
        judged: Judged<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<WaitCv, Fault> {
        let certificate: Certificate<'_> = cx.absorb(msg)?;
        cx.show_timestamps(&certificate)?;
        cx.keep_peer_key(&judged)?;
        Ok(WaitCv { at: self.at, peer: judged.into() })
    }

    pub(super) fn recv_empty_certificate<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<WaitFinished, Fault> {
        let certificate: Certificate<'_> = cx.absorb(msg)?;
        check_context(&certificate)?;
        if !certificate.certificate_list.is_empty() {
            return Err(Reason::Internal.into());
        }
        // [4.4.2-10]
        if cx.config.client_auth.mode == ClientAuthMode::Require {
            return Err(Fault::from(Reason::ClientCertificateMissing).field("certificate_list"));
        }
        let peer = ClientProof::Unauthenticated(Unauthenticated(()));
        Ok(WaitFinished { at: self.at, peer })
    }
}
