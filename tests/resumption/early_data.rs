//! Early data (RFC 8446 §4.2.10): taken once and fresh, or refused without harm.

use super::util::pair::{Pair, World};
use super::util::pki::NOW;
use super::util::provider::{Provider, provider};
use super::{keys, shelf};
use std::ops::RangeInclusive;
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::resumption::{
    Declined, EarlyDataDeclined, PskKind, Shelf, SingleUse, SingleUseError, SingleUseKeys, StoredTickets, Ticket,
    TicketKeys,
};
use symbolon::wire::{AlertDescription, CipherSuite, NamedGroup};
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientWith, EarlyDataState, Error, Reason, ServerName, ServerWith, UnixTime,
};

const AES_128: CipherSuite = CipherSuite::TLS_AES_128_GCM_SHA256;
const CHACHA20: CipherSuite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
const RESUMED: Option<PskKind> = Some(PskKind::Resumption);
const EARLY: &[u8] = b"what can't wait";

/// A client without a certificate, and servers with the same keys.
struct Regulars {
    world: World,
    keys: Arc<TicketKeys>,
    single_use: Arc<SingleUseKeys>,
    shelf: Arc<Shelf<Ticket>>,
}

impl Regulars {
    fn new() -> Self {
        let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
        Self { world: World::new(), keys: keys(), single_use, shelf: shelf() }
    }

    fn client(&self) -> ClientConfigBuilder<Provider> {
        ClientConfig::builder(provider()).anchors(self.world.anchors()).tickets(self.shelf.clone())
    }

    fn tickets(&self) -> Resumption {
        Resumption::stateless(self.keys.clone())
    }

    fn takes(&self, max: u32) -> EarlyData {
        EarlyData::new(max, self.single_use.clone())
    }

    fn server(&self, resumption: Resumption) -> ServerConfigBuilder<Provider> {
        self.world.server_config().client_auth(ClientAuth::none()).resumption(resumption)
    }

    /// That takes up to a thousand bytes.
    fn usual_server(&self) -> ServerConfigBuilder<Provider> {
        self.server(self.tickets().early_data(self.takes(1000)))
    }

    /// After a full handshake with a server that takes a thousand bytes next time.
    fn known() -> Self {
        let regulars = Self::new();
        let pair = meet(regulars.client(), regulars.usual_server());
        assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::NotOffered);
        regulars
    }
}

fn meet(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    pair
}

/// A pair by these clocks, in seconds after [`NOW`].
fn pair(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>, [here, there]: [i64; 2]) -> Pair {
    let name = ServerName::dns("server.test").unwrap();
    let mut pair = Pair::new(
        ClientWith::new(Arc::new(client.build().unwrap()), name, UnixTime(NOW + here)),
        ServerWith::new(Arc::new(server.build().unwrap()), UnixTime(NOW + there)),
    );
    pair.client.conn = pair.client.conn.offer_early_data();
    pair
}

/// Writes as much early data as the client may, and returns how much that was.
fn write_early(pair: &mut Pair, bytes: &[u8]) -> usize {
    pair.client.drive();
    pair.client.conn.early_data().map_or(0, |mut early| early.write(bytes, &mut pair.client.tx).unwrap())
}

/// Sends `EARLY`, and runs to CONNECTED.
fn say_early(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>, clocks: [i64; 2]) -> Pair {
    let mut pair = pair(client, server, clocks);
    assert_eq!(write_early(&mut pair, EARLY), EARLY.len());
    pair.run();
    pair.assert_connected();
    pair
}

fn state(pair: &Pair) -> EarlyDataState {
    let [here, there] = [pair.client.conn.negotiated(), pair.server.conn.negotiated()];
    assert_eq!(here.early_data, there.early_data);
    here.early_data
}

fn assert_accepted(pair: &Pair) {
    assert_eq!((state(pair), &*pair.server.early_data), (EarlyDataState::Accepted, EARLY));
    assert_eq!(pair.client.conn.negotiated().psk, Some(PskKind::Resumption));
}

