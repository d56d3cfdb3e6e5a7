//! Resumption, early data and PSKs as users of the tool meet them.

#[path = "util/tool.rs"]
#[allow(dead_code)] // other tests use the rest of it
mod tool;
mod util;

use std::fs;
use std::process::Command;
use tool::{Done, Files, Server, has_openssl, run, symbolon};
use util::openssl::Openssl;

const ROBOT: &str = "--cert client.pem --key client.key";

/// A line for a file of ticket keys.
fn key(digit: &str) -> String {
    digit.repeat(64) + "\n"
}

fn tickets(files: &Files) -> usize {
    let text = fs::read_to_string(files.path("robot.tickets")).unwrap();
    text.lines().filter(|line| line.starts_with("server.test ")).count()
}

/// Our client, which keeps its tickets.
fn visit(files: &Files, server: &Server, options: &str) -> Done {
    run(&mut files.client(&server.address, &format!("--tickets robot.tickets {options}")), b"hello\n")
}

#[test]
fn a_client_that_keeps_tickets_resumes_in_its_next_run() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --echo");
    for (handshake, kept) in [("full handshake", 2), ("resumed by a ticket", 2), ("resumed by a ticket", 2)] {
        let done = visit(&files, &server, ROBOT).is(0, &[&format!("; {handshake}\n"), "the server is CN=server.test"]);
        assert_eq!(done.out, "hello\n");
        assert_eq!(tickets(&files), kept);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(files.path("robot.tickets")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (_, said) = server.terminate();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("dns:robot.test")).collect();
    assert!(
        matches!(lines[..], [a, b, c] if a.ends_with("; full handshake")
        && b.ends_with("; resumed by a ticket") && c.ends_with("; resumed by a ticket")),
        "{said}"
    );
}

#[test]
fn a_server_gives_out_as_many_tickets_as_it_was_told() {
    let files = Files::new();
    for (option, count) in [("--tickets 5", 5), ("--tickets 0", 0), ("--no-tickets", 0)] {
        let server = files.server(&format!("--echo --once {option}"));
        visit(&files, &server, "").is(0, &["full handshake"]);
        assert_eq!(tickets(&files), count, "{option}");
        fs::remove_file(files.path("robot.tickets")).unwrap();
    }
}

#[test]
fn a_client_that_keeps_no_tickets_is_sent_none() {
    let files = Files::new();
    for (keeps, times) in [("", 0), ("--tickets robot.tickets", 2)] {
        let server = files.server("--echo --once --trace text");
        run(&mut files.client(&server.address, keeps), b"hello\n").is(0, &["full handshake"]);
        let (_, said) = server.end();
        assert_eq!(said.matches("[NewSessionTicket]").count(), times, "{said}");
    }
}

#[test]
fn servers_resume_each_others_clients_by_the_same_keys_and_no_others() {
    let files = Files::new();
    files.write("fleet.key", &key("1"));
    files.write("other.key", &key("2"));
    let [one, two] = [(); 2].map(|()| files.server("--client-ca ca.pem --echo --ticket-keys fleet.key"));
    let other = files.server("--client-ca ca.pem --echo --ticket-keys other.key");
    visit(&files, &one, ROBOT).is(0, &["full handshake"]);
    visit(&files, &two, ROBOT).is(0, &["resumed by a ticket"]);
    visit(&files, &one, ROBOT).is(0, &["resumed by a ticket"]);
    visit(&files, &other, ROBOT).is(0, &["full handshake"]);
    let (_, said) = other.terminate();
    assert!(said.contains("; full handshake, as a PSK was declined: the identity is not known here"), "{said}");
}

