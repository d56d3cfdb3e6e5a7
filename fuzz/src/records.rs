//! Records to a server, in START or CONNECTED: what they come to must not depend on the pieces in which they arrive.

use super::end::End;
use super::input::Input;
use super::machine::record;
use super::world;
use symbolon::wire::ContentType;
use symbolon::{Error, RecvBuf, ServerRole, StateName};

/// Everything that is compared.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    state: StateName,
    error: Option<Error>,
    received: Vec<u8>,
    sent: Vec<u8>,
    peer_closed: bool,
}

/// A byte for the state (its lowest bit) and the size of pieces, two for the size of the receive buffer, then records.
/// Returns the state that the server comes to.
pub fn records(bytes: &[u8]) -> StateName {
    let mut input = Input(bytes);
    let (first, size) = (input.u8(), usize::from(input.u16()));
    let (connected, piece) = (first & 1 == 1, 1 + usize::from(first >> 1));
    let wire = wire(&mut input);
    let whole = deliver(connected, size, &wire, usize::MAX);
    assert_eq!(whole, deliver(connected, size, &wire, piece), "in pieces of {piece}");
    whole.state
}

/// A byte of flags and a length frame each piece of content, unless the flags let it go out as it is.
fn wire(input: &mut Input<'_>) -> Vec<u8> {
    let mut wire = Vec::new();
    while !input.is_empty() {
        let what = input.u8();
        let len = if what & 0x10 == 0 { input.u8().into() } else { input.u16() };
        let content = input.take(len.into());
        match what & 0xe0 {
            0xe0 => wire.extend_from_slice(content),
            flags => wire.extend(record(ContentType(20 + (what & 0x0f)), content, flags & 0x20 != 0)),
        }
    }
    wire
}

fn deliver(connected: bool, size: usize, wire: &[u8], piece: usize) -> Outcome {
    // Odd sizes are those of a buffer of the caller's.
    let mut memory = vec![0; size];
    let small = size % 2 == 1 && !connected;
    let rx = if small { RecvBuf::over(&mut memory) } else { RecvBuf::new() };
    let mut server: End<'_, ServerRole> = End::new(world::server(&mut Input(&[])), rx);
    if connected {
        let mut client = End::new(world::client(&mut Input(&[])), RecvBuf::new());
        for _ in 0..3 {
            client.drive(&mut Input(&[]));
            server.give(&client.take_output(), &mut Input(&[]));
            client.give(&server.take_output(), &mut Input(&[]));
        }
        assert!(server.conn.is_connected());
    }
    let mut sent = Vec::new();
    // Where not even a header fits, the buffer fills up, and that is all.
    let wire = if small && size < 5 { &wire[..wire.len().min(size)] } else { wire };
    for piece in wire.chunks(piece) {
        server.give(piece, &mut Input(&[]));
        sent.extend(server.take_output());
        if server.conn.error().is_some() {
            break;
        }
    }
    server.check();
    Outcome {
        state: server.conn.state(),
        error: server.conn.error(),
        received: server.received,
        sent,
        peer_closed: server.conn.peer_closed(),
    }
}