/// None of it arrived, and both can speak.
fn assert_rejected(pair: &mut Pair, by: Option<PskKind>) {
    assert_eq!((state(pair), &*pair.server.early_data), (EarlyDataState::Rejected, &b""[..]));
    assert_eq!(pair.server.conn.negotiated().psk, by);
    pair.client.write(EARLY);
    pair.server.write(b"heard");
    pair.run();
    pair.assert_connected();
    assert_eq!((&*pair.server.received, &*pair.client.received), (EARLY, &b"heard"[..]));
}

#[test]
fn early_data_is_taken_while_the_age_of_the_ticket_is_what_the_client_says() {
    for (clocks, skew, fresh) in [
        ([0, 0], 0, true),
        ([60, 60], 0, true),
        ([60, 70], -10, true),
        ([60, 50], 10, true),
        ([60, 71], -11, false),
        ([60, 49], 11, false),
    ] {
        let regulars = Regulars::known();
        let mut pair = say_early(regulars.client(), regulars.usual_server(), clocks);
        assert_eq!(pair.server.seen.ticket_age_skew, Some(skew));
        match fresh {
            true => assert_accepted(&pair),
            false => assert_rejected(&mut pair, RESUMED),
        }
        let declined = (!fresh).then_some(EarlyDataDeclined::NotFresh { skew });
        assert_eq!(pair.server.seen.early_data_declined, Vec::from_iter(declined));
    }
}

#[test]
fn the_window_can_be_set() {
    for (seconds, taken) in [(0, false), (99, false), (100, true)] {
        let regulars = Regulars::known();
        let server = regulars.server(regulars.tickets().early_data(regulars.takes(1000).window(seconds)));
        let mut pair = say_early(regulars.client(), server, [0, 100]);
        match taken {
            true => assert_accepted(&pair),
            false => assert_rejected(&mut pair, RESUMED),
        }
    }
}

/// The first flight with early data, sent to two servers that share what was used.
fn replayed(regulars: &Regulars, server: impl Fn() -> ServerConfigBuilder<Provider>) -> [Pair; 2] {
    let mut first = pair(regulars.client(), server(), [0, 0]);
    let mut second = pair(regulars.client(), server(), [0, 0]);
    assert_eq!(write_early(&mut first, EARLY), EARLY.len());
    let flight = first.client.take_output();
    first.server.give(&flight);
    second.server.give(&flight);
    [first, second]
}

#[test]
fn early_data_is_taken_once_however_often_it_is_sent() {
    let regulars = Regulars::known();
    let [mut first, second] = replayed(&regulars, || regulars.usual_server());
    first.run();
    assert_accepted(&first);
    assert_eq!(second.server.error, None);
    assert_eq!(second.server.conn.negotiated().early_data, EarlyDataState::Rejected);
    assert_eq!(second.server.early_data, b"");
}

#[test]
fn a_stored_ticket_is_used_up_by_the_first_who_shows_it() {
    let regulars = Regulars::new();
    let store = Arc::new(StoredTickets::new(100, 1 << 16));
    let server = || regulars.server(Resumption::stored(store.clone()).early_data(regulars.takes(1000)));
    meet(regulars.client(), server());
    let [mut first, second] = replayed(&regulars, server);
    first.run();
    assert_accepted(&first);
    assert_eq!(second.server.seen.declined, [Declined::Unknown]);
    assert_eq!(second.server.conn.negotiated().psk, None);
    assert_eq!(second.server.early_data, b"");
}

/// Can't find out.
struct Broken;

impl SingleUse for Broken {
    fn first_use(&self, _: &[u8; 32], _: RangeInclusive<UnixTime>, _: UnixTime) -> Result<bool, SingleUseError> {
        Err(SingleUseError::new("out of order"))
    }
}

fn broken() -> EarlyData {
    EarlyData::new(1000, Arc::new(Broken))
}

