//! CONNECTED, in both roles: KeyUpdate (RFC 8446 §4.6.3).

use super::Inbound;
use super::effects::Base;
use crate::crypto::Crypto;
use crate::fault::{Detail, Fault, Reason};
use crate::schedule::Complete;
use crate::wire::{KeyUpdate, KeyUpdateRequest};

/// The handshake is complete and the peer is who it proved to be. Only application data and key updates flow.
pub struct Connected {
    pub(super) at: Complete,
}

impl Connected {
    /// [4.6.3-1] The peer's keys change with its KeyUpdate; ours too, if it asks.
    pub(super) fn recv_key_update<C: Crypto>(self, msg: Inbound<'_>, mut base: Base<'_, C>) -> Result<Self, Fault> {
        let update: KeyUpdate = base.take(msg)?;
        let peer = base.side.peer();
        let keys = base.vault.next_application_keys(base.crypto, peer, &self.at);
        base.set_recv_key(keys)?;
        base.show_traffic(peer, None);
        match update.request_update {
            KeyUpdateRequest::update_not_requested => {}
            KeyUpdateRequest::update_requested => {
                // [4.6.3-3] The answer never asks again, or the two ends would never stop.
                send_key_update(KeyUpdateRequest::update_not_requested, &self.at, &mut base)?;
            }
            other => {
                // [4.6.3-2]
                let detail = Detail::Value(other.0.into());
                return Err(Fault::from(Reason::KeyUpdateBad).field("request_update").detail(detail));
            }
        }
        Ok(self)
    }
}

/// [4.6.3-4] The KeyUpdate itself goes out under the old key.
pub(super) fn send_key_update<C: Crypto>(
    request_update: KeyUpdateRequest,
    at: &Complete,
    base: &mut Base<'_, C>,
) -> Result<(), Fault> {
    base.send(&KeyUpdate { request_update })?;
    let side = base.side;
    let keys = base.vault.next_application_keys(base.crypto, side, at);
    base.set_send_key(keys)?;
    base.show_traffic(side, None);
    Ok(())
}
