//! What CRLs tell: revoked, not revoked, or why that can't be told.

use super::*;
use proptest::prelude::*;
use rcgen::{CrlDistributionPoint, CustomExtension, SerialNumber};
use symbolon::x509::{Crl as View, Crls, Question, Revocation, RevocationStatus, Teller};
use util::ca::Signs;
use util::crl::{Crl, NEXT_UPDATE, THIS_UPDATE, entry, number, point, reason, scope, serial};
use util::der::{element, extension, pem, sequence};

/// The serial number of the leaf that is judged.
const SERIAL: &[u8] = &[0x3a, 1, 2, 3];

fn issuer() -> Ca {
    Ca::root_with("root", |params| params.key_usages.push(KeyUsagePurpose::CrlSign))
}

fn leaf(ca: &Ca, edit: impl FnOnce(&mut rcgen::CertificateParams)) -> Vec<u8> {
    ca.leaf_with(|params| {
        params.serial_number = Some(SerialNumber::from_slice(SERIAL));
        edit(params);
    })
}

fn load(crls: &[Vec<u8>], issuers: &[&[u8]]) -> Crls {
    let crls: Vec<&[u8]> = crls.iter().map(Vec::as_slice).collect();
    Crls::from_der(&provider(), &crls, &Anchors::from_der(issuers).unwrap()).unwrap()
}

/// The verdict on a chain of one leaf.
fn verdict(now: UnixTime, ca: &Ca, leaf: &[u8], revocation: &Revocation) -> Result<RevocationStatus, Fault> {
    let anchors = Anchors::from_der([&ca.der]).unwrap();
    let question = Question::new(&anchors, now, Purpose::Server).revocation(revocation);
    verify(&provider(), &[leaf], &question).map(|verified| verified.revocation())
}

/// What these CRLs tell of a plain leaf, with their issuer known when they are loaded, and without; it must be the same.
fn told_of(ca: &Ca, leaf: &[u8], crls: &[Vec<u8>]) -> Result<RevocationStatus, Fault> {
    let known = verdict(NOW, ca, leaf, &Revocation::require(load(crls, &[&ca.der])));
    let unknown = verdict(NOW, ca, leaf, &Revocation::require(load(crls, &[])));
    assert_eq!(format!("{known:?}"), format!("{unknown:?}"));
    known
}

fn told(crls: &[Vec<u8>], ca: &Ca) -> Result<RevocationStatus, Fault> {
    told_of(ca, &leaf(ca, |_| ()), crls)
}

const GOOD: RevocationStatus = RevocationStatus::Good {
    by: Teller::Crl,
    this_update: UnixTime(THIS_UPDATE),
    next_update: Some(UnixTime(NEXT_UPDATE)),
};

fn reason_of<T>(verdict: Result<T, Fault>) -> Reason {
    refusal(verdict).0
}

// [5280-6.3.3-1]
#[test]
fn a_certificate_that_its_issuer_lists_is_revoked_and_another_is_not() {
    let ca = issuer();
    assert_eq!(told(&[Crl::of(&ca, &[&[1], &[0x3a, 1, 2, 4]]).sign(&ca)], &ca).unwrap(), GOOD);
    let mut crl = Crl::of(&ca, &[&[1]]);
    crl.entries.push(entry(SERIAL, &[reason(1)]));
    let fault = told(&[crl.sign(&ca)], &ca).unwrap_err();
    assert_eq!(fault.figures(), Detail::Revoked { since: 1_779_235_200, reason: 1 });
    assert_eq!(fault.figures().to_string(), "since 2026-05-20T00:00:00Z: keyCompromise");
    assert_eq!(refusal::<()>(Err(fault)), (Reason::CertificateRevoked, Some(0)));
}

// [5280-5.1.2.4-1] [5280-5.1.2.5-1]
#[test]
fn a_crl_counts_from_this_update_to_next_update_both_included() {
    let ca = issuer();
    let leaf = leaf(&ca, |_| ());
    let policy = Revocation::require(load(&[Crl::of(&ca, &[]).sign(&ca)], &[&ca.der]));
    let at = |now| verdict(UnixTime(now), &ca, &leaf, &policy);
    assert_eq!(reason_of(at(THIS_UPDATE - 1)), Reason::CrlNotYetValid);
    assert_eq!(at(THIS_UPDATE).unwrap(), GOOD);
    assert_eq!(at(NEXT_UPDATE).unwrap(), GOOD);
    assert_eq!(reason_of(at(NEXT_UPDATE + 1)), Reason::CrlStale);
    assert_eq!(GOOD.age(UnixTime(THIS_UPDATE + 60)), Some(60));
}

