//! Tickets of resumed handshakes: however long the chain of them, it goes back to one look at the certificates.

use super::town::{Client, Full, Refused, Resumed, Rules, Town, both_kinds, declined, meeting, visit};
use super::util::ca::NOW;
use super::util::ocsp::Ocsp;
use super::util::pair::Pair;
use rcgen::date_time_ymd;
use std::sync::Arc;
use symbolon::resumption::Declined;
use symbolon::x509::{Crls, Revocation};
use symbolon::{ClientConfig, Reason, ServerConfig, UnixTime};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

fn after(seconds: i64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// When the newest ticket of a client ends, in seconds since [`NOW`].
fn end_of_ticket(client: &Client) -> i64 {
    let ticket = client.shelf.take("server.test").unwrap();
    let end = ticket.expires().0 - NOW.0;
    client.shelf.put("server.test", ticket);
    end
}

fn with_lifetime(rules: Rules, seconds: u32) -> Rules {
    Rules { resumption: rules.resumption.lifetime(seconds), ..rules }
}

#[test]
fn no_chain_of_resumptions_outlives_a_week() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&with_lifetime(rules, u32::MAX)).build().unwrap());
        let client = town.first_of(1);
        let meet_at = |here, there| town.visit(client, &server, after(here), after(there));
        let first = meet_at(0, 0);
        assert_eq!((meeting(&first), end_of_ticket(client)), (Full, WEEK));
        for day in 1..7 {
            let pair = meet_at(day * DAY, day * DAY);
            assert_eq!((meeting(&pair), end_of_ticket(client)), (Resumed, WEEK), "day {day}");
            assert_eq!(pair.server.conn.peer(), first.server.conn.peer());
            assert_eq!(pair.client.conn.peer(), first.client.conn.peer());
        }
        // The last second; what is given out in it is over with it.
        assert_eq!((meeting(&meet_at(WEEK - 1, WEEK - 1)), end_of_ticket(client)), (Resumed, WEEK));
        let pair = meet_at(WEEK, WEEK);
        assert_eq!(meeting(&pair), Full);
        let (here, there) = declined(&pair);
        assert!(there.is_empty() && here.len() >= 2 && here.iter().all(|why| *why == Declined::Expired), "{here:?}");
    }
}

#[test]
fn a_client_whose_clock_stands_still_gets_no_more_than_a_week_from_the_server() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&with_lifetime(rules, u32::MAX)).build().unwrap());
        let client = town.first_of(0);
        let meet_at = |there| town.visit(client, &server, NOW, after(there));
        assert_eq!(meeting(&meet_at(0)), Full);
        for day in 1..7 {
            assert_eq!(meeting(&meet_at(day * DAY)), Resumed, "day {day}");
        }
        let pair = meet_at(WEEK);
        assert_eq!((meeting(&pair), declined(&pair)), (Full, (vec![], vec![Declined::Expired])));
    }
}

#[test]
fn a_short_lifetime_begins_anew_with_every_ticket_of_the_chain() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&with_lifetime(rules, 100)).build().unwrap());
        let client = town.first_of(1);
        let meet_at = |seconds| town.visit(client, &server, after(seconds), after(seconds));
        assert_eq!((meeting(&meet_at(0)), end_of_ticket(client)), (Full, 100));
        for visit in 1..5 {
            let now = visit * 99;
            assert_eq!((meeting(&meet_at(now)), end_of_ticket(client)), (Resumed, now + 100), "visit {visit}");
        }
        assert_eq!(meeting(&meet_at(4 * 99 + 100)), Full);
    }
}

#[test]
fn no_ticket_of_the_chain_lives_longer_than_the_path() {
    // 2026-05-31T00:00:00Z
    let end = 1_780_185_600 - NOW.0;
    for rules in both_kinds() {
        let mut town = Town::new();
        town.clients[0].chain = Some(
            town.authorities[0]
                .issue(&["mortal", "smith.test"], |params| params.not_after = date_time_ymd(2026, 5, 31)),
        );
        let server = Arc::new(town.server(&with_lifetime(rules, u32::MAX)).build().unwrap());
        let client = &town.clients[0];
        let meet_at = |seconds| town.visit(client, &server, after(seconds), after(seconds));
        assert_eq!((meeting(&meet_at(0)), end_of_ticket(client)), (Full, end));
        for day in 1..3 {
            assert_eq!((meeting(&meet_at(day * DAY)), end_of_ticket(client)), (Resumed, end), "day {day}");
        }
        assert_eq!(meeting(&meet_at(end + 1)), Refused(Reason::CertificateExpired));
    }
}

