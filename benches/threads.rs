//! How many handshakes two threads do beside one, with what all of them share: configurations, ticket keys, stores; where tickets
//! resume, also the one place where clients keep them. No criterion: what counts is a ratio, which is printed. Time for which other
//! programs had a core is left out, where the system tells it; waiting for each other is not.

#[path = "../tests/util/mod.rs"]
mod util;

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::crypto::Ring;
use symbolon::resumption::{Shelf, SingleUseKeys, StoredTickets, TicketKeys};
use symbolon::x509::GoodSignatures;
use symbolon::{
    Client, ClientAuth, ClientConfig, Connection, EarlyDataState, Event, RecvBuf, Role, SendBuf, Server, ServerConfig,
    ServerName, UnixTime,
};
use util::pair::World;
use util::pki::NOW;

const WINDOW: Duration = Duration::from_millis(5);
/// The least disturbed window of each counts.
const ROUNDS: usize = 200;
const THREADS: usize = 2;
/// More than threads, so that none finds the ticket gone that another one is just about to replace.
const TICKETS: usize = 8;

/// What threads share.
#[derive(Clone)]
struct Shop {
    client: Arc<ClientConfig<Ring>>,
    server: Arc<ServerConfig<Ring>>,
    resumes: bool,
    early_data: bool,
}

impl Shop {
    fn new(client: ClientConfigBuilder<Ring>, server: ServerConfigBuilder<Ring>) -> Self {
        let (client, server) = (client.build().unwrap(), server.build().unwrap());
        Self { client: Arc::new(client), server: Arc::new(server), resumes: false, early_data: false }
    }

    /// From here on each handshake is by a ticket, and gives one back.
    fn resuming(client: ClientConfigBuilder<Ring>, server: ServerConfigBuilder<Ring>, resumption: Resumption) -> Self {
        let shelf = Arc::new(Shelf::new(1, 2 * TICKETS));
        let mut shop = Self::new(client.tickets(shelf.clone()), server.resumption(resumption.count(1)));
        let mut buffers = Buffers::default();
        let mut aside = Vec::new();
        for _ in 0..TICKETS {
            shop.connect(&mut buffers);
            aside.extend(shelf.take("server.test"));
        }
        aside.into_iter().for_each(|ticket| shelf.put("server.test", ticket));
        shop.resumes = true;
        shop
    }

    fn connect(&self, buffers: &mut Buffers) {
        let name = ServerName::dns("server.test").unwrap();
        let mut client = Client::new(self.client.clone(), name, UnixTime(NOW));
        if self.early_data {
            client = client.offer_early_data();
        }
        let mut server = Server::new(self.server.clone(), UnixTime(NOW));
        while !(client.is_connected() && server.is_connected()) {
            buffers.drive(&mut client);
            buffers.drive(&mut server);
        }
        // A ticket may have come behind the handshake.
        buffers.drive(&mut client);
        assert_eq!(server.negotiated().psk.is_some(), self.resumes);
        assert_eq!(server.negotiated().early_data == EarlyDataState::Accepted, self.early_data);
    }

    /// Handshakes a second, on so many threads.
    fn rate(&self, threads: usize) -> f64 {
        let start = Barrier::new(threads);
        let work = || {
            let mut buffers = Buffers::default();
            start.wait();
            let (begin, delayed, mut count) = (Instant::now(), run_delay(), 0_u32);
            while begin.elapsed() < WINDOW {
                self.connect(&mut buffers);
                count += 1;
            }
            // The delay is asked for within the time that it is taken from.
            let delay = run_delay().saturating_sub(delayed);
            f64::from(count) / begin.elapsed().saturating_sub(delay).as_secs_f64()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        })
    }
}

/// For how long this thread was ready to run while its core did something else; nothing where Linux does not tell.
fn run_delay() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// What a thread has for itself.
#[derive(Default)]
struct Buffers {
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
}

impl Buffers {
    fn drive<R: Role>(&mut self, end: &mut Connection<'static, R, Ring>) {
        while !matches!(end.step(&mut self.rx, &mut self.tx).unwrap(), Event::NeedRecv) {}
        self.tx.move_to(&mut self.rx);
    }
}

fn main() {
    let world = World::new();
    let stateless = || Resumption::stateless(Arc::new(TicketKeys::generate(&Ring::new()).unwrap()));
    let met = Arc::new(GoodSignatures::new(&Ring::new(), 1024).unwrap());
    let stored = Resumption::stored(Arc::new(StoredTickets::new(1 << 10, 1 << 20)));
    let (client, server) = (|| world.client_config(), || world.server_config());
    let single_use = Arc::new(SingleUseKeys::new(1 << 20, UnixTime(NOW - 3600)));
    let early_data = stateless().early_data(EarlyData::new(1 << 14, single_use));
    let anonymous = server().client_auth(ClientAuth::none());
    let shops = [
        ("mutual", Shop::new(client(), server())),
        ("mutual, have met", Shop::new(client().good_signatures(met.clone()), server().good_signatures(met))),
        ("mutual, resumed by TicketKeys", Shop::resuming(client(), server(), stateless())),
        ("mutual, resumed by StoredTickets", Shop::resuming(client(), server(), stored)),
        (
            "server auth, resumed with early data, SingleUseKeys",
            Shop { early_data: true, ..Shop::resuming(client(), anonymous, early_data) },
        ),
    ];
    println!("{:<56}{:>12}{:>12}{:>8}", "handshakes a second", "1 thread", "2 threads", "ratio");
    for (name, shop) in shops {
        let (mut one, mut two) = (0_f64, 0_f64);
        for _ in 0..ROUNDS {
            one = one.max(shop.rate(1));
            two = two.max(shop.rate(THREADS));
        }
        println!("{name:<56}{one:>12.0}{two:>12.0}{:>8.2}", two / one);
    }
}
