//! Revocation as users of the tool meet it.

#[path = "util/tool.rs"]
#[allow(dead_code)] // other tests use the rest of it
mod tool;
mod util;

use std::fs;
use symbolon::x509::certificates_from_pem;
use tool::{Files, run, symbolon};
use util::crl::{Crl, serial};
use util::der::{element, pem};
use util::ocsp::{Ocsp, revoked};

/// The tool has the time of the system, so what it judges has to last.
const LASTS: &[u8] = b"20891231235959Z";

fn leaf(files: &Files, name: &str) -> Vec<u8> {
    certificates_from_pem(&fs::read(files.path(name)).unwrap()).unwrap().swap_remove(0)
}

/// Writes a CRL of the intermediate that revokes this certificate.
fn write_crl(files: &Files, name: &str, revokes: &str) {
    let mut crl = Crl::of(&files.pki.intermediate, &[&serial(&leaf(files, revokes))]);
    crl.next_update = element(0x18, LASTS);
    let text = pem("X509 CRL", &crl.sign(&files.pki.intermediate)) + &files.pki.intermediate.pem;
    files.write(name, &text);
}

#[test]
fn a_client_on_a_crl_is_refused_and_both_say_since_when() {
    let files = Files::new();
    write_crl(&files, "crl.pem", "client.pem");
    let server = files.server("--client-ca ca.pem --crl crl.pem --echo --once");
    run(&mut files.client(&server.address, "--cert client.pem --key client.key"), b"hello\n")
        .is(1, &["alert certificate_revoked", "hint: a new key is needed"]);
    let (code, said) = server.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a certificate has been revoked") && said.contains("since 2026-05-20"), "{said}");
    assert!(said.contains("hint: it must be replaced"), "{said}");
}

#[test]
fn what_is_known_of_revocation_is_said_of_both_ends() {
    let files = Files::new();
    write_crl(&files, "crl.pem", "server.pem");
    let mut ocsp = Ocsp::of(&files.pki.intermediate, &leaf(&files, "server.pem"));
    ocsp.next_update = element(0xa0, &element(0x18, LASTS));
    fs::write(files.path("good.pem"), ocsp.sign(&files.pki.intermediate)).unwrap();
    let server = files.server("--client-ca ca.pem --crl crl.pem --staple good.pem --echo --once");
    run(&mut files.client(&server.address, "--cert client.pem --key client.key --revocation require"), b"hello\n")
        .is(0, &["revocation: not revoked, by the OCSP response of 2026-05-28T00:00:00Z"]);
    let (code, said) = server.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("revocation: not revoked, by the CRL of 2026-05-01T00:00:00Z"), "{said}");
}

#[test]
fn the_unknown_is_refused_with_a_hint_or_accepted_and_said() {
    let files = Files::new();
    let server = files.server("--echo");
    run(&mut files.client(&server.address, "--revocation require"), b"")
        .is(1, &["nothing at hand tells whether a certificate has been revoked", "--crl FILE"]);
    run(&mut files.client(&server.address, "--revocation soft"), b"hello\n")
        .is(0, &["revocation: unknown: nothing at hand tells"]);
}

#[test]
fn a_staple_that_says_revoked_is_believed() {
    let files = Files::new();
    let mut ocsp = Ocsp::of(&files.pki.intermediate, &leaf(&files, "server.pem"));
    ocsp.cert_status = revoked();
    fs::write(files.path("revoked.pem"), ocsp.sign(&files.pki.intermediate)).unwrap();
    let server = files.server("--staple revoked.pem --echo --once");
    run(&mut files.client(&server.address, "--revocation soft"), b"").is(1, &["revoked", "keyCompromise"]);
    assert!(server.end().1.contains("certificate_revoked"));
}

#[test]
fn options_that_would_change_nothing_are_wrong_usage() {
    let files = Files::new();
    write_crl(&files, "crl.pem", "client.pem");
    run(
        symbolon().args(files.words("server --listen 127.0.0.1:0 --cert server.pem --key server.key --crl crl.pem")),
        b"",
    )
    .is(2, &["--crl and --revocation say nothing without client certificates", "--client-ca"]);
    run(&mut files.client("127.0.0.1:1", "--staple ca.pem"), b"").is(2, &["--cert"]);
}

#[test]
fn files_that_are_no_crl_or_response_are_named() {
    let files = Files::new();
    let client = |options: &str| run(&mut files.client("127.0.0.1:1", options), b"");
    client("--crl ca.pem").is(2, &["ca.pem: is a certificate (CERTIFICATE, line 1), not a CRL"]);
    client("--crl nothing.pem").is(2, &["nothing.pem"]);
    client("--cert client.pem --key client.key --staple ca.pem")
        .is(2, &["ca.pem: the OCSP response can't be stapled: an OCSP response cannot be parsed"]);
}
