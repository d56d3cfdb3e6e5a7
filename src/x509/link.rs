//! A path as a list that lives on the stack of the search.

use super::{Certificate, budget::Budget, constraints::NameConstraints};
use crate::fault::Fault;

/// A certificate in the path that is being tried.
pub(super) struct Link<'l, 'a, M> {
    pub(super) certificate: Certificate<'a>,
    /// In the chain as sent.
    pub(super) index: usize,
    /// Links below.
    pub(super) depth: u8,
    /// Intermediate certificates up to and including this one that are not self-issued: what pathLenConstraint counts.
    pub(super) intermediates: u8,
    pub(super) below: Option<&'l Link<'l, 'a, M>>,
    pub(super) mark: M,
}

impl<M> Link<'_, '_, M> {
    /// This link and those below it, down to the leaf.
    pub(super) fn down(&self) -> impl Iterator<Item = &Self> + Clone {
        core::iter::successors(Some(self), |link| link.below)
    }

    fn is_leaf(&self) -> bool {
        self.below.is_none()
    }

    /// Whether `certificate` would bring nothing new: a path with the same name and key twice has a shorter one in it.
    pub(super) fn repeats(&self, certificate: &Certificate<'_>) -> bool {
        self.down().any(|link| {
            link.certificate.subject() == certificate.subject() && link.certificate.spki() == certificate.spki()
        })
    }

    /// §6.1.3 (b), (c): every certificate below the one with the constraints, but for self-issued intermediates.
    pub(super) fn admit_names(&self, constraints: Option<&[u8]>, budget: &mut Budget) -> Result<(), Fault> {
        let Some(constraints) = constraints else { return Ok(()) };
        let constraints = NameConstraints::parse(constraints)?;
        for link in self.down().filter(|link| link.is_leaf() || !link.certificate.is_self_issued()) {
            constraints.admit(&link.certificate, budget).map_err(|fault| fault.certificate(link.index))?;
        }
        Ok(())
    }
}
