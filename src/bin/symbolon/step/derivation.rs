//! How a secret comes about (RFC 8446 §4.6.1, §7.1, §7.2), in one line.

use symbolon::SecretName;

/// Where an Early Secret begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Psk,
    Nothing,
}

/// `early` tells what the Early Secret is of.
pub(super) fn derivation(name: SecretName, early: From) -> String {
    let label = name.label();
    let (from, messages) = match name {
        SecretName::Early if early == From::Psk => return "HKDF-Extract(0, PSK)".to_owned(),
        SecretName::Early => return "HKDF-Extract(0, 0)".to_owned(),
        SecretName::Handshake => return extract("Early Secret", "(EC)DHE"),
        SecretName::Master => return extract("Handshake Secret", "0"),
        SecretName::ClientApplicationTraffic(1..) | SecretName::ServerApplicationTraffic(1..) => {
            return format!("HKDF-Expand-Label(the one before, {label:?}, \"\", Hash.length)");
        }
        SecretName::TicketPsk => {
            return format!("HKDF-Expand-Label(resumption_master_secret, {label:?}, ticket_nonce, Hash.length)");
        }
        SecretName::Binder(_) => ("Early Secret", "\"\""),
        SecretName::ClientEarlyTraffic | SecretName::EarlyExporter => ("Early Secret", "ClientHello"),
        SecretName::ClientHandshakeTraffic | SecretName::ServerHandshakeTraffic => {
            ("Handshake Secret", "ClientHello...ServerHello")
        }
        SecretName::Resumption => ("Master Secret", "ClientHello...client Finished"),
        SecretName::ClientApplicationTraffic(0) | SecretName::ServerApplicationTraffic(0) | SecretName::Exporter => {
            ("Master Secret", "ClientHello...server Finished")
        }
    };
    format!("Derive-Secret({from}, {label:?}, {messages})")
}

fn extract(salted_by: &str, input: &str) -> String {
    format!("HKDF-Extract(Derive-Secret({salted_by}, \"derived\", \"\"), {input})")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of the figure, in its own words.
    #[test]
    fn every_secret_is_derived_as_the_figure_of_the_key_schedule_has_it() {
        let figure = include_str!("../../../../spec-notes/figures/key-schedule.txt");
        let names = [
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
        let mut salt = String::new();
        let mut drawn = Vec::new();
        let title = |name: &str| match name {
            "early_secret" => "Early Secret".to_owned(),
            "handshake_secret" => "Handshake Secret".to_owned(),
            "master_secret" => "Master Secret".to_owned(),
            other => other.to_owned(),
        };
        for line in figure.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split("  ").map(str::trim).filter(|field| !field.is_empty()).collect::<Vec<_>>()[..] {
                ["HKDF-Extract", salt_name, input, result] => {
                    let from = if salt_name == "0" { "0".to_owned() } else { std::mem::take(&mut salt) };
                    drawn.push((title(result), format!("HKDF-Extract({from}, {input})")));
                }
                ["Derive-Secret", from, "\"derived\"", messages, _] => {
                    salt = format!("Derive-Secret({}, \"derived\", {messages})", title(from));
                }
                ["Derive-Secret", from, label, messages, result] => {
                    drawn.push((title(result), format!("Derive-Secret({}, {label}, {messages})", title(from))));
                }
                ref other => panic!("{other:?}"),
            }
        }
        let ours: Vec<_> = names.iter().map(|name| (name.to_string(), derivation(*name, From::Psk))).collect();
        assert_eq!(ours, drawn);
    }
}
