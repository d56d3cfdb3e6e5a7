//! A verdict is the same whether signatures are remembered or not, and each accepted path is the only thing that is.

use super::agreement::{Deed, WEB, deed, done};
use super::*;
use proptest::prelude::*;
use symbolon::x509::{Crls, GoodSignatures, PolicyDemand, Profile, Revocation};
use util::crl::{Crl, serial};
use util::pki::PKCS_ED25519;

fn remembering(signatures: usize) -> GoodSignatures {
    GoodSignatures::new(&provider(), signatures).unwrap()
}

/// Everything that a verdict says.
fn told(chain: &[&[u8]], question: &Question<'_>) -> String {
    match verify(&provider(), chain, question) {
        Ok(verified) => {
            let path: Vec<usize> = verified.path().collect();
            format!("{path:?} {} {:?} {:?}", verified.anchor(), verified.not_after(), verified.revocation())
        }
        Err(fault) => format!("{fault:?}"),
    }
}

/// The verdict, which must be the same with `good` and without, for the same reasons.
fn judge_with<'a>(good: &GoodSignatures, chain: &[&'a [u8]], question: Question<'_>) -> Result<Verified<'a>, Fault> {
    let with = question.good_signatures(good);
    assert_eq!(told(chain, &with), told(chain, &question));
    let report = |question| format!("{:#}", explain(&provider(), chain, question));
    assert_eq!(report(&with), report(&question));
    verify(&provider(), chain, &with)
}

fn trusted(anchors: &[&Ca]) -> Anchors {
    Anchors::from_der(anchors.iter().map(|ca| &ca.der)).unwrap()
}

fn server(anchors: &Anchors) -> Question<'_> {
    Question::new(anchors, NOW, Purpose::Server)
}

#[test]
fn the_signatures_of_an_accepted_path_are_remembered_once_and_those_of_a_refused_one_never() {
    let (root, stranger) = (Ca::root("root"), Ca::root("root"));
    let (ca, theirs) = (root.intermediate("ca"), stranger.intermediate("ca"));
    let (good, anchors) = (remembering(100), trusted(&[&root]));
    let name = ServerName::dns("other.test").unwrap();
    let (leaf, their_leaf) = (ca.leaf(), theirs.leaf());
    assert!(judge_with(&good, &[&their_leaf, &theirs.der], server(&anchors)).is_err());
    assert!(judge_with(&good, &[&their_leaf, &theirs.der, &ca.der], server(&anchors)).is_err());
    assert!(judge_with(&good, &[&leaf, &ca.der], server(&anchors).name(&name)).is_err());
    assert!(good.is_empty());
    for _ in 0..2 {
        assert!(judge_with(&good, &[&leaf, &ca.der, &theirs.der], server(&anchors)).is_ok());
        assert_eq!(good.len(), 2);
    }
    assert!(judge_with(&good, &[&ca.leaf(), &ca.der], server(&anchors)).is_ok());
    assert_eq!(good.len(), 3, "the CA is known already");
    good.clear();
    assert!(good.is_empty());
}

/// Nobody signed it but itself, perhaps: it is trusted by being an anchor, and its signature was never looked at.
#[test]
fn a_leaf_that_is_an_anchor_leaves_nothing_behind() {
    let itself = self_signed();
    let (good, anchors) = (remembering(100), Anchors::from_der([&itself]).unwrap());
    assert!(judge_with(&good, &[&itself], server(&anchors)).is_ok());
    assert!(good.is_empty());
}

