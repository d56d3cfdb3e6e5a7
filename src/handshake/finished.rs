//! Finished (RFC 8446 §4.4.4) in both directions, and the arrows of the key schedule that hang from it.

use super::Cx;
use crate::crypto::{Crypto, Digest, Secret, SharedSecret, TrafficKeys};
use crate::fault::{Fault, Reason, Side};
use crate::schedule::{
    AtHandshake, AtHandshakeSecret, AtMaster, Complete, Early, HasHandshakeTraffic, Schedule, SecretName,
};
use crate::wire::{Finished, Malformed};

impl<K, C: Crypto> Cx<'_, '_, K, C> {
    /// `before` is the transcript hash without this Finished.
    pub(super) fn check_finished(
        &self,
        sender: Side,
        finished: &Finished<'_>,
        before: &Digest,
        at: &impl HasHandshakeTraffic,
    ) -> Result<(), Fault> {
        let expected = self.desk.schedule()?.verify_data(self.crypto(), sender, before, at);
        // [4.4.4-4]
        if finished.verify_data.len() != expected.as_bytes().len() {
            return Err(Malformed::length("verify_data").into());
        }
        // [4.4.4-2] Compared in constant time.
        if expected == *finished.verify_data {
            return Ok(());
        }
        Err(Fault::from(Reason::FinishedMismatch).field("verify_data"))
    }

    pub(super) fn send_finished(&mut self, sender: Side, at: &impl HasHandshakeTraffic) -> Result<(), Fault> {
        let before = self.desk.transcript.hash()?;
        let verify_data = self.desk.schedule()?.verify_data(self.crypto(), sender, &before, at);
        self.send(&Finished { verify_data: verify_data.as_bytes() })
    }

    /// The key exchange led to this secret.
    pub(super) fn agree(&mut self, early: Early, shared: Option<&SharedSecret>) -> AtHandshakeSecret {
        // That of a PSK was shown when the PSK was offered, or accepted.
        if !self.base.goes_by_psk() {
            self.base.show(SecretName::Early, &self.desk.client_random, early.secret());
        }
        let (schedule, at) = Schedule::begin(self.base.crypto, early, shared);
        self.base.show(SecretName::Handshake, &self.desk.client_random, schedule.running());
        self.desk.schedule = Some(schedule);
        at
    }

    /// ServerHello is the last message in the transcript: the handshake traffic secrets hang from here.
    pub(super) fn enter_handshake(&mut self, at: AtHandshakeSecret) -> Result<AtHandshake, Fault> {
        let hash = self.desk.transcript.hash()?;
        let schedule = self.desk.schedule.as_mut().ok_or(Reason::Internal)?;
        let at = schedule.enter_handshake(self.base.crypto, at, &hash);
        let client_random = &self.desk.client_random;
        for (name, sender) in
            [(SecretName::ClientHandshakeTraffic, Side::Client), (SecretName::ServerHandshakeTraffic, Side::Server)]
        {
            self.base.show(name, client_random, schedule.handshake_traffic(sender, &at));
        }
        Ok(at)
    }

    /// K_send = handshake, at the sender's end.
    pub(super) fn send_under_handshake_keys(
        &mut self,
        sender: Side,
        at: &impl HasHandshakeTraffic,
    ) -> Result<(), Fault> {
        let keys = self.take_handshake_keys(sender, at);
        self.base.set_send_key(keys)
    }

    /// K_recv = handshake, at the other end.
    pub(super) fn recv_under_handshake_keys(
        &mut self,
        sender: Side,
        at: &impl HasHandshakeTraffic,
    ) -> Result<(), Fault> {
        let keys = self.take_handshake_keys(sender, at);
        self.base.set_recv_key(keys)
    }

    fn take_handshake_keys(&mut self, sender: Side, at: &impl HasHandshakeTraffic) -> Option<TrafficKeys> {
        Some(self.desk.schedule.as_mut()?.take_handshake_keys(self.base.crypto, sender, at))
    }

    /// The server's Finished is the last message in the transcript: the application secrets hang from here.
    pub(super) fn enter_master(&mut self, at: AtHandshake) -> Result<AtMaster, Fault> {
        let hash = self.desk.transcript.hash()?;
        let schedule = self.desk.schedule.as_mut().ok_or(Reason::Internal)?;
        let at = schedule.enter_master(self.base.crypto, at, &hash, self.base.vault);
        let client_random = self.desk.client_random;
        self.base.show(SecretName::Master, &client_random, schedule.running());
        self.base.show_traffic(Side::Client, Some(&client_random));
        self.base.show_traffic(Side::Server, Some(&client_random));
        self.base.show_exporter(&client_random);
        Ok(at)
    }

    /// The client's Finished is the last message in the transcript; nothing is added any more. The resumption_master_secret is
    /// made only where there is a use for it: `keeps` tells.
    pub(super) fn enter_complete(&mut self, at: AtMaster, keeps: bool) -> Result<(Complete, Option<Secret>), Fault> {
        let wanted = keeps || self.base.shows_secrets();
        let hash = wanted.then(|| self.desk.transcript.hash()).transpose()?;
        self.desk.transcript.end();
        let schedule = self.desk.schedule.as_mut().ok_or(Reason::Internal)?;
        let resumption = hash.map(|hash| schedule.resumption(self.base.crypto, &at, &hash));
        if let Some(secret) = &resumption {
            self.base.show(SecretName::Resumption, &self.desk.client_random, secret);
        }
        Ok((schedule.enter_complete(at), resumption.filter(|_| keeps)))
    }
}
