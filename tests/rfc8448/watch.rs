//! Compares each message that we send with the trace's, before it is hashed, and lets the trace's stand in where ours may differ.

use crate::script::Tape;
use std::collections::VecDeque;
use symbolon::wire::{ClientHello, EncryptedExtensions, ExtensionType, HEADER_LEN, HelloRetryRequest, Parse};
use symbolon::{Kind, Observer, Trace};

pub struct Watch {
    tape: Tape,
    /// What the trace sends next.
    expected: VecDeque<Vec<u8>>,
    /// All messages, ours as the transcript has them.
    pub messages: Vec<Vec<u8>>,
    /// Label and secret; only under feature `keylog`.
    pub secrets: Vec<(String, Vec<u8>)>,
}

impl Watch {
    pub fn new(tape: Tape, expected: Vec<Vec<u8>>) -> Self {
        let (messages, secrets) = Default::default();
        Self { tape, expected: expected.into(), messages, secrets }
    }

    fn send(&mut self, kind: Kind, ours: &[u8]) {
        let Some(theirs) = self.expected.pop_front() else {
            return self.tape.lines().differences.push(format!("{kind} is one too many"));
        };
        if ours != theirs && is_part_of(kind, ours, &theirs) {
            self.tape.lines().stand_ins.push((ours.to_vec(), theirs.clone()));
        } else if ours != theirs {
            self.tape.lines().differences.push(format!("{kind} {}", hex::encode(ours)));
        }
        self.messages.push(theirs);
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::Send { kind, bytes } => self.send(*kind, bytes),
            Trace::Recv { bytes, .. } => self.messages.push(bytes.to_vec()),
            Trace::Secret { name, bytes, .. } => self.secrets.push((name.label().to_owned(), bytes.to_vec())),
            _ => {}
        }
    }

    fn wants_secrets(&self) -> bool {
        true
    }
}

/// True if `theirs` is `ours` with more extensions, in whatever order.
fn is_part_of(kind: Kind, ours: &[u8], theirs: &[u8]) -> bool {
    let (Some((our_fields, our_extensions)), Some((fields, extensions))) = (parts(kind, ours), parts(kind, theirs))
    else {
        return false;
    };
    our_fields == fields && our_extensions.iter().all(|extension| extensions.contains(extension))
}

type Extension<'a> = (ExtensionType, &'a [u8]);

/// The fields in front of the extensions, and these, of the messages for which a stand-in is allowed.
fn parts(kind: Kind, message: &[u8]) -> Option<(&[u8], Vec<Extension<'_>>)> {
    let body = &message[HEADER_LEN..];
    let extensions: Vec<_> = match kind {
        Kind::ClientHello => ClientHello::parse(body).ok()?.extensions.raw.iter().collect(),
        Kind::HelloRetryRequest => HelloRetryRequest::parse(body).ok()?.extensions.raw.iter().collect(),
        Kind::EncryptedExtensions => EncryptedExtensions::parse(body).ok()?.raw.iter().collect(),
        _ => return None,
    };
    let len: usize = extensions.iter().map(|(_, body)| 4 + body.len()).sum();
    Some((&body[..body.len() - 2 - len], extensions))
}
