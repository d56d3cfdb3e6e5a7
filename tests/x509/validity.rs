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

/// A leaf under an intermediate that is valid in February only, judged at a time of this trust.
fn judge_in(time: impl Into<Time>) -> Result<Vec<Unchecked>, Reason> {
    let root = Ca::root("root");
    let intermediate = root.intermediate_with("intermediate", |params| {
        params.not_before = date_time_ymd(2026, 2, 1);
        params.not_after = date_time_ymd(2026, 3, 1);
    });
    let leaf = intermediate.leaf();
    judge_at(time, &[&leaf, &intermediate.der], &[&root.der])
        .map(|verified| verified.unchecked().collect())
        .map_err(|fault| fault.reason())
}

const JANUARY: UnixTime = UnixTime(NOT_BEFORE.0 + 1);
const FEBRUARY: UnixTime = UnixTime(1_769_904_000);
const APRIL: UnixTime = UnixTime(1_775_001_600);

#[test]
fn a_known_time_leaves_nothing_unchecked() {
    assert_eq!(judge_in(FEBRUARY), Ok(vec![]));
    assert_eq!(judge_in(JANUARY), Err(Reason::CertificateNotYetValid));
    assert_eq!(judge_in(APRIL), Err(Reason::CertificateExpired));
}

// [5280-6.1.1-1]
#[test]
fn a_time_that_is_only_the_least_refuses_what_had_expired_and_says_what_is_open() {
    assert_eq!(judge_in(Time::AtLeast(FEBRUARY)), Ok(vec![Unchecked::LaterValidity]));
    assert_eq!(judge_in(Time::AtLeast(JANUARY)), Ok(vec![Unchecked::LaterValidity]));
    assert_eq!(judge_in(Time::AtLeast(APRIL)), Err(Reason::CertificateExpired));
}

// [5280-6.1.1-1]
#[test]
fn without_a_time_validity_is_not_looked_at_and_the_verdict_says_so() {
    assert_eq!(judge_in(Time::Unknown), Ok(vec![Unchecked::Validity]));
    let said = Unchecked::Validity.to_string();
    assert!(said.contains("validity") && said.contains("unknown"), "{said}");
}
