//! `symbolon inspect`: every block of a file, and what is wrong with it, where.

#[allow(dead_code)]
#[path = "util/tool.rs"]
mod tool;
mod util;

use rcgen::{CertificateRevocationListParams, KeyIdMethod, date_time_ymd};
use serde_json::Value;
use std::fs;
use tool::{Done, Files, has_openssl, run, symbolon};
use util::pki::{For, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};

/// A time at which the certificates of the tests are valid.
const AT: &str = "2026-06-01";

fn inspect(files: &Files, name: &str, options: &str) -> Done {
    run(symbolon().args(["inspect", &files.path(name), "--at", AT]).args(options.split_whitespace()), b"")
}

/// What is said of `text` as a file.
fn said_of(files: &Files, text: &str, code: i32, says: &[&str]) -> Done {
    files.write("it", text);
    inspect(files, "it", "").is(code, says)
}

/// The lines of a PEM text, which are changed and joined again.
fn edited(text: &str, edit: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines = text.lines().map(str::to_owned).collect();
    edit(&mut lines);
    lines.join("\n") + "\n"
}

#[test]
fn a_chain_and_its_key_are_shown_and_nothing_is_wrong() {
    let files = Files::new();
    let chain = files.pki.server("server.test");
    let text = format!("{}{}", chain.pem, chain.key_pem);
    let line = 1 + chain.pem.lines().count();
    let key = format!("\nline {line}: private key\n  key          P-256\n");
    let done = said_of(
        &files,
        &text,
        0,
        &[
            "line 1: certificate\n",
            "subject      CN=server.test\n",
            "issuer       CN=test intermediate\n",
            "dns:server.test",
            &key,
            "nothing is wrong",
        ],
    );
    let secret: Vec<&str> = chain.key_pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(secret.iter().all(|line| !done.out.contains(line)), "{}", done.out);
}

#[test]
fn what_only_some_tools_read_is_said_to_be_so() {
    let files = Files::new();
    let pem = files.pki.server("server.test").pem;
    let indented: String = pem.lines().map(|line| format!("  {line}\n")).collect();
    said_of(&files, &indented, 1, &["line 1: BEGIN is indented", "CN=server.test"]);
    let trusted = pem.replace(" CERTIFICATE-", " TRUSTED CERTIFICATE-");
    said_of(&files, &trusted, 1, &["only OpenSSL reads (openssl x509"]);
}

#[test]
fn a_key_that_nobody_takes_is_told_from_one_of_the_wrong_kind() {
    if !has_openssl() {
        return println!("skipped: openssl makes the keys, and is not on the PATH");
    }
    let files = Files::new();
    for (options, says) in [
        ("RSA -pkeyopt rsa_keygen_bits:1024", "is too small: RSA keys of fewer than 2048 bits"),
        ("X25519", "is of a kind that signs nothing here"),
    ] {
        let mut openssl = std::process::Command::new("openssl");
        openssl.args(["genpkey", "-algorithm"]).args(options.split(' ')).args(["-out", &files.path("key.pem")]);
        assert!(openssl.output().unwrap().status.success());
        inspect(&files, "key.pem", "").is(1, &["line 1: private key", says]);
    }
}

#[test]
fn a_key_is_held_against_the_certificate_above_it() {
    let files = Files::new();
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let pki = Pki::with("other", algorithm);
        let (one, two) = (pki.server("one.test"), pki.server("two.test"));
        said_of(&files, &format!("{}{}", one.pem, one.key_pem), 0, &[]);
        said_of(&files, &format!("{}{}", one.key_pem, one.pem), 0, &[]);
        said_of(&files, &format!("{}{}", one.pem, two.key_pem), 1, &["does not belong to the certificate at line 1"]);
    }
}

