//! What the profiles insist on, each rule broken by one change.

use super::*;
use rcgen::{CertificateParams, CustomExtension, SerialNumber};
use symbolon::x509::{Profile, Rule, Verdict};
use util::der::{changed, element};

/// What a certificate authority that keeps all the rules makes, and what is changed in it.
struct Made {
    root: Ca,
    ca: Ca,
    leaf: Vec<u8>,
}

type Edit<'e> = &'e dyn Fn(&mut CertificateParams);

fn unchanged(_: &mut CertificateParams) {}

/// With key identifiers.
fn conforming(params: &mut CertificateParams) {
    params.use_authority_key_identifier_extension = true;
}

fn make(root: Edit<'_>, ca: Edit<'_>, leaf: Edit<'_>) -> Made {
    let root = Ca::root_with("root", |params| root(params));
    let ca = root.intermediate_with("ca", |params| {
        conforming(params);
        ca(params);
    });
    let leaf = ca.leaf_with(|params| {
        conforming(params);
        params.distinguished_name = common_name("server.test");
        leaf(params);
    });
    Made { root, ca, leaf }
}

/// The rules that a chain breaks under a profile, with the verdicts on them, and whether it is accepted.
fn broken(profile: Profile, made: &Made) -> (bool, Vec<(Rule, Verdict)>) {
    let anchors = Anchors::from_der([&made.root.der]).unwrap();
    let name = ServerName::dns("server.test").unwrap();
    let question = Question::new(&anchors, NOW, Purpose::Server).name(&name).any_key_usage().profile(profile);
    let chain: [&[u8]; 2] = [&made.leaf, &made.ca.der];
    let report = explain(&provider(), &chain, &question);
    let verdict = verify(&provider(), &chain, &question);
    assert_eq!(verdict.is_ok(), report.is_accepted());
    let broken = |verdict| matches!(verdict, Verdict::Failed | Verdict::Tolerated);
    let checks = report.checks().filter(|check| broken(check.verdict()));
    (report.is_accepted(), checks.map(|check| (check.rule(), check.verdict())).collect())
}

/// How the three profiles take it that `rule` is broken: private, RFC 5280, web.
fn assert_broken(rule: Rule, by: [Option<Verdict>; 3], made: &Made) {
    for (profile, verdict) in [Profile::Private, Profile::Rfc5280, Profile::Web].into_iter().zip(by) {
        let (accepted, broken) = broken(profile, made);
        let of_rule = broken.iter().find(|(of, _)| *of == rule).map(|(_, verdict)| *verdict);
        assert_eq!(of_rule, verdict, "{rule:?} under {profile}: {broken:?}");
        assert_eq!(accepted, broken.iter().all(|(_, verdict)| *verdict == Verdict::Tolerated), "{rule:?} {profile}");
    }
}

const NOTED: Option<Verdict> = Some(Verdict::Tolerated);
const REFUSED: Option<Verdict> = Some(Verdict::Failed);

/// Both the letter and the web insist.
const BOTH: [Option<Verdict>; 3] = [NOTED, REFUSED, REFUSED];
const LETTER: [Option<Verdict>; 3] = [NOTED, REFUSED, NOTED];
const WEB: [Option<Verdict>; 3] = [None, None, REFUSED];
const ALL: [Option<Verdict>; 3] = [REFUSED, REFUSED, REFUSED];

fn custom(oid: &[u64], critical: bool, value: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, value.to_vec());
    extension.set_criticality(critical);
    extension
}

fn extension(number: u64, critical: bool, value: &[u8]) -> CustomExtension {
    custom(&[2, 5, 29, number], critical, value)
}

const INFO_ACCESS: [u64; 8] = [1, 3, 6, 1, 5, 5, 7, 1];

fn info_access(critical: bool, value: &[u8]) -> CustomExtension {
    custom(&[&INFO_ACCESS[..], &[1]].concat(), critical, value)
}

/// One access method, and an empty URI.
fn one_method(method: u8) -> Vec<u8> {
    let method = element(6, &[0x2b, 6, 1, 5, 5, 7, 48, method]);
    element(0x30, &element(0x30, &[method, element(0x86, b"http://ca.test")].concat()))
}