#[test]
fn ticket_keys_that_change_are_read_again_and_bad_ones_are_told_of() {
    let files = Files::new();
    files.write("fleet.key", &key("1"));
    let server = files.server("--echo --ticket-keys fleet.key");
    visit(&files, &server, "").is(0, &["full handshake"]);
    // The new key seals, and the old one still opens.
    files.write("fleet.key", &(key("2") + &key("1")));
    visit(&files, &server, "").is(0, &["resumed by a ticket"]);
    visit(&files, &server, "").is(0, &["resumed by a ticket"]);
    files.write("fleet.key", &key("3"));
    visit(&files, &server, "").is(0, &["full handshake"]);
    files.write("fleet.key", "no key\n");
    visit(&files, &server, "").is(0, &["resumed by a ticket"]);
    fs::remove_file(files.path("fleet.key")).unwrap();
    visit(&files, &server, "").is(0, &["resumed by a ticket"]);
    let (_, said) = server.terminate();
    assert_eq!(said.matches("the ticket keys were read again").count(), 2, "{said}");
    assert!(said.contains("line 1 is no ticket key"), "{said}");
    assert!(said.contains("No such file"), "{said}");
    assert_eq!(said.matches("; the ticket keys of before stay").count(), 2, "{said}");
}

#[test]
fn another_certificate_is_not_hidden_behind_a_ticket() {
    let files = Files::new();
    files.put("second", &files.pki.client("second.test"));
    let server = files.server("--client-ca ca.pem --echo");
    visit(&files, &server, ROBOT).is(0, &["full handshake"]);
    let second = "--cert second.pem --key second.key";
    visit(&files, &server, second)
        .is(0, &["full handshake, as a PSK was declined: the client's own certificate is another now"]);
    visit(&files, &server, second).is(0, &["resumed by a ticket"]);
}

#[test]
fn early_data_is_taken_or_refused_and_arrives_once() {
    let files = Files::new();
    files.write("fleet.key", &key("1"));
    files.write("early.txt", "early\n");
    let early = |server: &Server, became: &str| {
        let done = visit(&files, server, "--early-data early.txt").is(0, &[became]);
        assert_eq!(done.out, "early\nhello\n");
    };
    let server = files.server("--echo --early-data 1000");
    early(&server, "early.txt: not offered, so it was sent once connected: there is no ticket for this server");
    early(&server, "early.txt: accepted");
    let (_, said) = server.terminate();
    assert_eq!(said.matches("; resumed by a ticket; 6 bytes of early data").count(), 1, "{said}");

    let taking = files.server("--echo --ticket-keys fleet.key --early-data 1000");
    let refusing = files.server("--echo --ticket-keys fleet.key");
    visit(&files, &taking, "").is(0, &[]);
    early(&refusing, "early.txt: rejected, so it was sent again once connected: the server resumes without");
    let (_, said) = refusing.terminate();
    assert!(said.contains("; resumed by a ticket; early data rejected: this server takes none"), "{said}");
}

#[test]
fn a_get_may_come_early() {
    let files = Files::new();
    files.write("get.txt", "GET / HTTP/1.1\r\n\r\n");
    let server = files.server("--www --early-data 1000");
    for became in ["once connected", "accepted"] {
        let done = run(&mut files.client(&server.address, "--tickets robot.tickets --early-data get.txt"), b"");
        let done = done.is(0, &[became]);
        assert!(done.out.starts_with("HTTP/1.1 200 OK\r\n"), "{}", done.out);
    }
}

const PSK: &str = "robot:000102030405060708090a0b0c0d0e0f";

/// A server with this PSK, and no certificate.
fn psk_server(options: &str) -> Server {
    let mut command = symbolon();
    command.args(["server", "--listen", "127.0.0.1:0", "--echo", "--once", "--psk", PSK]);
    Server::start(command.args(options.split_whitespace()))
}

/// Our client with this one, which trusts no CA.
fn psk_client(server: &Server, psk: &str, options: &str) -> Done {
    let mut command = symbolon();
    command.args(["client", &server.address, "--psk", psk]).args(options.split_whitespace());
    run(&mut command, b"hello\n")
}

