//! What a peer's trust rested on holds, or does not, by what a configuration goes by when the peer comes back.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use rcgen::{CertificateParams, GeneralSubtree, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd};
use symbolon::{
    Anchors, Time, UnixTime,
    identity::{Allow, AllowRule},
    resumption::{Declined, Live, Trust, chain_fingerprint},
    wire::exactly,
    x509::{Anchor, Certificate, Crls, PolicyDemand, Profile, Purpose, Question, Revocation, verify},
};
use util::ca::{Ca, NOT_AFTER, NOW};
use util::crl::{Crl, NEXT_UPDATE, point, scope, serial};
use util::der::{element, sequence};
use util::ocsp::{self, Ocsp};
use util::provider::provider;

/// What a configuration goes by.
#[derive(Clone)]
struct Rules {
    anchors: Anchors,
    revocation: Revocation,
    profile: Profile,
    purpose: Purpose,
    policies: PolicyDemand<'static>,
    allow: Option<Allow>,
}

impl Rules {
    fn of(anchors: &[&Ca]) -> Self {
        Self {
            anchors: trusted(anchors),
            revocation: Revocation::off(),
            profile: Profile::Private,
            purpose: Purpose::Client,
            policies: PolicyDemand::none(),
            allow: Some(Allow::anyone()),
        }
    }

    fn revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }

    fn question(&self, time: impl Into<Time>) -> Question<'_> {
        let question = Question::new(&self.anchors, time, self.purpose).profile(self.profile).policies(self.policies);
        question.revocation(&self.revocation)
    }

    fn accept_at(&self, time: impl Into<Time>, chain: &[&[u8]], staples: &[Option<&[u8]>]) -> Option<Trust> {
        let question = self.question(time).staples(staples);
        let verified = verify(&provider(), chain, &question).unwrap();
        let trust = Trust::of(&provider(), &verified, chain, &question, self.allow.as_ref())?;
        // Whatever is asked of it is asked of what comes out of a ticket.
        let unpacked = unpack(&pack(&trust)).unwrap();
        assert_eq!(unpacked, trust);
        Some(unpacked)
    }

    fn accept(&self, chain: &[&[u8]]) -> Trust {
        self.accept_at(NOW, chain, &[]).unwrap()
    }

    fn meet_at(&self, time: impl Into<Time>, trust: &Trust) -> Result<(), Declined> {
        let live = Live::of(&provider(), &self.question(Time::Unknown), self.allow.as_ref());
        trust.still_holds(&provider(), &live, time.into())
    }

    fn meet(&self, trust: &Trust) -> Result<(), Declined> {
        self.meet_at(NOW, trust)
    }
}

fn trusted(anchors: &[&Ca]) -> Anchors {
    Anchors::from_der(anchors.iter().map(|ca| &ca.der)).unwrap()
}

fn root() -> Ca {
    Ca::root_with("root", signs_crls)
}

fn signs_crls(params: &mut CertificateParams) {
    params.key_usages.push(KeyUsagePurpose::CrlSign);
}

fn leaf(ca: &Ca, serial: u8) -> Vec<u8> {
    ca.leaf_with(|params| params.serial_number = Some(vec![serial].into()))
}

/// A CRL of `ca` that revokes the certificates with these serial numbers.
fn revoking(ca: &Ca, serials: &[u8]) -> Vec<u8> {
    let serials: Vec<&[u8]> = serials.chunks(1).collect();
    Crl::of(ca, &serials).sign(ca)
}

fn crls(lists: &[Vec<u8>], issuers: &[&Ca]) -> Crls {
    let lists: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    Crls::from_der(&provider(), &lists, &trusted(issuers)).unwrap()
}

