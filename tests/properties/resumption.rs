//! A client that comes back again and again, over any pieces, while settings, keys and time change in between: who was met
//! before is known again, and every byte arrives once, in order, and as what it was sent.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock, Mutex};
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{ClientTickets, Psk, PskKind, SingleUseKeys, StoredTickets, Ticket, TicketKey, TicketKeys};
use symbolon::wire::CipherSuite;
use symbolon::{
    Allow, ClientAuth, ClientWith, Connection, EarlyDataState, Event, PeerIdentity, RecvBuf, Role, SendBuf, ServerName,
    ServerWith, UnixTime,
};

use super::util::pair::{ClientRole, Pair, ServerRole};
use super::util::pki::NOW;
use super::util::provider::{Provider, provider};
use super::world::{WORLD, client_config, pattern, server_config};

/// Seconds.
const LIFETIME: i64 = 86_400;

/// What stays as it is.
#[derive(Clone, Copy, Debug)]
struct Series {
    stored: bool,
    asks: Asks,
    /// The client has a certificate.
    shows: bool,
    /// Tickets after a full handshake.
    count: u8,
    /// Bytes of early data that the server takes.
    takes_early: Option<u32>,
    /// Which ends have the external PSK, and which allow a PSK alone: client, server.
    knows: [bool; 2],
    alone: [bool; 2],
    /// `record_size_limit`: client, server.
    limits: [Option<u16>; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Nobody,
    Whoever,
    Everybody,
}

/// One connection.
#[derive(Clone, Debug)]
struct Visit {
    change: Change,
    retry: bool,
    /// The server prefers the other protocol.
    other_protocol: bool,
    /// Sizes of what is written before the server has answered.
    early: Option<Vec<usize>>,
    /// Bytes of a send buffer beyond what a handshake takes, and how many of them move in one turn.
    extra: [usize; 2],
    turns: Vec<usize>,
    len: usize,
}

/// What happens before a connection.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    /// A new ticket key; the old ones still open.
    Rotate,
    /// A new ticket key, and no other.
    Replace,
    /// Clients are admitted by another rule.
    Rule,
    /// The server has these suites, by number.
    Suites(usize),
    /// Seconds go by.
    Wait(i64),
}

fn series() -> impl Strategy<Value = Series> {
    let asks = prop_oneof![2 => Just(Asks::Nobody), 1 => Just(Asks::Whoever), 2 => Just(Asks::Everybody)];
    let takes_early = of(prop_oneof![1u32..400, Just(3000), Just(200_000)]);
    let few = || [prop::bool::weighted(0.25), prop::bool::weighted(0.25)];
    let limit = || prop_oneof![4 => Just(None), 1 => (64u16..2000).prop_map(Some)];
    (any::<bool>(), asks, any::<bool>(), 0u8..4, takes_early, few(), few(), [limit(), limit()]).prop_map(
        |(stored, asks, shows, count, takes_early, knows, alone, limits)| {
            let shows = shows || asks == Asks::Everybody;
            Series { stored, asks, shows, count, takes_early, knows, alone, limits }
        },
    )
}

fn visit() -> impl Strategy<Value = Visit> {
    let change = prop_oneof![
        6 => Just(Change::Nothing),
        1 => Just(Change::Rotate),
        1 => Just(Change::Replace),
        1 => Just(Change::Rule),
        1 => (0usize..SUITES.len()).prop_map(Change::Suites),
        2 => prop_oneof![1i64..100, Just(50_000), Just(LIFETIME)].prop_map(Change::Wait),
    ];
    let early = of(vec(prop_oneof![1usize..30, 30usize..3000, Just(40_000)], 0..6));
    let extra = [prop_oneof![0usize..100, 0usize..20_000], prop_oneof![0usize..100, 0usize..20_000]];
    let turns = vec(prop_oneof![1usize..60, 60usize..5000, Just(usize::MAX)], 1..8);
    let rare = || prop::bool::weighted(0.2);
    (change, rare(), rare(), early, extra, turns, 0usize..5000).prop_map(
        |(change, retry, other_protocol, early, extra, turns, len)| Visit {
            change,
            retry,
            other_protocol,
            early,
            extra,
            turns,
            len,
        },
    )
}

const SUITES: &[&[CipherSuite]] = &[
    &[CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384],
    &[CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_CHACHA20_POLY1305_SHA256],
    &[CipherSuite::TLS_AES_128_GCM_SHA256],
    &[CipherSuite::TLS_AES_256_GCM_SHA384],
];