// [5280-5.1.2.5-1]
#[test]
fn a_crl_without_next_update_is_never_current() {
    let ca = issuer();
    let mut crl = Crl::of(&ca, &[]);
    crl.next_update.clear();
    assert_eq!(reason_of(told(&[crl.sign(&ca)], &ca)), Reason::CrlStale);
}

#[test]
fn what_a_stale_crl_lists_stays_revoked() {
    let ca = issuer();
    let leaf = leaf(&ca, |_| ());
    let policy = Revocation::soft(load(&[Crl::of(&ca, &[SERIAL]).sign(&ca)], &[&ca.der]));
    assert_eq!(reason_of(verdict(UnixTime(NEXT_UPDATE + 1), &ca, &leaf, &policy)), Reason::CertificateRevoked);
}

// [5280-6.3.3-4]
#[test]
fn a_crl_of_another_issuer_another_key_or_a_bad_signature_tells_nothing() {
    let (ca, other) = (issuer(), Ca::root_with("other", |p| p.key_usages.push(KeyUsagePurpose::CrlSign)));
    assert_eq!(reason_of(told(&[Crl::of(&other, &[SERIAL]).sign(&other)], &ca)), Reason::CrlIssuerWrong);

    let twin = issuer();
    let by_twin = Crl::of(&twin, &[SERIAL]).sign(&twin);
    let judged_with = |issuers: &[&[u8]]| {
        reason_of(verdict(
            NOW,
            &ca,
            &leaf(&ca, |_| ()),
            &Revocation::require(load(std::slice::from_ref(&by_twin), issuers)),
        ))
    };
    assert_eq!(judged_with(&[&twin.der]), Reason::CrlIssuerWrong, "the key that signed it is known");
    assert_eq!(judged_with(&[&ca.der]), Reason::CrlSignatureBad);

    let mut changed = Crl::of(&ca, &[]).sign(&ca);
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(reason_of(told(&[changed], &ca)), Reason::CrlSignatureBad);
}

// [5280-6.3.3-3]
#[test]
fn an_issuer_whose_key_usage_lacks_crl_sign_signs_no_crl() {
    let root = issuer();
    let upper = Ca::root("upper");
    assert_eq!(reason_of(told(&[Crl::of(&upper, &[]).sign(&upper)], &upper)), Reason::CrlSignNotAllowed);
    let lower = root.intermediate("lower");
    let leaf = leaf(&lower, |_| ());
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let policy = Revocation::require(load(&[Crl::of(&lower, &[]).sign(&lower)], &[]));
    let question = Question::new(&anchors, NOW, Purpose::Server).revocation(&policy);
    let verdict = verify(&provider(), &[&leaf, &lower.der], &question);
    assert_eq!(refusal(verdict), (Reason::CrlSignNotAllowed, Some(0)));
}

// [5280-5.2.3-1]
#[test]
fn a_crl_has_a_number_that_is_not_critical_nor_too_long_unless_it_is_of_version_1() {
    let ca = issuer();
    let judged = |extensions: &[Vec<u8>]| {
        let mut crl = Crl::of(&ca, &[]);
        crl.extensions = extensions.to_vec();
        told(&[crl.sign(&ca)], &ca)
    };
    assert_eq!(reason_of(judged(&[])), Reason::CrlNumber);
    assert_eq!(reason_of(judged(&[number(true, &[1])])), Reason::CrlNumber);
    assert_eq!(reason_of(judged(&[number(false, &[0x80])])), Reason::CrlNumber);
    assert_eq!(reason_of(judged(&[number(false, &[1; 21])])), Reason::CrlNumber);
    assert_eq!(judged(&[number(false, &[1; 20])]).unwrap(), GOOD);
    let mut first = Crl::of(&ca, &[]);
    first.extensions.clear();
    first.version.clear();
    assert_eq!(told(&[first.sign(&ca)], &ca).unwrap(), GOOD);
}

