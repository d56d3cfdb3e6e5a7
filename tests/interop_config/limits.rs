//! The limits of records (RFC 8449, RFC 6066), measured on the wire.

use super::edited::{Edited, Fooled};
use super::util::null::TAG;
use symbolon::Side;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{ContentType, MaxFragmentLength};

/// Longer than any record.
const LONG: usize = 40_000;

/// Connects, sends much both ways, and returns the longest inner plaintext (content, type and padding) of either side.
fn longest(
    client: impl FnOnce(ClientConfigBuilder<Fooled>) -> ClientConfigBuilder<Fooled>,
    server: impl FnOnce(ServerConfigBuilder<Fooled>) -> ServerConfigBuilder<Fooled>,
) -> (usize, usize, Edited) {
    let mut edited = Edited::with(client, server);
    edited.run(|_, _| None);
    edited.assert_connected();
    let long: Vec<u8> = (0..LONG).map(|i| i.to_le_bytes()[i % 2]).collect();
    edited.client.write(&long);
    edited.server.write(&long);
    edited.run(|_, _| None);
    assert!(edited.server.received == long && edited.client.received == long);
    let longest = |from| {
        let protected = |record: &&(Side, Vec<u8>)| record.0 == from && record.1[0] == ContentType::application_data.0;
        edited.records.iter().filter(protected).map(|record| record.1.len() - 5 - TAG.len()).max().unwrap()
    };
    (longest(Side::Client), longest(Side::Server), edited)
}

#[test]
fn record_size_limit_of_either_side_is_kept_by_the_other() {
    let (of_client, of_server, edited) = longest(|c| c.record_size_limit(600), |s| s.record_size_limit(1000));
    assert_eq!((of_client, of_server), (1000, 600));
    let (client, server) = (edited.client.conn.negotiated(), edited.server.conn.negotiated());
    assert_eq!((client.send_limit, client.recv_limit), (Some(999), Some(599)));
    assert_eq!((server.send_limit, server.recv_limit), (Some(599), Some(999)));
}

#[test]
fn the_smallest_record_size_limit_is_enough_for_a_handshake() {
    let (of_client, of_server, _) = longest(|c| c.record_size_limit(64), |s| s.record_size_limit(64));
    assert_eq!((of_client, of_server), (64, 64));
}

#[test]
fn server_answers_a_record_size_limit_even_if_it_sets_none() {
    let (of_client, of_server, edited) = longest(|c| c.record_size_limit(600), |s| s);
    assert_eq!((of_client, of_server), ((1 << 14) + 1, 600));
    assert_eq!(edited.client.conn.negotiated().recv_limit, Some(599));
}

#[test]
fn server_sets_no_limit_for_a_client_that_does_not_know_it() {
    let (of_client, of_server, edited) = longest(|c| c, |s| s.record_size_limit(600));
    assert_eq!((of_client, of_server), ((1 << 14) + 1, (1 << 14) + 1));
    assert_eq!(edited.server.conn.negotiated().recv_limit, None);
}

#[test]
fn padding_stays_within_the_limit() {
    let limit = |c: ClientConfigBuilder<Fooled>| c.record_size_limit(500).record_padding(256);
    let (of_client, of_server, edited) = longest(limit, |s| s.record_size_limit(700).record_padding(256));
    assert_eq!((of_client, of_server), (700, 500));
    let padded = |record: &(Side, Vec<u8>)| record.1[0] == ContentType::application_data.0;
    assert!(edited.records.iter().filter(|record| padded(record)).all(|record| record.1.len() > 5 + TAG.len() + 200));
}

#[test]
fn max_fragment_length_binds_both_sides() {
    let length = MaxFragmentLength::two_to_the_10;
    let (of_client, of_server, edited) = longest(|c| c.max_fragment_length(length), |s| s);
    assert_eq!((of_client, of_server), (1025, 1025));
    for negotiated in [edited.client.conn.negotiated(), edited.server.conn.negotiated()] {
        assert_eq!((negotiated.send_limit, negotiated.recv_limit), (Some(1024), Some(1024)));
    }
}

#[test]
fn record_size_limit_takes_the_place_of_max_fragment_length() {
    let both =
        |c: ClientConfigBuilder<Fooled>| c.record_size_limit(600).max_fragment_length(MaxFragmentLength::two_to_the_9);
    let (of_client, of_server, _) = longest(both, |s| s.record_size_limit(2000));
    assert_eq!((of_client, of_server), (2000, 600));
}
