//! How much work one chain may cause (RFC 8446 Appendix C.2 warns of chains made to exhaust the verifier).

use crate::fault::{Fault, Reason};

/// What is left of the work allowed for one call of [`verify`](super::verify).
pub(super) struct Budget {
    signatures: u32,
    steps: u32,
    comparisons: u32,
}

impl Budget {
    /// [5280-6.1-2]
    /// An honest path has up to four signatures, found in as many steps. The rest is room for cross-signed and
    /// re-issued certificates, where a candidate can turn out to be the wrong one late. Constraints are compared before
    /// any signature is verified, so nobody has to certify a chain that spends all of it: `benches/x509` times that.
    pub(super) const fn of_one_chain() -> Self {
        Self { signatures: 12, steps: 250, comparisons: 100_000 }
    }

    /// For explaining why paths fail that are known to: it is spent on top of the other.
    #[cfg(feature = "alloc")]
    pub(super) const fn of_failed_paths() -> Self {
        Self { signatures: 4, steps: 32, comparisons: 20_000 }
    }

    /// One public-key operation.
    pub(super) fn signature(&mut self) -> Result<(), Fault> {
        spend(&mut self.signatures, 1, "signatures")
    }

    /// One certificate put on top of a path.
    pub(super) fn step(&mut self) -> Result<(), Fault> {
        spend(&mut self.steps, 1, "steps")
    }

    /// The fields and extensions of a certificate read at one place of a path: lists in it can be as long as a message, and are
    /// read again at every other place.
    #[cfg(feature = "alloc")]
    pub(super) fn certificate(&mut self, len: usize) -> Result<(), Fault> {
        spend(&mut self.comparisons, len >> 3, "certificates")
    }

    /// Names held against name constraints: 1 for reading a constraint, and what the comparison then takes.
    pub(super) fn comparison(&mut self, work: usize) -> Result<(), Fault> {
        spend(&mut self.comparisons, work, "name constraints")
    }

    /// Certificate policies put into the graph, each of which takes as long as some comparisons.
    #[cfg(feature = "alloc")]
    pub(super) fn policies(&mut self, count: usize) -> Result<(), Fault> {
        spend(&mut self.comparisons, count.saturating_mul(8), "policies")
    }
}

fn spend(left: &mut u32, work: usize, what: &'static str) -> Result<(), Fault> {
    let rest = u32::try_from(work).ok().and_then(|work| left.checked_sub(work));
    *left = rest.ok_or_else(|| Fault::from(Reason::CertificateBudget).field(what))?;
    Ok(())
}