// [5280-5.2.4-1] [5280-5.2-1] [5280-5.3-1]
#[test]
fn a_delta_crl_and_critical_extensions_of_a_crl_or_an_entry_are_named() {
    let ca = issuer();
    let with = |extension| reason_of(told(&[Crl::of(&ca, &[]).with(extension).sign(&ca)], &ca));
    assert_eq!(with(extension(27, true, &[2, 1, 6])), Reason::CrlDelta);
    assert_eq!(with(extension(99, true, &[5, 0])), Reason::CrlCriticalUnknown);
    assert_eq!(told(&[Crl::of(&ca, &[]).with(extension(99, false, &[5, 0])).sign(&ca)], &ca).unwrap(), GOOD);
    let entry_with = |extension| {
        let mut crl = Crl::of(&ca, &[]);
        crl.entries.push(entry(&[1], &[extension]));
        told(&[crl.sign(&ca)], &ca)
    };
    assert_eq!(reason_of(entry_with(extension(99, true, &[5, 0]))), Reason::CrlCriticalUnknown);
    assert_eq!(entry_with(extension(99, false, &[5, 0])).unwrap(), GOOD);
    let of_other = extension(29, true, &sequence(&[&element(0xa4, &ca.subject())]));
    assert_eq!(reason_of(entry_with(of_other)), Reason::CrlCriticalUnknown, "it is not an indirect CRL");
}

// [5280-5.2.5-1]
#[test]
fn a_crl_is_about_the_kind_of_certificates_that_it_says() {
    let ca = issuer();
    let judged = |field: u8| told(&[Crl::of(&ca, &[]).with(scope(&[&element(field, &[0xff])])).sign(&ca)], &ca);
    assert_eq!(judged(0x81).unwrap(), GOOD, "onlyContainsUserCerts");
    assert_eq!(reason_of(judged(0x82)), Reason::CrlScope, "onlyContainsCACerts");
    assert_eq!(reason_of(judged(0x85)), Reason::CrlScope, "onlyContainsAttributeCerts");
}

// [5280-5.2.5-2]
#[test]
fn a_crl_of_a_distribution_point_is_about_the_certificates_that_name_it() {
    let ca = issuer();
    let of_point = |uri| leaf(&ca, |p| p.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![uri] }]);
    let judged =
        |leaf: &[u8], point: Vec<u8>| told_of(&ca, leaf, &[Crl::of(&ca, &[]).with(scope(&[&point])).sign(&ca)]);
    let here = || "http://ca.test/1".to_owned();
    assert_eq!(judged(&of_point(here()), point(&here())).unwrap(), GOOD);
    assert_eq!(reason_of(judged(&of_point(here()), point("http://ca.test/2"))), Reason::CrlScope);
    assert_eq!(reason_of(judged(&leaf(&ca, |_| ()), point(&here()))), Reason::CrlScope);
    let of_issuer = element(0xa0, &element(0xa0, &element(0xa4, &ca.subject())));
    assert_eq!(judged(&leaf(&ca, |_| ()), of_issuer).unwrap(), GOOD);
    assert_eq!(told_of(&ca, &of_point(here()), &[Crl::of(&ca, &[]).sign(&ca)]).unwrap(), GOOD);
}

// [5280-6.3.3-2]
#[test]
fn crls_for_some_reasons_tell_only_together() {
    let ca = issuer();
    let some = |bits: [u8; 2]| Crl::of(&ca, &[]).with(scope(&[&element(0x83, &[&[7][..], &bits].concat())])).sign(&ca);
    let (early, late) = (some([0x78, 0]), some([0x07, 0x80]));
    assert_eq!(reason_of(told(std::slice::from_ref(&early), &ca)), Reason::CrlReasons);
    assert_eq!(told(&[early, late], &ca).unwrap(), GOOD);
}

// [5280-5.3.3-1]
#[test]
fn entries_of_an_indirect_crl_are_of_the_issuer_named_last() {
    let ca = issuer();
    let other = extension(29, true, &sequence(&[&element(0xa4, &Ca::root("other").subject())]));
    let own = extension(29, true, &sequence(&[&element(0xa4, &ca.subject())]));
    let judged = |entries: Vec<Vec<u8>>| {
        let mut crl = Crl::of(&ca, &[]).with(scope(&[&element(0x84, &[0xff])]));
        crl.entries = entries;
        told(&[crl.sign(&ca)], &ca)
    };
    assert_eq!(reason_of(judged(vec![entry(SERIAL, &[])])), Reason::CertificateRevoked);
    assert_eq!(judged(vec![entry(SERIAL, std::slice::from_ref(&other))]).unwrap(), GOOD);
    assert_eq!(judged(vec![entry(&[1], std::slice::from_ref(&other)), entry(SERIAL, &[])]).unwrap(), GOOD);
    let back = judged(vec![entry(&[1], &[other]), entry(&[2], &[own]), entry(SERIAL, &[])]);
    assert_eq!(reason_of(back), Reason::CertificateRevoked);
}

