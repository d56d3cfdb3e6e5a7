//! Several servers: with the same keys they take each other's tickets, with others they do not.

use super::town::{Client, Full, Resumed, Rules, Town, declined, meeting};
use super::util::provider::provider;
use std::sync::Arc;
use symbolon::config::Resumption;
use symbolon::resumption::{Declined, MAX_TICKET_KEYS, StoredTickets, TicketKey, TicketKeys};
use symbolon::{ServerConfig, UnixTime};

type Server = Arc<ServerConfig<super::util::provider::Provider>>;

/// The keys of this many secrets, of which the first seals.
fn keys(secrets: &[u8]) -> Arc<TicketKeys> {
    let lines: Vec<String> = secrets.iter().map(|secret| format!("{secret:02x}").repeat(32)).collect();
    Arc::new(TicketKeys::from_text(&provider(), &lines.join("\n")).unwrap())
}

fn server(town: &Town, resumption: Resumption) -> Server {
    Arc::new(town.server(&Rules::new(resumption)).build().unwrap())
}

fn of_keys(town: &Town, keys: &Arc<TicketKeys>) -> Server {
    server(town, Resumption::stateless(keys.clone()))
}

/// What it comes to, and why the server takes no ticket, if it takes none.
fn meet(town: &Town, client: &Client, server: &Server) -> (super::town::Meeting, Option<Declined>) {
    let now = town.a_minute_later();
    let pair = town.visit(client, server, now, now);
    let (here, there) = declined(&pair);
    assert_eq!(here, []);
    (meeting(&pair), there.first().copied())
}

#[test]
fn servers_with_the_same_keys_take_each_others_tickets() {
    let town = Town::new();
    // Read twice from the same file, as by two processes.
    let fleet = [of_keys(&town, &keys(&[1, 2])), of_keys(&town, &keys(&[1, 2]))];
    for (at, client) in town.clients.iter().enumerate() {
        let [one, other] = [&fleet[at % 2], &fleet[(at + 1) % 2]];
        assert_eq!(meet(&town, client, one), (Full, None));
        for server in [other, one, other] {
            assert_eq!(meet(&town, client, server), (Resumed, None), "{}", client.name);
        }
    }
}

#[test]
fn servers_that_share_a_store_take_each_others_tickets_once() {
    let town = Town::new();
    let store = Arc::new(StoredTickets::new(1000, 1 << 20));
    let fleet = [(); 2].map(|()| server(&town, Resumption::stored(store.clone()).count(1)));
    for client in &town.clients {
        assert_eq!(meet(&town, client, &fleet[0]), (Full, None));
        let ticket = client.shelf.take("server.test").unwrap();
        let copy = symbolon::resumption::Ticket::from_bytes(&ticket.to_bytes()).unwrap();
        client.shelf.put("server.test", ticket);
        assert_eq!(meet(&town, client, &fleet[1]), (Resumed, None));
        client.shelf.put("server.test", copy);
        assert_eq!(meet(&town, client, &fleet[0]), (Full, Some(Declined::Unknown)));
    }
}

#[test]
fn a_server_with_other_keys_makes_a_full_handshake() {
    let town = Town::new();
    let here = of_keys(&town, &keys(&[1]));
    let elsewhere =
        [of_keys(&town, &keys(&[2])), server(&town, Resumption::stored(Arc::new(StoredTickets::new(10, 1 << 20))))];
    for client in &town.clients {
        for other in &elsewhere {
            assert_eq!(meet(&town, client, &here).0, Full);
            assert_eq!(meet(&town, client, other), (Full, Some(Declined::Unknown)));
            // And by what came of that.
            assert_eq!(meet(&town, client, other), (Resumed, None));
            while client.shelf.take("server.test").is_some() {}
        }
    }
}

#[test]
fn a_server_without_resumption_does_not_look_at_tickets() {
    let town = Town::new();
    let rules = Rules::new(Resumption::stateless(keys(&[1])));
    town.everybody_arrives(&rules);
    let plain = Arc::new(town.server_without_resumption(&rules).build().unwrap());
    for client in &town.clients {
        assert_eq!(meet(&town, client, &plain), (Full, None));
    }
}

#[test]
fn a_key_opens_what_it_sealed_until_it_is_dropped() {
    let town = Town::new();
    let keys = keys(&[0]);
    let server = of_keys(&town, &keys);
    let client = town.first_of(0);
    assert_eq!(meet(&town, client, &server), (Full, None));
    let first = client.shelf.take("server.test").unwrap().to_bytes();
    let come_with_the_first = || {
        while client.shelf.take("server.test").is_some() {}
        client.shelf.put("server.test", symbolon::resumption::Ticket::from_bytes(&first).unwrap());
        meet(&town, client, &server)
    };
    for day in 1..MAX_TICKET_KEYS {
        keys.rotate(TicketKey::new(&provider(), &[u8::try_from(day).unwrap(); 32]));
        assert_eq!(come_with_the_first(), (Resumed, None), "rotation {day}");
    }
    keys.rotate(TicketKey::new(&provider(), &[99; 32]));
    assert_eq!(come_with_the_first(), (Full, Some(Declined::Unknown)));
    // All keys at once, as from a file that was written anew.
    assert_eq!(meet(&town, client, &server), (Resumed, None));
    keys.replace(TicketKeys::generate(&provider()).unwrap());
    assert_eq!(meet(&town, client, &server), (Full, Some(Declined::Unknown)));
    assert_eq!(meet(&town, client, &server), (Resumed, None));
}

#[test]
fn a_resumption_moves_a_client_to_the_key_that_seals_now() {
    let town = Town::new();
    let (before, between, after) = (keys(&[1]), keys(&[2, 1]), keys(&[2]));
    let servers = [before, between, after].map(|keys| of_keys(&town, &keys));
    for client in &town.clients {
        assert_eq!(meet(&town, client, &servers[0]).0, Full);
        assert_eq!(meet(&town, client, &servers[1]), (Resumed, None));
        assert_eq!(meet(&town, client, &servers[2]), (Resumed, None), "{}", client.name);
    }
}

#[test]
fn clocks_of_a_fleet_need_not_be_the_same_to_the_second() {
    let town = Town::new();
    let keys = keys(&[1]);
    let fleet = [of_keys(&town, &keys), of_keys(&town, &keys)];
    for client in &town.clients {
        let now = town.a_minute_later();
        let ahead = UnixTime(now.0 + 5);
        assert_eq!(meeting(&town.visit(client, &fleet[0], now, ahead)), Full);
        let pair = town.visit(client, &fleet[1], now, now);
        assert_eq!((meeting(&pair), declined(&pair)), (Resumed, (vec![], vec![])));
    }
}
