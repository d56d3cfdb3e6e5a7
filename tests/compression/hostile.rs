//! What a peer may not send, and what it is told.

use super::util::compression::{AS_IS, Algorithm, SHORTER};
use super::util::pair::{ClientRole, End, Pair, ServerRole};
use super::util::plain::{self, Record, bring, encoded, message, one_message_a_record};
use super::{List, Null, client_and_flight, client_of, pair, refused, server_and_flight, server_of};
use std::sync::Arc;
use symbolon::wire::{
    AlertDescription as Alert, CertificateCompressionAlgorithm, CertificateRequest, ClientHello, CompressedCertificate,
    ContentType, HEADER_LEN, HandshakeType, Parse, Vector,
};
use symbolon::{Error, Reason, RecvBuf, Role, StateName};

/// Gives an end the flight, its CompressedCertificate changed.
fn give_changed<R: Role>(
    end: &mut End<R, Null>,
    flight: &[Record],
    change: impl Fn(CompressedCertificate<'_>) -> Vec<u8>,
) {
    for record in flight {
        let mut record = record.clone();
        if record.content[0] == HandshakeType::compressed_certificate.0 && record.content_type == ContentType::handshake
        {
            record.content = change(CompressedCertificate::parse(&record.content[HEADER_LEN..]).unwrap());
        }
        for content in record.content.chunks(1 << 14) {
            end.give(&Record { content: content.to_vec(), ..record.clone() }.sealed());
            if end.error.is_some() {
                return;
            }
        }
    }
}

/// What both ends make of a CompressedCertificate that was changed.
fn both_refuse(change: impl Fn(CompressedCertificate<'_>) -> Vec<u8>) -> [(Reason, Alert); 2] {
    let algorithms: List = vec![Algorithm::shorter()];
    let (mut client, flight) = client_and_flight(&algorithms);
    give_changed(&mut client, &flight, &change);
    let (mut server, flight) = server_and_flight(&algorithms);
    give_changed(&mut server, &flight, &change);
    for (error, state) in [(client.error, StateName::WaitCert), (server.error, StateName::WaitCert)] {
        let Some(Error::Refused(refusal)) = error else { panic!("{error:?}") };
        assert_eq!(refusal.state, state);
        assert_eq!(refusal.place.message, Some(HandshakeType::compressed_certificate), "{refusal}");
    }
    let seen = "recv CompressedCertificate".to_owned();
    assert!(client.seen.events.contains(&seen) && server.seen.events.contains(&seen), "an observer is shown it");
    [refused(&client), refused(&server)]
}

// [8879-4-2]
#[test]
fn an_algorithm_that_was_not_offered_is_refused() {
    for code in [0, 1, 2, AS_IS.0, 1234] {
        let algorithm = CertificateCompressionAlgorithm(code);
        let refused = both_refuse(|compressed| encoded(&CompressedCertificate { algorithm, ..compressed }));
        assert_eq!(refused, [(Reason::CertificateCompressionNotOffered, Alert::illegal_parameter); 2]);
    }
}

// [8879-4-3] [8879-4-4]
#[test]
fn a_certificate_that_expands_to_more_or_less_than_it_announces_is_refused() {
    for off in [-1_i32, 1, 12, -12] {
        let refused = both_refuse(|compressed| {
            let uncompressed_length = compressed.uncompressed_length.checked_add_signed(off).unwrap();
            encoded(&CompressedCertificate { uncompressed_length, ..compressed })
        });
        assert_eq!(refused, [(Reason::CertificateExpandsWrong, Alert::bad_certificate); 2], "{off}");
    }
}

// [8879-5-2]
/// Time is spent on what comes in, whatever little comes out.
#[test]
fn more_compressed_bytes_than_there_can_be_a_reason_for_are_refused_before_anything_is_expanded() {
    const MOST: usize = 1 << 14;
    for (compressed, uncompressed_length, refused_unread) in [
        (vec![0; 1024], 0, false),
        (vec![0; 1025], 0, true),
        (vec![0; 2025], 1000, true),
        (vec![0; MOST], 100_000, false),
        (vec![0; MOST + 1], 100_000, true),
    ] {
        let algorithm = Algorithm::shorter();
        let (mut client, flight) = client_and_flight(&vec![algorithm.clone()]);
        give_changed(&mut client, &flight, |c| {
            encoded(&CompressedCertificate { uncompressed_length, compressed_certificate_message: &compressed, ..c })
        });
        let reason = if refused_unread { Reason::CertificateExpandsTooFar } else { Reason::CertificateExpandsWrong };
        assert_eq!(
            refused(&client),
            (reason, Alert::bad_certificate),
            "{} for {uncompressed_length}",
            compressed.len()
        );
        assert_eq!(algorithm.expanded() == 0, refused_unread);
    }
}

// [8879-4-5]
#[test]
fn an_announced_length_beyond_that_of_any_message_is_refused_before_anything_is_expanded() {
    const MOST: u32 = 131_396;
    for (uncompressed_length, reason) in [
        (MOST, Reason::CertificateExpandsWrong),
        (MOST + 1, Reason::CertificateExpandsTooFar),
        ((1 << 24) - 1, Reason::CertificateExpandsTooFar),
    ] {
        let refused = both_refuse(|compressed| encoded(&CompressedCertificate { uncompressed_length, ..compressed }));
        assert_eq!(refused, [(reason, Alert::bad_certificate); 2], "{uncompressed_length}");
    }
    let algorithm = Algorithm::shorter();
    let (mut client, flight) = client_and_flight(&vec![algorithm.clone()]);
    give_changed(&mut client, &flight, |c| encoded(&CompressedCertificate { uncompressed_length: MOST + 1, ..c }));
    assert!(client.error.is_some() && algorithm.expanded() == 0);
}

// [8879-4-5]
#[test]
fn a_buffer_of_the_callers_bounds_what_is_expanded_as_it_bounds_any_message() {
    const ROOM: usize = 2000;
    // A record's header has its place beside the longest message.
    let most = u32::try_from(ROOM - 5 - HEADER_LEN).unwrap();
    for (announced, reason) in [(most, Reason::CertificateExpandsWrong), (most + 1, Reason::CertificateExpandsTooFar)] {
        let (mut client, flight) = client_and_flight(&vec![Algorithm::shorter()]);
        client.rx = RecvBuf::over(vec![0; ROOM].leak());
        give_changed(&mut client, &flight, |c| encoded(&CompressedCertificate { uncompressed_length: announced, ..c }));
        assert_eq!(refused(&client), (reason, Alert::bad_certificate), "{announced}");
    }
}

#[test]
fn a_message_of_the_wrong_shape_is_a_decode_error() {
    let malformed = [(Reason::Malformed, Alert::decode_error); 2];
    let empty = both_refuse(|c| encoded(&CompressedCertificate { compressed_certificate_message: &[], ..c }));
    assert_eq!(empty, malformed);
    let cut = both_refuse(|c| {
        let body = &encoded(&c)[HEADER_LEN..];
        message(HandshakeType::compressed_certificate, &body[..body.len() - 1])
    });
    assert_eq!(cut, malformed);
    assert_eq!(both_refuse(|_| message(HandshakeType::compressed_certificate, &[])), malformed);
}

// [8879-4-7]
#[test]
fn what_expands_to_no_certificate_is_refused_as_if_it_had_come_so() {
    let algorithms: List = vec![Algorithm::shorter()];
    let (mut client, flight) = client_and_flight(&algorithms);
    // The list has more bytes than are there.
    give_changed(&mut client, &flight, |c| {
        let longer = [&[0xff], &c.compressed_certificate_message[1..]].concat();
        encoded(&CompressedCertificate { compressed_certificate_message: &longer, ..c })
    });
    assert_eq!(refused(&client), (Reason::Malformed, Alert::decode_error));
    let Some(Error::Refused(refusal)) = client.error else { panic!() };
    assert_eq!(refusal.place.message, Some(HandshakeType::certificate));
    assert_eq!(refusal.place.field, "certificate_list");
}

// [8879-3-4]
#[test]
fn a_compressed_certificate_that_nobody_offered_to_take_is_unexpected() {
    let (_, flight) = client_and_flight(&vec![Algorithm::shorter()]);
    let compressed = flight.iter().find(|r| r.content[0] == HandshakeType::compressed_certificate.0).unwrap();
    let unexpected = (Reason::UnexpectedMessage, Alert::unexpected_message);
    let plain = || pair(&vec![]);
    let mut client = bring(plain().client, plain().server, "WAIT_CERT");
    client.give(&compressed.sealed());
    assert_eq!(refused(&client), unexpected);
    let mut server = bring(plain().server, plain().client, "WAIT_CERT");
    server.give(&compressed.sealed());
    assert_eq!(refused(&server), unexpected);
}

// [8879-4-7]
#[test]
fn a_compressed_certificate_in_another_state_is_unexpected() {
    let algorithm = Algorithm::shorter();
    let algorithms: List = vec![algorithm.clone()];
    let (_, flight) = client_and_flight(&algorithms);
    let compressed = flight.iter().find(|r| r.content[0] == HandshakeType::compressed_certificate.0).unwrap();
    let expanded = algorithm.expanded();
    let ends = || pair(&algorithms);
    let unexpected = (Reason::UnexpectedMessage, Alert::unexpected_message);
    for state in ["WAIT_EE", "WAIT_CV", "WAIT_FINISHED", "CONNECTED"] {
        let mut client: End<ClientRole, Null> = bring(ends().client, ends().server, state);
        let before = algorithm.expanded();
        client.give(&compressed.sealed());
        assert_eq!((refused(&client), algorithm.expanded()), (unexpected, before), "client, {state}");
    }
    for state in ["WAIT_CV", "WAIT_FINISHED", "CONNECTED"] {
        let mut server: End<ServerRole, Null> = bring(ends().server, ends().client, state);
        let before = algorithm.expanded();
        server.give(&compressed.sealed());
        assert_eq!((refused(&server), algorithm.expanded()), (unexpected, before), "server, {state}");
    }
    assert!(algorithm.expanded() > expanded, "what came in its time was expanded");
    let mut server = ends().server;
    server.give(&Record { protected: false, ..compressed.clone() }.sealed());
    assert_eq!(refused(&server), unexpected);
}

// [8879-3-2]
#[test]
fn a_client_that_offers_an_algorithm_twice_is_refused_whatever_is_configured() {
    let twice = [SHORTER, AS_IS, SHORTER];
    for algorithms in [vec![], vec![Algorithm::shorter() as _]] {
        let mut client = plain::client(&Arc::new(client_of(vec![]).build().unwrap()));
        client.drive();
        let sent = plain::records(&client.take_output());
        let mut hello = ClientHello::parse(&sent[0].content[HEADER_LEN..]).unwrap();
        hello.extensions.compress_certificate = Some(Vector::items(&twice));
        let mut server = plain::server(&Arc::new(server_of(algorithms).build().unwrap()));
        server.give(&Record { content: encoded(&hello), ..sent[0].clone() }.sealed());
        assert_eq!(refused(&server), (Reason::CertificateCompressionTwice, Alert::illegal_parameter));
    }
}

// [8879-3-2]
#[test]
fn a_server_that_offers_an_algorithm_twice_is_refused_whatever_is_configured() {
    let twice = [SHORTER, SHORTER];
    for algorithms in [vec![], vec![Algorithm::shorter() as _]] {
        let Pair { mut client, mut server } = pair(&algorithms);
        client.drive();
        server.give(&client.take_output());
        for record in one_message_a_record(&server.take_output()) {
            let mut record = record;
            if record.content[0] == HandshakeType::certificate_request.0 {
                let request = record.content.clone();
                let mut request = CertificateRequest::parse(&request[HEADER_LEN..]).unwrap();
                request.extensions.compress_certificate = Some(Vector::items(&twice));
                record.content = encoded(&request);
            }
            client.give(&record.sealed());
        }
        assert_eq!(refused(&client), (Reason::CertificateCompressionTwice, Alert::illegal_parameter));
    }
}

// [8879-4-6]
#[test]
fn a_compressed_certificate_with_a_byte_changed_never_connects() {
    // The transcript covers it as it came: what differs is another handshake, whatever it expands to.
    let careless = Algorithm::new(SHORTER, |c| Some([c, &[7; 9]].concat()), |c| Some(c[..c.len() - 9].to_vec()));
    let signed: Vec<Option<Reason>> = super::given_changed(&vec![careless]);
    assert!(signed.iter().rev().take(9).all(|reason| *reason == Some(Reason::SignatureBad)), "{signed:?}");
}
