//! The library without a heap, on a machine that has one: it is there, and both ends of a connection leave it alone.
//!
//! `cargo test --no-default-features --features rustcrypto --test no_heap`; with a heap there is nothing here.
#![cfg(all(feature = "rustcrypto", not(feature = "alloc")))]

#[path = "embedded/src/pki.rs"]
mod pki;
#[path = "embedded/src/random.rs"]
mod random;

use allocation_counter::measure;
use random::Repeatable;
use symbolon::crypto::rustcrypto::RustCrypto;
use symbolon::identity::AllowRule;
use symbolon::wire::NamedGroup;
use symbolon::{
    Allow, Anchors, ClientAuth, ClientConfig, ClientWith, Connection, Error, Event, Observer, Reason, RecvBuf, Role,
    SendBuf, ServerConfig, ServerName, ServerWith, Time, Trace, UnixTime,
};

type Provider = RustCrypto<Repeatable>;

const TODAY: Time = Time::AtLeast(UnixTime(1_795_500_000));
/// Bytes of every buffer: a flight of two certificates in records of 64 bytes.
const MEMORY: usize = 3072;

#[derive(Clone, Copy)]
struct Case {
    /// Of the server; the client has all, and sends a share of X25519.
    groups: &'static [NamedGroup],
    record_size_limit: u16,
    one_operation_per_step: bool,
    time: Time,
    admitted: &'static [AllowRule],
}

const USUAL: Case = Case {
    groups: &[NamedGroup::x25519],
    record_size_limit: 1024,
    one_operation_per_step: false,
    time: TODAY,
    admitted: &[AllowRule::Dns("client.test")],
};

#[derive(Default)]
struct Seen {
    keys: usize,
    yields: usize,
    heard: usize,
    error: Option<Error>,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        self.keys += usize::from(matches!(event, Trace::RecvKey(_)));
    }
}

struct End<'c, 'b, R: Role> {
    conn: Connection<'c, R, Provider>,
    rx: RecvBuf<'b>,
    tx: SendBuf<'b>,
    seen: Seen,
}

impl<'c, 'b, R: Role> End<'c, 'b, R> {
    fn new(conn: Connection<'c, R, Provider>, rx: &'b mut [u8], tx: &'b mut [u8]) -> Self {
        Self { conn, rx: RecvBuf::over(rx), tx: SendBuf::over(tx), seen: Seen::default() }
    }

    /// Steps until there is something to receive or to send, or it is over.
    fn drive(&mut self) {
        while self.seen.error.is_none() {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen) {
                Ok(Event::NeedRecv | Event::NeedSend | Event::PeerClosed) => return,
                Ok(Event::Yield) => self.seen.yields += 1,
                Ok(Event::Data(data)) => self.seen.heard += data.len(),
                Ok(Event::Moved { .. }) => {}
                Ok(Event::Ask(_)) => unreachable!("nothing is left open"),
                Err(error) => self.seen.error = Some(error),
            }
        }
    }

    fn say(&mut self, line: &[u8]) {
        if let Some(mut app) = self.conn.app() {
            assert_eq!(app.write(line, &mut self.tx), Ok(Ok(line.len())));
        }
    }
}

/// Both ends go on until neither has anything to say.
fn settle<R: Role, S: Role>(client: &mut End<'_, '_, R>, server: &mut End<'_, '_, S>) {
    loop {
        client.drive();
        server.drive();
        if client.tx.move_to(&mut server.rx) + server.tx.move_to(&mut client.rx) == 0 {
            return;
        }
    }
}

struct Outcome {
    retried: bool,
    authenticated: [bool; 2],
    client: Seen,
    server: Seen,
}

/// A mutual handshake; if it succeeds, a line each way, new keys each way, and another line each way.
fn converse(case: Case) -> Outcome {
    let ours = ClientConfig::builder(Provider::new(Repeatable::new()))
        .anchors(Anchors::from_static(&pki::ANCHORS))
        .credentials_static(&pki::CLIENT_CREDENTIALS)
        .record_size_limit(case.record_size_limit);
    let theirs = ServerConfig::builder(Provider::new(Repeatable::new()))
        .credentials_static(&pki::SERVER_CREDENTIALS)
        .client_auth(ClientAuth::require(Anchors::from_static(&pki::ANCHORS), Allow::any_of(case.admitted)))
        .groups(case.groups)
        .record_size_limit(case.record_size_limit);
    let (ours, theirs) = match case.one_operation_per_step {
        true => (ours.one_operation_per_step(), theirs.one_operation_per_step()),
        false => (ours, theirs),
    };
    let (ours, theirs) = (ours.build().unwrap(), theirs.build().unwrap());
    let [a, b, c, d] = &mut [[0; MEMORY]; 4];
    let name = ServerName::dns("server.test").unwrap();
    let mut client = End::new(ClientWith::new(&ours, name, case.time), a, b);
    let mut server = End::new(ServerWith::new(&theirs, case.time), c, d);
    settle(&mut client, &mut server);
    for new_keys in [true, false] {
        client.say(b"ask");
        server.say(b"answer");
        settle(&mut client, &mut server);
        if let (true, Some(mut app)) = (new_keys, client.conn.app()) {
            app.update_keys(true, &mut client.tx).unwrap().unwrap();
        }
        settle(&mut client, &mut server);
    }
    Outcome {
        retried: client.conn.negotiated().retried,
        authenticated: [client.conn.peer().is_some(), server.conn.peer().is_some()],
        client: client.seen,
        server: server.seen,
    }
}

/// The outcome, and that it took nothing of the heap.
fn without_heap(case: Case) -> Outcome {
    let mut outcome = None;
    let heap = measure(|| outcome = Some(converse(case)));
    assert_eq!((heap.count_total, heap.bytes_total), (0, 0));
    outcome.unwrap()
}

#[test]
fn mutual_authentication_a_retry_and_new_keys_take_nothing_of_the_heap() {
    for (groups, retry) in [(&[NamedGroup::x25519], false), (&[NamedGroup::secp256r1], true)] {
        for record_size_limit in [64, 512, 1024] {
            for one_operation_per_step in [false, true] {
                let case = Case { groups, record_size_limit, one_operation_per_step, ..USUAL };
                let Outcome { retried, authenticated, client, server } = without_heap(case);
                assert_eq!((client.error, server.error), (None, None));
                assert_eq!(authenticated, [true, true]);
                assert_eq!(retried, retry);
                assert_eq!((client.yields > 0, server.yields > 0), (one_operation_per_step, one_operation_per_step));
                assert_eq!((client.heard, server.heard), (2 * "answer".len(), 2 * "ask".len()));
                // Those of the handshake, of application data, and after the KeyUpdate.
                assert_eq!((client.keys, server.keys), (3, 3));
            }
        }
    }
}

fn reason(error: Option<Error>) -> Option<Reason> {
    match error {
        Some(Error::Refused(refusal)) => Some(refusal.reason),
        _ => None,
    }
}

#[test]
fn a_refusal_takes_nothing_of_the_heap_and_keeps_its_reason() {
    let expired = without_heap(Case { time: Time::AtLeast(UnixTime(4_000_000_000)), ..USUAL });
    assert_eq!(reason(expired.client.error), Some(Reason::CertificateExpired));
    assert!(matches!(expired.server.error, Some(Error::PeerAlert(_))));

    let other = without_heap(Case { admitted: &[AllowRule::Dns("other.test")], ..USUAL });
    assert_eq!(reason(other.server.error), Some(Reason::PeerNotAllowed));
    assert!(matches!(other.client.error, Some(Error::PeerAlert(_))));
}
