//! Hellos that no packet holds: cut at every byte, into deliveries and into records, the outcome is the same.
//!
//! The cuts are many, so they are made with the provider that computes nothing, whose shares are as long.
#![cfg(all(feature = "mlkem", feature = "ring", feature = "std"))]

mod util;

use std::ops::Range;
use std::sync::{Arc, LazyLock};
use symbolon::config::{EarlyData, Resumption};
use symbolon::resumption::{PskKind, TicketKeys};
use symbolon::wire::{ContentType, NamedGroup};
use symbolon::{ClientAuth, ClientConfig, EarlyDataState, Error, Reason, RecvBuf, Role, ServerConfig};
use util::null::Null;
use util::pair::{ClientRole, End, Pair, ServerRole};
use util::plain::{self, PlainWorld, framed, local};
use util::tickets::{AlwaysFirst, SameTicket, ticket_keys};

const X25519: NamedGroup = NamedGroup::x25519;
const HYBRID: NamedGroup = NamedGroup::X25519MLKEM768;
static PLAIN: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);
static KEYS: LazyLock<Arc<TicketKeys>> = LazyLock::new(|| ticket_keys(&Null::new(77)));
const EARLY: &[u8] = b"what can't wait";

/// How two ends come together.
struct Scenario {
    client: Arc<ClientConfig<Null>>,
    server: Arc<ServerConfig<Null>>,
    early: EarlyDataState,
    psk: Option<PskKind>,
    retried: bool,
}

impl Scenario {
    /// Of the groups that the server takes; the client prefers the hybrid, but after a retry shares it only when asked.
    fn full(retried: bool) -> Self {
        let client = PLAIN.client_config().credential(PLAIN.credential(&PLAIN.client, local()));
        let client = match retried {
            true => client.groups([X25519, HYBRID]).shares(1),
            false => client.groups([HYBRID, X25519]),
        };
        let server = PLAIN.server_config().credential(PLAIN.credential(&PLAIN.server, local()));
        Self {
            client: Arc::new(client.build().unwrap()),
            server: Arc::new(server.groups([HYBRID]).build().unwrap()),
            early: EarlyDataState::NotOffered,
            psk: None,
            retried,
        }
    }

    /// By a ticket, with early data; a retry refuses that.
    fn resumed(retried: bool) -> Self {
        let tickets = Arc::new(SameTicket::default());
        let client = PLAIN.client_config().groups([X25519, HYBRID]).shares(if retried { 1 } else { 2 });
        let resumption = Resumption::stateless(KEYS.clone()).early_data(EarlyData::new(1000, Arc::new(AlwaysFirst)));
        let server = PLAIN.server_config().credential(PLAIN.credential(&PLAIN.server, local())).groups([HYBRID]);
        let scenario = Self {
            client: Arc::new(client.tickets(tickets.clone()).build().unwrap()),
            server: Arc::new(server.client_auth(ClientAuth::none()).resumption(resumption).build().unwrap()),
            early: if retried { EarlyDataState::Rejected } else { EarlyDataState::Accepted },
            psk: Some(PskKind::Resumption),
            retried,
        };
        let mut first = Pair { client: plain::client(&scenario.client), server: plain::server(&scenario.server) };
        first.run();
        first.assert_connected();
        assert!(!tickets.bytes().is_empty());
        scenario
    }

    fn all() -> [Self; 4] {
        [Self::full(false), Self::full(true), Self::resumed(false), Self::resumed(true)]
    }

    fn pair(&self) -> Pair<Null> {
        let (mut client, server) = (plain::client(&self.client), plain::server(&self.server));
        if self.early != EarlyDataState::NotOffered {
            client.conn = client.conn.offer_early_data();
            client.drive();
            let written = client.conn.early_data().unwrap().write(EARLY, &mut client.tx).unwrap();
            assert_eq!(written, EARLY.len());
        }
        Pair { client, server }
    }

    /// Both connected as they should, and can speak.
    fn check(&self, pair: &mut Pair<Null>) {
        pair.assert_connected();
        for negotiated in [pair.client.conn.negotiated(), pair.server.conn.negotiated()] {
            assert_eq!((negotiated.group, negotiated.retried), (Some(HYBRID), self.retried));
            assert_eq!((negotiated.psk, negotiated.early_data), (self.psk, self.early));
        }
        let early = if self.early == EarlyDataState::Accepted { EARLY } else { b"" };
        assert_eq!(pair.server.early_data, early);
        pair.client.write(b"ping");
        pair.server.write(b"pong");
        pair.run();
        assert_eq!((&*pair.server.received, &*pair.client.received), (&b"ping"[..], &b"pong"[..]));
    }
}

/// Delivers flight by flight, client first; what the flight with this number becomes, `deliver` decides.
fn run(pair: &mut Pair<Null>, mut deliver: impl FnMut(usize, Vec<u8>) -> Vec<Vec<u8>>) {
    fn give<R: Role>(to: &mut End<R, Null>, pieces: Vec<Vec<u8>>) {
        pieces.iter().for_each(|piece| to.give(piece));
    }
    pair.client.drive();
    for flight in (0..).step_by(2) {
        let up = pair.client.take_output();
        give(&mut pair.server, deliver(flight, up.clone()));
        let down = pair.server.take_output();
        give(&mut pair.client, deliver(flight + 1, down.clone()));
        if up.is_empty() && down.is_empty() {
            return;
        }
    }
}

