//! What is passed over because it may be new, and what is refused because nobody asked for it.

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::wire::*;
use symbolon::{Error, Reason, StateName};
use util::null::Null;
use util::pair::{ClientRole, End, ServerRole};
use util::plain::{self, PlainWorld, Record, local, message, one_message_a_record};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// An extension that nobody knows (RFC 8701), empty.
const GREASE: [u8; 4] = [0x1a, 0x1a, 0, 0];

fn ends() -> (End<ClientRole, Null>, End<ServerRole, Null>) {
    let client = WORLD.client_config().credential(WORLD.credential(&WORLD.client, local())).build().unwrap();
    let server = WORLD.server_config().credential(WORLD.credential(&WORLD.server, local())).build().unwrap();
    (plain::client(&Arc::new(client)), plain::server(&Arc::new(server)))
}

/// A client, and the flight that a server has for its ClientHello: one message a record.
fn client_and_flight() -> (End<ClientRole, Null>, Vec<Record>) {
    let (mut client, mut server) = ends();
    client.drive();
    server.give(&client.take_output());
    (client, one_message_a_record(&server.take_output()))
}

/// Gives the client the flight up to a message, and that message with another body.
fn give_up_to(client: &mut End<ClientRole, Null>, flight: &[Record], last: HandshakeType, body: &[u8]) {
    let at = flight.iter().position(|r| r.content_type == ContentType::handshake && r.content[0] == last.0).unwrap();
    flight[..at].iter().for_each(|record| client.give(&record.sealed()));
    client.give(&Record { content: message(last, body), ..flight[at].clone() }.sealed());
}

fn refused(end: &End<ClientRole, Null>) -> (Reason, AlertDescription) {
    match end.error {
        Some(Error::Refused(refusal)) => (refusal.reason, refusal.alert()),
        other => panic!("{other:?}"),
    }
}

const UNSOLICITED: (Reason, AlertDescription) = (Reason::ExtensionUnsolicited, AlertDescription::unsupported_extension);

// [4.1.4-1] [8701-3.1-1]
#[test]
fn an_unknown_extension_in_an_answer_of_the_server_is_refused() {
    let (mut client, _) = ends();
    client.drive();
    let hello = client.take_output();
    let session_id = ClientHello::parse(&hello[9..]).unwrap().legacy_session_id.to_vec();
    let body = |random: &[u8], more: &[u8]| {
        let extensions = [&[0, 43, 0, 2, 3, 4], more, &GREASE].concat();
        let hello = [&[3, 3], random, &[32], &session_id, &[0x13, 1, 0], &[0, extensions.len() as u8], &extensions];
        message(HandshakeType::server_hello, &hello.concat())
    };
    let retry = body(&HELLO_RETRY_REQUEST_RANDOM, &[0, 51, 0, 2, 0, 0x17]);
    client.give(&Record::new(false, ContentType::handshake, &retry).sealed());
    assert_eq!(refused(&client), UNSOLICITED);

    let (mut client, flight) = client_and_flight();
    let body = [&[0, 4], &GREASE[..]].concat();
    give_up_to(&mut client, &flight, HandshakeType::encrypted_extensions, &body);
    assert_eq!(refused(&client), UNSOLICITED);
}

// [4.4.2-5] [8701-3.1-1]
#[test]
fn an_extension_in_a_certificate_message_that_nobody_asked_for_is_refused() {
    let sct = [0, 18, 0, 1, 0];
    for extension in [&GREASE[..], &sct] {
        let (mut client, flight) = client_and_flight();
        let entry = |der: &[u8], extensions: &[u8]| {
            let lengths = [(der.len() as u16).to_be_bytes(), (extensions.len() as u16).to_be_bytes()];
            [&[0], &lengths[0][..], der, &lengths[1], extensions].concat()
        };
        let list = [entry(&WORLD.server.leaf.der, extension), entry(&WORLD.pki.intermediate.der, &[])].concat();
        let body = [&[0, 0], &(list.len() as u16).to_be_bytes()[..], &list].concat();
        give_up_to(&mut client, &flight, HandshakeType::certificate, &body);
        assert_eq!(refused(&client), UNSOLICITED);
    }
}

// [4.3.2-4] [4.2.5-2] [8701-4.2-1] [9.3-2]
#[test]
fn an_unknown_extension_in_a_certificate_request_is_passed_over() {
    let (mut client, flight) = client_and_flight();
    let schemes = [0, 13, 0, 4, 0, 2, 4, 3];
    let filters = [&[0, 48, 0, 9, 0, 7][..], &[3, 0x55, 0x1d, 99, 0, 1, 5]].concat();
    let extensions = [&schemes[..], &filters, &GREASE].concat();
    let body = [&[0, 0, extensions.len() as u8][..], &extensions].concat();
    give_up_to(&mut client, &flight, HandshakeType::certificate_request, &body);
    assert_eq!((client.error, client.conn.state()), (None, StateName::WaitCert));
}

// [9846-4.4.2-1]
#[test]
fn a_certificate_request_without_any_extension_lacks_signature_algorithms() {
    let (mut client, flight) = client_and_flight();
    give_up_to(&mut client, &flight, HandshakeType::certificate_request, &[0, 0, 0]);
    assert_eq!(refused(&client), (Reason::ExtensionMissing, AlertDescription::missing_extension));
}

// [4.6.1-1] [4.6.1-2] [8701-4.2-1] [9.3-2]
#[test]
fn a_ticket_is_dropped_silently_whatever_unknown_extensions_it_has() {
    let (mut client, mut server) = ends();
    loop {
        client.drive();
        let up = client.take_output();
        server.give(&up);
        let down = server.take_output();
        client.give(&down);
        if up.is_empty() && down.is_empty() {
            break;
        }
    }
    let body = [&[0, 0, 28, 32, 1, 2, 3, 4, 1, 0, 0, 2, b't', b'k', 0, 4][..], &GREASE].concat();
    let ticket = Record::new(true, ContentType::handshake, &message(HandshakeType::new_session_ticket, &body));
    client.give(&ticket.sealed());
    assert_eq!((client.error, client.take_output().len()), (None, 0));
    server.write(b"after");
    client.give(&server.take_output());
    assert_eq!(client.received, b"after");
}

// [9846-4.3.8-2]
#[test]
fn a_share_that_was_used_before_is_as_good_as_a_new_one() {
    let (mut client, _) = ends();
    client.drive();
    let hello = client.take_output();
    for _ in 0..2 {
        let (_, mut server) = ends();
        server.give(&hello);
        assert_eq!((server.error, server.conn.state()), (None, StateName::WaitCert));
    }
}