#[test]
fn lines_that_are_broken_are_named() {
    let files = Files::new();
    let pem = &files.pki.server("server.test").leaf.pem;
    let count = pem.lines().count();
    let broken: &[(&str, String)] = &[
        ("line 5: not base64", edited(pem, |lines| lines[4].replace_range(3..4, "!"))),
        ("line 1: BEGIN without END", edited(pem, |lines| lines.truncate(6))),
        (
            "END names another label than BEGIN",
            edited(pem, |lines| lines[count - 1] = "-----END PRIVATE KEY-----".into()),
        ),
        ("line 3: END without BEGIN", "text\n\n-----END CERTIFICATE-----\n".into()),
        ("line 1: a damaged BEGIN or END", edited(pem, |lines| lines[0] = "---BEGIN CERTIFICATE---".into())),
        ("base64 outside of any block", edited(pem, |lines| drop(lines.remove(0)))),
        ("line 1: a byte order mark", format!("\u{feff}{pem}")),
        ("line 1: there is no PEM block in it", "hello\n".into()),
        ("line 1: nothing is in it", String::new()),
        ("the base64 above ends too early", edited(pem, |lines| lines[count - 2].truncate(5))),
        ("line 1: the label says PRIVATE KEY, but this is a certificate", pem.replace("CERTIFICATE-", "PRIVATE KEY-")),
    ];
    for (says, text) in broken {
        said_of(&files, text, 1, &[says]);
    }
    fs::write(files.path("it"), b"\xff\xfe-\0-\0").unwrap();
    inspect(&files, "it", "").is(1, &["is UTF-16"]);
}

#[test]
fn what_is_unusual_but_right_is_only_noted() {
    let files = Files::new();
    let pem = &files.pki.server("server.test").leaf.pem;
    said_of(&files, &pem.replace('\n', "\r\n"), 0, &["note: line 1: lines end with CR"]);
    said_of(&files, &format!("subject=server\n\n{pem}"), 0, &["note: line 1: text outside of blocks"]);
}

#[test]
fn a_second_broken_block_is_found_behind_the_first() {
    let files = Files::new();
    let chain = files.pki.server("server.test");
    let broken = edited(&chain.leaf.pem, |lines| lines[2].replace_range(0..1, "!"));
    let line = broken.lines().count() + 3;
    said_of(
        &files,
        &format!("{broken}{broken}{}", files.pki.intermediate.pem),
        1,
        &[
            "line 3: not base64",
            &format!("line {line}: not base64"),
            "subject      CN=test intermediate",
            "2 things are wrong",
        ],
    );
}

#[test]
fn der_that_is_malformed_is_told_by_byte_and_field() {
    let files = Files::new();
    let der = &files.pki.server("server.test").leaf.der;
    let at = |name: &[u8]| der.windows(name.len()).position(|window| window == name).unwrap();
    // notBefore is 260101000000Z; its month becomes 13.
    let time = at(b"260101000000Z");
    let key_usage = at(&[0x55, 0x1d, 15]) + 3 + 3 + 2;
    for (offset, byte, says) in [
        (4, 0x31, "byte 4: Certificate.tbsCertificate: SET where SEQUENCE must be".to_owned()),
        (time + 2, b'1', format!("byte {}: Certificate.tbsCertificate.validity.notBefore: ", time - 2)),
        (1, 0x81, "byte 0: Certificate: ".to_owned()),
        (key_usage, 0x04, "extension 2.5.29.15: its value is not".to_owned()),
    ] {
        let mut der = der.clone();
        der[offset] = byte;
        if offset == time + 2 {
            der[time + 3] = b'3';
        }
        fs::write(files.path("it.der"), &der).unwrap();
        inspect(&files, "it.der", "").is(1, &["it.der: DER", &says]);
    }
    fs::write(files.path("it.der"), der).unwrap();
    inspect(&files, "it.der", "").is(0, &["certificate\n  subject      CN=server.test"]);
    fs::write(files.path("it.der"), [&der[..], &[0]].concat()).unwrap();
    inspect(&files, "it.der", "").is(1, &[&format!("byte {}: Certificate: 1 bytes follow the end", der.len())]);
}

#[test]
fn blocks_are_compared_with_each_other() {
    let files = Files::new();
    let chain = files.pki.server("server.test");
    let (leaf, intermediate, root) = (&chain.leaf.pem, &files.pki.intermediate.pem, &files.pki.root.pem);
    said_of(&files, &format!("{leaf}{intermediate}{root}"), 0, &[]);
    said_of(&files, &format!("{intermediate}{leaf}"), 1, &["stands below its issuer (line 1)"]);
    said_of(&files, &format!("{leaf}{root}{intermediate}"), 1, &["does not stand directly below"]);
    said_of(&files, &format!("{leaf}{intermediate}{leaf}"), 1, &["is the same as at line 1"]);
    let twin = Pki::new("test");
    said_of(&files, &format!("{leaf}{}", twin.intermediate.pem), 1, &["line 1: is not signed by the certificate here"]);
    said_of(&files, &format!("{}{}", root, Pki::new("other").root.pem), 0, &["issuer       itself"]);
}

