//! The cipher suites of TLS 1.3 as a table (RFC 8446 Appendix B.4, §5.5).

use super::HashAlgorithm;
use crate::wire::CipherSuite;

/// What a cipher suite stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuiteParams {
    /// The suite.
    pub suite: CipherSuite,
    /// The hash of the transcript and of HKDF.
    pub hash: HashAlgorithm,
    /// Bytes of the AEAD key.
    pub key_len: usize,
    /// Records of full size that one key may protect (RFC 8446 §5.5): a KeyUpdate comes before.
    pub record_limit: u64,
}

/// 2^24.5 full-size records for AES-GCM (RFC 8446 §5.5), cut down to a power of two to keep clear of it.
const AES_GCM_RECORDS: u64 = 1 << 24;
/// ChaCha20-Poly1305 has no limit below the sequence number's (RFC 8446 §5.5); keep clear of that one.
const CHACHA20_RECORDS: u64 = 1 << 62;

const SUITES: [SuiteParams; 3] = [
    SuiteParams {
        suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        hash: HashAlgorithm::Sha256,
        key_len: 16,
        record_limit: AES_GCM_RECORDS,
    },
    SuiteParams {
        suite: CipherSuite::TLS_AES_256_GCM_SHA384,
        hash: HashAlgorithm::Sha384,
        key_len: 32,
        record_limit: AES_GCM_RECORDS,
    },
    SuiteParams {
        suite: CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        hash: HashAlgorithm::Sha256,
        key_len: 32,
        record_limit: CHACHA20_RECORDS,
    },
];

impl SuiteParams {
    /// The row of `suite`, if we know it.
    #[must_use]
    pub fn of(suite: CipherSuite) -> Option<Self> {
        SUITES.iter().find(|row| row.suite == suite).copied()
    }
}