#[test]
fn a_chain_that_keeps_all_rules_is_accepted_by_all_profiles_without_a_note() {
    let made = make(&unchanged, &unchanged, &unchanged);
    for profile in [Profile::Private, Profile::Rfc5280, Profile::Web] {
        assert_eq!(broken(profile, &made), (true, vec![]), "{profile}");
    }
}

/// `openssl req -x509` gives a CA no keyUsage, and `openssl x509 -req` without a file of extensions gives a leaf no key
/// identifiers; serial numbers are typed in by hand.
#[test]
fn what_recipes_leave_out_is_accepted_with_notes_for_a_private_ca_only() {
    let root = |params: &mut CertificateParams| params.key_usages.clear();
    let leaf = |params: &mut CertificateParams| {
        params.use_authority_key_identifier_extension = false;
        params.key_usages.clear();
        params.extended_key_usages.clear();
        params.serial_number = Some(SerialNumber::from_slice(&[0]));
    };
    let made = make(&root, &root, &leaf);
    let notes = [Rule::SerialNumber, Rule::AuthorityKeyIdentifier, Rule::CaKeyUsage, Rule::CaKeyUsage];
    let (accepted, broken_rules) = broken(Profile::Private, &made);
    assert!(accepted);
    assert_eq!(broken_rules, notes.map(|rule| (rule, Verdict::Tolerated)));
    assert!(!broken(Profile::Rfc5280, &made).0);
    assert!(!broken(Profile::Web, &made).0);
}

// [5280-4.1.2.2-1] [5280-4.1.2.5-2]
#[test]
fn fields_are_as_the_letter_has_them() {
    let zero = |params: &mut CertificateParams| params.serial_number = Some(SerialNumber::from_slice(&[0]));
    assert_broken(Rule::SerialNumber, BOTH, &make(&unchanged, &unchanged, &zero));
    assert_broken(Rule::SerialNumber, BOTH, &make(&unchanged, &zero, &unchanged));
    assert_broken(Rule::SerialNumber, BOTH, &make(&zero, &unchanged, &unchanged));
    // 2030 as GeneralizedTime. The signature is gone, but the rule is seen.
    let mut made = make(&unchanged, &unchanged, &unchanged);
    made.leaf = changed(&made.leaf, |parts| {
        parts.tbs[4] = element(0x30, &[element(23, b"260101000000Z"), element(24, b"20300101000000Z")].concat());
    });
    assert!(broken(Profile::Private, &made).1.contains(&(Rule::TimeEncoding, Verdict::Tolerated)));
    assert!(broken(Profile::Web, &made).1.contains(&(Rule::TimeEncoding, Verdict::Failed)));
}

// [5280-4.2.1.1-1] [BR-7.1.2.1.3-1]
#[test]
fn key_identifiers_are_there_and_name_keys_only() {
    let without = |params: &mut CertificateParams| params.use_authority_key_identifier_extension = false;
    let both = make(&unchanged, &unchanged, &without);
    assert_broken(Rule::AuthorityKeyIdentifier, LETTER, &both);
    assert_broken(Rule::AuthorityKeyIdentifierBelowRoot, WEB, &both);
    assert_broken(Rule::AuthorityKeyIdentifier, LETTER, &make(&unchanged, &without, &unchanged));
    let instead = |value: &'static [u8]| {
        move |params: &mut CertificateParams| {
            params.use_authority_key_identifier_extension = false;
            params.custom_extensions.push(extension(35, false, value));
        }
    };
    // [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber
    let serial_only = instead(b"\x30\x03\x82\x01\x05");
    assert_broken(Rule::AuthorityKeyIdentifierFields, BOTH, &make(&unchanged, &unchanged, &serial_only));
    let serial_without_issuer = instead(b"\x30\x06\x80\x01\x05\x82\x01\x05");
    assert_broken(Rule::AuthorityKeyIdentifierFields, BOTH, &make(&unchanged, &unchanged, &serial_without_issuer));
    let all_three = instead(b"\x30\x0d\x80\x01\x05\xa1\x05\x86\x03a:b\x82\x01\x05");
    assert_broken(Rule::AuthorityKeyIdentifierKeyOnly, WEB, &make(&unchanged, &unchanged, &all_three));
    let other_key = instead(b"\x30\x03\x80\x01\x05");
    assert_broken(Rule::RootNamesItself, WEB, &make(&other_key, &unchanged, &unchanged));
}

