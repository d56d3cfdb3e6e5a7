//! Chains of certificates, accepted and refused.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use rcgen::{
    BasicConstraints, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use std::fs;
use symbolon::{
    Detail, Fault, Reason,
    crypto::Ring,
    x509::{
        Anchor, Anchors, Certificate, MAX_CHAIN, Purpose, ServerName, UnixTime, Verified, certificates_from_pem,
        describe, verify,
    },
};
use util::ca::{Ca, NOT_AFTER, NOT_BEFORE, NOW, common_name, self_signed, unknown_critical};

/// Judged as a server's chain for server.test.
fn judge<'a>(chain: &[&'a [u8]], anchors: &[&[u8]]) -> Result<Verified<'a>, Fault> {
    judge_at(NOW, chain, anchors)
}

fn judge_at<'a>(now: UnixTime, chain: &[&'a [u8]], anchors: &[&[u8]]) -> Result<Verified<'a>, Fault> {
    let name = ServerName::dns("server.test").unwrap();
    verify(&Ring::new(), chain, &Anchors::from_der(anchors).unwrap(), now, Purpose::Server, Some(&name))
}

/// Judged under other names and purposes, with one root.
fn judge_as(root: &Ca, leaf: &[u8], purpose: Purpose, name: Option<&str>) -> Result<(), Fault> {
    let name = name.map(|name| ServerName::parse(name).unwrap());
    let anchors = Anchors::from_der([&root.der]).unwrap();
    verify(&Ring::new(), &[leaf], &anchors, NOW, purpose, name.as_ref()).map(|_| ())
}

/// Why a chain is refused, and which certificate is to blame.
fn refusal<T>(verdict: Result<T, Fault>) -> (Reason, Option<u8>) {
    let Err(fault) = verdict else { panic!("accepted") };
    (fault.reason(), fault.place().certificate)
}

mod paths {
    use super::*;

    #[test]
    fn a_leaf_under_a_root_is_accepted() {
        let root = Ca::root("root");
        let leaf = root.leaf();
        let verified = judge(&[&leaf], &[&root.der]).unwrap();
        assert_eq!(verified.leaf().der(), leaf);
        assert_eq!(verified.path().collect::<Vec<_>>(), [0]);
        assert_eq!(verified.anchor(), 0);
        assert_eq!(verified.not_after(), NOT_AFTER);
    }

    #[test]
    fn intermediates_are_found_in_any_order_and_among_strangers() {
        let (stranger, root) = (Ca::root("stranger"), Ca::root("root"));
        let upper = root.intermediate("upper");
        let lower = upper.intermediate_with("lower", |params| params.not_after = date_time_ymd(2026, 7, 1));
        let leaf = lower.leaf();
        let chain: [&[u8]; 5] = [&leaf, &upper.der, &stranger.der, &lower.der, &root.der];
        let verified = judge(&chain, &[&stranger.der, &root.der]).unwrap();
        assert_eq!(verified.path().collect::<Vec<_>>(), [0, 3, 1]);
        assert_eq!(verified.anchor(), 1);
        assert_eq!(verified.not_after(), UnixTime(1_782_864_000));
    }

