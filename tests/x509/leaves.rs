//! What the peer's own certificate must be.

use super::*;
// [4.4.2.2-3] [5280-4.2.1.3-1]
#[test]
fn a_leaf_whose_key_usage_lacks_digital_signature_is_refused() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]);
    assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateKeyUsage, Some(0)));
}

// [5280-4.2.1.12-1]
#[test]
fn a_leaf_is_for_the_purposes_that_its_extended_key_usage_names() {
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, CodeSigning, ServerAuth};
    let root = Ca::root("root");
    for (purposes, server, client) in [
        (vec![], true, true),
        (vec![ServerAuth], true, false),
        (vec![ClientAuth], false, true),
        (vec![CodeSigning, ServerAuth], true, false),
        (vec![CodeSigning], false, false),
        // It says nothing about TLS.
        (vec![Any], false, false),
    ] {
        let leaf = root.leaf_with(|params| params.extended_key_usages = purposes.clone());
        for (purpose, allowed) in [(Purpose::Server, server), (Purpose::Client, client)] {
            let verdict = judge_as(&root, &leaf, purpose, None);
            match allowed {
                true => assert!(verdict.is_ok(), "{purposes:?} {purpose:?}"),
                false => {
                    assert_eq!(refusal(verdict), (Reason::CertificateExtendedKeyUsage, Some(0)), "{purposes:?}")
                }
            }
        }
    }
}

// [5280-4.2-1]
#[test]
fn a_leaf_with_an_unknown_critical_extension_is_refused() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| params.custom_extensions.push(unknown_critical()));
    assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateCriticalUnknown, Some(0)));
}

// [5280-4.2-2]
#[test]
fn a_leaf_with_an_extension_twice_is_refused() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        let mut extension = unknown_critical();
        extension.set_criticality(false);
        params.custom_extensions = vec![extension.clone(), extension];
    });
    assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateMalformed, Some(0)));
}

// [9525-6-1]
#[test]
fn a_leaf_is_for_the_names_of_its_subject_alt_name_only() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        params.distinguished_name = common_name("common.test");
        params.subject_alt_names = vec![
            SanType::DnsName("*.wild.test".try_into().unwrap()),
            SanType::DnsName("192.0.2.2".try_into().unwrap()),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
            SanType::IpAddress("2001:db8::1".parse().unwrap()),
            SanType::URI("https://uri.test/".try_into().unwrap()),
        ];
    });
    for name in ["a.wild.test", "A.WILD.TEST.", "192.0.2.1", "2001:db8:0::1"] {
        assert!(judge_as(&root, &leaf, Purpose::Server, Some(name)).is_ok(), "{name}");
    }
    for name in ["common.test", "wild.test", "a.b.wild.test", "192.0.2.2", "::ffff:192.0.2.1", "uri.test"] {
        let verdict = judge_as(&root, &leaf, Purpose::Server, Some(name));
        assert_eq!(refusal(verdict), (Reason::CertificateNameMismatch, Some(0)), "{name}");
    }
    let nameless = root.leaf_with(|params| {
        params.subject_alt_names.clear();
        params.distinguished_name = common_name("server.test");
    });
    assert_eq!(refusal(judge(&[&nameless], &[&root.der])), (Reason::CertificateNameMismatch, Some(0)));
    assert!(judge_as(&root, &nameless, Purpose::Client, None).is_ok());
}

#[test]
fn a_description_names_what_a_refused_certificate_is_for() {
    let root = Ca::root("root");
    let leaf = root.leaf_with(|params| {
        params.distinguished_name.push(DnType::OrganizationName, "Works, Inc.\n");
        params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().unwrap()));
    });
    assert_eq!(
        describe(&leaf).to_string(),
        "subject O=Works\\, Inc.\\n,CN=leaf, issuer CN=root, names dns:server.test ip:192.0.2.1, \
         valid 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z"
    );
    assert_eq!(describe(b"\x30").to_string(), "not a certificate (field Certificate)");
}
