//! The Early Secret (RFC 8446 §7.1).

use crate::crypto::{Crypto, Hkdf, Secret, SuiteParams};

/// The Early Secret, for the hash of a suite.
pub(crate) struct Early {
    pub(super) suite: SuiteParams,
    pub(super) secret: Secret,
}

impl Early {
    /// Without a PSK.
    pub(crate) fn without_psk<C: Crypto>(crypto: &C, suite: SuiteParams) -> Self {
        let salt = Secret::zeros(suite.hash.len());
        // [7.1-2]
        Self { suite, secret: Hkdf::new(crypto, suite.hash).extract_zeros(salt.as_bytes()) }
    }

    /// For who watches.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn into_parts(self) -> (SuiteParams, Secret) {
        (self.suite, self.secret)
    }
}
