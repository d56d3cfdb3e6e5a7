//! Path validation. Depth 1 is a leaf right under the anchor; every certificate more costs one verification more.

#[path = "../tests/util/mod.rs"]
mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::x509::{Certificate, Purpose, Question, verify};
use symbolon::{Anchors, ServerName};
use util::ca::{Ca, NOW};

/// A root, and a chain of `depth` certificates under it, leaf first.
fn chain(depth: usize) -> (Anchors, Vec<Vec<u8>>) {
    let root = Ca::root("root");
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let mut intermediates: Vec<Ca> = Vec::new();
    for n in 1..depth {
        intermediates.push(intermediates.last().unwrap_or(&root).intermediate(&format!("intermediate {n}")));
    }
    let leaf = intermediates.last().unwrap_or(&root).leaf();
    let chain = std::iter::once(leaf).chain(intermediates.into_iter().rev().map(|ca| ca.der)).collect();
    (anchors, chain)
}

fn x509(c: &mut Criterion) {
    let crypto = Ring::new();
    let name = ServerName::dns("server.test").unwrap();
    let mut group = c.benchmark_group("x509");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for depth in 1..=4 {
        let (anchors, chain) = chain(depth);
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        group.bench_function(format!("verify/depth {depth}"), |b| {
            b.iter(|| {
                let question = Question::new(&anchors, NOW, Purpose::Server).name(&name);
                verify(&crypto, black_box(&chain), &question).unwrap().path().count()
            });
        });
    }
    let (_, chain) = chain(1);
    group.bench_function("parse", |b| b.iter(|| Certificate::parse(black_box(&chain[0])).unwrap().not_after()));
    group.finish();
}

criterion_group!(benches, x509);
criterion_main!(benches);
