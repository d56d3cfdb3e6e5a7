//! Memory of the buffers: given back when idle, taken again without the heap, and never seen by another connection.

mod util;

use allocation_counter::measure;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use symbolon::io::blocking::{ClientStream, Handshake, ServerStream};
use symbolon::{ClientWith, RecvBuf, SendBuf, ServerName, ServerWith, UnixTime};
use util::pair::{Pair, World};
use util::pki::NOW;
use util::provider::Provider;

/// Bytes of application data in the longest record (RFC 8446 §5.1).
const RECORD: usize = 1 << 14;
/// What one buffer may take.
const ONE_BUFFER: i64 = 17_000;

fn connected() -> Pair {
    let mut pair = World::new().pair();
    pair.run();
    pair.assert_connected();
    pair
}

type Streams = (ClientStream<'static, Provider, UnixStream>, ServerStream<'static, Provider, UnixStream>);

/// Both ends of a connection, here in one thread. What it keeps for buffers was given back by nobody else.
fn streams() -> Streams {
    let world = World::new();
    let (ours, theirs) = UnixStream::pair().unwrap();
    for end in [&ours, &theirs] {
        // A test that would wait for ever fails instead.
        end.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    }
    let client = Arc::new(world.client_config().build().unwrap());
    let server = Arc::new(world.server_config().build().unwrap());
    let server = thread::spawn(move || Handshake::new(ServerWith::new(server, UnixTime(NOW)), theirs).complete());
    let client = ClientWith::new(client, ServerName::dns("server.test").unwrap(), UnixTime(NOW));
    let client = Handshake::new(client, ours).complete().unwrap();
    (client, server.join().unwrap().unwrap())
}

#[test]
fn memory_that_one_buffer_gave_back_serves_the_next() {
    let serve = || {
        let mut rx = RecvBuf::new();
        assert!(rx.space().len() >= RECORD);
        rx.release();
    };
    assert_eq!(measure(serve).count_total, 2, "the memory, and the list that it goes to");
    assert_eq!(measure(serve).count_total, 0);
}

#[test]
fn no_more_is_kept_than_a_few_buffers() {
    let heap = measure(|| {
        let mut many: Vec<_> = (0..100).map(|_| RecvBuf::new()).collect();
        many.iter_mut().for_each(|rx| assert!(rx.space().len() >= RECORD));
        many.iter_mut().for_each(RecvBuf::release);
    });
    assert!(heap.bytes_max >= 100 * RECORD as u64, "all were there at once");
    assert!(heap.bytes_current < 10 * ONE_BUFFER, "{} bytes are kept", heap.bytes_current);
}

/// What a new receive buffer, and a new send buffer of this connection, show to whoever fills them.
fn seen_by_others(pair: &mut Pair) -> [Vec<u8>; 2] {
    let (mut rx, mut tx) = (RecvBuf::new(), SendBuf::new());
    let received = rx.space().to_vec();
    rx.release();
    let mut app = pair.server.conn.app().unwrap();
    [received, app.space(&mut tx).unwrap().unwrap().to_vec()]
}

fn assert_no_trace(secret: u8, pair: &mut Pair) {
    for shown in seen_by_others(pair) {
        assert!(shown.len() >= RECORD);
        assert!(!shown.windows(4).any(|bytes| bytes == [secret; 4]), "plaintext of another connection");
    }
}

#[test]
fn what_was_received_is_wiped_before_another_connection_sees_its_memory() {
    let (mut other, mut pair) = (connected(), connected());
    // Also if a record was written over it meanwhile, or over a part of it.
    for len in [0, 100, RECORD] {
        pair.client.write(&[0xa5; RECORD]);
        let (client, server) = (&mut pair.client, &mut pair.server);
        client.tx.move_to(&mut server.rx);
        client.tx.release();
        server.conn.step(&mut server.rx, &mut server.tx).unwrap();
        assert_eq!(server.rx.data(), [0xa5; RECORD]);
        server.rx.consume(RECORD);
        server.rx.release();

        let mut tx = SendBuf::new();
        assert_eq!(other.client.conn.app().unwrap().write(&vec![0x11; len], &mut tx).unwrap().unwrap(), len);
        tx.sent(usize::MAX);
        tx.release();
        assert_no_trace(0xa5, &mut other);
    }
}

#[test]
fn the_rest_of_memory_that_a_short_record_was_written_to_is_wiped_too() {
    let (mut other, mut pair) = (connected(), connected());
    let mut app = pair.client.conn.app().unwrap();
    app.space(&mut pair.client.tx).unwrap().unwrap().fill(0xa5);
    app.commit(10, &mut pair.client.tx).unwrap().unwrap();
    pair.client.tx.sent(usize::MAX);
    pair.client.tx.release();
    // The piece given back last is taken first.
    let mut tx = SendBuf::new();
    let mut app = other.client.conn.app().unwrap();
    assert_eq!(app.write(b"0123456789", &mut tx).unwrap().unwrap(), 10);
    let space = app.space(&mut tx).unwrap().unwrap();
    assert!(space.iter().all(|byte| *byte == 0), "room behind a record that waits");
    let waits = tx.to_send().len();
    assert_eq!(tx.move_to(&mut other.server.rx), waits);
    other.server.drive();
    assert_eq!(other.server.received, b"0123456789");
    tx.release();
    assert_no_trace(0xa5, &mut other);
}

#[test]
fn records_through_the_blocking_driver_take_no_allocation() {
    let (mut client, mut server) = streams();
    let mut exchange = || {
        for len in [1, 1 << 10, RECORD] {
            let (message, mut room) = ([0x5a; RECORD], [0; RECORD]);
            client.write_all(&message[..len]).unwrap();
            server.read_exact(&mut room[..len]).unwrap();
            assert_eq!(room[..len], message[..len]);
            server.write_all(&room[..len]).unwrap();
            client.read_exact(&mut room[..len]).unwrap();
        }
    };
    exchange();
    assert_eq!(measure(exchange).count_total, 0);
}

#[test]
fn streams_that_are_idle_hold_no_buffers() {
    const PAIRS: usize = 20;
    let mut idle: Vec<_> = (0..PAIRS).map(|_| streams()).collect();
    let mut room = [0; RECORD];
    // All share what one of them needs.
    let heap = measure(|| {
        for (client, server) in &mut idle {
            client.write_all(&[0x5a; RECORD]).unwrap();
            server.read_exact(&mut room).unwrap();
        }
    });
    assert!(heap.bytes_current <= 2 * ONE_BUFFER, "{} bytes", heap.bytes_current);
}

#[test]
fn a_stream_whose_transport_has_nothing_yet_holds_no_buffers() {
    let mut idle: Vec<_> = (0..20).map(|_| streams()).collect();
    let heap = measure(|| {
        for (client, server) in &mut idle {
            server.transport().set_nonblocking(true).unwrap();
            let error = server.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            client.write_all(b"late").unwrap();
            let mut room = [0; 4];
            server.read_exact(&mut room).unwrap();
            assert_eq!(&room, b"late");
        }
    });
    assert!(heap.bytes_current <= 2 * ONE_BUFFER, "{} bytes", heap.bytes_current);
}
