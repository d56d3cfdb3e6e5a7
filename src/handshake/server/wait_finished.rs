//! WAIT_FINISHED: the client's Finished (RFC 8446 §4.4.4).

#[cfg(feature = "alloc")]
use super::tickets;
use super::{ServerCx, WaitFinished};
use crate::crypto::Crypto;
use crate::fault::{Fault, Side};
use crate::handshake::Inbound;
use crate::handshake::connected::Connected;
use crate::handshake::proof::ClientProof;
use crate::schedule::AtMaster;
use crate::wire::Finished;

impl WaitFinished {
    pub(super) fn recv_finished<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ServerCx<'_, '_, C>,
    ) -> Result<Connected, Fault> {
        let (finished, before) = cx.hash_then_absorb::<Finished<'_>>(msg)?;
        cx.check_finished(Side::Client, &finished, &before, &self.at)?;
        connect(self.at, self.peer, cx)
    }
}

/// The one way to CONNECTED: with a client that proved who it is or was not asked to, and both Finished.
fn connect<C: Crypto>(at: AtMaster, client: ClientProof, cx: &mut ServerCx<'_, '_, C>) -> Result<Connected, Fault> {
    let recv = cx.base.vault.application_keys(cx.base.crypto, Side::Client, &at);
    cx.base.set_recv_key(recv)?;
    #[cfg(feature = "alloc")]
    let issues = tickets::issues(&client, cx);
    #[cfg(not(feature = "alloc"))]
    let issues = false;
    let (complete, resumption) = cx.enter_complete(at, issues)?;
    #[cfg(feature = "alloc")]
    match resumption {
        Some(secret) => tickets::send(&secret, &client, cx)?,
        None => tickets::confirm(&client, cx)?,
    }
    #[cfg(not(feature = "alloc"))]
    let _ = resumption;
    Ok(Connected::with_client(complete, client))
}
