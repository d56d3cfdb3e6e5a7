//! `symbolon bench`: what it counts, what it says, and how it ends. How long a handshake took is nobody's concern here.

#[path = "util/tool.rs"]
#[allow(dead_code)] // other tests use the rest of it
mod tool;
mod util;

use serde_json::Value;
use std::io::Read;
use tool::{Done, Files, Server, run, symbolon};
use util::openssl::Openssl;

const ROBOT: &str = "--cert client.pem --key client.key";

/// Runs it against a server that is known as `server.test`.
fn bench(files: &Files, address: &str, options: &str) -> Done {
    let mut command = symbolon();
    command.args(["bench", "--connect", address, "--name", "server.test", "--ca", &files.path("ca.pem")]);
    run(command.args(files.words(options)), b"")
}

/// Runs it as a server.
fn listen(files: &Files, options: &str) -> Server {
    let mut command = symbolon();
    command.args(["bench", "--listen", "127.0.0.1:0"]).args(files.shows("server")).args(files.words(options));
    Server::start(&mut command)
}

/// What a server that has ended, or is about to, still says on standard output.
fn rest(server: &mut Server) -> String {
    let mut text = String::new();
    server.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// `openssl s_server` that insists on client certificates.
fn s_server(files: &Files, options: &str) -> Openssl {
    let always =
        "-tls1_3 -Verify 3 -verify_return_error -CAfile ca.pem -cert_chain server.pem -cert server.pem -key server.key";
    let words = files.words(&format!("{always} {options}"));
    Openssl::server(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The only kind of handshakes that there were, after a look at its numbers.
fn only(text: &str) -> Value {
    let mut object: Value = serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"));
    let measured = object["measured"].as_array_mut().unwrap();
    assert_eq!(measured.len(), 1, "{text}");
    let one = measured.remove(0);
    adds_up(&one);
    one
}

fn adds_up(one: &Value) {
    let number = |name: &str| one[name].as_u64().unwrap();
    assert_eq!(number("connections"), number("done") + number("failed"), "{one}");
    let causes = one["failures"].as_array().unwrap().iter().map(|cause| cause["count"].as_u64().unwrap());
    assert_eq!(number("failed"), causes.sum::<u64>() + number("failures_of_other_causes"), "{one}");
    for times in ["connected_ms", "accepted_ms"].map(|name| &one[name]).into_iter().filter(|times| !times.is_null()) {
        let steps = times["histogram"].as_array().unwrap();
        assert_eq!(steps.iter().map(|step| step[1].as_u64().unwrap()).sum::<u64>(), number("done"), "{one}");
        let values = ["min", "p50", "p90", "p99", "p99.9", "max"].map(|name| times[name].as_f64().unwrap());
        assert!(values[0] > 0.0 && values.is_sorted(), "{one}");
    }
}

/// The numbers in a line of the table, behind what it is about.
fn row<'t>(out: &'t str, begin: &str) -> Vec<&'t str> {
    let line = out.lines().find_map(|line| line.strip_prefix(begin));
    line.unwrap_or_else(|| panic!("no {begin:?} in:\n{out}")).split_whitespace().collect()
}

#[test]
fn both_ends_on_loopback_are_measured_in_four_kinds_of_handshakes() {
    let done = run(symbolon().args(["bench", "--connections", "4"]), b"").is(0, &["p99", "p99.9"]);
    for kind in ["mutual, full", "mutual, resumed", "server-auth, full", "server-auth, resumed"] {
        assert_eq!(row(&done.out, &format!("{kind:<21}connected")).len(), 6, "{}", done.out);
        assert_eq!(row(&done.out, &format!("{kind:<22}"))[..4], ["4", "done,", "0", "failed"], "{}", done.out);
    }
    assert_eq!(done.out.lines().filter(|line| line.trim_start().starts_with("accepted  ")).count(), 5, "{}", done.out);
    assert!(done.out.contains("█"), "{}", done.out);
    assert_eq!(done.err, "");
}

#[test]
fn openssl_is_measured_beside_us_where_it_is_asked_for() {
    if util::openssl::is_missing() {
        return;
    }
    let done = run(symbolon().args(["bench", "--openssl", "--connections", "4"]), b"").is(0, &["openssl", "s_server"]);
    assert!(done.out.lines().all(|line| line.chars().count() <= 80), "{}", done.out);
    for (name, times) in [("openssl s_server", "connected"), ("mutual, full", "connected")] {
        assert_eq!(row(&done.out, &format!("{name:<21}{times}")).len(), 6, "{}", done.out);
        assert_eq!(row(&done.out, &format!("{name:<22}"))[..4], ["4", "done,", "0", "failed"], "{}", done.out);
    }
    let done = run(symbolon().args(["bench", "--openssl", "--connections", "2", "--json"]), b"").is(0, &[]);
    let object: Value = serde_json::from_str(&done.out).unwrap();
    let last = object["measured"].as_array().unwrap().last().unwrap();
    assert_eq!([&last["name"], &last["kind"]], ["openssl s_server", "mutual, full"]);
    adds_up(last);
}

#[cfg(unix)]
#[test]
fn an_openssl_that_does_not_run_has_failed_and_the_figures_of_the_others_are_shown() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    let program = files.path("openssl");
    files.write(
        "openssl",
        "#!/bin/sh\nif [ \"$1\" = version ]; then echo OpenSSL 3.0.0; else echo oops >&2; exit 3; fi\n",
    );
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", files.dir.display());
    let with_it = |options: &str| {
        let mut command = symbolon();
        command.args(["bench", "--openssl", "--connections", "2"]).args(options.split_whitespace()).env("PATH", &path);
        run(&mut command, b"").is(1, &["openssl s_server: no handshake was done, and 1 failed"])
    };
    let done = with_it("");
    assert_eq!(row(&done.out, "mutual, full         connected").len(), 6, "{}", done.out);
    assert!(done.out.contains("1 failed  openssl ended") && done.out.contains("openssl: oops"), "{}", done.out);
    let object: Value = serde_json::from_str(&with_it("--json").out).unwrap();
    let measured = object["measured"].as_array().unwrap();
    assert_eq!(measured.iter().map(|one| one["done"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 2, 2, 2, 0]);
    measured.iter().for_each(adds_up);
}

#[test]
fn json_has_the_same_four_kinds_and_numbers_that_add_up() {
    let mut command = symbolon();
    command.args(["bench", "--connections", "6", "--concurrency", "3", "--p99-below", "3600000", "--json"]);
    let done = run(&mut command, b"").is(0, &[]);
    let object: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(object["p99_met"], true);
    let measured = object["measured"].as_array().unwrap();
    measured.iter().for_each(adds_up);
    let expected = [(6, 0), (6, 6), (0, 0), (0, 6)];
    for (one, (mutual, resumed)) in measured.iter().zip(expected) {
        let counts = ["done", "mutual", "resumed", "failed"].map(|name| one[name].as_u64().unwrap());
        assert_eq!(counts, [6, mutual, resumed, 0], "{one}");
        assert_eq!(one["kind"], one["name"]);
    }
    assert_eq!(measured.len(), 4);
}

#[test]
fn a_client_and_a_server_of_it_count_the_same_handshakes() {
    let files = Files::new();
    for (asks, mutual) in [("--client-ca ca.pem", true), ("", false)] {
        for (resume, resumed) in [("", false), ("--resume", true)] {
            // The first connection of the client is for warming up.
            let mut server = listen(&files, &format!("--connections 6 {asks}"));
            let client = bench(&files, &server.address, &format!("{ROBOT} {resume} --connections 5 --json")).is(0, &[]);
            let client = only(&client.out);
            let all = |yes: bool, all: u64| if yes { all } else { 0 };
            let counts = ["done", "mutual", "resumed"].map(|name| client[name].as_u64().unwrap());
            assert_eq!(counts, [5, all(mutual, 5), all(resumed, 5)], "{client}");
            let out = rest(&mut server);
            let (auth, manner) =
                (if mutual { "mutual" } else { "server-auth" }, if resumed { "mixed" } else { "full" });
            assert_eq!(row(&out, &format!("{:<22}", format!("{auth}, {manner}")))[..4], ["6", "done,", "0", "failed"]);
            assert!(!out.contains("connected"), "a server does not know when its client is: {out}");
            assert_eq!(server.end().0, Some(0));
        }
    }
}

#[test]
fn peers_that_share_a_psk_know_each_other_by_it_and_that_stands_in_its_columns() {
    let files = Files::new();
    let psk = format!("--psk robot:{}", "5a".repeat(32));
    let mut server = Server::start(
        symbolon().args(["bench", "--listen", "127.0.0.1:0", "--connections", "3"]).args(psk.split_whitespace()),
    );
    let done = bench(&files, &server.address, &format!("--connections 2 {psk}")).is(0, &["2 done, 0 failed"]);
    for (out, time) in [(done.out, "connected"), (rest(&mut server), "accepted")] {
        assert_eq!(row(&out, &format!("{:<21}{time}", "mutual, by PSK")).len(), 6, "{out}");
    }
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn a_server_prints_its_figures_when_a_signal_ends_it() {
    let files = Files::new();
    let mut server = listen(&files, "--client-ca ca.pem --json");
    let listens: Value = serde_json::from_str(&server.address).unwrap();
    let address = listens["listen"].as_str().unwrap();
    bench(&files, address, &format!("{ROBOT} --connections 3")).is(0, &["3 done, 0 failed"]);
    bench(&files, address, "--connections 3").is(1, &[]);
    let stdout = server.child.stdout.take();
    let reader = std::thread::spawn(move || std::io::read_to_string(stdout.unwrap()).unwrap());
    let (code, said) = server.terminate();
    let one = only(&reader.join().unwrap());
    assert_eq!(code, Some(1), "some clients were refused: {said}");
    assert_eq!((&one["done"], &one["mutual"]), (&4.into(), &4.into()), "{one}");
    let cause = one["failures"][0]["error"].as_str().unwrap();
    assert!(cause.contains("the client sent no certificate"), "{cause}");
}

#[test]
fn openssl_is_measured_in_mutual_handshakes_full_and_resumed() {
    if util::openssl::is_missing() {
        return;
    }
    let files = Files::new();
    let server = s_server(&files, "");
    for (resume, kind) in [("", "mutual, full"), ("--resume", "mutual, resumed")] {
        let done = bench(&files, &server.address(), &format!("{ROBOT} {resume} --connections 4"));
        let done = done.is(0, &["p50     p90     p99   p99.9", "4 done, 0 failed"]);
        assert_eq!(row(&done.out, &format!("{kind:<21}connected")).len(), 6, "{}", done.out);
    }
    let server = s_server(&files, "-num_tickets 0");
    bench(&files, &server.address(), &format!("{ROBOT} --connections 4")).is(0, &["mutual, full", "4 done, 0 failed"]);
    let done = bench(&files, &server.address(), &format!("{ROBOT} --connections 1 --resume"));
    done.is(
        1,
        &["1 failed  the server gave no ticket to resume by", "hint: enable tickets there", "no handshake was done"],
    );
}

#[test]
fn a_server_that_refuses_our_certificate_is_counted_and_named() {
    if util::openssl::is_missing() {
        return;
    }
    let files = Files::new();
    let server = s_server(&files, "");
    let stranger = "--cert stranger.pem --key stranger.key --connections 3";
    let done = bench(&files, &server.address(), stranger).is(1, &["3 failed  CONNECTED: ", "alert unknown_ca"]);
    assert!(done.out.contains("subject CN=stranger.test") && done.out.contains("hint: "), "{}", done.out);
    let done = bench(&files, &server.address(), &format!("{stranger} --json")).is(1, &["no handshake was done"]);
    let one = only(&done.out);
    assert_eq!((&one["failed"], &one["failures"][0]["count"], &one["kind"]), (&3.into(), &3.into(), &Value::Null));
    // Our own server says the same, and why.
    let mut own = listen(&files, "--client-ca ca.pem --connections 3");
    bench(&files, &own.address, stranger).is(1, &["3 failed  CONNECTED: ", "alert unknown_ca"]);
    let out = rest(&mut own);
    assert!(out.contains("3 failed  ") && out.contains("it claimed to be CN=stranger.test"), "{out}");
    assert_eq!(own.end().0, Some(1));
}

#[test]
fn a_server_that_is_not_there_is_left_alone_after_some_attempts() {
    let files = Files::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let done =
        bench(&files, &free, "--seconds 60").is(1, &["Connection refused", "no handshake was done, and 10 failed"]);
    assert!(done.out.contains("10 failed  "), "{}", done.out);
}

#[test]
fn the_exit_code_tells_whether_p99_is_below_what_was_asked() {
    let files = Files::new();
    let server = listen(&files, "");
    for (most, code) in [("3600000", 0), ("0.000001", 1)] {
        let options = format!("--connections 3 --p99-below {most}");
        let done = bench(&files, &server.address, &options).is(code, &["server-auth, full"]);
        assert_eq!(done.err.contains("which is not below"), code == 1, "{}", done.err);
    }
    for wrong in ["0", "-1", "NaN", "soon"] {
        bench(&files, &server.address, &format!("--p99-below={wrong}"))
            .is(2, &["not a number of milliseconds above 0"]);
    }
}

#[test]
fn options_of_one_end_are_refused_at_the_other() {
    for (options, says) in [
        ("--cert a.pem --key a.key", "--connect <HOST:PORT>|--listen <ADDR>"),
        ("--connect localhost:1 --tickets 1", "cannot be used with"),
        ("--connect localhost:1 --client-ca ca.pem", "cannot be used with"),
        ("--connect localhost:1 --listen 127.0.0.1:0", "cannot be used with"),
        ("--listen 127.0.0.1:0 --ca ca.pem", "cannot be used with"),
        ("--listen 127.0.0.1:0 --resume", "cannot be used with"),
        ("--listen 127.0.0.1:0 --seconds 1", "cannot be used with"),
        ("--listen 127.0.0.1:0", "a server needs --cert and --key"),
        ("--listen localhost:4433", "write ADDR:PORT, as in"),
        ("--connect localhost:1 --openssl", "cannot be used with"),
        ("--seconds 1 --connections 1", "cannot be used with"),
    ] {
        run(symbolon().arg("bench").args(options.split_whitespace()), b"").is(2, &[says]);
    }
}
