//! What the tool shows to people who learn: `demo` and `step`.

#[path = "util/tool.rs"]
#[allow(dead_code)] // other tests use the rest of it
mod tool;
mod util;

use tool::{Files, has_openssl, run, symbolon};

#[test]
fn demo_shows_both_ends_their_messages_and_who_they_are() {
    let done = run(symbolon().arg("demo"), b"").is(
        0,
        &[
            "WAIT_SH                            -------->                      RECVD_CH",
            "{CertificateRequest}",
            "START → WAIT_SH → WAIT_EE → WAIT_CERT_CR → WAIT_CERT → WAIT_CV",
            "START → RECVD_CH → NEGOTIATED → WAIT_FLIGHT2 → WAIT_CERT → WAIT_CV",
            "CN=server.test, dns:server.test, proved by ecdsa_secp256r1_sha256",
            "CN=robot.test, dns:robot.test",
            "\"Each half proves the other.\"",
        ],
    );
    assert!(done.out.lines().all(|line| line.chars().count() <= 80), "{}", done.out);
    assert!(!done.out.contains('\u{1b}'), "no colours where there is no terminal");
    if has_openssl() {
        assert!(done.out.contains("our client and openssl s_server: ok"), "{}", done.out);
        assert!(done.out.contains("openssl s_client and our server: ok"), "{}", done.out);
        let with_openssl = &done.out[done.out.find("The same with OpenSSL").unwrap()..];
        let again: Vec<_> = with_openssl.split("and again").skip(1).collect();
        assert!(again.len() == 2 && again.iter().all(|said| said.contains("resumed by a ticket")), "{with_openssl}");
    }
}

/// The part of a text that begins with the line `from` and ends before `to`.
fn part<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let begin = text.find(from).unwrap_or_else(|| panic!("{from:?} is missing: {text}"));
    let rest = &text[begin..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("{to:?} is missing: {rest}"))]
}

#[test]
fn demo_shows_how_a_client_comes_back_and_what_that_saves() {
    let done = run(symbolon().args(["demo", "--no-openssl"]), b"").is(0, &["[NewSessionTicket]"]);
    let resumed = part(&done.out, "The client comes back", "What the ticket rests on");
    for line in [
        "WAIT_SH       + pre_shared_key     -------->                      RECVD_CH",
        "                                                + pre_shared_key\n",
        "client      START → WAIT_SH → WAIT_EE → WAIT_FINISHED → CONNECTED",
        "server      START → RECVD_CH → NEGOTIATED → WAIT_FLIGHT2 → WAIT_FINISHED →",
        "resumed by a ticket",
        "client computes       ■ ■ ■ ■ ■ ■  6                  ■ ■  2",
        "server computes       ■ ■ ■ ■ ■ ■  6                  ■ ■  2",
        "saved       5 of 11 messages, ",
        "8 of 12 public-key operations",
    ] {
        assert!(resumed.contains(line), "{line}: {resumed}");
    }
    assert!(!resumed.contains("{Certificate"), "{resumed}");
    let early = part(&done.out, "Early data,", "openssl");
    let positions =
        ["(Application Data)", "ServerHello", "+ early_data\n", "WAIT_EOED", "(EndOfEarlyData)"].map(|text| {
            let at = early.rfind(text);
            at.unwrap_or_else(|| panic!("{text:?} is missing: {early}"))
        });
    assert!(positions.is_sorted(), "{positions:?}: {early}");
    let words = early.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("; resumed by a ticket; early data accepted"), "{early}");
    assert!(done.out.lines().all(|line| line.chars().count() <= 80), "{}", done.out);
}

#[test]
fn demo_shows_what_a_ticket_rests_on_by_changing_it() {
    let done = run(symbolon().args(["demo", "--no-openssl"]), b"").is(0, &[]);
    let rests_on = part(&done.out, "What the ticket rests on", "Early data,");
    let words = rests_on.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "nothing changed resumed",
        "other ticket key declined: the identity is not known here → full handshake → let in",
        "CA removed declined: the anchor of the peer's path is no longer trusted → full handshake → refused: unknown_ca",
        "no longer allowed declined: the rule that admitted the peer is gone → full handshake → refused: access_denied",
        "CRL loaded declined: a certificate on the peer's path has been revoked → full handshake → refused: certificate_revoked",
    ] {
        assert!(words.contains(line), "{line}: {words}");
    }
}

