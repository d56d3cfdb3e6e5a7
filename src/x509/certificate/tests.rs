use super::*;
use crate::fault::Reason;
use alloc::{string::ToString, vec, vec::Vec};

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        len @ 0..=0x7f => vec![len.try_into().unwrap()],
        len => [&[0x82][..], &u16::try_from(len).unwrap().to_be_bytes()].concat(),
    };
    let header = match content.len() {
        len @ 0x80..=0xff => vec![0x81, len.try_into().unwrap()],
        _ => length,
    };
    [&[tag][..], &header, content].concat()
}

const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
const EXT_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

fn extension(oid: &[u8], critical: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(6, oid), critical, &tlv(4, value)].concat())
}

/// The parts of a certificate, each a whole element, to be replaced one at a time.
struct Parts {
    version: Vec<u8>,
    serial: Vec<u8>,
    inner_algorithm: Vec<u8>,
    issuer: Vec<u8>,
    validity: Vec<u8>,
    unique_ids: Vec<u8>,
    extensions: Vec<u8>,
    signature: Vec<u8>,
    behind: Vec<u8>,
}

impl Parts {
    fn v3() -> Self {
        Self {
            version: tlv(0xa0, &tlv(2, &[2])),
            serial: tlv(2, &[1]),
            inner_algorithm: tlv(0x30, &tlv(6, &[0x2b, 0x65, 0x70])),
            issuer: tlv(0x30, &tlv(0x31, &tlv(0x30, &[tlv(6, &[0x55, 4, 3]), tlv(12, b"ca")].concat()))),
            validity: tlv(0x30, &[tlv(23, b"260101000000Z"), tlv(24, b"20270101000000Z")].concat()),
            unique_ids: vec![],
            extensions: vec![],
            signature: tlv(3, &[0, 7, 7]),
            behind: vec![],
        }
    }

    fn v1() -> Self {
        Self { version: vec![], ..Self::v3() }
    }

    fn with_extensions(list: &[Vec<u8>]) -> Self {
        Self { extensions: tlv(0xa3, &tlv(0x30, &list.concat())), ..Self::v3() }
    }

    fn with_extension(oid: &[u8], critical: &[u8], value: &[u8]) -> Self {
        Self::with_extensions(&[extension(oid, critical, value)])
    }

    fn der(&self) -> Vec<u8> {
        let algorithm = tlv(0x30, &tlv(6, &[0x2b, 0x65, 0x70]));
        let spki = tlv(0x30, &[&algorithm[..], &tlv(3, &[0; 33])].concat());
        let subject = tlv(0x30, &[]);
        let tbs = [
            &self.version,
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &self.validity,
            &subject,
            &spki,
            &self.unique_ids,
            &self.extensions,
        ];
        let tbs = tlv(0x30, &tbs.map(Vec::as_slice).concat());
        tlv(0x30, &[tbs, algorithm, self.signature.clone(), self.behind.clone()].concat())
    }

    /// `None` if it is accepted, else the field that is told.
    fn refused(&self) -> Option<&'static str> {
        refused(&self.der())
    }
}

fn refused(der: &[u8]) -> Option<&'static str> {
    let fault = Certificate::parse(der).err()?;
    assert_eq!(fault.reason(), Reason::CertificateMalformed);
    Some(fault.place().field)
}