    #[test]
    fn an_intermediate_can_be_the_anchor() {
        let root = Ca::root("root");
        let intermediate = root.intermediate("intermediate");
        let leaf = intermediate.leaf();
        let verified = judge(&[&leaf, &intermediate.der], &[&intermediate.der]).unwrap();
        assert_eq!(verified.path().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_leaf_that_is_an_anchor_is_accepted_but_checked() {
        let leaf = self_signed();
        assert_eq!(judge(&[&leaf], &[&leaf]).unwrap().path().count(), 1);
        let expired = judge_at(UnixTime(NOT_AFTER.0 + 1), &[&leaf], &[&leaf]);
        assert_eq!(refusal(expired), (Reason::CertificateExpired, Some(0)));
    }

    #[test]
    fn an_anchor_that_is_no_ca_vouches_for_nobody_else() {
        let root = Ca::root("root");
        let not_ca = root.intermediate_with("server", |params| {
            params.is_ca = IsCa::ExplicitNoCa;
            params.key_usages.clear();
        });
        let leaf = not_ca.leaf();
        assert_eq!(refusal(judge(&[&leaf], &[&not_ca.der])), (Reason::CertificateNotCa, None));
    }

    #[test]
    fn of_two_issuers_of_one_name_the_right_one_is_found() {
        let root = Ca::root("root");
        let (wrong, right) = (root.intermediate("twin"), root.intermediate("twin"));
        let leaf = right.leaf();
        let verified = judge(&[&leaf, &wrong.der, &right.der], &[&root.der]).unwrap();
        assert_eq!(verified.path().collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn of_two_roots_of_one_name_the_right_one_is_found() {
        let (wrong, right) = (Ca::root("root"), Ca::root("root"));
        let leaf = right.leaf();
        assert_eq!(judge(&[&leaf], &[&wrong.der, &right.der]).unwrap().anchor(), 1);
    }

    #[test]
    fn a_loop_of_cross_signed_cas_ends_and_the_way_out_is_found() {
        let root = Ca::root("root");
        let (a, b) = (root.intermediate("a"), root.intermediate("b"));
        let (a_by_b, b_by_a) = (b.cross_sign(&a), a.cross_sign(&b));
        let leaf = a.leaf();
        assert_eq!(
            refusal(judge(&[&leaf, &a_by_b, &b_by_a], &[&root.der])),
            (Reason::CertificateIssuerUnknown, Some(2))
        );
        let verified = judge(&[&leaf, &a_by_b, &b_by_a, &b.der], &[&root.der]).unwrap();
        assert_eq!(verified.path().collect::<Vec<_>>(), [0, 1, 3]);
    }

    #[test]
    fn a_chain_without_its_issuer_is_refused_at_the_certificate_whose_issuer_is_missing() {
        let root = Ca::root("root");
        let upper = root.intermediate("upper");
        let lower = upper.intermediate("lower");
        let leaf = lower.leaf();
        assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateIssuerUnknown, Some(0)));
        assert_eq!(refusal(judge(&[&leaf, &lower.der], &[&root.der])), (Reason::CertificateIssuerUnknown, Some(1)));
        assert_eq!(refusal(judge(&[&leaf, &lower.der, &upper.der], &[])), (Reason::CertificateIssuerUnknown, Some(2)));
    }

    #[test]
    fn a_self_signed_certificate_that_is_not_trusted_is_refused_as_such() {
        let (root, other) = (Ca::root("root"), Ca::root("other"));
        assert_eq!(refusal(judge(&[&self_signed()], &[&root.der])), (Reason::CertificateSelfSigned, Some(0)));
        let leaf = root.leaf();
        assert_eq!(refusal(judge(&[&leaf, &root.der], &[&other.der])), (Reason::CertificateSelfSigned, Some(1)));
    }

    #[test]
    fn a_forged_signature_is_refused_at_every_level() {
        let (root, forger) = (Ca::root("root"), Ca::root("root"));
        assert_eq!(refusal(judge(&[&forger.leaf()], &[&root.der])), (Reason::CertificateSignatureBad, Some(0)));
        let intermediate = forger.intermediate("intermediate");
        let leaf = intermediate.leaf();
        let verdict = judge(&[&leaf, &intermediate.der], &[&root.der]);
        assert_eq!(refusal(verdict), (Reason::CertificateSignatureBad, Some(1)));
        let (one, two) = (root.intermediate("intermediate"), root.intermediate("intermediate"));
        let leaf = one.leaf();
        assert_eq!(refusal(judge(&[&leaf, &two.der], &[&root.der])), (Reason::CertificateSignatureBad, Some(0)));
    }

    #[test]
    fn a_leaf_with_a_flipped_bit_is_refused_wherever_it_is() {
        let root = Ca::root("root");
        let mut leaf = root.leaf();
        assert!(judge(&[&leaf], &[&root.der]).is_ok());
        for at in 0..leaf.len() {
            leaf[at] ^= 1;
            assert!(judge(&[&leaf], &[&root.der]).is_err(), "byte {at}");
            leaf[at] ^= 1;
        }
    }

    #[test]
    fn the_fault_of_the_path_that_came_closest_is_told() {
        let root = Ca::root("root");
        let expired = root.intermediate_with("twin", |params| params.not_after = date_time_ymd(2026, 2, 1));
        let orphan = Ca::root("lost").intermediate("twin");
        let leaf = expired.leaf();
        for chain in [[&leaf[..], &expired.der, &orphan.der], [&leaf, &orphan.der, &expired.der]] {
            let position = chain.iter().position(|der| *der == expired.der).unwrap() as u8;
            assert_eq!(refusal(judge(&chain, &[&root.der])), (Reason::CertificateExpired, Some(position)));
        }
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_blamed_only_if_no_path_is_found_without_it() {
        let root = Ca::root("root");
        let intermediate = root.intermediate("intermediate");
        let leaf = intermediate.leaf();
        assert!(judge(&[&leaf, b"\x30\x00", &intermediate.der], &[&root.der]).is_ok());
        let verdict = judge(&[&leaf, b"\x30\x00"], &[&root.der]);
        assert_eq!(refusal(verdict), (Reason::CertificateMalformed, Some(1)));
        assert_eq!(refusal(judge(&[b"\x30\x00"], &[&root.der])), (Reason::CertificateMalformed, Some(0)));
    }

    #[test]
    fn a_chain_that_is_empty_or_too_long_is_refused() {
        let root = Ca::root("root");
        let leaf = root.leaf();
        let anchors = Anchors::from_der([&root.der]).unwrap();
        let empty = |purpose| refusal(verify(&Ring::new(), &[], &anchors, NOW, purpose, None)).0;
        assert_eq!(empty(Purpose::Server), Reason::ServerCertificateEmpty);
        assert_eq!(empty(Purpose::Client), Reason::ClientCertificateMissing);
        let mut chain = vec![&leaf[..]; MAX_CHAIN];
        assert!(judge(&chain, &[&root.der]).is_ok());
        chain.push(&leaf);
        let fault = judge(&chain, &[&root.der]).unwrap_err();
        assert_eq!(fault.reason(), Reason::CertificateChainTooLong);
        assert_eq!(fault.figures(), Detail::Limit { got: 11, limit: 10 });
    }

    #[test]
    fn a_path_as_long_as_the_chain_may_be_is_accepted() {
        let mut cas = vec![Ca::root("root")];
        for depth in 1..MAX_CHAIN {
            cas.push(cas[depth - 1].intermediate(&format!("ca {depth}")));
        }
        let leaf = cas[MAX_CHAIN - 1].leaf();
        let mut chain = vec![&leaf[..]];
        chain.extend(cas.iter().skip(1).map(|ca| &ca.der[..]));
        assert_eq!(judge(&chain, &[&cas[0].der]).unwrap().path().count(), MAX_CHAIN);
    }

    /// Nine CAs of one name and different keys, each certified by the next: every order is a path to try.
    #[test]
    fn a_chain_made_to_exhaust_the_verifier_is_refused() {
        let cas: Vec<_> = (1..MAX_CHAIN).map(|_| Ca::root("twin")).collect();
        let mut chain = vec![cas[0].leaf()];
        chain.extend((1..MAX_CHAIN).map(|at| cas[at % cas.len()].cross_sign(&cas[at - 1])));
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let stranger = Ca::root("stranger");
        assert_eq!(refusal(judge(&chain, &[&stranger.der])), (Reason::CertificateBudget, None));
        // Now all of them seem to lead to an anchor.
        let impostor = Ca::root("twin");
        let verdict = judge(&chain, &[&impostor.der]);
        assert_eq!(refusal(verdict), (Reason::CertificateBudget, None));
    }

    #[test]
    fn anchors_that_are_part_of_the_program_need_no_certificate() {
        let root = Ca::root("root");
        let parsed = Certificate::parse(&root.der).unwrap();
        let fixed: &'static [u8] = parsed.subject().der().to_vec().leak();
        let spki: &'static [u8] = parsed.spki().to_vec().leak();
        let anchors = Anchors::from_static(vec![Anchor::new(fixed, spki)].leak());
        assert_eq!(anchors.subjects().collect::<Vec<_>>(), [fixed]);
        let leaf = root.leaf();
        let verdict = verify(&Ring::new(), &[&leaf], &anchors, NOW, Purpose::Server, None);
        assert_eq!(verdict.unwrap().not_after(), NOT_AFTER);
        assert_eq!(refusal(judge(&[&leaf], &[])), (Reason::CertificateIssuerUnknown, Some(0)));
    }
}

mod validity {
    use super::*;

    fn bound(verdict: Result<Verified<'_>, Fault>) -> (Reason, Option<u8>, Detail) {
        let fault = verdict.unwrap_err();
        (fault.reason(), fault.place().certificate, fault.figures())
    }

    #[test]
    fn both_edges_are_included() {
        let root = Ca::root_with("root", |params| {
            params.not_before = date_time_ymd(1949, 1, 1);
            params.not_after = date_time_ymd(2100, 1, 1);
        });
        let leaf = root.leaf();
        for now in [NOT_BEFORE, NOT_AFTER] {
            assert!(judge_at(now, &[&leaf], &[&root.der]).is_ok(), "{now}");
        }
        let (early, late) = (UnixTime(NOT_BEFORE.0 - 1), UnixTime(NOT_AFTER.0 + 1));
        assert_eq!(
            bound(judge_at(early, &[&leaf], &[&root.der])),
            (Reason::CertificateNotYetValid, Some(0), Detail::Time { bound: NOT_BEFORE.0, now: early.0 })
        );
        assert_eq!(
            bound(judge_at(late, &[&leaf], &[&root.der])),
            (Reason::CertificateExpired, Some(0), Detail::Time { bound: NOT_AFTER.0, now: late.0 })
        );
    }

    #[test]
    fn it_counts_for_intermediates_and_anchors_as_well() {
        let root = Ca::root_with("root", |params| params.not_after = date_time_ymd(2026, 3, 1));
        let intermediate =
            root.intermediate_with("intermediate", |params| params.not_before = date_time_ymd(2026, 2, 1));
        let leaf = intermediate.leaf();
        let at = |now| judge_at(now, &[&leaf, &intermediate.der], &[&root.der]);
        let (february, march) = (1_769_904_000, 1_772_323_200);
        let detail = Detail::Time { bound: february, now: february - 1 };
        assert_eq!(bound(at(UnixTime(february - 1))), (Reason::CertificateNotYetValid, Some(1), detail));
        assert!(at(UnixTime(february)).is_ok());
        assert!(at(UnixTime(march)).is_ok());
        let detail = Detail::Time { bound: march, now: march + 1 };
        assert_eq!(bound(at(UnixTime(march + 1))), (Reason::CertificateExpired, None, detail));
    }
}

mod issuers {
    use super::*;

    fn under(edit: impl FnOnce(&mut rcgen::CertificateParams)) -> (Reason, Option<u8>) {
        let root = Ca::root("root");
        let intermediate = root.intermediate_with("intermediate", edit);
        let leaf = intermediate.leaf();
        refusal(judge(&[&leaf, &intermediate.der], &[&root.der]))
    }

    #[test]
    fn an_issuer_that_is_no_ca_is_refused() {
        for is_ca in [IsCa::ExplicitNoCa, IsCa::NoCa] {
            assert_eq!(under(|params| params.is_ca = is_ca), (Reason::CertificateNotCa, Some(1)));
        }
    }

    #[test]
    fn an_issuer_whose_key_usage_lacks_key_cert_sign_is_refused() {
        let verdict = under(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature]);
        assert_eq!(verdict, (Reason::CertificateKeyUsage, Some(1)));
    }

    #[test]
    fn an_issuer_with_an_unknown_critical_extension_is_refused() {
        let verdict = under(|params| params.custom_extensions.push(unknown_critical()));
        assert_eq!(verdict, (Reason::CertificateCriticalUnknown, Some(1)));
    }

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

    #[test]
    fn self_issued_intermediates_do_not_count_for_the_path_length() {
        let root = Ca::root_with("root", |p| p.is_ca = IsCa::Ca(BasicConstraints::Constrained(1)));
        let old = root.intermediate("ca");
        let new = old.intermediate("ca");
        let leaf = new.leaf();
        assert_eq!(judge(&[&leaf, &new.der, &old.der], &[&root.der]).unwrap().path().count(), 3);
    }
}

mod leaves {
    use super::*;

    #[test]
    fn a_leaf_whose_key_usage_lacks_digital_signature_is_refused() {
        let root = Ca::root("root");
        let leaf = root.leaf_with(|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]);
        assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateKeyUsage, Some(0)));
    }

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

    #[test]
    fn a_leaf_with_an_unknown_critical_extension_is_refused() {
        let root = Ca::root("root");
        let leaf = root.leaf_with(|params| params.custom_extensions.push(unknown_critical()));
        assert_eq!(refusal(judge(&[&leaf], &[&root.der])), (Reason::CertificateCriticalUnknown, Some(0)));
    }

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
}

