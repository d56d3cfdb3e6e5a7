//! x509-limbo: chains that other implementations got wrong, each with the verdict that is right.
//!
//! The suite is not part of the crate; without it there is nothing to test. What is judged otherwise here is listed in
//! `limbo-known.txt`, each with the reason, and the list must be exact: a case that is judged right must leave it.
#![cfg(all(feature = "std", feature = "ring"))]

#[path = "../examples/limbo/judge.rs"]
mod judge;
mod util;

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use symbolon::x509::{GoodSignatures, pem};
use util::provider::{lacks_rsa, provider};

const SUITE: &str = "../shared/x509-limbo/limbo-open.json";
const KNOWN: &str = include_str!("limbo-known.txt");

#[test]
fn every_chain_of_x509_limbo_is_judged_as_the_suite_says_or_listed_with_the_reason() {
    let Ok(text) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SUITE)) else {
        println!("skipped: {SUITE} is not there");
        return;
    };
    let suite: Value = serde_json::from_str(&text).unwrap();
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let (mut wrong, mut skipped) = (BTreeMap::new(), BTreeSet::new());
    let good = GoodSignatures::new(&provider(), 1 << 16).unwrap();
    let without_rsa = lacks_rsa("cases of x509-limbo with RSA keys");
    for case in suite["testcases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if without_rsa && has_rsa_key(case) {
            skipped.insert(id);
            continue;
        }
        let verdict = judge::judge(&provider(), case, None);
        // What was remembered of this case, and of all before it, changes nothing.
        for _ in 0..2 {
            assert_eq!(judge::judge(&provider(), case, Some(&good)), verdict, "{id}");
        }
        let expected = case["expected_result"] == "SUCCESS";
        let count = counts.entry(id.split("::").next().unwrap()).or_default();
        count[match (&verdict, expected) {
            (Ok(_), true) => 0,
            (Err(_), false) => 1,
            (Ok(_), false) => 2,
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
