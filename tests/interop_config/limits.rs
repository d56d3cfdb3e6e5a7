//! The limits of records (RFC 8449, RFC 6066), measured on the wire.

use super::edited::{Edited, Fooled};
use super::util::null::TAG;
use super::util::pair::{Pair, World};
use super::util::pki::Pki;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::ContentType;
use symbolon::{Allow, Anchors, ClientAuth, SendBuf, Side};

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
fn server_sets_no_limit_for_a_client_that_does_not_know_it() {
    let (of_client, of_server, edited) = longest(|c| c, |s| s.record_size_limit(600));
    assert_eq!((of_client, of_server), ((1 << 14) + 1, (1 << 14) + 1));
    assert_eq!(edited.server.conn.negotiated().recv_limit, None);
}

#[test]
fn the_send_space_that_is_required_holds_whatever_the_configuration_lists() {
    let names: Vec<String> = (0..50).map(|i| format!("{i:0>200}")).collect();
    let world = World::new();
    let others: Vec<Pki> = (0..40).map(|i| Pki::new(&format!("{i:0>50}"))).collect();
    let all: String = others.iter().map(|pki| pki.root.pem.as_str()).chain([world.pki.root.pem.as_str()]).collect();
    let auth = ClientAuth::require(Anchors::from_pem(all.as_bytes()).unwrap(), Allow::dns("robot.test"));
    let client = world.client_config().alpn(&names);
    let mut pair = Pair::of(client.build().unwrap(), world.server_config().client_auth(auth).build().unwrap());
    let space = |len: usize| SendBuf::over(vec![0; len].leak());
    pair.client.tx = space(pair.client.conn.required_send_space());
    pair.server.tx = space(pair.server.conn.required_send_space());
    pair.run();
    pair.assert_connected();
}
