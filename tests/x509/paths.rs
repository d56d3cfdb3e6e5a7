//! From the leaf to an anchor: what is found, and which fault is told.

use super::util::provider::provider;
use super::*;
// [5280-6.1-1]
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

// [4.4.2-7]
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

// [5280-6.1-3]
#[test]
fn a_leaf_that_is_an_anchor_is_accepted_but_checked() {
    let leaf = self_signed();
    assert_eq!(judge(&[&leaf], &[&leaf]).unwrap().path().count(), 1);
    let expired = judge_at(UnixTime(NOT_AFTER.0 + 1), &[&leaf], &[&leaf]);
    assert_eq!(refusal(expired), (Reason::CertificateExpired, Some(0)));
    let name = ServerName::dns("other.test").unwrap();
    let anchors = Anchors::from_der([&leaf]).unwrap();
    let misnamed = verify(&provider(), &[&leaf], &Question::new(&anchors, NOW, Purpose::Server).name(&name));
    assert_eq!(refusal(misnamed), (Reason::CertificateNameMismatch, Some(0)));
}

#[test]
fn a_renewed_leaf_is_not_trusted_beyond_the_anchor_that_it_was() {
    let key = rcgen::KeyPair::generate().unwrap();
    let old = self_signed_with(&key, |params| params.not_after = date_time_ymd(2026, 2, 1));
    let renewed = self_signed_with(&key, |_| ());
    assert!(judge_at(NOT_BEFORE, &[&renewed], &[&old]).is_ok());
    assert_eq!(refusal(judge(&[&renewed], &[&old])), (Reason::CertificateExpired, None));
    assert_eq!(judge(&[&renewed], &[&old, &renewed]).unwrap().anchor(), 1);
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
    assert_eq!(refusal(judge(&[&leaf, &a_by_b, &b_by_a], &[&root.der])), (Reason::CertificateIssuerUnknown, Some(2)));
    let verified = judge(&[&leaf, &a_by_b, &b_by_a, &b.der], &[&root.der]).unwrap();
    assert_eq!(verified.path().collect::<Vec<_>>(), [0, 1, 3]);
}

// [5280-6.1-1]
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

// [5280-6.1.3-1]
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

// [5280-4.1-1]
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
    let empty = |purpose| refusal(verify(&provider(), &[], &Question::new(&anchors, NOW, purpose))).0;
    assert_eq!(empty(Purpose::Server), Reason::ServerCertificateEmpty);
    assert_eq!(empty(Purpose::Client), Reason::ClientCertificateMissing);
    let mut chain = vec![&leaf[..]; MAX_CANDIDATES];
    assert!(judge(&chain, &[&root.der]).is_ok());
    chain.push(&leaf);
    let fault = judge(&chain, &[&root.der]).unwrap_err();
    assert_eq!(fault.reason(), Reason::CertificateChainTooLong);
    assert_eq!(fault.figures(), Detail::Limit { got: 129, limit: 128 });
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
// [5280-6.1-2]
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

/// CAs that pass make many paths, on each of which those that fail are read anew, with all that they list.
// [5280-6.1-2]
#[test]
fn reading_long_lists_over_and_over_is_work_that_is_counted() {
    let purposes = |count: u64| (0..count).map(|at| ExtendedKeyUsagePurpose::Other(vec![1, 2, at])).collect();
    let issuers = |count| {
        let ca = |at| if at < 4 { vec![] } else { purposes(count) };
        let twin = |at| Ca::root_with("twin", |params| params.extended_key_usages = ca(at));
        (0..9).map(twin).collect::<Vec<_>>()
    };
    for (count, reason) in [(9, Reason::CertificateExtendedKeyUsage), (1800, Reason::CertificateBudget)] {
        let cas = issuers(count);
        let mut chain = vec![Ca::root("twin").leaf()];
        chain.extend(cas.iter().map(|ca| ca.der.clone()));
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        assert_eq!(refusal(judge(&chain, &[&Ca::root("root").der])).0, reason, "{count}");
    }
}

/// A path is found among as many certificates as may be sent, whatever their order, and whatever else is there.
// [5280-6.1-1]
#[test]
fn a_path_is_found_among_many_certificates_that_lead_nowhere() {
    let root = Ca::root("root");
    let upper = root.intermediate("upper");
    let lower = upper.intermediate("lower");
    let leaf = lower.leaf();
    // CAs of the same names, none of which a path leads from: their issuers are not there.
    let lost = Ca::root("lost");
    let twins = (0..60).flat_map(|_| [lost.intermediate("upper"), lost.intermediate("lower")]);
    let mut chain: Vec<Vec<u8>> = twins.map(|twin| twin.der).collect();
    chain.extend([upper.der.clone(), lower.der.clone()]);
    chain.insert(0, leaf.clone());
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    assert_eq!(judge(&chain, &[&root.der]).unwrap().path().collect::<Vec<_>>(), [0, 122, 121]);
    // Without the upper one no twin is of use, and that is known without a signature.
    let chain = [&chain[..121], &chain[122..]].concat();
    assert_eq!(refusal(judge(&chain, &[&root.der])), (Reason::CertificateIssuerUnknown, Some(2)));
}

/// More CAs of one name than there are signatures to spend: the leaf says whose key signed it.
#[test]
fn of_many_issuers_of_one_name_the_one_that_the_key_identifier_names_is_tried_first() {
    let root = Ca::root("root");
    let twins: Vec<Ca> = (0..40).map(|_| root.intermediate("twin")).collect();
    let chain = |leaf: &[u8]| {
        let mut chain = vec![leaf.to_vec()];
        chain.extend(twins.iter().map(|twin| twin.der.clone()));
        chain
    };
    let judge_them = |leaf: &[u8]| {
        let chain = chain(leaf);
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        judge(&chain, &[&root.der]).map(|verified| verified.path().collect::<Vec<_>>())
    };
    let hinting = twins[33].leaf_with(|params| params.use_authority_key_identifier_extension = true);
    assert_eq!(judge_them(&hinting).unwrap(), [0, 34]);
    assert_eq!(refusal(judge_them(&twins[33].leaf())), (Reason::CertificateBudget, None));
}

/// CAs certified one by the next, longer than a path may be, and as long.
// [5280-6.1-2]
#[test]
fn a_path_among_many_certificates_is_no_longer_than_a_chain() {
    let mut cas = vec![Ca::root("root")];
    for depth in 1..=MAX_CHAIN {
        cas.push(cas[depth - 1].intermediate(&format!("ca {depth}")));
    }
    let (short, long) = (cas[MAX_CHAIN - 1].leaf(), cas[MAX_CHAIN].leaf());
    let chain = |leaf| {
        let issuers = cas.iter().skip(1).map(|ca| &ca.der[..]);
        std::iter::once(leaf).chain(issuers).collect::<Vec<&[u8]>>()
    };
    assert_eq!(judge(&chain(&short), &[&cas[0].der]).unwrap().path().count(), MAX_CHAIN);
    assert_eq!(refusal(judge(&chain(&long), &[&cas[0].der])).0, Reason::CertificateIssuerUnknown);
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
    let verdict = verify(&provider(), &[&leaf], &Question::new(&anchors, NOW, Purpose::Server));
    assert_eq!(verdict.unwrap().not_after(), NOT_AFTER);
    assert_eq!(refusal(judge(&[&leaf], &[])), (Reason::CertificateIssuerUnknown, Some(0)));
}
