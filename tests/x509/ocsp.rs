//! What stapled OCSP responses tell: good, revoked, or what is wrong with them.

use super::*;
use symbolon::x509::{Crls, Question, Revocation, RevocationStatus, Teller};
use util::ca::Signs;
use util::crl::Crl;
use util::der::{element, extension, sequence};
use util::ocsp::{NEXT_UPDATE, Ocsp, THIS_UPDATE, cert_id, has_sha1, key_hash, revoked, unknown};

const GOOD: RevocationStatus = RevocationStatus::Good {
    by: Teller::Ocsp,
    this_update: UnixTime(THIS_UPDATE),
    next_update: Some(UnixTime(NEXT_UPDATE)),
};

/// The verdict on a chain of one leaf with a response stapled to it.
fn verdict(
    time: impl Into<Time>,
    ca: &Ca,
    leaf: &[u8],
    staple: &[u8],
    revocation: &Revocation,
) -> Result<RevocationStatus, Fault> {
    let anchors = Anchors::from_der([&ca.der]).unwrap();
    let staples = [Some(staple)];
    let question = Question::new(&anchors, time, Purpose::Server).revocation(revocation).staples(&staples);
    verify(&provider(), &[leaf], &question).map(|verified| verified.revocation())
}

fn told(ca: &Ca, leaf: &[u8], staple: &[u8]) -> Result<RevocationStatus, Fault> {
    verdict(NOW, ca, leaf, staple, &Revocation::require(Crls::default()))
}

/// Why the response that `edit` made is refused, and that a soft policy refuses it too.
fn refused(edit: impl FnOnce(&mut Ocsp, &Ca)) -> Reason {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let mut ocsp = Ocsp::of(&ca, &leaf);
    edit(&mut ocsp, &ca);
    let staple = ocsp.sign(&ca);
    let (reason, place) = refusal(told(&ca, &leaf, &staple));
    assert_eq!(place, Some(0));
    let soft = verdict(NOW, &ca, &leaf, &staple, &Revocation::soft(Crls::default()));
    assert_eq!(refusal(soft).0, reason);
    reason
}

/// A certificate under `ca` for a responder, and its key.
fn responder(ca: &Ca, edit: impl FnOnce(&mut rcgen::CertificateParams)) -> Ca {
    ca.intermediate_with("responder", |params| {
        params.is_ca = IsCa::NoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        edit(params);
    })
}

// [6960-3.2-1]
#[test]
fn a_response_of_the_issuer_tells_whether_the_certificate_is_good_or_revoked() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    for sha1 in [has_sha1(), false] {
        let mut ocsp = Ocsp::of(&ca, &leaf);
        ocsp.cert_id = cert_id(&ca.der, &leaf, sha1);
        assert_eq!(told(&ca, &leaf, &ocsp.sign(&ca)).unwrap(), GOOD);
    }
    let mut ocsp = Ocsp::of(&ca, &leaf);
    ocsp.cert_status = revoked();
    let fault = told(&ca, &leaf, &ocsp.sign(&ca)).unwrap_err();
    assert_eq!(fault.figures(), Detail::Revoked { since: 1_779_271_872, reason: 1 });
    assert_eq!(refusal::<()>(Err(fault)), (Reason::CertificateRevoked, Some(0)));
}

// [6960-4.2.1-1] [6960-4.2.1-2]
#[test]
fn a_response_that_is_none_or_an_error_message_is_refused() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let good = Ocsp::of(&ca, &leaf).sign(&ca);
    for staple in [&good[..good.len() - 1], &[], &[0x30, 0], &[&good[..], &[0]].concat()] {
        assert_eq!(refusal(told(&ca, &leaf, staple)).0, Reason::OcspMalformed);
    }
    assert_eq!(refused(|ocsp, _| ocsp.next_update = element(0xa0, b"\x17\x0d260531000000Z")), Reason::OcspMalformed);
    assert_eq!(refused(|ocsp, _| ocsp.cert_status = element(0x83, &[])), Reason::OcspMalformed);
    assert_eq!(refused(|ocsp, _| ocsp.status = element(10, &[3])), Reason::OcspUnsuccessful);
}

// [6960-3.2-1]
#[test]
fn a_response_about_another_certificate_is_refused() {
    assert_eq!(refused(|ocsp, ca| ocsp.cert_id = cert_id(&ca.der, &ca.leaf(), false)), Reason::OcspOtherCertificate);
    let of_other_issuer = |ocsp: &mut Ocsp, ca: &Ca| {
        // The name is the same, and the key is not.
        let twin = Ca::root("root");
        assert_eq!(twin.subject(), ca.subject());
        let leaf = ca.leaf_with(|params| params.serial_number = Some(7_u64.into()));
        ocsp.cert_id = cert_id(&twin.der, &leaf, false);
    };
    assert_eq!(refused(of_other_issuer), Reason::OcspOtherCertificate);
}

// [6960-4.2.2.1-1]
#[test]
fn a_response_counts_from_this_update_to_next_update_both_included() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let policy = Revocation::require(Crls::default());
    let mut ocsp = Ocsp::of(&ca, &leaf);
    let at = |now, staple: &[u8]| verdict(UnixTime(now), &ca, &leaf, staple, &policy);
    let staple = ocsp.sign(&ca);
    assert_eq!(refusal(at(THIS_UPDATE - 1, &staple)).0, Reason::OcspNotYetValid);
    assert_eq!(at(THIS_UPDATE, &staple).unwrap(), GOOD);
    assert_eq!(at(NEXT_UPDATE, &staple).unwrap(), GOOD);
    assert_eq!(refusal(at(NEXT_UPDATE + 1, &staple)).0, Reason::OcspStale);
    ocsp.next_update.clear();
    let staple = ocsp.sign(&ca);
    assert!(at(THIS_UPDATE + 86_400, &staple).is_ok(), "without nextUpdate, for a day");
    assert_eq!(refusal(at(THIS_UPDATE + 86_401, &staple)).0, Reason::OcspStale);
    // A time that is not trusted proves no more than that it is stale.
    let staple = Ocsp::of(&ca, &leaf).sign(&ca);
    let at_least = |now| verdict(Time::AtLeast(UnixTime(now)), &ca, &leaf, &staple, &policy);
    assert_eq!(at_least(THIS_UPDATE - 1).unwrap(), GOOD);
    assert_eq!(refusal(at_least(NEXT_UPDATE + 1)).0, Reason::OcspStale);
}

