//! Every message of a handshake with a byte more or less than it should have: whoever receives it can't decode it, and says so by
//! decode_error (RFC 8446 §6), whatever else is wrong with it then.

use super::edited::{Edited, Parts};
use super::util::null::Null;
use super::util::tickets::{SameTicket, ticket_keys};
use std::sync::Arc;
use symbolon::config::Resumption;
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::Psk;
use symbolon::wire::{AlertDescription, ExtensionType, HandshakeType};
use symbolon::{Error, Side};

/// Two ends that have not begun.
type Course = fn() -> Edited;

fn psk() -> Psk {
    Psk::external(b"psk", &[7; 32], HashAlgorithm::Sha256).unwrap()
}

/// Handshakes that have every message between them, and every extension that our ends send.
fn courses() -> [(&'static str, Course); 3] {
    [
        ("by certificates", || {
            Edited::with(
                |client| client.alpn(["h2"]).record_size_limit(2000).tickets(Arc::new(SameTicket::default())),
                |server| {
                    let resumption = Resumption::stateless(ticket_keys(&Null::new(77)));
                    server.alpn(["h2"]).record_size_limit(2000).resumption(resumption)
                },
            )
        }),
        ("after a retry", || Edited::with(|client| client.shares(0).request_tickets(1, 1), |server| server)),
        ("by a PSK", || Edited::with(|client| client.shares(0).psks([psk()]), |server| server.psks([psk()]))),
    ]
}

/// All messages of a course, in order.
fn messages(course: Course) -> Vec<(Side, Vec<u8>)> {
    let mut edited = course();
    edited.run(|_, _| None);
    assert_eq!((edited.client.error, edited.server.error), (None, None));
    edited.sent
}

/// Runs a course with its message number `at` changed, and returns the alert that its receiver sent.
fn answer_to(course: Course, at: usize, sender: Side, change: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<AlertDescription> {
    let mut edited = course();
    let mut count = 0;
    edited.run(|_, message| {
        count += 1;
        (count == at + 1).then(|| change(message))
    });
    let error = if sender == Side::Client { edited.server.error } else { edited.client.error };
    match error {
        Some(Error::Refused(refusal)) => Some(refusal.alert()),
        _ => None,
    }
}

/// The message with another body.
fn with_body(message: &[u8], body: &[u8]) -> Vec<u8> {
    [&message[..1], &u32::try_from(body.len()).unwrap().to_be_bytes()[1..], body].concat()
}

// [6-3] [3-1] [3-2]
#[test]
fn a_message_of_a_byte_more_or_less_is_not_decoded_by_either_end() {
    for (name, course) in courses() {
        for (at, (sender, message)) in messages(course).into_iter().enumerate() {
            let what = format!("{name}: {} by the {sender}, message {at}", HandshakeType(message[0]));
            let more = answer_to(course, at, sender, &|message| with_body(message, &[&message[4..], &[0]].concat()));
            assert_eq!(more, Some(AlertDescription::decode_error), "a byte more: {what}");
            let less = answer_to(course, at, sender, &|message| with_body(message, &message[4..message.len() - 1]));
            assert_eq!(less, Some(AlertDescription::decode_error), "a byte less: {what}");
            let none = answer_to(course, at, sender, &|message| with_body(message, &[]));
            assert_eq!(none, Some(AlertDescription::decode_error), "nothing: {what}");
        }
    }
}

// [6-3] [3-2]
#[test]
fn an_extension_of_a_byte_more_or_less_is_not_decoded_by_either_end() {
    let has_extensions = [
        HandshakeType::client_hello,
        HandshakeType::server_hello,
        HandshakeType::encrypted_extensions,
        HandshakeType::certificate_request,
        HandshakeType::new_session_ticket,
    ];
    let mut seen = Vec::new();
    for (name, course) in courses() {
        for (at, (sender, message)) in messages(course).into_iter().enumerate() {
            if !has_extensions.contains(&HandshakeType(message[0])) {
                continue;
            }
            for (extension, body) in Parts::of(&message).extensions {
                let what = format!("{name}: {extension} in {} by the {sender}", HandshakeType(message[0]));
                let with = |change: &dyn Fn(&mut Vec<u8>)| {
                    answer_to(course, at, sender, &|message| {
                        let mut parts = Parts::of(message);
                        change(parts.extension(extension));
                        parts.message()
                    })
                };
                let decode_error = Some(AlertDescription::decode_error);
                assert_eq!(with(&|body| body.push(0)), decode_error, "a byte more: {what}");
                if !body.is_empty() {
                    assert_eq!(with(&|body| body.truncate(body.len() - 1)), decode_error, "a byte less: {what}");
                    assert_eq!(with(&Vec::clear), decode_error, "nothing: {what}");
                }
                seen.push(extension);
            }
        }
    }
    for extension in [ExtensionType::pre_shared_key, ExtensionType::certificate_authorities, ExtensionType::server_name]
    {
        assert!(seen.contains(&extension), "{extension}");
    }
}
