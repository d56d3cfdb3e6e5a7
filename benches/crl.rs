//! CRLs of a million entries: what a look-up takes, and a chain judged with it; loading for comparison.

#[path = "../tests/util/mod.rs"]
mod util;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use symbolon::Anchors;
use symbolon::crypto::{Crypto, Ring};
use symbolon::x509::{Crls, Purpose, Question, Revocation, verify};
use util::ca::{Ca, NOW};
use util::crl::Crl;

const ENTRIES: usize = 1_000_000;

/// As long as CAs make them, and positive.
fn serial(crypto: &Ring) -> [u8; 20] {
    let mut serial = [0; 20];
    crypto.random(&mut serial).unwrap();
    serial[0] = serial[0] & 0x7f | 1;
    serial
}

fn crl(c: &mut Criterion) {
    let crypto = Ring::new();
    let ca = Ca::root_with("root", |params| params.key_usages.push(rcgen::KeyUsagePurpose::CrlSign));
    let issuers = Anchors::from_der([&ca.der]).unwrap();
    let serials: Vec<[u8; 20]> = (0..ENTRIES).map(|_| serial(&crypto)).collect();
    let der = Crl::of(&ca, &serials.iter().map(<[u8; 20]>::as_slice).collect::<Vec<_>>()).sign(&ca);
    let crls = Crls::from_der(&crypto, &[&der], &issuers).unwrap();
    let list = crls.iter().next().unwrap();

    let mut group = c.benchmark_group("crl");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    // Every look-up is for another serial number, so that none finds the way warm that the one before took.
    group.bench_function("look up/revoked", |b| {
        let mut next = serials.iter().cycle().step_by(7919);
        b.iter_batched(|| next.next().unwrap(), |serial| list.find(black_box(serial)).unwrap(), BatchSize::SmallInput);
    });
    group.bench_function("look up/not revoked", |b| {
        b.iter_batched(|| serial(&crypto), |serial| list.find(black_box(&serial)), BatchSize::SmallInput);
    });
    let leaf = ca.leaf();
    for (name, revocation) in [("without", Revocation::off()), ("with", Revocation::require(crls.clone()))] {
        group.bench_function(format!("verify/{name} a CRL"), |b| {
            let question = Question::new(&issuers, NOW, Purpose::Server).revocation(&revocation);
            b.iter(|| verify(&crypto, black_box(&[&leaf]), &question).unwrap().revocation());
        });
    }
    group.sample_size(10);
    group.bench_function("load", |b| b.iter(|| Crls::from_der(&crypto, &[black_box(&der)], &issuers).unwrap()));
    group.finish();
}

criterion_group!(benches, crl);
criterion_main!(benches);
