//! What is received compressed: expanded once, and read like any other.

use super::util::compression::{Algorithm, SHORTER};
use super::util::pair::End;
use super::util::plain::Record;
use super::{List, WORLD, client_of, compressed_by, pair, pair_of, server_and_flight, server_of};
use symbolon::wire::HandshakeType;
use symbolon::{Answer, Ask, Event, Role};

// [8879-4-7]
#[test]
fn the_application_judges_what_was_expanded_once_however_often_it_is_asked() {
    let of_client = Algorithm::shorter();
    let client = client_of(vec![of_client.clone()]).ask_chain();
    let mut pair = pair_of(client, server_of(vec![Algorithm::shorter()]).ask_chain());
    pair.run();
    for _ in 0..3 {
        assert_eq!(
            chain_asked(&mut pair.client),
            [&WORLD.server.leaf.der, &WORLD.pki.intermediate.der].map(Vec::clone)
        );
    }
    assert_eq!(of_client.expanded(), 1);
    accept(&mut pair.client);
    pair.run();
    assert_eq!(chain_asked(&mut pair.server), [&WORLD.client.leaf.der, &WORLD.pki.intermediate.der].map(Vec::clone));
    accept(&mut pair.server);
    pair.run();
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
}

fn chain_asked<R: Role>(end: &mut End<R, super::Null>) -> Vec<Vec<u8>> {
    match end.conn.step_with(&mut end.rx, &mut end.tx, &mut end.seen) {
        Ok(Event::Ask(Ask::PeerChain(chain))) => chain.certificate_list.iter().map(|c| c.cert_data.to_vec()).collect(),
        other => panic!("{other:?}"),
    }
}

fn accept<R: Role>(end: &mut End<R, super::Null>) {
    let End { conn, rx, tx, seen, .. } = end;
    conn.answer_with(Answer::Chain(Ok(())), rx, tx, seen).unwrap().unwrap();
}

#[test]
fn a_judgement_in_many_steps_expands_once_as_well() {
    let of_client = Algorithm::shorter();
    let client = client_of(vec![of_client.clone()]).one_operation_per_step();
    let mut pair = pair_of(client, server_of(vec![Algorithm::shorter()]));
    pair.run();
    pair.assert_connected();
    assert_eq!(of_client.expanded(), 1);
}

#[test]
fn one_byte_at_a_time_is_enough() {
    let mut pair = pair(&vec![Algorithm::shorter()]);
    pair.run_in_pieces(1);
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [Some(SHORTER); 2]);
}

#[test]
fn a_compressed_certificate_may_be_split_between_records_at_every_byte() {
    let algorithms: List = vec![Algorithm::shorter()];
    let (_, flight) = server_and_flight(&algorithms);
    let at = flight.iter().position(|r| r.content[0] == HandshakeType::compressed_certificate.0).unwrap();
    let len = flight[at].content.len();
    for cut in 1..len {
        let (mut server, mut flight) = server_and_flight(&algorithms);
        let rest = Record { content: flight[at].content.split_off(cut), ..flight[at].clone() };
        flight.insert(at + 1, rest);
        flight.iter().for_each(|record| server.give(&record.sealed()));
        assert_eq!((server.error, server.conn.is_connected()), (None, true), "cut at {cut} of {len}");
    }
}

#[test]
fn an_observer_sees_the_message_as_it_came_and_what_it_stands_for() {
    let mut pair = pair(&vec![Algorithm::shorter()]);
    pair.run();
    pair.assert_connected();
    let told = |events: &[String], wanted: &str| {
        let at = events.iter().position(|event| event == wanted).unwrap_or_else(|| panic!("{wanted}: {events:?}"));
        events[at + 1].clone()
    };
    let (client, server) = (&pair.client.seen.events, &pair.server.seen.events);
    for (events, wanted, sender) in [
        (client, "recv CompressedCertificate", "Server"),
        (server, "send CompressedCertificate", "Server"),
        (client, "send CompressedCertificate", "Client"),
        (server, "recv CompressedCertificate", "Client"),
    ] {
        let next = told(events, wanted);
        let expected = format!("Expanded {{ sender: {sender}, algorithm: unknown 0xff01, bytes: [11, ");
        assert!(next.starts_with(&expected), "{wanted}: {next}");
    }
    assert!(!client.iter().chain(server).any(|event| event.ends_with(" Certificate")));
}

#[test]
fn a_receive_buffer_that_was_cleared_forgets_what_was_expanded() {
    let algorithms: List = vec![Algorithm::shorter()];
    let client = client_of(algorithms.clone()).ask_chain();
    let mut first = pair_of(client, server_of(algorithms.clone()));
    first.run();
    chain_asked(&mut first.client);
    let mut next = pair(&algorithms);
    let mut rx = std::mem::take(&mut first.client.rx);
    rx.clear();
    next.client.rx = rx;
    next.run();
    next.assert_connected();
    assert_eq!(compressed_by(&next), [Some(SHORTER); 2]);
}

// [8879-4-8]
#[test]
fn a_peer_that_takes_compression_may_send_its_certificate_as_it_is() {
    let mut pair = pair_of(client_of(vec![Algorithm::shorter()]), server_of(vec![Algorithm::as_is()]));
    pair.run();
    pair.assert_connected();
    assert_eq!(compressed_by(&pair), [None; 2]);
}
