//! A handshake, arrow by arrow.

use crate::figure::Taken;
use crate::util::null::{Null, sign};
use crate::util::pair::End;
use crate::util::plain::{Record, one_message_a_record};
use std::collections::VecDeque;
use symbolon::wire::{ContentType, HandshakeType, is_hello_retry_request};
use symbolon::{Answer, Ask, Event, Role};

/// What the figures call a message.
pub(crate) fn name_of(message: &[u8]) -> String {
    match HandshakeType(message[0]) {
        HandshakeType::server_hello if is_hello_retry_request(&message[4..]) => "HelloRetryRequest".into(),
        HandshakeType::server_hello => "ServerHello".into(),
        HandshakeType::client_hello => "ClientHello".into(),
        HandshakeType::encrypted_extensions => "EncryptedExtensions".into(),
        HandshakeType::certificate_request => "CertificateRequest".into(),
        HandshakeType::certificate => "Certificate".into(),
        HandshakeType::certificate_verify => "CertificateVerify".into(),
        HandshakeType::finished => "Finished".into(),
        HandshakeType::new_session_ticket => "NewSessionTicket".into(),
        HandshakeType::end_of_early_data => "EndOfEarlyData".into(),
        HandshakeType::key_update => "KeyUpdate".into(),
        other => other.to_string(),
    }
}

/// A handshake that one end takes arrow by arrow, with one message a record, against a peer that does what it should.
pub(crate) struct Walk<R: Role, P: Role> {
    pub(crate) end: End<R, Null>,
    pub(crate) peer: End<P, Null>,
    inbox: VecDeque<Record>,
    pub(crate) last_given: Option<String>,
    signature: Option<[u8; 32]>,
    pub(crate) has_recv_key: bool,
}

impl<R: Role, P: Role> Walk<R, P> {
    pub(crate) fn new(end: End<R, Null>, peer: End<P, Null>) -> Self {
        let mut walk =
            Self { end, peer, inbox: VecDeque::new(), last_given: None, signature: None, has_recv_key: false };
        walk.exchange();
        walk
    }

    /// The box, as the figures spell it.
    pub(crate) fn place(&self) -> String {
        match self.signature {
            Some(_) => format!("{} (signing)", self.end.conn.state()),
            None => self.end.conn.state().to_string(),
        }
    }

    /// The message that lies in the receive buffer.
    pub(crate) fn lying(&self) -> Option<String> {
        self.last_given.clone().filter(|_| !self.end.rx.is_empty())
    }

    /// Lets the peer have what was sent, and say what it wants to.
    pub(crate) fn exchange(&mut self) {
        let sent = self.end.take_output();
        self.peer.give(&sent);
        self.peer.drive();
        assert_eq!(self.peer.error, None);
        self.inbox.extend(one_message_a_record(&self.peer.take_output()));
    }

    pub(crate) fn give(&mut self, record: &Record) {
        if record.content_type == ContentType::handshake {
            self.last_given = Some(name_of(&record.content));
        }
        let bytes = record.sealed();
        assert_eq!(self.end.rx.receive(&bytes), bytes.len());
    }

    /// Takes the next arrow; `None` if there is none without more from the peer.
    pub(crate) fn arrow(&mut self) -> Option<Taken> {
        let (from, mut message) = (self.place(), self.lying());
        let before = self.end.seen.events.len();
        loop {
            let End { conn, rx, tx, seen, .. } = &mut self.end;
            let event = match self.signature.take() {
                Some(signature) => conn.answer_with(Answer::Signature(&signature), rx, tx, seen).unwrap(),
                None => conn.step_with(rx, tx, seen),
            };
            match event.unwrap() {
                Event::NeedRecv => {
                    let record = self.inbox.pop_front()?;
                    self.give(&record);
                    message = self.last_given.clone().filter(|_| record.content_type == ContentType::handshake);
                    continue;
                }
                Event::Moved { .. } => {}
                Event::Ask(Ask::Sign(request)) => {
                    let algorithm = symbolon::crypto::SignatureAlgorithm::of_scheme(request.scheme).unwrap();
                    self.signature = Some(sign(algorithm, request.content.as_ref()));
                }
                other => panic!("{from}: {other:?}"),
            }
            break;
        }
        let events = self.end.seen.events[before..].to_vec();
        let tells = |what: &str| {
            let told = events.iter().filter_map(|event| event.strip_prefix(what));
            told.map(str::to_owned).collect::<Vec<_>>()
        };
        let one = |told: Vec<String>| {
            assert!(told.len() < 2, "{from}: {told:?}");
            told.into_iter().next()
        };
        let epoch = |name: String| match name.as_str() {
            "application 0" => "application".to_owned(),
            later if later.starts_with("application") => "next".to_owned(),
            _ => name,
        };
        let sends = tells("send ").into_iter().map(|s| if s == "change_cipher_spec" { "ccs".into() } else { s });
        let taken = Taken {
            to: self.place(),
            message,
            received: one(tells("recv ")),
            sends: sends.collect(),
            send_keys: tells("K_send = ").into_iter().map(epoch).collect(),
            recv_keys: tells("K_recv = ").into_iter().map(epoch).collect(),
            from,
        };
        self.has_recv_key |= !taken.recv_keys.is_empty();
        self.exchange();
        Some(taken)
    }
}
