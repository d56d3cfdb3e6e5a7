//! An observer that prints one JSON object per event and line on standard error.

use serde_json::{Map, Value, json};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};
use symbolon::observe::{Field, dissect};
use symbolon::wire::Alert;
use symbolon::{Kind, Negotiated, Observer, Side, Trace};

/// Prints what one connection does.
pub(crate) struct Json {
    side: Side,
    number: u64,
}

impl Json {
    /// `number` tells the connections of a server apart.
    pub(crate) fn new(side: Side, number: u64) -> Self {
        Self { side, number }
    }
}

impl Observer for Json {
    fn event(&mut self, event: &Trace<'_>) {
        let Some((name, fields)) = fields(event) else { return };
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let mut object = json!({
            "time": seconds,
            "connection": self.number,
            "side": self.side.to_string(),
            "event": name,
        });
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
            object.extend(fields);
        }
        let line = format!("{object}\n");
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// The name of an event, and what belongs to it. Secrets are for key logs, not for traces.
fn fields(event: &Trace<'_>) -> Option<(&'static str, Value)> {
    Some(match *event {
        Trace::Recv { kind, bytes } => ("recv", message(kind, bytes)),
        Trace::Send { kind, bytes } => ("send", message(kind, bytes)),
        Trace::Expanded { sender, algorithm, bytes } => {
            let mut fields = message(Kind::Certificate, bytes);
            fields["sender"] = sender.to_string().into();
            fields["algorithm"] = algorithm.to_string().into();
            ("expanded", fields)
        }
        Trace::SendChangeCipherSpec => ("send_change_cipher_spec", json!({})),
        Trace::SendKey(epoch) => ("send_key", json!({ "epoch": epoch.to_string() })),
        Trace::RecvKey(epoch) => ("recv_key", json!({ "epoch": epoch.to_string() })),
        Trace::Moved { from, to } => ("moved", json!({ "from": from.name(), "to": to.name() })),
        Trace::PskDeclined(why) => ("psk_declined", json!({ "why": why.to_string() })),
        Trace::EarlyDataDeclined(why) => ("early_data_declined", json!({ "why": why.to_string() })),
        Trace::TicketAge { skew } => ("ticket_age", json!({ "skew": skew })),
        Trace::SendEarlyData(length) => ("send_early_data", json!({ "length": length })),
        Trace::RecvEarlyData(length) => ("recv_early_data", json!({ "length": length })),
        Trace::CredentialUnfit { at, why } => ("credential_unfit", json!({ "at": at, "why": why.to_string() })),
        Trace::CredentialChosen { at, of, scheme } => {
            ("credential_chosen", json!({ "at": at, "of": of, "scheme": scheme.to_string() }))
        }
        Trace::PeerTimestamps { at, list } => ("peer_timestamps", json!({ "at": at, "count": list.iter().count() })),
        Trace::Negotiated(negotiated) => ("negotiated", parameters(negotiated)),
        Trace::PeerProven(scheme) => ("peer_proven", json!({ "scheme": scheme.to_string() })),
        Trace::ClientAuth(mode) => ("client_auth", json!({ "mode": format!("{mode:?}").to_lowercase() })),
        Trace::SendAlert(alert) => ("send_alert", alert_fields(alert)),
        Trace::RecvAlert(alert) => ("recv_alert", alert_fields(alert)),
        _ => return None,
    })
}

fn message(kind: Kind, bytes: &[u8]) -> Value {
    let fields: Vec<Value> = dissect(bytes).iter().map(field).collect();
    json!({ "message": kind.to_string(), "length": bytes.len(), "fields": fields })
}

fn field(field: &Field) -> Value {
    json!({
        "offset": field.offset,
        "length": field.len,
        "depth": field.depth,
        "name": field.name,
        "value": field.value,
    })
}

fn alert_fields(alert: Alert) -> Value {
    json!({
        "level": alert.level.to_string(),
        "description": alert.description.to_string(),
        "meaning": alert.description.meaning(),
    })
}

fn parameters(negotiated: &Negotiated) -> Value {
    let names = [
        ("cipher_suite", negotiated.suite.map(|v| v.to_string())),
        ("group", negotiated.group.map(|v| v.to_string())),
        ("own_scheme", negotiated.own_scheme.map(|v| v.to_string())),
        ("peer_scheme", negotiated.peer_scheme.map(|v| v.to_string())),
    ];
    let mut object: Map<String, Value> =
        names.into_iter().filter_map(|(key, name)| Some((key.to_owned(), Value::from(name?)))).collect();
    object.insert("hello_retry_request".to_owned(), negotiated.retried.into());
    object.extend(negotiated.psk.map(|kind| ("psk".to_owned(), format!("{kind:?}").to_lowercase().into())));
    Value::Object(object)
}
