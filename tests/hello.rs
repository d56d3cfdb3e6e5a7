//! ClientHello and HelloRetryRequest, changed on the way.

mod util;

use std::sync::Arc;
use symbolon::wire::{
    AlertDescription, ClientHello, ClientHelloExtensions, ContentType, ExtensionType, HandshakeType, KeyShareEntry,
    NamedGroup, Parse, ServerHello, ServerHelloExtensions, Vector,
};
use symbolon::{Error, Place, Reason};
use util::null::Null;
use util::pair::{ClientRole, End, ServerRole};
use util::plain::{self, PlainWorld, Record, encoded, framed, local, one_message_a_record};

fn server_of(world: &PlainWorld) -> End<ServerRole, Null> {
    let config = world.server_config().credential(world.credential(&world.server, local())).build().unwrap();
    plain::server(&Arc::new(config))
}

/// The ClientHello with one more extension, in front of the others.
fn with_extension(hello: &[u8], extension_type: ExtensionType, body: &[u8]) -> Vec<u8> {
    let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
    let suites = 4 + 2 + 32 + 1 + usize::from(hello[38]);
    let compression = suites + 2 + length(suites);
    let extensions = compression + 1 + usize::from(hello[compression]);
    let be = |n: usize| u16::try_from(n).unwrap().to_be_bytes();
    let block = [&extension_type.0.to_be_bytes(), &be(body.len())[..], body, &hello[extensions + 2..]].concat();
    plain::message(HandshakeType::client_hello, &[&hello[4..extensions], &be(block.len())[..], &block].concat())
}

/// The only handshake message that an end sent.
fn hello_of(sent: &[u8]) -> Vec<u8> {
    let mut hellos = one_message_a_record(sent).into_iter().filter(|r| r.content_type == ContentType::handshake);
    let hello = hellos.next().unwrap();
    assert_eq!(hellos.next(), None);
    hello.content
}

/// A server that has sent a HelloRetryRequest to a first ClientHello that `change` made; and the second, unchanged.
fn retried(change: impl FnOnce(&[u8]) -> Vec<u8>) -> (End<ServerRole, Null>, Vec<u8>) {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client: End<ClientRole, Null> = plain::client(&Arc::new(world.client_config().shares(0).build().unwrap()));
    client.drive();
    let first = hello_of(&client.take_output());
    give(&mut server, &change(&first));
    client.give(&server.take_output());
    assert!(client.conn.negotiated().retried && server.conn.negotiated().retried);
    (server, hello_of(&client.take_output()))
}

fn give(server: &mut End<ServerRole, Null>, hello: &[u8]) {
    server.give(&Record::new(false, ContentType::handshake, hello).sealed());
}

fn refused(server: &End<ServerRole, Null>) -> (Reason, Place) {
    let Some(Error::Refused(refusal)) = server.error else { panic!("{:?}", server.error) };
    assert_eq!(server.seen.alerts_sent, [refusal.alert()]);
    (refusal.reason, refusal.place)
}

fn early_data(hello: &[u8]) -> Vec<u8> {
    with_extension(hello, ExtensionType::early_data, &[])
}

/// A record that nobody has the key of.
fn unreadable() -> Vec<u8> {
    framed(ContentType::application_data, &[0x5a; 60])
}

#[test]
fn after_a_retry_early_data_is_skipped_until_the_second_hello_and_not_behind_it() {
    let (mut server, second) = retried(early_data);
    server.give(&unreadable());
    server.give(&unreadable());
    assert_eq!(server.error, None);
    give(&mut server, &second);
    assert_eq!(server.error, None);
    assert_eq!(server.conn.state().name(), "WAIT_CERT");
    server.give(&unreadable());
    assert_eq!(refused(&server).0, Reason::BadRecordMac);
}