#[test]
fn every_generation_is_held_against_the_crls_that_are_loaded_then() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = |revoked: &[&Client]| {
            let rules = Rules { revocation: Revocation::require(town.crls(revoked)), ..rules.clone() };
            Arc::new(town.server(&rules).build().unwrap())
        };
        let clients: Vec<&Client> = town.clients.iter().step_by(3).collect();
        town.everybody_arrives(&Rules { revocation: Revocation::require(town.crls(&[])), ..rules.clone() });
        // One after the other is revoked; the others come back after each CRL, by the ticket of the time before.
        for loaded in 0..clients.len() {
            let (revoked, rest) = clients.split_at(loaded);
            let (now, server) = (town.a_minute_later(), server(revoked));
            for client in rest {
                let pair = town.visit(client, &server, now, now);
                assert_eq!((meeting(&pair), declined(&pair)), (Resumed, (vec![], vec![])), "{}", client.name);
            }
            if let Some(client) = revoked.last() {
                let pair = town.visit(client, &server, now, now);
                let refused = Refused(Reason::CertificateRevoked);
                assert_eq!((meeting(&pair), declined(&pair).1), (refused, vec![Declined::Revoked]), "{}", client.name);
            }
        }
    }
}

#[test]
fn what_was_stapled_once_counts_until_its_end_for_all_generations() {
    for rules in both_kinds() {
        let mut town = Town::new();
        let rules = Rules { revocation: Revocation::require(Crls::default()).ask_staple(), ..rules };
        let server = Arc::new(town.server(&with_lifetime(rules, u32::MAX)).build().unwrap());
        let chain = town.clients[0].chain.take().unwrap();
        let client = &town.clients[0];
        let issuing = &town.authorities[0].issuing;
        let staple = Ocsp::of(issuing, &chain.ders[0]).sign(issuing);
        let config = |credential| Arc::new(client.config(&town).credential(credential).build().unwrap());
        let stapled = config(chain.credential().staple(&staple).unwrap());
        let meet_at = |config: &Arc<ClientConfig<_>>, seconds| visit(config, &server, after(seconds), after(seconds));
        assert_eq!(meeting(&meet_at(&stapled, 0)), Full);
        for day in 1..4 {
            let pair = meet_at(&config(chain.credential()), day * DAY);
            assert_eq!(meeting(&pair), Resumed, "day {day}");
        }
    }
}

#[test]
fn a_chain_that_the_application_judged_gives_no_tickets() {
    let judge = |end: &mut super::util::pair::End<_, _>| {
        use symbolon::Answer;
        end.conn.answer_with(Answer::Chain(Ok(())), &mut end.rx, &mut end.tx, &mut end.seen).unwrap().unwrap();
    };
    for rules in both_kinds() {
        let town = Town::new();
        let client = town.first_of(0);
        let server: Arc<ServerConfig<_>> = Arc::new(town.server(&rules).ask_chain().build().unwrap());
        let config = Arc::new(client.config(&town).build().unwrap());
        let meet = || {
            let host = symbolon::ServerName::dns("server.test").unwrap();
            let now = town.a_minute_later();
            let mut pair = Pair::new(
                symbolon::ClientWith::new(config.clone(), host, now),
                symbolon::ServerWith::new(server.clone(), now),
            );
            pair.run();
            if !pair.server.conn.is_connected() {
                judge(&mut pair.server);
                pair.run();
            }
            (meeting(&pair), declined(&pair).1)
        };
        assert_eq!(meet(), (Full, vec![]));
        assert_eq!(client.shelf.size(), (0, 0));
        // Those that were given out before do not count either: the application has to be asked again.
        let own = Arc::new(town.server(&rules).build().unwrap());
        let now = town.a_minute_later();
        assert_eq!(meeting(&visit(&config, &own, now, now)), Full);
        assert_eq!(meet(), (Full, vec![Declined::PolicyChanged]));
    }
}

#[test]
fn a_server_that_the_application_judged_is_not_met_by_tickets() {
    for rules in both_kinds() {
        let town = Town::new();
        let client = town.first_of(0);
        let server = Arc::new(town.server(&rules).build().unwrap());
        let own = Arc::new(client.config(&town).build().unwrap());
        let asks = Arc::new(client.config(&town).ask_chain().build().unwrap());
        let meet = |config: &Arc<ClientConfig<_>>| {
            use symbolon::Answer;
            let now = town.a_minute_later();
            let mut pair = visit(config, &server, now, now);
            let asked = !pair.client.conn.is_connected();
            if asked {
                let end = &mut pair.client;
                end.conn.answer_with(Answer::Chain(Ok(())), &mut end.rx, &mut end.tx, &mut end.seen).unwrap().unwrap();
                pair.run();
            }
            (meeting(&pair), declined(&pair).0, asked)
        };
        assert_eq!(meet(&asks), (Full, vec![], true));
        assert_eq!(client.shelf.size(), (0, 0));
        assert_eq!(meet(&own), (Full, vec![], false));
        assert_eq!(meet(&asks), (Full, vec![Declined::PolicyChanged; 2], true));
    }
}
