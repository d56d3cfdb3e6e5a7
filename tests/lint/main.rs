//! `symbolon lint` beside the stacks that it models.
//!
//! Some hundred chains are judged by the tool and by the stacks themselves: `openssl verify`, with and without
//! `-x509_strict`, Python's `ssl` and `cryptography`, Go's `crypto/x509`, and the crate `rustls-webpki`. A stack that is
//! not on this machine is skipped, and said to be; `tests/lint/setup.sh` installs them. Every disagreement is printed, and
//! must be listed in `known.txt`, with the reason.

#![allow(unreachable_pub)]

#[allow(dead_code)]
#[path = "../util/tool.rs"]
mod tool;
#[path = "../util/mod.rs"]
mod util;

mod cases;
mod certificates;
mod deviations;
mod keys;
mod names;
mod output;
mod recipes;
mod stacks;
mod world;

use keys::Keys;
use serde_json::Value;
use stacks::{Judged, Verdict};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use world::Case;

const KNOWN: &str = include_str!("known.txt");

/// At least as many in a hundred must agree.
const AGREEMENT: usize = 98;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("lint-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn models_agree_with_the_stacks_that_they_model() {
    if util::openssl::is_missing() {
        return;
    }
    let folder = Folder::new();
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let keys = Keys::new(&folder.0);
    let mut cases = cases::all(now, &keys);
    cases.extend(recipes::all(&folder.0));
    assert!(cases.len() >= 300, "{} chains", cases.len());
    let cases = stacks::write(&folder.0, cases);
    let models: Vec<BTreeMap<String, Verdict>> = cases.iter().map(|(folder, case)| lint(folder, case)).collect();

    let (mut wrong, mut unlisted, mut poor) = (Vec::new(), Vec::new(), Vec::new());
    println!("{} chains", cases.len());
    for (stack, modelled, judged) in stacks::judge(&folder.0, &cases) {
        let (version, judged) = match judged {
            Judged::Verdicts { version, all } => (version, all),
            Judged::Skipped(why) => {
                println!("{stack:<15} skipped: {why}");
                continue;
            }
        };
        let asked = || cases.iter().zip(&models).zip(&judged).filter_map(|(of, real)| Some((of, real.as_ref()?)));
        let differ = asked().filter(|((_, model), real)| real.accepts != model[stack].accepts);
        let differ: Vec<Disagreement> = differ
            .map(|(((_, case), model), real)| Disagreement { stack, chain: &case.name, real, model: &model[stack] })
            .collect();
        let (compared, accepted) = (asked().count(), asked().filter(|(_, real)| real.accepts).count());
        let agree = compared - differ.len();
        println!("{stack:<15} {agree} of {compared} agree; {accepted} are accepted by {}", version.trim());
        if agree * 100 < compared * AGREEMENT {
            poor.push(stack);
        }
        // Of another version more may differ.
        unlisted.extend(
            differ.iter().filter(|it| version.starts_with(modelled) && !it.is_known()).map(ToString::to_string),
        );
        wrong.extend(differ.iter().map(ToString::to_string));
    }
    println!("{}", wrong.concat());
    assert!(poor.is_empty(), "less than {AGREEMENT} % agree: {poor:?}");
    assert!(unlisted.is_empty(), "not in tests/lint/known.txt:{}", unlisted.concat());
}

/// A chain of which a stack and its model think differently.
struct Disagreement<'a> {
    stack: &'a str,
    chain: &'a str,
    real: &'a Verdict,
    model: &'a Verdict,
}

impl Disagreement<'_> {
    fn is_known(&self) -> bool {
        KNOWN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).any(|line| {
            let [stack, chain, _reason] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
            (stack, chain) == (self.stack, self.chain)
        })
    }
}

impl std::fmt::Display for Disagreement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |verdict: &Verdict| if verdict.accepts { "accepts" } else { "refuses" };
        let Self { stack, chain, real, model } = self;
        write!(f, "\n{stack} | {chain}: it {} ({}), the model {} ({})", word(real), real.why, word(model), model.why)
    }
}

/// What the tool says of every stack.
fn lint(folder: &Path, case: &Case) -> BTreeMap<String, Verdict> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symbolon"));
    command.arg("lint").arg(folder.join("chain.pem")).arg("--ca").arg(folder.join("ca.pem")).arg("--json");
    if case.client {
        command.args(["--purpose", "client"]);
    } else {
        command.arg(format!("--name={}", case.host));
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    let judged: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{}: {error}: {told}", case.name));
    assert_eq!(output.status.code(), Some(i32::from(judged["accepted"] != true)), "{}", case.name);
    let verdict = |judged: &Value| {
        let findings = judged["findings"].as_array().unwrap();
        assert_eq!(findings.is_empty(), judged["accepts"] == true, "{}", case.name);
        let whys = findings.iter().map(|it| format!("{} {}", it["certificate"], it["wrong"].as_str().unwrap()));
        let verdict = Verdict { accepts: findings.is_empty(), why: whys.collect::<Vec<_>>().join("; ") };
        (judged["stack"].as_str().unwrap().to_owned(), verdict)
    };
    judged["stacks"].as_array().unwrap().iter().map(verdict).collect()
}