#[test]
fn early_data_is_refused_for_every_reason_and_arrives_in_the_second_attempt() {
    use EarlyDataDeclined as Why;
    type Change = fn(&Regulars, ServerConfigBuilder<Provider>) -> ServerConfigBuilder<Provider>;
    let changes: [(Why, Change, Option<PskKind>, Why); 8] = [
        (Why::NotEnabled, |r, server| server.resumption(r.tickets()), RESUMED, Why::ByServer),
        (
            Why::LimitLowered,
            |r, server| server.resumption(r.tickets().early_data(r.takes(999))),
            RESUMED,
            Why::ByServer,
        ),
        (Why::SeenBefore, |r, server| server.resumption(r.tickets().early_data(broken())), RESUMED, Why::ByServer),
        (Why::OtherProtocol, |_, server| server.alpn(["another"]), RESUMED, Why::ByServer),
        (Why::HelloRetryRequest, |_, server| server.groups([NamedGroup::secp256r1]), RESUMED, Why::HelloRetryRequest),
        (Why::OtherSuite, |_, server| server.suites([CHACHA20]), RESUMED, Why::ByServer),
        // Other keys, and another scope.
        (
            Why::PskDeclined,
            |r, server| server.resumption(Resumption::stateless(keys()).early_data(r.takes(1000))),
            None,
            Why::PskDeclined,
        ),
        (
            Why::PskDeclined,
            |r, server| server.resumption(r.tickets().early_data(r.takes(1000)).scope("other")),
            None,
            Why::PskDeclined,
        ),
    ];
    for (why, change, by, client_sees) in changes {
        println!("{why}");
        let regulars = Regulars::new();
        let client = || regulars.client().suites([AES_128, CHACHA20]).alpn(["one", "another"]).shares(1);
        let server = || regulars.usual_server().suites([AES_128, CHACHA20]).alpn(["one"]);
        meet(client(), server());
        assert_accepted(&say_early(client(), server(), [0, 0]));
        let mut pair = say_early(client(), change(&regulars, server()), [0, 0]);
        assert_rejected(&mut pair, by);
        assert_eq!(pair.server.seen.early_data_declined, [why]);
        assert_eq!(pair.client.seen.early_data_declined, [client_sees]);
    }
}

#[test]
fn a_ticket_that_does_not_allow_early_data_goes_without() {
    let regulars = Regulars::new();
    meet(regulars.client(), regulars.server(regulars.tickets()));
    let mut pair = pair(regulars.client(), regulars.usual_server(), [0, 0]);
    assert_eq!(write_early(&mut pair, EARLY), 0);
    pair.run();
    pair.assert_connected();
    assert_eq!((state(&pair), pair.client.conn.negotiated().psk), (EarlyDataState::NotOffered, RESUMED));
    assert_eq!(pair.client.seen.early_data_declined, [EarlyDataDeclined::NotWithTicket]);
}

#[test]
fn early_data_for_a_protocol_that_is_not_offered_any_more_is_not_sent() {
    for (known, offered, early) in [
        (&["one"][..], &["two", "one"][..], true),
        (&["one"], &["two"], false),
        (&["one"], &[], false),
        (&[], &["one"], true),
    ] {
        let regulars = Regulars::new();
        meet(regulars.client().alpn(known), regulars.usual_server().alpn(known));
        let server = regulars.usual_server().alpn(["one", "two"]);
        let mut pair = pair(regulars.client().alpn(offered), server, [0, 0]);
        assert_eq!(write_early(&mut pair, EARLY), if early { EARLY.len() } else { 0 }, "{known:?} {offered:?}");
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().psk, RESUMED);
        assert_eq!(state(&pair) == EarlyDataState::NotOffered, !early);
    }
}

#[test]
fn a_client_writes_no_more_than_the_ticket_allows() {
    let regulars = Regulars::known();
    let mut pair = pair(regulars.client(), regulars.usual_server(), [0, 0]);
    assert_eq!(write_early(&mut pair, &[7; 600]), 600);
    assert_eq!(pair.client.conn.early_data().unwrap().left(), 400);
    assert_eq!(write_early(&mut pair, &[8; 600]), 400);
    assert!(pair.client.conn.early_data().is_none());
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.early_data, [[7; 600].as_slice(), &[8; 400]].concat());
}

/// The ticket, with another limit in its bytes.
fn with_limit(ticket: &Ticket, limit: u32) -> Ticket {
    let mut bytes = ticket.to_bytes().to_vec();
    let before = ticket.max_early_data().to_be_bytes();
    let lifetime = 86_400_u32.to_be_bytes();
    let at = bytes.windows(8).rposition(|window| window[..4] == lifetime && window[4..] == before).unwrap() + 4;
    bytes[at..at + 4].copy_from_slice(&limit.to_be_bytes());
    let ticket = Ticket::from_bytes(&bytes).unwrap();
    assert_eq!(ticket.max_early_data(), limit);
    ticket
}

