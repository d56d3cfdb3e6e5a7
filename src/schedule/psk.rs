//! What a PSK adds to the key schedule (RFC 8446 §7.1): binders, early data, the early exporter; and where it comes from.

use super::early::empty_hash;
use super::{Early, traffic_keys};
use crate::crypto::{Crypto, Digest, Epoch, Hkdf, Secret, SuiteParams, TrafficKeys};

impl Early {
    /// From a PSK.
    pub(crate) fn of_psk<C: Crypto>(crypto: &C, suite: SuiteParams, psk: &[u8]) -> Self {
        let salt = Secret::zeros(suite.hash.len());
        let secret = Hkdf::new(crypto, suite.hash).extract(salt.as_bytes(), psk);
        Self { suite, secret, of_psk: true }
    }

    /// The same for another suite of the same hash.
    pub(crate) fn with_suite(self, suite: SuiteParams) -> Self {
        Self { suite, ..self }
    }

    /// binder_key: `label` tells where the PSK comes from.
    pub(crate) fn binder_key<C: Crypto>(&self, crypto: &C, label: &str) -> Secret {
        Hkdf::new(crypto, self.suite.hash).derive_secret(&self.secret, label, empty_hash(self.suite.hash))
    }

    /// The value of a PskBinderEntry (§4.2.11.2): `hello` is Transcript-Hash of the handshake up to the identities.
    pub(crate) fn binder<C: Crypto>(&self, crypto: &C, binder_key: &Secret, hello: &Digest) -> Secret {
        let hkdf = Hkdf::new(crypto, self.suite.hash);
        // [4.2.11.2-3]
        let finished_key = hkdf.derive_secret(binder_key, "finished", &[]);
        hkdf.mac(&finished_key, hello.as_ref())
    }

    /// client_early_traffic_secret; `hello` is Transcript-Hash(ClientHello).
    pub(crate) fn client_early_traffic<C: Crypto>(&self, crypto: &C, hello: &Digest) -> Secret {
        // [7.1-5]
        Hkdf::new(crypto, self.suite.hash).derive_secret(&self.secret, "c e traffic", hello.as_ref())
    }

    /// early_exporter_master_secret.
    pub(crate) fn early_exporter<C: Crypto>(&self, crypto: &C, hello: &Digest) -> Secret {
        Hkdf::new(crypto, self.suite.hash).derive_secret(&self.secret, "e exp master", hello.as_ref())
    }

    /// The keys of early data.
    pub(crate) fn keys<C: Crypto>(&self, crypto: &C, client_early_traffic: &Secret) -> TrafficKeys {
        traffic_keys(self.suite, &Hkdf::new(crypto, self.suite.hash).from(client_early_traffic), Epoch::EarlyData)
    }
}

/// The PSK of a ticket (§4.6.1).
pub(crate) fn resumption_psk<C: Crypto>(
    crypto: &C,
    suite: SuiteParams,
    resumption_master_secret: &Secret,
    ticket_nonce: &[u8],
) -> Secret {
    // [7.1-6]
    Hkdf::new(crypto, suite.hash).derive_secret(resumption_master_secret, "resumption", ticket_nonce)
}
