//! Says what happened to a connection so that the reader knows what to do.

use crate::hints;
use crate::stop::Stop;
use crate::watch::Witness;
use std::io::ErrorKind;
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Cause, Failed};
use symbolon::resumption::{Declined, PskKind};
use symbolon::wire::{Certificate, Parse};
use symbolon::x509::RevocationStatus;
use symbolon::{ClientAuthState, Connection, EarlyDataState, Error, Reason, Role, ServerRole, Side, StateName, x509};
use zeroize::Zeroizing;

/// What is known of a connection besides the connection.
pub(crate) struct Case<'a> {
    /// What was shown in it.
    pub(crate) witness: Witness,
    /// Where our trust comes from.
    pub(crate) ca: &'a str,
    /// The name that the server was to have.
    pub(crate) server_name: &'a str,
    /// What the handshake was given.
    pub(crate) timeout: Duration,
}

impl Case<'_> {
    /// Why there is no connection, or no longer one.
    pub(crate) fn explain<R: Role>(&self, cause: &Cause, conn: &Connection<'_, R, Ring>) -> Stop {
        match cause {
            Cause::Tls(error) => self.error(error, conn),
            // The driver's `Read` and `Write` wrap errors of the connection.
            Cause::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(error) => self.error(error, conn),
                None => self.transport(error, conn),
            },
            other => Stop::refused(other),
        }
    }

    /// Why a server refused a client, and who that said to be.
    pub(crate) fn explain_client(&self, failed: &Failed<'_, ServerRole, Ring>) -> Stop {
        let stop = self.explain(&failed.cause, &failed.conn);
        match failed.conn.claimed_peer() {
            Some(peer) => stop.line(format_args!("it claimed to be {peer}")),
            None => stop,
        }
    }

    /// An error of the connection.
    pub(crate) fn error<R: Role>(&self, error: &Error, conn: &Connection<'_, R, Ring>) -> Stop {
        let stop = Stop::refused(error);
        match error {
            Error::Refused(refusal) => {
                let at = refusal.place.certificate.map(usize::from);
                let about = refusal.reason.is_about_certificates();
                let der = self.peer_certificate(at.unwrap_or(0)).filter(|_| about);
                let stop = match &der {
                    Some(der) => stop.line(format_args!("certificate {}: {}", at.unwrap_or(0), x509::describe(der))),
                    None => stop,
                };
                let stop = match self.witness.declined {
                    Some(why) => stop.line(format_args!("a PSK was declined: {why}")),
                    None => stop,
                };
                let own = hints::for_refusal(refusal, der.as_deref(), conn.claimed_peer(), self);
                // Which name to add depends on what is there.
                let top = conn.report().filter(|_| own.is_empty() || refusal.reason == Reason::CertificateNameMismatch);
                let remedy = top.and_then(|report| Some(report.failures().next()?.remedy()?.to_string()));
                own.into_iter().chain(remedy).fold(stop, Stop::hint)
            }
            Error::PeerAlert(alert) => {
                let stop = match self.client_certificate(conn) {
                    Some(line) => stop.line(line),
                    None => stop,
                };
                let stop = match conn.client_auth() {
                    outcome @ ClientAuthState::Refused { nothing_sent: None, .. } => stop.line(outcome),
                    _ => stop,
                };
                hints::for_alert(alert, conn.client_auth(), self).into_iter().fold(stop, Stop::hint)
            }
            Error::Truncated { state } => {
                let stop = match (self.client_certificate(conn), state) {
                    (Some(line), StateName::Connected) => stop.line(line),
                    _ => stop,
                };
                if *state == StateName::Start || *state == StateName::WaitSh {
                    return stop.hint("does the peer speak TLS on this port?");
                }
                stop
            }
        }
    }

    fn transport<R: Role>(&self, error: &std::io::Error, conn: &Connection<'_, R, Ring>) -> Stop {
        let state = match conn.error() {
            Some(Error::Refused(refusal)) => refusal.state,
            _ => conn.state(),
        };
        let peer = conn.side().peer();
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock if state != StateName::Connected => {
                let seconds = self.timeout.as_secs_f32();
                Stop::refused(format_args!(
                    "{state}: the {peer} did not complete the handshake within {seconds} s; dropped"
                ))
                .hint("--timeout waits longer")
            }
            ErrorKind::ConnectionAborted => Stop::refused(format_args!("{state}: stopped by a signal")),
            _ => Stop::refused(format_args!("{state}: the connection to the {peer} broke: {error}")),
        }
    }

    /// At the client: which certificate the server was shown, or why none.
    fn client_certificate<R: Role>(&self, conn: &Connection<'_, R, Ring>) -> Option<String> {
        match conn.client_auth() {
            _ if conn.side() == Side::Server => None,
            ClientAuthState::NotRequested => None,
            ClientAuthState::NothingSent(why) | ClientAuthState::Refused { nothing_sent: Some(why), .. } => {
                Some(ClientAuthState::NothingSent(why).to_string())
            }
            ClientAuthState::Sent | ClientAuthState::Confirmed(_) | ClientAuthState::Refused { .. } => {
                let der = first(&self.witness.own_certificate, 0)?;
                let leaf = x509::Certificate::parse(&der).ok()?;
                Some(format!(
                    "client certificate sent: subject {}, serial {}, issuer {}",
                    leaf.subject(),
                    hex(leaf.serial()),
                    leaf.issuer()
                ))
            }
        }
    }

    fn peer_certificate(&self, index: usize) -> Option<Vec<u8>> {
        first(&self.witness.peer_certificate, index)
    }
}