mod constraints {
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
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                    address.parse().unwrap(),
                    prefix.parse().unwrap(),
                ))
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
        let plain = Ca::root("root");
        let verdicts = [Ca::root_with("constrained", edit), plain.intermediate_with("constrained", edit)].map(|ca| {
            let leaf = ca.leaf_with(|params| {
                params.distinguished_name = common_name(leaf.0);
                params.subject_alt_names = leaf.1.iter().map(|name| san_of(name)).collect();
            });
            let anchors = Anchors::from_der([&plain.der, &ca.der]).unwrap();
            let sent: [&[u8]; 2] = [&leaf, &ca.der];
            let by_intermediate = Anchors::from_der([&plain.der]).unwrap();
            let is_root = Certificate::parse(&ca.der).unwrap().is_self_issued();
            let anchors = if is_root { anchors } else { by_intermediate };
            match verify(&Ring::new(), &sent, &anchors, NOW, Purpose::Client, None) {
                Ok(_) => true,
                fault => {
                    assert_eq!(refusal(fault), (Reason::CertificateNameConstraints, Some(0)));
                    false
                }
            }
        });
        assert_eq!(verdicts[0], verdicts[1]);
        verdicts[0]
    }

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
        assert!(with_names(200).is_ok());
        assert_eq!(refusal(with_names(700)).0, Reason::CertificateBudget);
    }
}

