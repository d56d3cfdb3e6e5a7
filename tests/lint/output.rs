//! What the tool prints, and how it ends.

use crate::stacks::pem;
use crate::tool::{Done, Files, run, symbolon};
use crate::util::ca::Ca;
use serde_json::Value;
use std::path::Path;

fn lint(files: &Files, options: &str) -> Done {
    run(symbolon().arg("lint").args(files.words(options)), b"")
}

#[test]
fn a_chain_that_some_refuse_is_explained_stack_by_stack() {
    let files = Files::new();
    let done = lint(&files, "server.pem --ca ca.pem --name server.test")
        .is(1, &["openssl         accepts", "openssl-strict  refuses", "symbolon        accepts", "of 7 refuse"]);
    // rcgen leaves authorityKeyIdentifier out.
    let strict = done.out.split("openssl-strict").nth(1).unwrap().split("python-ssl").next().unwrap();
    assert!(strict.contains("certificate 0 (CN=server.test"), "{}", done.out);
    assert!(strict.contains("certificate 1 (CN=test intermediate"), "{}", done.out);
    assert!(strict.contains("has no"), "{}", done.out);
    assert!(strict.contains("-> issue it with authorityKeyIdentifier=keyid"), "{}", done.out);
    assert!(done.out.lines().all(|line| line.chars().count() <= 80), "{}", done.out);
}

#[test]
fn a_chain_that_all_accept_ends_with_0() {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/good");
    let mut command = symbolon();
    command.arg("lint").arg(good.join("chain.pem")).arg("--ca").arg(good.join("ca.pem"));
    run(command.args(["--name", "server.test"]), b"").is(0, &["cryptography    accepts\n", "all accept"]);
}

#[test]
fn every_finding_names_the_function_that_it_models() {
    let files = Files::new();
    let done = lint(&files, "server.pem --ca stranger-ca.pem --name other.test --json");
    let told: Value = serde_json::from_str(&done.is(1, &[]).out).unwrap();
    assert_eq!(told["accepted"], false);
    for stack in told["stacks"].as_array().unwrap() {
        assert!(!stack["models"].as_str().unwrap().is_empty());
        for finding in stack["findings"].as_array().unwrap() {
            assert!(!finding["source"].as_str().unwrap().is_empty(), "{finding}");
        }
        assert_eq!(stack["accepts"], false, "{stack}");
    }
}

#[test]
fn time_purpose_and_name_are_asked_for() {
    let files = Files::new();
    let accepts = |options: &str| {
        let done = lint(&files, &format!("--ca ca.pem --json {options}"));
        let told: Value = serde_json::from_str(&done.out).unwrap_or_else(|e| panic!("{e}: {}", done.err));
        let stacks = told["stacks"].as_array().unwrap().clone();
        stacks.iter().find(|stack| stack["stack"] == "webpki").unwrap()["accepts"].as_bool().unwrap()
    };
    assert!(accepts("server.pem --name server.test"));
    assert!(accepts("server.pem"), "without a name none is checked");
    assert!(!accepts("server.pem --name other.test"));
    assert!(!accepts("server.pem --purpose client"));
    assert!(accepts("client.pem --purpose client"));
    assert!(!accepts("server.pem --at 2091-01-01"));
    assert!(!accepts("server.pem --at 2024-12-31T23:59:59Z"));
}

#[test]
fn what_can_not_be_asked_is_wrong_usage() {
    let files = Files::new();
    files.write("text.pem", "hello\n");
    lint(&files, "server.pem --ca text.pem").is(2, &["text.pem", "holds no certificate"]);
    lint(&files, "nowhere.pem --ca ca.pem").is(2, &["nowhere.pem"]);
    lint(&files, "server.pem --ca ca.pem --at soon").is(2, &["--at"]);
    lint(&files, "server.pem --ca ca.pem --name https://server.test").is(2, &["https://server.test", "--name takes"]);
    std::fs::write(files.path("cut.pem"), [0x30, 0x82, 0x01, 0x00]).unwrap();
    let cut = lint(&files, "cut.pem --ca ca.pem --json").is(2, &["cut.pem: certificate 0", "symbolon inspect"]);
    let told: Value = serde_json::from_str(&cut.out).unwrap();
    assert!(told["error"].as_str().unwrap().contains("byte 0: Certificate: 256 bytes are told"), "{told}");
    lint(&files, "").is(2, &["CHAIN.pem"]);
}

#[test]
fn certificates_that_issued_each_other_keep_nobody_busy() {
    let files = Files::new();
    let all: Vec<Ca> = (0..8).map(|n| Ca::root(&format!("ca {n}"))).collect();
    let mut cross = String::new();
    for issuer in &all {
        all.iter().for_each(|subject| cross += &pem(&issuer.cross_sign(subject)));
    }
    files.write("cross.pem", &cross);
    files.write("chain.pem", &format!("{}{cross}", pem(&all[0].leaf())));
    for ca in ["ca.pem", "cross.pem"] {
        lint(&files, &format!("chain.pem --ca {ca} --name server.test --at 2026-06-01")).is(1, &["refuses"]);
    }
}
