//! Many connections at once, in two threads.

use super::util::pair::World;
use super::{bytes, run_over_tcp};
use std::sync::Arc;
use symbolon::io::tokio::Handshake;
use symbolon::{ClientWith, ServerName, ServerWith, UnixTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[test]
fn two_hundred_mutual_connections_echo_at_once_without_an_error() {
    const CONNECTIONS: usize = 200;
    let world = World::new();
    let client_config = Arc::new(world.client_config().build().unwrap());
    let server_config = Arc::new(world.server_config().build().unwrap());
    run_over_tcp(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let mut served = JoinSet::new();
            for _ in 0..CONNECTIONS {
                let (tcp, _) = listener.accept().await.unwrap();
                let conn = ServerWith::new(server_config.clone(), UnixTime(super::NOW));
                served.spawn(async move {
                    let tls = Handshake::new(conn, tcp).complete().await.unwrap();
                    assert_eq!(tls.conn().peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
                    let (mut r, mut w) = tokio::io::split(tls);
                    tokio::io::copy(&mut r, &mut w).await.unwrap();
                    w.shutdown().await.unwrap();
                });
            }
            served.join_all().await.len()
        });
        let all_up = Arc::new(Barrier::new(CONNECTIONS));
        let mut clients = JoinSet::new();
        for number in 0..CONNECTIONS {
            let (config, all_up) = (client_config.clone(), all_up.clone());
            clients.spawn(async move {
                let tcp = TcpStream::connect(address).await.unwrap();
                let conn = ClientWith::new(config, ServerName::dns("server.test").unwrap(), UnixTime(super::NOW));
                let mut tls = Handshake::new(conn, tcp).complete().await.unwrap();
                all_up.wait().await;
                for round in 0..5 {
                    let said = bytes(number * 7 + round);
                    tls.write_all(&said).await.unwrap();
                    let mut heard = vec![0; said.len()];
                    tls.read_exact(&mut heard).await.unwrap();
                    assert!(heard == said);
                }
                tls.shutdown().await.unwrap();
                assert_eq!(tls.read(&mut [0]).await.unwrap(), 0);
            });
        }
        assert_eq!(clients.join_all().await.len(), CONNECTIONS);
        assert_eq!(server.await.unwrap(), CONNECTIONS);
    });
}