#[test]
fn what_a_signature_is_not_about_is_asked_again_each_time() {
    let root = Ca::root_with("root", |params| params.key_usages.push(KeyUsagePurpose::CrlSign));
    let (other, ca) = (Ca::root("other"), root.intermediate("ca"));
    let key = rcgen::KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let leaf = ca.leaf_of(&key, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    let chain: [&[u8]; 2] = [&leaf, &ca.der];
    let (ours, others) = (trusted(&[&root]), trusted(&[&other]));
    let good = remembering(100);
    let name = ServerName::dns("other.test").unwrap();
    let crls = Crl::of(&root, &[&serial(&ca.der)]).sign(&root);
    let crls = Crls::from_der(&provider(), &[&crls], &ours).unwrap();
    let revocation = Revocation::soft(crls).whole_path();
    let since = [
        ("expired", Question::new(&ours, UnixTime(NOT_AFTER.0 + 1), Purpose::Server), Reason::CertificateExpired),
        (
            "not yet valid",
            Question::new(&ours, UnixTime(NOT_BEFORE.0 - 1), Purpose::Server),
            Reason::CertificateNotYetValid,
        ),
        ("the anchor removed", server(&others), Reason::CertificateIssuerUnknown),
        ("another name", server(&ours).name(&name), Reason::CertificateNameMismatch),
        ("another purpose", Question::new(&ours, NOW, Purpose::Client), Reason::CertificateExtendedKeyUsage),
        ("a policy demanded", server(&ours).policies(PolicyDemand::any()), Reason::CertificatePolicy),
        ("stricter rules for keys", server(&ours).profile(Profile::Web), Reason::CertificateProfile),
        ("revoked", server(&ours).revocation(&revocation), Reason::CertificateRevoked),
    ];
    for (what, question, reason) in since {
        assert!(judge_with(&good, &chain, server(&ours)).is_ok() && good.len() == 2);
        assert_eq!(refusal(judge_with(&good, &chain, question)).0, reason, "{what}");
    }
}

#[test]
fn remembered_signatures_are_paid_for_like_others() {
    let root = Ca::root("root");
    // Their signatures are good, but none of them is the issuer.
    let impostors: Vec<Ca> = (0..6).map(|_| root.intermediate("ca")).collect();
    let (ca, anchors, good) = (root.intermediate("ca"), trusted(&[&root]), remembering(100));
    for impostor in &impostors {
        assert!(judge_with(&good, &[&impostor.leaf(), &impostor.der], server(&anchors)).is_ok());
    }
    let leaf = ca.leaf();
    let others = impostors.iter().map(|ca| ca.der.as_slice());
    let chain: Vec<&[u8]> = std::iter::once(leaf.as_slice()).chain(others).chain([ca.der.as_slice()]).collect();
    assert_eq!(refusal(judge_with(&good, &chain, server(&anchors))).0, Reason::CertificateBudget);
    // One less, and the path is found in time.
    assert!(judge_with(&good, &[&chain[..1], &chain[2..]].concat(), server(&anchors)).is_ok());
}

#[test]
fn what_is_remembered_stays_within_its_bound_whatever_is_accepted() {
    let (root, good) = (Ca::root("root"), remembering(13));
    assert_eq!(good.capacity(), 16);
    let anchors = trusted(&[&root]);
    for _ in 0..100 {
        let leaf = root.leaf();
        assert!(judge_with(&good, &[&leaf], server(&anchors)).is_ok());
        // What came last is there: it is judged once more, and nothing is added.
        let len = good.len();
        assert!(judge_with(&good, &[&leaf], server(&anchors)).is_ok());
        assert!(good.len() == len && len <= 16);
    }
    assert!(good.len() > 8, "{good:?}");
    let none = remembering(0);
    assert!(judge_with(&none, &[&root.leaf()], server(&anchors)).is_ok());
    assert_eq!((none.len(), none.capacity()), (0, 0));
}

/// What became of one of the valid chains, and what it is asked.
#[derive(Clone, Debug)]
struct Shown {
    base: usize,
    deeds: Vec<Deed>,
    trusted: usize,
    late: bool,
    misnamed: bool,
    time_unknown: bool,
    demanding: bool,
    status_required: bool,
    purpose: Purpose,
    profile: Profile,
}

fn shown() -> impl Strategy<Value = Shown> {
    let profile = prop_oneof![4 => Just(Profile::Private), 1 => Just(Profile::Rfc5280), 1 => Just(Profile::Web)];
    let purpose = prop_oneof![Just(Purpose::Server), Just(Purpose::Client)];
    let deeds = prop_oneof![1 => Just(Vec::new()), 2 => proptest::collection::vec(deed(), 1..4)];
    let flags = proptest::array::uniform5(prop::bool::weighted(0.1));
    (0..4_usize, deeds, 1..8_usize, flags, purpose, profile).prop_map(
        |(base, deeds, trusted, flags, purpose, profile)| {
            let [late, misnamed, time_unknown, demanding, status_required] = flags;
            Shown { base, deeds, trusted, late, misnamed, time_unknown, demanding, status_required, purpose, profile }
        },
    )
}

impl Shown {
    fn judge(&self, good: &GoodSignatures) {
        let mut chain = WEB.chains[self.base].clone();
        self.deeds.iter().for_each(|deed| done(deed, &mut chain));
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let anchors =
            WEB.anchors.iter().enumerate().filter(|(at, _)| self.trusted & (1 << at) != 0).map(|(_, der)| der);
        let anchors = Anchors::from_der(anchors).unwrap();
        let now = if self.late { UnixTime(NOT_AFTER.0 + 1) } else { NOW };
        let time = if self.time_unknown { Time::AtLeast(now) } else { Time::Known(now) };
        let name = ServerName::dns(if self.misnamed { "other.test" } else { "server.test" }).unwrap();
        let policies = if self.demanding { PolicyDemand::any() } else { PolicyDemand::none() };
        let revocation = match self.status_required {
            true => Revocation::require(Crls::default()),
            false => Revocation::off(),
        };
        let question = Question::new(&anchors, time, self.purpose).name(&name).profile(self.profile).policies(policies);
        let _ = judge_with(good, &chain, question.revocation(&revocation));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    /// What was accepted before, and how much of it is still remembered, makes no difference to the next.
    #[test]
    fn verdicts_with_remembered_signatures_are_those_without(
        room in prop_oneof![Just(4_usize), Just(100)],
        all in proptest::collection::vec(shown(), 1..16),
        cleared in 0..32_usize,
    ) {
        let (good, anchors) = (remembering(room), Anchors::from_der(&WEB.anchors).unwrap());
        for chain in &WEB.chains {
            let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
            prop_assert!(judge_with(&good, &chain, server(&anchors)).is_ok());
        }
        prop_assert!(!good.is_empty());
        for (at, shown) in all.iter().enumerate() {
            shown.judge(&good);
            if at == cleared {
                good.clear();
            }
        }
        prop_assert!(good.len() <= good.capacity());
    }
}
