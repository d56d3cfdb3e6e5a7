//! The tool as its users meet it: arguments, standard streams, exit codes.

#[path = "util/tool.rs"]
mod tool;
mod util;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use symbolon::crypto::Ring;
use symbolon::{Allow, Anchors, ClientAuth, Credential, ServerConfig};
use tool::{Files, MOST, Server, has_openssl, run, symbolon, wait};
use util::pki::For;

#[test]
fn an_echo_comes_back_in_every_mode_of_client_authentication() {
    let files = Files::new();
    for (mode, shows, server_says) in [
        ("none", "", "a client without certificate"),
        ("none", "--cert client.pem --key client.key", "a client without certificate"),
        ("request", "", "a client without certificate"),
        ("request", "--cert client.pem --key client.key", "dns:robot.test"),
        ("require", "--cert client.pem --key client.key", "dns:robot.test"),
    ] {
        let server = files.server(&format!("--client-ca ca.pem --client-auth {mode} --echo --once"));
        let done = run(&mut files.client(&server.address, shows), b"hello\n").is(0, &["dns:server.test"]);
        assert_eq!(done.out, "hello\n", "{mode} {shows}");
        let (code, said) = server.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(server_says), "{mode} {shows}: {said}");
    }
}

#[test]
fn server_refuses_a_client_without_certificate_when_required_and_both_say_so() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --echo --once");
    run(&mut files.client(&server.address, ""), b"hello\n").is(
        1,
        &["alert certificate_required", "none was sent: no client certificate is configured", "--cert and --key"],
    );
    let (code, said) = server.end();
    assert_eq!(code, Some(1));
    assert!(said.contains("the client sent no certificate, and one is required"), "{said}");
}

#[test]
fn a_client_whose_key_does_not_fit_is_told_so() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --sigalgs ed25519");
    run(&mut files.client(&server.address, "--cert client.pem --key client.key"), b"").is(
        1,
        &[
            "certificate_required",
            "no configured client key can sign",
            "certificate 1 of --cert: its key can sign with no scheme",
        ],
    );
}

#[test]
fn only_those_on_the_allow_list_are_let_in() {
    let files = Files::new();
    let shows = "--cert client.pem --key client.key";
    for rule in ["dns:robot.test", "uri:spiffe://symbolon.test/robot.test", "dns:other.test,dns:ROBOT.test"] {
        let server = files.server(&format!("--client-ca ca.pem --allow {rule} --echo --once"));
        assert_eq!(run(&mut files.client(&server.address, shows), b"in\n").is(0, &[]).out, "in\n", "{rule}");
    }
    let server = files.server("--client-ca ca.pem --allow dns:other.test --echo --once");
    let done = run(&mut files.client(&server.address, shows), b"in\n");
    done.is(1, &["alert access_denied", "subject CN=robot.test, serial "]);
    let (_, said) = server.end();
    assert!(said.contains("dns:robot.test") && said.contains("spki-sha256:"), "{said}");
}

