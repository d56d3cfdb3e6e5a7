//! SSLKEYLOGFILE lines (RFC 9850). Whoever reads them can read the connection.

use crate::connection::Observer;
use crate::handshake::Trace;
use crate::schedule::SecretName;
use alloc::string::String;
use core::fmt::Write as _;
use std::io::Write;

/// Writes a line for each secret that tools such as Wireshark ask for.
pub struct KeyLog<W> {
    out: W,
}

impl<W: Write> KeyLog<W> {
    /// Logs to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

/// [9850-2-2] The label of RFC 9850 §2; secrets that it has no label for are not logged.
fn label(name: SecretName) -> Option<&'static str> {
    match name {
        SecretName::ClientEarlyTraffic => Some("CLIENT_EARLY_TRAFFIC_SECRET"),
        SecretName::EarlyExporter => Some("EARLY_EXPORTER_SECRET"),
        SecretName::ClientHandshakeTraffic => Some("CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
        SecretName::ServerHandshakeTraffic => Some("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
        SecretName::ClientApplicationTraffic(0) => Some("CLIENT_TRAFFIC_SECRET_0"),
        SecretName::ServerApplicationTraffic(0) => Some("SERVER_TRAFFIC_SECRET_0"),
        SecretName::Exporter => Some("EXPORTER_SECRET"),
        SecretName::Early
        | SecretName::Binder(_)
        | SecretName::Handshake
        | SecretName::Master
        | SecretName::ClientApplicationTraffic(_)
        | SecretName::ServerApplicationTraffic(_)
        | SecretName::Resumption
        | SecretName::TicketPsk => None,
    }
}

impl<W: Write> Observer for KeyLog<W> {
    fn event(&mut self, event: &Trace<'_>) {
        let Trace::Secret { name, client_random: Some(client_random), bytes } = event else { return };
        let Some(label) = label(*name) else { return };
        // [9850-2-1]
        let mut line = String::from(label);
        for part in [&client_random[..], bytes] {
            line.push(' ');
            for byte in part {
                let _ = write!(line, "{byte:02x}");
            }
        }
        line.push('\n');
        // A log that can't be written must not break the connection that it logs.
        let _ = self.out.write_all(line.as_bytes());
        let _ = self.out.flush();
    }

    fn wants_secrets(&self) -> bool {
        true
    }
}
