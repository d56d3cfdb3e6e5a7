//! Data there and back.

use super::util::openssl::Watch;
use super::util::pair::World;
use super::util::provider::provider;
use super::{bytes, client, connected, hangs, over_a_pipe, run, run_over_tcp, server};
use allocation_counter::measure;
use std::io::ErrorKind;
use std::sync::Arc;
use symbolon::config::{EarlyData, Resumption};
use symbolon::io::tokio::{Handshake, accept, connect};
use symbolon::resumption::{Shelf, SingleUseKeys, TicketKeys};
use symbolon::{ClientAuth, ClientWith, EarlyDataState, ServerName, ServerWith, UnixTime};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufWriter, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

#[test]
fn a_pipe_of_one_byte_is_enough() {
    run(async {
        let (mut client, mut server) = over_a_pipe(1).await;
        let sent = bytes(40_000);
        let serve = async {
            let mut heard = Vec::new();
            server.read_to_end(&mut heard).await.unwrap();
            server.write_all(&heard).await.unwrap();
            server.shutdown().await.unwrap();
        };
        let ask = async {
            client.write_all(&sent).await.unwrap();
            client.shutdown().await.unwrap();
            let mut echoed = Vec::new();
            client.read_to_end(&mut echoed).await.unwrap();
            assert!(echoed == sent, "{} bytes of {}", echoed.len(), sent.len());
        };
        tokio::join!(serve, ask);
    });
}

// [6.1-1]
#[test]
fn a_megabyte_comes_back_whole_over_tcp_and_both_sides_close_properly() {
    let world = World::new();
    run_over_tcp(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut client, server) = connected(&world, tcp, listener.accept().await.unwrap().0).await;
        let server = tokio::spawn(async move {
            let (mut r, mut w) = tokio::io::split(server);
            let n = tokio::io::copy(&mut r, &mut w).await.unwrap();
            w.shutdown().await.unwrap();
            n
        });
        let sent = bytes(1 << 20);
        for piece in sent.chunks(30_000) {
            client.write_all(piece).await.unwrap();
            let mut echoed = vec![0; piece.len()];
            client.read_exact(&mut echoed).await.unwrap();
            assert!(echoed == piece);
        }
        client.shutdown().await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(server.await.unwrap(), 1 << 20);
    });
}

#[test]
fn connect_and_accept_need_no_more_than_a_configuration_and_a_transport() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(1000);
        let config = Arc::new(world.server_config().build().unwrap());
        let server = tokio::spawn(async move {
            let tls = accept(config, b).await.unwrap();
            tls.conn().peer().unwrap().dns().next().map(str::to_owned)
        });
        let config = world.client_config().build().unwrap();
        let tls = connect(&config, ServerName::dns("server.test").unwrap(), a).await.unwrap();
        assert!(tls.conn().is_connected());
        assert_eq!(server.await.unwrap().as_deref(), Some("robot.test"));
    });
}

#[test]
fn data_is_lent_where_it_was_decrypted() {
    run(async {
        let (mut client, mut server) = over_a_pipe(1 << 16).await;
        assert_eq!(client.write(b"one two three").await.unwrap(), 13);
        assert_eq!(server.fill_buf().await.unwrap(), b"one two three");
        server.consume(4);
        assert_eq!(server.fill_buf().await.unwrap(), b"two three");
        let mut rest = [0; 20];
        assert_eq!(server.read(&mut rest).await.unwrap(), 9);
        assert_eq!(client.write(b"").await.unwrap(), 0);
        assert_eq!(server.read(&mut []).await.unwrap(), 0);
    });
}

#[test]
fn a_transport_that_holds_writes_back_is_flushed_before_the_peer_is_waited_for() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(1 << 16);
        let (mut client, mut server) = connected(&world, BufWriter::with_capacity(1 << 16, a), b).await;
        let serve = async {
            let mut heard = [0; 4];
            server.read_exact(&mut heard).await.unwrap();
            server.write_all(&heard).await.unwrap();
        };
        let ask = async {
            client.write_all(b"ping").await.unwrap();
            let mut echoed = [0; 4];
            client.read_exact(&mut echoed).await.unwrap();
            assert_eq!(&echoed, b"ping");
        };
        tokio::join!(serve, ask);
    });
}

// [4.6.3-3]
#[test]
fn key_updates_that_are_asked_for_go_out_with_what_is_said_next() {
    let world = World::new();
    run(async {
        let seen = Watch::default();
        let (a, b) = duplex(100);
        let (client, server) = tokio::join!(
            Handshake::new(client(&world), a).observer(seen.clone()).complete(),
            Handshake::new(server(&world), b).complete(),
        );
        let mut client = client.unwrap();
        let (mut r, mut w) = tokio::io::split(server.unwrap());
        let echo = tokio::spawn(async move { tokio::io::copy(&mut r, &mut w).await });
        let mut updates = Vec::new();
        for both in [true, false, true] {
            client.update_keys(both).await.unwrap();
            client.write_all(b"echo").await.unwrap();
            client.read_exact(&mut [0; 4]).await.unwrap();
            updates.push((seen.count("send KeyUpdate"), seen.count("recv KeyUpdate")));
        }
        client.shutdown().await.unwrap();
        assert_eq!(updates, [(1, 1), (2, 1), (3, 2)]);
        assert_eq!(echo.await.unwrap().unwrap(), 12);
        assert!(client.update_keys(false).await.is_err(), "nothing follows close_notify");
    });
}

