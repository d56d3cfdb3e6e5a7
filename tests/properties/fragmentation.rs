//! A recorded conversation, played to fresh ends in pieces of any size: nothing of it may depend on the pieces.

use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;
use symbolon::{ClientWith, Connection, Error, Event, Reason, RecvBuf, Role, SendBuf, ServerWith, StateName};

use super::util::pair::{Pair, Seen};
use super::util::provider::Provider;
use super::world::{Repeating, client, client_config, pattern, server, server_config};

/// What went over the wire, and what the application sent.
struct Recording {
    to_server: Vec<u8>,
    to_client: Vec<u8>,
    from_client: Vec<u8>,
    from_server: Vec<u8>,
}

fn ends() -> (ClientWith<'static, Provider>, ServerWith<'static, Provider>) {
    // A first ClientHello without a share: the retry makes the conversation longer.
    let ours = client_config(Repeating::provider(1)).shares(0).groups([symbolon::wire::NamedGroup::x25519]);
    (client(ours), server(server_config(Repeating::provider(2))))
}

static RECORDING: LazyLock<Recording> = LazyLock::new(|| {
    let (client, server) = ends();
    let mut pair = Pair::new(client, server);
    let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
    let mut run = |pair: &mut Pair| loop {
        pair.client.drive();
        let out = pair.client.take_output();
        to_server.extend_from_slice(&out);
        pair.server.give(&out);
        let back = pair.server.take_output();
        to_client.extend_from_slice(&back);
        pair.client.give(&back);
        if out.is_empty() && back.is_empty() {
            return;
        }
    };
    run(&mut pair);
    pair.assert_connected();
    let (from_client, from_server) = (pattern(5000), pattern(3333));
    for (piece, theirs) in from_client.chunks(700).zip(from_server.chunks(600)) {
        pair.client.write(piece);
        pair.server.write(theirs);
        pair.client.conn.app().unwrap().update_keys(false, &mut pair.client.tx).unwrap().unwrap();
        pair.server.conn.app().unwrap().update_keys(false, &mut pair.server.tx).unwrap().unwrap();
        run(&mut pair);
    }
    let sent = 700 * from_server.chunks(600).count();
    pair.client.write(&from_client[sent.min(5000)..]);
    pair.client.conn.app().unwrap().close(&mut pair.client.tx);
    pair.server.conn.app().unwrap().close(&mut pair.server.tx);
    run(&mut pair);
    assert!(pair.client.received == from_server && pair.server.received == from_client);
    Recording { to_server, to_client, from_client, from_server }
});

/// Everything that can be seen of one end.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    moves: Vec<(StateName, StateName)>,
    events: Vec<String>,
    received: Vec<u8>,
    output: Vec<u8>,
    state: StateName,
    peer_closed: bool,
    error: Option<Error>,
}

/// One delivery: how many bytes, and what else is done to the receive buffer.
#[derive(Clone, Copy, Debug)]
struct Piece {
    len: usize,
    release: bool,
    /// Lent data is given back this many bytes at a time..
    consume: usize,
    /// .. and meanwhile more arrives.
    receive_while_lent: bool,
}

const WHOLE: Piece = Piece { len: usize::MAX, release: false, consume: usize::MAX, receive_while_lent: false };

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let len = prop_oneof![4 => 1usize..8, 4 => 1usize..200, 1 => 200usize..20_000];
    let consume = prop_oneof![1usize..9, 1usize..999, Just(usize::MAX)];
    let piece = (len, any::<bool>(), consume, any::<bool>())
        .prop_map(|(len, release, consume, receive_while_lent)| Piece { len, release, consume, receive_while_lent });
    vec(piece, 1..40)
}

