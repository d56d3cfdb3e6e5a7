//! Application data written where it will be sealed.

mod util;

use symbolon::Misuse;
use util::pair::{Pair, World};

fn connected() -> Pair {
    let mut pair = World::new().pair();
    pair.run();
    pair.assert_connected();
    pair
}

#[test]
fn what_is_committed_in_place_arrives() {
    let mut pair = connected();
    let mut app = pair.client.conn.app().unwrap();
    app.space(&mut pair.client.tx).unwrap().unwrap()[..5].copy_from_slice(b"hello");
    app.commit(5, &mut pair.client.tx).unwrap().unwrap();
    pair.run();
    assert_eq!(pair.server.received, b"hello");
}

#[test]
fn what_was_not_put_into_space_of_this_record_is_not_sealed() {
    let mut pair = connected();
    let tx = &mut pair.client.tx;
    let mut app = pair.client.conn.app().unwrap();
    assert_eq!(app.commit(1, tx).map(|_| ()), Err(Misuse::TooMuch), "no space was asked for");

    app.space(tx).unwrap().unwrap()[..5].copy_from_slice(b"first");
    app.commit(5, tx).unwrap().unwrap();
    assert_eq!(app.commit(5, tx).map(|_| ()), Err(Misuse::TooMuch), "that space was used up");

    app.space(tx).unwrap().unwrap()[..5].copy_from_slice(b"other");
    app.update_keys(false, tx).unwrap().unwrap();
    assert_eq!(app.commit(5, tx).map(|_| ()), Err(Misuse::TooMuch), "a KeyUpdate was written over it");

    let mut cleared = symbolon::SendBuf::new();
    app.space(&mut cleared).unwrap().unwrap()[..5].copy_from_slice(b"third");
    cleared.clear();
    assert_eq!(app.commit(5, &mut cleared).map(|_| ()), Err(Misuse::TooMuch), "it was forgotten");

    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.received, b"first");
}
