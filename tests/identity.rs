//! Who the peer is, and who is admitted.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use rcgen::{CertificateParams, DnType, SanType};
use symbolon::{
    Anchors, Reason, Time,
    identity::{Allow, AllowRule, PeerIdentity, spki_sha256},
    wire::exactly,
    x509::{Certificate, Crls, Purpose, Question, Revocation, verify},
};
use util::ca::{Ca, NOT_AFTER, NOT_BEFORE, NOW, common_name};
use util::provider::provider;

fn names(params: &mut CertificateParams) {
    params.distinguished_name = common_name("robot");
    params.distinguished_name.push(DnType::OrganizationName, "Works");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "Hall 3");
    params.serial_number = Some(vec![0x80, 0x0b].into());
    params.subject_alt_names = vec![
        SanType::DnsName("robot.test".try_into().unwrap()),
        SanType::DnsName("*.wild.test".try_into().unwrap()),
        SanType::URI("spiffe://works/robot".try_into().unwrap()),
        SanType::IpAddress("192.0.2.1".parse().unwrap()),
        SanType::IpAddress("2001:db8::1".parse().unwrap()),
        SanType::Rfc822Name("Robot@works.test".try_into().unwrap()),
    ];
}

fn identity(edit: impl FnOnce(&mut CertificateParams)) -> PeerIdentity {
    let leaf = Ca::root("root").leaf_with(edit);
    PeerIdentity::of(&provider(), &Certificate::parse(&leaf).unwrap())
}

#[test]
fn an_identity_keeps_what_the_certificate_says() {
    let peer = identity(names);
    assert_eq!(peer.common_name(), Some("robot"));
    assert_eq!(peer.organization(), Some("Works"));
    assert_eq!(peer.organizational_unit(), Some("Hall 3"));
    assert_eq!(peer.dns().collect::<Vec<_>>(), ["robot.test", "*.wild.test"]);
    assert_eq!(peer.uris().collect::<Vec<_>>(), ["spiffe://works/robot"]);
    assert_eq!(peer.emails().collect::<Vec<_>>(), ["Robot@works.test"]);
    assert_eq!(peer.ips().map(|ip| ip.to_string()).collect::<Vec<_>>(), ["192.0.2.1", "2001:db8::1"]);
    assert_eq!(peer.serial().to_string(), "800b");
    assert_eq!((peer.not_before(), peer.not_after()), (NOT_BEFORE, NOT_AFTER));
    assert_eq!(
        peer.to_string(),
        "CN=robot, O=Works, OU=Hall 3, dns:robot.test, dns:*.wild.test, uri:spiffe://works/robot, ip:192.0.2.1, \
         ip:2001:db8::1, email:Robot@works.test"
    );
}

#[test]
fn an_identity_without_names_prints_the_hash_of_its_key() {
    let peer = identity(|params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.subject_alt_names.clear();
    });
    let hex: String = peer.spki_sha256().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(peer.to_string(), format!("spki-sha256:{hex}"));
    assert_eq!(peer.common_name(), None);
}

#[test]
fn the_hash_of_the_key_is_that_of_the_whole_subject_public_key_info() {
    let leaf = Ca::root("root").leaf();
    let leaf = Certificate::parse(&leaf).unwrap();
    let expected = ring_sha256(leaf.spki());
    assert_eq!(spki_sha256(&provider(), &leaf), expected);
}

fn ring_sha256(bytes: &[u8]) -> [u8; 32] {
    use symbolon::crypto::{Crypto, Hash, HashAlgorithm};
    let mut hash = provider().hash(HashAlgorithm::Sha256);
    hash.update(bytes);
    hash.finish().as_ref().try_into().unwrap()
}

#[test]
fn what_an_identity_prints_stays_on_one_line() {
    let peer = identity(|params| params.distinguished_name = common_name("a\nb\u{202e}c, O=Works"));
    assert_eq!(peer.to_string(), "CN=a\\nb\\u{202e}c\\, O=Works, dns:server.test");
    assert_eq!(peer.common_name(), Some("a\nb\u{202e}c, O=Works"));
}

