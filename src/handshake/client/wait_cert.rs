//! WAIT_CERT: the server's Certificate (RFC 8446 §4.4.2).

use super::{ClientCx, WaitCert, WaitCv};
use crate::crypto::Crypto;
use crate::fault::Fault;
use crate::handshake::Inbound;
use crate::handshake::proof::Judged;
use crate::wire::Certificate;

impl WaitCert {
    /// `judged` says that the chain is good; the arrow is not taken without.
    pub(super) fn recv_certificate<C: Crypto>(
        self,
        msg: Inbound<'_>,
        judged: Judged<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<WaitCv, Fault> {
        let certificate: Certificate<'_> = cx.absorb(msg)?;
        cx.show_timestamps(&certificate)?;
        cx.keep_peer_key(&judged)?;
        Ok(WaitCv { at: self.at, asked: self.asked, peer: judged.into() })
    }
}
