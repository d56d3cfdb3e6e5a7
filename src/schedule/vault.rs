//! The secrets that live as long as the connection: this, and two AEAD keys, is what an idle connection costs.

use super::{Complete, traffic_keys};
use crate::crypto::{Crypto, Epoch, Hkdf, Secret, SuiteParams, TrafficKeys};
use crate::fault::Side;
use crate::schedule::{AtMaster, SecretName};
use crate::wire::CipherSuite;

/// Application traffic secrets of both senders, and the exporter secret.
pub(crate) struct Vault {
    suite: CipherSuite,
    client: Secret,
    client_generation: u64,
    server: Secret,
    server_generation: u64,
    exporter: Secret,
}

/// The stages at which application traffic secrets exist.
pub(crate) trait HasApplicationTraffic {}
impl HasApplicationTraffic for AtMaster {}
impl HasApplicationTraffic for Complete {}

impl Vault {
    pub(crate) fn empty() -> Self {
        let none = || Secret::zeros(0);
        Self {
            suite: CipherSuite(0),
            client: none(),
            client_generation: 0,
            server: none(),
            server_generation: 0,
            exporter: none(),
        }
    }

    pub(super) fn begin(&mut self, suite: SuiteParams, client: Secret, server: Secret, exporter: Secret) {
        self.suite = suite.suite;
        self.client = client;
        self.server = server;
        self.exporter = exporter;
    }

    /// The application traffic secret in use by a sender, and its name.
    pub(crate) fn traffic(&self, sender: Side) -> (SecretName, &Secret) {
        match sender {
            Side::Client => (SecretName::ClientApplicationTraffic(self.client_generation), &self.client),
            Side::Server => (SecretName::ServerApplicationTraffic(self.server_generation), &self.server),
        }
    }

    /// exporter_master_secret.
    pub(crate) fn exporter(&self) -> &Secret {
        &self.exporter
    }

    /// The application keys of a sender.
    pub(crate) fn application_keys<C: Crypto>(
        &self,
        crypto: &C,
        sender: Side,
        _: &impl HasApplicationTraffic,
    ) -> Option<TrafficKeys> {
        let (secret, generation) = match sender {
            Side::Client => (&self.client, self.client_generation),
            Side::Server => (&self.server, self.server_generation),
        };
        let suite = SuiteParams::of(self.suite)?;
        let expand = Hkdf::new(crypto, suite.hash).from(secret);
        Some(traffic_keys(suite, &expand, Epoch::Application(generation)))
    }

    /// True if a sender may update its key once more: up to 2^48 - 1 times (RFC 9846 §4.7.3).
    pub(crate) fn may_update(&self, sender: Side) -> bool {
        let generation = match sender {
            Side::Client => self.client_generation,
            Side::Server => self.server_generation,
        };
        // [9846-4.7.3-2]
        generation < (1 << 48) - 1
    }

    /// application_traffic_secret_N+1 of a sender (§7.2). The old one is gone.
    pub(crate) fn next_application_keys<C: Crypto>(
        &mut self,
        crypto: &C,
        sender: Side,
        at: &Complete,
    ) -> Option<TrafficKeys> {
        let hkdf = Hkdf::new(crypto, SuiteParams::of(self.suite)?.hash);
        let (secret, generation) = match sender {
            Side::Client => (&mut self.client, &mut self.client_generation),
            Side::Server => (&mut self.server, &mut self.server_generation),
        };
        // [7.2-1] [7.2-2]
        *secret = hkdf.derive_secret(secret, "traffic upd", &[]);
        // [9846-4.7.3-3]
        *generation = generation.checked_add(1)?;
        self.application_keys(crypto, sender, at)
    }

    /// Wipes everything in place.
    pub(crate) fn wipe(&mut self) {
        *self = Self::empty();
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::super::{AtHandshake, Early, Schedule};
    use super::*;
    use crate::crypto::{Digest, Hmac, Ring};
    use crate::wire::CipherSuite;

    fn schedule_and_vault(crypto: &Ring) -> (Schedule, Vault, Complete) {
        let suite = SuiteParams::of(CipherSuite::TLS_AES_128_GCM_SHA256).unwrap();
        let (mut schedule, _) = Schedule::begin(crypto, Early::without_psk(suite), None);
        let (mut vault, hash) = (Vault::empty(), Digest::new(&[7; 32]));
        let at = schedule.enter_master(crypto, AtHandshake(()), &hash, &mut vault);
        let complete = schedule.enter_complete(at);
        (schedule, vault, complete)
    }

    // [7.1-3]
    #[test]
    fn the_master_secret_is_gone_once_everything_is_derived() {
        let (schedule, ..) = schedule_and_vault(&Ring::new());
        assert!(schedule.running.as_bytes().is_empty());
    }

    // [7.2-1] [7.2-2]
    #[test]
    fn a_traffic_secret_is_replaced_by_its_successor() {
        let crypto = Ring::new();
        let (_, mut vault, complete) = schedule_and_vault(&crypto);
        let mut successor = [0; 32];
        let hkdf_label = b"\x00\x20\x11tls13 traffic upd\x00\x01";
        let suite = SuiteParams::of(vault.suite).unwrap();
        crypto.hmac(suite.hash, vault.traffic(Side::Client).1.as_bytes()).sign(&[hkdf_label], &mut successor);
        vault.next_application_keys(&crypto, Side::Client, &complete).unwrap();
        assert_eq!(vault.traffic(Side::Client).1.as_bytes(), successor);
        assert_eq!(vault.traffic(Side::Client).0, SecretName::ClientApplicationTraffic(1));
        assert_eq!(vault.traffic(Side::Server).0, SecretName::ServerApplicationTraffic(0));
    }

    // [9846-4.7.3-2] [9846-4.7.3-3]
    #[test]
    fn a_sender_ends_its_updates_at_the_limit_and_a_receiver_follows_beyond() {
        let crypto = Ring::new();
        let (_, mut vault, complete) = schedule_and_vault(&crypto);
        vault.client_generation = (1 << 48) - 2;
        assert!(vault.may_update(Side::Client));
        assert!(vault.next_application_keys(&crypto, Side::Client, &complete).is_some());
        assert!(!vault.may_update(Side::Client));
        assert!(vault.next_application_keys(&crypto, Side::Client, &complete).is_some());
    }
}
