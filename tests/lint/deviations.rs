//! What can be wrong with one certificate, whichever place it has in its chain.

use crate::certificates::*;
use crate::keys::{Algorithm, Key};
use crate::world::World;

pub type Change = fn(&mut Certificate);

/// Where a certificate stands.
pub type Role = fn(&mut World) -> &mut Certificate;

pub const ROLES: &[(&str, Role)] =
    &[("leaf", |world| &mut world.leaf), ("intermediate", |world| world.issuer()), ("root", |world| &mut world.root)];

pub const DEVIATIONS: &[(&str, Change)] = &[
    ("version 1", |it| {
        it.version = None;
        it.extensions.clear();
    }),
    ("version 1 with extensions", |it| it.version = None),
    ("version 2", |it| {
        it.version = Some(1);
        it.extensions.clear();
    }),
    ("no extensions", |it| it.extensions.clear()),
    ("no subjectKeyIdentifier", |it| it.remove(SUBJECT_KEY_ID)),
    ("no authorityKeyIdentifier", |it| it.remove(AUTHORITY_KEY_ID)),
    ("no key identifiers", |it| {
        it.remove(SUBJECT_KEY_ID);
        it.remove(AUTHORITY_KEY_ID);
    }),
    ("subjectKeyIdentifier critical", |it| it.critical(SUBJECT_KEY_ID, true)),
    ("authorityKeyIdentifier critical", |it| it.critical(AUTHORITY_KEY_ID, true)),
    ("authorityKeyIdentifier of a stranger", |it| {
        it.set(AUTHORITY_KEY_ID, false, vec![0x30, 6, 0x80, 4, 1, 2, 3, 4]);
    }),
    ("authorityKeyIdentifier empty", |it| it.set(AUTHORITY_KEY_ID, false, vec![0x30, 0])),
    ("authorityKeyIdentifier of issuer and serial", |it| {
        let root = names(&[directory(&name(&[(COMMON_NAME, 0x0c, "root")]))]);
        let issuer = [&[0xa1], &root[1..]].concat();
        let serial = [0x82, 3, 0x11, 0x22, 0x33];
        it.set(AUTHORITY_KEY_ID, false, names(&[issuer, serial.into()]));
    }),
    ("CA", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(true, None))),
    ("CA, not critical", |it| it.set(BASIC_CONSTRAINTS, false, basic_constraints(true, None))),
    ("no CA", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(false, None))),
    ("no basicConstraints", |it| it.remove(BASIC_CONSTRAINTS)),
    ("basicConstraints not critical", |it| it.critical(BASIC_CONSTRAINTS, false)),
    ("pathlen 0", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)))),
    ("pathlen 1", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(1)))),
    ("pathlen without CA", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(false, Some(0)))),
    ("no keyUsage", |it| it.remove(KEY_USAGE)),
    ("keyUsage not critical", |it| it.critical(KEY_USAGE, false)),
    ("keyUsage digitalSignature", |it| it.set(KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE))),
    ("keyUsage keyEncipherment", |it| it.set(KEY_USAGE, true, key_usage(KEY_ENCIPHERMENT))),
    ("keyUsage cRLSign", |it| it.set(KEY_USAGE, true, key_usage(CRL_SIGN))),
    ("keyUsage keyCertSign", |it| it.set(KEY_USAGE, true, key_usage(KEY_CERT_SIGN))),
    ("keyUsage digitalSignature and keyCertSign", |it| {
        it.set(KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE | KEY_CERT_SIGN));
    }),
    ("no extendedKeyUsage", |it| it.remove(EXTENDED_KEY_USAGE)),
    ("serverAuth", |it| it.set(EXTENDED_KEY_USAGE, false, purposes(&[SERVER_AUTH]))),
    ("clientAuth", |it| it.set(EXTENDED_KEY_USAGE, false, purposes(&[CLIENT_AUTH]))),
    ("no purpose in extendedKeyUsage", |it| it.set(EXTENDED_KEY_USAGE, false, purposes(&[]))),
    ("codeSigning", |it| it.set(EXTENDED_KEY_USAGE, false, purposes(&[CODE_SIGNING]))),
    ("anyExtendedKeyUsage", |it| it.set(EXTENDED_KEY_USAGE, false, purposes(&[ANY_EXTENDED_KEY_USAGE]))),
    ("codeSigning and any", |it| {
        it.set(EXTENDED_KEY_USAGE, false, purposes(&[CODE_SIGNING, ANY_EXTENDED_KEY_USAGE]));
    }),
    ("extendedKeyUsage critical", |it| it.set(EXTENDED_KEY_USAGE, true, purposes(&[SERVER_AUTH, CLIENT_AUTH]))),
    ("serial 0", |it| it.serial = vec![0]),
    ("serial of 20 bytes and a zero", |it| it.serial = [&[0][..], &[0x91; 20]].concat()),
    ("serial of 21 bytes", |it| it.serial = vec![0x31; 21]),
    ("serial of 40 bytes", |it| it.serial = vec![0x31; 40]),
    ("serial negative", |it| it.serial = vec![0x91, 0x22]),
    ("100 years", |it| it.valid = (-365 * DAY, 36_500 * DAY)),
    ("expired", |it| it.valid = (-300 * DAY, -DAY)),
    ("not yet valid", |it| it.valid = (DAY, 300 * DAY)),
    ("ends before it begins", |it| it.valid = (300 * DAY, -30 * DAY)),
    ("GeneralizedTime", |it| it.generalized = true),
    ("unknown extension", |it| it.set(UNKNOWN, false, vec![5, 0])),
    ("unknown extension, critical", |it| it.set(UNKNOWN, true, vec![5, 0])),
    ("policies", |it| it.set(CERTIFICATE_POLICIES, false, any_policy())),
    ("policies critical", |it| it.set(CERTIFICATE_POLICIES, true, any_policy())),
    ("basicConstraints twice", |it| it.twice(BASIC_CONSTRAINTS)),
    ("keyUsage twice", |it| it.twice(KEY_USAGE)),
    ("subjectKeyIdentifier twice", |it| it.twice(SUBJECT_KEY_ID)),
    ("unknown extension twice", |it| {
        it.set(UNKNOWN, false, vec![5, 0]);
        it.twice(UNKNOWN);
    }),
    ("subjectAltName of a CA", |it| it.set(SUBJECT_ALT_NAME, false, names(&[dns("server.test")]))),
    ("subjectAltName critical", |it| it.set(SUBJECT_ALT_NAME, true, names(&[dns("server.test")]))),
    ("empty subject", |it| it.subject = name(&[])),
    ("empty subject, subjectAltName critical", |it| {
        it.subject = name(&[]);
        it.set(SUBJECT_ALT_NAME, true, names(&[dns("server.test")]));
    }),
    ("issuer name in capitals", |it| {
        it.issuer = Some(match it.issuer.take() {
            Some(name) => name.to_ascii_uppercase(),
            None => name(&[(COMMON_NAME, 0x0c, "INTERMEDIATE")]),
        });
    }),
    ("nameConstraints that permit it", |it| {
        it.set(NAME_CONSTRAINTS, true, name_constraints(&[dns("server.test")], &[]));
    }),
    ("empty nameConstraints", |it| it.set(NAME_CONSTRAINTS, true, name_constraints(&[], &[]))),
    ("malformed basicConstraints", |it| it.set(BASIC_CONSTRAINTS, true, vec![0x30, 3, 1, 1])),
    ("malformed keyUsage", |it| it.set(KEY_USAGE, true, vec![0x30, 0])),
    ("signature broken", |it| it.broken_signature = true),
    ("signed by a stranger", |it| it.signed_by = Some(Key::Stranger)),
    ("two algorithms", |it| it.inner_algorithm = Some(Algorithm::EcdsaSha384)),
    ("RSA 1024", |it| it.key = Key::Rsa1024),
    ("RSA 2048", |it| it.key = Key::Rsa2048),
    ("P-384", |it| it.key = Key::P384),
    ("P-521", |it| it.key = Key::P521),
    ("Ed25519", |it| it.key = Key::Ed25519),
    ("ECDSA with SHA-1", |it| it.algorithm = Some(Algorithm::EcdsaSha1)),
    ("ECDSA P-256 with SHA-384", |it| it.algorithm = Some(Algorithm::EcdsaSha384)),
    ("ECDSA P-256 with SHA-512", |it| it.algorithm = Some(Algorithm::EcdsaSha512)),
];

fn any_policy() -> Vec<u8> {
    vec![0x30, 8, 0x30, 6, 6, 4, 0x55, 0x1d, 32, 0]
}