mod algorithms {
    use super::*;

    /// The certificates that OpenSSL made are judged an hour after they became valid.
    fn judge_file(path: &std::path::Path) -> Result<(), (Reason, Option<u8>)> {
        let chain = certificates_from_pem(&fs::read(path).unwrap()).unwrap();
        let [leaf, root] = &chain[..] else { panic!("{path:?}") };
        let now = Certificate::parse(root).unwrap().not_before();
        let now = UnixTime(now.0 + 3600);
        judge_at(now, &[leaf], &[root]).map(|_| ()).map_err(|fault| (fault.reason(), fault.place().certificate))
    }

    #[test]
    fn chains_of_openssl_are_accepted_in_every_algorithm_that_is_not_refused() {
        let mut judged = 0;
        for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/x509")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let Some(name) = name.strip_prefix("chain-") else { continue };
            let expected = match name.strip_prefix("refused-") {
                None => Ok(()),
                Some("rsa-sha1" | "rsa-md5" | "rsa-pss-salt-20" | "ecdsa-p256-sha512") => {
                    Err((Reason::CertificateAlgorithm, Some(0)))
                }
                Some("ecdsa-p521") => Err((Reason::CertificateAlgorithm, Some(0))),
                Some("root-rsa-1024") => Err((Reason::CertificateKeyWeak, None)),
                Some("leaf-rsa-1024") => Err((Reason::CertificateKeyWeak, Some(0))),
                Some("leaf-p521") => Err((Reason::CertificateAlgorithm, Some(0))),
                Some("leaf-compressed") => Err((Reason::CertificateMalformed, Some(0))),
                Some("v1") => Err((Reason::CertificateVersion, Some(0))),
                Some(_) => panic!("{path:?}"),
            };
            assert_eq!(judge_file(&path), expected, "{name}");
            judged += 1;
        }
        assert_eq!(judged, 23);
    }
}

