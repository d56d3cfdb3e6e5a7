//! nameConstraints (RFC 5280 §4.2.1.10): the part in which all stacks agree.

use crate::tolerant::certificate::NameConstraints;
use crate::tolerant::name::GeneralName;

/// The two lists of a nameConstraints extension. What a wildcard fits may differ between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subtrees {
    Permitted,
    Excluded,
}

/// Whether a name lies in a subtree of its own kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Inside,
    Outside,
    /// The stack can't tell, and refuses.
    Unknown,
}

impl Fit {
    pub(super) const fn when(inside: bool) -> Self {
        if inside { Self::Inside } else { Self::Outside }
    }
}

/// Whether so many names and constraints are compared that the stack gives up, and refuses.
pub(super) fn are_too_many(names: usize, constraints: &NameConstraints, most: usize) -> bool {
    names.saturating_mul(constraints.permitted.len() + constraints.excluded.len()) > most
}

/// Whether a name is kept out: it lies in an excluded subtree, or outside of all permitted ones of its kind.
pub(super) fn keeps_out(
    constraints: &NameConstraints,
    name: &GeneralName,
    fit: fn(Subtrees, &GeneralName, &GeneralName) -> Fit,
) -> bool {
    let fits = |list, bases: &[GeneralName]| -> Vec<Fit> {
        bases.iter().filter(|base| base.is_same_kind(name)).map(|base| fit(list, name, base)).collect()
    };
    let permitted = fits(Subtrees::Permitted, &constraints.permitted);
    let excluded = fits(Subtrees::Excluded, &constraints.excluded);
    let unknown = permitted.contains(&Fit::Unknown) || excluded.contains(&Fit::Unknown);
    unknown || excluded.contains(&Fit::Inside) || (!permitted.is_empty() && !permitted.contains(&Fit::Inside))
}
