//! The tool with several certificates, and with what goes beside them.

#[path = "util/tool.rs"]
#[allow(dead_code)] // other tests use the rest of it
mod tool;
mod util;

use std::fs;
use tool::{Files, Server, run, symbolon};
use util::pki::{PKCS_ED25519, Pki};

/// A server with the certificates of these names, in this order.
fn server_of(files: &Files, names: &[&str], options: &str) -> Server {
    let mut command = symbolon();
    command.args(["server", "--listen", "127.0.0.1:0"]).args(names.iter().flat_map(|name| files.shows(name)));
    Server::start(command.args(files.words(options)))
}

#[test]
fn server_chooses_by_the_authorities_that_the_client_sends() {
    let files = Files::new();
    files.put("other", &Pki::new("other").server("server.test"));
    let server = server_of(&files, &["other", "server"], "--echo");
    run(&mut files.client(&server.address, ""), b"").is(1, &["neither sent by the peer nor trusted here"]);
    let done = run(&mut files.client(&server.address, "--send-authorities"), b"hello\n").is(0, &["dns:server.test"]);
    assert_eq!(done.out, "hello\n");
}

#[test]
fn client_shows_the_certificate_that_the_server_asks_for() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --echo --once");
    let shows = "--cert stranger.pem --key stranger.key --cert client.pem --key client.key";
    run(&mut files.client(&server.address, shows), b"hello\n").is(0, &[]);
    let (code, said) = server.end();
    assert!(code == Some(0) && said.contains("dns:robot.test"), "{said}");
}

#[test]
fn a_client_whose_certificates_do_not_fit_is_told_what_each_lacks() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --sigalgs ed25519");
    let shows = "--cert client.pem --key client.key --cert stranger.pem --key stranger.key";
    let lacks = ": its key can sign with no scheme that the peer accepts";
    run(&mut files.client(&server.address, shows), b"")
        .is(1, &[&format!("certificate 1 of --cert{lacks}"), &format!("certificate 2 of --cert{lacks}")]);
    files.put("edwards", &Pki::with("edwards", &PKCS_ED25519).server("server.test"));
    let server = server_of(&files, &["edwards"], "--once");
    let done = run(&mut files.client(&server.address, "--sigalgs ecdsa_secp256r1_sha256"), b"");
    done.is(1, &["alert handshake_failure"]);
    let (_, said) = server.end();
    assert!(said.contains(&format!("certificate 1 of --cert{lacks}")), "{said}");
}

#[test]
fn timestamps_are_sent_to_who_asks_and_counted() {
    let files = Files::new();
    fs::write(files.dir.join("timestamps.txt"), [0, 10, 0, 3, 9, 9, 9, 0, 3, 8, 8, 8]).unwrap();
    let server =
        files.server("--timestamps timestamps.txt --client-ca ca.pem --client-auth request --ask-timestamps --echo");
    run(&mut files.client(&server.address, "--ask-timestamps"), b"").is(0, &["2 certificate timestamps came"]);
    let shows = "--cert client.pem --key client.key --timestamps timestamps.txt";
    let done = run(&mut files.client(&server.address, shows), b"").is(0, &[]);
    assert!(!done.err.contains("timestamps"), "{}", done.err);
    let (_, said) = server.terminate();
    assert!(said.contains("; 2 certificate timestamps, not verified"), "{said}");

    files.write("bad.txt", "no list");
    let shows = "--cert client.pem --key client.key --timestamps bad.txt";
    run(&mut files.client("127.0.0.1:1", shows), b"").is(2, &["bad.txt", "certificate timestamps can't be sent"]);
}

#[test]
fn certificates_and_keys_come_in_pairs() {
    let files = Files::new();
    let shows = "--cert client.pem --key client.key --cert stranger.pem";
    run(&mut files.client("127.0.0.1:1", shows), b"").is(2, &["2 --cert and 1 --key"]);
    let mut nameless = symbolon();
    run(nameless.args(["server", "--listen", "127.0.0.1:0"]), b"").is(2, &["--cert and --key, or --psk"]);
}
