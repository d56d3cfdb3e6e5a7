//! Which groups there are, which of them get a share, and what the shares and the shared secret are made of.

use super::util::pair::{ClientRole, End, Pair};
use super::util::provider::{Provider, provider};
use super::*;
use symbolon::crypto::Crypto;
use symbolon::wire::{ClientHello, KeyShareEntry, Parse, ServerHello};
use symbolon::{ConfigError, SendBuf};

/// The body of the only handshake message in plaintext records.
fn message(records: &[u8]) -> &[u8] {
    let length = usize::from(u16::from_be_bytes([records[3], records[4]]));
    &records[9..5 + length]
}

/// The groups and share lengths of a ClientHello.
fn shares_of(hello: &[u8]) -> Vec<(NamedGroup, usize)> {
    let shares = ClientHello::parse(message(hello)).unwrap().extensions.key_share.unwrap();
    shares.iter().map(|KeyShareEntry { group, key_exchange }| (group, key_exchange.len())).collect()
}

fn first_shares(client: &mut End<ClientRole, Provider>) -> Vec<NamedGroup> {
    client.drive();
    shares_of(&client.take_output()).into_iter().map(|(group, _)| group).collect()
}

// [10024-4.1-1] [10024-4.2-1]
#[test]
fn every_group_connects_with_shares_of_its_length() {
    for (group, of_client, of_server) in POST_QUANTUM {
        let mut pair = pair(&[group], &[group]);
        pair.client.drive();
        let hello = pair.client.take_output();
        assert_eq!(shares_of(&hello), [(group, of_client)]);
        pair.server.give(&hello);
        let flight = pair.server.take_output();
        let share = ServerHello::parse(message(&flight)).unwrap().extensions.key_share.unwrap();
        assert_eq!((share.group, share.key_exchange.len()), (group, of_server));
        pair.client.give(&flight);
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().group, Some(group));
        pair.client.write(b"ping");
        pair.server.write(b"pong");
        pair.run();
        assert_eq!((&*pair.server.received, &*pair.client.received), (&b"ping"[..], &b"pong"[..]));
    }
}

/// A feature is on for everybody who shares a build: it must not change what a program says that knows nothing of it.
#[test]
fn who_lists_no_groups_does_not_speak_them() {
    let mut pair = WORLD.pair();
    pair.client.drive();
    let hello = pair.client.take_output();
    assert_eq!(shares_of(&hello), [(X25519, 32)]);
    let groups = ClientHello::parse(message(&hello)).unwrap().extensions.supported_groups.unwrap();
    assert!(groups.iter().all(|group| !group.is_post_quantum()));
    assert!(provider().groups().contains(&X25519_MLKEM768));
    let mut pair = Pair::of(
        WORLD.client_config().groups([X25519_MLKEM768, X25519]).build().unwrap(),
        WORLD.server_config().build().unwrap(),
    );
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.conn.negotiated().group, Some(X25519));
}

/// Servers without ML-KEM answer at once, and those with it as well.
#[test]
fn a_client_shares_the_first_group_with_mlkem_and_the_first_without() {
    for (groups, shared) in [
        (vec![X25519_MLKEM768, X25519, P256], vec![X25519_MLKEM768, X25519]),
        (vec![X25519, P256, MLKEM1024], vec![X25519, MLKEM1024]),
        (vec![P256_MLKEM768], vec![P256_MLKEM768]),
        (vec![MLKEM1024, X25519_MLKEM768], vec![MLKEM1024]),
        (vec![MLKEM1024, X25519_MLKEM768, P384, X25519], vec![MLKEM1024, P384]),
        (vec![X25519, P256], vec![X25519]),
    ] {
        let mut client = pair(&groups, &[X25519]).client;
        assert_eq!(first_shares(&mut client), shared, "{groups:?}");
    }
}

#[test]
fn a_client_that_was_told_how_many_shares_takes_them_from_the_front() {
    for (count, shared) in [(0, vec![]), (1, vec![X25519_MLKEM768]), (2, vec![X25519_MLKEM768, P256_MLKEM768])] {
        let config = WORLD.client_config().groups([X25519_MLKEM768, P256_MLKEM768, X25519]).shares(count);
        let server = WORLD.server_config().build().unwrap();
        assert_eq!(first_shares(&mut Pair::of(config.build().unwrap(), server).client), shared);
    }
}

#[test]
fn shares_of_named_groups_stand_in_the_order_of_the_list_and_no_others_can_be_named() {
    let listed = [X25519_MLKEM768, X25519, P256, P384];
    let with = |named: &[NamedGroup]| WORLD.client_config().groups(listed).key_shares(named.to_vec()).build();
    for (named, sent) in [(vec![], vec![]), (vec![P256], vec![P256]), (vec![P384, X25519], vec![X25519, P384])] {
        let mut pair = Pair::of(with(&named).unwrap(), WORLD.server_config().groups([P384]).build().unwrap());
        assert_eq!(first_shares(&mut pair.client), sent);
    }
    assert_eq!(with(&[MLKEM1024]).unwrap_err(), ConfigError::KeyShare(MLKEM1024));
    assert_eq!(with(&[X25519, P256, P384]).unwrap_err(), ConfigError::TooMany("key shares"));
}

#[test]
fn the_server_decides_by_its_own_list_among_the_shares() {
    for (server, group, retried) in [
        (vec![X25519, X25519_MLKEM768], X25519, false),
        (vec![X25519_MLKEM768, X25519], X25519_MLKEM768, false),
        (vec![P256_MLKEM768, X25519], X25519, false),
        (vec![P256_MLKEM768], P256_MLKEM768, true),
    ] {
        let mut pair = pair(&[X25519_MLKEM768, X25519, P256_MLKEM768], &server);
        pair.run();
        pair.assert_connected();
        let negotiated = pair.client.conn.negotiated();
        assert_eq!((negotiated.group, negotiated.retried), (Some(group), retried), "{server:?}");
    }
}

#[test]
fn no_other_group_of_the_registry_is_taken_for_one_of_them() {
    for group in [NamedGroup::ffdhe2048, NamedGroup(0x0200), NamedGroup(0x0201), NamedGroup(0x11ed)] {
        let built = WORLD.client_config().groups([group]).build().map(drop);
        assert_eq!(built, Err(ConfigError::Group(group)));
    }
}

/// With real keys, so that what was put together again is what was sent.
#[test]
fn hellos_in_pieces_lead_to_the_same_secret() {
    for (group, _, _) in POST_QUANTUM {
        for piece in [1, 7, 536, 1200, 1460] {
            let mut pair = pair(&[group, X25519], &[group]);
            pair.run_in_pieces(piece);
            pair.assert_connected();
            assert_eq!(pair.server.conn.negotiated().group, Some(group));
        }
    }
}

#[test]
fn the_send_space_that_is_required_holds_long_shares() {
    for (groups, server) in [(&[X25519_MLKEM768, P256_MLKEM768][..], P256_MLKEM768), (&[MLKEM1024, X25519], MLKEM1024)]
    {
        let client = WORLD.client_config().groups(groups.to_vec()).shares(2).record_size_limit(64);
        let server = WORLD.server_config().groups([server]);
        let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
        let space = |len: usize| SendBuf::over(vec![0; len].leak());
        pair.client.tx = space(pair.client.conn.required_send_space());
        pair.server.tx = space(pair.server.conn.required_send_space());
        pair.run();
        pair.assert_connected();
    }
}
