//! Certificates written field by field, so that every field can be wrong.

use crate::keys::{Algorithm, Key, Keys};
use crate::util::der::element;

pub const DAY: i64 = 86_400;

/// What a certificate is made of. The signature is always right, unless `signed_by` or `broken_signature` says otherwise.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The number in `version`; `None` leaves it out, which means version 1.
    pub version: Option<u8>,
    /// The content of the INTEGER.
    pub serial: Vec<u8>,
    /// A whole Name.
    pub subject: Vec<u8>,
    /// A whole Name, if not the subject of the issuer.
    pub issuer: Option<Vec<u8>>,
    /// In seconds from now.
    pub valid: (i64, i64),
    /// Writes all times as GeneralizedTime.
    pub generalized: bool,
    pub key: Key,
    /// Who signs, if not the key of the issuer.
    pub signed_by: Option<Key>,
    /// How, if not as the key would by itself.
    pub algorithm: Option<Algorithm>,
    /// Tells this algorithm inside of the signed part.
    pub inner_algorithm: Option<Algorithm>,
    pub broken_signature: bool,
    pub extensions: Vec<Extension>,
}

#[derive(Clone, Debug)]
pub struct Extension {
    /// The content of the OBJECT IDENTIFIER.
    pub oid: Vec<u8>,
    pub critical: bool,
    pub value: Vec<u8>,
}

pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
pub const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
pub const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub const UNKNOWN: &[u8] = &[0x2b, 6, 1, 4, 1, 0x83, 0xb3, 0x3a, 1];

pub const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
pub const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
pub const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];
pub const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];

pub const DIGITAL_SIGNATURE: u8 = 0x80;
pub const KEY_ENCIPHERMENT: u8 = 0x20;
pub const KEY_CERT_SIGN: u8 = 0x04;
pub const CRL_SIGN: u8 = 0x02;

impl Certificate {
    /// A CA as it should be.
    pub fn ca(name: &str, key: Key) -> Self {
        let mut ca = Self::plain(name, key);
        ca.set(BASIC_CONSTRAINTS, true, basic_constraints(true, None));
        ca.set(KEY_USAGE, true, key_usage(KEY_CERT_SIGN | CRL_SIGN));
        ca
    }

    /// A leaf as it should be, for servers and clients.
    pub fn leaf(name: &str, key: Key) -> Self {
        let mut leaf = Self::plain(name, key);
        leaf.set(BASIC_CONSTRAINTS, true, basic_constraints(false, None));
        leaf.set(KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE));
        leaf.set(EXTENDED_KEY_USAGE, false, purposes(&[SERVER_AUTH, CLIENT_AUTH]));
        leaf.set(SUBJECT_ALT_NAME, false, names(&[dns(name)]));
        leaf
    }

    fn plain(common_name: &str, key: Key) -> Self {
        Self {
            version: Some(2),
            serial: vec![0x11, 0x22, 0x33],
            subject: name(&[(COMMON_NAME, 0x0c, common_name)]),
            issuer: None,
            valid: (-30 * DAY, 300 * DAY),
            generalized: false,
            key,
            signed_by: None,
            algorithm: None,
            inner_algorithm: None,
            broken_signature: false,
            extensions: vec![
                Extension { oid: SUBJECT_KEY_ID.into(), critical: false, value: Vec::new() },
                Extension { oid: AUTHORITY_KEY_ID.into(), critical: false, value: Vec::new() },
            ],
        }
    }

    /// Sets an extension, in the place of the one that is there.
    pub fn set(&mut self, oid: &[u8], critical: bool, value: Vec<u8>) {
        let extension = Extension { oid: oid.into(), critical, value };
        match self.extensions.iter_mut().find(|extension| extension.oid == oid) {
            Some(place) => *place = extension,
            None => self.extensions.push(extension),
        }
    }

    pub fn remove(&mut self, oid: &[u8]) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    pub fn critical(&mut self, oid: &[u8], critical: bool) {
        self.extensions.iter_mut().filter(|it| it.oid == oid).for_each(|it| it.critical = critical);
    }

    /// Adds the extension once more.
    pub fn twice(&mut self, oid: &[u8]) {
        let again: Vec<_> = self.extensions.iter().filter(|extension| extension.oid == oid).cloned().collect();
        self.extensions.extend(again);
    }

    /// In DER, signed. Key identifiers that are left empty are filled in.
    pub fn der(&self, issuer: &Self, now: i64, keys: &Keys) -> Vec<u8> {
        let signer = self.signed_by.unwrap_or(issuer.key);
        let algorithm = self.algorithm.unwrap_or(signer.algorithm());
        let mut tbs = Vec::new();
        tbs.extend(self.version.map(|version| element(0xa0, &element(2, &[version]))).unwrap_or_default());
        tbs.extend(element(2, &self.serial));
        tbs.extend(self.inner_algorithm.unwrap_or(algorithm).identifier());
        tbs.extend(self.issuer.as_ref().unwrap_or(&issuer.subject));
        let times = [self.valid.0, self.valid.1].map(|offset| time(now + offset, self.generalized));
        tbs.extend(element(0x30, &times.concat()));
        tbs.extend(&self.subject);
        tbs.extend(keys.spki(self.key));
        let extensions = self.extensions.iter().map(|extension| {
            let value = match (extension.oid.as_slice(), extension.value.is_empty()) {
                (SUBJECT_KEY_ID, true) => element(4, &keys.id(self.key)),
                (AUTHORITY_KEY_ID, true) => element(0x30, &element(0x80, &keys.id(issuer.key))),
                _ => extension.value.clone(),
            };
            let critical: &[u8] = if extension.critical { &[1, 1, 0xff] } else { &[] };
            element(0x30, &[element(6, &extension.oid), critical.to_vec(), element(4, &value)].concat())
        });
        let extensions: Vec<u8> = extensions.flatten().collect();
        if !extensions.is_empty() {
            tbs.extend(element(0xa3, &element(0x30, &extensions)));
        }
        let tbs = element(0x30, &tbs);
        // A key of another kind does what it can.
        let way = if algorithm.is_of(signer) { algorithm } else { signer.algorithm() };
        let mut signature = keys.sign(signer, way, &tbs);
        if self.broken_signature {
            let last = signature.len() - 1;
            signature[last] ^= 1;
        }
        let signature = element(3, &[vec![0], signature].concat());
        element(0x30, &[tbs, algorithm.identifier(), signature].concat())
    }
}