// [5280-4.2.1.1-1] [5280-4.2.2.1-1]
#[test]
fn extensions_that_must_not_be_critical_are_refused_by_all_profiles() {
    for (rule, critical) in [
        (Rule::AuthorityKeyIdentifierCritical, extension(35, true, b"\x30\x03\x80\x01\x05")),
        (Rule::SubjectKeyIdentifierCritical, extension(14, true, b"\x04\x01\x05")),
        (Rule::AuthorityInfoAccessCritical, info_access(true, &one_method(2))),
        (Rule::SubjectInfoAccessCritical, custom(&[&INFO_ACCESS[..], &[11]].concat(), true, &one_method(5))),
    ] {
        let edit = |params: &mut CertificateParams| {
            params.use_authority_key_identifier_extension = false;
            params.custom_extensions.push(critical.clone());
        };
        assert_broken(rule, ALL, &make(&unchanged, &unchanged, &edit));
    }
}

// [5280-4.2.1.1-1]
#[test]
fn an_anchor_that_can_not_be_one_says_which_extension_must_not_be_critical() {
    let edit =
        |params: &mut CertificateParams| params.custom_extensions.push(extension(35, true, b"\x30\x03\x80\x01\x05"));
    let root = Ca::root_with("root", edit);
    let refused = Anchors::from_der([&root.der]).unwrap_err().to_string();
    assert!(refused.contains("authorityKeyIdentifier") && refused.contains("§4.2.1.1"), "{refused}");
}

// [5280-4.2.1.9-3] [5280-4.2.1.3-3] [BR-7.1.2.7-1]
#[test]
fn a_ca_is_marked_as_one() {
    let ca_with = |basic_constraints: CustomExtension, usages: Vec<KeyUsagePurpose>| {
        move |params: &mut CertificateParams| {
            params.is_ca = IsCa::NoCa;
            params.key_usages.clone_from(&usages);
            params.custom_extensions.push(basic_constraints.clone());
            params.custom_extensions.push(extension(14, false, b"\x04\x01\x05"));
        }
    };
    let signs = || vec![KeyUsagePurpose::KeyCertSign];
    let relaxed = ca_with(extension(19, false, b"\x30\x03\x01\x01\xff"), signs());
    assert_broken(Rule::BasicConstraintsCritical, BOTH, &make(&unchanged, &relaxed, &unchanged));
    assert_broken(Rule::BasicConstraintsCritical, BOTH, &make(&relaxed, &unchanged, &unchanged));
    // Of an issuer that is no CA, the cause is told, and not what follows from it.
    let no_ca = make(&unchanged, &ca_with(extension(19, true, b"\x30\x00"), signs()), &unchanged);
    for profile in [Profile::Private, Profile::Rfc5280, Profile::Web] {
        assert_eq!(broken(profile, &no_ca), (false, vec![(Rule::BasicConstraints, Verdict::Failed)]), "{profile}");
    }
    let unlimited = ca_with(extension(19, true, b"\x30\x03\x01\x01\xff"), vec![]);
    assert_broken(Rule::CaKeyUsage, BOTH, &make(&unchanged, &unlimited, &unchanged));
    let leaf_that_signs = |params: &mut CertificateParams| params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    assert_broken(Rule::KeyCertSign, BOTH, &make(&unchanged, &unchanged, &leaf_that_signs));
    let leaf_that_revokes = |params: &mut CertificateParams| params.key_usages.push(KeyUsagePurpose::CrlSign);
    assert_broken(Rule::LeafNoCrlSign, WEB, &make(&unchanged, &unchanged, &leaf_that_revokes));
    let limited_leaf =
        |params: &mut CertificateParams| params.custom_extensions.push(extension(19, true, b"\x30\x03\x02\x01\x00"));
    assert_broken(Rule::PathLengthOfCa, BOTH, &make(&unchanged, &unchanged, &limited_leaf));
    let ca_as_leaf = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_broken(Rule::LeafNoCa, WEB, &make(&unchanged, &unchanged, &ca_as_leaf));
}

