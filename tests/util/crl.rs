//! CRLs made for a test, with whatever is to be wrong in them.

use super::ca::Signs;
use super::der::{Parts, content, element, extension, sequence};

/// thisUpdate and nextUpdate, unless a test says otherwise.
pub const THIS_UPDATE: i64 = 1_777_593_600; // 2026-05-01T00:00:00Z
pub const NEXT_UPDATE: i64 = 1_782_864_000; // 2026-07-01T00:00:00Z

/// The parts of a CRL (RFC 5280 §5.1).
pub struct Crl {
    pub version: Vec<u8>,
    pub issuer: Vec<u8>,
    pub next_update: Vec<u8>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl Crl {
    /// A good one that revokes these serial numbers, each the content of an INTEGER.
    pub fn of(ca: &impl Signs, serials: &[&[u8]]) -> Self {
        Self {
            version: vec![2, 1, 1],
            issuer: ca.subject(),
            next_update: element(0x17, b"260701000000Z"),
            entries: serials.iter().map(|serial| entry(serial, &[])).collect(),
            extensions: vec![number(false, &[7])],
        }
    }

    /// The same with another extension.
    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// In DER, signed by `ca`.
    pub fn sign(&self, ca: &impl Signs) -> Vec<u8> {
        let ecdsa_with_sha256 = sequence(&[&element(6, b"\x2a\x86\x48\xce\x3d\x04\x03\x02")]);
        let list = |tag, parts: &[Vec<u8>]| {
            if parts.is_empty() { Vec::new() } else { element(tag, &parts.concat()) }
        };
        let extensions = list(0x30, &self.extensions);
        let tbs = sequence(&[
            &self.version,
            &ecdsa_with_sha256,
            &self.issuer,
            &element(0x17, b"260501000000Z"),
            &self.next_update,
            &list(0x30, &self.entries),
            &list(0xa0, if extensions.is_empty() { &[] } else { std::slice::from_ref(&extensions) }),
        ]);
        let signature = [&[0], &ca.sign_bytes(&tbs)[..]].concat();
        sequence(&[&tbs, &ecdsa_with_sha256, &element(3, &signature)])
    }
}

/// The content of the serialNumber of a certificate. Without the zero in front of a high bit it would be another one.
pub fn serial(certificate: &[u8]) -> Vec<u8> {
    content(&Parts::of(certificate).tbs[1]).to_vec()
}

/// An entry, revoked on 2026-05-20.
pub fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { element(0x30, &extensions.concat()) };
    sequence(&[&element(2, serial), &element(0x17, b"260520101112Z"), &extensions])
}

/// cRLNumber.
pub fn number(critical: bool, content: &[u8]) -> Vec<u8> {
    extension(20, critical, &element(2, content))
}

/// reasonCode.
pub fn reason(code: u8) -> Vec<u8> {
    extension(21, false, &[10, 1, code])
}

/// issuingDistributionPoint of these fields.
pub fn scope(fields: &[&[u8]]) -> Vec<u8> {
    extension(28, true, &sequence(fields))
}

/// `fullName` with one URI, as a DistributionPointName in its field.
pub fn point(uri: &str) -> Vec<u8> {
    element(0xa0, &element(0xa0, &element(0x86, uri.as_bytes())))
}
