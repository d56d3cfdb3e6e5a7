//! `symbolon verify`: the verdict on a chain, why, and what to do.

#[allow(dead_code)]
#[path = "util/tool.rs"]
mod tool;
mod util;

use serde_json::Value;
use std::fs;
use std::process::Command;
use tool::{Done, Files, run, symbolon};
use util::crl::{Crl, serial};
use util::ocsp::{Ocsp, revoked};
use util::pki::{For, Pki};

/// A time at which the certificates of the tests are valid.
const AT: &str = "2026-06-01";

fn command(files: &Files, options: &str) -> Command {
    let mut command = symbolon();
    command.arg("verify").args(files.words(options));
    command
}

fn verify(files: &Files, options: &str) -> Done {
    run(&mut command(files, options), b"")
}

#[test]
fn a_good_chain_is_accepted_with_its_path_and_end() {
    let files = Files::new();
    let says = [
        "accepted: certificate 0, CN=server.test, under certificate 1, CN=test intermediate, under anchor 0, CN=test root",
        "until 2090-01-01T00:00:00Z",
        "└─ ✓ certificate 1, CN=test intermediate",
    ];
    let done = verify(&files, &format!("--ca ca.pem --name server.test --at {AT} server.pem")).is(0, &says);
    assert!(!done.out.contains('✗') && !done.out.contains("to do"), "{}", done.out);
    verify(&files, &format!("--ca ca.pem --purpose client --at {AT} client.pem")).is(0, &["accepted"]);
    fs::write(files.path("ca-der.pem"), &files.pki.root.der).unwrap();
    verify(&files, &format!("--ca ca-der.pem --name server.test --at {AT} server.pem")).is(0, &["accepted"]);
}

#[test]
fn each_cause_is_named_with_its_rule_and_what_to_do() {
    let files = Files::new();
    files.put("cn-only", &files.pki.leaf("server.test", For::Server, |params| params.subject_alt_names.clear()));
    for (options, says) in [
        (
            "--name other.test server.pem",
            ["RFC 9525 §6", "found dns:server.test", "with dns:other.test in subjectAltName"],
        ),
        ("--name server.test cn-only.pem", ["no subjectAltName", "commonName server.test", "RFC 9525 §6.1"]),
        ("--purpose server client.pem", ["RFC 5280 §4.2.1.12", "found clientAuth", "extendedKeyUsage serverAuth"]),
        (
            "--purpose client stranger.pem",
            ["certificate 1, CN=stranger intermediate", "CN=stranger root", "is missing"],
        ),
    ] {
        let done = verify(&files, &format!("--ca ca.pem --at {AT} {options}")).is(1, &says);
        assert!(done.out.contains("<- this decides") && done.out.contains("\nto do: "), "{}", done.out);
    }
}

#[test]
fn time_is_as_good_as_it_is_said_to_be() {
    let files = Files::new();
    let at = |time: &str, code, says: &[&str]| verify(&files, &format!("--ca ca.pem {time} server.pem")).is(code, says);
    at("--at 2024-01-01", 1, &["not yet valid", "2026-01-01T00:00:00Z"]);
    at("--at 2091-01-01", 1, &["expired", "renew it"]);
    at("--at-least 2024-01-01", 0, &["not checked: validity", "2024-01-01T00:00:00Z or later"]);
    at("--at-least 2091-01-01", 1, &["expired"]);
    at("--at unknown", 0, &["not checked: validity: the time is unknown"]);
}

#[test]
fn the_public_web_asks_for_more_than_a_private_ca_and_its_demands_are_noted() {
    let files = Files::new();
    let private = verify(&files, &format!("--ca ca.pem --at {AT} server.pem"))
        .is(0, &["~ ", "broken that the profile does not insist on"]);
    assert!(!private.out.contains('✗'), "{}", private.out);
    verify(&files, &format!("--ca ca.pem --policy web --at {AT} server.pem")).is(1, &["breaks the rule that", "✗"]);
}

#[test]
fn a_certificate_that_a_crl_of_its_intermediate_lists_is_refused() {
    let files = Files::new();
    let (good, revoked) = (files.pki.server("good.test"), files.pki.server("revoked.test"));
    files.put("good", &good);
    files.put("revoked", &revoked);
    let crl = Crl::of(&files.pki.intermediate, &[&serial(&revoked.leaf.der)]).sign(&files.pki.intermediate);
    fs::write(files.path("crl.pem"), crl).unwrap();
    let options = |chain: &str, more: &str| format!("--ca ca.pem --crl crl.pem --at {AT} {more} {chain}.pem");
    verify(&files, &options("good", "")).is(0, &["revocation: not revoked, by the CRL of 2026-05-01T00:00:00Z"]);
    let good: Value = serde_json::from_str(&verify(&files, &options("good", "--json")).is(0, &[]).out).unwrap();
    assert_eq!(good["revocation_age_seconds"], 31 * 86_400);
    verify(&files, &options("revoked", "")).is(1, &["certificate 0, CN=revoked.test", "RFC 5280 §6.3.3"]);
    // Nobody lists what strangers issue.
    let stranger =
        |mode: &str| format!("--ca stranger-ca.pem --purpose client --crl crl.pem --at {AT} {mode} stranger.pem");
    verify(&files, &stranger("")).is(1, &["✗ a CRL or an OCSP response tells that it is not revoked"]);
    verify(&files, &stranger("--revocation soft")).is(0, &["revocation: unknown", "? a CRL or an OCSP response"]);
}