#[test]
fn early_data_does_not_stand_between_the_halves_of_the_second_hello() {
    let (mut server, second) = retried(early_data);
    server.give(&unreadable());
    give(&mut server, &second[..50]);
    server.give(&unreadable());
    assert_eq!(refused(&server).0.alert(), AlertDescription::unexpected_message);
}

#[test]
fn without_a_retry_early_data_is_skipped_until_a_record_opens() {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client = plain::client(&Arc::new(world.client_config().build().unwrap()));
    client.drive();
    give(&mut server, &early_data(&hello_of(&client.take_output())));
    server.give(&unreadable());
    assert_eq!(server.error, None);
    server.give(&Record::new(true, ContentType::handshake, &[HandshakeType::certificate.0, 0, 0]).sealed());
    assert_eq!(server.error, None);
    server.give(&unreadable());
    assert_eq!(refused(&server).0, Reason::BadRecordMac);
}

#[test]
fn early_data_that_is_skipped_may_be_too_short_for_a_tag() {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client = plain::client(&Arc::new(world.client_config().build().unwrap()));
    client.drive();
    give(&mut server, &early_data(&hello_of(&client.take_output())));
    for len in [0, 4, 15, 16] {
        server.give(&framed(ContentType::application_data, &[0x5a; 16][..len]));
        assert_eq!(server.error, None, "{len}");
    }
    server.give(&Record::new(true, ContentType::handshake, &[HandshakeType::certificate.0, 0, 0]).sealed());
    server.give(&framed(ContentType::application_data, &[0x5a; 4]));
    assert_eq!(refused(&server).0, Reason::BadRecordMac);
}

// [4.2.10-10]
#[test]
fn early_data_behind_the_second_hello_is_not_skipped_even_if_it_is_offered() {
    let (mut server, second) = retried(early_data);
    give(&mut server, &early_data(&second));
    assert_eq!((server.error, server.conn.state().name()), (None, "WAIT_CERT"));
    server.give(&unreadable());
    assert_eq!(refused(&server).0, Reason::BadRecordMac);
}

#[test]
fn the_second_hello_may_encrypt_its_inner_hello_anew() {
    let inner =
        |body: &'static [u8]| move |hello: &[u8]| with_extension(hello, ExtensionType::encrypted_client_hello, body);
    let (mut server, second) = retried(inner(b"first"));
    give(&mut server, &inner(b"second")(&second));
    assert_eq!(server.error, None);
    assert_eq!(server.conn.state().name(), "WAIT_CERT");
}

#[test]
fn a_hello_that_offers_a_psk_says_how_it_may_be_used() {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client = plain::client(&Arc::new(world.client_config().build().unwrap()));
    client.drive();
    let hello = hello_of(&client.take_output());
    let hello = ClientHello::parse(&hello[4..]).unwrap();
    let extensions = ClientHelloExtensions { pre_shared_key: Some(&[0; 50]), ..hello.extensions };
    give(&mut server, &encoded(&ClientHello { extensions, ..hello }));
    let (reason, place) = refused(&server);
    assert_eq!((reason, place.extension), (Reason::ExtensionMissing, Some(ExtensionType::psk_key_exchange_modes)));
}

#[test]
fn the_server_hello_behind_a_retry_keeps_to_tls_1_3() {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client = plain::client(&Arc::new(world.client_config().shares(0).build().unwrap()));
    client.drive();
    server.give(&client.take_output());
    client.give(&server.take_output());
    server.give(&client.take_output());
    let sent = one_message_a_record(&server.take_output());
    let hello = ServerHello::parse(&sent[0].content[4..]).unwrap();
    let extensions = ServerHelloExtensions { supported_versions: None, ..hello.extensions };
    let older = encoded(&ServerHello { extensions, ..hello });
    client.give(&Record::new(false, ContentType::handshake, &older).sealed());
    let Some(Error::Refused(refusal)) = client.error else { panic!("{:?}", client.error) };
    assert_eq!(refusal.reason, Reason::SelectedVersionBad);
    assert_eq!(client.seen.alerts_sent, [AlertDescription::illegal_parameter]);
}

