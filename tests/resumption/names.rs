//! Tickets and the names of servers: under which of them a ticket is offered, and taken.

use super::util::pair::{Pair, World};
use super::util::pki::{For, NOW};
use super::util::provider::{Provider, local};
use super::util::tickets::across_names;
use super::{keys, shelf};
use rcgen::SanType;
use std::sync::Arc;
use symbolon::config::{Resumption, ServerConfigBuilder};
use symbolon::resumption::{Declined, PskKind, Shelf, Ticket};
use symbolon::{ClientWith, Error, Reason, ServerConfig, ServerName, ServerWith, UnixTime};

const RESUMED: Option<PskKind> = Some(PskKind::Resumption);

/// A server with one certificate, for `server.test` and `other.test`, and a client of it.
struct Hosts {
    world: World,
    server: Arc<ServerConfig<Provider>>,
    shelf: Arc<Shelf<Ticket>>,
}

impl Hosts {
    fn new(resumption: Resumption) -> Self {
        Self::with(|server| server.resumption(resumption))
    }

    fn with(change: impl FnOnce(ServerConfigBuilder<Provider>) -> ServerConfigBuilder<Provider>) -> Self {
        let world = World::new();
        let chain = world.pki.leaf("server.test", For::Server, |params| {
            params.subject_alt_names.push(SanType::DnsName("other.test".try_into().unwrap()));
        });
        let server = change(world.server_config_of(local(&chain))).build().unwrap();
        Self { world, server: Arc::new(server), shelf: shelf() }
    }

    fn visit(&self, name: &'static str) -> Pair {
        let client = self.world.client_config().tickets(self.shelf.clone()).build().unwrap();
        let client = ClientWith::new(Arc::new(client), ServerName::dns(name).unwrap(), UnixTime(NOW));
        let mut pair = Pair::new(client, ServerWith::new(self.server.clone(), UnixTime(NOW)));
        pair.run();
        pair
    }

    /// The ticket that a visit to `server.test` leaves behind.
    fn ticket(&self) -> Ticket {
        self.visit("server.test").assert_connected();
        self.shelf.take("server.test").unwrap()
    }
}

// [crosssni-3-1] [crosssni-3-2]
#[test]
fn a_ticket_is_good_for_another_name_if_its_server_says_so_and_its_certificate_is_for_that_name() {
    for (allowed, psk) in [(true, RESUMED), (false, None)] {
        let hosts = Hosts::new(Resumption::stateless(keys()).across_names(allowed));
        let ticket = hosts.ticket();
        assert_eq!(ticket.resumable_across_names(), allowed);
        hosts.shelf.put("other.test", ticket);
        let pair = hosts.visit("other.test");
        pair.assert_connected();
        assert_eq!([pair.client.conn.negotiated().psk, pair.server.conn.negotiated().psk], [psk; 2]);
        let declined = (!allowed).then_some(Declined::OtherServerName);
        assert_eq!(pair.client.seen.declined, Vec::from_iter(declined));
        assert_eq!(pair.server.seen.declined, []);
    }
    let hosts = Hosts::new(Resumption::stateless(keys()).across_names(true));
    hosts.shelf.put("third.test", hosts.ticket());
    let pair = hosts.visit("third.test");
    assert_eq!(pair.client.seen.declined, [Declined::OtherServerName]);
    let Some(Error::Refused(refusal)) = pair.client.error else { panic!("{:?}", pair.client.error) };
    assert_eq!(refusal.reason, Reason::CertificateNameMismatch);
}

// [crosssni-3-3]
#[test]
fn a_server_that_did_not_say_so_takes_no_ticket_under_another_name() {
    let hosts = Hosts::new(Resumption::stateless(keys()));
    hosts.shelf.put("other.test", across_names("server.test", &hosts.ticket()));
    let pair = hosts.visit("other.test");
    pair.assert_connected();
    assert_eq!(pair.server.seen.declined, [Declined::OtherServerName]);
    assert_eq!(pair.server.conn.negotiated().psk, None);
}

#[test]
fn a_ticket_remembers_in_its_bytes_for_which_names_it_is() {
    let hosts = Hosts::new(Resumption::stateless(keys()).across_names(true));
    let ticket = Ticket::from_bytes(&hosts.ticket().to_bytes()).unwrap();
    assert!(ticket.resumable_across_names());
    hosts.shelf.put("other.test", ticket);
    let pair = hosts.visit("other.test");
    assert_eq!(pair.server.conn.negotiated().psk, RESUMED);
    // What comes of it is of the name that was asked for last.
    let next = hosts.shelf.take("other.test").unwrap();
    hosts.shelf.put("server.test", next);
    assert_eq!(hosts.visit("server.test").server.conn.negotiated().psk, RESUMED);
}

// [6066-3-6]
#[test]
fn a_server_name_that_does_not_count_is_neither_acknowledged_nor_bound_to_tickets() {
    for (counts, psk) in [(true, None), (false, RESUMED)] {
        let hosts = Hosts::with(|server| server.resumption(Resumption::stateless(keys())).use_server_name(counts));
        let pair = hosts.visit("server.test");
        pair.assert_connected();
        assert_eq!(pair.client.conn.negotiated().server_name_used, counts);
        let ticket = hosts.shelf.take("server.test").unwrap();
        hosts.shelf.put("other.test", across_names("server.test", &ticket));
        let pair = hosts.visit("other.test");
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, psk);
        assert_eq!(pair.client.conn.negotiated().server_name_used, counts);
    }
}