fn pack(trust: &Trust) -> Vec<u8> {
    let mut bytes = Vec::new();
    trust.pack(&mut bytes);
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Trust> {
    exactly("trust", bytes, Trust::unpack).ok().flatten()
}

fn later(time: UnixTime, seconds: i64) -> UnixTime {
    UnixTime(time.0 + seconds)
}

#[test]
fn trust_holds_while_all_it_rested_on_is_still_there() {
    let (root, other) = (root(), Ca::root("other"));
    let leaf = root.leaf();
    let rules = Rules::of(&[&root]);
    let trust = rules.accept(&[&leaf]);
    assert_eq!(rules.meet(&trust), Ok(()));
    assert_eq!(*trust.chain(), chain_fingerprint(&provider(), [&leaf[..]]));
    assert_eq!(trust.not_after(), NOT_AFTER);
    // More may be trusted, and admitted, in whatever order.
    let mut more = Rules::of(&[&other, &root]);
    more.allow = Some(Allow::dns("robot.test").or(Allow::anyone()));
    assert_eq!(more.meet(&trust), Ok(()));
}

#[test]
fn trust_that_rests_on_an_open_time_is_not_made() {
    let root = root();
    let leaf = root.leaf();
    let rules = Rules::of(&[&root]);
    for time in [Time::Unknown, Time::AtLeast(NOW)] {
        assert_eq!(rules.accept_at(time, &[&leaf], &[]), None, "{time}");
    }
    assert!(rules.accept_at(NOW, &[&leaf], &[]).is_some());
}

#[test]
fn trust_is_declined_where_the_time_is_open() {
    let root = root();
    let rules = Rules::of(&[&root]);
    let trust = rules.accept(&[&root.leaf()]);
    for time in [Time::Unknown, Time::AtLeast(NOW)] {
        assert_eq!(rules.meet_at(time, &trust), Err(Declined::TimeUnknown), "{time}");
    }
}

#[test]
fn trust_ends_with_the_first_certificate_of_the_path() {
    let june = |params: &mut CertificateParams| params.not_after = date_time_ymd(2026, 6, 1);
    let end = UnixTime(1_780_272_000); // 2026-06-01T00:00:00Z
    let root = root();
    let (short_root, short_intermediate) = (Ca::root_with("short", june), root.intermediate_with("short", june));
    let chains = [
        (&short_root, vec![short_root.leaf()]),
        (&root, vec![short_intermediate.leaf(), short_intermediate.der.clone()]),
        (&root, vec![root.leaf_with(june)]),
    ];
    for (anchor, chain) in chains {
        let rules = Rules::of(&[anchor]);
        let trust = rules.accept(&chain.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(trust.not_after(), end);
        assert_eq!(rules.meet_at(end, &trust), Ok(()));
        assert_eq!(rules.meet_at(later(end, 1), &trust), Err(Declined::PathExpired));
    }
}

#[test]
fn a_removed_anchor_declines_those_under_it_and_no_others() {
    let (gone, stays) = (root(), root());
    let before = Rules::of(&[&gone, &stays]);
    let (of_gone, of_stays) = (before.accept(&[&gone.leaf()]), before.accept(&[&stays.leaf()]));
    let after = Rules::of(&[&stays]);
    assert_eq!(after.meet(&of_gone), Err(Declined::AnchorRemoved));
    assert_eq!(after.meet(&of_stays), Ok(()));
}

#[test]
fn an_anchor_that_restricts_more_is_another_one() {
    let root = root();
    let names = NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("robots.test".into())],
        excluded_subtrees: vec![],
    };
    let constrained = root.reissued(|params| params.name_constraints = Some(names));
    let trust = Rules::of(&[&root]).accept(&[&root.leaf()]);
    assert_eq!(Rules::of(&[&constrained]).meet(&trust), Err(Declined::AnchorRemoved));

    let certificate = Box::leak(root.der.clone().into_boxed_slice());
    let certificate = Certificate::parse(certificate).unwrap();
    let anchor = Anchor::new(certificate.subject().der(), certificate.spki());
    let excluded = sequence(&[&element(0x82, b"server.test")]);
    let excluded = Box::leak(element(0xa1, &excluded).into_boxed_slice());
    let with = |anchor| {
        let mut rules = Rules::of(&[]);
        rules.anchors = Anchors::from_static(Box::leak(Box::new([anchor])));
        rules
    };
    let trust = with(anchor).accept(&[&root.leaf()]);
    assert_eq!(with(anchor).meet(&trust), Ok(()));
    assert_eq!(with(anchor.with_name_constraints(excluded)).meet(&trust), Err(Declined::AnchorRemoved));
}

