//! Changes in a certificate that no certificate maker would make. The signature does not survive them, which only a
//! provider that believes signatures does not mind.

/// The parts of a certificate (RFC 5280 §4.1).
pub struct Parts {
    /// version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions.
    pub tbs: Vec<Vec<u8>>,
    pub signature_algorithm: Vec<u8>,
    pub signature: Vec<u8>,
}

impl Parts {
    pub fn of(der: &[u8]) -> Self {
        let [tbs, algorithm, signature] = &elements(content(der))[..] else { panic!("not a certificate") };
        Self { tbs: elements(content(tbs)), signature_algorithm: algorithm.clone(), signature: signature.clone() }
    }

    pub fn issuer(&mut self) -> &mut Vec<u8> {
        &mut self.tbs[3]
    }

    pub fn subject(&mut self) -> &mut Vec<u8> {
        &mut self.tbs[5]
    }

    pub fn to_der(&self) -> Vec<u8> {
        let tbs = element(0x30, &self.tbs.concat());
        element(0x30, &[tbs, self.signature_algorithm.clone(), self.signature.clone()].concat())
    }
}

/// `der` after `change`.
pub fn changed(der: &[u8], change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::of(der);
    change(&mut parts);
    parts.to_der()
}

pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len()).unwrap();
    let [high, low] = len.to_be_bytes();
    let header = match len {
        ..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        0x100.. => vec![tag, 0x82, high, low],
    };
    [&header, content].concat()
}

/// Bytes of the header, and of the content.
fn lengths(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ ..=0x7f => (2, short.into()),
        0x81 => (3, der[2].into()),
        _ => (4, u16::from_be_bytes([der[2], der[3]]).into()),
    }
}

fn content(der: &[u8]) -> &[u8] {
    &der[lengths(der).0..]
}

fn elements(mut der: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while !der.is_empty() {
        let (header, content) = lengths(der);
        let (first, rest) = der.split_at(header + content);
        all.push(first.to_vec());
        der = rest;
    }
    all
}
