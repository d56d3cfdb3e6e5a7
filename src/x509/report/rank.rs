//! Which failure comes first.

use super::{Finding, Record, Step, Verdict};
use crate::x509::{Rule, witness::telling};
use alloc::vec::Vec;

/// The failed checks as indices into `records`: first the one that the verdict is made of, then the more telling before the
/// less, the lower certificate, on which more paths stand, before the upper, and what was checked first before the rest.
pub(super) fn of(steps: &[Step], records: &[Record], verdict: Option<&Finding>) -> Vec<usize> {
    let mut ranked: Vec<_> = (0..records.len())
        .filter_map(|at| {
            let record = records.get(at).filter(|record| record.verdict == Verdict::Failed)?;
            let finding = record.finding?;
            let is_top = verdict.is_some_and(|verdict| verdict.is(&finding));
            // A certificate that can't be read is on no path.
            let telling = if record.step.is_some() { telling(finding.reason) } else { 1 };
            Some((!is_top, core::cmp::Reverse(telling), depth(steps, record.step), at))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(.., at)| at).collect()
}

fn depth(steps: &[Step], at: Option<u16>) -> usize {
    let step = |at: u16| steps.get(usize::from(at));
    core::iter::successors(at.and_then(step), |above| above.below.and_then(step)).count()
}

/// What a refusal says before there is any path to write down.
pub(super) fn add_missing(records: &mut Vec<Record>, finding: Finding) {
    let is_there = |record: &Record| record.finding.is_some_and(|other| other.is(&finding));
    if !records.iter().any(is_there) {
        let rule = Rule::of(finding.reason);
        records.push(Record { step: None, rule, verdict: Verdict::Failed, finding: Some(finding) });
    }
}
