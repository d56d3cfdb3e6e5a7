//! Reports: what is written down of a verdict, and how it is told.

use super::*;
use rcgen::CustomExtension;
use symbolon::x509::{Report, Rule, Standing, Verdict};

fn explained(chain: &[&[u8]], anchors: &[&[u8]], name: &str) -> Report {
    explained_at(NOW, chain, anchors, name)
}

fn explained_at(time: impl Into<Time>, chain: &[&[u8]], anchors: &[&[u8]], name: &str) -> Report {
    let (anchors, name) = (Anchors::from_der(anchors).unwrap(), ServerName::parse(name).unwrap());
    explain(&provider(), chain, &Question::new(&anchors, time, Purpose::Server).name(&name))
}

fn failures(report: &Report) -> Vec<(Rule, Option<usize>)> {
    report.failures().map(|check| (check.rule(), check.certificate())).collect()
}

// [5280-6.1-4]
#[test]
fn every_failure_on_every_path_is_told_and_the_most_telling_first() {
    let root = Ca::root("root");
    let expired = root.intermediate_with("twin", |params| params.not_after = date_time_ymd(2026, 2, 1));
    let orphan = Ca::root("lost").intermediate("twin");
    let leaf = expired.leaf();
    let chain: [&[u8]; 4] = [&leaf, &orphan.der, &expired.der, b"\x30\x00"];
    let report = explained(&chain, &[&root.der], "other.test");
    let expected =
        [(Rule::Validity, Some(2)), (Rule::ServerName, Some(0)), (Rule::Encoding, Some(3)), (Rule::Issuer, Some(1))];
    assert_eq!(failures(&report), expected);
    assert_eq!(report.reason(), Some(Reason::CertificateExpired));
    assert_eq!(report.chain().collect::<Vec<_>>(), chain);

    let summary = report.summary().to_string();
    for part in
        ["refused", "certificate 2, CN=twin", "2026-02-01T00:00:00Z", "2026-05-28T20:26:40Z", "RFC 5280 §4.1.2.5"]
    {
        assert!(summary.contains(part), "{summary}");
    }
    let paths: Vec<Vec<_>> = report.paths().map(|path| path.standings().collect()).collect();
    let on = Standing::Certificate;
    assert_eq!(paths, [vec![on(1), on(0)], vec![Standing::Anchor(0), on(2), on(0)]]);
    assert!(report.paths().all(|path| !path.is_valid()));
}

#[test]
fn a_leaf_that_breaks_several_rules_is_told_all_of_them() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        params.not_after = date_time_ymd(2026, 2, 1);
        params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params.custom_extensions = vec![unknown_critical()];
    });
    let report = explained(&[&leaf], &[&root.der], "server.test");
    let broken = [Rule::CriticalExtensions, Rule::Validity, Rule::LeafKeyUsage, Rule::LeafExtendedKeyUsage];
    assert_eq!(failures(&report), broken.map(|rule| (rule, Some(0))));
    let found: Vec<_> = report.failures().map(|check| check.actual().to_string()).collect();
    assert_eq!(found, ["1.3.6.1.4.1.55738.1 not", "2026-05-28T20:26:40Z", "keyAgreement", "codeSigning"]);
    let expected: Vec<_> = report.failures().skip(2).map(|check| check.expected().to_string()).collect();
    assert_eq!(expected, ["digitalSignature, or no keyUsage", "serverAuth, or no extendedKeyUsage"]);
}

#[test]
fn an_offset_is_where_the_field_begins() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        params.not_after = date_time_ymd(2026, 2, 1);
        params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    });
    let report = explained(&[&leaf], &[&root.der], "other.test");
    let at = |rule| {
        let check = report.checks().find(|check| check.rule() == rule && check.certificate() == Some(0)).unwrap();
        &leaf[check.offset().unwrap()..]
    };
    assert!(at(Rule::Version).starts_with(&[0xa0, 3, 2, 1, 2]));
    assert!(at(Rule::Validity).starts_with(&[0x30, 0x1e, 0x17, 13]));
    assert!(at(Rule::LeafKeyUsage)[2..].starts_with(&[6, 3, 0x55, 0x1d, 15]));
    assert!(at(Rule::ServerName)[2..].starts_with(&[6, 3, 0x55, 0x1d, 17]));
    assert!(at(Rule::Key).starts_with(Certificate::parse(&leaf).unwrap().spki()));
    assert!(at(Rule::Signature).starts_with(&[3]) && at(Rule::Signature).len() < 80);
}