#[test]
fn a_staple_is_judged_even_if_nothing_else_is_said_of_revocation() {
    let files = Files::new();
    let chain = files.pki.server("server.test");
    files.put("stapled", &chain);
    let mut ocsp = Ocsp::of(&files.pki.intermediate, &chain.leaf.der);
    fs::write(files.path("good-ocsp.pem"), ocsp.sign(&files.pki.intermediate)).unwrap();
    ocsp.cert_status = revoked();
    fs::write(files.path("revoked-ocsp.pem"), ocsp.sign(&files.pki.intermediate)).unwrap();
    let options = |staple: &str| format!("--ca ca.pem --at {AT} --staple {staple} stapled.pem");
    verify(&files, &options("good-ocsp.pem")).is(0, &["revocation: not revoked, by the OCSP response"]);
    verify(&files, &options("revoked-ocsp.pem")).is(
        1,
        &["certificate 0, CN=server.test: a certificate has been revoked (since ", "to do: it must be replaced"],
    );
    verify(&files, &options("ca.pem")).is(1, &["an OCSP response cannot be parsed", "to do: "]);
}

#[test]
fn a_ca_in_front_of_its_leaf_is_told_to_stand_behind_it() {
    let files = Files::new();
    let blocks = fs::read_to_string(files.path("server.pem")).unwrap();
    let second = blocks.rfind("-----BEGIN").unwrap();
    files.write("turned.pem", &(blocks[second..].to_owned() + &blocks[..second]));
    verify(&files, &format!("--ca ca.pem --name server.test --at {AT} turned.pem"))
        .is(1, &["to do: put the leaf first in the chain: this CA issued certificate 1"]);
}

#[test]
fn json_has_every_path_and_every_check() {
    let files = Files::new();
    let done = verify(&files, &format!("--ca ca.pem --name other.test --at {AT} --json server.pem")).is(1, &[]);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(report["accepted"], false);
    assert_eq!(report["reason"], "CertificateNameMismatch");
    assert_eq!(report["alert"], "bad_certificate");
    let top = &report["failures"][0];
    assert_eq!(
        (&top["rule"], &top["certificate"], &top["expected"]),
        (&"ServerName".into(), &0.into(), &"other.test".into())
    );
    assert!(top["offset"].as_u64() > Some(100) && top["remedy"].as_str().unwrap().contains("subjectAltName"), "{top}");
    let [path] = &report["paths"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!(path["standings"].as_array().unwrap().len(), 3);
    let failed = |check: &&Value| check["verdict"] == "failed";
    assert_eq!(path["checks"].as_array().unwrap().iter().filter(failed).count(), 1);

    let done = verify(&files, &format!("--ca ca.pem --at {AT} --json server.pem")).is(0, &[]);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&report["path"], &report["anchor"]), (&serde_json::json!([0, 1]), &0.into()));
    assert_eq!(report["paths"][0]["valid"], true);

    let done = verify(&files, "--ca ca.pem --json missing.pem").is(2, &[]);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert!(report["error"].as_str().unwrap().contains("missing.pem: No such file"), "{report}");
}

#[test]
fn checks_that_were_passed_are_counted_and_shown_on_demand() {
    let files = Files::new();
    let options = format!("--ca ca.pem --at {AT} server.pem");
    verify(&files, &options).is(0, &[" rules are kept"]);
    let all = verify(&files, &format!("{options} --all"))
        .is(0, &["✓ its key made the signature of the certificate below it"]);
    assert!(!all.out.contains("rules are kept"), "{}", all.out);
}

#[test]
fn what_cannot_be_used_is_wrong_usage_and_named() {
    let files = Files::new();
    files.write("text.pem", "no certificate\n");
    let key = fs::read(files.path("server.key")).unwrap();
    fs::write(files.path("key-der.pem"), &*symbolon::x509::pem::blocks(&key).next().unwrap().unwrap().der).unwrap();
    for (options, says) in [
        ("--ca ca.pem text.pem", "hint: symbolon inspect"),
        ("--ca ca.pem server.key", "holds no certificate, but PRIVATE KEY (line 1)"),
        ("--ca ca.pem key-der.pem", "holds no certificate, but PRIVATE KEY (DER)"),
        ("--ca text.pem server.pem", "text.pem"),
        ("--ca ca.pem missing.pem", "No such file"),
        ("--ca ca.pem --name a..b server.pem", "\"a..b\": a server name has a label"),
        ("--ca ca.pem --at yesterday server.pem", "2026-05-28"),
    ] {
        verify(&files, options).is(2, &[says]);
    }
    // A stranger's file of two chains, one behind the other, is still one chain with more in it than it needs.
    let two = Pki::new("other").server("server.test").pem + &files.pki.server("server.test").pem;
    files.write("two.pem", &two);
    verify(&files, &format!("--ca ca.pem --at {AT} two.pem")).is(1, &["CN=other intermediate"]);
}
