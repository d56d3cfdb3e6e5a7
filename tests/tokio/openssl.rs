//! OpenSSL at the other end.

use super::util::openssl::{Both, Openssl, is_missing};
use super::{client, run_over_tcp, server};
use symbolon::io::tokio::Handshake;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[test]
fn a_client_talks_to_s_server() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut peer = both.s_server(&["-tls1_3", "-Verify", "3", "-verify_return_error"]);
    run_over_tcp(async {
        let tcp = TcpStream::connect(peer.address()).await.unwrap();
        let mut tls = Handshake::new(client(&both.world), tcp).complete().await.unwrap();
        tls.write_all(b"0 heard this\n").await.unwrap();
        peer.wait_for("0 heard this\n");
        peer.write(b"1 said that\n");
        let mut heard = [0; 12];
        tls.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"1 said that\n");
        tls.shutdown().await.unwrap();
        let mut rest = Vec::new();
        tls.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"");
    });
}

#[test]
fn a_server_talks_to_s_client() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    run_over_tcp(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let args = [&["-connect", &address, "-CAfile", &both.root][..], &both.client.with_chain()].concat();
        let judge = ["-verify_return_error", "-verify_hostname", "server.test", "-servername", "server.test"];
        let mut peer = Openssl::start("s_client", &[&args[..], &judge].concat());
        let (tcp, _) = listener.accept().await.unwrap();
        let mut tls = Handshake::new(server(&both.world), tcp).complete().await.unwrap();
        assert_eq!(tls.conn().peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
        tls.write_all(b"0 heard this\n").await.unwrap();
        peer.wait_for("0 heard this\n");
        peer.write(b"1 said that\n");
        let mut heard = [0; 12];
        tls.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"1 said that\n");
        tls.shutdown().await.unwrap();
        peer.finish();
    });
}