#[test]
fn every_change_of_the_rules_declines() {
    const POLICY: &[&[u8]] = &[&[0x2a, 3, 4]];
    const OTHER: &[&[u8]] = &[&[0x2a, 3, 5]];
    let root = root();
    let soft = || Revocation::soft(Crls::default());
    let base = Rules::of(&[&root]);
    let with = |edit: &dyn Fn(&mut Rules)| {
        let mut rules = base.clone();
        edit(&mut rules);
        rules
    };
    let all = [
        base.clone(),
        with(&|rules| rules.profile = Profile::Rfc5280),
        with(&|rules| rules.profile = Profile::Web),
        with(&|rules| rules.purpose = Purpose::Server),
        with(&|rules| rules.policies = PolicyDemand::any()),
        with(&|rules| rules.policies = PolicyDemand::one_of(POLICY)),
        with(&|rules| rules.policies = PolicyDemand::one_of(OTHER)),
        with(&|rules| rules.policies = PolicyDemand::none().without_mapping()),
        with(&|rules| rules.policies = PolicyDemand::none().without_any()),
        with(&|rules| rules.revocation = soft()),
        with(&|rules| rules.revocation = soft().whole_path()),
        with(&|rules| rules.revocation = soft().ask_staple()),
        with(&|rules| rules.revocation = Revocation::require(Crls::default())),
    ];
    let trust = base.accept(&[&root.leaf()]);
    assert_eq!(all[0].meet(&trust), Ok(()));
    for rules in &all[1..] {
        assert_eq!(rules.meet(&trust), Err(Declined::PolicyChanged));
    }
    // And each of them is another one.
    let trust = all[9].accept(&[&root.leaf()]);
    let held: Vec<bool> = all.iter().map(|rules| rules.meet(&trust).is_ok()).collect();
    assert_eq!(held.iter().filter(|held| **held).count(), 1);
    assert!(held[9]);
}

#[test]
fn the_rule_that_admitted_has_to_stay() {
    let root = root();
    let leaf = root.leaf_with(|params| {
        params.subject_alt_names = vec![
            SanType::DnsName("robot.test".try_into().unwrap()),
            SanType::URI("spiffe://works/robot".try_into().unwrap()),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
            SanType::Rfc822Name("robot@works.test".try_into().unwrap()),
        ];
    });
    let admitting = |allow: Allow| {
        let mut rules = Rules::of(&[&root]);
        rules.allow = Some(allow);
        rules
    };
    let hash = symbolon::identity::spki_sha256(&provider(), &Certificate::parse(&leaf).unwrap());
    let id = symbolon::x509::SpiffeId::parse("spiffe://works/robot").unwrap();
    let each = || {
        [
            Allow::anyone(),
            Allow::dns("robot.test"),
            Allow::uri("spiffe://works/robot"),
            Allow::spiffe(id),
            Allow::ip("192.0.2.1".parse().unwrap()),
            Allow::email("robot@works.test"),
            Allow::spki_sha256(hash),
        ]
    };
    for (at, rule) in each().into_iter().enumerate() {
        let trust = admitting(rule).accept(&[&leaf]);
        for (other, rule) in each().into_iter().enumerate() {
            let expected = if at == other { Ok(()) } else { Err(Declined::NoLongerAllowed) };
            assert_eq!(admitting(rule).meet(&trust), expected, "{at} {other}");
        }
        assert_eq!(admitting(Allow::nobody()).meet(&trust), Err(Declined::NoLongerAllowed));
    }
    // A rule is the same in a program and in a file, whatever stands beside it.
    let trust = admitting(Allow::any_of(&[AllowRule::Dns("robot.test")])).accept(&[&leaf]);
    assert_eq!(admitting(Allow::dns("arm.test").or(Allow::dns("robot.test"))).meet(&trust), Ok(()));
    // Who is not admitted has nothing to come back with.
    assert_eq!(admitting(Allow::dns("arm.test")).accept_at(NOW, &[&leaf], &[]), None);
    // A client chooses by the server's name, and has no such rules.
    let mut client = Rules::of(&[&root]);
    client.allow = None;
    assert_eq!(client.meet(&client.accept(&[&leaf])), Ok(()));
}

