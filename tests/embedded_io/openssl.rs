//! A device that talks to the running OpenSSL of this machine.

use super::driver::{BOTH, Transport, block_on, take_turns};
use super::util::openssl::{Both, is_missing};
use super::{client, client_config};
use embedded_io::{ErrorKind, ErrorType};
use std::io::{self, Read, Write};
use std::net::TcpStream;

const LEN: usize = 100_000;

struct Tcp(TcpStream);

fn kind(error: io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ErrorKind::TimedOut,
        _ => ErrorKind::Other,
    }
}

impl Transport for Tcp {}

impl ErrorType for Tcp {
    type Error = ErrorKind;
}

impl embedded_io::Read for Tcp {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        self.0.read(buf).map_err(kind)
    }
}

impl embedded_io::Write for Tcp {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.0.write(bytes).map_err(kind)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.0.flush().map_err(kind)
    }
}

impl embedded_io_async::Read for Tcp {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        take_turns().await;
        embedded_io::Read::read(self, buf)
    }
}

impl embedded_io_async::Write for Tcp {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        take_turns().await;
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self)
    }
}

/// Lines that OpenSSL takes for neither commands nor the end of anything.
fn lines() -> Vec<u8> {
    (0..LEN).map(|i| if i % 64 == 63 { b'\n' } else { b'0' }).collect()
}

// [6066-4-3]
#[test]
fn openssl_keeps_its_records_within_two_kibibytes_when_asked_to() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-Verify", "3", "-verify_return_error"]);
    let sent = lines();
    for driver in BOTH {
        let mut device = client(client_config(&both.world));
        let mut link = device.link(Tcp(server.dial()));
        block_on(driver.handshake(&mut link)).unwrap();
        // The next of the four lengths, with header, tag and content type, would not fit.
        assert_eq!(link.conn().negotiated().recv_limit, Some(1024));
        let mut back = Vec::new();
        server.write(&sent[..LEN / 2]);
        while back.len() < LEN / 2 {
            let mut some = [0; 300];
            let n = block_on(driver.read(&mut link, &mut some)).unwrap();
            back.extend_from_slice(&some[..n]);
        }
        assert!(back == sent[..LEN / 2], "{driver:?}: what came is not what was typed");
        // What OpenSSL says about the handshake comes first.
        let begin = format!("0 begin {driver:?}\n");
        block_on(driver.write_all(&mut link, begin.as_bytes())).unwrap();
        let before = server.wait_for(&begin).len();
        block_on(driver.write_all(&mut link, &sent)).unwrap();
        let heard = server.wait_for_bytes(before + LEN);
        assert!(heard.ends_with(&sent), "{driver:?}: what OpenSSL heard is not what was said");
        block_on(driver.close(&mut link)).unwrap();
    }
}