#[test]
fn two_ends_with_a_psk_need_no_certificates() {
    for (ours, theirs, handshake) in [
        ("", "", "; by an external PSK\n"),
        ("--psk-ke --groups x25519", "--psk-ke --groups secp384r1", "; by an external PSK, without a key exchange\n"),
    ] {
        let server = psk_server(theirs);
        let says = ["the server is whoever has the PSK \"robot\"", handshake];
        let done = psk_client(&server, PSK, ours).is(0, &says);
        assert_eq!(done.out, "hello\n");
        let (code, said) = server.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("whoever has the PSK \"robot\"") && said.contains(handshake), "{said}");
    }
}

#[test]
fn the_secret_of_a_psk_can_be_kept_in_a_file() {
    let files = Files::new();
    files.write("robot.psk", "000102030405060708090a0b0c0d0e0f\n");
    let server = psk_server("");
    let psk = format!("robot:@{}", files.path("robot.psk"));
    let done = psk_client(&server, &psk, "").is(0, &["the server is whoever has the PSK \"robot\""]);
    assert_eq!(done.out, "hello\n");
    server.end();
}

#[test]
fn a_psk_that_does_not_fit_is_refused_with_what_to_do() {
    let server = psk_server("");
    psk_client(&server, "robot:ff0102030405060708090a0b0c0d0e0f", "").is(1, &["alert decrypt_error", "--psk"]);
    let (code, said) = server.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("a binder is not what the PSK gives") && said.contains("must be the same in --psk"),
        "{said}"
    );

    let server = psk_server("");
    psk_client(&server, "stranger:000102030405060708090a0b0c0d0e0f", "")
        .is(1, &["alert unknown_psk_identity", "--psk"]);
    let (code, said) = server.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a PSK was declined: the identity is not known here"), "{said}");
}

#[test]
fn wrong_usage_is_said_with_what_to_do_and_no_secret() {
    let files = Files::new();
    files.write("bad.key", "0123\n");
    let server = |options: &str| {
        let mut command = symbolon();
        command.args(["server", "--listen", "127.0.0.1:0"]).args(files.shows("server")).args(files.words(options));
        run(&mut command, b"")
    };
    server("--ticket-keys bad.key").is(2, &["bad.key: line 1 is no ticket key", "openssl rand -hex 32"]);
    server("--ticket-keys none.key").is(2, &["none.key: No such file"]);
    server("--client-ca ca.pem --early-data 100").is(2, &["must show certificates", "--client-auth request"]);
    server("--tickets 9").is(2, &["--tickets <N>"]);
    server("--no-tickets --ticket-keys bad.key").is(2, &["cannot be used with"]);
    for psk in ["000102030405060708090a0b0c0d0e0f", "robot:000102030405060708090a0b0c0d0e0", "robot:0001020304050607"] {
        let done = server(&format!("--psk {psk}")).is(2, &["--psk", "write ID:HEX"]);
        assert!(!done.err.contains("0001020304"), "{}", done.err);
    }
    let client = |options: &str| run(&mut files.client("127.0.0.1:1", options), b"");
    client("--tickets ca.pem").is(2, &["ca.pem: there is something else than tickets in it", "a file of its own"]);
    assert_eq!(fs::read_to_string(files.path("ca.pem")).unwrap(), files.pki.root.pem, "it is as it was");
    client("--early-data early.txt").is(2, &["--tickets"]);
    client("--tickets robot.tickets --early-data none.txt").is(2, &["none.txt: No such file"]);
    let mut nobody = symbolon();
    run(nobody.args(["server", "--listen", "127.0.0.1:0"]), b"").is(2, &["--cert", "--key"]);
}