/// The record in a flight that holds a long hello.
fn hello(flight: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    while let [content_type, _, _, high, low, ..] = flight[at..] {
        let end = at + 5 + usize::from(u16::from_be_bytes([high, low]));
        if ContentType(content_type) == ContentType::handshake && end - at > 1216 {
            return Some(at..end);
        }
        at = end;
    }
    None
}

/// In two deliveries, the first of which ends after `n` bytes of the hello.
fn cut_delivery(flight: Vec<u8>, n: usize) -> Vec<Vec<u8>> {
    let Some(hello) = hello(&flight) else { return vec![flight] };
    let (front, rest) = flight.split_at((hello.start + n).min(hello.end));
    vec![front.to_vec(), rest.to_vec()]
}

/// With the hello in two records, the first of which has `n` bytes of it.
fn cut_record(flight: Vec<u8>, n: usize) -> Vec<Vec<u8>> {
    let Some(hello) = hello(&flight) else { return vec![flight] };
    let (before, behind) = (&flight[..hello.start], &flight[hello.end..]);
    let content = &flight[hello.start + 5..hello.end];
    let (front, rest) = content.split_at(n.min(content.len() - 1));
    let records = [front, rest].map(|part| framed(ContentType::handshake, part));
    vec![[before, &records.concat(), behind].concat()]
}

/// With every hello cut at each of its bytes in turn: the client's by `up`, the server's by `down`.
fn cut_everywhere(up: fn(Vec<u8>, usize) -> Vec<Vec<u8>>, down: fn(Vec<u8>, usize) -> Vec<Vec<u8>>) {
    for scenario in Scenario::all() {
        let mut longest: [usize; 2] = [0; 2];
        run(&mut scenario.pair(), |number, flight| {
            let len = hello(&flight).map_or(0, |hello| hello.len());
            longest[number % 2] = longest[number % 2].max(len);
            vec![flight]
        });
        assert!(longest.iter().all(|len| *len > 1216), "{longest:?}");
        for n in 1..longest[0].max(longest[1]) {
            let mut pair = scenario.pair();
            run(&mut pair, |number, flight| if number % 2 == 0 { up(flight, n) } else { down(flight, n) });
            scenario.check(&mut pair);
        }
    }
}

#[test]
fn a_client_hello_in_two_deliveries_and_a_server_hello_in_two_records_are_taken() {
    cut_everywhere(cut_delivery, cut_record);
}

#[test]
fn a_client_hello_in_two_records_and_a_server_hello_in_two_deliveries_are_taken() {
    cut_everywhere(cut_record, cut_delivery);
}

#[test]
fn conversations_are_the_same_byte_by_byte() {
    for scenario in Scenario::all() {
        let mut pair = scenario.pair();
        run(&mut pair, |_, flight| flight.chunks(1).map(<[u8]>::to_vec).collect());
        scenario.check(&mut pair);
    }
}

#[test]
fn nothing_is_said_to_a_part_of_a_hello() {
    let scenario = Scenario::full(false);
    let mut pair = scenario.pair();
    pair.client.drive();
    let hello = pair.client.take_output();
    let (last, front) = hello.split_last().unwrap();
    for byte in front {
        pair.server.give(&[*byte]);
        assert!(pair.server.take_output().is_empty() && pair.server.error.is_none());
    }
    pair.server.give(&[*last]);
    let flight = pair.server.take_output();
    let hello = 5 + usize::from(u16::from_be_bytes([flight[3], flight[4]]));
    for byte in &flight[..hello - 1] {
        pair.client.give(&[*byte]);
        assert!(pair.client.take_output().is_empty() && pair.client.error.is_none());
    }
    pair.client.give(&flight[hello - 1..]);
    pair.run();
    scenario.check(&mut pair);
}

fn refused(error: Option<Error>) -> Reason {
    let Some(Error::Refused(refusal)) = error else { panic!("{error:?}") };
    refusal.reason
}

fn over(len: usize) -> RecvBuf<'static> {
    RecvBuf::over(vec![0; len].leak())
}

#[test]
fn a_receive_buffer_of_fixed_size_holds_a_hello_or_says_that_it_is_too_small() {
    let scenario = Scenario::full(false);
    let mut pair = scenario.pair();
    pair.client.drive();
    let hello = pair.client.take_output();
    let server = |len| {
        let mut server: End<ServerRole, Null> = plain::server(&scenario.server);
        server.rx = over(len);
        server.give(&hello);
        server
    };
    assert_eq!(refused(server(hello.len() - 1).error), Reason::ReceiveBufferTooSmall);
    let mut fits = server(hello.len());
    assert_eq!(fits.error, None);
    let flight = fits.take_output();
    let of_server_hello = 5 + usize::from(u16::from_be_bytes([flight[3], flight[4]]));
    let client = |len| {
        // Its random, and so the session id that is echoed, are drawn anew.
        let mut client: End<ClientRole, Null> = scenario.pair().client;
        client.rx = over(len);
        client.give(&flight[..of_server_hello]);
        client.error
    };
    assert_eq!(refused(client(of_server_hello - 1)), Reason::ReceiveBufferTooSmall);
    assert_ne!(refused(client(of_server_hello)), Reason::ReceiveBufferTooSmall);
}
