//! Why a chain is accepted or refused: every path that was tried, and every check on it.
//!
//! [`explain`] searches as [`verify`] does, with somebody who writes down all checks, and goes on past those that fail. The
//! verdict is that of [`verify`]. What is written down is small: a rule, where, and the verdict. The rest, as offsets and what
//! was expected, is read from the certificates again when somebody asks.

mod found;
mod offset;
mod rank;
mod recorder;
mod remedy;
mod text;

use super::{
    Anchors, Certificate, MAX_CANDIDATES, Purpose, Question, RevocationStatus, Rule, ServerName, Time, Unchecked,
    UnixTime, Verified, path, rule::section_of, verified::Path, verify,
};
use crate::{
    crypto::Crypto,
    fault::{Detail, Fault, Place, Reason},
};
use alloc::{boxed::Box, vec::Vec};
use recorder::Recorder;

/// Judges `chain` as [`verify`] does, and tells why. It takes about twice the work, so it is for people and for failures.
#[must_use]
pub fn explain<C: Crypto>(crypto: &C, chain: &[&[u8]], question: &Question<'_>) -> Report {
    Report::of(crypto, chain, question, verify(crypto, chain, question).as_ref())
}

/// A verdict on a chain, and everything that led to it.
pub struct Report {
    chain: Box<[Box<[u8]>]>,
    anchors: Anchors,
    time: Time,
    purpose: Purpose,
    name: Option<ServerName<'static>>,
    outcome: Result<Path, Finding>,
    steps: Vec<Step>,
    /// In the order in which they were made.
    records: Vec<Record>,
    /// Failed checks as indices into the records, the most telling first.
    ranked: Vec<usize>,
    cut: bool,
}

/// A certificate, or an anchor, on top of a path that is being tried. The steps are a tree that is rooted in the leaf.
struct Step {
    below: Option<u16>,
    on: Standing,
    /// A check of its own failed.
    failed: bool,
}

/// What a step of a path stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A certificate, as an index into the chain as sent.
    Certificate(usize),
    /// An anchor, as an index into the anchors.
    Anchor(usize),
}

/// One check as it is written down.
struct Record {
    /// `None` if it belongs to no path.
    step: Option<u16>,
    rule: Rule,
    verdict: Verdict,
    /// Of a check that was not passed.
    finding: Option<Finding>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule is followed.
    Passed,
    /// It is not, and so the path is not valid.
    Failed,
    /// It is not, but the profile does not insist on it.
    Tolerated,
    /// It could not be checked.
    Unchecked,
}

/// What a fault says, as often as somebody wants to hear it.
#[derive(Clone, Copy)]
struct Finding {
    reason: Reason,
    place: Place,
    detail: Detail,
}

impl Finding {
    fn of(fault: &Fault) -> Self {
        Self { reason: fault.reason(), place: fault.place(), detail: fault.figures() }
    }

    /// Whether both blame the same certificate for the same reason.
    fn is(&self, other: &Self) -> bool {
        (self.reason, self.place.certificate) == (other.reason, other.place.certificate)
    }
}

impl Report {
    /// Of a verdict that is known.
    pub(crate) fn of<C: Crypto>(
        crypto: &C,
        chain: &[&[u8]],
        question: &Question<'_>,
        verdict: Result<&Verified<'_>, &Fault>,
    ) -> Self {
        let outcome = verdict.map(|verified| verified.path.clone()).map_err(Finding::of);
        let mut recorder = Recorder::new();
        // What ends the search is in the outcome too.
        let _ = path::search(crypto, chain, question, &mut recorder);
        let Recorder { steps, mut records, cut, .. } = recorder;
        if let Err(finding) = outcome {
            rank::add_missing(&mut records, finding);
        }
        let ranked = rank::of(&steps, &records, outcome.as_ref().err());
        Self {
            chain: chain.iter().take(MAX_CANDIDATES).map(|der| Box::from(*der)).collect(),
            anchors: question.anchors.clone(),
            time: question.time,
            purpose: question.purpose,
            name: question.name.cloned().map(ServerName::into_owned),
            outcome,
            steps,
            records,
            ranked,
            cut,
        }
    }