fn with_leaf<T>(parts: &Parts, see: impl FnOnce(&Certificate<'_>) -> T) -> T {
    see(&Certificate::parse(&parts.der()).unwrap())
}

#[test]
fn the_fields_of_a_certificate_are_read() {
    with_leaf(&Parts::v3(), |certificate| {
        assert_eq!(certificate.serial(), [1]);
        assert_eq!(certificate.issuer().to_string(), "CN=ca");
        assert!(certificate.subject().is_empty() && !certificate.is_self_issued());
        assert_eq!(certificate.not_before().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(certificate.not_after().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(certificate.public_key().unwrap().bytes, [0; 32]);
        assert_eq!(certificate.signature, [7, 7]);
        assert_eq!(certificate.spki().len(), 44);
        assert!(certificate.san().next().is_none());
        assert!(certificate.extended_key_usage().is_none() && certificate.key_usage().is_none());
    });
}

#[test]
fn a_certificate_cut_short_or_followed_by_something_is_refused() {
    let der = Parts::with_extension(KEY_USAGE, &[], &[3, 2, 7, 0x80]).der();
    assert_eq!(refused(&der), None);
    for len in 0..der.len() {
        assert!(refused(&der[..len]).is_some(), "{len}");
    }
    assert!(refused(&[&der[..], &[0]].concat()).is_some());
    assert!(Parts { behind: tlv(5, &[]), ..Parts::v3() }.refused().is_some());
    assert!(Parts { extensions: tlv(0xa4, &[]), ..Parts::v3() }.refused().is_some());
}

// [5280-4.1-1]
#[test]
fn lengths_that_are_longer_than_needed_or_indefinite_are_refused() {
    let der = Parts::v3().der();
    let [0x30, len @ 0..=0x7f, rest @ ..] = &der[..] else { panic!("{der:02x?}") };
    assert!(refused(&[&[0x30, 0x81, *len][..], rest].concat()).is_some());
    assert!(refused(&[&[0x30, 0x80][..], rest, &[0, 0]].concat()).is_some());
}

#[test]
fn the_version_is_1_to_3_and_1_is_not_spelled_out() {
    let version = |content: &[u8]| Parts { version: tlv(0xa0, &tlv(2, content)), ..Parts::v3() }.refused();
    assert_eq!(version(&[2]), None);
    assert_eq!(version(&[1]), None);
    assert_eq!(Parts::v1().refused(), None);
    for content in [&[0][..], &[3], &[], &[0, 2]] {
        assert_eq!(version(content), Some("version"), "{content:?}");
    }
}

#[test]
fn only_version_3_has_extensions_and_version_1_no_unique_identifiers() {
    let extensions = Parts::with_extension(KEY_USAGE, &[], &[3, 2, 7, 0x80]).extensions;
    let unique_ids = [tlv(0x81, &[0, 1]), tlv(0x82, &[0, 1])].concat();
    assert!(Parts { extensions: extensions.clone(), ..Parts::v1() }.refused().is_some());
    assert!(Parts { unique_ids: unique_ids.clone(), ..Parts::v1() }.refused().is_some());
    assert_eq!(Parts { unique_ids, extensions, ..Parts::v3() }.refused(), None);
}

#[test]
fn a_serial_number_has_at_most_20_octets_and_no_needless_zero() {
    let serial = |content: &[u8]| Parts { serial: tlv(2, content), ..Parts::v3() }.refused();
    for content in [&[0][..], &[0x7f; 20], &[&[0][..], &[0xff; 20]].concat(), &[0xff]] {
        assert_eq!(serial(content), None, "{content:?}");
    }
    for content in [&[][..], &[0x7f; 21], &[0, 0x7f], &[0xff, 0x80]] {
        assert_eq!(serial(content), Some("serialNumber"), "{content:?}");
    }
}

// [5280-4.1.1.2-1]
#[test]
fn the_two_signature_algorithms_must_agree() {
    let inner_algorithm = tlv(0x30, &tlv(6, &[0x2b, 0x65, 0x71]));
    assert_eq!(Parts { inner_algorithm, ..Parts::v3() }.refused(), Some("signatureAlgorithm"));
}

#[test]
fn a_signature_is_whole_octets() {
    for content in [&[][..], &[1, 0x80], &[8, 0]] {
        assert_eq!(Parts { signature: tlv(3, content), ..Parts::v3() }.refused(), Some("signatureValue"));
    }
}

#[test]
fn critical_is_a_boolean_of_der_except_that_false_may_be_spelled_out() {
    let odd = |critical: &[u8]| Parts::with_extension(&[0x2a, 3], critical, &[]);
    let unprocessed = |critical: &[u8]| with_leaf(&odd(critical), |certificate| certificate.extensions.unprocessed);
    assert!(!unprocessed(&[]));
    assert!(!unprocessed(&[1, 1, 0]));
    assert!(unprocessed(&[1, 1, 0xff]));
    for critical in [&[1, 1, 1][..], &[1, 0], &[1, 2, 0xff, 0xff]] {
        assert_eq!(odd(critical).refused(), Some("critical"));
    }
}

// [5280-4.2.1.11-1]
#[test]
fn extensions_that_need_policy_processing_are_not_processed_even_if_not_critical() {
    let unprocessed = |oid: &[u8], critical: &[u8]| {
        with_leaf(&Parts::with_extension(oid, critical, &[0x30, 0]), |certificate| certificate.extensions.unprocessed)
    };
    // With a heap they are.
    assert_eq!(unprocessed(POLICY_CONSTRAINTS, &[]), cfg!(not(feature = "alloc")));
    assert!(!unprocessed(CERTIFICATE_POLICIES, &[1, 1, 0xff]));
    assert!(!unprocessed(SUBJECT_KEY_IDENTIFIER, &[]));
}

// [5280-4.2-2]
#[test]
fn no_extension_occurs_twice_and_not_too_many_at_all() {
    let numbered =
        |count: u8| Parts::with_extensions(&(0..count).map(|i| extension(&[0x2a, i], &[], &[])).collect::<Vec<_>>());
    assert_eq!(numbered(0).refused(), Some("extensions"));
    assert_eq!(numbered(64).refused(), None);
    assert_eq!(numbered(65).refused(), Some("extensions"));
    let twice = [extension(&[0x2a, 1], &[], &[]), extension(&[0x2a, 2], &[], &[]), extension(&[0x2a, 1], &[], &[1])];
    assert_eq!(Parts::with_extensions(&twice).refused(), Some("extensions (one occurs twice)"));
}

#[test]
fn basic_constraints_are_read() {
    let read = |value: &[u8]| {
        let parts = Parts::with_extension(BASIC_CONSTRAINTS, &[1, 1, 0xff], value);
        Certificate::parse(&parts.der()).ok().map(|certificate| certificate.basic_constraints().unwrap())
    };
    for (value, ca, path_len) in [
        (&[0x30, 0][..], false, None),
        (&[0x30, 3, 1, 1, 0], false, None),
        (&[0x30, 3, 1, 1, 0xff], true, None),
        (&[0x30, 6, 1, 1, 0xff, 2, 1, 0], true, Some(0)),
        (&[0x30, 6, 1, 1, 0xff, 2, 1, 3], true, Some(3)),
        (&[0x30, 7, 1, 1, 0xff, 2, 2, 0, 0x80], true, Some(128)),
        (&[0x30, 7, 1, 1, 0xff, 2, 2, 1, 0], true, Some(255)),
        (&[0x30, 3, 2, 1, 0], false, Some(0)),
    ] {
        assert_eq!(read(value), Some(BasicConstraints { ca, path_len }), "{value:?}");
    }
    for value in [&[][..], &[0x30, 6, 1, 1, 0xff, 2, 1, 0xff], &[0x30, 2, 5, 0], &[0x30, 5, 1, 1, 0xff, 2, 0]] {
        assert_eq!(read(value), None, "{value:?}");
    }
}

#[test]
fn key_usage_is_read_and_has_at_least_one_bit() {
    let read = |value: &[u8]| {
        let parts = Parts::with_extension(KEY_USAGE, &[], value);
        let usage = Certificate::parse(&parts.der()).ok()?.key_usage()?;
        Some((usage.digital_signature(), usage.key_cert_sign()))
    };
    assert_eq!(read(&[3, 2, 7, 0x80]), Some((true, false)));
    assert_eq!(read(&[3, 2, 2, 0x04]), Some((false, true)));
    assert_eq!(read(&[3, 2, 2, 0x84]), Some((true, true)));
    assert_eq!(read(&[3, 3, 7, 0x80, 0x80]), Some((true, false)));
    for value in [&[3, 1, 0][..], &[3, 2, 0, 0], &[3, 2, 8, 0x80], &[3, 0], &[3, 4, 0, 1, 1, 1], &[4, 2, 7, 0x80]] {
        assert_eq!(read(value), None, "{value:?}");
    }
}

#[test]
fn lists_in_extensions_are_not_empty() {
    for (oid, field) in [(SUBJECT_ALT_NAME, "subjectAltName"), (EXT_KEY_USAGE, "extKeyUsage")] {
        assert_eq!(Parts::with_extension(oid, &[], &[0x30, 0]).refused(), Some(field));
        assert_eq!(Parts::with_extension(oid, &[], &[0x30, 0, 0]).refused(), Some(field));
        assert_eq!(Parts::with_extension(oid, &[], b"server.test").refused(), Some(field));
    }
}

#[test]
fn purposes_are_read() {
    let server_auth = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
    let value = tlv(0x30, &[tlv(6, server_auth), tlv(6, &[0x2a, 3])].concat());
    with_leaf(&Parts::with_extension(EXT_KEY_USAGE, &[], &value), |certificate| {
        let purposes: Vec<_> = certificate.extended_key_usage().unwrap().collect();
        assert_eq!(purposes, [&server_auth[..], &[0x2a, 3]]);
    });
}

#[test]
fn names_end_where_they_stop_being_names() {
    let names = |list: &[Vec<u8>]| {
        let value = tlv(0x30, &list.concat());
        with_leaf(&Parts::with_extension(SUBJECT_ALT_NAME, &[], &value), |certificate| {
            certificate.san().map(|name| name.to_string()).collect::<Vec<_>>()
        })
    };
    let directory = tlv(0xa4, &Parts::v3().issuer);
    let good = [
        tlv(0x82, b"a.test"),
        tlv(0x81, b"a@a.test"),
        tlv(0x86, b"urn:x"),
        tlv(0x87, &[192, 0, 2, 1]),
        directory,
        tlv(0x88, &[0x2a, 3]),
        tlv(0xa0, &[]),
    ];
    assert_eq!(
        names(&good),
        ["dns:a.test", "email:a@a.test", "uri:urn:x", "ip:192.0.2.1", "dn:CN=ca", "other", "other"]
    );
    for bad in [
        tlv(0x82, b""),
        tlv(0x82, b"a\0b"),
        tlv(0x82, "\u{e9}.test".as_bytes()),
        tlv(0x87, &[192, 0, 2, 0, 255, 255, 255, 0]),
        tlv(0xa4, &[]),
        tlv(0xa2, b"a.test"),
        tlv(0x84, &Parts::v3().issuer),
        tlv(0x8a, b"a"),
        tlv(0x0c, b"a.test"),
        vec![0x82, 9, b'a'],
    ] {
        assert_eq!(names(&[tlv(0x82, b"a.test"), bad.clone(), tlv(0x82, b"b.test")]), ["dns:a.test"], "{bad:02x?}");
    }
}