#[test]
fn an_accepted_chain_has_its_path_its_end_and_what_is_open() {
    let root = Ca::root("root");
    let intermediate = root.intermediate_with("intermediate", |params| params.not_after = date_time_ymd(2026, 7, 1));
    let leaf = intermediate.leaf();
    let chain: [&[u8]; 3] = [&leaf, &root.der, &intermediate.der];
    let report = explained_at(Time::AtLeast(NOW), &chain, &[&root.der], "server.test");
    assert!(report.is_accepted() && report.reason().is_none());
    assert_eq!((report.path().collect(), report.anchor()), (vec![0, 2], Some(0)));
    assert_eq!(report.not_after(), Some(UnixTime(1_782_864_000)));
    assert_eq!(report.unchecked().collect::<Vec<_>>(), [Unchecked::LaterValidity]);
    let open: Vec<_> = report.checks().filter(|check| check.verdict() == Verdict::Unchecked).collect();
    assert_eq!(open.iter().map(|check| check.rule()).collect::<Vec<_>>(), [Rule::Validity; 3]);
    let summary = report.summary().to_string();
    assert!(summary.contains("until 2026-07-01T00:00:00Z") && summary.contains("not checked"), "{summary}");
}

#[test]
fn a_common_name_is_not_the_name_of_a_server_and_the_report_says_what_to_add() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        params.distinguished_name = common_name("server.test");
        params.subject_alt_names.clear();
    });
    for (asked, to_add) in [("server.test", "dns:server.test"), ("192.0.2.1", "ip:192.0.2.1")] {
        let report = explained(&[&leaf], &[&root.der], asked);
        let top = report.failures().next().unwrap();
        assert_eq!((top.rule(), top.reason()), (Rule::ServerName, Some(Reason::CertificateNameMismatch)));
        assert_eq!(top.expected().to_string(), asked);
        assert!(top.actual().to_string().contains("commonName server.test is not"), "{}", top.actual());
        let remedy = top.remedy().unwrap().to_string();
        assert!(remedy.contains(to_add) && remedy.contains("subjectAltName"), "{remedy}");
    }
}

#[test]
fn names_and_the_constraints_that_they_break_are_shown() {
    let root = Ca::root_with("root", |params| {
        let subtree = |name: &str| GeneralSubtree::DnsName(name.into());
        let ip = GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix("10.0.0.0".parse().unwrap(), 8));
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: vec![subtree("works.test")], excluded_subtrees: vec![ip] });
    });
    let leaf = root.leaf();
    let report = explained(&[&leaf], &[&root.der], "server.test");
    let top = report.failures().next().unwrap();
    // subjectAltName of the leaf.
    assert!(leaf[top.offset().unwrap() + 2..].starts_with(&[6, 3, 0x55, 0x1d, 17]));
    assert_eq!((top.rule(), top.on(), top.certificate()), (Rule::NameConstraints, Some(Standing::Anchor(0)), Some(0)));
    assert_eq!(top.expected().to_string(), "permitted dns:works.test; excluded ip:10.0.0.0/8");
    assert_eq!(top.actual().to_string(), "CN=leaf, dns:server.test");
}

/// Names alone tell that none of these CAs leads to an anchor, so that the search ends at once, at the far end.
#[test]
fn the_issuer_that_is_missing_is_the_one_of_the_certificate_that_is_blamed() {
    let cas: Vec<_> = (0..12).map(|at| Ca::root(&format!("ca {at}"))).collect();
    let mut chain = vec![cas[0].leaf()];
    chain.extend(cas.windows(2).map(|pair| pair[1].cross_sign(&pair[0])));
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let report = explained(&chain, &[&Ca::root("root").der], "server.test");
    let top = report.failures().next().unwrap();
    assert_eq!((top.rule(), top.certificate()), (Rule::Issuer, Some(11)));
    assert_eq!(top.expected().to_string(), "CN=ca 11, sent or trusted");
    assert!(top.remedy().unwrap().to_string().starts_with("CN=ca 11 is missing"));
    let itself = [chain.as_slice(), &[&cas[11].der]].concat();
    let report = explained(&itself, &[&Ca::root("root").der], "server.test");
    assert_eq!(report.failures().next().unwrap().actual().to_string(), "nobody but itself");
}

