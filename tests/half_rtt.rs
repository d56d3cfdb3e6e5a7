//! What a server says before the client's Finished (RFC 8446 §2.3, §4.4.4).

mod util;

use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::resumption::{PskKind, Shelf, SingleUseKeys, Ticket, TicketKeys};
use symbolon::wire::ContentType;
use symbolon::{
    Allow, Answer, ClientAuth, ClientConfig, Credential, EarlyDataState, Event, Reason, SendBuf, Signing, UnixTime,
};
use util::null::Null;
use util::pair::{End, Pair, ServerRole, World};
use util::pki::NOW;
use util::plain::{self, PlainWorld, Record, local, records};
use util::provider::{Provider, provider};

/// Clients without a certificate, and a server that gives them tickets, and takes a thousand bytes of early data.
struct Anonymous {
    world: World,
    keys: Arc<TicketKeys>,
    shelf: Arc<Shelf<Ticket>>,
}

impl Anonymous {
    fn new() -> Self {
        let keys = Arc::new(TicketKeys::generate(&provider()).unwrap());
        Self { world: World::new(), keys, shelf: Arc::new(Shelf::new(8, 8)) }
    }

    fn client(&self) -> ClientConfigBuilder<Provider> {
        ClientConfig::builder(provider()).anchors(self.world.anchors()).tickets(self.shelf.clone())
    }

    fn server(&self) -> ServerConfigBuilder<Provider> {
        let early_data = EarlyData::new(1000, Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000))));
        let resumption = Resumption::stateless(self.keys.clone()).early_data(early_data);
        self.world.server_config().client_auth(ClientAuth::none()).resumption(resumption)
    }

    fn pair(&self) -> Pair {
        pair(self.client(), self.server())
    }
}

fn pair(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

/// Everything up to the server's flight, which waits to be sent.
fn begin(pair: &mut Pair) {
    pair.client.drive();
    let hello = pair.client.take_output();
    pair.server.give(&hello);
}

fn may_write(server: &mut End<ServerRole, Provider>) -> bool {
    server.conn.half_rtt().is_some()
}

/// Writes as much as there is room for.
fn write(server: &mut End<ServerRole, Provider>, bytes: &[u8]) -> usize {
    server.conn.half_rtt().expect("the client has not answered").write(bytes, &mut server.tx).unwrap()
}

// [4.4.4-5]
#[test]
fn a_server_answers_early_data_before_it_hears_from_the_client_again() {
    let anonymous = Anonymous::new();
    anonymous.pair().run();
    let mut pair = anonymous.pair();
    pair.client.conn = pair.client.conn.offer_early_data();
    pair.client.drive();
    pair.client.conn.early_data().unwrap().write(b"who is there?", &mut pair.client.tx).unwrap();
    let flight = pair.client.take_output();
    pair.server.give(&flight);
    assert_eq!(
        (pair.server.early_data.as_slice(), pair.server.conn.state().name()),
        (&b"who is there?"[..], "WAIT_EOED")
    );
    assert_eq!(write(&mut pair.server, b"everybody"), 9);
    // The flight and the answer are one segment to the client.
    let answer = pair.server.take_output();
    pair.client.give(&answer);
    assert_eq!((pair.client.received.as_slice(), pair.client.conn.is_connected()), (&b"everybody"[..], true));
    pair.client.write(b"thanks");
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::Accepted);
    assert_eq!(pair.server.received, b"thanks");
    assert!(!may_write(&mut pair.server));
}

// [4.4.4-5]
#[test]
fn a_client_without_a_certificate_hears_its_server_first_however_the_bytes_arrive() {
    let anonymous = Anonymous::new();
    for piece in [1, 7, usize::MAX] {
        let mut pair = anonymous.pair();
        begin(&mut pair);
        assert_eq!(write(&mut pair.server, b"220 "), 4);
        assert_eq!(write(&mut pair.server, b"ready"), 5);
        assert!(!pair.server.conn.is_connected());
        let greeting = pair.server.take_output();
        greeting.chunks(piece.min(greeting.len())).for_each(|piece| pair.client.give(piece));
        assert_eq!((pair.client.error, pair.client.received.as_slice()), (None, &b"220 ready"[..]));
        pair.run();
        pair.assert_connected();
    }
}

