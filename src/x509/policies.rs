//! Certificate policies (RFC 5280 §6.1 in the version of RFC 9618: a graph that grows with its input and no faster).
//!
//! A level of the graph belongs to a certificate of the path, and each of its nodes is a policy that is valid so far:
//!
//! ```text
//!     level 0     anyPolicy                                the anchor
//!                   |      \
//!     level 1     Gold     anyPolicy                       what the first certificate below it asserts ..
//!                   |  \       |
//!     level 2     Silver Red  anyPolicy                    .. after policyMappings: Gold is called Silver or Red here
//! ```
//!
//! Nodes that lead nowhere are left in place: a graph is NULL exactly when its last level is empty, and what counts at
//! the end is found from there upwards.

use super::{
    Anchor, Certificate,
    asn1::{Elements, Tag, context, malformed, only},
    budget::Budget,
    extensions::id,
};
use crate::fault::{Fault, Reason};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

/// What a caller demands of certificate policies: the inputs (c) to (f) of RFC 5280 §6.1.1. By default nothing, and then
/// a path can fail only where a CA in it demands a policy.
///
/// Policies are object identifiers as content octets: 2.23.140.1.2.1 is `[0x67, 0x81, 0x0c, 1, 2, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyDemand<'q> {
    acceptable: Option<&'q [&'q [u8]]>,
    explicit: bool,
    inhibit_mapping: bool,
    inhibit_any: bool,
}

impl<'q> PolicyDemand<'q> {
    /// Nothing is demanded.
    #[must_use]
    pub const fn none() -> Self {
        Self { acceptable: None, explicit: false, inhibit_mapping: false, inhibit_any: false }
    }

    /// The path must be valid for one of `policies` (user-initial-policy-set, initial-explicit-policy).
    #[must_use]
    pub const fn one_of(policies: &'q [&'q [u8]]) -> Self {
        Self { acceptable: Some(policies), explicit: true, inhibit_mapping: false, inhibit_any: false }
    }

    /// The path must be valid for some policy (initial-explicit-policy).
    #[must_use]
    pub const fn any() -> Self {
        Self { acceptable: None, explicit: true, inhibit_mapping: false, inhibit_any: false }
    }

    /// No CA may call a policy by another name (initial-policy-mapping-inhibit).
    #[must_use]
    pub const fn without_mapping(self) -> Self {
        Self { inhibit_mapping: true, ..self }
    }

    /// What it consists of: its switches, and the policies.
    pub(super) fn rules(&self) -> ([u8; 4], &'q [&'q [u8]]) {
        let switches = [self.acceptable.is_some(), self.explicit, self.inhibit_mapping, self.inhibit_any];
        (switches.map(u8::from), self.acceptable.unwrap_or_default())
    }

    /// anyPolicy in a certificate stands for no policy (initial-any-policy-inhibit).
    #[must_use]
    pub const fn without_any(self) -> Self {
        Self { inhibit_any: true, ..self }
    }
}

/// [5280-6.1.5-1] Whether the path is valid for a policy, if that is demanded by the caller or by a CA. `path` is from the
/// top down to the leaf, each with its index in the chain.
pub(super) fn check<'p, 'a: 'p>(
    path: impl Iterator<Item = (usize, &'p Certificate<'a>)> + Clone,
    anchor: &Anchor<'_>,
    demand: &PolicyDemand<'_>,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let restricts = |certificate: &Certificate<'_>| certificate.extensions.restricts_policies;
    let restricted = anchor.limits.policies || path.clone().any(|(_, certificate)| restricts(certificate));
    if !demand.explicit && !restricted {
        return Ok(());
    }
    let certificates = path.clone().count();
    let mut state = State::new(certificates, demand);
    if let Some(anchor) = anchor.certificate() {
        state.limits.tighten(&anchor)?;
    }
    for (depth, (index, certificate)) in (1..).zip(path) {
        state.process(certificate, depth == certificates, budget).map_err(|fault| fault.certificate(index))?;
    }
    state.conclude(demand)
}