#[test]
fn a_crl_that_is_loaded_later_declines_whom_it_revokes_and_no_others() {
    let root = root();
    let (first, second) = (revoking(&root, &[1]), revoking(&root, &[1, 7]));
    for policy in [Revocation::require, Revocation::soft] {
        let before = Rules::of(&[&root]).revocation(policy(crls(std::slice::from_ref(&first), &[&root])));
        let after = Rules::of(&[&root]).revocation(policy(crls(std::slice::from_ref(&second), &[&root])));
        for serial in 2..=127 {
            let trust = before.accept(&[&leaf(&root, serial)]);
            assert_eq!(before.meet(&trust), Ok(()));
            let expected = if serial == 7 { Err(Declined::Revoked) } else { Ok(()) };
            assert_eq!(after.meet(&trust), expected, "{serial}");
        }
    }
}

#[test]
fn the_whole_path_is_looked_up_if_that_is_asked_for() {
    let root = root();
    let intermediate = root.intermediate_with("intermediate", |params| {
        signs_crls(params);
        params.serial_number = Some(vec![5].into());
    });
    let chain = [&leaf(&intermediate, 9)[..], &intermediate.der];
    let lists = |of_root: &[u8], of_intermediate: &[u8]| {
        let lists = [revoking(&root, of_root), revoking(&intermediate, of_intermediate)];
        crls(&lists, &[&root, &intermediate])
    };
    let leaf_only = |lists| Rules::of(&[&root]).revocation(Revocation::require(lists));
    let whole_path = |lists| Rules::of(&[&root]).revocation(Revocation::require(lists).whole_path());
    let trust = whole_path(lists(&[], &[])).accept(&chain);
    assert_eq!(whole_path(lists(&[9], &[5])).meet(&trust), Ok(()));
    assert_eq!(whole_path(lists(&[5], &[])).meet(&trust), Err(Declined::Revoked));
    assert_eq!(whole_path(lists(&[], &[9])).meet(&trust), Err(Declined::Revoked));
    let trust = leaf_only(lists(&[], &[])).accept(&chain);
    assert_eq!(leaf_only(lists(&[5], &[])).meet(&trust), Ok(()));
    assert_eq!(leaf_only(lists(&[], &[9])).meet(&trust), Err(Declined::Revoked));
}

#[test]
fn what_is_required_to_be_known_is_declined_when_its_crl_is_over() {
    let root = root();
    let list = revoking(&root, &[1]);
    let mut next = Crl::of(&root, &[&[1]]);
    next.next_update = element(0x17, b"260801000000Z");
    let next = next.sign(&root);
    let (end, leaf) = (UnixTime(NEXT_UPDATE), root.leaf());
    let require = |list: &Vec<u8>| {
        Rules::of(&[&root]).revocation(Revocation::require(crls(std::slice::from_ref(list), &[&root])))
    };
    let trust = require(&list).accept(&[&leaf]);
    assert_eq!(require(&list).meet_at(end, &trust), Ok(()));
    assert_eq!(require(&list).meet_at(later(end, 1), &trust), Err(Declined::RevocationUnknown));
    // The next one in time goes on from there.
    assert_eq!(require(&next).meet_at(later(end, 1), &trust), Ok(()));
    let soft = Rules::of(&[&root]).revocation(Revocation::soft(crls(std::slice::from_ref(&list), &[&root])));
    let trust = soft.accept(&[&leaf]);
    assert_eq!(soft.meet_at(later(end, 1), &trust), Ok(()));
}

