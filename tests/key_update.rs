//! KeyUpdate (RFC 8446 §4.6.3), asked for and not.

mod util;

use std::sync::Arc;
use symbolon::wire::{ContentType, KeyUpdate, KeyUpdateRequest};
use symbolon::{Error, Event, Misuse, Reason, Role, SendBuf};
use util::null::Null;
use util::pair::{End, Pair, Seen, World};
use util::plain::{self, PlainWorld, Record, bring, encoded, local, records};

fn connected() -> Pair {
    let mut pair = World::new().pair();
    pair.run();
    pair.assert_connected();
    pair
}

fn count(seen: &Seen, what: &str) -> usize {
    seen.events.iter().filter(|event| *event == what).count()
}

/// The client updates its keys so many times, and says nothing else.
fn update(pair: &mut Pair, times: u32, both: bool) {
    for _ in 0..times {
        pair.client.conn.app().unwrap().update_keys(both, &mut pair.client.tx).unwrap().unwrap();
        pair.run();
        // What the server gets is no idle record, and its answer goes with what it sends next.
        if both {
            pair.client.write(b"upload");
            pair.server.write(b"heard");
            pair.run();
        }
    }
}

#[test]
fn a_peer_that_only_answers_may_update_its_keys_as_often_as_it_is_asked() {
    let mut pair = connected();
    update(&mut pair, 100, true);
    pair.assert_connected();
    assert_eq!(count(&pair.client.seen, "recv KeyUpdate"), 100);
    assert_eq!(pair.client.received.len(), 100 * b"heard".len());
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

/// Both ends, connected, with records that can be read and made.
fn plain_pair() -> (End<util::pair::ClientRole, Null>, End<util::pair::ServerRole, Null>) {
    let world = PlainWorld::new();
    let client = Arc::new(world.client_config().credential(world.credential(&world.client, local())).build().unwrap());
    let server = Arc::new(world.server_config().credential(world.credential(&world.server, local())).build().unwrap());
    let connected_client = bring(plain::client(&client), plain::server(&server), "CONNECTED");
    (connected_client, bring(plain::server(&server), plain::client(&client), "CONNECTED"))
}

/// A KeyUpdate that asks for ours, in a record.
fn request() -> Vec<u8> {
    let update = KeyUpdate { request_update: KeyUpdateRequest::update_requested };
    Record::new(true, ContentType::handshake, &encoded(&update)).sealed()
}

/// The records of an answer, and of `data` behind it.
fn answered(data: &[u8]) -> [Record; 2] {
    let update = encoded(&KeyUpdate { request_update: KeyUpdateRequest::update_not_requested });
    [Record::new(true, ContentType::handshake, &update), Record::new(true, ContentType::application_data, data)]
}

fn answers_many_at_once<R: Role>(mut end: End<R, Null>) {
    for _ in 0..20 {
        end.give(&request());
        assert_eq!((end.error, end.take_output()), (None, vec![]), "there is nothing to say yet");
    }
    end.write(b"one");
    end.write(b"two");
    let sent = records(&end.take_output());
    let [answer, one] = answered(b"one");
    assert_eq!(sent, [answer, one, Record::new(true, ContentType::application_data, b"two")]);
    end.give(&request());
    end.write(b"three");
    assert_eq!(records(&end.take_output()), answered(b"three"));
}

// [4.6.3-3]
#[test]
fn many_requests_are_answered_once_and_before_the_next_data() {
    let (client, server) = plain_pair();
    answers_many_at_once(client);
    answers_many_at_once(server);
}

// [4.6.3-3]
#[test]
fn an_update_of_our_own_is_an_answer_too() {
    let (mut client, _) = plain_pair();
    client.give(&request());
    client.conn.app().unwrap().update_keys(false, &mut client.tx).unwrap().unwrap();
    client.write(b"data");
    assert_eq!(records(&client.take_output()), answered(b"data"));
    // One that asks answers as well.
    client.give(&request());
    client.conn.app().unwrap().update_keys(true, &mut client.tx).unwrap().unwrap();
    client.write(b"data");
    let sent = records(&client.take_output());
    assert_eq!((sent.len(), sent[0].content.last()), (2, Some(&KeyUpdateRequest::update_requested.0)));
}

// [4.6.3-3]
#[test]
fn an_answer_that_finds_no_room_goes_before_the_data_later() {
    let (mut client, _) = plain_pair();
    // What waits leaves no room for a KeyUpdate.
    client.tx = SendBuf::over(vec![0; 200].leak());
    while client.conn.app().unwrap().write(b"waits", &mut client.tx).unwrap().unwrap() > 0 {}
    let waiting = client.tx.to_send().len();
    client.give(&request());
    assert_eq!(client.error, None);
    let mut app = client.conn.app().unwrap();
    assert!(app.space(&mut client.tx).unwrap().unwrap().is_empty());
    assert_eq!(app.write(b"more", &mut client.tx).unwrap().unwrap(), 0);
    assert_eq!(app.update_keys(false, &mut client.tx), Err(Misuse::NoRoom));
    assert_eq!(client.tx.to_send().len(), waiting);
    let sent = records(&client.take_output());
    assert!(sent.iter().all(|record| record.content_type == ContentType::application_data));
    client.write(b"more");
    assert_eq!(records(&client.take_output()), answered(b"more"));
}

#[test]
fn requests_are_heard_however_much_waits_to_be_sent() {
    let (mut client, _) = plain_pair();
    client.tx = SendBuf::over(vec![0; 200].leak());
    while client.conn.app().unwrap().write(b"waits", &mut client.tx).unwrap().unwrap() > 0 {}
    client.rx.receive(&[request(), Record::new(true, ContentType::application_data, b"heard").sealed()].concat());
    let stepped = client.conn.step_with(&mut client.rx, &mut client.tx, &mut client.seen);
    assert!(matches!(stepped, Ok(Event::Moved { .. })), "{stepped:?}");
    client.drive();
    assert_eq!((client.error, client.received.as_slice()), (None, &b"heard"[..]));
}

// [4.6.3-3]
#[test]
fn who_closes_owes_no_answer() {
    let (mut client, _) = plain_pair();
    client.give(&request());
    client.conn.app().unwrap().close(&mut client.tx);
    assert_eq!(client.conn.app().unwrap().write(b"more", &mut client.tx).map(|_| ()), Err(Misuse::Closed));
    assert_eq!(records(&client.take_output()), [Record::new(true, ContentType::alert, &[1, 0])]);
}