#[test]
fn a_json_trace_tells_why_a_psk_was_declined() {
    let files = Files::new();
    let [one, other] = [(); 2].map(|()| files.server("--echo --once --trace json"));
    visit(&files, &one, "").is(0, &[]);
    visit(&files, &other, "").is(0, &[]);
    let (_, said) = other.end();
    let events = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let declined: Vec<_> = events.filter(|event| event["event"] == "psk_declined").collect();
    assert_eq!(declined.len(), 1, "{said}");
    assert_eq!(declined[0]["why"], "the identity is not known here");
}

#[test]
fn the_tool_comes_back_to_openssl_by_a_ticket() {
    if !has_openssl() {
        return;
    }
    let files = Files::new();
    files.write("chain.pem", &files.pki.intermediate.pem);
    let shows = files.words("-cert server.pem -key server.key -cert_chain chain.pem -CAfile ca.pem -Verify 3 -rev");
    let server = Openssl::server(&shows.iter().map(String::as_str).collect::<Vec<_>>());
    for handshake in ["full handshake", "resumed by a ticket"] {
        let mut client = files.client(&server.address(), &format!("--tickets robot.tickets {ROBOT}"));
        let done = run(&mut client, b"hello\n").is(0, &[&format!("; {handshake}\n")]);
        assert_eq!(done.out, "olleh\n");
    }
    let said = server.wait_until("two ends", |said| said.matches("CONNECTION CLOSED").count() == 2);
    assert_eq!(said.matches("Signature type: ECDSA").count(), 1, "the client proved itself once: {said}");
}

#[test]
fn the_commands_of_the_readme_resume_from_the_second_run_on() {
    if !has_openssl() {
        return;
    }
    let files = Files::new();
    files.put("robot", &files.pki.client("robot.test"));
    let readme = include_str!("../README.md");
    let commands = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let start = |beginning: &str, address: &str| {
        let line = commands.lines().find(|line| line.starts_with(beginning)).unwrap();
        let mut command = symbolon();
        command.args(line.split(' ').skip(1).map(|word| if word.ends_with(":8443") { address } else { word }));
        command.current_dir(&files.dir);
        command
    };
    let keys = commands.lines().find(|line| line.starts_with("openssl rand")).unwrap();
    assert!(Command::new("sh").args(["-c", keys]).current_dir(&files.dir).status().unwrap().success());
    for handshake in ["full handshake", "resumed by a ticket"] {
        // Another one each time.
        let server = Server::start(&mut start("symbolon server", "127.0.0.1:0"));
        let mut client = start("symbolon client", &server.address);
        run(client.args(["--name", "server.test"]), b"GET / HTTP/1.0\r\n\r\n").is(0, &[&format!("; {handshake}\n")]);
    }
    run(&mut start("symbolon verify", ""), b"").is(0, &[]);
}

#[test]
fn openssl_comes_back_to_the_tool_by_a_ticket_and_knows_it_by_a_psk() {
    if !has_openssl() {
        return;
    }
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --www");
    let [ca, cert, key] = ["ca.pem", "client.pem", "client.key"].map(|name| files.path(name));
    files.write("chain.pem", &files.pki.intermediate.pem);
    let [chain, session] = ["chain.pem", "session.pem"].map(|name| files.path(name));
    let get = |session_option: &str| {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &server.address, "-servername", "server.test", "-CAfile", &ca]);
        command.args(["-cert", &cert, "-key", &key, "-cert_chain", &chain, session_option, &session, "-ign_eof"]);
        run(&mut command, b"GET / HTTP/1.0\r\n\r\n")
    };
    get("-sess_out").is(0, &["New, TLSv1.3", "client: CN=robot.test"]);
    get("-sess_in").is(0, &["Reused, TLSv1.3", "client: CN=robot.test"]);

    let server = psk_server("");
    let secret = PSK.split(':').nth(1).unwrap();
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &server.address, "-psk", secret, "-psk_identity", "robot"]);
    run(&mut command, b"hello\n").is(0, &["no peer certificate available", "Reused, TLSv1.3"]);
    let (code, said) = server.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("; by an external PSK"), "{said}");
}