// [6960-4.2.2.2-1] [6960-4.2.2.2-2]
#[test]
fn a_responder_may_tell_if_the_issuer_certified_it_for_that() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let by = |delegate: &Ca, by_key: bool| {
        let mut ocsp = Ocsp::of(&ca, &leaf);
        ocsp.responder = match by_key {
            false => element(0xa1, &delegate.subject()),
            true => element(0xa2, &key_hash(&delegate.der)),
        };
        ocsp.certs = vec![delegate.der.clone()];
        told(&ca, &leaf, &ocsp.sign(delegate))
    };
    let delegate = responder(&ca, |_| ());
    assert_eq!(by(&delegate, false).unwrap(), GOOD);
    assert_eq!(by(&delegate, true).unwrap(), GOOD);
    let wrong = |delegate: &Ca| refusal(by(delegate, false)).0;
    let other = |edit: &dyn Fn(&mut rcgen::CertificateParams)| wrong(&responder(&ca, edit));
    assert_eq!(
        other(&|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
        Reason::OcspResponderWrong
    );
    assert_eq!(other(&|p| p.extended_key_usages = vec![]), Reason::OcspResponderWrong);
    assert_eq!(other(&|p| p.not_after = date_time_ymd(2026, 5, 1)), Reason::OcspResponderWrong);
    assert_eq!(other(&|p| p.custom_extensions.push(unknown_critical())), Reason::OcspResponderWrong);
    assert_eq!(wrong(&responder(&Ca::root("stranger"), |_| ())), Reason::OcspResponderWrong);
    assert_eq!(wrong(&responder(&Ca::root("root"), |_| ())), Reason::OcspResponderWrong, "another key of that name");

    let mut without = Ocsp::of(&ca, &leaf);
    without.responder = element(0xa1, &delegate.subject());
    assert_eq!(refusal(told(&ca, &leaf, &without.sign(&delegate))).0, Reason::OcspResponderWrong);
}

// [6960-3.2-2]
#[test]
fn a_response_with_a_bad_signature_is_refused() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let ocsp = Ocsp::of(&ca, &leaf);
    let staple = ocsp.sign_with(|tbs| ca.sign_bytes(&[tbs, &[0]].concat()));
    assert_eq!(refusal(told(&ca, &leaf, &staple)).0, Reason::OcspSignatureBad);
    let delegate = responder(&ca, |_| ());
    let mut ocsp = Ocsp::of(&ca, &leaf);
    ocsp.responder = element(0xa1, &delegate.subject());
    ocsp.certs = vec![delegate.der.clone()];
    assert_eq!(refusal(told(&ca, &leaf, &ocsp.sign(&ca))).0, Reason::OcspSignatureBad);
}

// [6960-4.4-1]
#[test]
fn critical_extensions_make_a_response_useless_and_others_do_not() {
    let one = |critical| element(0xa1, &sequence(&[&extension(99, critical, &[5, 0])]));
    assert_eq!(refused(|ocsp, _| ocsp.single_extensions = one(true)), Reason::OcspCriticalUnknown);
    assert_eq!(refused(|ocsp, _| ocsp.response_extensions = one(true)), Reason::OcspCriticalUnknown);
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let mut ocsp = Ocsp::of(&ca, &leaf);
    (ocsp.single_extensions, ocsp.response_extensions) = (one(false), one(false));
    assert_eq!(told(&ca, &leaf, &ocsp.sign(&ca)).unwrap(), GOOD);
}

#[test]
fn a_certificate_that_the_responder_does_not_know_is_of_unknown_status() {
    let ca = Ca::root("root");
    let leaf = ca.leaf();
    let mut ocsp = Ocsp::of(&ca, &leaf);
    ocsp.cert_status = unknown();
    let staple = ocsp.sign(&ca);
    assert_eq!(refusal(told(&ca, &leaf, &staple)).0, Reason::OcspStatusUnknown);
    let soft = Revocation::soft(Crls::default());
    let verdict = verdict(NOW, &ca, &leaf, &staple, &soft).unwrap();
    assert_eq!(verdict, RevocationStatus::Unknown(Reason::OcspStatusUnknown));
}

#[test]
fn a_crl_that_revokes_outweighs_a_response_that_does_not() {
    let ca = Ca::root_with("root", |params| params.key_usages.push(KeyUsagePurpose::CrlSign));
    let leaf = ca.leaf_with(|params| params.serial_number = Some(7_u64.into()));
    let staple = Ocsp::of(&ca, &leaf).sign(&ca);
    let crls = |serial: &[u8]| {
        let crl = Crl::of(&ca, &[serial]).sign(&ca);
        Revocation::require(Crls::from_der(&provider(), &[&crl], &Anchors::default()).unwrap())
    };
    assert_eq!(refusal(verdict(NOW, &ca, &leaf, &staple, &crls(&[7]))).0, Reason::CertificateRevoked);
    assert_eq!(verdict(NOW, &ca, &leaf, &staple, &crls(&[8])).unwrap(), GOOD);
}