// [4.4.4-5]
#[test]
fn tickets_and_application_data_follow_in_order_what_was_said_early() {
    let anonymous = Anonymous::new();
    let mut pair = anonymous.pair();
    begin(&mut pair);
    write(&mut pair.server, &[1; 20_000]);
    pair.client.drive();
    let greeting = pair.server.take_output();
    pair.client.give(&greeting);
    let finished = pair.client.take_output();
    // What still waits when the client's Finished comes goes before the tickets.
    write(&mut pair.server, &[2; 100]);
    pair.server.give(&finished);
    assert!(pair.server.conn.is_connected());
    pair.server.write(&[3; 100]);
    pair.client.write(b"heard");
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.received, [vec![1; 20_000], vec![2; 100], vec![3; 100]].concat());
    assert_eq!((pair.server.received.as_slice(), anonymous.shelf.size()), (&b"heard"[..], (1, 2)));
    let again = {
        let mut pair = anonymous.pair();
        pair.run();
        pair.client.conn.negotiated().psk
    };
    assert_eq!(again, Some(PskKind::Resumption));
}

/// The states in which a server may write early: one arrow a step, and one byte of the client's at a time.
fn states(mut pair: Pair) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for _ in 0..4 {
        pair.client.drive();
        for byte in pair.client.take_output() {
            pair.server.rx.receive(&[byte]);
            loop {
                let moved = matches!(
                    pair.server.conn.step_with(&mut pair.server.rx, &mut pair.server.tx, &mut pair.server.seen),
                    Ok(Event::Moved { .. } | Event::EarlyData(_))
                );
                let name = pair.server.conn.state().name().to_owned();
                if may_write(&mut pair.server) && all.last() != Some(&name) {
                    all.push(name);
                }
                if !moved {
                    break;
                }
            }
        }
        let down = pair.server.take_output();
        pair.client.give(&down);
    }
    pair.assert_connected();
    all
}

// [4.4.4-5]
#[test]
fn a_server_may_write_early_behind_its_finished_until_the_clients_and_to_whom_no_certificate_is_owed() {
    let anonymous = Anonymous::new();
    let asks = || anonymous.server().client_auth(ClientAuth::request(anonymous.world.anchors(), Allow::anyone()));
    // Before the empty Certificate comes it is not known that there is none.
    assert_eq!(states(pair(anonymous.client(), asks())), ["WAIT_FINISHED"]);
    assert_eq!(states(anonymous.pair()), ["WAIT_FINISHED"]);
    let mut early = anonymous.pair();
    early.client.conn = early.client.conn.offer_early_data();
    early.client.drive();
    early.client.conn.early_data().unwrap().write(b"early", &mut early.client.tx).unwrap();
    assert_eq!(states(early), ["WAIT_EOED", "WAIT_FINISHED"]);
}

// [4.4.4-5]
#[test]
fn a_server_never_writes_early_to_a_client_that_shows_a_certificate() {
    let world = World::new();
    let requests = ClientAuth::request(world.anchors(), Allow::dns("robot.test"));
    for server in [world.server_config(), world.server_config().client_auth(requests)] {
        assert_eq!(states(pair(world.client_config(), server)), [""; 0]);
    }
}

// [4.4.4-5]
#[test]
fn a_client_that_comes_back_is_known_by_its_ticket_and_may_be_written_to() {
    let (world, shelf) = (World::new(), Arc::new(Shelf::new(8, 8)));
    let keys = Arc::new(TicketKeys::generate(&provider()).unwrap());
    let meet = || {
        let client = world.client_config().tickets(shelf.clone());
        pair(client, world.server_config().resumption(Resumption::stateless(keys.clone())))
    };
    meet().run();
    assert_eq!(states(meet()), ["WAIT_FINISHED"]);
    let mut pair = meet();
    begin(&mut pair);
    assert_eq!((write(&mut pair.server, b"you again"), pair.server.conn.peer().is_none()), (9, true));
    pair.run();
    pair.assert_connected();
    assert_eq!((pair.client.received.as_slice(), pair.server.conn.peer().is_some()), (&b"you again"[..], true));
}

