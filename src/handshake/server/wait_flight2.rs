//! WAIT_FLIGHT2: waits for nothing; it is where client authentication parts the ways.

use super::{AfterFlight2, ServerCx, WaitCert, WaitFinished, WaitFlight2, asks};
use crate::crypto::Crypto;
use crate::handshake::proof::{ClientProof, Unauthenticated};

impl WaitFlight2 {
    pub(super) fn decide<C: Crypto>(self, cx: &ServerCx<'_, '_, C>) -> AfterFlight2 {
        if let Some(psk) = self.psk {
            // No certificate is asked for: the client is who it was, or who shares the PSK.
            return AfterFlight2::WaitFinished(WaitFinished { at: self.at, peer: ClientProof::ByPsk(psk) });
        }
        if asks(cx.config) {
            return AfterFlight2::WaitCert(WaitCert { at: self.at });
        }
        let peer = ClientProof::Unauthenticated(Unauthenticated(()));
        AfterFlight2::WaitFinished(WaitFinished { at: self.at, peer })
    }
}
