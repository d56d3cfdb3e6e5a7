//! How it ends: properly, cut off, or refused, and what each side is told.

use super::util::pair::World;
use super::util::provider::provider;
use super::wire::{Alerts, Tapped};
use super::{client, connected, error, hangs, over_a_pipe, run, server};
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use symbolon::io::tokio::{Cause, Handshake};
use symbolon::wire::AlertDescription;
use symbolon::{ClientAuthState, ClientConfig, ClientWith, Error, Reason, ServerName, StateName, UnixTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// Bytes of an alert on the wire: header, level, description, content type, tag.
const ALERT: usize = 5 + 2 + 1 + 16;

// [6.1-1]
#[test]
fn shutdown_says_close_notify_once_and_closes_the_transport_however_often_it_is_called() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(1000);
        let (a, tap) = Tapped::new(a);
        let (mut client, mut server) = connected(&world, a, b).await;
        let before = tap.written.load(Ordering::Relaxed);
        client.shutdown().await.unwrap();
        client.shutdown().await.unwrap();
        client.flush().await.unwrap();
        assert_eq!(tap.written.load(Ordering::Relaxed), before + ALERT);
        for _ in 0..2 {
            assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        }
        assert_eq!(server.transport_mut().read(&mut [0]).await.unwrap(), 0);
    });
}

// [6.1-2]
#[test]
fn a_transport_that_ends_without_close_notify_is_told_apart() {
    run(async {
        let (mut client, mut server) = over_a_pipe(1000).await;
        client.write_all(b"half a message").await.unwrap();
        drop(client);
        let mut heard = [0; 14];
        server.read_exact(&mut heard).await.unwrap();
        let cut = server.read(&mut [0]).await.unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
        assert!(cut.to_string().contains("close_notify"), "{cut}");
        assert!(matches!(error(&cut), Error::Truncated { state: StateName::Connected }));
    });
}

#[test]
fn a_failure_found_while_reading_is_told_by_one_alert_even_over_a_pipe_of_one_byte() {
    let world = World::new();
    run(async {
        let alerts = Alerts::default();
        let (a, b) = duplex(1);
        let (a, tap) = Tapped::new(a);
        let (client, server) = tokio::join!(
            Handshake::new(client(&world), a).complete(),
            Handshake::new(server(&world), b).observer(alerts.clone()).complete(),
        );
        let (mut client, mut server) = (client.unwrap(), server.unwrap());
        let before = tap.written.load(Ordering::Relaxed);
        // Behind the header.
        tap.spoils.store(8, Ordering::Relaxed);
        let spoilt = async {
            for _ in 0..2 {
                let spoilt = client.read(&mut [0]).await.unwrap_err();
                assert_eq!(spoilt.kind(), ErrorKind::InvalidData);
                let Error::Refused(refusal) = error(&spoilt) else { panic!("{spoilt}") };
                assert_eq!(refusal.state, StateName::Connected);
            }
            assert!(client.write(b"more").await.is_err());
            client.flush().await.unwrap();
            client.shutdown().await.unwrap();
        };
        let told = async {
            server.write_all(b"spoil this").await.unwrap();
            server.flush().await.unwrap();
            server.read(&mut [0]).await.unwrap_err()
        };
        let ((), told) = tokio::join!(spoilt, told);
        assert!(matches!(error(&told), Error::PeerAlert(_)), "{told}");
        assert_eq!(alerts.seen().len(), 1);
        assert_eq!(tap.written.load(Ordering::Relaxed), before + ALERT);
    });
}

fn without_credential(world: &World) -> ClientWith<'static, super::Provider> {
    let config = Arc::new(ClientConfig::builder(provider()).anchors(world.anchors()).build().unwrap());
    ClientWith::new(config, ServerName::dns("server.test").unwrap().into_owned(), UnixTime(super::NOW))
}

#[test]
fn a_server_refuses_a_client_without_certificate_and_the_client_learns_why_by_reading_writing_or_waiting() {
    let world = World::new();
    for how in ["read", "write", "wait"] {
        run(async {
            let (a, b) = duplex(5000);
            let server = tokio::spawn(Handshake::new(server(&world), b).complete());
            let mut client = Handshake::new(without_credential(&world), a).complete().await.unwrap();
            // The server is gone when the client speaks.
            let failed = server.await.unwrap().err().unwrap();
            let Cause::Tls(Error::Refused(refusal)) = failed.cause else { panic!("{failed}") };
            assert_eq!(refusal.reason, Reason::ClientCertificateMissing);
            let told = match how {
                "read" => error(&client.read(&mut [0]).await.unwrap_err()),
                "write" => {
                    let _taken = client.write(b"hello").await;
                    error(&client.flush().await.unwrap_err())
                }
                _ => match client.await_client_auth().await.unwrap_err() {
                    Cause::Tls(error) => error,
                    other => panic!("{other}"),
                },
            };
            let Error::PeerAlert(alert) = told else { panic!("{told}") };
            assert_eq!(alert.description, AlertDescription::certificate_required);
            assert!(matches!(client.conn().client_auth(), ClientAuthState::Refused { .. }));
        });
    }
}