#[test]
fn client_reports_every_time_that_its_certificate_was_refused() {
    let files = Files::new();
    let shows = "--cert stranger.pem --key stranger.key";
    let server = files.server("--client-ca ca.pem --echo");
    for _ in 0..50 {
        run(&mut files.client(&server.address, shows), b"hello\n").is(
            1,
            &["CONNECTED: the server sent alert unknown_ca", "subject CN=stranger.test, serial ", "CN=test root"],
        );
    }
    drop(server);
    if !has_openssl() {
        return;
    }
    let mut openssl = Command::new("openssl");
    openssl.args(["s_server", "-accept", "127.0.0.1:0", "-tls1_3", "-Verify", "3", "-verify_return_error", "-rev"]);
    openssl.args(["-CAfile", &files.path("ca.pem"), "-cert_chain", &files.path("server.pem")]);
    openssl.args(["-cert", &files.path("server.pem"), "-key", &files.path("server.key")]);
    let mut child = openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| Some(line.strip_prefix("ACCEPT ")?.to_owned())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    for _ in 0..50 {
        run(&mut files.client(&address, shows), b"hello\n").is(1, &["alert unknown_ca", "subject CN=stranger.test"]);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn client_tells_what_became_of_its_certificate_and_loses_nothing_while_it_waits() {
    let files = Files::new();
    for (server, client, outcome) in [
        ("", "--await-client-auth 60", "the client certificate is accepted: the server sent a ticket after it"),
        ("--no-confirm-client-auth", "", "whether the server accepts it is not known"),
        ("", "--await-client-auth 0", "whether the server accepts it is not known"),
    ] {
        let server = files.server(&format!("--client-ca ca.pem --echo --once {server}"));
        let options = format!("--cert client.pem --key client.key {client}");
        let done = run(&mut files.client(&server.address, &options), b"hello\n").is(0, &[outcome]);
        assert_eq!(done.out, "hello\n", "{client}");
    }
    let server = files.server("--client-ca ca.pem --echo --once");
    run(&mut files.client(&server.address, "--cert stranger.pem --key stranger.key"), b"")
        .is(1, &["the client certificate is refused by unknown_ca: the server trusts no CA"]);
}

#[test]
fn client_prints_what_a_server_says_before_the_outcome_is_known() {
    let files = Files::new();
    let shown = files.pki.server("server.test");
    let anchors = Anchors::from_pem(files.pki.root.pem.as_bytes()).unwrap();
    let config = ServerConfig::builder(Ring::new())
        .credential(Credential::from_pem(shown.pem.as_bytes(), shown.key_pem.as_bytes()).unwrap())
        .client_auth(ClientAuth::require(anchors, Allow::anyone()))
        .build()
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let mut tls = symbolon::io::blocking::accept(&config, listener.accept().unwrap().0).unwrap();
        tls.write_all(b"220 ready\n").unwrap();
        let mut said = String::new();
        tls.read_to_string(&mut said).unwrap();
        tls.close().unwrap();
        said
    });
    let options = "--cert client.pem --key client.key --await-client-auth 60 --wait 1";
    let done = run(&mut files.client(&address, options), b"QUIT\n").is(0, &["is not known"]);
    assert_eq!(done.out, "220 ready\n");
    assert_eq!(server.join().unwrap(), "QUIT\n");
}