#[test]
fn a_certificate_that_the_crls_no_longer_cover_is_declined_only_where_it_must_be_known() {
    let (root, other) = (root(), root());
    let leaf = root.leaf();
    let own = [revoking(&root, &[])];
    let cas_only = [Crl::of(&root, &[]).with(scope(&[&element(0x82, &[0xff])])).sign(&root)];
    // Of the same name, and another key: what it revokes is not ours.
    let theirs = [revoking(&other, &serial(&leaf))];
    let lists = [crls(&cas_only, &[&root]), crls(&theirs, &[&other]), Crls::default()];
    let require = |crls| Rules::of(&[&root]).revocation(Revocation::require(crls));
    let soft = |crls| Rules::of(&[&root]).revocation(Revocation::soft(crls));
    let (required, wanted) =
        (require(crls(&own, &[&root])).accept(&[&leaf]), soft(crls(&own, &[&root])).accept(&[&leaf]));
    for crls in lists {
        assert_eq!(require(crls.clone()).meet(&required), Err(Declined::RevocationUnknown), "{crls:?}");
        assert_eq!(soft(crls.clone()).meet(&wanted), Ok(()), "{crls:?}");
    }
}

#[test]
fn a_crl_for_the_distribution_point_of_the_certificate_is_found_again() {
    let root = root();
    let uri = |uri: &str| sequence(&[&point(uri)]);
    let leaf = root.leaf_with(|params| {
        let mut points =
            rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 31], sequence(&[&uri("http://a.test/1")]));
        points.set_criticality(false);
        params.custom_extensions.push(points);
        params.serial_number = Some(vec![7].into());
    });
    let list = |uri: &str, serials: &[&[u8]]| {
        let list = [Crl::of(&root, serials).with(scope(&[&point(uri)])).sign(&root)];
        Rules::of(&[&root]).revocation(Revocation::require(crls(&list, &[&root])))
    };
    let trust = list("http://a.test/1", &[]).accept(&[&leaf]);
    assert_eq!(list("http://a.test/1", &[&[1]]).meet(&trust), Ok(()));
    assert_eq!(list("http://a.test/1", &[&[7]]).meet(&trust), Err(Declined::Revoked));
    assert_eq!(list("http://a.test/2", &[]).meet(&trust), Err(Declined::RevocationUnknown));
}

#[test]
fn a_staple_counts_until_its_next_update_and_a_crl_counts_more() {
    let root = root();
    let leaf = leaf(&root, 7);
    let require = |lists: &[Vec<u8>]| Rules::of(&[&root]).revocation(Revocation::require(crls(lists, &[&root])));
    let staple = Ocsp::of(&root, &leaf).sign(&root);
    let mut brief = Ocsp::of(&root, &leaf);
    brief.next_update.clear();
    let brief = brief.sign(&root);
    let (end, brief_end) = (UnixTime(ocsp::NEXT_UPDATE), UnixTime(ocsp::THIS_UPDATE + 86_400));
    for (staple, end) in [(staple, end), (brief, brief_end)] {
        let trust = require(&[]).accept_at(NOW, &[&leaf], &[Some(&staple)]).unwrap();
        // Of one's own name, and about somebody else.
        let other = require(&[Crl::of(&root, &[]).with(scope(&[&element(0x82, &[0xff])])).sign(&root)]);
        for rules in [require(&[]), other] {
            assert_eq!(rules.meet_at(end, &trust), Ok(()));
            assert_eq!(rules.meet_at(later(end, 1), &trust), Err(Declined::RevocationUnknown));
        }
        assert_eq!(require(&[revoking(&root, &[])]).meet_at(later(end, 1), &trust), Ok(()));
        assert_eq!(require(&[revoking(&root, &[7])]).meet(&trust), Err(Declined::Revoked));
    }
}

#[test]
fn the_same_crls_are_recognized_in_any_order_and_wherever_they_are_loaded() {
    let root = root();
    let leaf = root.leaf();
    let require =
        |lists: &[Vec<u8>], issuers: &[&Ca]| Rules::of(&[&root]).revocation(Revocation::require(crls(lists, issuers)));
    let mut lists: Vec<Vec<u8>> = (1..=14).map(|serial| revoking(&root, &[serial])).collect();
    let trust = require(&lists, &[&root]).accept(&[&leaf]);
    lists.reverse();
    lists.push(lists[3].clone());
    // With so many signatures open, it would be seen that the CRLs are looked at.
    assert_eq!(require(&lists, &[]).meet(&trust), Ok(()));
    assert_eq!(require(&lists[1..14], &[]).meet(&trust), Err(Declined::RevocationUnknown));
    assert_eq!(require(&lists[1..], &[&root]).meet(&trust), Ok(()));
}

