//! Who watches the search for a path: every check is reported here, by its [`Rule`].
//!
//! [`Closest`] keeps one fault, and stops at the first failed check of a candidate: that is all that a verdict takes. The
//! [`Recorder`](super::report::Recorder) keeps all checks and lets the search go on past those that fail.

use super::{Rule, budget::Budget, verdicts::Verdicts};
use crate::fault::{Fault, Reason};

/// A path that is being tried is known to its witness by a mark on its topmost certificate.
pub(super) trait Witness {
    type Mark: Copy;
    /// Whether failed checks are recorded, and the search goes on past them.
    const RECORDS: bool;

    /// The search begins at the leaf.
    fn leaf(&mut self) -> Self::Mark;
    /// The certificate at `index` of the chain is put on top of the path.
    fn issuer(&mut self, below: Self::Mark, index: usize) -> Self::Mark;
    /// The anchor at `index` of the anchors is put on top of the path.
    fn anchor(&mut self, below: Self::Mark, index: usize) -> Self::Mark;
    /// A check was made. `Ok(None)`: it failed, but goes on.
    fn check<T>(&mut self, at: Self::Mark, rule: Rule, verdict: Result<T, Fault>) -> Result<Option<T>, Fault>;
    /// Verifies a signature, or remembers that it was.
    fn signature(&mut self, verify: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
        verify()
    }
    /// A rule that the profile does not insist on; it is looked at only if somebody wants to know.
    #[cfg(feature = "alloc")]
    fn note(&mut self, at: Self::Mark, rule: Rule, verdict: impl FnOnce() -> Result<(), Fault>);
    /// A rule that could not be checked.
    fn unchecked(&mut self, at: Self::Mark, rule: Rule);
    /// A certificate of the chain can't be read, and so is no candidate. An error ends the search.
    fn unreadable(&mut self, fault: Fault) -> Result<(), Fault>;
    /// A path ends here, `depth` certificates above the leaf. An error ends the search.
    fn failed(&mut self, at: Self::Mark, fault: Fault, depth: u8) -> Result<(), Fault>;
    /// Whether no check on the path failed so far.
    fn holds(&self, at: Self::Mark) -> bool;
    /// What pays for work on a path that failed.
    fn spare(&mut self, at: Self::Mark) -> Option<&mut Budget>;
}

/// A witness, and what the checks it is told of are about.
pub(super) struct At<'w, W: Witness> {
    witness: &'w mut W,
    mark: W::Mark,
}

impl<'w, W: Witness> At<'w, W> {
    pub(super) fn new(witness: &'w mut W, mark: W::Mark) -> Self {
        Self { witness, mark }
    }

    /// A check was made. An error ends what is being checked.
    #[inline(always)]
    pub(super) fn check(&mut self, rule: Rule, verdict: Result<(), Fault>) -> Result<(), Fault> {
        self.witness.check(self.mark, rule, verdict).map(|_| ())
    }

    /// A rule that only some profiles insist on (`strict`). The others are lenient, which the report notes.
    #[cfg(feature = "alloc")]
    pub(super) fn check_if(
        &mut self,
        strict: bool,
        rule: Rule,
        verdict: impl FnOnce() -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if strict {
            return self.check(rule, verdict());
        }
        self.witness.note(self.mark, rule, verdict);
        Ok(())
    }

    /// A rule that could not be checked.
    pub(super) fn unchecked(&mut self, rule: Rule) {
        self.witness.unchecked(self.mark, rule);
    }
}

/// How much a fault on a path tells; the more is believed.
pub(super) const fn telling(reason: Reason) -> u8 {
    match reason {
        Reason::CertificateIssuerUnknown | Reason::CertificateSelfSigned => 0,
        // The candidate may be another one of the same name.
        Reason::CertificateSignatureBad => 2,
        _ => 3,
    }
}

/// Keeps the fault of the path that came closest, and what verdicts are to be remembered.
#[derive(Default)]
pub(super) struct Closest<'v> {
    kept: Option<(Rank, Fault)>,
    verdicts: Option<&'v mut Verdicts>,
}

/// First how telling the reason is, then how far the path had come.
type Rank = (u8, u8);

impl<'v> Closest<'v> {
    pub(super) fn with(verdicts: Option<&'v mut Verdicts>) -> Self {
        Self { kept: None, verdicts }
    }

    /// Why no path was found.
    pub(super) fn into_fault(self) -> Fault {
        self.kept.map_or_else(|| Reason::Internal.into(), |(_, fault)| fault)
    }

    fn keep(&mut self, rank: Rank, fault: Fault) {
        if self.kept.as_ref().is_none_or(|(kept, _)| rank > *kept) {
            self.kept = Some((rank, fault));
        }
    }
}

impl Witness for Closest<'_> {
    type Mark = ();
    const RECORDS: bool = false;

    fn leaf(&mut self) {}

    fn issuer(&mut self, (): (), _: usize) {}

    fn anchor(&mut self, (): (), _: usize) {}

    #[inline(always)]
    fn check<T>(&mut self, (): (), _: Rule, verdict: Result<T, Fault>) -> Result<Option<T>, Fault> {
        verdict.map(Some)
    }

    fn signature(&mut self, verify: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
        match &mut self.verdicts {
            Some(verdicts) => verdicts.next(verify),
            None => verify(),
        }
    }

    #[cfg(feature = "alloc")]
    #[inline]
    fn note(&mut self, (): (), _: Rule, _: impl FnOnce() -> Result<(), Fault>) {}

    fn unchecked(&mut self, (): (), _: Rule) {}

    /// It may be one that the path would not need, but tells more than that an issuer is missing.
    fn unreadable(&mut self, fault: Fault) -> Result<(), Fault> {
        self.keep((1, 0), fault);
        Ok(())
    }

    /// Exhaustion is not a verdict on one path: it ends all.
    fn failed(&mut self, (): (), fault: Fault, depth: u8) -> Result<(), Fault> {
        if fault.reason() == Reason::CertificateBudget {
            return Err(fault);
        }
        self.keep((telling(fault.reason()), depth), fault);
        Ok(())
    }

    fn holds(&self, (): ()) -> bool {
        true
    }

    fn spare(&mut self, (): ()) -> Option<&mut Budget> {
        None
    }
}