#[test]
fn first_data_goes_early_where_a_ticket_allows_it_and_arrives_once() {
    let world = World::new();
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(super::NOW - 1000)));
    let keys = Arc::new(TicketKeys::generate(&provider()).unwrap());
    let resumption = Resumption::stateless(keys).early_data(EarlyData::new(1000, single_use));
    let server = world.server_config().client_auth(ClientAuth::none()).resumption(resumption);
    let server = Arc::new(server.build().unwrap());
    let client = Arc::new(world.client_config().tickets(Arc::new(Shelf::new(4, 4))).build().unwrap());
    let said = bytes(30_000);
    for (state, early) in [(EarlyDataState::NotOffered, 0), (EarlyDataState::Accepted, 1000)] {
        run(async {
            let (a, b) = duplex(200);
            let serve = async {
                let conn = ServerWith::new(server.clone(), UnixTime(super::NOW));
                let mut tls = Handshake::new(conn, b).complete().await.unwrap();
                let mut heard = tls.early_data().to_vec();
                assert_eq!(heard.len(), early);
                tls.read_to_end(&mut heard).await.unwrap();
                tls.shutdown().await.unwrap();
                assert!(heard == said, "{} bytes of {}", heard.len(), said.len());
            };
            let ask = async {
                let conn =
                    ClientWith::new(client.clone(), ServerName::dns("server.test").unwrap(), UnixTime(super::NOW));
                let mut tls = Handshake::new(conn, a).first_data(&said).complete().await.unwrap();
                assert_eq!(tls.conn().negotiated().early_data, state);
                tls.shutdown().await.unwrap();
                assert_eq!(tls.read(&mut [0]).await.unwrap(), 0);
            };
            tokio::join!(serve, ask);
        });
    }
}

#[test]
fn what_is_written_after_shutdown_is_refused_and_what_the_peer_says_is_read() {
    run(async {
        let (mut client, mut server) = over_a_pipe(1000).await;
        client.shutdown().await.unwrap();
        assert!(client.write(b"more").await.is_err());
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        server.write_all(b"and you?").await.unwrap();
        let mut heard = [0; 8];
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"and you?");
        drop(client);
        assert_eq!(server.write(b"hello?").await.unwrap(), 6, "it was taken, and that it got nowhere is said next");
        assert_eq!(server.flush().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn streams_that_wait_hold_no_buffers() {
    const PAIRS: usize = 30;
    /// Bytes that an end takes: the connection, the task, half of a pipe, and a share in the memory that the thread keeps.
    const MOST: usize = 7000;
    let world = World::new();
    let client_config = Arc::new(world.client_config().build().unwrap());
    let server_config = Arc::new(world.server_config().build().unwrap());
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let heap = measure(|| {
        runtime.block_on(async {
            for _ in 0..PAIRS {
                let (a, b) = duplex(500);
                let client = ClientWith::new(
                    client_config.clone(),
                    ServerName::dns("server.test").unwrap(),
                    UnixTime(super::NOW),
                );
                let client = Handshake::new(client, a);
                let server = Handshake::new(ServerWith::new(server_config.clone(), UnixTime(super::NOW)), b);
                tokio::spawn(async move {
                    let mut tls = server.complete().await.unwrap();
                    let mut heard = vec![0; 1 << 14];
                    tls.read_exact(&mut heard).await.unwrap();
                    tls.write_all(&heard).await.unwrap();
                    drop(heard);
                    tls.read_u8().await
                });
                let client = tokio::spawn(async move {
                    let mut tls = client.complete().await.unwrap();
                    tls.write_all(&bytes(1 << 14)).await.unwrap();
                    tls.read_exact(&mut vec![0; 1 << 14]).await.unwrap();
                    tls.read_u8().await
                });
                assert!(hangs(client).await);
            }
        });
    });
    let each = heap.bytes_current / i64::try_from(2 * PAIRS).unwrap();
    println!("{each} bytes an end");
    assert!(usize::try_from(each).unwrap() < MOST, "{each} bytes an end");
}

#[test]
fn futures_of_a_stream_are_small() {
    let world = World::new();
    let handshake = Handshake::new(client(&world), duplex(1).0);
    assert!(size_of_val(&handshake) < 500, "{} bytes", size_of_val(&handshake));
    let future = handshake.complete();
    assert!(size_of_val(&future) < 1100, "{} bytes", size_of_val(&future));
}