/// A policy as the content octets of its object identifier.
type Policy<'a> = &'a [u8];

struct Node<'a> {
    policy: Policy<'a>,
    /// In the level above. Either some nodes that are not anyPolicy, or just the one that is.
    parents: Vec<usize>,
}

/// The policies that are valid for the path down to one certificate.
struct Level<'a> {
    nodes: Vec<Node<'a>>,
    /// By which names the next certificate may call them: expected_policy_set, turned around.
    expected: BTreeMap<Policy<'a>, Vec<usize>>,
}

impl<'a> Level<'a> {
    /// Each node is expected under its own name, until a mapping says otherwise.
    fn of(nodes: Vec<Node<'a>>) -> Self {
        let expected = nodes.iter().enumerate().map(|(index, node)| (node.policy, vec![index])).collect();
        Self { nodes, expected }
    }

    fn find(&self, policy: Policy<'_>) -> Option<usize> {
        self.nodes.iter().position(|node| node.policy == policy)
    }
}

/// explicit_policy, policy_mapping, inhibit_anyPolicy: how many more certificates may do without a policy, map policies,
/// and mean any policy.
struct Limits {
    explicit: usize,
    mapping: usize,
    any: usize,
}

impl Limits {
    /// [5280-6.1.4-1] [5280-4.2.1.14-1] §6.1.4 (i), (j)
    fn tighten(&mut self, certificate: &Certificate<'_>) -> Result<(), Fault> {
        let constraints = PolicyConstraints::of(certificate)?;
        self.explicit = self.explicit.min(constraints.require_explicit.unwrap_or(usize::MAX));
        self.mapping = self.mapping.min(constraints.inhibit_mapping.unwrap_or(usize::MAX));
        if let Some(extension) = certificate.extension(id::INHIBIT_ANY_POLICY) {
            let content = only(extension.value, Tag::Integer, INHIBIT)?;
            self.any = self.any.min(skip_certs(content, INHIBIT)?);
        }
        Ok(())
    }

    /// §6.1.4 (h)
    fn count_down(&mut self) {
        for limit in [&mut self.explicit, &mut self.mapping, &mut self.any] {
            *limit = limit.saturating_sub(1);
        }
    }
}

struct State<'a> {
    /// [9618-5.2-1] valid_policy_graph, which is NULL if the last level is empty.
    levels: Vec<Level<'a>>,
    limits: Limits,
}

impl<'a> State<'a> {
    /// §6.1.2 (a), (d)-(f)
    fn new(certificates: usize, demand: &PolicyDemand<'_>) -> Self {
        let start = |inhibited: bool| if inhibited { 0 } else { certificates.saturating_add(1) };
        let limits = Limits {
            explicit: start(demand.explicit),
            mapping: start(demand.inhibit_mapping),
            any: start(demand.inhibit_any),
        };
        let root = Node { policy: id::ANY_POLICY, parents: Vec::new() };
        Self { levels: vec![Level::of(vec![root])], limits }
    }

    /// Whether no policy is valid any more.
    fn is_null(&self) -> bool {
        self.levels.last().is_none_or(|level| level.nodes.is_empty())
    }

    fn process(&mut self, certificate: &Certificate<'a>, last: bool, budget: &mut Budget) -> Result<(), Fault> {
        let any_counts = self.limits.any > 0 || (!last && certificate.is_self_issued());
        let asserted = policies(certificate)?;
        budget.policies(asserted.len())?;
        self.assert(asserted, any_counts);
        // §6.1.3 (f)
        if self.limits.explicit == 0 && self.is_null() {
            return Err(not_valid());
        }
        if last {
            // §6.1.5 (a), (b)
            self.limits.explicit = self.limits.explicit.saturating_sub(1);
            if PolicyConstraints::of(certificate)?.require_explicit == Some(0) {
                self.limits.explicit = 0;
            }
            return Ok(());
        }
        // §6.1.4
        let mappings = mappings(certificate)?;
        budget.policies(mappings.values().map(BTreeSet::len).sum())?;
        self.map(&mappings);
        if !certificate.is_self_issued() {
            self.limits.count_down();
        }
        self.limits.tighten(certificate)
    }