/// What the two ends know of each other after a full handshake with certificates on both sides.
static IDENTITIES: LazyLock<[PeerIdentity; 2]> = LazyLock::new(|| {
    let mut pair = Pair::of(client_config(provider()).build().unwrap(), server_config(provider()).build().unwrap());
    pair.run();
    [pair.client.conn.peer(), pair.server.conn.peer()].map(|peer| peer.unwrap().clone())
});

/// A ticket, and what there is to expect of it.
#[derive(Debug)]
struct Kept {
    ticket: Ticket,
    put: i64,
    other_protocol: bool,
    other_rule: bool,
    good: Option<bool>,
}

/// What is expected of a connection by its ticket: nothing where that is not for this test to say.
#[derive(Clone, Copy, Debug)]
struct Expected {
    resumes: Option<bool>,
    max_early_data: u32,
    same_protocol: bool,
}

/// The client's store: the newest ticket first.
#[derive(Debug, Default)]
struct Tickets(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    now: i64,
    other_protocol: bool,
    other_rule: bool,
    kept: Vec<Kept>,
    taken: Option<Expected>,
}

impl ClientTickets for Tickets {
    fn put(&self, server: &str, ticket: Ticket) {
        assert_eq!(server, "server.test");
        let mut store = self.0.lock().unwrap();
        let (put, other_protocol, other_rule) = (store.now, store.other_protocol, store.other_rule);
        store.kept.push(Kept { ticket, put, other_protocol, other_rule, good: Some(true) });
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        let mut store = self.0.lock().unwrap();
        let Kept { ticket, put, other_protocol, other_rule, good } = store.kept.pop()?;
        let holds = store.now - put < LIFETIME && other_rule == store.other_rule;
        store.taken = Some(Expected {
            resumes: if holds { good } else { Some(false) },
            max_early_data: ticket.max_early_data(),
            same_protocol: other_protocol == store.other_protocol,
        });
        Some(ticket)
    }
}

/// All that several connections share.
struct World {
    series: Series,
    tickets: Arc<Tickets>,
    keys: Arc<TicketKeys>,
    store: Arc<StoredTickets>,
    single_use: Arc<SingleUseKeys>,
    suites: usize,
}

