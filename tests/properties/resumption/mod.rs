//! A client that comes back again and again, over any pieces, while settings, keys and time change in between: who was met
//! before is known again, and every byte arrives once, in order, and as what it was sent.

mod end;
mod settings;
mod tickets;

use end::{End, converse};
use proptest::collection::vec;
use proptest::prelude::*;
use settings::{Asks, Change, SUITES, Series, Visit, series, visit};
use std::sync::{Arc, LazyLock};
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{Psk, PskKind, SingleUseKeys, StoredTickets, TicketKey, TicketKeys};
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientWith, Connection, EarlyDataState, PeerIdentity, ServerName, ServerWith,
    UnixTime,
};
use tickets::{Expected, Tickets};

use super::util::pair::{ClientRole, Pair, ServerRole};
use super::util::pki::NOW;
use super::util::provider::{Provider, provider};
use super::world::{WORLD, client_config, pattern, server_config};

/// Seconds that a ticket lives.
const LIFETIME: i64 = 86_400;

/// What the two ends know of each other after a full handshake with certificates on both sides.
static IDENTITIES: LazyLock<[PeerIdentity; 2]> = LazyLock::new(|| {
    let mut pair = Pair::of(client_config(provider()).build().unwrap(), server_config(provider()).build().unwrap());
    pair.run();
    [pair.client.conn.peer(), pair.server.conn.peer()].map(|peer| peer.unwrap().clone())
});

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
            false => ClientConfig::builder(provider()).anchors(WORLD.anchors()),
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