/// Plays `bytes` in `pieces`, which are repeated for as long as bytes are left.
fn play<R: Role>(
    conn: &mut Connection<'_, R, Provider>,
    rx: &mut RecvBuf<'_>,
    mut bytes: &[u8],
    pieces: &[Piece],
) -> Outcome {
    let (mut tx, mut seen) = (SendBuf::new(), Seen::default());
    let (mut moves, mut received, mut output) = (Vec::new(), Vec::new(), Vec::new());
    let (mut peer_closed, mut error) = (false, None);
    for piece in pieces.iter().cycle() {
        if piece.release {
            rx.release();
        }
        let given = rx.receive(&bytes[..piece.len.min(bytes.len())]);
        bytes = &bytes[given..];
        let mut late = 0;
        loop {
            match conn.step_with(rx, &mut tx, &mut seen) {
                Ok(Event::Moved { from, to }) => moves.push((from, to)),
                Ok(Event::Data(lent)) => {
                    let lent = lent.to_vec();
                    let mut taken = Vec::new();
                    while !rx.data().is_empty() {
                        let n = piece.consume.min(rx.data().len());
                        taken.extend_from_slice(&rx.data()[..n]);
                        rx.consume(n);
                        if piece.receive_while_lent {
                            let n = rx.receive(&bytes[..bytes.len().min(3)]);
                            bytes = &bytes[n..];
                            late += n;
                        }
                        if piece.release {
                            rx.release();
                        }
                    }
                    assert_eq!(taken, lent, "what is consumed is what was lent");
                    received.extend_from_slice(&lent);
                }
                Ok(Event::Yield) => {}
                Ok(Event::EarlyData(_)) => panic!("early data that nobody takes"),
                Ok(Event::NeedRecv) => break,
                Ok(Event::NeedSend) => assert!(!tx.is_empty(), "it waits for nothing"),
                Ok(Event::PeerClosed) => {
                    peer_closed = true;
                    break;
                }
                Ok(Event::Ask(ask)) => panic!("everything is configured, but it asks {ask:?}"),
                Err(e) => {
                    error = Some(e);
                    break;
                }
            }
            output.extend_from_slice(tx.to_send());
            tx.sent(tx.to_send().len());
        }
        output.extend_from_slice(tx.to_send());
        tx.sent(tx.to_send().len());
        if bytes.is_empty() || error.is_some() {
            break;
        }
        assert!(given + late > 0, "the buffer is full, and the connection asks for more: {rx:?}");
    }
    Outcome { moves, events: seen.events, received, output, state: conn.state(), peer_closed, error }
}

fn play_to_server(rx: &mut RecvBuf<'_>, pieces: &[Piece]) -> Outcome {
    play(&mut ends().1, rx, &RECORDING.to_server, pieces)
}

fn play_to_client(rx: &mut RecvBuf<'_>, pieces: &[Piece]) -> Outcome {
    play(&mut ends().0, rx, &RECORDING.to_client, pieces)
}

/// What it comes to when everything arrives at once.
static AT_ONCE: LazyLock<[Outcome; 2]> =
    LazyLock::new(|| [play_to_server(&mut RecvBuf::new(), &[WHOLE]), play_to_client(&mut RecvBuf::new(), &[WHOLE])]);

#[test]
fn a_conversation_repeats_itself() {
    let [server, client] = &*AT_ONCE;
    assert_eq!((server.error, server.state, server.peer_closed), (None, StateName::Connected, true));
    assert_eq!((client.error, client.state, client.peer_closed), (None, StateName::Connected, true));
    assert_eq!(server.received, RECORDING.from_client);
    assert_eq!(client.received, RECORDING.from_server);
    assert!(RECORDING.to_client.starts_with(&server.output) && !server.output.is_empty());
    assert!(RECORDING.to_server.starts_with(&client.output) && !client.output.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_pieces_give_the_same_on_the_heap(pieces in pieces()) {
        prop_assert_eq!(&play_to_server(&mut RecvBuf::new(), &pieces), &AT_ONCE[0]);
        prop_assert_eq!(&play_to_client(&mut RecvBuf::new(), &pieces), &AT_ONCE[1]);
    }

    #[test]
    fn any_pieces_give_the_same_in_memory_of_the_caller(pieces in pieces(), size in 2000usize..40_000) {
        let mut memory = vec![0xaa; size];
        prop_assert_eq!(&play_to_server(&mut RecvBuf::over(&mut memory), &pieces), &AT_ONCE[0]);
        prop_assert_eq!(&play_to_client(&mut RecvBuf::over(&mut memory), &pieces), &AT_ONCE[1]);
    }

    /// In a buffer of any size, one that is too small among them, the pieces decide nothing: also not how it fails.
    #[test]
    fn a_buffer_that_is_too_small_says_so_whatever_the_pieces(pieces in pieces(), size in 5usize..2000) {
        let mut memory = vec![0; size];
        let in_pieces = play_to_server(&mut RecvBuf::over(&mut memory), &pieces);
        if let Some(error) = in_pieces.error {
            let Error::Refused(refusal) = error else { return Err(TestCaseError::fail(error.to_string())) };
            prop_assert!([Reason::ReceiveBufferTooSmall, Reason::MessageTooLong].contains(&refusal.reason), "{}", error);
        }
        let one_by_one = Piece { len: 1, ..WHOLE };
        prop_assert_eq!(in_pieces, play_to_server(&mut RecvBuf::over(&mut memory), &[one_by_one]));
    }
}