#[test]
fn an_identity_stays_small_whatever_the_certificate_holds() {
    let peer = identity(|params| {
        let name = |i| SanType::DnsName(format!("host-{i}.test").try_into().unwrap());
        params.subject_alt_names = (0..1000).map(name).collect();
    });
    let kept: Vec<_> = peer.dns().collect();
    assert!((100..300).contains(&kept.len()), "{}", kept.len());
    assert!(kept.iter().enumerate().all(|(i, name)| *name == format!("host-{i}.test")));
    assert!(size_of::<PeerIdentity>() <= 64);
}

fn pack(peer: &PeerIdentity) -> Vec<u8> {
    let mut bytes = Vec::new();
    peer.pack(&mut bytes);
    bytes
}

fn unpack(bytes: &[u8]) -> Option<PeerIdentity> {
    exactly("identity", bytes, PeerIdentity::unpack).ok().flatten()
}

/// As a connection knows it, path and revocation included.
fn accepted(time: impl Into<Time>, edit: impl FnOnce(&mut CertificateParams)) -> PeerIdentity {
    let root = Ca::root("root");
    let leaf = root.leaf_with(edit);
    let (anchors, soft) = (Anchors::from_der([&root.der]).unwrap(), Revocation::soft(Crls::default()));
    let question = Question::new(&anchors, time, Purpose::Client).revocation(&soft);
    PeerIdentity::of_verified(&provider(), &verify(&provider(), &[&leaf], &question).unwrap())
}

#[test]
fn an_identity_comes_out_of_a_ticket_as_it_went_in() {
    let many = |params: &mut CertificateParams| {
        let name = |i| SanType::DnsName(format!("host-{i}.test").try_into().unwrap());
        params.subject_alt_names = (0..1000).map(name).collect();
    };
    for peer in [
        identity(names),
        identity(|params| params.subject_alt_names.clear()),
        accepted(NOW, names),
        accepted(NOW, many),
        accepted(Time::AtLeast(NOW), names),
        accepted(Time::Unknown, |_| ()),
    ] {
        let unpacked = unpack(&pack(&peer)).unwrap();
        assert_eq!(unpacked, peer);
        assert_eq!(format!("{unpacked:?}"), format!("{peer:?}"));
        assert_eq!(unpacked.path_not_after(), peer.path_not_after());
        assert_eq!(unpacked.revocation(), peer.revocation());
        assert!(unpacked.unchecked().eq(peer.unchecked()));
        assert!(pack(&peer).len() <= 2098);
    }
}

#[test]
fn a_packed_identity_is_read_as_a_whole_or_not_at_all() {
    let packed = pack(&accepted(NOW, names));
    for len in 0..packed.len() {
        assert_eq!(unpack(&packed[..len]), None, "{len}");
    }
    assert_eq!(unpack(&[&packed[..], &[0]].concat()), None);
}

#[test]
fn a_damaged_identity_is_none_or_another_one() {
    let peer = accepted(NOW, names);
    let packed = pack(&peer);
    for at in 0..packed.len() * 8 {
        let mut damaged = packed.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        if let Some(damaged) = unpack(&damaged) {
            assert_ne!(damaged, peer, "bit {at}");
            assert!(!format!("{damaged:?} {}", damaged.serial()).is_empty());
            let _ = (damaged.path().count(), damaged.anchor(), damaged.ips().count(), damaged.revocation());
        }
    }
}

#[test]
fn names_that_no_certificate_gives_are_not_read() {
    const HEAD: usize = 32 + 3 * 5;
    let packed = pack(&identity(|_| ()));
    let with = |unchecked: u8, names: &[u8]| {
        let len = u16::try_from(names.len()).unwrap().to_be_bytes();
        unpack(&[&packed[..HEAD], &[unchecked], &len, names].concat())
    };
    let long = [&[0x4f, 0xff][..], &[b'a'; 0xfff]].concat();
    assert_eq!(with(0, &[0x40, 1, b'a']).unwrap().dns().collect::<Vec<_>>(), ["a"]);
    for (what, names) in [
        ("a kind that there is not", &[0xa0, 1, 0][..]),
        ("a text that is not UTF-8", &[0x40, 1, 0xff]),
        ("an address of three bytes", &[0x50, 3, 192, 0, 2]),
        ("a path without an anchor", &[0x80, 1, 0]),
        ("a path that is too long", &[&[0x80, 13][..], &[0; 13]].concat()),
        ("a revocation status that is too short", &[0x90, 1, 0]),
        ("more bytes than are ever kept", &long),
    ] {
        assert_eq!(with(0, names), None, "{what}");
    }
    assert_eq!(with(0x80, &[]), None, "something unchecked that has no name");
}

