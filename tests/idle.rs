//! What connections take of the heap: counted, never timed. The bounds are the figures of the day they were last lowered,
//! and each figure is printed as `figure: name = value`. Keys of `ring` have another size on other machines.
#![cfg(target_arch = "x86_64")]

mod util;

use allocation_counter::measure;
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption, ServerConfigBuilder};
use symbolon::crypto::Ring;
use symbolon::resumption::{Shelf, StoredTickets, TicketKeys};
use symbolon::{
    Client, ClientConfig, Connection, Event, RecvBuf, Role, SendBuf, Server, ServerConfig, ServerName, UnixTime,
};
use util::pair::World;
use util::pki::NOW;

/// Tells the figure, and holds it against its bound.
fn figure(name: &str, value: usize, most: usize) {
    println!("figure: {name} = {value}");
    assert!(value <= most, "{name} is {value}, and was at most {most}");
}

/// Two configurations, and one receive and one send buffer that serve all connections made from them.
struct Shop {
    client: Arc<ClientConfig<Ring>>,
    server: Arc<ServerConfig<Ring>>,
    server_name: ServerName<'static>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
}

impl Shop {
    fn new() -> Self {
        let world = World::new();
        Self::of(world.client_config(), world.server_config())
    }

    /// A client that keeps tickets in `shelf`, and a server that hands out one after each handshake.
    fn with_tickets(resumption: Resumption, shelf: &Arc<Shelf>) -> Self {
        let world = World::new();
        Self::of(world.client_config().tickets(shelf.clone()), world.server_config().resumption(resumption.count(1)))
    }

    fn of(client: ClientConfigBuilder<Ring>, server: ServerConfigBuilder<Ring>) -> Self {
        Self {
            client: Arc::new(client.build().unwrap()),
            server: Arc::new(server.build().unwrap()),
            server_name: ServerName::dns("server.test").unwrap(),
            rx: RecvBuf::new(),
            tx: SendBuf::new(),
        }
    }

    /// A mutual handshake of both ends, from nothing.
    fn connect(&mut self) -> (Client<'static>, Server<'static>) {
        let mut client = Client::new(self.client.clone(), self.server_name.clone(), UnixTime(NOW));
        let mut server = Server::new(self.server.clone(), UnixTime(NOW));
        while !(client.is_connected() && server.is_connected()) {
            let before = (client.state(), server.state());
            self.drive(&mut client);
            self.drive(&mut server);
            assert_ne!((client.state(), server.state()), before, "the handshake stands still");
        }
        // A ticket may have come behind the handshake.
        self.drive(&mut client);
        (client, server)
    }

    /// Steps one end as far as it goes, and passes on what it sends.
    fn drive<R: Role>(&mut self, end: &mut Connection<'static, R, Ring>) {
        while !matches!(end.step(&mut self.rx, &mut self.tx).unwrap(), Event::NeedRecv) {}
        self.tx.move_to(&mut self.rx);
        assert!(self.tx.is_empty());
    }
}

#[test]
fn one_pair_of_buffers_serves_many_connections_in_turn() {
    let mut shop = Shop::new();
    let pairs: Vec<_> = (0..40).map(|_| shop.connect()).collect();
    assert!(pairs.iter().all(|(client, server)| client.peer().is_some() && server.peer().is_some()));
    assert!(shop.rx.is_empty());
}

#[test]
fn a_mutual_handshake_of_both_ends_takes_few_allocations() {
    let mut shop = Shop::new();
    // The buffers have grown to their size before.
    drop(shop.connect());
    let mut pair = None;
    let heap = measure(|| pair = Some(shop.connect()));
    figure("handshake_allocations", heap.count_total.try_into().unwrap(), 6);
    figure("handshake_peak_heap_bytes", heap.bytes_max.try_into().unwrap(), 4470);
}

