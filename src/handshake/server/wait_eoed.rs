//! WAIT_EOED: early data is read until its end (RFC 8446 §4.5).

use super::{ServerCx, WaitEoed, WaitFlight2};
use crate::crypto::Crypto;
use crate::fault::{Fault, Side};
use crate::handshake::Inbound;
use crate::wire::EndOfEarlyData;

impl WaitEoed {
    pub(super) fn recv_end_of_early_data<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<WaitFlight2, Fault> {
        let EndOfEarlyData = cx.absorb(msg)?;
        cx.recv_under_handshake_keys(Side::Client, &self.at)?;
        Ok(WaitFlight2 { at: self.at, psk: Some(self.psk) })
    }
}
