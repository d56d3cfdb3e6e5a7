//! KeyUpdate (RFC 8446 §4.6.3), asked for and not.

mod util;

use symbolon::{Error, Reason};
use util::pair::{Pair, World};

fn connected() -> Pair {
    let mut pair = World::new().pair();
    pair.run();
    pair.assert_connected();
    pair
}

/// The client updates its keys so many times, and says nothing else.
fn update(pair: &mut Pair, times: u32, both: bool) {
    for _ in 0..times {
        pair.client.conn.app().unwrap().update_keys(both, &mut pair.client.tx).unwrap().unwrap();
        pair.run();
        // What the server gets is no idle record.
        if both {
            pair.client.write(b"upload");
            pair.run();
        }
    }
}

#[test]
fn a_peer_that_only_answers_may_update_its_keys_as_often_as_it_is_asked() {
    let mut pair = connected();
    update(&mut pair, 100, true);
    pair.assert_connected();
    pair.server.write(b"done");
    pair.run();
    assert_eq!(pair.client.received, b"done");
    assert_eq!(pair.server.received.len(), 100 * b"upload".len());
}

#[test]
fn a_peer_that_updates_its_keys_unasked_has_to_send_data_now_and_then() {
    let mut pair = connected();
    update(&mut pair, 32, false);
    pair.assert_connected();
    pair.client.write(b"data");
    pair.run();
    update(&mut pair, 32, false);
    pair.assert_connected();
    update(&mut pair, 1, false);
    let Some(Error::Refused(refusal)) = pair.server.error else { panic!("{:?}", pair.server.error) };
    assert_eq!(refusal.reason, Reason::TooManyKeyUpdates);
}