#[test]
fn demo_says_why_it_skips_openssl() {
    run(symbolon().arg("demo").env("PATH", ""), b"")
        .is(0, &["openssl     skipped: there is no program of this name on the PATH"]);
}

#[test]
fn step_shows_every_arrow_with_fields_offsets_and_secrets() {
    let done = run(symbolon().args(["step", "--all"]), b"").is(
        0,
        &[
            "client ── START → WAIT_SH",
            "server ── WAIT_FINISHED → CONNECTED",
            "\n       6  random                          ",
            "\n      90        HostName                  \"server.test\"\n",
            "may come next: ServerHello or HelloRetryRequest",
            "secret client_handshake_traffic_secret\n",
            "Derive-Secret(Master Secret, \"exp master\", ClientHello...server Finished)",
        ],
    );
    for name in ["server_handshake_traffic_secret", "client_application_traffic_secret_0", "resumption_master_secret"] {
        let both = secret(&done.out, name);
        assert_eq!(both.len(), 2, "{name}: {}", done.out);
        assert_eq!(both[0], both[1], "{name}");
    }
}

/// What is said below each line that ends so.
fn below<'t>(text: &'t str, line: &str) -> Vec<&'t str> {
    let line = format!("{line}\n");
    text.split(&line).skip(1).collect()
}

/// The value of a secret each time that it is shown.
fn secret<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let blocks = below(text, &format!("secret {name}"));
    blocks.into_iter().map(|block| block.lines().find(|line| line.len() == 70).unwrap()).collect()
}

#[test]
fn step_shows_a_resumed_handshake_from_its_ticket_on() {
    let done = run(symbolon().args(["step", "--all", "--resumed"]), b"").is(
        0,
        &[
            "Send NewSessionTicket, ",
            "= HKDF-Expand-Label(resumption_master_secret, \"resumption\", ticket_nonce,",
            "secret Early Secret\n    = HKDF-Extract(0, PSK)\n",
            "= Derive-Secret(Early Secret, \"res binder\", \"\")",
            "|───────── Truncate(ClientHello) ─────────|─ binders ─|",
            " ms since the ticket came + its",
            "selected_identity           0\n",
            "client ── WAIT_EE → WAIT_FINISHED ─",
            "server ── WAIT_FLIGHT2 → WAIT_FINISHED ─",
            "resumed by a ticket",
            "secret Handshake Secret\n    = HKDF-Extract(Derive-Secret(Early Secret, \"derived\", \"\"), (EC)DHE)\n",
            "secret Master Secret\n    = HKDF-Extract(Derive-Secret(Handshake Secret, \"derived\", \"\"), 0)\n",
        ],
    );
    let (ticket, resumed) = done.out.split_once("comes back").unwrap();
    assert!(ticket.contains("resumption_master_secret") && !resumed.contains("WAIT_CERT"), "{}", done.out);
    // Both ends come to the same.
    for name in ["Early Secret", "binder_key", "Handshake Secret", "Master Secret"] {
        let both = secret(resumed, name);
        assert!(both.len() == 2 && both[0] == both[1], "{name}: {both:?}");
    }
    let psks = secret(ticket, "PSK");
    assert!(psks.len() == 2 && psks[0] == psks[1], "{psks:?}");
    // The drawing ends where the message does, and the binders begin where their field does.
    let drawn = below(resumed, "stands before them (§4.2.11.2):")[0].lines().next().unwrap();
    let [zero, binders, end] = drawn.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{drawn}") };
    assert!(zero == "0" && resumed.contains(&format!("\n     {binders}      binders ")), "{drawn}");
    assert!(resumed.contains(&format!("Send ClientHello, {end} bytes")), "{drawn}");
    assert!(done.out.lines().all(|line| line.chars().count() <= 80), "{}", done.out);
}

#[test]
fn step_shows_early_data_where_it_flows() {
    let done = run(symbolon().args(["step", "--all", "--early-data"]), b"").is(
        0,
        &[
            "= Derive-Secret(Early Secret, \"c e traffic\", ClientHello)",
            "= Derive-Secret(Early Secret, \"e exp master\", ClientHello)",
            "client ── WAIT_SH: early data ─",
            "Send early data, 27 bytes",
            "server ── NEGOTIATED → WAIT_EOED ─",
            "server ── WAIT_EOED: early data ─",
            "Recv early data, 27 bytes",
            "Send EndOfEarlyData, 4 bytes",
            "server ── WAIT_EOED → WAIT_FLIGHT2 ─",
            "early data accepted",
        ],
    );
    let both = secret(&done.out, "client_early_traffic_secret");
    assert!(both.len() == 2 && both[0] == both[1], "{both:?}");
}

