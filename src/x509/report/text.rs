//! A report for people: one line, or a drawing of all paths.

use super::{Check, Report, Standing, Verdict};
use crate::{
    fault::Reason,
    x509::{Name, RevocationStatus, Rule},
};
use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt::{self, Display, Formatter, Write as _};

pub(super) struct Summary<'r>(pub(super) &'r Report);

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.outcome {
            Ok(path) => {
                f.write_str("accepted: ")?;
                for index in path.indices() {
                    write!(f, "{}, under ", Standing::Certificate(index).of(self.0))?;
                }
                write!(f, "{}; until {}", Standing::Anchor(path.anchor).of(self.0), path.not_after)?;
                match self.0.notes().count() {
                    0 => {}
                    1 => f.write_str("; 1 rule is broken that the profile does not insist on")?,
                    n => write!(f, "; {n} rules are broken that the profile does not insist on")?,
                }
                if path.revocation() != RevocationStatus::NotAsked {
                    write!(f, "; revocation: {}", path.revocation())?;
                }
                self.0.unchecked().try_for_each(|open| write!(f, "; not checked: {open}"))
            }
            Err(finding) => {
                f.write_str("refused: ")?;
                let top = self.0.failures().next();
                if let Some(standing) = top.and_then(|check| check.about()) {
                    write!(f, "{}: ", standing.of(self.0))?;
                }
                let is_readable = |rule| matches!(rule, Rule::IssuerNamed | Rule::LeafNameConstraints);
                let is_plain =
                    |check: &Check<'_>| finding.reason == Reason::CertificateProfile || is_readable(check.rule());
                if let Some(check) = top.filter(is_plain) {
                    return write!(f, "breaks the rule that {}; {}", check.rule().says(), check.section());
                }
                let says = finding.reason.says();
                let Some(check) = top else { return f.write_str(says) };
                let actual = check.actual().to_string();
                if actual.starts_with(says) {
                    return write!(f, "{actual}; {}", check.section());
                }
                write!(f, "{says} (expected {}, found {actual}); {}", check.expected(), check.section())
            }
        }
    }
}

impl Check<'_> {
    /// What is to blame: the certificate, or the anchor.
    fn about(&self) -> Option<Standing> {
        self.certificate().map(Standing::Certificate).or_else(|| self.on())
    }
}

impl Standing {
    /// With its subject.
    fn of(self, report: &Report) -> impl Display + '_ {
        Named { standing: self, report }
    }
}

struct Named<'r> {
    standing: Standing,
    report: &'r Report,
}

impl Display for Named<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.standing {
            Standing::Certificate(index) => {
                write!(f, "certificate {index}")?;
                let Some(certificate) = self.report.certificate(index) else { return Ok(()) };
                if !certificate.subject().is_empty() {
                    return write!(f, ", {}", certificate.subject());
                }
                match certificate.san().next() {
                    Some(name) => write!(f, ", {name}"),
                    None => Ok(()),
                }
            }
            Standing::Anchor(index) => {
                write!(f, "anchor {index}")?;
                let anchor = self.report.anchors.at(index);
                let subject = anchor.as_ref().and_then(|anchor| Name::parse(anchor.subject).ok());
                subject.map_or(Ok(()), |subject| write!(f, ", {subject}"))
            }
        }
    }
}

/// The verdict, and all paths as a tree that hangs from the leaf. Checks that were passed are counted; `{:#}` shows them too.
impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.summary())?;
        if !self.steps.is_empty() {
            draw(self, 0, &mut String::new(), "", "", f)?;
        }
        let mut strays = self.checks().filter(|check| check.record.step.is_none());
        strays.try_for_each(|check| write_check(&check, "", f))?;
        if self.is_cut() {
            writeln!(f, "there are more paths than are shown")?;
        }
        Ok(())
    }
}

/// The step `at` and everything above it. `before` stands in front of every line, `branch` in front of the first, and `stem` of
/// the others.
fn draw(report: &Report, at: u16, before: &mut String, branch: &str, stem: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let Some(step) = report.step(at) else { return Ok(()) };
    let mark = if step.failed { '✗' } else { '✓' };
    writeln!(f, "{before}{branch}{mark} {}", step.on.of(report))?;
    let outside = before.len();
    before.push_str(stem);
    let above: Vec<u16> = report.above(at).collect();
    let own = if above.is_empty() { "    " } else { "│   " };
    before.push_str(own);
    write_checks(report, at, before, f)?;
    before.truncate(before.len().saturating_sub(own.len()));
    for (number, next) in above.iter().enumerate() {
        let last = number.saturating_add(1) == above.len();
        let (branch, stem) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        draw(report, *next, before, branch, stem, f)?;
    }
    before.truncate(outside);
    Ok(())
}

fn write_checks(report: &Report, at: u16, before: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let is_shown = |check: &Check<'_>| f.alternate() || check.verdict() != Verdict::Passed;
    let (shown, passed): (Vec<_>, Vec<_>) = report.checks_of(at).partition(is_shown);
    if !passed.is_empty() {
        writeln!(f, "{before}✓ {} rules are kept", passed.len())?;
    }
    shown.iter().try_for_each(|check| write_check(check, before, f))
}

fn write_check(check: &Check<'_>, before: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let mark = match check.verdict() {
        Verdict::Passed => '✓',
        Verdict::Failed => '✗',
        Verdict::Tolerated => '~',
        Verdict::Unchecked => '?',
    };
    let is_top = check.verdict() == Verdict::Failed
        && !check.report.is_accepted()
        && check.report.failures().next().is_some_and(|top| core::ptr::eq(top.record, check.record));
    let arrow = if is_top { "  <- this decides" } else { "" };
    writeln!(f, "{before}{mark} {} ({}){arrow}", check.rule().says(), check.section())?;
    if check.verdict() == Verdict::Passed {
        return Ok(());
    }
    let mut place = String::new();
    if let Some(index) = check.certificate() {
        write!(place, "certificate {index}")?;
        if let Some(offset) = check.offset() {
            write!(place, ", byte {offset}")?;
        }
        place.push_str(": ");
    }
    match check.record.finding {
        // The rule says all.
        Some(finding) if finding.reason == Reason::CertificateProfile => {
            writeln!(f, "{before}    {place}{}", finding.place.field)
        }
        _ => writeln!(f, "{before}    {place}expected {}, found {}", check.expected(), check.actual()),
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Report({})", self.summary())
    }
}
