//! What a certificate must be to have signed another.

use super::*;
fn under(edit: impl FnOnce(&mut rcgen::CertificateParams)) -> (Reason, Option<u8>) {
    let root = Ca::root("root");
    let intermediate = root.intermediate_with("intermediate", edit);
    let leaf = intermediate.leaf();
    refusal(judge(&[&leaf, &intermediate.der], &[&root.der]))
}

// [5280-4.2.1.9-1]
#[test]
fn an_issuer_that_is_no_ca_is_refused() {
    for is_ca in [IsCa::ExplicitNoCa, IsCa::NoCa] {
        assert_eq!(under(|params| params.is_ca = is_ca), (Reason::CertificateNotCa, Some(1)));
    }
}

// [5280-4.2.1.3-2]
#[test]
fn an_issuer_whose_key_usage_lacks_key_cert_sign_is_refused() {
    let verdict = under(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature]);
    assert_eq!(verdict, (Reason::CertificateKeyUsage, Some(1)));
}

// [5280-4.2-1]
#[test]
fn an_issuer_with_an_unknown_critical_extension_is_refused() {
    let verdict = under(|params| params.custom_extensions.push(unknown_critical()));
    assert_eq!(verdict, (Reason::CertificateCriticalUnknown, Some(1)));
}

// [5280-4.2.1.12-2]
#[test]
fn an_issuer_whose_extended_key_usage_excludes_the_purpose_is_refused() {
    let verdict = under(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    assert_eq!(verdict, (Reason::CertificateExtendedKeyUsage, Some(1)));
}

#[test]
fn an_issuer_for_any_extended_key_usage_is_accepted() {
    let root = Ca::root("root");
    let any = root.intermediate_with("any", |p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]);
    let leaf = any.leaf();
    assert!(judge(&[&leaf, &any.der], &[&root.der]).is_ok());
}

// [5280-4.2.1.9-2]
#[test]
fn a_path_longer_than_an_issuer_allows_is_refused() {
    let root = Ca::root("root");
    let limited = |limit| IsCa::Ca(BasicConstraints::Constrained(limit));
    for (limit, allowed) in [(0, false), (1, true), (2, true)] {
        let upper = root.intermediate_with("upper", |params| params.is_ca = limited(limit));
        let lower = upper.intermediate_with("lower", |params| params.is_ca = limited(0));
        let leaf = lower.leaf();
        let verdict = judge(&[&leaf, &lower.der, &upper.der], &[&root.der]);
        match allowed {
            true => assert_eq!(verdict.unwrap().path().count(), 3),
            false => {
                let fault = verdict.unwrap_err();
                assert_eq!(fault.figures(), Detail::Limit { got: 1, limit: 0 });
                assert_eq!(refusal::<()>(Err(fault)), (Reason::CertificatePathTooLong, Some(2)));
            }
        }
    }
}

#[test]
fn the_path_length_of_an_anchor_counts() {
    let root = Ca::root_with("root", |p| p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let intermediate = root.intermediate("intermediate");
    let (direct, below) = (root.leaf(), intermediate.leaf());
    assert!(judge(&[&direct], &[&root.der]).is_ok());
    let verdict = judge(&[&below, &intermediate.der], &[&root.der]);
    assert_eq!(refusal(verdict), (Reason::CertificatePathTooLong, None));
}

// [5280-4.2.1.9-2]
#[test]
fn self_issued_intermediates_do_not_count_for_the_path_length() {
    let root = Ca::root_with("root", |p| p.is_ca = IsCa::Ca(BasicConstraints::Constrained(1)));
    let old = root.intermediate("ca");
    let new = old.intermediate("ca");
    let leaf = new.leaf();
    assert_eq!(judge(&[&leaf, &new.der, &old.der], &[&root.der]).unwrap().path().count(), 3);
}