#[test]
fn an_idle_connection_is_only_its_keys() {
    let mut shop = Shop::new();
    drop(shop.connect());
    let mut pair = None;
    let heap = measure(|| pair = Some(shop.connect()));
    let heap = usize::try_from(heap.bytes_current).unwrap();
    figure("client_struct_bytes", size_of::<Client<'static>>(), 1424);
    figure("server_struct_bytes", size_of::<Server<'static>>(), 1440);
    figure("idle_pair_heap_bytes", heap, 269);
    let pair = size_of::<Client<'static>>() + size_of::<Server<'static>>() + heap;
    figure("idle_connection_bytes", pair.div_ceil(2), 1567);
}

#[test]
fn a_dropped_connection_leaves_nothing_on_the_heap() {
    let mut shop = Shop::new();
    drop(shop.connect());
    let heap = measure(|| drop(shop.connect()));
    assert_eq!(heap.bytes_current, 0);
}

#[test]
fn records_take_no_allocation() {
    let mut shop = Shop::new();
    let (mut client, mut server) = shop.connect();
    let mut exchange = || {
        for len in [1, 1 << 10, 1 << 14] {
            let mut app = client.app().unwrap();
            assert!(app.space(&mut shop.tx).unwrap().unwrap().len() >= len);
            app.commit(len, &mut shop.tx).unwrap().unwrap();
            shop.tx.move_to(&mut shop.rx);
            let Event::Data(data) = server.step(&mut shop.rx, &mut shop.tx).unwrap() else { panic!("no data") };
            assert_eq!(data.len(), len);
            shop.rx.consume(len);
        }
    };
    exchange();
    assert_eq!(measure(exchange).count_total, 0);
}

/// Tickets whose state is in them.
fn stateless() -> Resumption {
    Resumption::stateless(Arc::new(TicketKeys::generate(&Ring::new()).unwrap()))
}

/// Bytes of the heap that go with it.
fn freed_by<T>(dropped: T) -> usize {
    usize::try_from(-measure(|| drop(dropped)).bytes_current).unwrap()
}

#[test]
fn an_idle_connection_with_tickets_is_its_keys_and_what_the_client_makes_more_tickets_of() {
    let shelf = Arc::new(Shelf::new(1, 1));
    let mut shop = Shop::with_tickets(stateless(), &shelf);
    let (client, server) = shop.connect();
    // As long as a ticket is kept, it shares with the connection what both know of the server.
    drop(shelf.take("server.test").unwrap());
    figure("idle_server_with_tickets_heap_bytes", freed_by(server), 151);
    figure("idle_client_with_tickets_heap_bytes", freed_by(client), 647);
}

#[test]
fn a_kept_ticket_takes_few_bytes() {
    const TICKETS: usize = 64;
    let fill = |resumption| {
        let shelf = Arc::new(Shelf::new(1, 1));
        let mut shop = Shop::with_tickets(resumption, &shelf);
        // Without the ticket of the connection before, each handshake is a full one.
        let connect = |_| {
            drop(shop.connect());
            shelf.take("server.test").unwrap()
        };
        (0..TICKETS).map(connect).collect::<Vec<_>>()
    };
    figure("client_ticket_bytes_if_stateless", freed_by(fill(stateless())) / TICKETS, 994);
    // With so much room no ticket is in the way of another.
    const ROOM: usize = 16 * TICKETS;
    let empty = freed_by(StoredTickets::new(ROOM, 1 << 20));
    figure("room_for_a_stored_ticket_bytes", empty / ROOM, 40);
    let store = Arc::new(StoredTickets::new(ROOM, 1 << 20));
    figure("client_ticket_bytes_if_stored", freed_by(fill(Resumption::stored(store.clone()))) / TICKETS, 561);
    assert_eq!(store.size().0, TICKETS);
    figure("stored_ticket_bytes", (freed_by(store) - empty) / TICKETS, 466);
}

#[test]
fn a_resumed_handshake_of_both_ends_takes_few_allocations() {
    let mut shop = Shop::with_tickets(stateless(), &Arc::new(Shelf::new(1, 1)));
    drop(shop.connect());
    let mut pair = None;
    let heap = measure(|| pair = Some(shop.connect()));
    assert!(pair.unwrap().0.negotiated().psk.is_some());
    figure("resumed_handshake_allocations", heap.count_total.try_into().unwrap(), 43);
    figure("resumed_handshake_peak_heap_bytes", heap.bytes_max.try_into().unwrap(), 6599);
}
