//! The shim for BoringSSL's protocol tests, held to its contract by peers of our own; and by the runner, where
//! `BOGO_RUNNER` names one.

#[path = "../util/mod.rs"]
mod util;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, path::PathBuf};
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Handshake, connect};
use symbolon::resumption::{Shelf, SingleUseKeys, TicketKeys};
use symbolon::{
    Allow, Anchors, Client, ClientAuth, ClientConfig, Credential, Server, ServerConfig, ServerName, UnixTime,
};
use util::pki::{Chain, Pki};

const SHIM: &str = env!("CARGO_BIN_EXE_bogo_shim");

/// Files of a CA, and what the runner is to the shim: a listener.
struct Runner {
    dir: PathBuf,
    pki: Pki,
    chain: Chain,
    listener: TcpListener,
}

impl Runner {
    fn new(test: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("symbolon-bogo-{}-{test}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let pki = Pki::new("bogo");
        let chain = pki.server("test");
        for (name, text) in [("ca.pem", &pki.root.pem), ("leaf.pem", &chain.pem), ("leaf.key", &chain.key_pem)] {
            fs::write(dir.join(name), text).unwrap();
        }
        Self { dir, pki, chain, listener: TcpListener::bind("[::1]:0").unwrap() }
    }

    fn anchors(&self) -> Anchors {
        Anchors::from_pem(self.pki.root.pem.as_bytes()).unwrap()
    }

    fn credential(&self) -> Credential {
        Credential::from_pem(self.chain.pem.as_bytes(), self.chain.key_pem.as_bytes()).unwrap()
    }

    /// Starts the shim; words that end as files do are files of this folder.
    fn shim(&self, flags: &str) -> Child {
        let port = self.listener.local_addr().unwrap().port().to_string();
        let mut command = Command::new(SHIM);
        command.args(["-port", &port, "-shim-id", "258", "-ipv6"]);
        for word in flags.split_whitespace() {
            let is_file = word.ends_with(".pem") || word.ends_with(".key");
            command.arg(if is_file { self.dir.join(word).display().to_string() } else { word.to_owned() });
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The shim's next connection, once it has said who it is.
    fn accept(&self) -> TcpStream {
        let (mut socket, _) = self.listener.accept().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut id = [0; 8];
        socket.read_exact(&mut id).unwrap();
        assert_eq!(u64::from_le_bytes(id), 258);
        socket
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

const AS_SERVER: &str = "-server -cert-file leaf.pem -key-file leaf.key";

fn done(shim: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = shim.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Sends bytes and reads the same number of them.
fn talk(stream: &mut (impl Read + Write), bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).unwrap();
    stream.flush().unwrap();
    let mut reply = vec![0; bytes.len()];
    stream.read_exact(&mut reply).unwrap();
    reply
}

fn inverted(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0xff).collect()
}

fn client_config(runner: &Runner) -> Arc<ClientConfig<Ring>> {
    let tickets = Arc::new(Shelf::new(1, 4));
    Arc::new(ClientConfig::builder(Ring::new()).anchors(runner.anchors()).tickets(tickets).build().unwrap())
}

fn as_client(runner: &Runner, config: &Arc<ClientConfig<Ring>>, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(config.clone(), ServerName::dns("test").unwrap(), runner.accept()).unwrap();
    let reply = talk(&mut stream, bytes);
    stream.close().unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "its close_notify");
    reply
}

#[test]
fn the_shim_has_no_handshaker_and_says_89_to_what_it_does_not_know() {
    let asked = Command::new(SHIM).arg("-is-handshaker-supported").output().unwrap();
    assert_eq!((asked.status.code(), asked.stdout.as_slice()), (Some(0), b"No\n".as_slice()));
    for flag in ["-dtls", "-quic", "-on-resume-no-such-flag", "-psk"] {
        let output = Command::new(SHIM).args(["-port", "1", flag]).output().unwrap();
        assert_eq!(output.status.code(), Some(89), "{flag}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("not implemented: flag"), "{flag}");
    }
}

#[test]
fn every_byte_comes_back_inverted_until_both_have_closed_and_nothing_is_said_of_it() {
    let runner = Runner::new("echo");
    let shim = runner.shim(&format!("{AS_SERVER} -resume-count 1 -expect-curve-id 29"));
    let config = client_config(&runner);
    for bytes in [vec![0, 1, 0x7f, 0xff], vec![0x42; 40_000]] {
        assert_eq!(as_client(&runner, &config, &bytes), inverted(&bytes));
    }
    assert_eq!(done(shim), (Some(0), String::new()));
}

#[test]
fn what_is_not_as_expected_is_said_and_is_a_failure() {
    for (flags, says) in [
        ("-expect-curve-id 24", "group: Some(x25519) where Some(secp384r1) is expected"),
        ("-resume-count 1 -expect-session-miss", "resumed: true where false is expected"),
        ("-expect-hrr", "HelloRetryRequest: false where true is expected"),
    ] {
        let runner = Runner::new("unexpected");
        let shim = runner.shim(&format!("{AS_SERVER} {flags}"));
        let config = client_config(&runner);
        for _ in 0..if flags.contains("resume") { 2 } else { 1 } {
            if let Ok(mut stream) = connect(config.clone(), ServerName::dns("test").unwrap(), runner.accept()) {
                let _ = stream.write_all(b"x").and_then(|()| stream.read(&mut [0; 1])).and_then(|_| stream.close());
                let _ = stream.read(&mut [0; 1]);
            }
        }
        let (code, said) = done(shim);
        assert_eq!(code, Some(1), "{flags}: {said}");
        assert!(said.contains(says), "{flags}: {said}");
    }
}

#[test]
fn a_client_shows_its_certificate_and_a_refusal_is_told_by_the_name_of_its_reason() {
    let runner = Runner::new("client");
    let client_auth = || ClientAuth::require(runner.anchors(), Allow::anyone());
    let config = ServerConfig::builder(Ring::new()).credential(runner.credential()).client_auth(client_auth());
    let config = Arc::new(config.build().unwrap());
    let accept = |socket| Handshake::new(Server::new(config.clone(), UnixTime::now()), socket).complete();

    let robot = runner.pki.client("robot");
    fs::write(runner.dir.join("own.pem"), &robot.pem).unwrap();
    fs::write(runner.dir.join("own.key"), &robot.key_pem).unwrap();
    let shim = runner.shim("-trust-cert ca.pem -cert-file own.pem -key-file own.key -expect-no-session");
    let mut stream = accept(runner.accept()).unwrap();
    assert!(stream.conn().peer().unwrap().to_string().contains("robot"));
    assert_eq!(talk(&mut stream, b"ask"), inverted(b"ask"));
    stream.close().unwrap();
    let _ = stream.read(&mut [0; 1]);
    assert_eq!(done(shim), (Some(0), String::new()));

    let shim = runner.shim("-trust-cert ca.pem -verify-peer -verify-fail -use-custom-verify-callback");
    let failed = accept(runner.accept()).err().expect("the shim refuses");
    assert!(failed.to_string().contains("certificate_unknown"), "{failed}");
    let (code, said) = done(shim);
    assert!(code == Some(1) && said.starts_with("ApplicationRefused: "), "{said}");
}

#[test]
fn early_data_is_answered_before_the_client_has_finished() {
    let runner = Runner::new("early");
    let shim =
        runner.shim(&format!("{AS_SERVER} -resume-count 1 -enable-early-data -on-resume-expect-accept-early-data"));
    let config = client_config(&runner);
    as_client(&runner, &config, b"first");
    let conn = Client::new(config.clone(), ServerName::dns("test").unwrap(), UnixTime::now()).offer_early_data();
    let mut stream = Handshake::new(conn, runner.accept()).first_data(b"early").complete().unwrap();
    let mut reply = [0; 5];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(reply.as_slice(), inverted(b"early"));
    stream.close().unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(done(shim), (Some(0), String::new()));
}

#[test]
fn a_client_sends_first_what_a_ticket_allows_and_the_rest_later() {
    let runner = Runner::new("early-client");
    let early = EarlyData::new(2, Arc::new(SingleUseKeys::new(10, UnixTime(0))));
    let keys = Arc::new(TicketKeys::generate(&Ring::new()).unwrap());
    let config = ServerConfig::builder(Ring::new())
        .credential(runner.credential())
        .resumption(Resumption::stateless(keys).early_data(early));
    let config = Arc::new(config.build().unwrap());
    let flags = "-trust-cert ca.pem -resume-count 1 -enable-early-data -expect-ticket-supports-early-data \
                 -on-resume-shim-writes-first -on-resume-expect-accept-early-data";
    let shim = runner.shim(flags);
    for expected in [["", ""], ["he", "llo"]] {
        let conn = Server::new(config.clone(), UnixTime::now());
        let mut stream = Handshake::new(conn, runner.accept()).complete().unwrap();
        assert_eq!(stream.early_data(), expected[0].as_bytes());
        let mut rest = vec![0; expected[1].len()];
        stream.read_exact(&mut rest).unwrap();
        assert_eq!(rest, expected[1].as_bytes());
        assert_eq!(talk(&mut stream, b"x"), inverted(b"x"));
        stream.close().unwrap();
        let _ = stream.read(&mut [0; 1]);
    }
    assert_eq!(done(shim), (Some(0), String::new()));
}

#[test]
fn no_test_of_the_runner_fails_and_every_other_has_its_reason() {
    let Some(runner) = std::env::var_os("BOGO_RUNNER") else {
        println!("skipped: BOGO_RUNNER names no runner of BoringSSL's protocol tests");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bogo/run.py");
    let run = Command::new("python3").arg(script).arg("--runner").arg(runner).args(["--shim", SHIM]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
}