/// Whether the holder of the certificate with the names above is admitted.
fn admits(allow: &Allow) -> bool {
    let leaf = Ca::root("root").leaf_with(names);
    let leaf = Certificate::parse(&leaf).unwrap();
    match allow.check(&leaf, &spki_sha256(&provider(), &leaf)) {
        Ok(()) => true,
        Err(fault) => {
            assert_eq!((fault.reason(), fault.place().certificate), (Reason::PeerNotAllowed, Some(0)));
            false
        }
    }
}

#[test]
fn nobody_is_admitted_without_a_rule() {
    assert!(!admits(&Allow::nobody()));
    assert!(!admits(&Allow::default()));
    assert!(!admits(&Allow::any_of(&[])));
    assert!(!admits(&Allow::nobody().or(Allow::nobody())));
    assert!(admits(&Allow::anyone()));
    assert!(admits(&Allow::nobody().or(Allow::anyone())));
}

#[test]
fn a_rule_admits_whose_certificate_carries_the_whole_name() {
    for (rule, admitted) in [
        ("dns:robot.test", true),
        ("dns:ROBOT.test", true),
        ("dns:obot.test", false),
        ("dns:test", false),
        ("dns:robot", false),
        // commonName is no name.
        ("dns:leaf", false),
        // A wildcard names itself and nothing else.
        ("dns:a.wild.test", false),
        ("dns:*.wild.test", true),
        ("dns:*.test", false),
        ("uri:spiffe://works/robot", true),
        ("uri:spiffe://works/Robot", false),
        ("uri:spiffe://works/robot/arm", false),
        ("uri:spiffe://works/", false),
        ("ip:192.0.2.1", true),
        ("ip:192.0.2.2", false),
        ("ip:::ffff:192.0.2.1", false),
        ("ip:2001:db8:0::1", true),
        ("email:Robot@WORKS.test", true),
        ("email:robot@works.test", false),
        ("any", true),
    ] {
        assert_eq!(admits(&Allow::parse(rule).unwrap()), admitted, "{rule}");
    }
}

/// Whether the holder of a certificate with these URIs is admitted.
fn admits_workload(rule: &str, uris: &[&str], edit: impl FnOnce(&mut CertificateParams)) -> bool {
    let leaf = Ca::root("root").leaf_with(|params| {
        params.subject_alt_names.extend(uris.iter().map(|uri| SanType::URI((*uri).try_into().unwrap())));
        edit(params);
    });
    let leaf = Certificate::parse(&leaf).unwrap();
    Allow::parse(rule).unwrap().check(&leaf, &spki_sha256(&provider(), &leaf)).is_ok()
}

// [SVID-5.2-1]
#[test]
fn a_workload_is_admitted_by_its_spiffe_id_or_trust_domain() {
    for (rule, id, admitted) in [
        ("spiffe://works/robot", "spiffe://works/robot", true),
        ("spiffe://works/robot", "spiffe://works/Robot", false),
        ("spiffe://works/robot", "spiffe://works/robot/arm", false),
        ("spiffe://works/robot", "spiffe://other/robot", false),
        ("spiffe://works", "spiffe://works/robot/arm", true),
        ("spiffe://works", "spiffe://works.test/robot", false),
        // Not an ID, though it looks like one.
        ("spiffe://works", "spiffe://works/robot/", false),
        ("spiffe://works", "spiffe://works", false),
        ("spiffe://works", "https://works/robot", false),
    ] {
        assert_eq!(admits_workload(rule, &[id], |_| ()), admitted, "{rule} {id}");
    }
}

