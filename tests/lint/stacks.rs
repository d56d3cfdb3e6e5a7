//! The real stacks, each asked about all chains in as few processes as it can be.

use crate::keys::openssl;
use crate::world::Case;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Clone, Debug)]
pub struct Verdict {
    pub accepts: bool,
    pub why: String,
}

/// What a stack says.
pub enum Judged {
    Verdicts {
        version: String,
        /// Of all cases in order; `None` where it could not be asked.
        all: Vec<Option<Verdict>>,
    },
    Skipped(String),
}

/// A stack, the beginning of the version that its model is checked against, and what it says.
pub type Asked = (&'static str, &'static str, Judged);

/// A case, and the folder where it is written.
pub type Written = (PathBuf, Case);

/// Writes `chain.pem`, `rest.pem` (the chain without the leaf), `leaf.pem` and `ca.pem` of every case, and a list of all.
pub fn write(folder: &Path, cases: Vec<Case>) -> Vec<Written> {
    let written: Vec<Written> =
        cases.into_iter().enumerate().map(|(n, case)| (folder.join(n.to_string()), case)).collect();
    for (folder, case) in &written {
        std::fs::create_dir_all(folder).unwrap();
        let write = |name: &str, ders: &[Vec<u8>]| {
            std::fs::write(folder.join(name), ders.iter().map(|der| pem(der)).collect::<String>())
        };
        write("chain.pem", &case.chain).unwrap();
        write("leaf.pem", &case.chain[..1]).unwrap();
        write("rest.pem", &case.chain[1..]).unwrap();
        write("ca.pem", &case.anchors).unwrap();
    }
    let list = written
        .iter()
        .map(|(folder, case)| json!({ "folder": folder, "client": case.client, "host": case.host, "key": case.key }));
    std::fs::write(folder.join("cases.json"), Value::from_iter(list).to_string()).unwrap();
    written
}

pub fn pem(der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for three in line.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for n in 0..4 {
                let index = usize::try_from(bits >> (18 - 6 * n) & 63).unwrap();
                text.push(if n > three.len() { '=' } else { char::from(ALPHABET[index]) });
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// Asks every stack.
pub fn judge(folder: &Path, cases: &[Written]) -> Vec<Asked> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let list = folder.join("cases.json");
    let mut python = Command::new(python());
    let told = several(python.arg(here.join("judge.py")).arg(&list));
    let of_python = |stack: &str| match &told {
        Ok(told) => verdicts(&told[stack], cases.len()),
        Err(why) => Judged::Skipped(format!("Python can't be asked: {why}")),
    };
    let mut go = Command::new("go");
    let go = match several(go.args(["run", "judge.go"]).arg(&list).current_dir(&here)) {
        Ok(told) => verdicts(&told, cases.len()),
        Err(why) => Judged::Skipped(format!("`go run` fails: {why}")),
    };
    let verify = |options: &[&str]| Judged::Verdicts {
        version: String::from_utf8(openssl(&["version"])).unwrap(),
        all: cases.iter().map(|case| Some(verify(case, options))).collect(),
    };
    let webpki = Judged::Verdicts {
        version: "0.103".to_owned(),
        all: cases.iter().map(|(_, case)| Some(webpki(case))).collect(),
    };
    vec![
        ("openssl", "OpenSSL 3.0.", verify(&[])),
        ("openssl-strict", "OpenSSL 3.0.", verify(&["-x509_strict"])),
        ("python-ssl", "OpenSSL 3.0.", of_python("ssl")),
        ("go", "go1.19", go),
        ("webpki", "0.103", webpki),
        ("cryptography", "48.", of_python("cryptography")),
    ]
}

/// The interpreter that has `cryptography`: of the environment that `setup.sh` makes, or else the one on the PATH.
fn python() -> PathBuf {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../lint-python/bin/python");
    if made.exists() { made } else { "python3".into() }
}

fn verify((folder, case): &Written, options: &[&str]) -> Verdict {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(["verify", "-no-CApath", "-no-CAstore", "-CAfile", "ca.pem"]).args(options);
    command.args(["-purpose", if case.client { "sslclient" } else { "sslserver" }]);
    if case.chain.len() > 1 {
        command.args(["-untrusted", "rest.pem"]);
    }
    if !case.client {
        let option = if case.host.parse::<IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
        command.args([option, &case.host]);
    }
    let output = command.arg("leaf.pem").stdin(Stdio::null()).output().unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().find(|line| line.starts_with("error ")).unwrap_or_default().to_owned();
    Verdict { accepts: output.status.success(), why }
}

fn webpki(case: &Case) -> Verdict {
    let asked = || {
        use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
        use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
        let certificates: Vec<_> = case.chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let anchors: Vec<_> = case.anchors.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let anchors: Vec<_> = anchors.iter().filter_map(|anchor| anchor_from_trusted_cert(anchor).ok()).collect();
        let usage = if case.client { KeyUsage::client_auth() } else { KeyUsage::server_auth() };
        let now = UnixTime::now();
        let leaf = EndEntityCert::try_from(&certificates[0])?;
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &certificates[1..], now, usage, None, None)?;
        if !case.client {
            let name = ServerName::try_from(case.host.as_str());
            leaf.verify_is_valid_for_subject_name(&name.map_err(|_| webpki::Error::MalformedDnsIdentifier)?)?;
        }
        Ok(())
    };
    let verdict: Result<(), webpki::Error> = asked();
    Verdict { accepts: verdict.is_ok(), why: verdict.err().map(|error| error.to_string()).unwrap_or_default() }
}

/// Runs a program that prints its verdicts as one JSON value.
fn several(command: &mut Command) -> Result<Value, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// A version and a list with, for every case, null for accepted, a reason for refused, or an object that says why it was
/// not asked; or why nothing was asked.
fn verdicts(told: &Value, count: usize) -> Judged {
    let (Some(version), Some(all)) = (told["version"].as_str(), told["verdicts"].as_array()) else {
        return Judged::Skipped(told.as_str().unwrap_or_default().to_owned());
    };
    assert_eq!(all.len(), count);
    let verdict = |told: &Value| match told {
        Value::Null => Some(Verdict { accepts: true, why: String::new() }),
        Value::String(why) => Some(Verdict { accepts: false, why: why.clone() }),
        _ => None,
    };
    Judged::Verdicts { version: version.to_owned(), all: all.iter().map(verdict).collect() }
}