#[test]
fn validity_is_judged_at_the_time_that_is_asked_for() {
    let files = Files::new();
    let chain = files.pki.leaf("server.test", For::Server, |params| params.not_after = date_time_ymd(2026, 1, 2));
    files.write("it", &chain.leaf.pem);
    let at = |time: &str| run(symbolon().args(["inspect", &files.path("it"), "--at", time]), b"");
    at("2026-06-01").is(1, &["has expired"]);
    at("2026-01-01T12:00:00Z").is(0, &["nothing is wrong"]);
    at("2025-12-31").is(1, &["is not valid yet"]);
    at("soon").is(2, &["write 2026-05-28"]);
}

#[test]
fn requests_and_revocation_lists_are_shown() {
    let files = Files::new();
    let chain = files.pki.server("server.test");
    let mut params = rcgen::CertificateParams::new(vec!["server.test".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "wanted");
    let request = params.serialize_request(&chain.leaf.key).unwrap().pem().unwrap();
    said_of(&files, &request, 0, &["certificate request\n  subject      CN=wanted\n", "names        dns:server.test"]);

    let mut ca = rcgen::CertificateParams::default();
    ca.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 5, 1),
        next_update: date_time_ymd(2026, 7, 1),
        crl_number: 7.into(),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = rcgen::Issuer::from_params(&ca, &chain.leaf.key);
    files.write("it", &list.signed_by(&issuer).unwrap().pem().unwrap());
    inspect(&files, "it", "").is(0, &["revocation list\n", "nextUpdate   2026-07-01T00:00:00Z", "number       7"]);
    run(symbolon().args(["inspect", &files.path("it"), "--at", "2026-08-01"]), b"").is(1, &["is stale"]);
}

#[test]
fn encrypted_keys_and_stores_are_called_by_their_names() {
    if !has_openssl() {
        return;
    }
    let files = Files::new();
    let (key, cert) = (files.path("server.key"), files.path("server.pem"));
    let openssl = |arguments: &[&str]| {
        let out = files.path("it");
        let output = std::process::Command::new("openssl").args(arguments).args(["-out", &out]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&["pkcs8", "-topk8", "-in", &key, "-passout", "pass:x"]);
    inspect(&files, "it", "").is(1, &["encrypted private key", "line 1: is encrypted"]);
    openssl(&["ec", "-in", &key, "-aes128", "-passout", "pass:x"]);
    inspect(&files, "it", "").is(1, &["encrypted private key", "line 1: is encrypted"]);
    openssl(&["pkcs12", "-export", "-inkey", &key, "-in", &cert, "-passout", "pass:x"]);
    inspect(&files, "it", "").is(1, &["PKCS#12 store", "openssl pkcs12"]);
    openssl(&["ec", "-in", &key, "-no_public"]);
    inspect(&files, "it", "").is(1, &["lacks the public key"]);
    openssl(&["pkey", "-in", &key, "-pubout"]);
    inspect(&files, "it", "").is(0, &["public key\n  key          P-256"]);
}

#[test]
fn json_says_the_same() {
    let files = Files::new();
    let pem = &files.pki.server("server.test").leaf.pem;
    let broken = edited(pem, |lines| lines[4].replace_range(3..4, "!"));
    files.write("it", &format!("{pem}{broken}"));
    let done = inspect(&files, "it", "--json").is(1, &[]);
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&told["ok"], &told["format"]), (&false.into(), &"PEM".into()));
    assert_eq!(told["blocks"][0]["facts"]["names"], "dns:server.test");
    let problem = &told["blocks"][1]["problems"][0];
    assert_eq!(problem["line"], pem.lines().count() + 5);
    assert_eq!(problem["says"], "not base64");
    files.write("it", pem);
    let told: Value = serde_json::from_str(&inspect(&files, "it", "--json").is(0, &[]).out).unwrap();
    assert_eq!(told["ok"], true);
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let files = Files::new();
    inspect(&files, "nowhere", "").is(2, &["nowhere", "No such file"]);
}