    /// [9618-5.3-1] §6.1.3 (d), (e): a level for the policies that a certificate asserts.
    fn assert(&mut self, asserted: BTreeSet<Policy<'a>>, any_counts: bool) {
        let Some(above) = self.levels.last() else { return };
        let any_above = above.find(id::ANY_POLICY);
        let mut nodes = Vec::new();
        for &policy in asserted.iter().filter(|policy| **policy != id::ANY_POLICY) {
            let parents = above.expected.get(policy).cloned().or_else(|| any_above.map(|index| vec![index]));
            nodes.extend(parents.map(|parents| Node { policy, parents }));
        }
        if any_counts && asserted.contains(id::ANY_POLICY) {
            let others =
                above.expected.iter().filter(|(policy, _)| **policy == id::ANY_POLICY || !asserted.contains(*policy));
            nodes.extend(others.map(|(policy, parents)| Node { policy, parents: parents.clone() }));
        }
        self.levels.push(Level::of(nodes));
    }

    /// [9618-5.4-1] §6.1.4 (b)
    fn map(&mut self, mappings: &BTreeMap<Policy<'a>, BTreeSet<Policy<'a>>>) {
        let Some((level, above)) = self.levels.split_last_mut() else { return };
        if mappings.is_empty() {
            return;
        }
        if self.limits.mapping == 0 {
            level.nodes.retain(|node| !mappings.contains_key(node.policy));
            *level = Level::of(core::mem::take(&mut level.nodes));
            return;
        }
        if level.find(id::ANY_POLICY).is_some() {
            let any_above = above.last().and_then(|above| above.find(id::ANY_POLICY));
            let present: BTreeSet<_> = level.nodes.iter().map(|node| node.policy).collect();
            let absent = mappings.keys().filter(|policy| !present.contains(*policy));
            level.nodes.extend(absent.map(|policy| Node { policy, parents: any_above.into_iter().collect() }));
        }
        level.expected.clear();
        for (index, node) in level.nodes.iter().enumerate() {
            match mappings.get(node.policy) {
                Some(names) => names.iter().for_each(|name| level.expected.entry(name).or_default().push(index)),
                None => level.expected.entry(node.policy).or_default().push(index),
            }
        }
    }

    /// [9618-5.5-1] §6.1.5 (g): the policies in terms of the anchor's domain, held against what the caller accepts.
    fn conclude(mut self, demand: &PolicyDemand<'_>) -> Result<(), Fault> {
        if self.limits.explicit > 0 {
            return Ok(());
        }
        let acceptable = |policy: Policy<'_>| demand.acceptable.is_none_or(|accepted| accepted.contains(&policy));
        let Some(mut level) = self.levels.pop() else { return Err(not_valid()) };
        // anyPolicy at the end is any of the caller's.
        if level.find(id::ANY_POLICY).is_some() && demand.acceptable.is_none_or(|accepted| !accepted.is_empty()) {
            return Ok(());
        }
        let mut alive: BTreeSet<usize> = (0..level.nodes.len()).collect();
        while let Some(above) = self.levels.pop() {
            let mut parents_alive = BTreeSet::new();
            for node in alive.iter().filter_map(|index| level.nodes.get(*index)) {
                let parents = || node.parents.iter().filter_map(|index| above.nodes.get(*index));
                let below_any = parents().all(|parent| parent.policy == id::ANY_POLICY);
                if below_any && node.policy != id::ANY_POLICY && acceptable(node.policy) {
                    return Ok(());
                }
                parents_alive.extend(node.parents.iter().copied());
            }
            (level, alive) = (above, parents_alive);
        }
        Err(not_valid())
    }
}

fn not_valid() -> Fault {
    Fault::from(Reason::CertificatePolicy).field(POLICIES)
}

