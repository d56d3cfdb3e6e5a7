//! Who may import whom: a module sees only the floors below it. See `spec-notes/decisions.md` for the drawing.

use std::fs;
use std::path::{Path, PathBuf};

/// A module of `src/`, the modules of ours that it may name, and the foreign crates that it alone may name.
const FLOORS: &[(&str, &[&str], &[&str])] = &[
    // L0: bytes and reasons; no crypto, no state
    ("wire", &[], &["untrusted"]),
    ("fault", &["wire"], &[]),
    ("buffer", &[], &[]),
    ("shared", &[], &[]),
    // L1
    ("crypto", &["shared", "wire", "fault"], PRIMITIVES),
    // L2: four islands
    ("transcript", &["crypto", "wire", "fault"], &[]),
    ("schedule", &["crypto", "wire", "fault"], &[]),
    ("record", &["buffer", "crypto", "wire", "fault"], &[]),
    ("x509", &["shared", "crypto", "wire", "fault"], &["der", "zeroize"]),
    // L3
    ("identity", &["shared", "x509", "crypto", "wire", "fault"], &[]),
    ("resumption", &["shared", "identity", "x509", "crypto", "wire", "fault"], &["redis", "zeroize"]),
    ("config", &["resumption", "shared", "identity", "x509", "crypto", "wire", "fault"], &["brotli", "miniz_oxide"]),
    // L4: everything below but `record`, so that data goes one way
    (
        "handshake",
        &["shared", "config", "resumption", "identity", "x509", "schedule", "transcript", "crypto", "wire", "fault"],
        &[],
    ),
    // L5
    (
        "connection",
        &[
            "error",
            "shared",
            "handshake",
            "config",
            "resumption",
            "identity",
            "x509",
            "record",
            "schedule",
            "crypto",
            "wire",
            "fault",
        ],
        &[],
    ),
    ("error", &["wire", "fault"], &[]),
    // L6
    (
        "io",
        &[
            "connection",
            "error",
            "shared",
            "handshake",
            "config",
            "resumption",
            "identity",
            "x509",
            "record",
            "crypto",
            "wire",
            "fault",
        ],
        &["std", "embedded_io", "embedded_io_async", "tokio"],
    ),
    (
        "observe",
        &["connection", "error", "handshake", "resumption", "schedule", "x509", "crypto", "wire", "fault"],
        &["std"],
    ),
];

/// What the providers are made of, and `der` for the private keys of the second.
const PRIMITIVES: &[&str] = &[
    "ring",
    "x25519_dalek",
    "zeroize",
    "subtle",
    "aes_gcm",
    "chacha20poly1305",
    "der",
    "ed25519_dalek",
    "hmac",
    "ml_kem",
    "p256",
    "p384",
    "primefield",
    "primeorder",
    "sha2",
];

/// Foreign crates of the library. `alloc` and `core` are everybody's.
const FOREIGN: &[&[&str]] =
    &[PRIMITIVES, &["untrusted", "embedded_io", "embedded_io_async", "tokio", "redis", "brotli", "miniz_oxide"]];

fn sources(of: &str) -> Vec<PathBuf> {
    fn walk(dir: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                walk(&entry, all);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                all.push(entry);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    if src.join(of).is_dir() {
        walk(&src.join(of), &mut all);
    } else {
        all.push(src.join(of).with_extension("rs"));
    }
    all
}

/// The modules named after `crate::` in code, `use crate::{a, b}` included; tests and comments aside.
fn named(text: &str) -> Vec<String> {
    let code: String = text
        .split("#[cfg(test)]")
        .next()
        .unwrap()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for c in list.chars() {
                match c {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut item)),
                    c => item.push(c),
                }
            }
            names.push(item);
        } else {
            names.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names.iter().map(|n| n.trim().split("::").next().unwrap().to_owned()).filter(|n| !n.is_empty()).collect()
}

/// What `lib.rs` re-exports at the crate's root, and where it really lives.
fn home(name: &str) -> &str {
    match name {
        "ClientRole" | "ServerRole" => "handshake",
        other => other,
    }
}

#[test]
fn a_module_names_only_the_floors_below_it() {
    let mut wrong = Vec::new();
    for (module, may, _) in FLOORS {
        for path in sources(module) {
            for name in named(&fs::read_to_string(&path).unwrap()) {
                let name = home(&name);
                if name != *module && !may.contains(&name) {
                    wrong.push(format!("{} names crate::{name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_foreign_crate_is_named_on_one_floor() {
    let mut wrong = Vec::new();
    for (module, _, may) in FLOORS {
        for path in sources(module) {
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for foreign in FOREIGN.concat().iter().filter(|foreign| !may.contains(foreign)) {
                    let direct = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                    if direct.clone().any(|word| word.starts_with(&format!("{foreign}::"))) {
                        wrong.push(format!("{}: {}", path.display(), line.trim()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_library_has_a_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name != "lib" && name != "bin" {
            assert!(FLOORS.iter().any(|(module, ..)| *module == name), "{name} has no floor");
        }
    }
}
