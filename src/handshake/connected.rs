//! CONNECTED, in both roles: KeyUpdate (RFC 8446 §4.6.3).

use super::Inbound;
use super::effects::Base;
use super::proof::{ClientProof, Proven};
use crate::crypto::Crypto;
use crate::fault::{Detail, Fault, Reason};
use crate::schedule::Complete;
use crate::wire::{KeyUpdate, KeyUpdateRequest};

/// The handshake is complete and the peer is who it proved to be. Only application data and key updates flow.
pub struct Connected {
    at: Complete,
    /// We asked the peer for a KeyUpdate, and none came since.
    asked: bool,
    /// The peer asked us for a KeyUpdate, and none went out since.
    owed: bool,
    /// We said that we will send no more.
    closed: bool,
    /// What a client keeps its tickets by.
    #[cfg(feature = "alloc")]
    pub(super) keeper: Option<alloc::boxed::Box<super::client::Keeper>>,
}

impl Connected {
    /// In a client: the server's possession of its key is shown.
    pub(super) fn with_server(at: Complete, _: Proven) -> Self {
        Self::new(at)
    }

    /// In a server: the client's possession is shown, or none was demanded.
    pub(super) fn with_client(at: Complete, _: ClientProof) -> Self {
        Self::new(at)
    }

    fn new(at: Complete) -> Self {
        Self {
            at,
            asked: false,
            owed: false,
            closed: false,
            #[cfg(feature = "alloc")]
            keeper: None,
        }
    }

    /// Tickets to come are kept, if at all, by this.
    #[cfg(feature = "alloc")]
    pub(super) fn keep_tickets(self, keeper: Option<alloc::boxed::Box<super::client::Keeper>>) -> Self {
        Self { keeper, ..self }
    }

    /// True if we asked the peer for a KeyUpdate that did not come yet.
    pub(super) fn awaits_key_update(&self) -> bool {
        self.asked
    }

    /// [4.6.3-3] True if a KeyUpdate has to go before our next application data. However often the peer asked, one will do; and
    /// as it waits until then, a peer that asks and does not read can't make us pile them up.
    pub(super) fn owes_key_update(&self) -> bool {
        self.owed
    }

    /// Nothing is sent any more (§6.1).
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// [4.6.3-1] The peer's keys change with its KeyUpdate; ours too, if it asks.
    pub(super) fn recv_key_update<C: Crypto>(mut self, msg: Inbound<'_>, mut base: Base<'_, C>) -> Result<Self, Fault> {
        let update: KeyUpdate = base.take(msg)?;
        let peer = base.side.peer();
        self.asked = false;
        let keys = base.vault.next_application_keys(base.crypto, peer, &self.at);
        base.set_recv_key(keys)?;
        base.show_traffic(peer, None);
        match update.request_update {
            KeyUpdateRequest::update_not_requested => {}
            // Nothing follows close_notify (§6.1), and too many updates are not made even when asked for (RFC 9846 §4.7.3).
            KeyUpdateRequest::update_requested => self.owed = !self.closed && base.vault.may_update(base.side),
            other => {
                // [4.6.3-2]
                let detail = Detail::Value(other.0.into());
                return Err(Fault::from(Reason::KeyUpdateBad).field("request_update").detail(detail));
            }
        }
        Ok(self)
    }

    /// [4.6.3-4] The KeyUpdate itself goes out under the old key. `ask`: for the peer's too, unless that is asked already
    /// (RFC 9846 §4.7.3).
    pub(super) fn send_key_update<C: Crypto>(&mut self, ask: bool, base: &mut Base<'_, C>) -> Result<(), Fault> {
        let side = base.side;
        if !base.vault.may_update(side) {
            return Err(Reason::SequenceExhausted.into());
        }
        // [9846-4.7.3-1]
        let request_update = match ask && !self.asked {
            true => KeyUpdateRequest::update_requested,
            false => KeyUpdateRequest::update_not_requested,
        };
        base.send(&KeyUpdate { request_update })?;
        self.asked |= ask;
        self.owed = false;
        let keys = base.vault.next_application_keys(base.crypto, side, &self.at);
        base.set_send_key(keys)?;
        base.show_traffic(side, None);
        Ok(())
    }
}