#[test]
fn files_that_are_not_what_they_should_be_are_named_with_what_they_are() {
    let files = Files::new();
    files.write("empty.pem", "");
    files.write("encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    fs::write(files.dir.join("der.pem"), &files.pki.root.der).unwrap();
    // As long as many disks, and stored as nothing.
    fs::File::create(files.dir.join("endless.pem")).unwrap().set_len(1 << 40).unwrap();
    for (options, file, what) in [
        (
            "--cert client.key --key client.key",
            "client.key",
            "is a private key (PRIVATE KEY, line 1), not a certificate",
        ),
        (
            "--cert client.pem --key client.pem",
            "client.pem",
            "is a certificate (CERTIFICATE, line 1), not a private key",
        ),
        ("--cert client.pem --key server.key", "server.key", "is not the key of the first certificate in"),
        ("--cert client.pem --key encrypted.key", "encrypted.key", "is an encrypted private key"),
        ("--cert client.pem --key absent.key", "absent.key", "No such file"),
        ("--cert empty.pem --key client.key", "empty.pem", "holds no PEM block"),
        ("--cert der.pem --key client.key", "der.pem", "is DER, not PEM"),
        ("--cert endless.pem --key client.key", "endless.pem", "is longer than 16 MiB"),
        ("--keylog absent/keys.log", "keys.log", "No such file"),
    ] {
        let done = run(&mut files.client("127.0.0.1:1", options), b"").is(2, &[what]);
        assert!(done.err.contains(&format!("{file}: {what}")), "{options}: {}", done.err);
        let server = run(symbolon().args(["server", "--listen", "127.0.0.1:0"]).args(files.words(options)), b"");
        if !options.contains("keylog") {
            server.is(2, &[what]);
        }
    }
    let mut client = symbolon();
    run(client.args(["client", "127.0.0.1:1", "--ca", &files.path("server.key")]), b"")
        .is(2, &["server.key: is a private key"]);
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_known() {
    let files = Files::new();
    for (options, says) in [
        ("--suites TLS_RSA_WITH_NULL_MD5", "TLS_CHACHA20_POLY1305_SHA256"),
        ("--groups P-999", "secp256r1"),
        ("--sigalgs rsa_md5", "ed25519"),
        ("--timeout 0", "seconds"),
        ("--cert client.pem", "--key"),
        ("--name not_a_name", "label"),
    ] {
        run(symbolon().args(["client", "server.test:1"]).args(files.words(options)), b"").is(2, &[says]);
    }
    run(symbolon().args(["client", "server.test"]), b"").is(2, &["HOST:PORT"]);
    run(symbolon().args(["client", "2001:db8::1:443"]), b"").is(2, &["brackets"]);
    let server = |options: &str| {
        let mut command = symbolon();
        command.args(["server", "--listen", "127.0.0.1:0"]).args(files.shows("server")).args(files.words(options));
        run(&mut command, b"")
    };
    server("--client-auth require").is(2, &["--client-ca"]);
    server("--allow dns:robot.test").is(2, &["--client-ca"]);
    server("--client-ca ca.pem --allow robot.test").is(2, &["dns:NAME"]);
    server("--cert client.pem").is(2, &["each certificate needs its key"]);
}

#[test]
fn names_of_parameters_are_taken_in_any_case_and_used() {
    let files = Files::new();
    let server = files.server("--echo --once");
    let options = "--suites tls_chacha20_poly1305_sha256 --groups SECP384R1 --alpn x,y";
    run(&mut files.client(&server.address, options), b"hello\n").is(0, &["TLS_CHACHA20_POLY1305_SHA256, secp384r1"]);
    let server = files.server("--groups secp384r1 --alpn y --once");
    run(&mut files.client(&server.address, "--alpn x,y"), b"")
        .is(0, &["secp384r1 after a HelloRetryRequest, ALPN \"y\""]);
    let server = files.server("--suites tls_aes_256_gcm_sha384 --once");
    run(&mut files.client(&server.address, "--suites tls_aes_128_gcm_sha256"), b"").is(1, &["--suites"]);
}

#[test]
fn refusals_of_the_server_end_with_1_and_say_what_to_do() {
    let files = Files::new();
    files.put(
        "expired",
        &files.pki.leaf("server.test", For::Server, |params| params.not_after = rcgen::date_time_ymd(2026, 1, 2)),
    );
    let server = files.server("--echo");
    let address = &server.address;
    run(files.client(address, "").arg("--ca").arg(files.path("ca.pem")), b"").is(2, &["--ca"]);
    let client = |ca: &str, name: &str| {
        let mut command = symbolon();
        command.args(["client", address, "--ca", &files.path(ca), "--name", name]);
        run(&mut command, b"")
    };
    client("stranger-ca.pem", "server.test").is(1, &["CN=test root", "stranger-ca.pem", "--ca"]);
    client("ca.pem", "other.test").is(1, &["dns:server.test", "with dns:other.test in subjectAltName", "--name"]);
    client("ca.pem", "127.0.0.1").is(1, &["dns:server.test"]);
    let mut expired = symbolon();
    expired.args(["server", "--listen", "127.0.0.1:0"]).args(files.shows("expired"));
    let server = Server::start(&mut expired);
    run(&mut files.client(&server.address, ""), b"").is(1, &["2026-01-02T00:00:00Z", "expired"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    run(&mut files.client(&closed, ""), b"").is(1, &[&closed, "refused"]);
}

#[test]
fn a_get_is_answered_with_parameters_and_identity() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --www");
    let shows = "--cert client.pem --key client.key";
    let done =
        run(&mut files.client(&server.address, shows), b"GET / HTTP/1.1\r\nHost: server.test\r\n\r\n").is(0, &[]);
    assert!(done.out.starts_with("HTTP/1.1 200 OK\r\n"), "{}", done.out);
    let parameters = "TLS_AES_128_GCM_SHA256, X25519MLKEM768\nclient: CN=robot.test, dns:robot.test";
    assert!(done.out.contains(parameters), "{}", done.out);
    let length = done.out.split("\r\n\r\n").nth(1).unwrap().len();
    assert!(done.out.contains(&format!("Content-Length: {length}\r\n")), "{}", done.out);
    let done = run(&mut files.client(&server.address, shows), b"PUT / HTTP/1.1\r\n\r\n").is(0, &[]);
    assert!(done.out.starts_with("HTTP/1.1 405 "), "{}", done.out);
}

#[test]
fn the_server_name_chooses_among_several_credentials() {
    let files = Files::new();
    files.put("second", &files.pki.server("second.test"));
    let server = files.server("--cert second.pem --key second.key --www");
    for name in ["server.test", "second.test"] {
        let mut client = symbolon();
        client.args(["client", &server.address, "--ca", &files.path("ca.pem"), "--name", name]);
        run(&mut client, b"GET / HTTP/1.0\r\n\r\n").is(0, &[&format!("the server is CN={name}")]);
    }
}

#[test]
fn key_logs_of_both_ends_agree_and_are_for_their_owner_only() {
    let files = Files::new();
    let server = files.server("--keylog server.log --echo --once");
    run(&mut files.client(&server.address, "--keylog client.log"), b"hello\n").is(0, &[]);
    server.end();
    let lines = |name: &str| {
        let text = fs::read_to_string(files.dir.join(name)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let client = lines("client.log");
    assert_eq!(client, lines("server.log"));
    let labels: Vec<&str> = client
        .iter()
        .map(|line| {
            let [label, random, secret] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert_eq!(hex::decode(random).unwrap().len(), 32);
            assert_eq!(hex::decode(secret).unwrap().len(), 32);
            label
        })
        .collect();
    assert_eq!(
        labels,
        [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "EXPORTER_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0"
        ]
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(files.dir.join("client.log")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_json_trace_has_an_object_a_line_and_no_secret() {
    let files = Files::new();
    let server = files.server("--echo --once");
    let done = run(&mut files.client(&server.address, "--trace json --keylog keys.log"), b"hello\n").is(0, &[]);
    let events: Vec<serde_json::Value> = done
        .err
        .lines()
        .filter(|line| !line.starts_with("symbolon: "))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert!(events.iter().all(|event| event["side"] == "client" && event["time"].is_number()));
    let named = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    let states: Vec<_> = named("moved").iter().map(|event| event["to"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states[..3], ["WAIT_SH", "WAIT_EE", "WAIT_CERT_CR"]);
    let hello = named("recv").into_iter().find(|event| event["message"] == "ServerHello").unwrap();
    let fields = hello["fields"].as_array().unwrap();
    let suite = fields.iter().find(|field| field["name"] == "cipher_suite").unwrap();
    assert_eq!((&suite["offset"], &suite["value"]), (&71.into(), &"TLS_AES_128_GCM_SHA256 (0x1301)".into()));
    for line in fs::read_to_string(files.dir.join("keys.log")).unwrap().lines() {
        let secret = line.rsplit(' ').next().unwrap();
        assert!(!done.err.contains(secret), "a trace is no key log");
    }
}

#[test]
fn a_text_trace_draws_the_handshake() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --trace text --once");
    run(&mut files.client(&server.address, "--trace text"), b"").is(
        1,
        &[
            "START\n              ClientHello\n",
            "WAIT_SH       + key_share          -------->\n",
            "WAIT_EE                                     + supported_versions\n              (change_cipher_spec)\n",
            "{CertificateVerify}\n",
            "[Alert certificate_required]\n",
        ],
    );
    let (_, said) = server.end();
    assert!(said.contains("+ key_share          -------->                      RECVD_CH\n"), "{said}");
    assert!(said.contains("{Finished}  WAIT_FLIGHT2\n"), "{said}");
}

#[test]
fn many_clients_are_served_at_once() {
    let files = Files::new();
    let server = files.server("--echo");
    let silent: Vec<TcpStream> = (0..20).map(|_| server.connect()).collect();
    let done = run(&mut files.client(&server.address, ""), b"hello\n").is(0, &[]);
    assert_eq!(done.out, "hello\n");
    drop(silent);
}

#[test]
fn four_megabytes_go_through_both_ways_at_once() {
    let files = Files::new();
    let server = files.server("--echo --once");
    let text: String = (0..1 << 19).map(|n| format!("{n:07}\n")).collect();
    let done = run(&mut files.client(&server.address, ""), text.as_bytes()).is(0, &[]);
    assert!(done.out == text, "{} of {} bytes came back", done.out.len(), text.len());
}

#[test]
fn a_client_that_stalls_is_dropped_with_a_line_that_says_so() {
    let files = Files::new();
    let server = files.server("--timeout 0.5 --once");
    let mut tcp = server.connect();
    // A ClientHello of 512 bytes begins, and then comes byte by byte: each of them in time, all together not.
    tcp.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).unwrap();
    let mut end = [0; 64];
    tcp.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let until = Instant::now() + MOST;
    let received = loop {
        assert!(Instant::now() < until, "it waits for ever");
        if tcp.write_all(&[0]).is_err() {
            break 0;
        }
        match tcp.read(&mut end) {
            Ok(n) => break n,
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break 0,
        }
    };
    assert_eq!(&end[..received], [21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0], "user_canceled, close_notify");
    let (code, said) = server.end();
    assert_eq!(code, Some(1));
    assert!(said.contains("START: the client did not complete the handshake within 0.5 s; dropped"), "{said}");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let files = Files::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let done = run(&mut files.client(&address, "--timeout 0.3"), b"");
    done.is(1, &["WAIT_SH: the server did not complete the handshake within 0.3 s", "--timeout"]);
}

#[test]
fn the_alert_of_a_client_is_not_lost_for_what_it_did_not_read() {
    let files = Files::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = files.client(&listener.local_addr().unwrap().to_string(), "");
    let client = client.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut tcp, _) = listener.accept().unwrap();
    tcp.set_read_timeout(Some(MOST)).unwrap();
    let mut header = [0; 5];
    tcp.read_exact(&mut header).unwrap();
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    tcp.read_exact(&mut hello).unwrap();
    // A ServerHello without a body, and much behind it.
    tcp.write_all(&[&[22, 3, 3, 0, 4, 2, 0, 0, 0][..], &vec![0; 200_000]].concat()).unwrap();
    tcp.shutdown(std::net::Shutdown::Write).unwrap();
    let mut heard = Vec::new();
    tcp.read_to_end(&mut heard).expect("the end, and no reset");
    assert_eq!(heard, [21, 3, 3, 0, 2, 2, 50]);
    assert_eq!(client.wait_with_output().unwrap().status.code(), Some(1));
}

#[test]
fn plain_http_is_called_by_its_name() {
    let files = Files::new();
    let server = files.server("--www --once");
    let mut tcp = server.connect();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: server.test\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 10], "the alert arrives, and no reset destroys it");
    let (code, said) = server.end();
    assert_eq!(code, Some(1));
    assert!(said.contains("plain HTTP") && said.contains("https://"), "{said}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let http = std::thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        let _ = tcp.read(&mut [0; 4096]);
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = tcp.read(&mut [0; 4096]);
    });
    run(&mut files.client(&address, ""), b"").is(1, &["plain HTTP", "another one"]);
    http.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_server_that_takes_nothing_is_given_up() {
    let files = Files::new();
    let server = files.server("--echo");
    let mut client = connected_client(&files, &server, "--idle 0.3");
    let stop = std::process::Command::new("kill").args(["-STOP", &server.child.id().to_string()]).status().unwrap();
    assert!(stop.success());
    let mut input = client.stdin.take().unwrap();
    // More than all buffers between the two hold; the pipe breaks when the client ends.
    let feeding = std::thread::spawn(move || while input.write_all(&[0; 1 << 16]).is_ok() {});
    // What the server still echoes before the signal has reached it.
    let mut output = client.stdout.take().unwrap();
    let reading = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    assert_eq!(wait(&mut client), Some(1));
    feeding.join().unwrap();
    reading.join().unwrap().unwrap();
    let mut said = String::new();
    client.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("the server did not take what we sent for 0.3 s") && said.contains("--idle"), "{said}");
}

/// A client that is connected, which the echo of a line has shown.
fn connected_client(files: &Files, server: &Server, options: &str) -> std::process::Child {
    let mut client = files.client(&server.address, options);
    let mut client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    client.stdin.as_mut().unwrap().write_all(b"hello\n").unwrap();
    let mut line = String::new();
    BufReader::new(client.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "hello\n");
    client
}

#[test]
fn a_signal_ends_the_server_and_its_clients_properly() {
    let files = Files::new();
    let server = files.server("--echo");
    let mut client = connected_client(&files, &server, "");
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(wait(&mut client), Some(0), "close_notify came");
}

#[test]
fn an_end_without_close_notify_is_reported() {
    let files = Files::new();
    let server = files.server("--echo");
    let mut client = connected_client(&files, &server, "");
    drop(server);
    assert_eq!(wait(&mut client), Some(1));
    let mut said = String::new();
    client.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("without close_notify"), "{said}");
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let files = Files::new();
    let server = files.server("--echo");
    let mut commands = vec![symbolon(), symbolon(), files.client(&server.address, "")];
    commands[0].arg("demo");
    commands[1].args(["step", "--all"]);
    for mut command in commands {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
        assert_eq!(wait(&mut child), Some(0));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!said.contains("panicked"), "{said}");
    }
}
