//! Two tasks and one stream: neither keeps the other from going on, and no wake-up is lost between them.

use super::util::pair::World;
use super::wire::Tapped;
use super::{bytes, connected, hangs, over_a_pipe, run};
use std::io;
use std::sync::atomic::Ordering;
use symbolon::MAX_RECORD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex, split};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Writes `len` bytes and closes, in one task, and reads as many in another, with these sizes.
fn talk(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    len: usize,
    size: usize,
) -> (JoinHandle<io::Result<()>>, JoinHandle<io::Result<Vec<u8>>>) {
    let (mut r, mut w) = split(stream);
    let writer = tokio::spawn(async move {
        for piece in bytes(len).chunks(size) {
            w.write_all(piece).await?;
        }
        w.shutdown().await
    });
    let reader = tokio::spawn(async move {
        let mut heard = Vec::new();
        let mut some = vec![0; size];
        while let n @ 1.. = r.read(&mut some).await? {
            heard.extend_from_slice(&some[..n]);
        }
        Ok(heard)
    });
    (writer, reader)
}

#[test]
fn both_ends_read_and_write_megabytes_at_once() {
    for (pipe, size) in [(64, 50_000), (5000, 1 << 20), (1 << 16, 700)] {
        let test = async move {
            const LEN: usize = 3 << 20;
            let (client, server) = over_a_pipe(pipe).await;
            let (client, server) = (talk(client, LEN, size), talk(server, LEN, size));
            for (writer, reader) in [client, server] {
                writer.await.unwrap().unwrap();
                let heard = reader.await.unwrap().unwrap();
                assert!(heard == bytes(LEN), "{} bytes of {LEN}", heard.len());
            }
        };
        run(test);
    }
}

#[test]
fn a_peer_that_does_not_read_stops_us_after_one_record_and_we_still_read() {
    let world = World::new();
    run(async {
        const PIPE: usize = 4096;
        let (a, b) = duplex(PIPE);
        let (a, tap) = Tapped::new(a);
        let (mut client, mut server) = connected(&world, a, b).await;
        let handshake = tap.written.load(Ordering::Relaxed);
        let said = bytes(1 << 20);
        let mut taken = 0;
        while let Ok(n) = tokio::time::timeout(std::time::Duration::from_secs(1), client.write(&said[taken..])).await {
            taken += n.unwrap();
        }
        assert!(tap.written.load(Ordering::Relaxed) <= handshake + PIPE);
        assert!((1..=PIPE + MAX_RECORD).contains(&taken), "{taken} bytes were taken");

        server.write_all(b"I listen later").await.unwrap();
        let mut heard = [0; 14];
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"I listen later");
        assert!(hangs(client.flush()).await);

        let mut heard = vec![0; taken];
        let (read, flushed) = tokio::join!(server.read_exact(&mut heard), client.flush());
        read.unwrap();
        flushed.unwrap();
        assert!(heard == said[..taken]);
    });
}

#[test]
fn a_peer_that_asks_for_keys_and_does_not_read_makes_us_pile_up_nothing() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(100);
        let (b, tap) = Tapped::new(b);
        let (mut client, mut server) = connected(&world, a, b).await;
        let handshake = tap.written.load(Ordering::Relaxed);
        for _ in 0..1000 {
            tokio::join!(
                async {
                    client.update_keys(true).await.unwrap();
                    client.write_all(b"x").await.unwrap();
                    client.flush().await.unwrap();
                },
                async { assert_eq!(server.read_u8().await.unwrap(), b'x') },
            );
        }
        assert_eq!(tap.written.load(Ordering::Relaxed), handshake);
        // One KeyUpdate, and the byte.
        server.write_all(b"y").await.unwrap();
        server.flush().await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), b'y');
        assert_eq!(tap.written.load(Ordering::Relaxed), handshake + (5 + 5 + 17) + (5 + 1 + 17));
    });
}

#[test]
fn a_writer_that_waits_is_woken_although_a_reader_asked_the_transport_since() {
    run(async {
        let (client, mut server) = over_a_pipe(100).await;
        let (mut r, mut w) = split(client);
        let said = bytes(40_000);
        let (writes, written) = (said.clone(), tokio::task::yield_now());
        let writer = tokio::spawn(async move {
            w.write_all(&writes).await.unwrap();
            w.flush().await.unwrap();
        });
        written.await;
        // This reader sends what waits, as far as that goes, and then has other things to do for ever.
        server.write_all(b"!").await.unwrap();
        let reader = tokio::spawn(async move {
            assert!(hangs(r.read_exact(&mut [0; 2])).await);
            std::future::pending::<()>().await
        });
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let mut heard = vec![0; said.len()];
        server.read_exact(&mut heard).await.unwrap();
        assert!(heard == said);
        writer.await.unwrap();
        reader.abort();
    });
}

#[test]
fn what_a_writer_leaves_behind_is_sent_by_the_reader_that_waits_for_the_answer() {
    run(async {
        let (client, mut server) = over_a_pipe(100).await;
        let (mut r, mut w) = split(client);
        let reader = tokio::spawn(async move { r.read_u8().await });
        tokio::task::yield_now().await;
        let (keep, kept) = oneshot::channel::<()>();
        let said = bytes(10_000);
        let writes = said.clone();
        let writer = tokio::spawn(async move {
            w.write_all(&writes).await.unwrap();
            // It does not flush, and does not write again.
            let _ = kept.await;
        });
        let mut heard = vec![0; said.len()];
        server.read_exact(&mut heard).await.unwrap();
        assert!(heard == said);
        server.write_all(b"!").await.unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), b'!');
        drop(keep);
        writer.await.unwrap();
    });
}
