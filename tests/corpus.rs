//! Everything that the fuzzers started from or found, through the same functions, on stable.
#![cfg(all(feature = "mlkem", feature = "ring"))]

#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)] // the seeds are made with more of it
mod fuzz;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use symbolon::StateName;

fn folder(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(of)
}

/// The files of a folder, with their names.
fn files(of: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(of).unwrap_or_else(|e| panic!("{}: {e}", of.display()));
    entries.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_file_of_every_corpus_keeps_the_promises() {
    for (name, target) in fuzz::TARGETS {
        let corpus = files(&folder("corpus").join(name));
        assert!(!corpus.is_empty(), "the corpus of {name} is empty");
        for (path, bytes) in corpus {
            let kept = std::panic::catch_unwind(|| target(&bytes));
            assert!(kept.is_ok(), "{}", path.display());
        }
    }
}

#[test]
fn every_fuzzer_is_listed_and_has_a_corpus() {
    let listed: BTreeSet<_> = fuzz::TARGETS.iter().map(|(name, _)| name.to_string()).collect();
    let stems = |of: &str, paths: fs::ReadDir| -> BTreeSet<_> {
        paths
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .inspect(|stem| assert!(!stem.is_empty(), "{of}"))
            .collect()
    };
    for of in ["fuzz_targets", "corpus"] {
        assert_eq!(stems(of, fs::read_dir(folder(of)).unwrap()), listed, "{of}");
    }
}

#[test]
fn fuzzers_of_connections_come_to_connected_when_nobody_interferes() {
    assert_eq!(fuzz::client_machine(&[]), StateName::Connected);
    assert_eq!(fuzz::server_machine(&[]), StateName::Connected);
    assert_eq!(fuzz::psk_client(&[]), StateName::Connected);
    assert_eq!(fuzz::psk_server(&[]), StateName::Connected);
    assert_eq!(fuzz::pair(&[]), (StateName::Connected, StateName::Connected));
    assert_eq!(fuzz::records(&[1]), StateName::Connected);
}

/// A fuzzer that can't tell good from bad finds nothing: in each corpus of connections, some fail and some do not.
#[test]
fn corpora_of_connections_hold_both_outcomes() {
    type Target = fn(&[u8]) -> StateName;
    let targets: [(&str, Target); 5] = [
        ("psk_client", fuzz::psk_client),
        ("psk_server", fuzz::psk_server),
        ("client_machine", fuzz::client_machine),
        ("server_machine", fuzz::server_machine),
        ("pair", |b| fuzz::pair(b).1),
    ];
    for (name, target) in targets {
        let states: Vec<_> = files(&folder("corpus").join(name)).iter().map(|(_, bytes)| target(bytes)).collect();
        for state in [StateName::Connected, StateName::Failed] {
            assert!(states.iter().filter(|found| **found == state).count() >= 10, "{name}: few come to {state}");
        }
    }
}