#[test]
fn what_does_not_fit_the_send_buffer_waits_and_holds_up_the_tickets() {
    let anonymous = Anonymous::new();
    let mut pair = anonymous.pair();
    let room = pair.server.conn.required_send_space();
    pair.server.tx = SendBuf::over(vec![0; room].leak());
    begin(&mut pair);
    while !may_write(&mut pair.server) {
        let sent = pair.server.take_output();
        pair.client.give(&sent);
        pair.server.drive();
    }
    let said = vec![7; 10 * room];
    let mut written = 0;
    while written < said.len() {
        let n = write(&mut pair.server, &said[written..]);
        assert!(n < room);
        written += n;
        if written < said.len() {
            assert_eq!(write(&mut pair.server, &said), 0, "it is full");
        }
        let sent = pair.server.take_output();
        pair.client.give(&sent);
    }
    assert!(pair.client.received == said);
    assert!(write(&mut pair.server, &said) > 0);
    let finished = pair.client.take_output();
    pair.server.rx.receive(&finished);
    let stepped = pair.server.conn.step_with(&mut pair.server.rx, &mut pair.server.tx, &mut pair.server.seen);
    assert!(matches!(stepped, Ok(Event::NeedSend)), "{stepped:?}");
    assert!(!pair.server.conn.is_connected());
    pair.run();
    pair.assert_connected();
    assert_eq!(anonymous.shelf.size(), (1, 2));
}

#[test]
fn early_words_keep_to_the_limits_of_the_client() {
    let anonymous = Anonymous::new();
    let mut pair = pair(anonymous.client().record_size_limit(100), anonymous.server().record_padding(90));
    begin(&mut pair);
    assert_eq!(write(&mut pair.server, &[7; 1000]), 1000);
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.received, [7; 1000]);
}

#[test]
fn nothing_can_be_written_early_once_the_connection_failed() {
    let anonymous = Anonymous::new();
    let mut cancelled = anonymous.pair();
    begin(&mut cancelled);
    assert!(may_write(&mut cancelled.server));
    cancelled.server.conn.cancel(&mut cancelled.server.tx);
    assert!(!may_write(&mut cancelled.server));
    let mut damaged = anonymous.pair();
    begin(&mut damaged);
    damaged.server.give(&plain::framed(ContentType::application_data, &[0; 40]));
    let Some(symbolon::Error::Refused(refusal)) = damaged.server.error else { panic!("{:?}", damaged.server.error) };
    assert_eq!(refusal.reason, Reason::BadRecordMac);
    assert!(!may_write(&mut damaged.server));
}

/// As servers of others may, before they know their client.
#[test]
fn a_client_that_has_yet_to_sign_keeps_what_came_early_until_it_is_connected() {
    let world = PlainWorld::new();
    let scheme = symbolon::wire::SignatureScheme::ecdsa_secp256r1_sha256;
    let elsewhere: Credential = world.credential(&world.client, Signing::External(vec![scheme].into()));
    let mut client = plain::client(&Arc::new(world.client_config().credential(elsewhere).build().unwrap()));
    let server = world.server_config().credential(world.credential(&world.server, local()));
    let mut server: End<ServerRole, Null> = plain::server(&Arc::new(server.build().unwrap()));
    client.drive();
    server.give(&client.take_output());
    assert!(server.conn.half_rtt().is_none());
    let early = Record::new(true, ContentType::application_data, b"early words").sealed();
    client.rx.receive(&[server.take_output(), early].concat());
    assert!(client.drive(), "it wants a signature");
    assert_eq!((client.error, client.received.as_slice()), (None, &[][..]));
    let content = match client.conn.step_with(&mut client.rx, &mut client.tx, &mut client.seen) {
        Ok(Event::Ask(symbolon::Ask::Sign(request))) => request.content.as_ref().to_vec(),
        other => panic!("{other:?}"),
    };
    let signature = util::null::sign(symbolon::crypto::SignatureAlgorithm::of_scheme(scheme).unwrap(), &content);
    let End { conn, rx, tx, seen, .. } = &mut client;
    conn.answer_with(Answer::Signature(&signature), rx, tx, seen).unwrap().unwrap();
    client.drive();
    assert_eq!((client.error, client.received.as_slice()), (None, &b"early words"[..]));
    let flight = client.take_output();
    assert!(records(&flight).len() > 1);
    server.give(&flight);
    assert!(server.error.is_none() && server.conn.is_connected());
}
