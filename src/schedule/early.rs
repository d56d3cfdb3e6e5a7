//! The Early Secret (RFC 8446 §7.1).

use crate::crypto::{Crypto, Hash, HashAlgorithm, Hkdf, Secret, SuiteParams};

/// The Early Secret, for the hash of a suite.
pub(crate) struct Early {
    pub(super) suite: SuiteParams,
    pub(super) secret: Secret,
    pub(super) of_psk: bool,
}

impl Early {
    /// Without a PSK: this, and the salt that follows from it, are the same in all handshakes with a hash, so nobody has to
    /// compute them again.
    pub(crate) fn without_psk(suite: SuiteParams) -> Self {
        // [7.1-2]
        let secret: &[u8] = match suite.hash {
            HashAlgorithm::Sha256 => &EARLY_SHA256,
            HashAlgorithm::Sha384 => &EARLY_SHA384,
        };
        Self { suite, secret: Secret::of(secret), of_psk: false }
    }

    /// For who watches.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The salt of the Handshake Secret.
    pub(super) fn salt<C: Crypto>(&self, crypto: &C) -> Secret {
        match self.suite.hash {
            _ if self.of_psk => derived(crypto, self.suite, &self.secret),
            HashAlgorithm::Sha256 => Secret::of(&DERIVED_SHA256),
            HashAlgorithm::Sha384 => Secret::of(&DERIVED_SHA384),
        }
    }
}

/// Derive-Secret(., "derived", ""): the salt of the next Extract.
pub(super) fn derived<C: Crypto>(crypto: &C, suite: SuiteParams, secret: &Secret) -> Secret {
    let empty = crypto.hash(suite.hash).finish();
    Hkdf::new(crypto, suite.hash).derive_secret(secret, "derived", empty.as_ref())
}

const EARLY_SHA256: [u8; 32] = [
    0x33, 0xad, 0x0a, 0x1c, 0x60, 0x7e, 0xc0, 0x3b, 0x09, 0xe6, 0xcd, 0x98, 0x93, 0x68, 0x0c, 0xe2, 0x10, 0xad, 0xf3,
    0x00, 0xaa, 0x1f, 0x26, 0x60, 0xe1, 0xb2, 0x2e, 0x10, 0xf1, 0x70, 0xf9, 0x2a,
];
const DERIVED_SHA256: [u8; 32] = [
    0x6f, 0x26, 0x15, 0xa1, 0x08, 0xc7, 0x02, 0xc5, 0x67, 0x8f, 0x54, 0xfc, 0x9d, 0xba, 0xb6, 0x97, 0x16, 0xc0, 0x76,
    0x18, 0x9c, 0x48, 0x25, 0x0c, 0xeb, 0xea, 0xc3, 0x57, 0x6c, 0x36, 0x11, 0xba,
];
const EARLY_SHA384: [u8; 48] = [
    0x7e, 0xe8, 0x20, 0x6f, 0x55, 0x70, 0x02, 0x3e, 0x6d, 0xc7, 0x51, 0x9e, 0xb1, 0x07, 0x3b, 0xc4, 0xe7, 0x91, 0xad,
    0x37, 0xb5, 0xc3, 0x82, 0xaa, 0x10, 0xba, 0x18, 0xe2, 0x35, 0x7e, 0x71, 0x69, 0x71, 0xf9, 0x36, 0x2f, 0x2c, 0x2f,
    0xe2, 0xa7, 0x6b, 0xfd, 0x78, 0xdf, 0xec, 0x4e, 0xa9, 0xb5,
];
const DERIVED_SHA384: [u8; 48] = [
    0x15, 0x91, 0xda, 0xc5, 0xcb, 0xbf, 0x03, 0x30, 0xa4, 0xa8, 0x4d, 0xe9, 0xc7, 0x53, 0x33, 0x0e, 0x92, 0xd0, 0x1f,
    0x0a, 0x88, 0x21, 0x4b, 0x44, 0x64, 0x97, 0x2f, 0xd6, 0x68, 0x04, 0x9e, 0x93, 0xe5, 0x2f, 0x2b, 0x16, 0xfa, 0xd9,
    0x22, 0xfd, 0xc0, 0x58, 0x44, 0x78, 0x42, 0x8f, 0x28, 0x2b,
];

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;
    use crate::crypto::Ring;
    use crate::wire::CipherSuite;

    // [7.1-2]
    #[test]
    fn what_hangs_from_no_psk_is_what_zeros_lead_to() {
        let crypto = Ring::new();
        for suite in [CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384] {
            let suite = SuiteParams::of(suite).unwrap();
            let early = Early::without_psk(suite);
            let salt = Secret::zeros(suite.hash.len());
            let secret = Hkdf::new(&crypto, suite.hash).extract_zeros(salt.as_bytes());
            assert_eq!(early.secret.as_bytes(), secret.as_bytes());
            assert_eq!(early.salt(&crypto).as_bytes(), derived(&crypto, suite, &secret).as_bytes());
        }
    }
}
