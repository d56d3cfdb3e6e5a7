//! Handshakes of two ends of ours, each end timed for itself. `benches/peers` measures them beside other implementations.

#[path = "../tests/util/mod.rs"]
mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use std::sync::Arc;
use std::time::{Duration, Instant};
use symbolon::config::Resumption;
use symbolon::crypto::Ring;
use symbolon::resumption::{Shelf, TicketKeys};
use symbolon::wire::NamedGroup;
use symbolon::{
    Client, ClientAuth, ClientConfig, Connection, Event, RecvBuf, Role, SendBuf, Server, ServerConfig, ServerName,
    UnixTime,
};
use util::pair::World;
use util::pki::NOW;

struct Bench {
    client: Arc<ClientConfig<Ring>>,
    server: Arc<ServerConfig<Ring>>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
}

/// The time of each end.
#[derive(Default)]
struct Times {
    client: Duration,
    server: Duration,
}

impl Bench {
    fn new(client: ClientConfig<Ring>, server: ServerConfig<Ring>) -> Self {
        Self { client: Arc::new(client), server: Arc::new(server), rx: RecvBuf::new(), tx: SendBuf::new() }
    }

    /// From two configurations to two connections. Moving bytes between them is not timed.
    fn connect(&mut self, times: &mut Times) {
        let name = ServerName::dns("server.test").unwrap();
        let start = Instant::now();
        let mut client = Client::new(self.client.clone(), name, UnixTime(NOW));
        times.client += start.elapsed();
        let start = Instant::now();
        let mut server = Server::new(self.server.clone(), UnixTime(NOW));
        times.server += start.elapsed();
        while !(client.is_connected() && server.is_connected()) {
            times.client += self.drive(&mut client);
            times.server += self.drive(&mut server);
        }
        // A ticket may have come behind the handshake.
        times.client += self.drive(&mut client);
    }

    fn drive<R: Role>(&mut self, end: &mut Connection<'static, R, Ring>) -> Duration {
        let start = Instant::now();
        while !matches!(end.step(&mut self.rx, &mut self.tx).unwrap(), Event::NeedRecv) {}
        let time = start.elapsed();
        self.tx.move_to(&mut self.rx);
        time
    }
}

fn handshake(c: &mut Criterion) {
    let world = World::new();
    let mutual = Bench::new(world.client_config().build().unwrap(), world.server_config().build().unwrap());
    let server_only = Bench::new(
        world.client_config().build().unwrap(),
        world.server_config().client_auth(ClientAuth::none()).build().unwrap(),
    );
    // Without a share in its ClientHello, a client is sent a HelloRetryRequest.
    let retry = Bench::new(world.client_config().shares(0).build().unwrap(), world.server_config().build().unwrap());
    // With a share of X25519 beside it, as clients send that do not know the server.
    let hybrid = [NamedGroup::X25519MLKEM768, NamedGroup::x25519];
    let hybrid = Bench::new(
        world.client_config().groups(hybrid).build().unwrap(),
        world.server_config().groups(hybrid).build().unwrap(),
    );
    let keys = Arc::new(TicketKeys::generate(&Ring::new()).unwrap());
    let mut resumed = Bench::new(
        world.client_config().tickets(Arc::new(Shelf::new(1, 1))).build().unwrap(),
        world.server_config().resumption(Resumption::stateless(keys).count(1)).build().unwrap(),
    );
    // From here on each handshake is by the ticket of the one before.
    resumed.connect(&mut Times::default());
    let mut group = c.benchmark_group("handshake");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for (name, mut bench) in [
        ("server auth", server_only),
        ("mutual", mutual),
        ("mutual, HelloRetryRequest", retry),
        ("mutual, X25519MLKEM768", hybrid),
        ("mutual, resumed", resumed),
    ] {
        for (end, of) in [("client", (|t| t.client) as fn(Times) -> Duration), ("server", |t| t.server)] {
            group.bench_function(format!("{name}/{end}"), |b| {
                b.iter_custom(|count| {
                    let mut times = Times::default();
                    (0..count).for_each(|_| bench.connect(&mut times));
                    of(times)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, handshake);
criterion_main!(benches);
