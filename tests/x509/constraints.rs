//! Name constraints.

use super::util::provider::provider;
use super::*;
fn san_of(name: &str) -> SanType {
    match name.split_once(':').unwrap() {
        ("dns", name) => SanType::DnsName(name.try_into().unwrap()),
        ("ip", address) => SanType::IpAddress(address.parse().unwrap()),
        ("uri", uri) => SanType::URI(uri.try_into().unwrap()),
        ("email", address) => SanType::Rfc822Name(address.try_into().unwrap()),
        other => panic!("{other:?}"),
    }
}

fn subtree(base: &str) -> GeneralSubtree {
    match base.split_once(':').unwrap() {
        ("dns", name) => GeneralSubtree::DnsName(name.into()),
        ("ip", cidr) => {
            let (address, prefix) = cidr.split_once('/').unwrap();
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address.parse().unwrap(), prefix.parse().unwrap()))
        }
        ("email", address) => GeneralSubtree::Rfc822Name(address.into()),
        ("cn", name) => GeneralSubtree::DirectoryName(common_name(name)),
        other => panic!("{other:?}"),
    }
}

/// Whether a leaf of this commonName and these names is admitted by a CA with these constraints, be it an
/// intermediate or the anchor.
fn admits(permitted: &[&str], excluded: &[&str], leaf: (&str, &[&str])) -> bool {
    let list = |bases: &[&str]| bases.iter().map(|base| subtree(base)).collect();
    let constraints = NameConstraints { permitted_subtrees: list(permitted), excluded_subtrees: list(excluded) };
    let edit = |params: &mut rcgen::CertificateParams| params.name_constraints = Some(constraints.clone());
    let (root, constrained_root) = (Ca::root("root"), Ca::root_with("constrained", edit));
    let intermediate = root.intermediate_with("constrained", edit);
    let verdicts = [(&constrained_root, &constrained_root), (&intermediate, &root)].map(|(issuer, anchor)| {
        let leaf = issuer.leaf_with(|params| {
            params.distinguished_name = common_name(leaf.0);
            params.subject_alt_names = leaf.1.iter().map(|name| san_of(name)).collect();
        });
        let anchors = Anchors::from_der([&anchor.der]).unwrap();
        match verify(&provider(), &[&leaf, &issuer.der], &Question::new(&anchors, NOW, Purpose::Client)) {
            Ok(_) => true,
            refused => {
                assert_eq!(refusal(refused), (Reason::CertificateNameConstraints, Some(0)));
                false
            }
        }
    });
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0]
}

// [5280-4.2.1.10-1]
#[test]
fn permitted_names_are_admitted_and_others_refused() {
    for (permitted, names, admitted) in [
        ("dns:a.test", &["dns:a.test"][..], true),
        ("dns:a.test", &["dns:b.A.test"], true),
        ("dns:a.test", &["dns:*.a.test"], true),
        ("dns:a.test", &["dns:ba.test"], false),
        ("dns:a.test", &["dns:test"], false),
        ("dns:a.test", &["dns:*.test"], false),
        ("dns:a.test", &["dns:a.test", "dns:b.test"], false),
        // No other kind of name is constrained.
        ("dns:a.test", &["ip:192.0.2.1", "uri:spiffe://x/y"], true),
        ("ip:192.0.2.0/24", &["ip:192.0.2.255"], true),
        ("ip:192.0.2.0/24", &["ip:192.0.3.0"], false),
        ("ip:192.0.2.0/23", &["ip:192.0.3.0"], true),
        ("ip:192.0.2.0/24", &["ip:2001:db8::1"], false),
        ("ip:2001:db8::/32", &["ip:2001:db8:1::1"], true),
        ("ip:2001:db8::/32", &["ip:2001:db9::1"], false),
        ("email:works.test", &["email:a@works.test"], true),
        ("email:works.test", &["email:a@robots.works.test"], false),
        ("email:.works.test", &["email:a@robots.works.test"], true),
        ("email:.works.test", &["email:a@works.test"], false),
        ("email:a@works.test", &["email:a@WORKS.test"], true),
        ("email:a@works.test", &["email:A@works.test"], false),
    ] {
        assert_eq!(admits(&[permitted], &[], ("leaf", names)), admitted, "{permitted} {names:?}");
    }
}

// [5280-4.2.1.10-1]
#[test]
fn excluded_names_are_refused_even_if_permitted() {
    for (permitted, excluded, names, admitted) in [
        (&[][..], "dns:a.test", &["dns:b.test"][..], true),
        (&[], "dns:a.test", &["dns:a.test"], false),
        (&[], "dns:a.test", &["dns:b.a.test"], false),
        // A wildcard is refused if one of the names that it stands for is excluded.
        (&[], "dns:a.test", &["dns:*.test"], false),
        (&[], "dns:b.a.test", &["dns:*.test"], true),
        (&["dns:test"], "dns:a.test", &["dns:a.test"], false),
        (&["dns:test"], "dns:a.test", &["dns:b.test"], true),
        (&[], "ip:10.0.0.0/8", &["ip:10.1.2.3"], false),
        (&[], "ip:10.0.0.0/8", &["ip:11.1.2.3"], true),
        // Names that no rule could tell apart from excluded ones.
        (&[], "dns:a.test", &["dns:a.test."], false),
        (&[], "email:works.test", &["email:a@b@works.test"], false),
    ] {
        assert_eq!(admits(permitted, &[excluded], ("leaf", names)), admitted, "{excluded} {names:?}");
    }
}

#[test]
fn the_subject_is_constrained_as_a_directory_name() {
    assert!(admits(&["cn:Robot"], &[], ("Robot", &[])));
    assert!(admits(&["cn:Robot"], &[], (" rOBOT ", &[])));
    assert!(!admits(&["cn:Robot"], &[], ("Robot 2", &[])));
    assert!(!admits(&[], &["cn:Robot"], ("robot", &["dns:a.test"])));
    assert!(admits(&[], &["cn:Robot"], ("robots", &["dns:a.test"])));
}

#[test]
fn mail_addresses_in_the_subject_are_constrained_where_there_are_no_others() {
    let constrained = |san: Option<&str>| {
        let root = Ca::root_with("root", |params| {
            let permitted_subtrees = vec![subtree("email:works.test")];
            params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: vec![] });
        });
        let leaf = root.leaf_with(|params| {
            let email_address = DnType::from_oid(&[1, 2, 840, 113549, 1, 9, 1]);
            params.distinguished_name.push(email_address, "robot@other.test");
            params.subject_alt_names = san.into_iter().map(san_of).collect();
        });
        judge_as(&root, &leaf, Purpose::Client, None)
    };
    assert_eq!(refusal(constrained(None)), (Reason::CertificateNameConstraints, Some(0)));
    assert!(constrained(Some("email:robot@works.test")).is_ok());
}

#[test]
fn more_comparisons_than_allowed_are_refused() {
    let bases: Vec<_> = (0..400).map(|i| GeneralSubtree::DnsName(format!("a{i}.test"))).collect();
    let root = Ca::root_with("root", |params| {
        params.name_constraints = Some(NameConstraints { permitted_subtrees: vec![], excluded_subtrees: bases });
    });
    let with_names = |count: u32| {
        let names = (0..count).map(|i| SanType::DnsName(format!("b{i}.test").try_into().unwrap()));
        let leaf = root.leaf_with(|params| params.subject_alt_names = names.collect());
        judge_as(&root, &leaf, Purpose::Client, None)
    };
    assert!(with_names(100).is_ok());
    assert_eq!(refusal(with_names(700)).0, Reason::CertificateBudget);
}
