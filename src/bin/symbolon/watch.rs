//! Who watches a connection: traces, the key log, and a witness that remembers what explanations need.

use crate::json::Json;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use symbolon::observe::{KeyLog, Print};
use symbolon::resumption::{Declined, EarlyDataDeclined};
use symbolon::wire::HEADER_LEN;
use symbolon::{Kind, Observer, Side, Trace, Unfit};

/// How to print what happens.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TraceFormat {
    /// The handshake as RFC 8446 Figure 1 draws it, with the states of Appendix A.
    Text,
    /// One JSON object per event and line.
    Json,
}

/// Everybody who watches one connection. Clones share them, so that they outlive the handshake.
#[derive(Clone)]
pub(crate) struct Watch(Arc<Mutex<Watchers>>);

struct Watchers {
    side: Side,
    trace: Option<Box<dyn Observer + Send>>,
    key_log: Option<KeyLog<File>>,
    witness: Witness,
}

/// What was shown in this connection.
#[derive(Clone, Default)]
pub(crate) struct Witness {
    /// Body of the Certificate that the peer sent.
    pub(crate) peer_certificate: Vec<u8>,
    /// Body of the Certificate that we sent.
    pub(crate) own_certificate: Vec<u8>,
    /// Body of the CertificateRequest, sent or received.
    pub(crate) certificate_request: Vec<u8>,
    /// Why the first PSK that was not used was not.
    pub(crate) declined: Option<Declined>,
    /// Why there was no early data.
    pub(crate) no_early_data: Option<EarlyDataDeclined>,
    /// Which of our credentials did not fit, counted from 0, and why.
    pub(crate) unfit: Vec<(usize, Unfit)>,
    /// Timestamps beside certificates of the peer.
    pub(crate) timestamps: usize,
}

impl Watch {
    pub(crate) fn new(side: Side, number: u64, format: Option<TraceFormat>, key_log: Option<File>) -> Self {
        let trace = format.map(|format| -> Box<dyn Observer + Send> {
            match format {
                TraceFormat::Text => Box::new(Print::new(side, Lines::default())),
                TraceFormat::Json => Box::new(Json::new(side, number)),
            }
        });
        let (key_log, witness) = (key_log.map(KeyLog::new), Witness::default());
        Self(Arc::new(Mutex::new(Watchers { side, trace, key_log, witness })))
    }

    pub(crate) fn witness(&self) -> Witness {
        self.lock().witness.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Watchers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Trace<'_>) {
        let mut watchers = self.lock();
        let side = watchers.side;
        watchers.witness.event(side, event);
        if let Trace::Secret { .. } = event {
            // Secrets go to the log that was asked for, and nowhere else.
            if let Some(key_log) = &mut watchers.key_log {
                key_log.event(event);
            }
        } else if let Some(trace) = &mut watchers.trace {
            trace.event(event);
        }
    }

    fn wants_secrets(&self) -> bool {
        self.lock().key_log.is_some()
    }
}

impl Witness {
    fn event(&mut self, side: Side, event: &Trace<'_>) {
        let (kept, bytes) = match event {
            Trace::Recv { kind: Kind::Certificate, bytes } => (&mut self.peer_certificate, bytes),
            Trace::Send { kind: Kind::Certificate, bytes } => (&mut self.own_certificate, bytes),
            Trace::Expanded { sender, bytes, .. } if *sender == side => (&mut self.own_certificate, bytes),
            Trace::Expanded { bytes, .. } => (&mut self.peer_certificate, bytes),
            Trace::Recv { kind: Kind::CertificateRequest, bytes } => (&mut self.certificate_request, bytes),
            Trace::PskDeclined(why) => {
                self.declined.get_or_insert(*why);
                return;
            }
            Trace::EarlyDataDeclined(why) => {
                self.no_early_data = Some(*why);
                return;
            }
            Trace::CredentialUnfit { at, why } => {
                self.unfit.push((*at, *why));
                return;
            }
            Trace::PeerTimestamps { list, .. } => {
                self.timestamps += list.iter().count();
                return;
            }
            _ => return,
        };
        *kept = bytes.get(HEADER_LEN..).unwrap_or_default().to_vec();
    }
}

/// Standard error, a line at a time, so that lines of several connections don't mix.
#[derive(Default)]
struct Lines(String);

impl fmt::Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        if let Some(end) = self.0.rfind('\n') {
            let rest = self.0.split_off(end + 1);
            let lines = std::mem::replace(&mut self.0, rest);
            std::io::stderr().lock().write_all(lines.as_bytes()).map_err(|_| fmt::Error)?;
        }
        Ok(())
    }
}
