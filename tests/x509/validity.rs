//! notBefore and notAfter.

use super::*;
fn bound(verdict: Result<Verified<'_>, Fault>) -> (Reason, Option<u8>, Detail) {
    let fault = verdict.unwrap_err();
    (fault.reason(), fault.place().certificate, fault.figures())
}

// [5280-6.1.3-2]
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

// [5280-6.1.3-2] [5280-6.1-3]
#[test]
fn it_counts_for_intermediates_and_anchors_as_well() {
    let root = Ca::root_with("root", |params| params.not_after = date_time_ymd(2026, 3, 1));
    let intermediate = root.intermediate_with("intermediate", |params| params.not_before = date_time_ymd(2026, 2, 1));
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
