//! The blocking driver over loopback TCP.

mod util;

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use symbolon::io::blocking::{self, Cause, Handshake};
use symbolon::{ClientWith, Error, Reason, ServerName, ServerWith, UnixTime};
use util::openssl::Watch;
use util::pair::World;
use util::pki::NOW;
use util::provider::{Provider, provider};

type ServerSays = Result<Vec<u8>, (Error, String)>;

/// Runs a server that echoes until the peer closes, and hands the client's socket to `client`.
fn with_server<T>(world: &World, client: impl FnOnce(TcpStream) -> T) -> (T, ServerSays) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let config = Arc::new(world.server_config().build().unwrap());
    let server = std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let conn = ServerWith::new(config, UnixTime(NOW));
        let mut tls = match Handshake::new(conn, tcp).complete() {
            Ok(tls) => tls,
            Err(failed) => {
                let Cause::Tls(error) = failed.cause else { panic!("{failed}") };
                return Err((error, failed.conn.claimed_peer().map(ToString::to_string).unwrap_or_default()));
            }
        };
        let mut all = Vec::new();
        let mut some = [0; 1000];
        loop {
            match tls.read(&mut some) {
                Ok(0) => break,
                Ok(n) => {
                    all.extend_from_slice(&some[..n]);
                    tls.write_all(&some[..n]).unwrap();
                }
                Err(e) => return Err((*e.get_ref().unwrap().downcast_ref::<Error>().unwrap(), String::new())),
            }
        }
        tls.close().unwrap();
        Ok(all)
    });
    let said = client(TcpStream::connect(address).unwrap());
    (said, server.join().unwrap())
}

/// A socket that stops taking bytes when told to, with this error.
struct Gate {
    tcp: TcpStream,
    shut: Option<io::ErrorKind>,
}

impl Gate {
    fn new(tcp: TcpStream) -> Self {
        // A test that would wait for ever fails instead.
        tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { tcp, shut: None }
    }
}

impl Read for Gate {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.tcp.read(buf)
    }
}

impl Write for Gate {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.shut {
            Some(kind) => Err(kind.into()),
            None => self.tcp.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

fn client_conn(world: &World) -> ClientWith<'static, Provider> {
    let config = Arc::new(world.client_config().build().unwrap());
    ClientWith::new(config, ServerName::dns("server.test").unwrap().into_owned(), UnixTime(NOW))
}

// [6.1-1]
#[test]
fn a_megabyte_comes_back_whole_and_both_sides_close_properly() {
    let world = World::new();
    let sent: Vec<u8> = (0..1 << 20).map(|i: u32| i.to_le_bytes()[i as usize % 3]).collect();
    let (received, server) = with_server(&world, |tcp| {
        let mut tls = Handshake::new(client_conn(&world), tcp).complete().unwrap();
        let mut received = Vec::new();
        for piece in sent.chunks(30_000) {
            tls.write_all(piece).unwrap();
            let mut back = vec![0; piece.len()];
            tls.read_exact(&mut back).unwrap();
            received.extend(back);
        }
        tls.close().unwrap();
        assert_eq!(tls.read(&mut [0; 1]).unwrap(), 0);
        received
    });
    assert!(received == sent);
    assert!(server.unwrap() == sent);
}

// [6.1-2]
#[test]
fn a_transport_that_ends_without_close_notify_is_told_apart() {
    let world = World::new();
    let ((), server) = with_server(&world, |tcp| {
        let mut tls = Handshake::new(client_conn(&world), tcp).complete().unwrap();
        tls.write_all(b"half a message").unwrap();
    });
    assert!(matches!(server.unwrap_err().0, Error::Truncated { .. }));
}

#[test]
fn a_server_refuses_a_client_without_certificate_and_the_client_reads_why() {
    let world = World::new();
    let (alert, server) = with_server(&world, |tcp| {
        let config = symbolon::ClientConfig::builder(provider()).anchors(world.anchors());
        let config = Arc::new(config.build().unwrap());
        let conn = ClientWith::new(config, ServerName::dns("server.test").unwrap().into_owned(), UnixTime(NOW));
        let mut tls = Handshake::new(conn, tcp).complete().unwrap();
        let error = tls.read(&mut [0; 1]).unwrap_err();
        error.to_string()
    });
    assert!(alert.contains("certificate_required"), "{alert}");
    let Error::Refused(refusal) = server.unwrap_err().0 else { panic!() };
    assert_eq!(refusal.reason, Reason::ClientCertificateMissing);
}

#[test]
fn a_client_refuses_a_server_for_another_name_and_says_which_certificate() {
    let world = World::new();
    let (failed, server) = with_server(&world, |tcp| {
        let config = Arc::new(world.client_config().build().unwrap());
        let name = ServerName::dns("other.test").unwrap().into_owned();
        let conn = ClientWith::new(config, name, UnixTime(NOW));
        let failed = Handshake::new(conn, tcp).complete().err().unwrap();
        (failed.to_string(), failed.conn.claimed_peer().unwrap().to_string())
    });
    assert!(failed.0.contains("certificate 0") && failed.0.contains("WAIT_CERT"), "{}", failed.0);
    assert!(failed.1.contains("server.test"), "{}", failed.1);
    let Error::PeerAlert(alert) = server.unwrap_err().0 else { panic!() };
    assert_eq!(alert.description, symbolon::wire::AlertDescription::bad_certificate);
}

#[test]
fn connect_and_accept_need_no_more_than_a_configuration_and_a_transport() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let config = Arc::new(world.server_config().build().unwrap());
    let server = std::thread::spawn(move || {
        let tls = blocking::accept(config, listener.accept().unwrap().0).unwrap();
        tls.conn().peer().unwrap().dns().next().map(str::to_owned)
    });
    let config = Arc::new(world.client_config().build().unwrap());
    let name = ServerName::dns("server.test").unwrap();
    let tls = blocking::connect(config, name, TcpStream::connect(address).unwrap()).unwrap();
    assert!(tls.conn().is_connected());
    assert_eq!(server.join().unwrap().as_deref(), Some("robot.test"));
}