    /// Whether the chain was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Why the chain was refused: the top cause, from which the alert follows ([`Reason::alert`]).
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.outcome.as_ref().err().map(|finding| finding.reason)
    }

    /// The verdict in one line, which names the certificate that it is about.
    pub fn summary(&self) -> impl core::fmt::Display + '_ {
        text::Summary(self)
    }

    /// The failed checks of all paths, the most telling first. Also an accepted chain can have some, on paths that led
    /// nowhere.
    pub fn failures(&self) -> impl Iterator<Item = Check<'_>> {
        self.ranked.iter().filter_map(|at| self.records.get(*at)).map(|record| Check { report: self, record })
    }

    /// All checks, in the order in which they were made.
    pub fn checks(&self) -> impl Iterator<Item = Check<'_>> {
        self.records.iter().map(|record| Check { report: self, record })
    }

    /// The rules that the accepted path breaks, and that the profile does not insist on.
    pub fn notes(&self) -> impl Iterator<Item = Check<'_>> {
        let accepted = self.paths().find(Candidate::is_valid);
        accepted.into_iter().flat_map(|path| path.checks()).filter(|check| check.verdict() == Verdict::Tolerated)
    }

    /// Every path that was tried, each from the leaf up to where it ended. Paths share their lower steps.
    pub fn paths(&self) -> impl Iterator<Item = Candidate<'_>> {
        let tops =
            (0..self.steps.len()).filter_map(|at| u16::try_from(at).ok()).filter(|at| self.above(*at).next().is_none());
        tops.map(|top| Candidate { report: self, top })
    }

    /// The accepted path as indices into the chain as sent, leaf first.
    pub fn path(&self) -> impl Iterator<Item = usize> {
        self.outcome.iter().flat_map(Path::indices)
    }

    /// The anchor of the accepted path, as an index into the anchors.
    #[must_use]
    pub fn anchor(&self) -> Option<usize> {
        self.outcome.as_ref().ok().map(|path| path.anchor)
    }

    /// The earliest end of validity on the accepted path, the anchor's included.
    #[must_use]
    pub fn not_after(&self) -> Option<UnixTime> {
        self.outcome.as_ref().ok().map(|path| path.not_after)
    }

    /// What could not be checked.
    pub fn unchecked(&self) -> impl Iterator<Item = Unchecked> {
        Unchecked::of_time(self.time).into_iter()
    }

    /// Whether the certificates of the accepted path are known not to be revoked; of a refused chain, the checks tell.
    #[must_use]
    pub fn revocation(&self) -> RevocationStatus {
        self.outcome.as_ref().map_or(RevocationStatus::NotAsked, Path::revocation)
    }

    /// True if there was more to try than is written down here: chains can be made to have more paths than anybody can look
    /// at.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The chain as it was sent, in DER; at most [`MAX_CANDIDATES`] certificates.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(AsRef::as_ref)
    }

    fn certificate(&self, index: usize) -> Option<Certificate<'_>> {
        Certificate::parse(self.chain.get(index)?).ok()
    }

    fn step(&self, at: u16) -> Option<&Step> {
        self.steps.get(usize::from(at))
    }

    /// The step itself and those below it, down to the leaf.
    fn down(&self, at: u16) -> impl Iterator<Item = &Step> {
        core::iter::successors(self.step(at), |above| above.below.and_then(|below| self.step(below)))
    }

    /// The steps right above.
    fn above(&self, at: u16) -> impl Iterator<Item = u16> {
        let steps = self.steps.iter().enumerate().filter(move |(_, step)| step.below == Some(at));
        steps.filter_map(|(above, _)| u16::try_from(above).ok())
    }

    fn checks_of(&self, at: u16) -> impl Iterator<Item = Check<'_>> {
        self.checks().filter(move |check| check.record.step == Some(at))
    }
}

/// A path that was tried.
#[derive(Clone, Copy)]
pub struct Candidate<'r> {
    report: &'r Report,
    top: u16,
}

impl<'r> Candidate<'r> {
    /// What the path stands on, from its top down to the leaf.
    pub fn standings(&self) -> impl Iterator<Item = Standing> + use<'r> {
        self.report.down(self.top).map(|step| step.on)
    }

    /// The checks on the path, from its top down to the leaf.
    pub fn checks(&self) -> impl Iterator<Item = Check<'r>> + use<'r> {
        let (report, top) = (self.report, self.top);
        let down = core::iter::successors(Some(top), move |at| report.step(*at)?.below);
        down.flat_map(move |at| report.checks_of(at))
    }

    /// Whether no check on it failed, up to an anchor.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.report.step(self.top).is_some_and(|top| matches!(top.on, Standing::Anchor(_)))
            && self.checks().all(|check| check.verdict() != Verdict::Failed)
    }
}

/// One check.
#[derive(Clone, Copy)]
pub struct Check<'r> {
    report: &'r Report,
    record: &'r Record,
}

impl Check<'_> {
    /// The rule, which names the section that it is written in.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.record.rule
    }

    /// The document and section that demand it: those of the rule, or, where something can't be read, those that say how
    /// it is written.
    #[must_use]
    pub fn section(&self) -> &'static str {
        match (self.record.rule, self.record.finding) {
            (Rule::Encoding, Some(finding)) => section_of(finding.place.field),
            // What a CRL or a response must be is written in many places.
            (Rule::Revocation, Some(finding)) => finding.reason.rule(),
            (rule, _) => rule.section(),
        }
    }

    /// What came of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.record.verdict
    }

    /// Why it was not passed.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.record.finding.map(|finding| finding.reason)
    }

    /// What was checked; `None` for a certificate that could not be read.
    #[must_use]
    pub fn on(&self) -> Option<Standing> {
        self.step().map(|step| step.on)
    }

    /// The certificate that it is about, as an index into the chain as sent; `None` if it is an anchor. That can be another
    /// one than what was checked: a signature is checked with the key of the issuer, and is about what is below.
    #[must_use]
    pub fn certificate(&self) -> Option<usize> {
        if let Some(blamed) = self.record.finding.and_then(|finding| finding.place.certificate) {
            return Some(blamed.into());
        }
        let step = self.step()?;
        let about = if self.record.rule == Rule::Signature { self.report.step(step.below?)? } else { step };
        match about.on {
            Standing::Certificate(index) => Some(index),
            Standing::Anchor(_) => None,
        }
    }

    /// Where in the DER of that certificate the field begins that the rule is about.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        let field = offset::field_of(self.record.rule, self.record.finding.map(|finding| finding.place.field));
        offset::of(self.report.chain.get(self.certificate()?)?, field)
    }

    /// What the rule expects here.
    pub fn expected(&self) -> impl core::fmt::Display + '_ {
        found::Expected(*self)
    }

    /// What was found.
    pub fn actual(&self) -> impl core::fmt::Display + '_ {
        found::Actual(*self)
    }

    /// What to do about it, where that is plain.
    pub fn remedy(&self) -> Option<impl core::fmt::Display + '_> {
        remedy::of(self)
    }

    fn step(&self) -> Option<&Step> {
        self.record.step.and_then(|at| self.report.step(at))
    }
}