#[test]
fn a_byte_too_much_of_early_data_ends_the_connection() {
    for (len, ends) in [(1000, false), (1001, true)] {
        let regulars = Regulars::known();
        let ticket = regulars.shelf.take("server.test").unwrap();
        regulars.shelf.put("server.test", with_limit(&ticket, 2000));
        let mut pair = pair(regulars.client(), regulars.usual_server(), [0, 0]);
        assert_eq!(write_early(&mut pair, &vec![7; len]), len);
        pair.run();
        if !ends {
            pair.assert_connected();
            continue;
        }
        let Some(Error::Refused(refusal)) = pair.server.error else { panic!("{:?}", pair.server.error) };
        assert_eq!((refusal.reason, refusal.alert()), (Reason::TooMuchEarlyData, AlertDescription::unexpected_message));
        assert!(matches!(pair.client.error, Some(Error::PeerAlert(_))));
    }
}

#[test]
fn much_early_data_is_taken_or_dropped_as_a_whole() {
    let much: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for (clocks, taken) in [([0, 0], true), ([0, 100], false)] {
        let regulars = Regulars::new();
        let server = || regulars.server(regulars.tickets().early_data(regulars.takes(1 << 20)));
        meet(regulars.client(), server());
        let mut pair = pair(regulars.client(), server(), clocks);
        let mut written = 0;
        while written < much.len() {
            let n = write_early(&mut pair, &much[written..]);
            assert!(n > 0);
            written += n;
            let flight = pair.client.take_output();
            pair.server.give(&flight);
        }
        pair.run();
        pair.assert_connected();
        let expected = if taken { &much[..] } else { &[] };
        assert!(pair.server.early_data == expected, "{} bytes", pair.server.early_data.len());
        pair.client.write(b"and more");
        pair.run();
        assert_eq!(pair.server.received, b"and more");
    }
}

#[test]
fn early_data_goes_on_until_the_servers_finished() {
    let regulars = Regulars::known();
    let mut pair = pair(regulars.client(), regulars.usual_server(), [0, 0]);
    assert_eq!(write_early(&mut pair, b"before"), 6);
    let flight = pair.client.take_output();
    pair.server.give(&flight);
    let answer = pair.server.take_output();
    // The ServerHello, and nothing behind it.
    let hello = 5 + usize::from(u16::from_be_bytes([answer[3], answer[4]]));
    pair.client.give(&answer[..hello]);
    assert_eq!(pair.client.conn.state().name(), "WAIT_EE");
    assert_eq!(write_early(&mut pair, b", between"), 9);
    pair.client.give(&answer[hello..]);
    assert!(pair.client.conn.is_connected() && pair.client.conn.early_data().is_none());
    pair.client.write(b"after");
    pair.run();
    pair.assert_connected();
    assert_eq!((&*pair.server.early_data, &*pair.server.received), (&b"before, between"[..], &b"after"[..]));
}

#[test]
fn early_data_may_be_in_longer_records_than_the_server_asks_for_afterwards() {
    let regulars = Regulars::new();
    let client = || regulars.client().record_size_limit(500);
    let server = || regulars.server(regulars.tickets().early_data(regulars.takes(5000))).record_size_limit(300);
    meet(client(), server());
    let mut pair = pair(client(), server(), [0, 0]);
    assert_eq!(write_early(&mut pair, &[7; 4000]), 4000);
    pair.run();
    pair.assert_connected();
    assert_eq!((state(&pair), &*pair.server.early_data), (EarlyDataState::Accepted, &[7; 4000][..]));
    let limits = [pair.client.conn.negotiated().send_limit, pair.server.conn.negotiated().send_limit];
    assert_eq!(limits, [Some(299), Some(499)]);
    pair.client.write(&[8; 2000]);
    pair.server.write(&[9; 2000]);
    pair.run();
    assert_eq!((pair.server.received, pair.client.received), (vec![8; 2000], vec![9; 2000]));
}