#[test]
fn a_crl_whose_signature_is_open_is_verified_when_it_is_asked() {
    let root = root();
    let leaf = leaf(&root, 7);
    let damaged = {
        let mut list = revoking(&root, &[7]);
        *list.last_mut().unwrap() ^= 1;
        list
    };
    for (policy, otherwise) in
        [(Revocation::require as fn(Crls) -> _, Err(Declined::RevocationUnknown)), (Revocation::soft, Ok(()))]
    {
        let rules =
            |list: &[u8], issuers: &[&Ca]| Rules::of(&[&root]).revocation(policy(crls(&[list.to_vec()], issuers)));
        let trust = rules(&revoking(&root, &[]), &[&root]).accept(&[&leaf]);
        assert_eq!(rules(&revoking(&root, &[8]), &[]).meet(&trust), Ok(()));
        assert_eq!(rules(&revoking(&root, &[7]), &[]).meet(&trust), Err(Declined::Revoked));
        assert_eq!(rules(&damaged, &[]).meet(&trust), otherwise);
    }
}

#[test]
fn what_is_never_revoked_is_not_looked_up() {
    let no_rev_avail = {
        let mut extension = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 56], vec![5, 0]);
        extension.set_criticality(false);
        extension
    };
    let root = root();
    let brief = root.leaf_with(|params| params.custom_extensions.push(no_rev_avail));
    let itself = root.leaf();
    let rules = |lists: &[Vec<u8>]| {
        let mut rules = Rules::of(&[]).revocation(Revocation::require(crls(lists, &[&root])));
        rules.anchors = Anchors::from_der([&root.der, &itself]).unwrap();
        rules
    };
    for leaf in [brief, itself.clone()] {
        let trust = rules(&[]).accept(&[&leaf]);
        let all = [revoking(&root, &[]), Crl::of(&root, &[&serial(&leaf)]).sign(&root)];
        assert_eq!(rules(&all).meet(&trust), Ok(()));
    }
}

#[test]
fn trust_of_names_without_end_is_not_kept() {
    let organization = "x".repeat(5000);
    let root = Ca::root_with("root", |params| {
        signs_crls(params);
        params.distinguished_name.push(rcgen::DnType::OrganizationName, organization);
    });
    let rules = Rules::of(&[&root]).revocation(Revocation::soft(Crls::default()));
    assert_eq!(rules.accept_at(NOW, &[&root.leaf()], &[]), None);
    assert!(Rules::of(&[&root]).accept_at(NOW, &[&root.leaf()], &[]).is_some());
}

#[test]
fn packed_trust_is_read_as_a_whole_or_not_at_all() {
    let root = root();
    let revocation = Revocation::require(crls(&[revoking(&root, &[1])], &[&root]));
    let packed = pack(&Rules::of(&[&root]).revocation(revocation).accept(&[&root.leaf()]));
    assert!(packed.len() < 400, "{}", packed.len());
    for len in 0..packed.len() {
        assert_eq!(unpack(&packed[..len]), None, "{len}");
    }
    assert_eq!(unpack(&[&packed[..], &[0]].concat()), None);
}

#[test]
fn a_damaged_trust_is_none_or_another_one() {
    let root = root();
    let revocation = Revocation::soft(crls(&[revoking(&root, &[1])], &[&root]));
    let rules = Rules::of(&[&root]).revocation(revocation);
    let trust = rules.accept(&[&root.leaf()]);
    let packed = pack(&trust);
    // Other CRLs than it rested on, so that all of it is read.
    let live = Live::of(&provider(), &rules.revocation(Revocation::soft(Crls::default())).question(NOW), None);
    for at in 0..packed.len() * 8 {
        let mut damaged = packed.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        if let Some(damaged) = unpack(&damaged) {
            assert_ne!(damaged, trust, "bit {at}");
            let _ = damaged.still_holds(&provider(), &live, NOW.into());
        }
    }
}