// [SVID-5.2-1]
#[test]
fn a_certificate_that_is_no_x509_svid_has_no_spiffe_id() {
    let (rule, id) = ("spiffe://works/robot", "spiffe://works/robot");
    assert!(admits_workload(rule, &[id], |_| ()));
    assert!(!admits_workload(rule, &[], |_| ()));
    assert!(!admits_workload(rule, &[id, "https://works/robot"], |_| ()));
    assert!(!admits_workload(rule, &[id], |params| params.key_usages.clear()));
    assert!(!admits_workload(rule, &[id], |params| params.key_usages.push(rcgen::KeyUsagePurpose::CrlSign)));
    let ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    assert!(!admits_workload(rule, &[id], |params| params.is_ca = ca));
    // As a mere URI it is compared all the same.
    assert!(admits_workload("uri:spiffe://works/robot", &[id, "https://works/robot"], |_| ()));
}

#[test]
fn rules_are_joined_by_or() {
    let (yes, no) = (Allow::dns("robot.test"), Allow::uri("spiffe://works/other"));
    assert!(admits(&yes.clone().or(no.clone())));
    assert!(admits(&no.clone().or(yes.clone())));
    assert!(!admits(&no.clone().or(Allow::email("x@y"))));
    let fixed = Allow::any_of(&[AllowRule::Dns("other.test"), AllowRule::Uri("spiffe://works/robot")]);
    assert!(admits(&fixed));
    assert!(admits(&no.or(fixed)));
}

#[test]
fn a_pinned_key_admits_its_holder_only() {
    let (leaf, other) = (Ca::root("root").leaf(), Ca::root("root").leaf());
    let (leaf, other) = (Certificate::parse(&leaf).unwrap(), Certificate::parse(&other).unwrap());
    let hash = |leaf| spki_sha256(&provider(), leaf);
    let hex: Vec<String> = hash(&leaf).iter().map(|byte| format!("{byte:02X}")).collect();
    for allow in [
        Allow::spki_sha256(hash(&leaf)),
        Allow::parse(&format!("spki-sha256:{}", hex.concat())).unwrap(),
        Allow::parse(&format!("spki-sha256:{}", hex.join(":"))).unwrap(),
    ] {
        assert!(allow.check(&leaf, &hash(&leaf)).is_ok());
        assert!(allow.check(&other, &hash(&other)).is_err());
    }
}

#[test]
fn texts_that_are_no_rule_are_refused_with_what_a_rule_looks_like() {
    let written =
        "rules are written dns:NAME, spiffe://DOMAIN/PATH, uri:URI, ip:ADDRESS, email:ADDRESS, spki-sha256:HEX, or any";
    for (text, says) in [
        ("", written),
        ("robot.test", written),
        ("cn:robot", written),
        ("Any", written),
        ("dns:", "its value is empty, or not of printable ASCII characters without spaces"),
        ("dns: robot.test", "its value is empty, or not of printable ASCII characters without spaces"),
        ("uri:robot", "a URI begins with a scheme, as in uri:spiffe://works/robot"),
        (
            "spiffe://Works/robot",
            "the trust domain of a SPIFFE ID is 1 to 255 lower-case letters, digits, dots, hyphens, underscores",
        ),
        ("spiffe:works", "a SPIFFE ID begins with spiffe://"),
        ("ip:robot", "not an IP address"),
        ("ip:192.0.2.0/24", "not an IP address"),
        ("email:robot", "a mail address has an @"),
        ("spki-sha256:00", "a SHA-256 hash has 64 hexadecimal digits"),
        (&format!("spki-sha256:{}", "0".repeat(65)), "a SHA-256 hash has 64 hexadecimal digits"),
        (&format!("spki-sha256:{}", "g".repeat(64)), "a SHA-256 hash has 64 hexadecimal digits"),
    ] {
        assert_eq!(Allow::parse(text).unwrap_err().to_string(), format!("{text:?} is no rule: {says}"));
    }
}
