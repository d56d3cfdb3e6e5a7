//! A verdict and its report are two searches, of which one goes on where the other stops. They never disagree.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;
use symbolon::x509::{PolicyDemand, Profile, Report, Rule, Standing};

/// A web of CAs: two roots, cross-signed and expired twins, and two leaves.
pub(super) struct Web {
    pub(super) anchors: Vec<Vec<u8>>,
    /// Valid chains, leaf first.
    pub(super) chains: Vec<Vec<Vec<u8>>>,
    /// To be put into them.
    others: Vec<Vec<u8>>,
}

pub(super) static WEB: LazyLock<Web> = LazyLock::new(|| {
    let (root, other_root) = (Ca::root("root"), Ca::root("other root"));
    let constrained = |params: &mut rcgen::CertificateParams| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("test".into())],
            excluded_subtrees: vec![],
        });
    };
    let upper = root.intermediate_with("upper", constrained);
    let lower = upper.intermediate_with("lower", |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let twin = other_root.intermediate("lower");
    let expired = root.intermediate_with("lower", |params| params.not_after = date_time_ymd(2026, 2, 1));
    let itself = self_signed();
    let chains = vec![
        vec![root.leaf()],
        vec![upper.leaf(), upper.der.clone()],
        vec![lower.leaf(), lower.der.clone(), upper.der.clone()],
        vec![itself.clone()],
    ];
    let others = vec![
        twin.der.clone(),
        expired.der.clone(),
        root.cross_sign(&lower),
        other_root.cross_sign(&upper),
        lower.cross_sign(&upper),
        root.der.clone(),
        other_root.leaf(),
    ];
    Web { anchors: vec![other_root.der, root.der, itself], chains, others }
});

#[derive(Clone, Debug)]
pub(super) enum Deed {
    Flip { certificate: usize, at: usize, bit: u8 },
    Cut { certificate: usize, to: usize },
    Drop(usize),
    Swap(usize, usize),
    Insert { at: usize, other: usize },
}

pub(super) fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (0..4_usize, 0..600_usize, 0..8_u8).prop_map(|(certificate, at, bit)| Deed::Flip { certificate, at, bit }),
        1 => (0..4_usize, 0..600_usize).prop_map(|(certificate, to)| Deed::Cut { certificate, to }),
        1 => (0..4_usize).prop_map(Deed::Drop),
        1 => (0..4_usize, 0..4_usize).prop_map(|(a, b)| Deed::Swap(a, b)),
        4 => (0..5_usize, 0..7_usize).prop_map(|(at, other)| Deed::Insert { at, other }),
    ]
}

pub(super) fn done(deed: &Deed, chain: &mut Vec<Vec<u8>>) {
    let len = chain.len().max(1);
    match *deed {
        Deed::Insert { at, other } => chain.insert(at % (chain.len() + 1), WEB.others[other].clone()),
        _ if chain.is_empty() => {}
        Deed::Flip { certificate, at, bit } => {
            let der = &mut chain[certificate % len];
            let at = at % der.len().max(1);
            if let Some(byte) = der.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        Deed::Cut { certificate, to } => chain[certificate % len].truncate(to),
        Deed::Drop(at) => drop(chain.remove(at % len)),
        Deed::Swap(a, b) => chain.swap(a % len, b % len),
    }
}

/// Everything that the report says of its verdict holds in what it wrote down.
fn agree(report: &Report, verdict: &Result<Verified<'_>, Fault>) {
    assert_eq!(report.is_accepted(), verdict.is_ok());
    let valid: Vec<_> = report.paths().filter(|path| path.is_valid()).collect();
    match verdict {
        Ok(verified) => {
            let mut path: Vec<_> = verified.path().map(Standing::Certificate).collect();
            path.push(Standing::Anchor(verified.anchor()));
            path.reverse();
            let written: Vec<Vec<_>> = valid.iter().map(|path| path.standings().collect()).collect();
            assert_eq!(written, [path], "{report}");
            assert_eq!(report.not_after(), Some(verified.not_after()));
        }
        Err(fault) => {
            assert!(valid.is_empty(), "{report}");
            let top = report.failures().next().unwrap();
            let blamed = fault.place().certificate.map(usize::from);
            assert_eq!((top.reason(), top.certificate()), (Some(fault.reason()), blamed), "{report}");
            // The search that goes on met it too.
            let is_met = top.on().is_some() || [Rule::Encoding, Rule::Chain].contains(&top.rule());
            assert!(is_met, "{report}");
        }
    }
    let (summary, drawing) = (report.summary().to_string(), report.to_string());
    assert!(drawing.starts_with(&summary) && !summary.contains('\n'), "{drawing}");
    for check in report.checks() {
        let der = check.certificate().and_then(|index| report.chain().nth(index));
        assert!(check.offset().is_none_or(|offset| offset < der.unwrap().len()), "{drawing}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    // [5280-6.1-4]
    #[test]
    fn a_report_agrees_with_the_verdict_on_every_mutated_chain(
        base in 0..4_usize,
        deeds in proptest::collection::vec(deed(), 0..5),
        trusted in 1..8_usize,
        (late, named, known, demanding) in any::<(bool, bool, bool, bool)>(),
        profile in prop_oneof![3 => Just(Profile::Private), 1 => Just(Profile::Rfc5280), 1 => Just(Profile::Web)],
    ) {
        let mut chain = WEB.chains[base].clone();
        deeds.iter().for_each(|deed| done(deed, &mut chain));
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let anchors = WEB.anchors.iter().enumerate().filter(|(at, _)| trusted & (1 << at) != 0).map(|(_, der)| der);
        let anchors = Anchors::from_der(anchors).unwrap();
        let now = if late { UnixTime(NOT_AFTER.0 + 1) } else { NOW };
        let time = if known { Time::Known(now) } else { Time::AtLeast(now) };
        let name = ServerName::dns(if named { "server.test" } else { "other.test" }).unwrap();
        let policies = if demanding { PolicyDemand::any() } else { PolicyDemand::none() };
        let question = Question::new(&anchors, time, Purpose::Server).name(&name).profile(profile).policies(policies);
        agree(&explain(&provider(), &chain, &question), &verify(&provider(), &chain, &question));
    }
}
