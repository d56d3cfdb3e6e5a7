//! OCSP responses made for a test, with whatever is to be wrong in them.

use super::ca::Signs;
use super::crl::serial;
use super::der::{element, sequence};
use super::provider::provider;
use symbolon::crypto::{Crypto, Hash, HashAlgorithm};
use symbolon::x509::Certificate;

pub const THIS_UPDATE: i64 = 1_779_926_400; // 2026-05-28T00:00:00Z
pub const NEXT_UPDATE: i64 = 1_780_358_400; // 2026-06-02T00:00:00Z

/// The parts of a response (RFC 6960 §4.2.1) about one certificate.
pub struct Ocsp {
    pub status: Vec<u8>,
    pub responder: Vec<u8>,
    pub cert_id: Vec<u8>,
    pub cert_status: Vec<u8>,
    pub next_update: Vec<u8>,
    pub single_extensions: Vec<u8>,
    pub response_extensions: Vec<u8>,
    pub certs: Vec<Vec<u8>>,
}

/// Not revoked.
pub fn good() -> Vec<u8> {
    element(0x80, &[])
}

/// Revoked on 2026-05-20 for keyCompromise.
pub fn revoked() -> Vec<u8> {
    element(0xa1, &[time("20260520101112Z"), element(0xa0, &[10, 1, 1])].concat())
}

/// The responder does not know.
pub fn unknown() -> Vec<u8> {
    element(0x82, &[])
}

pub fn time(text: &str) -> Vec<u8> {
    element(0x18, text.as_bytes())
}

/// Whether the provider can identify by SHA-1.
pub fn has_sha1() -> bool {
    provider().sha1_identifier(&[]).is_some()
}

/// KeyHash of a certificate's key; zeros from a provider without SHA-1.
pub fn key_hash(der: &[u8]) -> Vec<u8> {
    let key = Certificate::parse(der).unwrap().public_key().unwrap().bytes.to_vec();
    element(4, &provider().sha1_identifier(&key).unwrap_or_default())
}

/// CertID of `leaf`, issued by `issuer`, hashed with SHA-1 or SHA-256.
pub fn cert_id(issuer: &[u8], leaf: &[u8], sha1: bool) -> Vec<u8> {
    cert_id_by(&provider(), issuer, leaf, sha1)
}

/// The same with the hashes of this provider.
pub fn cert_id_by(crypto: &impl Crypto, issuer: &[u8], leaf: &[u8], sha1: bool) -> Vec<u8> {
    let issuer = Certificate::parse(issuer).unwrap();
    let hash = |bytes: &[u8]| {
        if sha1 {
            return element(4, &crypto.sha1_identifier(bytes).unwrap());
        }
        let mut hash = crypto.hash(HashAlgorithm::Sha256);
        hash.update(bytes);
        element(4, hash.finish().as_ref())
    };
    let algorithm: &[u8] = if sha1 { b"\x2b\x0e\x03\x02\x1a" } else { b"\x60\x86\x48\x01\x65\x03\x04\x02\x01" };
    let algorithm = sequence(&[&element(6, algorithm), &[5, 0]]);
    let key = issuer.public_key().unwrap();
    sequence(&[&algorithm, &hash(issuer.subject().der()), &hash(key.bytes), &element(2, &serial(leaf))])
}

impl Ocsp {
    /// That `leaf` under `issuer` is good, told by `issuer`.
    pub fn of(issuer: &impl Signs, leaf: &[u8]) -> Self {
        Self {
            status: element(10, &[0]),
            responder: element(0xa1, &issuer.subject()),
            cert_id: cert_id(issuer.der(), leaf, false),
            cert_status: good(),
            next_update: element(0xa0, &time("20260602000000Z")),
            single_extensions: Vec::new(),
            response_extensions: Vec::new(),
            certs: Vec::new(),
        }
    }

    /// In DER, signed by `signer`.
    pub fn sign(&self, signer: &impl Signs) -> Vec<u8> {
        self.sign_with(|tbs| signer.sign_bytes(tbs))
    }

    pub fn sign_with(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let ecdsa_with_sha256 = sequence(&[&element(6, b"\x2a\x86\x48\xce\x3d\x04\x03\x02")]);
        let single = sequence(&[
            &self.cert_id,
            &self.cert_status,
            &time("20260528000000Z"),
            &self.next_update,
            &self.single_extensions,
        ]);
        let produced_at = time("20260528000001Z");
        let tbs = sequence(&[&self.responder, &produced_at, &sequence(&[&single]), &self.response_extensions]);
        let signature = element(3, &[&[0], &sign(&tbs)[..]].concat());
        let certs = if self.certs.is_empty() { Vec::new() } else { element(0xa0, &sequence(&[&self.certs.concat()])) };
        let basic = sequence(&[&tbs, &ecdsa_with_sha256, &signature, &certs]);
        let id_pkix_ocsp_basic = element(6, b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
        let bytes = element(0xa0, &sequence(&[&id_pkix_ocsp_basic, &element(4, &basic)]));
        sequence(&[&self.status, if self.status[2] == 0 { &bytes } else { &[] }])
    }
}
