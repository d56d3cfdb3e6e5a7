//! Exporters (RFC 8446 §7.5) and the channel binding of RFC 9266, at both ends. That the values are right is shown by
//! `tests/rfc8448` and `tests/openssl_live`.
#![cfg(feature = "ring")]

mod util;

use symbolon::wire::CipherSuite;
use symbolon::{Misuse, StateName};
use util::pair::{Pair, World};

const LABEL: &str = "EXPERIMENTAL-test";

fn connected(world: &World, suite: CipherSuite) -> Pair {
    let client = world.client_config().suites(vec![suite]).build().unwrap();
    let mut pair = Pair::of(client, world.server_config().build().unwrap());
    pair.run();
    pair.assert_connected();
    pair
}

/// What both ends export.
fn exported(pair: &Pair, label: &str, context: &[u8], len: usize) -> Vec<u8> {
    let (mut client, mut server) = (vec![0; len], vec![0xff; len]);
    pair.client.conn.export(label, context, &mut client).unwrap();
    pair.server.conn.export(label, context, &mut server).unwrap();
    assert_eq!(client, server);
    client
}

// [7.5-1] [7.5-2]
#[test]
fn both_ends_export_the_same_and_other_things_for_other_labels_contexts_lengths_and_connections() {
    let world = World::new();
    for suite in [CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384] {
        let (pair, other) = (connected(&world, suite), connected(&world, suite));
        let all = [
            exported(&pair, LABEL, b"", 100),
            exported(&pair, "EXPERIMENTAL-tess", b"", 100),
            exported(&pair, LABEL, b"context", 100),
            exported(&pair, LABEL, &[b'c'; 1 << 17], 100),
            exported(&pair, LABEL, b"", 101),
            exported(&other, LABEL, b"", 100),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[..at].iter().all(|other| other[..16] != one[..16]), "{at}");
        }
        assert_eq!(exported(&pair, LABEL, b"", 100), all[0], "asked again");
    }
}

// [9266-2-1]
#[test]
fn the_channel_binding_is_the_same_at_both_ends_and_no_other_connection() {
    let world = World::new();
    let [pair, other] = [(); 2].map(|()| connected(&world, CipherSuite::TLS_AES_256_GCM_SHA384));
    let binding = pair.client.conn.channel_binding().unwrap();
    assert_eq!(pair.server.conn.channel_binding(), Ok(binding));
    assert_eq!(exported(&pair, "EXPORTER-Channel-Binding", b"", 32), binding);
    assert_ne!(other.client.conn.channel_binding(), Ok(binding));
}

#[test]
fn what_is_exported_does_not_change_with_the_keys() {
    let mut pair = connected(&World::new(), CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
    let before = exported(&pair, LABEL, b"", 32);
    pair.client.conn.app().unwrap().update_keys(true, &mut pair.client.tx).unwrap().unwrap();
    pair.run();
    assert_eq!(exported(&pair, LABEL, b"", 32), before);
}

// [7.5-3]
#[test]
fn an_exporter_gives_up_to_255_blocks_and_not_one_byte_more() {
    let world = World::new();
    for (suite, most) in
        [(CipherSuite::TLS_AES_128_GCM_SHA256, 255 * 32), (CipherSuite::TLS_AES_256_GCM_SHA384, 255 * 48)]
    {
        let pair = connected(&world, suite);
        let longest = exported(&pair, LABEL, b"", most);
        assert!(longest.chunks(16).all(|some| some != [0; 16]));
        assert!(exported(&pair, LABEL, b"", 0).is_empty());
        let mut out = vec![7; most + 1];
        assert_eq!(pair.client.conn.export(LABEL, b"", &mut out), Err(Misuse::ExportTooLong));
        assert!(out.iter().all(|byte| *byte == 7));
    }
}

#[test]
fn an_exporter_has_a_label_that_fits() {
    let pair = connected(&World::new(), CipherSuite::TLS_AES_128_GCM_SHA256);
    assert_ne!(exported(&pair, &"x".repeat(249), b"", 32), exported(&pair, &"x".repeat(248), b"", 32));
    for label in ["", &"x".repeat(250)] {
        assert_eq!(pair.server.conn.export(label, b"", &mut [0; 32]), Err(Misuse::ExporterLabel));
    }
}

#[test]
fn there_is_nothing_to_export_before_connected_after_a_failure_or_once_both_have_closed() {
    let world = World::new();
    let mut pair = world.pair();
    let mut out = [7; 32];
    pair.client.drive();
    let not_connected = |state| Err(Misuse::NotConnected(state));
    assert_eq!(pair.client.conn.export(LABEL, b"", &mut out), not_connected(StateName::WaitSh));
    // The server has the secret already, but the client has not proved anything yet.
    let hello = pair.client.take_output();
    pair.server.give(&hello);
    assert_eq!(pair.server.conn.export(LABEL, b"", &mut out), not_connected(StateName::WaitCert));
    assert_eq!(pair.server.conn.channel_binding(), Err(Misuse::NotConnected(StateName::WaitCert)));

    pair.run();
    pair.assert_connected();
    pair.client.conn.app().unwrap().close(&mut pair.client.tx);
    pair.run();
    // One direction is open.
    assert_eq!(pair.client.conn.channel_binding(), pair.server.conn.channel_binding());
    assert!(pair.client.conn.channel_binding().is_ok());
    pair.server.conn.app().unwrap().close(&mut pair.server.tx);
    pair.run();
    assert_eq!(pair.client.conn.export(LABEL, b"", &mut out), Err(Misuse::Closed));
    assert_eq!(pair.server.conn.export(LABEL, b"", &mut out), Err(Misuse::Closed));

    let mut pair = connected(&world, CipherSuite::TLS_AES_128_GCM_SHA256);
    pair.client.give(&[0x17, 3, 3, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(pair.client.error.is_some());
    assert_eq!(pair.client.conn.export(LABEL, b"", &mut out), not_connected(StateName::Failed));
    assert_eq!(out, [7; 32]);
}