#[test]
fn step_goes_through_a_live_handshake() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem");
    let step = |more: &str| {
        let mut command = symbolon();
        command.args(["step", "--connect", &server.address, "--ca", &files.path("ca.pem"), "--name", "server.test"]);
        run(command.args(files.words(more)), b"")
    };
    step("--cert client.pem --key client.key").is(0, &["WAIT_CV → WAIT_FINISHED", "the server is CN=server.test"]);
    step("").is(1, &["WAIT_FINISHED → CONNECTED", "Recv Alert certificate_required"]);
}

// [8701-3.1-2] [8701-4.1-1]
#[test]
fn values_that_mean_nothing_are_offered_by_either_end_on_demand_and_shown() {
    let files = Files::new();
    for (of_client, of_server) in [("--grease", ""), ("", "--grease"), ("--grease", "--grease")] {
        let server = files.server(&format!("--client-ca ca.pem {of_server}"));
        let mut command = symbolon();
        command.args(["step", "--all", "--connect", &server.address, "--ca", &files.path("ca.pem")]);
        let options = format!("--name server.test --cert client.pem --key client.key --alpn x {of_client}");
        let done = run(command.args(files.words(&options)), b"").is(0, &["WAIT_FINISHED → CONNECTED"]);
        let (hello, others) = done.out.split_once("Recv ServerHello").unwrap();
        for (part, is_asked) in [(hello, of_client), (others, of_server)] {
            assert_eq!(part.contains("GREASE 0x"), is_asked == "--grease", "{part}");
        }
        if of_client == "--grease" {
            for field in ["cipher_suites", "versions", "named_group_list", "ProtocolName", "group"] {
                let greased = |line: &str| line.contains(&format!(" {field} ")) && line.contains("GREASE 0x");
                assert!(hello.lines().any(greased), "{field}: {hello}");
            }
        }
    }
}

#[test]
fn compressed_certificates_are_shown_with_both_lengths_by_demo_and_step() {
    let compressed = ["--compress-certificates", "brotli,zlib"];
    let step = run(symbolon().args(["step", "--all"]).args(compressed), b"").is(
        0,
        &[
            "algorithms                  brotli, zlib",
            "Send CompressedCertificate, ",
            "algorithm                       brotli (2)",
            "Uncompressed Certificate, ",
            "Expanded Certificate",
            "certificate compressed by brotli",
        ],
    );
    let uncompressed = part(&step.out, "Send CompressedCertificate, ", "Send CertificateVerify");
    for field in ["uncompressed_length", "compressed_certificate_message", "cert_data"] {
        assert!(uncompressed.contains(field), "{field}: {uncompressed}");
    }
    let demo = run(symbolon().args(["demo", "--no-openssl"]).args(compressed), b"").is(0, &["{CompressedCertificate}"]);
    assert!(demo.out.lines().any(|line| line.contains("+ brotli: ") && line.contains(" bytes")), "{}", demo.out);
    assert!(demo.out.lines().all(|line| line.chars().count() <= 80), "{}", demo.out);
    let plain = run(symbolon().args(["demo", "--no-openssl"]), b"").is(0, &["{Certificate}"]);
    assert!(!plain.out.contains("ompress"), "{}", plain.out);
}

#[test]
fn client_and_server_compress_certificates_by_what_both_were_told() {
    let files = Files::new();
    let server = files.server("--client-ca ca.pem --compress-certificates zlib");
    let shown = |more: &str| {
        let mut command = symbolon();
        command.args(["client", &server.address, "--ca", &files.path("ca.pem"), "--trace", "json"]);
        let options = format!("--name server.test --cert client.pem --key client.key {more}");
        run(command.args(files.words(&options)), b"").err
    };
    let both = shown("--compress-certificates brotli,zlib");
    let expanded = |line: &&str| line.contains(r#""event":"expanded""#) && line.contains(r#""algorithm":"zlib""#);
    assert_eq!(both.lines().filter(expanded).count(), 2, "{both}");
    for plain in ["", "--compress-certificates brotli"] {
        let said = shown(plain);
        assert!(
            !said.contains("CompressedCertificate") && said.contains("connected") | said.contains("CONNECTED"),
            "{said}"
        );
    }
}