impl World {
    fn new(series: Series) -> Self {
        Self {
            series,
            tickets: Arc::default(),
            keys: Arc::new(TicketKeys::generate(&provider()).unwrap()),
            store: Arc::new(StoredTickets::new(100, 1 << 20)),
            single_use: Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000))),
            suites: 0,
        }
    }

    fn change(&mut self, visit: &Visit) {
        let mut store = self.tickets.0.lock().unwrap();
        store.other_protocol = visit.other_protocol;
        store.taken = None;
        let new_key = || TicketKey::generate(&provider()).unwrap();
        let mut all = |good| store.kept.iter_mut().for_each(|kept| kept.good = kept.good.filter(|g| !g).or(good));
        match visit.change {
            Change::Nothing => {}
            Change::Rotate => self.keys.rotate(new_key()),
            Change::Replace => {
                self.keys.replace(TicketKeys::new(new_key()));
                if !self.series.stored {
                    all(Some(false));
                }
            }
            // It is nobody's rule if nobody has to show a certificate.
            Change::Rule => store.other_rule ^= self.series.asks != Asks::Nobody && self.series.shows,
            Change::Suites(suites) => {
                self.suites = suites;
                all(None);
            }
            Change::Wait(seconds) => store.now += seconds,
        }
    }

    fn psk() -> Psk {
        Psk::external(b"both have it", &[7; 32], HashAlgorithm::Sha256).unwrap()
    }

    fn client(&self, visit: &Visit) -> Connection<'static, ClientRole, Provider> {
        let mut config = match self.series.shows {
            true => client_config(provider()),
            false => symbolon::ClientConfig::builder(provider()).anchors(WORLD.anchors()),
        };
        config = config.alpn(["a", "b"]).shares(usize::from(!visit.retry)).psk_ke(self.series.alone[0]);
        config = config.tickets(self.tickets.clone());
        if let Some(limit) = self.series.limits[0] {
            config = config.record_size_limit(limit);
        }
        if self.series.knows[0] {
            config = config.psks([Self::psk()]);
        }
        let (name, now) = (ServerName::dns("server.test").unwrap(), self.tickets.0.lock().unwrap().now);
        let client = ClientWith::new(Arc::new(config.build().unwrap()), name, UnixTime(NOW + now));
        if visit.early.is_some() { client.offer_early_data() } else { client }
    }

    fn server(&self, visit: &Visit) -> Connection<'static, ServerRole, Provider> {
        let series = &self.series;
        let (now, other_rule) = {
            let store = self.tickets.0.lock().unwrap();
            (store.now, store.other_rule)
        };
        let allow = match other_rule {
            false => Allow::dns("robot.test"),
            true => Allow::uri("spiffe://symbolon.test/robot.test"),
        };
        let resumption = match series.stored {
            true => Resumption::stored(self.store.clone()),
            false => Resumption::stateless(self.keys.clone()),
        };
        let mut resumption = resumption.count(series.count).lifetime(LIFETIME as u32);
        if let Some(max) = series.takes_early {
            resumption = resumption.early_data(EarlyData::new(max, self.single_use.clone()));
        }
        let mut config = server_config(provider())
            .alpn(if visit.other_protocol { ["b", "a"] } else { ["a", "b"] })
            .suites(SUITES[self.suites].to_vec())
            .psk_ke(series.alone[1])
            .resumption(resumption)
            .client_auth(match series.asks {
                Asks::Nobody => ClientAuth::none(),
                Asks::Whoever => ClientAuth::request(WORLD.anchors(), allow),
                Asks::Everybody => ClientAuth::require(WORLD.anchors(), allow),
            });
        if let Some(limit) = series.limits[1] {
            config = config.record_size_limit(limit);
        }
        if series.knows[1] {
            config = config.psks([Self::psk()]);
        }
        ServerWith::new(Arc::new(config.build().unwrap()), UnixTime(NOW + now))
    }

    fn visit(&mut self, visit: &Visit) -> Result<(), TestCaseError> {
        self.change(visit);
        let (client, server) = (self.client(visit), self.server(visit));
        let room = |required: usize, extra| vec![0; required + extra];
        let mut memory =
            (room(client.required_send_space(), visit.extra[0]), room(server.required_send_space(), visit.extra[1]));
        let mut client = End::new(client, &mut memory.0, pattern(visit.len + 100_000));
        let mut server = End::new(server, &mut memory.1, pattern(visit.len));
        client.early = visit.early.clone().unwrap_or_default();
        converse(&mut client, &mut server, &visit.turns)?;
        self.judge(visit, &client, &server)
    }

    fn judge(
        &self,
        visit: &Visit,
        client: &End<'_, ClientRole>,
        server: &End<'_, ServerRole>,
    ) -> Result<(), TestCaseError> {
        let (ours, theirs) = (client.conn.negotiated(), server.conn.negotiated());
        prop_assert_eq!((ours.suite, ours.group, ours.psk), (theirs.suite, theirs.group, theirs.psk));
        prop_assert_eq!((ours.early_data, ours.retried), (theirs.early_data, theirs.retried));
        prop_assert_eq!(client.conn.alpn(), server.conn.alpn());

        // Nothing twice, nothing lost, nothing under another name.
        match ours.early_data {
            EarlyDataState::Accepted => prop_assert!(server.early_received == client.to_send[..client.early_sent]),
            EarlyDataState::NotOffered => prop_assert_eq!((client.early_sent, server.early_received.len()), (0, 0)),
            EarlyDataState::Rejected => prop_assert!(server.early_received.is_empty()),
            EarlyDataState::Offered => prop_assert!(false, "offered, and never answered"),
        }
        prop_assert!([&server.early_received[..], &server.received].concat() == client.to_send);
        prop_assert!(client.received == server.to_send && client.early_received.is_empty());

        // Who they are.
        let external = ours.psk == Some(PskKind::External);
        prop_assert!(!external || self.series.knows == [true, true]);
        let [of_server, of_client] = &*IDENTITIES;
        let knows_client = self.series.shows && self.series.asks != Asks::Nobody && !external;
        prop_assert_eq!(
            client.conn.peer().map(PeerIdentity::spki_sha256),
            (!external).then(|| of_server.spki_sha256())
        );
        prop_assert_eq!(client.conn.peer(), (!external).then_some(of_server));
        prop_assert_eq!(server.conn.peer(), knows_client.then_some(of_client));

        // What the ticket was good for.
        let taken = self.tickets.0.lock().unwrap().taken;
        let resumed = ours.psk == Some(PskKind::Resumption);
        let Some(Expected { resumes, max_early_data, same_protocol }) = taken else {
            prop_assert!(!resumed);
            return Ok(());
        };
        prop_assert!(resumes.is_none_or(|resumes| resumes == resumed), "expected {taken:?}");
        let offered = visit.early.is_some() && max_early_data > 0;
        prop_assert!(!offered || !self.series.shows || self.series.asks == Asks::Nobody);
        if resumes == Some(true) && offered {
            let accepts = !visit.retry && same_protocol;
            prop_assert_eq!(ours.early_data == EarlyDataState::Accepted, accepts);
        }
        Ok(())
    }
}