// [5280-4.2.1.2-1]
#[test]
fn a_ca_without_a_subject_key_identifier_is_noted_or_refused() {
    let mut made = make(&unchanged, &unchanged, &unchanged);
    // The last extension of a CA that rcgen writes is subjectKeyIdentifier or basicConstraints; its OID is 2.5.29.14.
    made.ca.der = changed(&made.ca.der, |parts| {
        let extensions = parts.tbs.last_mut().unwrap();
        let at = extensions.windows(5).position(|bytes| bytes == [6, 3, 0x55, 0x1d, 14]).unwrap();
        extensions[at + 4] = 99;
    });
    assert!(broken(Profile::Private, &made).1.contains(&(Rule::SubjectKeyIdentifier, Verdict::Tolerated)));
    assert!(broken(Profile::Rfc5280, &made).1.contains(&(Rule::SubjectKeyIdentifier, Verdict::Failed)));
    assert!(broken(Profile::Web, &made).1.contains(&(Rule::SubjectKeyIdentifier, Verdict::Failed)));
}

// [5280-4.2.1.10-2] [5280-4.2.1.11-2]
#[test]
fn constraints_are_critical() {
    let with = |extension: CustomExtension| {
        move |params: &mut CertificateParams| params.custom_extensions.push(extension.clone())
    };
    // Permitted: dNSName test.
    let names = with(extension(30, false, b"\x30\x0a\xa0\x08\x30\x06\x82\x04test"));
    assert_broken(Rule::NameConstraintsCritical, LETTER, &make(&unchanged, &names, &unchanged));
    assert_broken(Rule::NameConstraintsCritical, LETTER, &make(&names, &unchanged, &unchanged));
    let policies = with(extension(36, false, b"\x30\x03\x80\x01\x09"));
    assert_broken(Rule::PolicyConstraintsCritical, BOTH, &make(&unchanged, &policies, &unchanged));
    let any_policy = with(extension(54, false, b"\x02\x01\x09"));
    assert_broken(Rule::InhibitAnyPolicyCritical, BOTH, &make(&unchanged, &any_policy, &unchanged));
}

// [5280-4.2.1.4-1] [5280-6.1.4-2]
#[test]
fn policies_are_well_formed_also_where_nobody_demands_one() {
    let with = |number, value: &[u8]| {
        let extension = extension(number, false, value);
        move |params: &mut CertificateParams| params.custom_extensions.push(extension.clone())
    };
    let policy = |last| vec![6, 2, 0x2a, last];
    let any_policy = || vec![6, 4, 0x55, 0x1d, 32, 0];
    let list = |fields: &[Vec<u8>]| element(0x30, &element(0x30, &fields.concat()));
    let qualified = list(&[policy(1), element(0x30, &[])]);
    let good = make(&unchanged, &with(33, &list(&[policy(1), policy(2)])), &with(32, &qualified));
    assert_eq!(broken(Profile::Rfc5280, &good), (true, vec![]));
    for value in [b"malformed".to_vec(), element(0x30, &[]), list(&[]), list(&[policy(1), policy(2)])] {
        assert_broken(Rule::CertificatePolicies, BOTH, &make(&unchanged, &unchanged, &with(32, &value)));
    }
    for pair in [vec![], vec![policy(1)], vec![any_policy(), policy(1)], vec![policy(1), any_policy()]] {
        assert_broken(Rule::PolicyMappings, BOTH, &make(&unchanged, &with(33, &list(&pair)), &unchanged));
    }
}

// [5280-4.2.2.1-1]
#[test]
fn information_access_is_well_formed_wherever_somebody_cares() {
    let with = |value: &'static [u8]| {
        move |params: &mut CertificateParams| params.custom_extensions.push(info_access(false, value))
    };
    let good = one_method(1).leak();
    let made = make(&unchanged, &unchanged, &with(good));
    assert_eq!(broken(Profile::Web, &made), (true, vec![]));
    for value in [b"malformed".as_slice(), b"\x30\x00", b"\x30\x02\x30\x00", b"\x30\x05\x30\x03\x06\x01\x2a"] {
        assert_broken(Rule::AuthorityInfoAccess, BOTH, &make(&unchanged, &unchanged, &with(value)));
    }
}

