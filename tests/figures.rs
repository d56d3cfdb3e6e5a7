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

// [4.2-2] [4.2.5-3] [4.2.9-2] [8879-3-5] [9149-3-1]
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
    let mut drawn = BTreeMap::<String, BTreeSet<String>>::new();
    for line in figure("key-schedule.txt") {
        let (result, label) = match (line[0].as_str(), &line[1..]) {
            ("HKDF-Extract", [.., result]) => (result, ""),
            ("Derive-Secret", [_, label, .., result]) => (result, label.trim_matches('"')),
            other => panic!("{other:?}"),
        };
        drawn.entry(result.clone()).or_default().insert(label.to_owned());
    }
    let shown = [
        SecretName::Early,
        SecretName::Binder("ext binder"),
        SecretName::Binder("res binder"),
        SecretName::ClientEarlyTraffic,
        SecretName::EarlyExporter,
        SecretName::Handshake,
        SecretName::ClientHandshakeTraffic,
        SecretName::ServerHandshakeTraffic,
        SecretName::Master,
        SecretName::ClientApplicationTraffic(0),
        SecretName::ServerApplicationTraffic(0),
        SecretName::Exporter,
        SecretName::Resumption,
    ];
    for secret in shown {
        // The figure of the RFC writes "Early Secret" where the transcription has early_secret.
        let name = secret.to_string().to_lowercase().replace(' ', "_");
        assert!(drawn.get_mut(&name).is_some_and(|labels| labels.remove(secret.label())), "{secret}");
    }
    drawn.retain(|_, labels| !labels.is_empty());
    // What is never shown is the salts.
    assert_eq!(drawn.into_keys().collect::<Vec<_>>(), ["handshake_salt", "master_salt"]);
    assert_ne!(SecretName::ClientApplicationTraffic(1).label(), SecretName::ClientApplicationTraffic(0).label());
}