#[test]
fn what_can_be_read_but_must_not_be_is_told_as_the_rule_that_it_breaks() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        let mut constraints =
            CustomExtension::from_oid_content(&[2, 5, 29, 30], b"\x30\x0a\xa0\x08\x30\x06\x82\x04test".to_vec());
        constraints.set_criticality(true);
        params.custom_extensions.push(constraints);
    });
    let summary = explained(&[&leaf], &[&root.der], "server.test").summary().to_string();
    assert!(summary.contains("breaks the rule that only a CA has nameConstraints; RFC 5280 §4.2.1.10"), "{summary}");
}

#[test]
fn a_certificate_that_cannot_be_read_is_told_with_where_it_breaks() {
    let root = Ca::root("root");
    let mut leaf = root.leaf();
    let validity = explained(&[&leaf], &[&root.der], "server.test")
        .checks()
        .find(|check| check.rule() == Rule::Validity)
        .and_then(|check| check.offset())
        .unwrap();
    // The month of notBefore.
    leaf[validity + 6] = b'9';
    let report = explained(&[&leaf], &[&root.der], "server.test");
    let top = report.failures().next().unwrap();
    assert_eq!((top.rule(), top.certificate(), top.offset()), (Rule::Encoding, Some(0), Some(validity)));
    assert_eq!(top.section(), "RFC 5280 §4.1.2.5");
}

/// Nine CAs of one name and different keys, each certified by the next: every order is a path to try.
#[test]
fn exhaustion_is_a_verdict_of_its_own_and_what_is_written_down_has_a_bound() {
    let cas: Vec<_> = (1..MAX_CHAIN).map(|_| Ca::root("twin")).collect();
    let mut chain = vec![cas[0].leaf()];
    chain.extend((1..MAX_CHAIN).map(|at| cas[at % cas.len()].cross_sign(&cas[at - 1])));
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let strangers: Vec<_> = (0..300).map(|_| Ca::root("twin").der).collect();
    let strangers: Vec<&[u8]> = strangers.iter().map(Vec::as_slice).collect();
    for anchors in [&strangers[..1], &strangers] {
        let report = explained(&chain, anchors, "server.test");
        assert_eq!(report.reason(), Some(Reason::CertificateBudget));
        assert_eq!(report.failures().next().map(|check| check.rule()), Some(Rule::Budget));
        assert!(report.is_cut() && report.checks().count() < 10_000);
        assert!(report.to_string().contains("more paths than are shown"));
    }
}

#[test]
fn the_drawing_has_every_certificate_and_marks_what_fails() {
    let root = Ca::root("root");
    let upper = root.intermediate("upper");
    let lower = upper.intermediate_with("lower", |params| params.is_ca = IsCa::ExplicitNoCa);
    let leaf = lower.leaf();
    let report = explained(&[&leaf, &lower.der, &upper.der], &[&root.der], "server.test");
    let drawing = report.to_string();
    for line in [
        "✓ certificate 0, CN=leaf",
        "└─ ✗ certificate 1, CN=lower",
        "✗ basicConstraints says that it is a CA (RFC 5280 §4.2.1.9, §6.1.4 (k))  <- this decides",
        "expected cA, found not cA",
        "   └─ ✓ certificate 2, CN=upper",
        "      └─ ✓ anchor 0, CN=root",
    ] {
        assert!(drawing.lines().any(|drawn| drawn.contains(line)), "{line} is not in\n{drawing}");
    }
    let passed = report.checks().filter(|check| check.verdict() == Verdict::Passed).count();
    let shown = format!("{report:#}").lines().filter(|line| line.contains("✓ ")).count();
    assert_eq!(shown, passed + 3);
}