#[test]
fn a_question_that_nobody_answers_ends_the_handshake_and_tells_the_peer() {
    let world = World::new();
    let (cause, server) = with_server(&world, |tcp| {
        let config = Arc::new(world.client_config().ask_chain().build().unwrap());
        let name = ServerName::dns("server.test").unwrap().into_owned();
        let conn = ClientWith::new(config, name, UnixTime(NOW));
        Handshake::new(conn, tcp).complete().err().unwrap().cause
    });
    assert!(matches!(cause, Cause::Unanswered(_)));
    let Error::PeerAlert(alert) = server.unwrap_err().0 else { panic!() };
    assert_eq!(alert.description, symbolon::wire::AlertDescription::close_notify);
}

#[test]
fn a_write_that_times_out_neither_repeats_what_was_taken_nor_loses_what_came() {
    let world = World::new();
    let (received, server) = with_server(&world, |tcp| {
        let mut tls = Handshake::new(client_conn(&world), Gate::new(tcp)).complete().unwrap();
        tls.write_all(b"one,").unwrap();
        tls.transport_mut().shut = Some(io::ErrorKind::WouldBlock);
        assert_eq!(tls.write(b"two,").unwrap(), 4);
        assert_eq!(tls.write(b"three").unwrap_err().kind(), io::ErrorKind::WouldBlock);
        tls.transport_mut().shut = None;
        tls.write_all(b"three").unwrap();
        let mut back = [0; 13];
        tls.read_exact(&mut back).unwrap();
        tls.close().unwrap();
        back
    });
    assert_eq!(&received, b"one,two,three");
    assert_eq!(server.unwrap(), b"one,two,three");
}

#[test]
fn a_transport_that_takes_no_more_does_not_swallow_what_came_before() {
    let world = World::new();
    let (received, _) = with_server(&world, |tcp| {
        let mut tls = Handshake::new(client_conn(&world), Gate::new(tcp)).complete().unwrap();
        tls.write_all(b"echo").unwrap();
        let mut received = [0; 4];
        tls.read_exact(&mut received[..1]).unwrap();
        tls.transport_mut().shut = Some(io::ErrorKind::BrokenPipe);
        assert_eq!(tls.write(b"more").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        tls.read_exact(&mut received[1..]).unwrap();
        received
    });
    assert_eq!(&received, b"echo");
}

#[test]
fn a_transport_that_holds_writes_back_is_flushed_before_the_peer_is_waited_for() {
    struct Held(std::io::BufWriter<TcpStream>);
    impl Read for Held {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0.get_mut().read(buf)
        }
    }
    impl Write for Held {
        fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
            self.0.write(buf)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            self.0.flush()
        }
    }
    let world = World::new();
    let (echoed, server) = with_server(&world, |tcp| {
        tcp.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let held = Held(std::io::BufWriter::with_capacity(1 << 16, tcp));
        let mut tls = Handshake::new(client_conn(&world), held).complete().unwrap();
        tls.write_all(b"ping").unwrap();
        let mut echoed = [0; 4];
        tls.read_exact(&mut echoed).unwrap();
        tls.close().unwrap();
        echoed
    });
    assert_eq!((&echoed, server.unwrap()), (b"ping", b"ping".to_vec()));
}

// [4.6.3-3]
#[test]
fn a_server_that_echoes_answers_key_updates_with_what_it_says_next() {
    let world = World::new();
    let seen = Watch::default();
    let (updates, server) = with_server(&world, |tcp| {
        tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut tls = Handshake::new(client_conn(&world), tcp).observer(seen.clone()).complete().unwrap();
        let mut updates = Vec::new();
        for both in [true, false, true] {
            tls.update_keys(both).unwrap();
            tls.write_all(b"echo").unwrap();
            tls.read_exact(&mut [0; 4]).unwrap();
            updates.push((seen.count("send KeyUpdate"), seen.count("recv KeyUpdate")));
        }
        tls.close().unwrap();
        assert_eq!(tls.read(&mut [0; 1]).unwrap(), 0);
        updates
    });
    assert_eq!(updates, [(1, 1), (2, 1), (3, 2)]);
    assert_eq!(server.unwrap(), b"echoechoecho");
}
