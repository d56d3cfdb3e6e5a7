//! Path validation, beside `rustls-webpki` with the same chains; and chains that are made to be slow.
//!
//! Depth 1 is a leaf right under the anchor; every certificate more costs one verification more. Both read the chain anew
//! each time and look for `server.test` in it, and both have read their anchors before.

#[path = "../../tests/util/mod.rs"]
mod util;

mod hostile;
mod webpki_peer;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::x509::{Anchors, Certificate, Purpose, Question, ServerName, explain, verify};
use util::ca::{Ca, NOW};
use webpki_peer::Webpki;

/// A root, and a chain of `depth` certificates under it, leaf first.
fn chain(depth: usize) -> (Ca, Vec<Vec<u8>>) {
    let root = Ca::root("root");
    let mut intermediates: Vec<Ca> = Vec::new();
    for n in 1..depth {
        intermediates.push(intermediates.last().unwrap_or(&root).intermediate(&format!("intermediate {n}")));
    }
    let leaf = intermediates.last().unwrap_or(&root).leaf();
    let chain = std::iter::once(leaf).chain(intermediates.into_iter().rev().map(|ca| ca.der)).collect();
    (root, chain)
}

fn slices(chain: &[Vec<u8>]) -> Vec<&[u8]> {
    chain.iter().map(Vec::as_slice).collect()
}

fn x509(c: &mut Criterion) {
    let crypto = Ring::new();
    let name = ServerName::dns("server.test").unwrap();
    let mut group = c.benchmark_group("x509");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    let (_, one) = chain(1);
    group.bench_function("parse/symbolon", |b| b.iter(|| Certificate::parse(black_box(&one[0])).unwrap().not_after()));
    group.bench_function("parse/webpki", |b| b.iter(|| webpki_peer::parse(black_box(&one[0]))));
    for depth in 1..=4 {
        let (root, chain) = chain(depth);
        let anchors = Anchors::from_der([&root.der]).unwrap();
        let question = Question::new(&anchors, NOW, Purpose::Server).name(&name);
        let sent = slices(&chain);
        group.bench_function(format!("depth {depth}/symbolon"), |b| {
            b.iter(|| verify(&crypto, black_box(&sent), &question).unwrap().path().count());
        });
        let webpki = Webpki::new(&root.der);
        group.bench_function(format!("depth {depth}/webpki"), |b| b.iter(|| webpki.verify(black_box(&sent)).unwrap()));
    }
    for case in hostile::cases() {
        let sent = slices(&case.chain);
        let question = Question::new(&case.anchors, NOW, Purpose::Server).name(&name);
        let verdict = verify(&crypto, &sent, &question).map(|_| ()).map_err(|fault| fault.reason());
        assert_eq!(verdict, case.verdict, "{}", case.name);
        group.bench_function(format!("hostile/{}", case.name), |b| {
            b.iter(|| verify(&crypto, black_box(&sent), &question).is_ok());
        });
        group.bench_function(format!("hostile/{}, explained", case.name), |b| {
            b.iter(|| explain(&crypto, black_box(&sent), &question).is_accepted());
        });
    }
    group.finish();
}

criterion_group!(benches, x509);
criterion_main!(benches);
