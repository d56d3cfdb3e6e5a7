//! Records of AES-128-GCM, sealed and opened in place, beside bare `ring` doing the same to as many bytes.

#[path = "../tests/util/mod.rs"]
mod util;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::hint::black_box;
use std::time::{Duration, Instant};
use symbolon::Event;
use symbolon::wire::CipherSuite;
use util::pair::{Pair, World};

const LENGTHS: [usize; 3] = [1, 1 << 10, 1 << 14];
/// Header, content type and tag (RFC 8446 §5.2).
const AROUND: usize = 5 + 1 + 16;
/// Records that are opened between two looks at the clock: as many as this makes.
const BATCH: usize = 1 << 15;

fn connected() -> Pair {
    let world = World::new();
    let client = world.client_config().suites([CipherSuite::TLS_AES_128_GCM_SHA256]).build().unwrap();
    let mut pair = Pair::of(client, world.server_config().build().unwrap());
    pair.run();
    pair.assert_connected();
    pair
}

/// Seals one record of `len` bytes, which lie where they are.
fn seal(pair: &mut Pair, len: usize) {
    let (mut app, tx) = (pair.client.conn.app().unwrap(), &mut pair.client.tx);
    assert!(app.space(tx).unwrap().unwrap().len() >= len);
    app.commit(len, tx).unwrap().unwrap();
}

fn bare_key() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[0; 16]).unwrap())
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn group<'c>(c: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    // Short, so that no key comes to its limit, after which a KeyUpdate would be among the records.
    group.sample_size(20).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    group
}

fn sealing(c: &mut Criterion) {
    let mut group = group(c, "seal");
    for len in LENGTHS {
        group.throughput(Throughput::Bytes(len as u64));
        let mut pair = connected();
        group.bench_function(format!("record/{len}"), |b| {
            b.iter(|| {
                seal(&mut pair, len);
                let n = black_box(pair.client.tx.to_send()).len();
                pair.client.tx.sent(n);
            });
        });
        let (key, mut text) = (bare_key(), vec![0; len]);
        group.bench_function(format!("bare ring/{len}"), |b| {
            b.iter(|| black_box(key.seal_in_place_separate_tag(nonce(), Aad::empty(), &mut text).unwrap()));
        });
    }
    group.finish();
}

fn opening(c: &mut Criterion) {
    let mut group = group(c, "open");
    for len in LENGTHS {
        group.throughput(Throughput::Bytes(len as u64));
        let batch = (BATCH / (len + AROUND)).max(1);
        let mut pair = connected();
        group.bench_function(format!("record/{len}"), |b| {
            b.iter_custom(|count| {
                in_batches(count, batch, |n| {
                    (0..n).for_each(|_| seal(&mut pair, len));
                    let server = &mut pair.server;
                    pair.client.tx.move_to(&mut server.rx);
                    assert!(pair.client.tx.is_empty());
                    let start = Instant::now();
                    for _ in 0..n {
                        let Event::Data(data) = server.conn.step(&mut server.rx, &mut server.tx).unwrap() else {
                            panic!("no data");
                        };
                        assert_eq!(black_box(data).len(), len);
                    }
                    let time = start.elapsed();
                    server.rx.consume(len);
                    time
                })
            });
        });
        let key = bare_key();
        let mut sealed = vec![0; len];
        key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed).unwrap();
        let mut records = vec![sealed.clone(); batch];
        group.bench_function(format!("bare ring/{len}"), |b| {
            b.iter_custom(|count| {
                in_batches(count, batch, |n| {
                    records.iter_mut().for_each(|record| record.copy_from_slice(&sealed));
                    let start = Instant::now();
                    for record in records.iter_mut().take(n) {
                        let data = key.open_in_place(nonce(), Aad::empty(), record).unwrap();
                        assert_eq!(black_box(data).len(), len);
                    }
                    start.elapsed()
                })
            });
        });
    }
    group.finish();
}

/// Does `count` of something, at most `batch` at once, and adds up the time of all batches.
fn in_batches(count: u64, batch: usize, mut work: impl FnMut(usize) -> Duration) -> Duration {
    let mut rest = count;
    let mut time = Duration::ZERO;
    while rest > 0 {
        let n = rest.min(batch as u64);
        time += work(n as usize);
        rest -= n;
    }
    time
}

criterion_group!(benches, sealing, opening);
criterion_main!(benches);
