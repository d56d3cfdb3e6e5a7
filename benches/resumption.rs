//! What it takes to find out whether a peer that resumes would still be accepted: with the CRL of the full handshake, and with
//! another one since, of a hundred thousand entries. And what sealing and opening a ticket takes.

#[path = "../tests/util/mod.rs"]
mod util;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use symbolon::crypto::{Crypto, Ring};
use symbolon::identity::Allow;
use symbolon::resumption::{Declined, Live, TicketKeys, Trust};
use symbolon::x509::{Crls, Purpose, Question, Revocation, verify};
use symbolon::{Anchors, Time};
use util::ca::{Ca, NOW};
use util::crl::Crl;

const ENTRIES: usize = 100_000;
/// As many as a bundle of public CAs has.
const ANCHORS: usize = 150;
/// Peers that come back in turn, so that none finds the way warm that the one before took.
const PEERS: usize = 500;

fn trust_check(c: &mut Criterion) {
    let crypto = Ring::new();
    let signs_crls = |params: &mut rcgen::CertificateParams| params.key_usages.push(rcgen::KeyUsagePurpose::CrlSign);
    let root = Ca::root_with("root", signs_crls);
    let intermediate = root.intermediate_with("intermediate", signs_crls);
    let others: Vec<Ca> = (1..ANCHORS).map(|i| Ca::root(&format!("root {i}"))).collect();
    let anchors = Anchors::from_der(others.iter().chain([&root]).map(|ca| &ca.der)).unwrap();
    let issuers = Anchors::from_der([&root.der, &intermediate.der]).unwrap();
    let serials: Vec<[u8; 20]> = (0..ENTRIES).map(|_| serial(&crypto)).collect();
    let allow = Allow::dns("robot.test").or(Allow::dns("server.test"));
    let now = Time::Known(NOW);

    // Of the intermediate, what is revoked; of the root, nothing.
    let revocation = |serials: &[[u8; 20]]| {
        let of_intermediate = Crl::of(&intermediate, &serials.iter().map(<[u8; 20]>::as_slice).collect::<Vec<_>>());
        let lists = [of_intermediate.sign(&intermediate), Crl::of(&root, &[]).sign(&root)];
        Revocation::require(Crls::from_der(&crypto, &[&lists[0], &lists[1]], &issuers).unwrap()).whole_path()
    };
    let key = rcgen::KeyPair::generate().unwrap();
    let accept = |serial: [u8; 20], revocation: &Revocation| {
        let leaf = intermediate.leaf_of(&key, |params| params.serial_number = Some(serial.to_vec().into()));
        let chain = [&leaf[..], &intermediate.der];
        let question = Question::new(&anchors, now, Purpose::Client).revocation(revocation);
        let verified = verify(&crypto, &chain, &question).unwrap();
        Trust::of(&crypto, &verified, &chain, &question, Some(&allow)).unwrap()
    };
    let live = |revocation: &Revocation| {
        let question = Question::new(&anchors, now, Purpose::Client).revocation(revocation);
        Live::of(&crypto, &question, Some(&allow))
    };
    let (then, since) = (revocation(&serials[1..]), revocation(&serials));
    let (unchanged, changed) = (live(&then), live(&since));
    let good: Vec<Trust> = (0..PEERS).map(|_| accept(serial(&crypto), &then)).collect();
    let revoked = [accept(serials[0], &then)];

    let mut group = c.benchmark_group("trust_check");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for (name, peers, live, verdict) in [
        ("the same CRLs", &good[..], &unchanged, Ok(())),
        ("another CRL of 100,000 entries", &good, &changed, Ok(())),
        ("revoked by another CRL", &revoked, &changed, Err(Declined::Revoked)),
    ] {
        assert!(peers.iter().all(|trust| trust.still_holds(&crypto, live, now) == verdict), "{name}");
        group.bench_function(name, |b| {
            let mut next = peers.iter().cycle();
            let trust = || next.next().unwrap();
            b.iter_batched(trust, |trust| black_box(trust).still_holds(&crypto, live, now), BatchSize::SmallInput);
        });
    }
    group.bench_function("made with a configuration of 150 anchors", |b| b.iter(|| live(black_box(&since))));
    group.finish();
}

/// Stateless tickets, with a state as long as that of a mutual handshake.
fn tickets(c: &mut Criterion) {
    const STATE: [u8; 600] = [0x5a; 600];
    let crypto = Ring::new();
    let keys = TicketKeys::generate(&crypto).unwrap();
    let ticket = keys.seal(&crypto, &STATE).unwrap();
    let mut group = c.benchmark_group("ticket");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    group.bench_function("seal", |b| b.iter(|| keys.seal(&crypto, black_box(&STATE)).unwrap()));
    group.bench_function("open", |b| b.iter(|| keys.open(&crypto, black_box(&ticket)).unwrap()));
    group.finish();
}

/// As long as CAs make them, and positive.
fn serial(crypto: &Ring) -> [u8; 20] {
    let mut serial = [0; 20];
    crypto.random(&mut serial).unwrap();
    serial[0] = serial[0] & 0x7f | 1;
    serial
}

criterion_group!(benches, trust_check, tickets);
criterion_main!(benches);