// [4.2.10-13]
#[test]
fn no_early_data_is_offered_or_taken_in_the_name_of_a_certificate() {
    let regulars = Regulars::new();
    let auth = || ClientAuth::request(regulars.world.anchors(), Allow::dns("robot.test"));
    let client = || regulars.world.client_config().tickets(regulars.shelf.clone());
    let server = || regulars.usual_server().client_auth(auth());
    assert!(meet(client(), server()).server.conn.peer().is_some());
    let ticket = regulars.shelf.take("server.test").unwrap();
    assert_eq!(ticket.max_early_data(), 0);
    let forged = with_limit(&ticket, 1000);
    // A client of ours does not offer it, whatever the ticket allows.
    regulars.shelf.put("server.test", with_limit(&ticket, 1000));
    let mut honest = pair(client(), server(), [0, 0]);
    assert_eq!(write_early(&mut honest, EARLY), 0);
    honest.run();
    honest.assert_connected();
    assert_eq!((state(&honest), honest.client.conn.negotiated().psk), (EarlyDataState::NotOffered, RESUMED));
    assert_eq!(honest.client.seen.early_data_declined, [EarlyDataDeclined::ClientCertificate]);
    // One that forgot what it showed does, and the server takes none of it.
    let mut bytes = forged.to_bytes().to_vec();
    let shown = bytes.len() - 33;
    assert_eq!(bytes[shown], 32);
    bytes.truncate(shown);
    bytes.push(0);
    regulars.shelf.put("server.test", Ticket::from_bytes(&bytes).unwrap());
    let mut pair = say_early(client(), server(), [0, 0]);
    assert_rejected(&mut pair, RESUMED);
    assert_eq!(pair.server.seen.early_data_declined, [EarlyDataDeclined::ClientCertificate]);
    assert!(pair.server.conn.peer().is_some());
}

#[test]
fn a_client_that_wants_to_send_early_data_and_can_not_says_why() {
    use EarlyDataDeclined as Why;
    type Change = fn(ClientConfigBuilder<Provider>) -> ClientConfigBuilder<Provider>;
    let changes: [(Why, Change); 2] = [
        (Why::OtherSuite, |client| client.suites([CHACHA20])),
        (Why::OtherProtocol, |client| client.alpn(["another"])),
    ];
    let server = |regulars: &Regulars| regulars.usual_server().alpn(["one", "another"]);
    for (why, change) in changes {
        let regulars = Regulars::new();
        meet(regulars.client().suites([AES_128]).alpn(["one"]), server(&regulars));
        let client = change(regulars.client().suites([AES_128, CHACHA20]).alpn(["one"]));
        let mut pair = pair(client, server(&regulars), [0, 0]);
        pair.run();
        pair.assert_connected();
        assert_eq!((state(&pair), &*pair.client.seen.early_data_declined), (EarlyDataState::NotOffered, &[why][..]));
        assert_eq!(pair.server.seen.early_data_declined, []);
    }
    let regulars = Regulars::new();
    let mut pair = pair(regulars.client(), regulars.usual_server(), [0, 0]);
    pair.run();
    assert_eq!(pair.client.seen.early_data_declined, [Why::NoTicket]);
}

#[test]
fn a_client_that_was_asked_and_had_nothing_to_show_may_send_early_data() {
    let regulars = Regulars::new();
    let auth = || ClientAuth::request(regulars.world.anchors(), Allow::dns("robot.test"));
    let server = || regulars.usual_server().client_auth(auth());
    assert!(meet(regulars.client(), server()).server.conn.peer().is_none());
    assert_accepted(&say_early(regulars.client(), server(), [0, 0]));
}

// [4.2.10-14]
#[test]
fn nobody_sends_early_data_unless_the_application_says_so() {
    let regulars = Regulars::known();
    let mut pair = Pair::of(regulars.client().build().unwrap(), regulars.usual_server().build().unwrap());
    assert_eq!(write_early(&mut pair, EARLY), 0);
    pair.run();
    pair.assert_connected();
    assert_eq!((state(&pair), pair.client.conn.negotiated().psk), (EarlyDataState::NotOffered, RESUMED));
}
