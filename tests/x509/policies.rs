//! Certificate policies: who must assert which, and what becomes of it on the way down (RFC 5280 §6.1, RFC 9618).

use super::*;
use rcgen::{CertificateParams, CustomExtension};
use symbolon::x509::PolicyDemand;
use util::der::element;

const GOLD: &[u8] = &[0x2a, 1];
const SILVER: &[u8] = &[0x2a, 2];
const RED: &[u8] = &[0x2a, 3];
const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0];

type Edit = Box<dyn Fn(&mut CertificateParams)>;

fn extension(number: u64, content: &[u8]) -> Edit {
    let extension = CustomExtension::from_oid_content(&[2, 5, 29, number], element(0x30, content));
    Box::new(move |params| params.custom_extensions.push(extension.clone()))
}

fn asserts(policies: &[&[u8]]) -> Edit {
    extension(32, &policies.iter().map(|policy| element(0x30, &element(6, policy))).collect::<Vec<_>>().concat())
}

fn maps(from: &[u8], to: &[u8]) -> Edit {
    extension(33, &element(0x30, &[element(6, from), element(6, to)].concat()))
}

/// policyConstraints: requireExplicitPolicy and inhibitPolicyMapping.
fn constrains(explicit: Option<u8>, mapping: Option<u8>) -> Edit {
    let field = |tag, skip: Option<u8>| skip.map(|skip| element(tag, &[skip])).unwrap_or_default();
    extension(36, &[field(0x80, explicit), field(0x81, mapping)].concat())
}

fn inhibits_any(skip: u8) -> Edit {
    let extension = CustomExtension::from_oid_content(&[2, 5, 29, 54], vec![2, 1, skip]);
    Box::new(move |params| params.custom_extensions.push(extension.clone()))
}

fn all(edits: &[Edit]) -> impl FnOnce(&mut CertificateParams) + '_ {
    |params| edits.iter().for_each(|edit| edit(params))
}

/// The verdict on root, one intermediate for each of `cas` (self-issued where so marked), and a leaf.
fn verdict(demand: PolicyDemand<'_>, cas: &[&[Edit]], leaf: &[Edit]) -> Result<(), Option<u8>> {
    let root = Ca::root("root");
    let mut path = vec![root];
    for (depth, edits) in cas.iter().enumerate() {
        path.push(path[depth].intermediate_with(&format!("ca {depth}"), all(edits)));
    }
    judge_policies(demand, &path, leaf)
}

fn judge_policies(demand: PolicyDemand<'_>, path: &[Ca], leaf: &[Edit]) -> Result<(), Option<u8>> {
    let leaf = path.last().unwrap().leaf_with(all(leaf));
    let anchors = Anchors::from_der([&path[0].der]).unwrap();
    let chain: Vec<&[u8]> = std::iter::once(&leaf[..]).chain(path[1..].iter().map(|ca| &ca.der[..])).collect();
    let question = Question::new(&anchors, NOW, Purpose::Server).policies(demand);
    match verify(&provider(), &chain, &question) {
        Ok(_) => Ok(()),
        Err(fault) => {
            assert_eq!(fault.reason(), Reason::CertificatePolicy, "{fault:?}");
            Err(fault.place().certificate)
        }
    }
}

fn gold() -> PolicyDemand<'static> {
    PolicyDemand::one_of(const { &[GOLD] })
}

// [5280-6.1.5-1]
#[test]
fn nobody_must_assert_a_policy_that_nobody_demands() {
    assert_eq!(verdict(PolicyDemand::none(), &[&[]], &[]), Ok(()));
    assert_eq!(verdict(PolicyDemand::none(), &[&[asserts(&[GOLD])]], &[asserts(&[RED])]), Ok(()));
    assert_eq!(verdict(PolicyDemand::any(), &[&[]], &[]), Err(Some(1)));
}

// [5280-6.1.5-1] [9618-5.3-1] [9618-5.5-1]
#[test]
fn a_policy_that_is_demanded_must_be_asserted_all_the_way() {
    assert_eq!(verdict(gold(), &[&[asserts(&[GOLD, RED])]], &[asserts(&[GOLD])]), Ok(()));
    assert_eq!(verdict(gold(), &[&[asserts(&[ANY])]], &[asserts(&[GOLD])]), Ok(()));
    assert_eq!(verdict(gold(), &[&[asserts(&[ANY])]], &[asserts(&[ANY])]), Ok(()));
    assert_eq!(verdict(gold(), &[&[asserts(&[GOLD])]], &[asserts(&[ANY])]), Ok(()));
    // Another policy is valid, but not acceptable.
    assert_eq!(verdict(gold(), &[&[asserts(&[RED])]], &[asserts(&[RED])]), Err(None));
    assert_eq!(verdict(PolicyDemand::any(), &[&[asserts(&[RED])]], &[asserts(&[RED])]), Ok(()));
    // None is valid from here on.
    assert_eq!(verdict(gold(), &[&[asserts(&[RED])]], &[asserts(&[GOLD])]), Err(Some(0)));
    assert_eq!(verdict(gold(), &[&[asserts(&[GOLD])]], &[]), Err(Some(0)));
    assert_eq!(verdict(gold(), &[&[]], &[asserts(&[GOLD])]), Err(Some(1)));
}

// [5280-6.1.4-1]
#[test]
fn a_ca_can_demand_a_policy_at_once_or_further_down() {
    let none = PolicyDemand::none;
    assert_eq!(verdict(none(), &[&[constrains(Some(0), None)]], &[]), Err(Some(0)));
    assert_eq!(verdict(none(), &[&[asserts(&[GOLD]), constrains(Some(0), None)]], &[asserts(&[GOLD])]), Ok(()));
    // The leaf is the first below: it is excused, and the CA after it would not be.
    assert_eq!(verdict(none(), &[&[constrains(Some(1), None)]], &[]), Err(None));
    assert_eq!(verdict(none(), &[&[constrains(Some(2), None)]], &[]), Ok(()));
    assert_eq!(verdict(none(), &[&[constrains(Some(1), None)], &[]], &[]), Err(Some(0)));
    // The leaf demands one of itself.
    assert_eq!(verdict(none(), &[&[]], &[constrains(Some(0), None)]), Err(None));
}