fn first(body: &[u8], index: usize) -> Option<Vec<u8>> {
    let message = Certificate::parse(body).ok()?;
    message.certificate_list.iter().nth(index).map(|entry| entry.cert_data.to_vec())
}

/// What both ends agreed on, in one line.
pub(crate) fn parameters<R: Role>(conn: &Connection<'_, R, Ring>) -> String {
    let negotiated = conn.negotiated();
    let mut line = String::from("TLS 1.3");
    for part in [negotiated.suite.map(|v| v.to_string()), negotiated.group.map(|v| v.to_string())] {
        line.extend(part.map(|part| format!(", {part}")));
    }
    if negotiated.retried {
        line.push_str(" after a HelloRetryRequest");
    }
    if let Some(protocol) = conn.alpn() {
        line.push_str(&format!(", ALPN {:?}", String::from_utf8_lossy(protocol)));
    }
    line
}

/// Whether certificates were shown, or what stood in for them. `declined`: why a PSK did not.
pub(crate) fn manner<R: Role>(conn: &Connection<'_, R, Ring>, declined: Option<Declined>) -> String {
    let negotiated = conn.negotiated();
    let manner = match (negotiated.psk, declined) {
        (None, None) => return "full handshake".to_owned(),
        (None, Some(why)) => return format!("full handshake, as a PSK was declined: {why}"),
        (Some(PskKind::Resumption), _) => "resumed by a ticket",
        (Some(PskKind::External | PskKind::Imported), _) => "by an external PSK",
    };
    match negotiated.group {
        Some(_) => manner.to_owned(),
        None => format!("{manner}, without a key exchange"),
    }
}

/// What both ends agreed on, how they came to trust each other, and what became of early data, in one line.
pub(crate) fn agreed<R: Role>(conn: &Connection<'_, R, Ring>) -> String {
    let early_data = match conn.negotiated().early_data {
        EarlyDataState::Accepted => "; early data accepted",
        EarlyDataState::Rejected => "; early data rejected",
        EarlyDataState::NotOffered | EarlyDataState::Offered => "",
    };
    let compressed = |whose, by: Option<_>| by.map(|by| format!("; {whose} certificate compressed by {by}"));
    let ours = compressed("our", conn.own_compression()).unwrap_or_default();
    let theirs = compressed("the peer's", conn.peer_compression()).unwrap_or_default();
    format!("{}; {}{early_data}{ours}{theirs}", parameters(conn), manner(conn, None))
}

/// Who the peer proved to be, and how.
pub(crate) fn proven<R: Role>(conn: &Connection<'_, R, Ring>) -> String {
    let Some(peer) = conn.peer() else {
        return match conn.external_psk() {
            Some(psk) => format!("whoever has the PSK {:?}", String::from_utf8_lossy(psk.identity())),
            None => "nobody: no certificate was shown".to_owned(),
        };
    };
    let mut line = peer.to_string();
    match (conn.negotiated().peer_scheme, conn.negotiated().psk) {
        (Some(scheme), _) => line.push_str(&format!(", proved by {scheme}")),
        (None, Some(PskKind::Resumption)) => line.push_str(", proved when the ticket was given"),
        (None, _) => {}
    }
    match peer.revocation() {
        RevocationStatus::NotAsked => line,
        status => line + &format!("; revocation: {status}"),
    }
}

/// What [`hex`] made, in either case; `None` of anything else.
pub(crate) fn unhex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits =
        text.bytes().map(|byte| char::from(byte).to_digit(16)).collect::<Option<Vec<_>>>().map(Zeroizing::new)?;
    let bytes = digits.chunks(2).map(|pair| match *pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

/// Lower-case hexadecimal, in the one piece of memory that is returned: it may have to be wiped.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|n| char::from_digit(n.into(), 16));
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    text.extend(digits);
    text
}