mod hostile {
    use super::*;
    use proptest::prelude::*;
    use symbolon::identity::PeerIdentity;

    /// Everything that can be asked of bytes that claim to be a certificate.
    fn ask_everything(der: &[u8]) {
        let described = describe(der).to_string();
        assert!(!described.contains(char::is_control), "{described}");
        let Ok(certificate) = Certificate::parse(der) else { return };
        let _ = certificate.public_key();
        let peer = PeerIdentity::of(&Ring::new(), &certificate);
        assert!(!peer.to_string().contains(char::is_control), "{peer}");
        assert!(certificate.extended_key_usage().into_iter().flatten().count() < der.len());
        assert!(certificate.subject().attributes().count() < der.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn a_chain_with_bytes_replaced_is_refused(
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            in_intermediate: bool,
        ) {
            let [root, intermediate, leaf] = made();
            let mut sent = [leaf.clone(), intermediate.clone()];
            let edited = &mut sent[usize::from(in_intermediate)];
            for (index, byte) in edits {
                let at = index.index(edited.len());
                edited[at] = byte;
            }
            ask_everything(edited);
            let verdict = judge(&[&sent[0], &sent[1]], &[root]);
            prop_assert_eq!(verdict.is_ok(), sent == [leaf.clone(), intermediate.clone()]);
        }

        #[test]
        fn bytes_that_are_no_certificate_are_no_trouble(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            ask_everything(&bytes);
            ask_everything(&[&[0x30, 0x82, 0, bytes.len() as u8], &bytes[..]].concat());
        }
    }

    /// A root, an intermediate with constraints, and a leaf with names of many kinds; made once.
    fn made() -> &'static [Vec<u8>; 3] {
        static MADE: std::sync::OnceLock<[Vec<u8>; 3]> = std::sync::OnceLock::new();
        MADE.get_or_init(|| {
            let root = Ca::root("root");
            let intermediate = root.intermediate_with("intermediate", |params| {
                let permitted_subtrees = vec![GeneralSubtree::DnsName("test".into())];
                params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: vec![] });
            });
            let leaf = intermediate.leaf_with(|params| {
                params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().unwrap()));
                params.subject_alt_names.push(SanType::URI("spiffe://works/robot".try_into().unwrap()));
            });
            [root.der, intermediate.der, leaf]
        })
    }
}