#[test]
fn the_unknown_is_refused_or_accepted_and_told() {
    let ca = issuer();
    let leaf = leaf(&ca, |_| ());
    let judged = |policy: Revocation| verdict(NOW, &ca, &leaf, &policy);
    assert_eq!(reason_of(judged(Revocation::require(Crls::default()))), Reason::RevocationUnknown);
    let unknown = judged(Revocation::soft(Crls::default())).unwrap();
    assert_eq!(unknown, RevocationStatus::Unknown(Reason::RevocationUnknown));
    assert_eq!(judged(Revocation::off()).unwrap(), RevocationStatus::NotAsked);
    assert!(unknown.to_string().starts_with("unknown: nothing at hand"), "{unknown}");
    assert_eq!(GOOD.to_string(), "not revoked, by the CRL of 2026-05-01T00:00:00Z, good until 2026-07-01T00:00:00Z");
}

// [9608-2-1]
#[test]
fn a_certificate_of_which_nothing_is_ever_told_is_accepted_and_told() {
    let ca = issuer();
    let short = leaf(&ca, |p| p.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![5, 0])));
    let verdict = verdict(NOW, &ca, &short, &Revocation::require(Crls::default()));
    assert_eq!(verdict.unwrap(), RevocationStatus::NotAvailable);
}

#[test]
fn only_the_whole_path_has_its_intermediates_judged() {
    let crl_sign = |p: &mut rcgen::CertificateParams| p.key_usages.push(KeyUsagePurpose::CrlSign);
    let root = issuer();
    let lower = root.intermediate_with("lower", crl_sign);
    let leaf = leaf(&lower, |_| ());
    let crls = load(&[Crl::of(&lower, &[]).sign(&lower), Crl::of(&root, &[&serial(&lower.der)]).sign(&root)], &[]);
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let judged = |policy: &Revocation| {
        let question = Question::new(&anchors, NOW, Purpose::Server).revocation(policy);
        verify(&provider(), &[&leaf, &lower.der], &question).map(|verified| verified.revocation())
    };
    assert_eq!(judged(&Revocation::require(crls.clone())).unwrap(), GOOD);
    let verdict = judged(&Revocation::require(crls).whole_path());
    assert_eq!(refusal(verdict), (Reason::CertificateRevoked, Some(1)));
}

