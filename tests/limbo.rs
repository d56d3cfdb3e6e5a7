//! x509-limbo: chains that other implementations got wrong, each with the verdict that is right.
//!
//! The suite is not part of the crate; without it there is nothing to test. What is judged otherwise here is listed in
//! `limbo-known.txt`, each with the reason, and the list must be exact: a case that is judged right must leave it.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use symbolon::{
    identity::{Allow, spki_sha256},
    x509::{Anchors, Purpose, Question, ServerName, UnixTime, pem, verify},
};
use util::provider::{lacks_rsa, provider};

const SUITE: &str = "../shared/x509-limbo/limbo-open.json";
const KNOWN: &str = include_str!("limbo-known.txt");

/// For cases that are to be judged "now": a time at which the certificates of the suite are valid, or had expired when
/// the suite was made.
const MADE: &str = "2026-01-01T00:00:00+00:00";

#[test]
fn every_chain_of_x509_limbo_is_judged_as_the_suite_says_or_listed_with_the_reason() {
    let Ok(text) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SUITE)) else {
        println!("skipped: {SUITE} is not there");
        return;
    };
    let suite: Value = serde_json::from_str(&text).unwrap();
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let (mut wrong, mut skipped) = (BTreeMap::new(), BTreeSet::new());
    let without_rsa = lacks_rsa("cases of x509-limbo with RSA keys");
    for case in suite["testcases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if without_rsa && has_rsa_key(case) {
            skipped.insert(id);
            continue;
        }
        let verdict = judge(case);
        let expected = case["expected_result"] == "SUCCESS";
        let count = counts.entry(id.split("::").next().unwrap()).or_default();
        count[match (&verdict, expected) {
            (Ok(()), true) => 0,
            (Err(_), false) => 1,
            (Ok(()), false) => 2,
            (Err(_), true) => 3,
        }] += 1;
        if verdict.is_ok() != expected {
            wrong.insert(id, verdict.err().unwrap_or_else(|| "accepted".into()));
        }
    }
    println!("{:<14} accepted  refused  wrongly accepted  wrongly refused", "");
    for (namespace, [accepted, refused, wrongly_accepted, wrongly_refused]) in counts {
        println!("{namespace:<14} {accepted:>8} {refused:>8} {wrongly_accepted:>17} {wrongly_refused:>16}");
    }

    let known: BTreeSet<&str> = KNOWN
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(", ").unwrap_or_else(|| panic!("{line}: no reason")).0)
        .collect();
    let unlisted: Vec<_> = wrong.iter().filter(|(id, _)| !known.contains(*id)).collect();
    let judged_right: Vec<_> = known.iter().filter(|id| !wrong.contains_key(*id) && !skipped.contains(*id)).collect();
    assert!(unlisted.is_empty(), "judged wrong, but not in limbo-known.txt: {unlisted:#?}");
    assert!(judged_right.is_empty(), "in limbo-known.txt, but judged right: {judged_right:#?}");
}

/// Whether any certificate has a key of kind rsaEncryption (RFC 3279 §2.3.1).
fn has_rsa_key(case: &Value) -> bool {
    let lists = ["trusted_certs", "untrusted_intermediates"].map(|name| case[name].as_array().unwrap());
    let all = lists.into_iter().flatten().chain([&case["peer_certificate"]]).map(|pem| pem.as_str().unwrap());
    let rsa_encryption = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1];
    all.flat_map(|text| pem::blocks(text.as_bytes())).any(|block| {
        let Ok(block) = block else { return false };
        block.der.windows(rsa_encryption.len()).any(|window| window == rsa_encryption)
    })
}

/// The verdict on a case; an error says why.
fn judge(case: &Value) -> Result<(), String> {
    let crypto = provider();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value| -> Vec<String> { value.as_array().unwrap().iter().map(text).collect() };
    let anchors = Anchors::from_pem(list(&case["trusted_certs"]).concat().as_bytes()).map_err(|e| e.to_string())?;
    let sent = text(&case["peer_certificate"]) + &list(&case["untrusted_intermediates"]).concat();
    let sent: Vec<_> = pem::blocks(sent.as_bytes()).map(|block| block.unwrap().der).collect();
    let chain: Vec<&[u8]> = sent.iter().map(|der| der.as_slice()).collect();
    let now = seconds(case["validation_time"].as_str().unwrap_or(MADE));
    let purpose = match case["validation_kind"].as_str() {
        Some("SERVER") => Purpose::Server,
        Some("CLIENT") => Purpose::Client,
        other => panic!("{other:?}"),
    };
    let name = match &case["expected_peer_name"] {
        Value::Null => None,
        name => Some(text(&name["value"])),
    };
    let name = name.as_deref().map(ServerName::parse).transpose().map_err(|e| e.to_string())?;
    let verified = verify(&crypto, &chain, &Question::new(&anchors, now, purpose).name(name.as_ref()))
        .map_err(|fault| format!("{:?} {} {}", fault.reason(), fault.place(), fault.figures()))?;
    for name in case["expected_peer_names"].as_array().unwrap() {
        assert_eq!(name["kind"], "RFC822");
        Allow::email(text(&name["value"]))
            .check(verified.leaf(), &spki_sha256(&crypto, verified.leaf()))
            .map_err(|fault| format!("{:?}", fault.reason()))?;
    }
    // A limit of the caller's, who sees the path.
    match case["max_chain_depth"].as_u64() {
        Some(depth) if verified.path().count() as u64 > depth + 1 => Err("deeper than the caller wants".into()),
        _ => Ok(()),
    }
}

/// `YYYY-MM-DDTHH:MM:SS+00:00`
fn seconds(time: &str) -> UnixTime {
    let field = |at: usize, len: usize| time[at..at + len].parse::<i64>().unwrap();
    assert!(time.ends_with("+00:00"), "{time}");
    let (year, month, day) = (field(0, 4), field(5, 2), field(8, 2));
    // Months are counted from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    UnixTime(days * 86_400 + field(11, 2) * 3600 + field(14, 2) * 60 + field(17, 2))
}
