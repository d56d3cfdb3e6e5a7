//! The other test files once more, with the provider that the crate is named after: `util::provider` sees to that.
//!
//! Each brings its own copy of `util`, as in a crate of its own. What needs RSA says that it is skipped.
#![allow(clippy::duplicate_mod)]

/// The files that are taken in, and a list of them.
macro_rules! taken_in {
    ($($path:literal $name:ident)*) => {
        $(#[path = $path] mod $name;)*

        const TAKEN_IN: &[&str] = &[$($path),*];
    };
}

taken_in! {
    "../asks/main.rs" asks
    "../buffers.rs" buffers
    "../client_auth.rs" client_auth
    "../compression/main.rs" compression
    "../credentials/main.rs" credentials
    "../drivers.rs" drivers
    "../embedded_io/main.rs" embedded_io
    "../exporters.rs" exporters
    "../faults/main.rs" faults
    "../good_signatures.rs" good_signatures
    "../half_rtt.rs" half_rtt
    "../hkdf.rs" hkdf
    "../identity.rs" identity
    "../interop_config/main.rs" interop_config
    "../key_update.rs" key_update
    "../keylog.rs" keylog
    "../limbo.rs" limbo
    "../limits.rs" limits
    "../load.rs" load
    "../mtls.rs" mtls
    "../observe.rs" observe
    "../openssl_live/main.rs" openssl_live
    "../openssl_refusals.rs" openssl_refusals
    "../post_quantum/main.rs" post_quantum
    "../properties/main.rs" properties
    "../resumption/main.rs" resumption
    "../resumption_hostile/main.rs" resumption_hostile
    "../resumption_stores.rs" resumption_stores
    "../returns/main.rs" returns
    "../revocation.rs" revocation
    "../revocation_openssl.rs" revocation_openssl
    "../secrets.rs" secrets
    "../tokio/main.rs" tokio_driver
    "../trust.rs" trust
    "../verdicts.rs" verdicts
    "../write.rs" write
    "../wycheproof.rs" wycheproof
    "../x509/main.rs" x509
}

/// The other files, and why they are not taken in.
const LEFT_OUT: &[(&str, &[&str])] = &[
    ("run with every provider anyway", &["providers/main.rs", "rfc8448/main.rs"]),
    ("take in the others", &["aws_lc_rs.rs", "rustcrypto.rs"]),
    (
        "the provider in them has no secrets",
        &[
            "alerts.rs",
            "hello.rs",
            "hellos.rs",
            "large_hellos.rs",
            "operations.rs",
            "psk.rs",
            "table/main.rs",
            "unasked.rs",
        ],
    ),
    (
        "no provider is in them",
        &["corpus.rs", "kv.rs", "redis.rs", "wire.rs", "wire_properties.rs", "wire_refusals.rs"],
    ),
    ("is of builds without a heap, where `ring` can't be", &["no_heap.rs"]),
    ("are about the sources", &["figures.rs", "layers.rs", "notes.rs"]),
    ("does over and over what `openssl_refusals.rs` does once", &["every_refusal.rs"]),
    ("its figures are those of `ring`", &["idle.rs", "crl_memory.rs"]),
    (
        "the tools have `ring`",
        &[
            "bogo/main.rs",
            "inspect.rs",
            "lint/main.rs",
            "tool.rs",
            "tool_bench.rs",
            "tool_credentials.rs",
            "tool_demo.rs",
            "tool_resumption.rs",
            "tool_revocation.rs",
            "verify.rs",
        ],
    ),
];

fn tests() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[test]
fn every_test_file_is_taken_in_or_left_out_for_a_reason() {
    let mut decided: Vec<&str> = TAKEN_IN.iter().map(|path| path.trim_start_matches("../")).collect();
    decided.extend(LEFT_OUT.iter().flat_map(|(_, files)| files.iter()));
    for entry in std::fs::read_dir(tests()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let file = if name.ends_with(".rs") { name } else { format!("{name}/main.rs") };
        if tests().join(&file).exists() {
            assert!(decided.contains(&file.as_str()), "tests/{file} is neither taken in nor left out for a reason");
        }
    }
    for file in decided {
        assert!(tests().join(file).exists(), "there is no tests/{file}");
    }
}

/// A test that names `Ring` would run with that twice.
#[test]
fn what_is_taken_in_asks_for_its_provider() {
    for path in TAKEN_IN.iter().map(|path| tests().join(path.trim_start_matches("../"))) {
        let files = match path.ends_with("main.rs") {
            true => files_in(path.parent().unwrap()),
            false => vec![path],
        };
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("Ring::") && !text.contains("RingSigner"), "{}", file.display());
        }
    }
}

/// All files of a directory, and of those in it.
fn files_in(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}