// [5280-6.1.4-1]
#[test]
fn the_certificate_of_an_anchor_can_demand_a_policy() {
    let root = Ca::root_with("root", all(&[constrains(Some(0), None)]));
    assert_eq!(judge_policies(PolicyDemand::none(), &[root], &[]), Err(Some(0)));
    let root = Ca::root_with("root", all(&[constrains(Some(0), None)]));
    assert_eq!(judge_policies(PolicyDemand::none(), &[root], &[asserts(&[RED])]), Ok(()));
}

// [9618-5.4-1] [9618-5.5-1]
#[test]
fn a_ca_maps_its_own_policy_to_those_of_another_domain() {
    let upper = || [asserts(&[GOLD]), maps(GOLD, SILVER)];
    assert_eq!(verdict(gold(), &[&upper()], &[asserts(&[SILVER])]), Ok(()));
    // Gold has another name now.
    assert_eq!(verdict(gold(), &[&upper()], &[asserts(&[GOLD])]), Err(Some(0)));
    // What counts for the caller is the name above.
    let silver = PolicyDemand::one_of(const { &[SILVER] });
    assert_eq!(verdict(silver, &[&upper()], &[asserts(&[SILVER])]), Err(None));
    // anyPolicy stands for Gold as well.
    assert_eq!(verdict(gold(), &[&[asserts(&[ANY]), maps(GOLD, SILVER)]], &[asserts(&[SILVER])]), Ok(()));
    // Two steps.
    let middle = [asserts(&[SILVER]), maps(SILVER, RED)];
    assert_eq!(verdict(gold(), &[&upper(), &middle], &[asserts(&[RED])]), Ok(()));
}

// [9618-5.4-1]
#[test]
fn mapping_can_be_inhibited_by_the_caller_or_a_ca_above() {
    let upper = || [asserts(&[GOLD]), maps(GOLD, SILVER)];
    assert_eq!(verdict(gold().without_mapping(), &[&upper()], &[asserts(&[SILVER])]), Err(Some(0)));
    let inhibiting = [asserts(&[GOLD]), constrains(None, Some(0))];
    assert_eq!(verdict(gold(), &[&inhibiting, &upper()], &[asserts(&[SILVER])]), Err(Some(0)));
    // One more is allowed to.
    let inhibiting = [asserts(&[GOLD]), constrains(None, Some(1))];
    assert_eq!(verdict(gold(), &[&inhibiting, &upper()], &[asserts(&[SILVER])]), Ok(()));
}

// [5280-4.2.1.14-1]
#[test]
fn any_policy_can_be_inhibited_by_the_caller_or_a_ca_above() {
    assert_eq!(verdict(gold().without_any(), &[&[asserts(&[ANY])]], &[asserts(&[GOLD])]), Err(Some(1)));
    let inhibiting = || [asserts(&[GOLD]), inhibits_any(0)];
    assert_eq!(verdict(gold(), &[&inhibiting()], &[asserts(&[ANY])]), Err(Some(0)));
    assert_eq!(verdict(gold(), &[&inhibiting()], &[asserts(&[GOLD])]), Ok(()));
    let later = [asserts(&[GOLD]), inhibits_any(1)];
    assert_eq!(verdict(gold(), &[&later], &[asserts(&[ANY])]), Ok(()));
}

// [9618-5.4-1] [5280-6.1.4-2]
#[test]
fn malformed_policies_are_refused_where_they_count() {
    for edit in [
        asserts(&[]),
        asserts(&[GOLD, GOLD]),
        maps(GOLD, ANY),
        maps(ANY, GOLD),
        extension(33, &[]),
        constrains(None, None),
        constrains(Some(0x80), None),
    ] {
        let root = Ca::root("root");
        let ca = root.intermediate_with("ca", all(&[constrains_later(), edit]));
        let leaf = ca.leaf();
        let refused = refusal(judge(&[&leaf, &ca.der], &[&root.der]));
        assert_eq!(refused, (Reason::CertificateMalformed, Some(1)));
    }
}

/// So that policies are processed at all.
fn constrains_later() -> Edit {
    inhibits_any(9)
}

/// Each CA asserts many policies and maps each of them to many: as a tree that is 16^8 nodes (RFC 9618 §3.2).
// [9618-5.2-1]
#[test]
fn policies_that_would_make_an_exponential_tree_are_judged_at_once() {
    let policies: Vec<Vec<u8>> = (0..16).map(|number| vec![0x2a, 0x10, number]).collect();
    let list: Vec<&[u8]> = policies.iter().map(Vec::as_slice).collect();
    let pairs = list.iter().flat_map(|from| list.iter().map(move |to| [element(6, from), element(6, to)].concat()));
    let mapped = pairs.map(|pair| element(0x30, &pair)).collect::<Vec<_>>().concat();
    let mut path = vec![Ca::root("root")];
    for depth in 0..8 {
        path.push(
            path[depth].intermediate_with(&format!("ca {depth}"), all(&[asserts(&list), extension(33, &mapped)])),
        );
    }
    assert_eq!(judge_policies(gold(), &path, &[asserts(&list)]), Err(None));
    let first = [list[0]];
    assert_eq!(judge_policies(PolicyDemand::one_of(&first), &path, &[asserts(&list)]), Ok(()));
}