/// One end with memory of the caller.
struct End<'b, R: Role> {
    conn: Connection<'static, R, Provider>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'b>,
    /// All that the application has to say; early data is the beginning of it.
    to_send: Vec<u8>,
    sent: Option<usize>,
    /// Sizes of writes of early data, and how much was written.
    early: Vec<usize>,
    early_sent: usize,
    received: Vec<u8>,
    early_received: Vec<u8>,
    peer_closed: bool,
}

impl<'b, R: Role> End<'b, R> {
    fn new(conn: Connection<'static, R, Provider>, memory: &'b mut [u8], to_send: Vec<u8>) -> Self {
        Self {
            conn,
            rx: RecvBuf::new(),
            tx: SendBuf::over(memory),
            to_send,
            sent: None,
            early: Vec::new(),
            early_sent: 0,
            received: Vec::new(),
            early_received: Vec::new(),
            peer_closed: false,
        }
    }

    /// Steps, and writes what may be written, as far as there is room.
    fn drive(&mut self) -> Result<(), TestCaseError> {
        let failed = |error: symbolon::Error| TestCaseError::fail(error.to_string());
        loop {
            match self.conn.step(&mut self.rx, &mut self.tx).map_err(failed)? {
                Event::Moved { .. } | Event::Yield => {}
                Event::Data(bytes) => self.received.extend_from_slice(bytes),
                Event::EarlyData(bytes) => {
                    prop_assert!(self.received.is_empty(), "early data behind application data");
                    self.early_received.extend_from_slice(bytes);
                }
                Event::NeedRecv => break,
                Event::NeedSend => {
                    prop_assert!(!self.tx.to_send().is_empty(), "it waits for nothing");
                    break;
                }
                Event::PeerClosed => {
                    self.peer_closed = true;
                    break;
                }
                Event::Ask(ask) => return Err(TestCaseError::fail(format!("{ask:?}"))),
            }
        }
        if let (Some(mut early), Some(wanted)) = (self.conn.early_data(), self.early.first_mut()) {
            let from = &self.to_send[self.early_sent..];
            let n = early.write(&from[..from.len().min(*wanted)], &mut self.tx).map_err(failed)?;
            self.early_sent += n;
            *wanted -= n;
            if *wanted == 0 {
                self.early.remove(0);
            }
        }
        let accepted = self.conn.negotiated().early_data == EarlyDataState::Accepted;
        let Some(mut app) = self.conn.app() else { return Ok(()) };
        // What was refused is sent again.
        let sent = self.sent.get_or_insert(if accepted { self.early_sent } else { 0 });
        *sent += app.write(&self.to_send[*sent..], &mut self.tx).unwrap().map_err(failed)?;
        if *sent == self.to_send.len() {
            app.close(&mut self.tx);
        }
        Ok(())
    }

    fn carry<P: Role>(&mut self, most: usize, wire: &mut Vec<u8>, to: &mut End<'_, P>) {
        let n = self.tx.to_send().len().min(most);
        wire.extend_from_slice(&self.tx.to_send()[..n]);
        self.tx.sent(n);
        wire.drain(..to.rx.receive(wire));
    }
}

/// Both ends, in turns, each of which moves at most so many bytes, until both have said close_notify.
fn converse(
    client: &mut End<'_, ClientRole>,
    server: &mut End<'_, ServerRole>,
    turns: &[usize],
) -> Result<(), TestCaseError> {
    let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
    let cycle = turns.iter().copied().chain([20_000]).cycle();
    for most in cycle.take(100_000) {
        client.drive()?;
        client.carry(most, &mut to_server, server);
        server.drive()?;
        server.carry(most, &mut to_client, client);
        if client.peer_closed && server.peer_closed {
            return Ok(());
        }
    }
    Err(TestCaseError::fail("close_notify did not arrive"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_client_that_comes_back_is_who_it_was_and_loses_nothing(series in series(), visits in vec(visit(), 1..7)) {
        let mut world = World::new(series);
        for visit in &visits {
            world.visit(visit)?;
        }
    }
}
