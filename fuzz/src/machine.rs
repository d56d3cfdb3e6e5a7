//! One end under test, and messages to it in any order and any shape. A real peer, that hears everything the tested end
//! says, has the valid ones; the fuzzer decides what becomes of each of them and what is said besides.

use super::end::End;
use super::input::Input;
use super::null::TAG;
use super::world;
use std::collections::VecDeque;
use symbolon::wire::{ContentType, HandshakeType};
use symbolon::{RecvBuf, Role, StateName};

/// The bytes of the peer's configuration come first, then the tested end's, then one deed after another.
pub fn client_machine(bytes: &[u8]) -> StateName {
    let mut input = Input(bytes);
    let server = End::new(world::server(&mut input), RecvBuf::new());
    let client = End::new(world::client(&mut input), RecvBuf::new());
    play(client, server, input)
}

/// As [`client_machine`].
pub fn server_machine(bytes: &[u8]) -> StateName {
    let mut input = Input(bytes);
    let client = End::new(world::client(&mut input), RecvBuf::new());
    let server = End::new(world::server(&mut input), RecvBuf::new());
    play(server, client, input)
}

/// Returns the state that the tested end comes to.
pub fn play<R: Role, P: Role>(mut tested: End<'_, R>, mut peer: End<'_, P>, mut input: Input<'_>) -> StateName {
    let mut valid = VecDeque::new();
    let mut last = Vec::new();
    tested.drive(&mut input);
    // Where the fuzzer has nothing to say any more, the handshake goes on to its end.
    for _ in 0..input.0.len() + 8 {
        let said = tested.take_output();
        peer.give(&said, &mut Input(&[]));
        valid.extend(messages(&peer.take_output()));
        deed(&mut tested, &mut valid, &mut last, &mut input);
        if tested.conn.error().is_some() {
            // Nothing brings it back.
            deed(&mut tested, &mut valid, &mut last, &mut input);
            break;
        }
        if let Some(mut app) = tested.conn.app() {
            let _ = app.write(b"data", &mut tested.tx).expect("not closed").map(|n| assert_eq!(n, 4));
        }
    }
    tested.check();
    tested.assert_heard(&peer);
    if tested.conn.is_connected() && R::SIDE == symbolon::Side::Client {
        let known = tested.conn.peer().is_some() || tested.conn.external_psk().is_some();
        assert!(known, "a server proves itself");
    }
    tested.conn.state()
}

/// Says one thing to the tested end.
fn deed<R: Role>(tested: &mut End<'_, R>, valid: &mut VecDeque<Vec<u8>>, last: &mut Vec<u8>, input: &mut Input<'_>) {
    let what = input.u8();
    let (handshake, keyed) = (ContentType::handshake, tested.watch.keyed);
    let wire = match what % 24 {
        // A valid message, changed.
        10 => {
            let mut message = valid.pop_front().unwrap_or_default();
            let (at, bits) = (input.below(message.len()), input.u8());
            message.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits);
            record(handshake, &message, keyed)
        }
        // With another body, or one that is longer or shorter, under a header that says so.
        11 => {
            let message = valid.pop_front().unwrap_or_default();
            let (at, drop) = (4 + input.below(message.len()), usize::from(input.u8()));
            let insert = input.u8();
            let body = message.get(4..).unwrap_or_default();
            let (front, back) = body.split_at(at.min(body.len()));
            let body = [front, input.take(insert.into()), back.get(drop..).unwrap_or_default()].concat();
            record(handshake, &headed(message.first().copied().unwrap_or(0), &body), keyed)
        }
        12 => {
            valid.pop_front();
            Vec::new()
        }
        13 => record(handshake, last, keyed),
        // The next but one comes first.
        14 => {
            if valid.len() > 1 {
                valid.swap(0, 1);
            }
            Vec::new()
        }
        // A message of the fuzzer's own.
        15 => {
            let (msg_type, len) = (input.u8(), input.u8());
            record(handshake, &headed(msg_type, input.take(len.into())), keyed)
        }
        16 => {
            let (content_type, len, protected) = (ContentType(input.u8()), input.u8(), input.bool());
            record(content_type, input.take(len.into()), protected)
        }
        17 => record(ContentType::alert, &[input.u8(), input.u8()], keyed),
        18 => record(ContentType::change_cipher_spec, &[1], false),
        19 => record(ContentType::application_data, input.take(7), keyed),
        20 => record(handshake, &headed(HandshakeType::key_update.0, &[input.u8()]), keyed),
        // In pieces.
        21 => {
            let message = valid.pop_front().unwrap_or_default();
            let size = 1 + usize::from(input.u8());
            message.chunks(size).flat_map(|piece| record(handshake, piece, keyed)).collect()
        }
        // Two in one record.
        22 => {
            let two: Vec<u8> = [valid.pop_front(), valid.pop_front()].into_iter().flatten().flatten().collect();
            record(handshake, &two, keyed)
        }
        // Under the wrong protection.
        23 => record(handshake, &valid.pop_front().unwrap_or_default(), !keyed),
        _ => {
            *last = valid.pop_front().unwrap_or_default();
            record(handshake, last, keyed)
        }
    };
    tested.give(&wire, input);
}

fn headed(msg_type: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[msg_type, a, b, c], body].concat()
}

/// Content as records of at most 2^14 bytes; nothing for nothing.
pub fn record(content_type: ContentType, content: &[u8], protected: bool) -> Vec<u8> {
    let framed = |outer: ContentType, parts: &[&[u8]]| {
        let body = parts.concat();
        let len = u16::try_from(body.len()).expect("at most a fragment").to_be_bytes();
        [&[outer.0, 3, 3][..], &len, &body].concat()
    };
    let fragments = content.chunks(1 << 14);
    match protected {
        true => {
            fragments.flat_map(|part| framed(ContentType::application_data, &[part, &[content_type.0], &TAG])).collect()
        }
        false => fragments.flat_map(|part| framed(content_type, &[part])).collect(),
    }
}

/// The handshake messages in what an end sent, protected or not.
pub fn messages(mut sent: &[u8]) -> Vec<Vec<u8>> {
    let mut stream = Vec::new();
    while let [outer, _, _, a, b, rest @ ..] = sent {
        let (body, behind) = rest.split_at(u16::from_be_bytes([*a, *b]).into());
        sent = behind;
        let (mut inner, mut content) = (ContentType(*outer), body);
        if inner == ContentType::application_data {
            let text = body.strip_suffix(&TAG).expect("our own record");
            let at = text.iter().rposition(|b| *b != 0).expect("our own record");
            (inner, content) = (ContentType(text[at]), &text[..at]);
        }
        if inner == ContentType::handshake {
            stream.extend_from_slice(content);
        }
    }
    let mut all = Vec::new();
    let mut rest = &stream[..];
    while let [_, a, b, c, ..] = *rest {
        let len = 4 + usize::try_from(u32::from_be_bytes([0, a, b, c])).expect("short");
        let (message, behind) = rest.split_at(len);
        all.push(message.to_vec());
        rest = behind;
    }
    all
}