#[test]
fn a_client_refuses_a_server_for_another_name_and_says_which_certificate() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(10);
        let config = world.client_config().build().unwrap();
        let conn = ClientWith::new(&config, ServerName::dns("other.test").unwrap(), UnixTime(super::NOW));
        let (failed, served) =
            tokio::join!(Handshake::new(conn, a).complete(), Handshake::new(server(&world), b).complete());
        let failed = failed.err().unwrap();
        let says = failed.to_string();
        assert!(says.contains("certificate 0") && says.contains("WAIT_CERT"), "{says}");
        assert_eq!(failed.conn.claimed_peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
        assert!(failed.report().is_some());
        let Cause::Tls(Error::PeerAlert(alert)) = served.err().unwrap().cause else { panic!() };
        assert_eq!(alert.description, AlertDescription::bad_certificate);
    });
}

#[test]
fn a_transport_that_ends_in_the_middle_of_the_handshake_says_in_which_state() {
    let world = World::new();
    run(async {
        let (a, mut b) = duplex(5000);
        let tls = tokio::spawn(Handshake::new(client(&world), a).complete());
        let mut hello = [0; 100];
        b.read_exact(&mut hello).await.unwrap();
        drop(b);
        let failed = tls.await.unwrap().err().unwrap();
        assert!(matches!(failed.cause, Cause::Tls(Error::Truncated { state: StateName::WaitSh })), "{failed}");
    });
}

#[test]
fn waiting_for_a_verdict_that_never_comes_may_be_given_up() {
    run(async {
        let (mut client, mut server) = over_a_pipe(1000).await;
        assert!(hangs(client.await_client_auth()).await);
        client.write_all(b"x").await.unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'x');
    });
}

#[test]
fn a_peer_that_speaks_something_else_is_refused_and_told_so() {
    let world = World::new();
    async fn reply(mut peer: DuplexStream, says: &[u8]) -> Vec<u8> {
        let mut heard = Vec::new();
        peer.write_all(says).await.unwrap();
        peer.read_to_end(&mut heard).await.unwrap();
        heard
    }
    for says in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 50], &[0x16, 3, 3, 0xff, 0xff], &[0x17, 3, 3, 0, 1, 0]] {
        run(async {
            let (a, b) = duplex(5000);
            let (served, heard) = tokio::join!(Handshake::new(server(&world), a).complete(), reply(b, says));
            let Cause::Tls(Error::Refused(refusal)) = served.err().unwrap().cause else { panic!() };
            assert_eq!(refusal.state, StateName::Start);
            assert_eq!((heard.len(), heard[0]), (7, 0x15), "one alert, which is not protected yet");

            let (a, b) = duplex(5000);
            let (failed, heard) = tokio::join!(Handshake::new(client(&world), a).complete(), reply(b, says));
            let Cause::Tls(Error::Refused(refusal)) = failed.err().unwrap().cause else { panic!() };
            assert_eq!(refusal.state, StateName::WaitSh);
            assert_eq!(heard[heard.len() - 7], 0x15);
        });
    }
}

#[test]
fn whatever_byte_is_spoilt_both_ends_come_to_an_end_and_none_hears_what_was_not_said() {
    let world = World::new();
    let mut failed = 0;
    for at in (1..3000).step_by(37) {
        run(async {
            let (a, b) = duplex(700);
            let (a, tap) = Tapped::new(a);
            tap.spoils.store(at, Ordering::Relaxed);
            let ask = async {
                let mut tls = Handshake::new(client(&world), a).complete().await.map_err(|failed| failed.cause)?;
                tls.write_all(b"said").await?;
                tls.shutdown().await?;
                let mut heard = Vec::new();
                tls.read_to_end(&mut heard).await?;
                assert!(heard == [7; 500]);
                Ok::<(), std::io::Error>(())
            };
            let serve = async {
                let mut tls = Handshake::new(server(&world), b).complete().await.map_err(|failed| failed.cause)?;
                tls.write_all(&[7; 500]).await?;
                tls.shutdown().await?;
                let mut heard = Vec::new();
                tls.read_to_end(&mut heard).await?;
                assert_eq!(heard, b"said");
                Ok::<(), std::io::Error>(())
            };
            let (asked, served) = tokio::join!(ask, serve);
            let unspoilt = tap.spoils.load(Ordering::Relaxed) > 0;
            assert_eq!(asked.is_ok(), unspoilt, "byte {at}: {asked:?} {served:?}");
            failed += usize::from(asked.is_err());
        });
    }
    assert!(failed > 20, "{failed} connections were spoilt");
}
