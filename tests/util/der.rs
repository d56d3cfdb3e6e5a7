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
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let header = match &length[..] {
        [0, 0, 0, low @ ..=0x7f] => vec![tag, *low],
        [0, 0, 0, low] => vec![tag, 0x81, *low],
        [0, 0, high, low] => vec![tag, 0x82, *high, *low],
        [0, high, middle, low] => vec![tag, 0x83, *high, *middle, *low],
        _ => [&[tag, 0x84], &length[..]].concat(),
    };
    [&header, content].concat()
}

/// `element` of a SEQUENCE of these parts.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// An Extension of id-ce, by the last arc of its identifier.
pub fn extension(id_ce: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    sequence(&[&element(6, &[0x55, 0x1d, id_ce]), critical, &element(4, value)])
}

/// A PEM block (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        for three in line.chunks(3) {
            let bits = three.iter().chain([&0; 2]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
            for digit in 0..4 {
                text.push(if digit <= three.len() { DIGITS[bits >> (18 - 6 * digit) & 63].into() } else { '=' });
            }
        }
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

/// Bytes of the header, and of the content.
fn lengths(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ ..=0x7f => (2, short.into()),
        0x81 => (3, der[2].into()),
        _ => (4, u16::from_be_bytes([der[2], der[3]]).into()),
    }
}

pub fn content(der: &[u8]) -> &[u8] {
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
