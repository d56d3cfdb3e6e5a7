//! Tables in the code against the figures of the RFC, as `spec-notes/figures` transcribes them. `table.rs` has the two state
//! machines.

use std::collections::{BTreeMap, BTreeSet};
use symbolon::wire::{AlertDescription, ExtensionType, In, Places, TABLE};
use symbolon::{Reason, SecretName};

/// The lines of a figure, each cut into its fields.
fn figure(file: &str) -> Vec<Vec<String>> {
    let path = format!("{}/spec-notes/figures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split("  ").map(|field| field.trim().to_owned()).collect()).collect()
}

// [4.2-2] [4.2.5-3] [4.2.9-2] [9149-3-1]
#[test]
fn extensions_stand_in_the_messages_that_the_table_allows() {
    let message = |name: &str| match name {
        "CH" => In::ClientHello,
        "SH" => In::ServerHello,
        "HRR" => In::HelloRetryRequest,
        "EE" => In::EncryptedExtensions,
        "CR" => In::CertificateRequest,
        "CT" => In::Certificate,
        "NST" => In::NewSessionTicket,
        other => panic!("{other}"),
    };
    let messages = |places: &Places| {
        In::ALL.iter().filter(|place| places.contains(**place)).map(|place| format!("{place:?}")).collect()
    };
    let ours: BTreeMap<_, BTreeSet<_>> = TABLE.iter().map(|(t, places)| (t.0, messages(places))).collect();
    let mut drawn = BTreeMap::new();
    for line in figure("ext-table.txt") {
        let [name, number, messages] = &line[..] else { panic!("{line:?}") };
        let number = number.parse().unwrap();
        assert_eq!(ExtensionType(number).name(), Some(name.as_str()));
        drawn.insert(number, messages.split(',').map(|name| format!("{:?}", message(name))).collect());
    }
    assert_eq!(ours, drawn);
    assert_eq!(TABLE.len(), drawn.len(), "an extension stands there twice");
}

#[test]
fn alerts_have_the_names_and_numbers_of_the_rfc_and_only_those_are_sent() {
    let drawn: BTreeMap<u8, String> =
        figure("alerts.txt").into_iter().map(|line| (line[1].parse().unwrap(), line[0].clone())).collect();
    for (number, name) in &drawn {
        assert_eq!(AlertDescription(*number).name(), Some(name.as_str()));
        assert_ne!(AlertDescription(*number).meaning(), AlertDescription(255).meaning(), "{name} is explained");
    }
    for reason in Reason::ALL {
        assert!(drawn.contains_key(&reason.alert().0), "{reason:?} is answered with {}", reason.alert());
    }
}

#[test]
fn secrets_have_the_names_and_labels_of_the_key_schedule() {
    let drawn: BTreeMap<String, String> = figure("key-schedule.txt")
        .into_iter()
        .filter(|line| line[0] == "Derive-Secret")
        .map(|line| (line[4].clone(), line[2].trim_matches('"').to_owned()))
        .collect();
    let shown = [
        SecretName::ClientHandshakeTraffic,
        SecretName::ServerHandshakeTraffic,
        SecretName::ClientApplicationTraffic(0),
        SecretName::ServerApplicationTraffic(0),
        SecretName::Exporter,
        SecretName::Resumption,
    ];
    for secret in shown {
        assert_eq!(drawn.get(&secret.to_string()).map(String::as_str), Some(secret.label()));
    }
    // What is left belongs to PSKs, or is a salt.
    let unused: BTreeSet<&str> = drawn
        .keys()
        .map(String::as_str)
        .filter(|name| shown.iter().all(|secret| secret.to_string() != *name))
        .collect();
    let expected =
        ["binder_key", "client_early_traffic_secret", "early_exporter_master_secret", "handshake_salt", "master_salt"];
    assert_eq!(unused.into_iter().collect::<Vec<_>>(), expected);
    assert_ne!(SecretName::ClientApplicationTraffic(1).label(), SecretName::ClientApplicationTraffic(0).label());
}