const POLICIES: &str = "certificatePolicies";
const MAPPINGS: &str = "policyMappings";
const CONSTRAINTS: &str = "policyConstraints";
const INHIBIT: &str = "inhibitAnyPolicy";

/// `SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier, policyQualifiers OPTIONAL }`, none twice (§4.2.1.4). Qualifiers
/// are for people to read, and are not returned.
pub(super) fn policies<'a>(certificate: &Certificate<'a>) -> Result<BTreeSet<Policy<'a>>, Fault> {
    let Some(extension) = certificate.extension(id::CERTIFICATE_POLICIES) else { return Ok(BTreeSet::new()) };
    let mut list = Elements::of(only(extension.value, Tag::Sequence, POLICIES)?, POLICIES);
    let mut policies = BTreeSet::new();
    while !list.is_empty() {
        let mut policy = Elements::of(list.one(Tag::Sequence, POLICIES)?.content, POLICIES);
        let identifier = policy.one(Tag::ObjectIdentifier, POLICIES)?.content;
        policy.optional(Tag::Sequence, "policyQualifiers")?;
        policy.end()?;
        if !policies.insert(identifier) {
            return Err(malformed("certificatePolicies (one occurs twice)"));
        }
    }
    if policies.is_empty() { Err(malformed(POLICIES)) } else { Ok(policies) }
}

/// [5280-6.1.4-2] §4.2.1.5, §6.1.4 (a): `SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`, neither
/// of them anyPolicy.
fn mappings<'a>(certificate: &Certificate<'a>) -> Result<BTreeMap<Policy<'a>, BTreeSet<Policy<'a>>>, Fault> {
    let mut mappings = BTreeMap::<_, BTreeSet<_>>::new();
    let Some(extension) = certificate.extension(id::POLICY_MAPPINGS) else { return Ok(mappings) };
    let mut list = Elements::of(only(extension.value, Tag::Sequence, MAPPINGS)?, MAPPINGS);
    while !list.is_empty() {
        let mut pair = Elements::of(list.one(Tag::Sequence, MAPPINGS)?.content, MAPPINGS);
        let issuer = pair.one(Tag::ObjectIdentifier, MAPPINGS)?.content;
        let subject = pair.one(Tag::ObjectIdentifier, MAPPINGS)?.content;
        pair.end()?;
        if issuer == id::ANY_POLICY || subject == id::ANY_POLICY {
            return Err(malformed(MAPPINGS));
        }
        mappings.entry(issuer).or_default().insert(subject);
    }
    if mappings.is_empty() { Err(malformed(MAPPINGS)) } else { Ok(mappings) }
}

/// `SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL }`, not empty (§4.2.1.11).
#[derive(Default)]
struct PolicyConstraints {
    require_explicit: Option<usize>,
    inhibit_mapping: Option<usize>,
}

impl PolicyConstraints {
    fn of(certificate: &Certificate<'_>) -> Result<Self, Fault> {
        let Some(extension) = certificate.extension(id::POLICY_CONSTRAINTS) else { return Ok(Self::default()) };
        let content = only(extension.value, Tag::Sequence, CONSTRAINTS)?;
        if content.is_empty() {
            return Err(malformed(CONSTRAINTS));
        }
        let mut fields = Elements::of(content, CONSTRAINTS);
        let mut field = |number| {
            let content = fields.optional(context(number, false), CONSTRAINTS)?;
            content.map(|content| skip_certs(content, CONSTRAINTS)).transpose()
        };
        let constraints = Self { require_explicit: field(0)?, inhibit_mapping: field(1)? };
        fields.end()?;
        Ok(constraints)
    }
}

/// `SkipCerts ::= INTEGER (0..MAX)`; what exceeds a byte exceeds every path.
fn skip_certs(content: &[u8], field: &'static str) -> Result<usize, Fault> {
    match content {
        [few @ 0..=0x7f] => Ok(usize::from(*few)),
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => Err(malformed(field)),
        _ => Ok(usize::MAX),
    }
}
