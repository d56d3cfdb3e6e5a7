//! Futures are dropped at any moment: every byte arrives once, in order.

use super::util::pair::World;
use super::wire::{Chance, Erratic};
use super::{bytes, client, connected, run, server};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use symbolon::io::tokio::Handshake;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};

/// Polls it so many times at most, and gives it up then.
async fn at_most<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            // The other side has to get on too.
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

async fn write_all(w: &mut (impl AsyncWrite + Unpin), data: &[u8], chance: &mut Chance) -> usize {
    let (mut at, mut given_up) = (0, 0);
    while at < data.len() {
        let end = data.len().min(at + 1 + chance.below(40_000));
        match at_most(chance.below(4), w.write(&data[at..end])).await {
            Some(n) => at += n.unwrap(),
            None => given_up += 1,
        }
        if chance.below(3) == 0 && at_most(chance.below(4), w.flush()).await.is_none() {
            given_up += 1;
        }
    }
    while at_most(chance.below(4), w.shutdown()).await.is_none() {
        given_up += 1;
    }
    given_up
}

async fn read_all(r: &mut (impl AsyncRead + Unpin), chance: &mut Chance) -> (Vec<u8>, usize) {
    let (mut all, mut given_up) = (Vec::new(), 0);
    loop {
        let mut some = vec![0; 1 + chance.below(20_000)];
        match at_most(chance.below(4), r.read(&mut some)).await {
            Some(Ok(0)) => return (all, given_up),
            Some(n) => all.extend_from_slice(&some[..n.unwrap()]),
            None => given_up += 1,
        }
    }
}

#[test]
fn reads_and_writes_that_are_given_up_neither_lose_nor_repeat_a_byte() {
    let world = World::new();
    let said = bytes(60_000);
    let mut given_up = 0;
    for seed in 0..12_u64 {
        let chance = |n| Chance::new(seed * 10 + n);
        let (a, b) = duplex(1 + chance(0).below(30_000));
        let a = Erratic { pipe: a, chance: chance(1) };
        let b = Erratic { pipe: b, chance: chance(2) };
        given_up += run(async {
            let (client, server) = connected(&world, a, b).await;
            let ((mut cr, mut cw), (mut sr, mut sw)) = (tokio::io::split(client), tokio::io::split(server));
            let (mut c1, mut c2, mut c3, mut c4) = (chance(3), chance(4), chance(5), chance(6));
            let (w1, w2, (at_client, r1), (at_server, r2)) = tokio::join!(
                write_all(&mut cw, &said, &mut c1),
                write_all(&mut sw, &said, &mut c2),
                read_all(&mut cr, &mut c3),
                read_all(&mut sr, &mut c4),
            );
            assert!(at_client == said, "seed {seed}: {} bytes of {}", at_client.len(), said.len());
            assert!(at_server == said, "seed {seed}: {} bytes of {}", at_server.len(), said.len());
            w1 + w2 + r1 + r2
        });
    }
    assert!(given_up > 100, "only {given_up} futures were dropped in the middle");
}

#[test]
fn a_search_for_questions_that_is_given_up_goes_on_where_it_was() {
    let world = World::new();
    for seed in 0..20_u64 {
        run(async {
            let chance = |n| Chance::new(seed * 10 + n);
            let (a, b) = duplex(500);
            let (a, b) = (Erratic { pipe: a, chance: chance(1) }, Erratic { pipe: b, chance: chance(2) });
            let config = std::sync::Arc::new(world.client_config().ask_chain().build().unwrap());
            let name = symbolon::ServerName::dns("server.test").unwrap();
            let conn = symbolon::ClientWith::new(config, name, symbolon::UnixTime(super::NOW));
            let ask = async {
                let mut handshake = Handshake::new(conn, a);
                let (mut asked, mut given_up, mut polls) = (0, 0, chance(3));
                loop {
                    match at_most(polls.below(3), handshake.question()).await {
                        Some(None) => break,
                        Some(Some(_)) => {
                            asked += 1;
                            handshake.answer(symbolon::io::tokio::Reply::Chain(Ok(()))).unwrap();
                        }
                        None => given_up += 1,
                    }
                }
                handshake.complete().await.unwrap();
                (asked, given_up)
            };
            let ((asked, given_up), served) = tokio::join!(ask, Handshake::new(server(&world), b).complete());
            assert_eq!(asked, 1);
            assert!(given_up > 0);
            served.unwrap();
        });
    }
}

#[test]
fn a_handshake_may_be_dropped_after_any_number_of_polls() {
    let world = World::new();
    let mut polls = 0;
    let finished = |polls| {
        run(async {
            let (a, b) = duplex(300);
            let (a, b) = (Erratic { pipe: a, chance: Chance::new(1) }, Erratic { pipe: b, chance: Chance::new(2) });
            let server = tokio::spawn(Handshake::new(server(&world), b).complete());
            let client = at_most(polls, Handshake::new(client(&world), a).complete()).await;
            let served = server.await.unwrap();
            assert!(client.is_some() || served.is_err() || polls > 1);
            client.is_some_and(|client| client.is_ok())
        })
    };
    while !finished(polls) {
        polls += 1;
        assert!(polls < 10_000);
    }
    assert!(polls > 3, "the transport is not that fast: {polls}");
}