#[test]
fn nothing_stands_in_a_record_behind_a_hello_that_has_to_be_answered_first() {
    let world = PlainWorld::new();
    let mut server = server_of(&world);
    let mut client = plain::client(&Arc::new(world.client_config().shares(0).build().unwrap()));
    client.drive();
    let first = client.take_output();
    let mut hasty = hello_of(&first);
    hasty.push(HandshakeType::client_hello.0);
    let mut other = server_of(&world);
    give(&mut other, &hasty);
    assert_eq!(refused(&other).0, Reason::KeyChangeInsideRecord);

    server.give(&first);
    let mut hasty = hello_of(&server.take_output());
    hasty.push(HandshakeType::server_hello.0);
    client.give(&Record::new(false, ContentType::handshake, &hasty).sealed());
    let Some(Error::Refused(refusal)) = client.error else { panic!("{:?}", client.error) };
    assert_eq!(refusal.reason, Reason::KeyChangeInsideRecord);
    assert_eq!(client.seen.alerts_sent, [AlertDescription::unexpected_message]);
}

/// A ClientHello that lists these groups, and has shares of x25519 and of those others, first to last.
fn with_shares(hello: &[u8], groups: &[u16], others: &[u16]) -> Vec<u8> {
    let groups: Vec<_> = groups.iter().copied().map(NamedGroup).collect();
    let share = |group| KeyShareEntry { group, key_exchange: &[9; 32] };
    let others = others.iter().copied().map(NamedGroup);
    let shares: Vec<_> = others.chain([NamedGroup::x25519]).map(share).collect();
    let hello = ClientHello::parse(&hello[4..]).unwrap();
    let extensions = ClientHelloExtensions {
        supported_groups: Some(Vector::items(&groups)),
        key_share: Some(Vector::items(&shares)),
        ..hello.extensions
    };
    encoded(&ClientHello { extensions, ..hello })
}

// [4.2.8-2]
#[test]
fn a_server_bears_with_shares_that_are_not_in_the_order_of_the_groups_within_reason() {
    let world = PlainWorld::new();
    let mut client = plain::client(&Arc::new(world.client_config().build().unwrap()));
    client.drive();
    let hello = hello_of(&client.take_output());
    let x25519 = NamedGroup::x25519.0;
    let server_given = |groups: &[u16], others: &[u16]| {
        let mut server = server_of(&world);
        give(&mut server, &with_shares(&hello, groups, others));
        server
    };
    for (groups, others) in
        [(&[x25519, 0x7a7a][..], &[0x7a7a][..]), (&[0x6a6a, x25519, 0x7a7a, 0x5a5a], &[0x5a5a, 0x7a7a, 0x6a6a])]
    {
        let server = server_given(groups, others);
        assert_eq!((server.error, server.conn.state().name()), (None, "WAIT_CERT"), "{groups:x?} {others:x?}");
    }
    let stranger = server_given(&[x25519, 0x7a7a], &[0x7a7a, 0x6a6a]);
    assert_eq!(refused(&stranger).0, Reason::KeyShareGroupNotOffered);
    // Each of them costs a walk over all groups, and that is not for nothing.
    let groups: Vec<_> = [x25519].into_iter().chain(0x4000..0x4400).collect();
    for (shares, bears) in [(60, true), (70, false)] {
        let others: Vec<_> = groups.iter().rev().copied().take(shares).collect();
        assert_eq!(server_given(&groups, &others).error.is_none(), bears, "{shares}");
    }
}

#[test]
fn the_second_hello_changes_nothing_else() {
    let unknown = |body: &'static [u8]| move |hello: &[u8]| with_extension(hello, ExtensionType(0x7a7a), body);
    let (mut server, second) = retried(unknown(b"first"));
    give(&mut server, &unknown(b"second")(&second));
    assert_eq!(refused(&server).0, Reason::SecondHelloChanged);
}