#[test]
fn a_revoked_intermediate_does_not_close_another_path() {
    let (old, new) = (issuer(), Ca::root_with("new", |p| p.key_usages.push(KeyUsagePurpose::CrlSign)));
    let lower = old.intermediate_with("lower", |p| p.key_usages.push(KeyUsagePurpose::CrlSign));
    let cross = new.cross_sign(&lower);
    let leaf = leaf(&lower, |_| ());
    let crls = load(
        &[
            Crl::of(&lower, &[]).sign(&lower),
            Crl::of(&old, &[&serial(&lower.der)]).sign(&old),
            Crl::of(&new, &[]).sign(&new),
        ],
        &[],
    );
    let anchors = Anchors::from_der([&old.der, &new.der]).unwrap();
    let policy = Revocation::require(crls).whole_path();
    let question = Question::new(&anchors, NOW, Purpose::Server).revocation(&policy);
    let verified = verify(&provider(), &[&leaf, &lower.der, &cross], &question).unwrap();
    assert_eq!(verified.path().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(verified.revocation(), GOOD);
}

// [5280-5.1-1] [5280-5.1.1.2-1] [5280-5.1.2.7-1]
#[test]
fn a_crl_that_is_not_as_drawn_is_refused_when_it_is_loaded() {
    let ca = issuer();
    let parsed = |edit: &dyn Fn(&mut Crl)| {
        let mut crl = Crl::of(&ca, &[]);
        edit(&mut crl);
        let der = crl.sign(&ca);
        let at_load = Crls::from_der(&provider(), &[&der], &Anchors::default()).map(|_| ());
        let field = View::parse(&der).map(|_| ()).map_err(|fault| {
            assert_eq!(fault.reason(), Reason::CrlMalformed);
            fault.place().field
        });
        (field, at_load.is_ok())
    };
    assert_eq!(parsed(&|_| ()), (Ok(()), true));
    assert_eq!(parsed(&|crl| crl.version = vec![2, 1, 0]), (Err("version"), false));
    assert_eq!(parsed(&|crl| crl.version.clear()), (Err("crlExtensions"), false));
    assert_eq!(parsed(&|crl| crl.issuer = vec![0x30, 0]), (Err("issuer"), false));
    assert_eq!(parsed(&|crl| crl.next_update = element(0x17, b"260732000000Z")), (Err("nextUpdate"), false));
    let twice = |crl: &mut Crl| crl.extensions.push(number(false, &[8]));
    assert_eq!(parsed(&twice), (Err("crlExtensions (one occurs twice)"), false));
    // Entries are read when the CRL is loaded.
    let remove = |crl: &mut Crl| crl.entries.push(entry(&[1], &[reason(8)]));
    assert_eq!(parsed(&remove), (Ok(()), false));

    let mut other_algorithm = Crl::of(&ca, &[]).sign(&ca);
    let sha256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
    let at = other_algorithm.windows(sha256.len()).position(|window| window == sha256).unwrap();
    other_algorithm[at + 7] = 3;
    assert_eq!(View::parse(&other_algorithm).unwrap_err().place().field, "signatureAlgorithm");
}

#[test]
fn crls_and_their_issuers_are_read_from_one_file() {
    let ca = issuer();
    let crl = pem("X509 CRL", &Crl::of(&ca, &[&[1], &[2]]).sign(&ca));
    let alone = Crls::from_pem(&provider(), crl.as_bytes(), &Anchors::default()).unwrap();
    let with = (crl + &pem("CERTIFICATE", &ca.der)).into_bytes();
    let with = Crls::from_pem(&provider(), &with, &Anchors::default()).unwrap();
    for (crls, verified) in [(alone, false), (with, true)] {
        let list = crls.iter().next().unwrap();
        assert_eq!((list.len(), list.is_verified(), list.unusable(), list.number()), (2, verified, None, &[7][..]));
        assert_eq!(list.issuer().to_string(), "CN=root");
    }
    let error = Crls::from_pem(&provider(), pem("CERTIFICATE", &ca.der).as_bytes(), &Anchors::default()).unwrap_err();
    assert_eq!(error.to_string(), "is a certificate (CERTIFICATE, line 1), not a CRL");
    let broken = pem("X509 CRL", &[0x30, 0]);
    let error = Crls::from_pem(&provider(), broken.as_bytes(), &Anchors::default()).unwrap_err();
    let told = "CRL 1 (line 1): a CRL cannot be parsed, field tbsCertList (RFC 5280 §5.1)";
    assert_eq!(error.to_string(), told);
}

/// The content of an INTEGER: no longer than it needs to be.
fn integer() -> impl Strategy<Value = Vec<u8>> {
    // Few different bytes, so that serial numbers meet.
    prop::collection::vec(prop::sample::select(&[0, 1, 0x7f, 0x80, 0xff][..]), 1..22).prop_filter(
        "minimal, and of a certificate's length",
        |content| {
            let positive = content.strip_prefix(&[0]).unwrap_or(content);
            !matches!(content[..], [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..]) && positive.len() <= 20
        },
    )
}

proptest! {
    #[test]
    fn the_index_finds_what_a_linear_scan_finds(
        revoked in prop::collection::vec(integer(), 0..60),
        others in prop::collection::vec(integer(), 1..60),
    ) {
        let ca = issuer();
        let serials: Vec<&[u8]> = revoked.iter().map(Vec::as_slice).collect();
        let der = Crl::of(&ca, &serials).sign(&ca);
        let crls = load(std::slice::from_ref(&der), &[]);
        let list = crls.iter().next().unwrap();
        let view = View::parse(&der).unwrap();
        for serial in revoked.iter().chain(&others) {
            let scanned = view.entries().any(|entry| entry.unwrap().serial == serial);
            prop_assert_eq!(list.find(serial).is_some(), scanned, "{:?}", serial);
        }
    }
}