// [9608-3-1]
#[test]
fn who_publishes_no_revocation_does_not_say_where_it_is() {
    let with = |extensions: &[CustomExtension]| {
        let extensions = extensions.to_vec();
        move |params: &mut CertificateParams| params.custom_extensions.extend(extensions.iter().cloned())
    };
    let none = |critical, value: &[u8]| extension(56, critical, value);
    let alone = make(&unchanged, &unchanged, &with(&[none(false, &[5, 0]), info_access(false, &one_method(2))]));
    assert_eq!(broken(Profile::Web, &alone), (true, vec![]));
    for wrong in [none(true, &[5, 0]), none(false, &[5, 1, 0]), none(false, &[])] {
        assert_broken(Rule::NoRevAvail, ALL, &make(&unchanged, &unchanged, &with(&[wrong])));
    }
    assert_broken(Rule::NoRevAvail, ALL, &make(&unchanged, &with(&[none(false, &[5, 0])]), &unchanged));
    for pointer in
        [extension(31, false, &[0x30, 0]), extension(46, false, &[0x30, 0]), info_access(false, &one_method(1))]
    {
        let both = with(&[none(false, &[5, 0]), pointer]);
        assert_broken(Rule::NoRevAvailAlone, ALL, &make(&unchanged, &unchanged, &both));
    }
}

fn named(names: &[&str]) -> impl Fn(&mut CertificateParams) + use<> {
    let names: Vec<_> = names.iter().map(|name| SanType::DnsName((*name).try_into().unwrap())).collect();
    move |params: &mut CertificateParams| params.subject_alt_names.clone_from(&names)
}

// [5280-4.2.1.6-1]
#[test]
fn names_are_of_their_syntax() {
    for odd in ["a_b.test", "a..test", "a.test.", "a b.test", "*a.test", "*.*.test", "-a.test", " ", "*"] {
        let made = make(&unchanged, &unchanged, &named(&["server.test", odd]));
        assert_broken(Rule::DnsSyntax, BOTH, &made);
    }
    for address in ["192.0.2.1", "10.1"] {
        let made = make(&unchanged, &unchanged, &named(&["server.test", address]));
        assert_broken(Rule::DnsNoAddress, BOTH, &made);
    }
    let and = |name: SanType| move |params: &mut CertificateParams| params.subject_alt_names.push(name.clone());
    for odd in ["a", "a@b@works.test", "@works.test", "a@works_.test."] {
        let mailbox = and(SanType::Rfc822Name(odd.try_into().unwrap()));
        assert_broken(Rule::EmailSyntax, BOTH, &make(&unchanged, &unchanged, &mailbox));
    }
    for odd in ["works", "/works", ":works", "1a:works", "a b:c", "https:"] {
        let uri = and(SanType::URI(odd.try_into().unwrap()));
        assert_broken(Rule::UriSyntax, BOTH, &make(&unchanged, &unchanged, &uri));
    }
    let good = named(&["server.test", "*.server.test", "xn--bcher-kva.test"]);
    assert_eq!(broken(Profile::Web, &make(&unchanged, &unchanged, &good)), (true, vec![]));
}

// [5280-4.2.1.6-1] [BR-7.1.2.7-2]
#[test]
fn a_leaf_without_a_subject_has_critical_names() {
    let nameless = |critical: bool| {
        move |params: &mut CertificateParams| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.subject_alt_names.clear();
            params.custom_extensions.push(extension(17, critical, b"\x30\x0d\x82\x0bserver.test"));
        }
    };
    assert_broken(Rule::SubjectOrNames, BOTH, &make(&unchanged, &unchanged, &nameless(false)));
    assert_eq!(broken(Profile::Web, &make(&unchanged, &unchanged, &nameless(true))), (true, vec![]));
    let both = |params: &mut CertificateParams| {
        params.subject_alt_names.clear();
        params.custom_extensions.push(extension(17, true, b"\x30\x0d\x82\x0bserver.test"));
    };
    assert_broken(Rule::SubjectAltNameNotCritical, WEB, &make(&unchanged, &unchanged, &both));
}

