//! The witness that writes everything down, and lets the search go on past what failed.

use super::{Finding, Record, Standing, Step, Verdict};
use crate::fault::{Fault, Reason};
use crate::x509::{Rule, budget::Budget, witness::Witness};
use alloc::vec::Vec;

/// Steps that are written down; a search that takes more ends there. An honest chain takes a handful.
const MAX_STEPS: usize = 128;
/// What a step beyond is known by.
const NOWHERE: u16 = u16::MAX;

/// What happened in a search. Nothing in it is judged: that is the verdict of [`verify`](crate::x509::verify).
pub(in crate::x509) struct Recorder {
    pub(super) steps: Vec<Step>,
    pub(super) records: Vec<Record>,
    /// More could be tried than was.
    pub(super) cut: bool,
    /// For paths that are known to fail; the others have the budget of the verdict.
    spare: Budget,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { steps: Vec::new(), records: Vec::new(), cut: false, spare: Budget::of_failed_paths() }
    }

    fn step(&mut self, below: Option<u16>, on: Standing) -> u16 {
        let Some(mark) = u16::try_from(self.steps.len()).ok().filter(|_| self.steps.len() < MAX_STEPS) else {
            self.cut = true;
            return NOWHERE;
        };
        self.steps.push(Step { below, on, failed: false });
        mark
    }

    /// The step itself and those below it.
    fn down(&self, at: u16) -> impl Iterator<Item = &Step> {
        let step = |mark: u16| self.steps.get(usize::from(mark));
        core::iter::successors(step(at), move |above| above.below.and_then(step))
    }

    /// [5280-6.1-4]
    fn write(&mut self, at: u16, rule: Rule, verdict: Verdict, finding: Option<Finding>) {
        if let Some(step) = self.steps.get_mut(usize::from(at)) {
            step.failed |= verdict == Verdict::Failed;
        }
        // A signature is met again on every path that leads over it.
        let again = |record: &Record| record.step == Some(at) && record.rule == rule;
        if rule != Rule::Signature || !self.records.iter().any(again) {
            self.records.push(Record { step: Some(at), rule, verdict, finding });
        }
    }

    fn write_not_passed(&mut self, at: u16, rule: Rule, verdict: Verdict, fault: &Fault) {
        let mut finding = Finding::of(fault);
        let on = self.steps.get(usize::from(at)).map(|step| step.on);
        // Exhaustion is no certificate's fault.
        if let Some(Standing::Certificate(index)) = on.filter(|_| finding.reason != Reason::CertificateBudget) {
            finding.place.certificate = finding.place.certificate.or(u8::try_from(index).ok());
        }
        self.write(at, rule, verdict, Some(finding));
    }
}

impl Witness for Recorder {
    type Mark = u16;
    const RECORDS: bool = true;

    fn leaf(&mut self) -> u16 {
        self.step(None, Standing::Certificate(0))
    }

    fn issuer(&mut self, below: u16, index: usize) -> u16 {
        self.step(Some(below), Standing::Certificate(index))
    }

    fn anchor(&mut self, below: u16, index: usize) -> u16 {
        self.step(Some(below), Standing::Anchor(index))
    }

    fn check<T>(&mut self, at: u16, rule: Rule, verdict: Result<T, Fault>) -> Result<Option<T>, Fault> {
        match verdict {
            _ if at == NOWHERE => Err(Reason::CertificateBudget.into()),
            Ok(value) => {
                self.write(at, rule, Verdict::Passed, None);
                Ok(Some(value))
            }
            Err(fault) if fault.reason() == Reason::CertificateBudget => Err(fault),
            Err(fault) => {
                self.write_not_passed(at, rule, Verdict::Failed, &fault);
                Ok(None)
            }
        }
    }

    fn note(&mut self, at: u16, rule: Rule, verdict: impl FnOnce() -> Result<(), Fault>) {
        match verdict() {
            Ok(()) => self.write(at, rule, Verdict::Passed, None),
            Err(fault) => self.write_not_passed(at, rule, Verdict::Tolerated, &fault),
        }
    }

    fn unchecked(&mut self, at: u16, rule: Rule) {
        self.write(at, rule, Verdict::Unchecked, None);
    }

    fn unreadable(&mut self, fault: Fault) -> Result<(), Fault> {
        let finding = Some(Finding::of(&fault));
        self.records.push(Record { step: None, rule: Rule::Encoding, verdict: Verdict::Failed, finding });
        Ok(())
    }

    fn failed(&mut self, at: u16, fault: Fault, _: u8) -> Result<(), Fault> {
        if at == NOWHERE {
            return Err(fault);
        }
        let exhausted = fault.reason() == Reason::CertificateBudget;
        self.cut |= exhausted;
        if exhausted && !self.holds(at) {
            return Ok(());
        }
        self.write_not_passed(at, Rule::of(fault.reason()), Verdict::Failed, &fault);
        if exhausted { Err(fault) } else { Ok(()) }
    }

    fn holds(&self, at: u16) -> bool {
        at != NOWHERE && self.down(at).all(|step| !step.failed)
    }

    fn spare(&mut self, at: u16) -> Option<&mut Budget> {
        if self.holds(at) { None } else { Some(&mut self.spare) }
    }
}