pub const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub const ORGANIZATION: &[u8] = &[0x55, 4, 10];
pub const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

/// A Name of one attribute per RDN: type, tag of the string, text.
pub fn name(attributes: &[(&[u8], u8, &str)]) -> Vec<u8> {
    let rdn = |(oid, tag, text): &(&[u8], u8, &str)| {
        element(0x31, &element(0x30, &[element(6, oid), element(*tag, text.as_bytes())].concat()))
    };
    element(0x30, &attributes.iter().flat_map(rdn).collect::<Vec<_>>())
}

pub fn basic_constraints(ca: bool, path_len: Option<u8>) -> Vec<u8> {
    let ca: &[u8] = if ca { &[1, 1, 0xff] } else { &[] };
    let path_len = path_len.map(|len| element(2, &[len])).unwrap_or_default();
    element(0x30, &[ca, &path_len].concat())
}

pub fn key_usage(bits: u8) -> Vec<u8> {
    element(3, &[u8::try_from(bits.trailing_zeros()).unwrap().min(7), bits])
}

pub fn purposes(oids: &[&[u8]]) -> Vec<u8> {
    element(0x30, &oids.iter().flat_map(|oid| element(6, oid)).collect::<Vec<_>>())
}

pub fn names(all: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &all.concat())
}

pub fn dns(text: &str) -> Vec<u8> {
    element(0x82, text.as_bytes())
}

pub fn email(text: &str) -> Vec<u8> {
    element(0x81, text.as_bytes())
}

pub fn uri(text: &str) -> Vec<u8> {
    element(0x86, text.as_bytes())
}

pub fn ip(octets: &[u8]) -> Vec<u8> {
    element(0x87, octets)
}

pub fn directory(name: &[u8]) -> Vec<u8> {
    element(0xa4, name)
}

/// The lists of nameConstraints; an empty one is left out.
pub fn name_constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let list = |tag, bases: &[Vec<u8>]| {
        let subtrees: Vec<u8> = bases.iter().flat_map(|base| element(0x30, base)).collect();
        if bases.is_empty() { Vec::new() } else { element(tag, &subtrees) }
    };
    element(0x30, &[list(0xa0, permitted), list(0xa1, excluded)].concat())
}

/// UTCTime until 2049, then GeneralizedTime.
fn time(unix: i64, generalized: bool) -> Vec<u8> {
    let (days, seconds) = (unix.div_euclid(DAY), unix.rem_euclid(DAY));
    // Days since 0000-03-01, so that a leap day ends its year.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let rest = format!("{month:02}{day:02}{:02}{:02}{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if generalized || year >= 2050 {
        element(0x18, format!("{year:04}{rest}").as_bytes())
    } else {
        element(0x17, format!("{:02}{rest}", year % 100).as_bytes())
    }
}