// [BR-7.1.4.3-1]
#[test]
fn a_common_name_on_the_web_is_one_of_the_names() {
    let with = |common: &'static str, names: &[&str]| {
        let names = named(names);
        move |params: &mut CertificateParams| {
            params.distinguished_name = common_name(common);
            names(params);
            params.subject_alt_names.push(SanType::IpAddress("2001:db8::1".parse().unwrap()));
            params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().unwrap()));
        }
    };
    let server = ["server.test", "*.wild.test"];
    for kept in ["server.test", "*.wild.test", "wild.test", "2001:db8::1", "192.0.2.1"] {
        let made = make(&unchanged, &unchanged, &with(kept, &server));
        assert_eq!(broken(Profile::Web, &made), (true, vec![]), "{kept}");
    }
    for odd in [
        "other.test",
        "Server.test",
        "2001:DB8::1",
        "2001:db8:0:0:0:0:0:1",
        "192.0.2.001",
        "0xC0000201",
        "0XC0.0.2.0X1",
        "a server",
        "s\u{e9}rver.test",
    ] {
        assert_broken(Rule::CommonNameInNames, WEB, &make(&unchanged, &unchanged, &with(odd, &server)));
    }
}

// [BR-3.2.2.6-1]
#[test]
fn a_wildcard_below_a_public_suffix_names_nobody_on_the_web() {
    let root = Ca::root("root");
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let judge = |names: &[&str], asked: &str, suffix: fn(&str) -> bool| {
        let names = named(names);
        let leaf = root.leaf_with(|params| {
            conforming(params);
            names(params);
            params.distinguished_name = common_name("a.works.test");
        });
        let asked = ServerName::dns(asked).unwrap();
        let question = Question::new(&anchors, NOW, Purpose::Server).name(&asked).profile(Profile::Web);
        verify(&provider(), &[&leaf], &question.public_suffixes(suffix)).map(|_| ()).map_err(|fault| fault.reason())
    };
    let works = |name: &str| name == "works.test";
    let none = |_: &str| false;
    let names = ["*.works.test", "a.works.test"];
    assert_eq!(judge(&names, "b.works.test", none), Ok(()));
    assert_eq!(judge(&names, "b.works.test", works), Err(Reason::CertificateProfile));
    assert_eq!(judge(&names, "B.Works.test", works), Err(Reason::CertificateProfile));
    // All names are nobody's, whatever is asked for.
    assert_eq!(judge(&["a.works.test", "*"], "a.works.test", none), Err(Reason::CertificateProfile));
    // It does not spoil what else the certificate names.
    assert_eq!(judge(&names, "a.works.test", works), Ok(()));
}

// [BR-7.1.2.7-3]
#[test]
fn the_web_has_purposes_in_leaves_and_none_in_roots() {
    use ExtendedKeyUsagePurpose::{Any, ServerAuth};
    let purposes = |purposes: Vec<ExtendedKeyUsagePurpose>| {
        move |params: &mut CertificateParams| params.extended_key_usages.clone_from(&purposes)
    };
    assert_broken(Rule::LeafExtendedKeyUsagePresent, WEB, &make(&unchanged, &unchanged, &purposes(vec![])));
    assert_broken(Rule::LeafNotAnyPurpose, WEB, &make(&unchanged, &unchanged, &purposes(vec![ServerAuth, Any])));
    assert_broken(Rule::RootExtendedKeyUsage, WEB, &make(&purposes(vec![ServerAuth]), &unchanged, &unchanged));
    let critical = |params: &mut CertificateParams| {
        params.extended_key_usages.clear();
        params.custom_extensions.push(extension(37, true, b"\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"));
    };
    assert_broken(Rule::LeafExtendedKeyUsageNotCritical, WEB, &make(&unchanged, &unchanged, &critical));
}

// [BR-6.1.5-1]
#[test]
fn the_web_has_keys_of_rsa_or_ecdsa() {
    let root = Ca::root("root");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let leaf = root.leaf_of(&key, |params| {
        conforming(params);
        params.distinguished_name = common_name("server.test");
    });
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let judge = |profile| {
        let question = Question::new(&anchors, NOW, Purpose::Server).profile(profile);
        verify(&provider(), &[&leaf], &question).map(|_| ()).map_err(|fault| fault.reason())
    };
    assert_eq!(judge(Profile::Rfc5280), Ok(()));
    assert_eq!(judge(Profile::Web), Err(Reason::CertificateProfile));
}
