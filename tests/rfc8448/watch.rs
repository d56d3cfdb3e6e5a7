//! Compares each message that we send with the trace's, before it is hashed, and lets the trace's stand in where ours may differ.

use crate::script::Tape;
use std::collections::VecDeque;
use symbolon::wire::{
    ClientHello, EncryptedExtensions, ExtensionType, HEADER_LEN, HelloRetryRequest, NewSessionTicket, OfferedPsks,
    Parse,
};
use symbolon::{Kind, Observer, Trace};

pub struct Watch {
    tape: Tape,
    /// What the trace sends next.
    expected: VecDeque<Vec<u8>>,
    /// All messages, as the transcript has them.
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

    fn recv(&mut self, received: &[u8]) {
        let lines = self.tape.lines();
        let stand_in = lines.stand_ins.iter().find(|(other, _)| other == received);
        self.messages.push(stand_in.map_or(received, |(_, theirs)| theirs).to_vec());
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::Send { kind, bytes } => self.send(*kind, bytes),
            Trace::Recv { bytes, .. } => self.recv(bytes),
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
        return kind == Kind::NewSessionTicket && is_but_for_the_ticket(ours, theirs);
    };
    let is_there = |(t, body): &Extension<'_>| {
        extensions.iter().any(|(other, theirs)| {
            t == other
                && (body == theirs || *t == ExtensionType::pre_shared_key && is_but_for_parts_of_seconds(body, theirs))
        })
    };
    our_fields == fields && our_extensions.iter().all(is_there)
}

/// A ticket is whatever its server can read.
fn is_but_for_the_ticket(ours: &[u8], theirs: &[u8]) -> bool {
    let parse = |message| NewSessionTicket::parse(message).unwrap();
    let (ours, theirs) = (parse(&ours[HEADER_LEN..]), parse(&theirs[HEADER_LEN..]));
    NewSessionTicket { ticket: theirs.ticket, extensions: theirs.extensions, ..ours } == theirs
}

/// The age of a ticket is told in milliseconds; our clock counts seconds.
fn is_but_for_parts_of_seconds(ours: &[u8], theirs: &[u8]) -> bool {
    let (ours, theirs) = (OfferedPsks::parse(ours).unwrap(), OfferedPsks::parse(theirs).unwrap());
    let identities = || ours.identities.iter().zip(theirs.identities.iter());
    ours.binders == theirs.binders
        && ours.identities.iter().count() == theirs.identities.iter().count()
        && identities().all(|(ours, theirs)| ours.identity == theirs.identity)
        && identities()
            .all(|(ours, theirs)| theirs.obfuscated_ticket_age.wrapping_sub(ours.obfuscated_ticket_age) < 1000)
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
