//! What changes at the server: its CAs, its rules, its CRLs, its tickets.

use super::town::{
    Authority, Client, Full, Meeting, Refused, Resumed, Rules, Town, both_kinds, declined, meeting, visit_host,
};
use super::util::ca::NOW;
use super::util::tickets::across_names;
use rcgen::{CertificateParams, date_time_ymd};
use std::sync::Arc;
use symbolon::resumption::{ClientTickets, Declined, Shelf, Ticket};
use symbolon::x509::{Profile, Revocation};
use symbolon::{ClientAuthMode, Reason, UnixTime};

/// Those whom a change concerns meet `then`; all others resume.
fn only(
    whom: impl Fn(&Client) -> bool,
    why: Declined,
    then: Meeting,
) -> impl Fn(&Client) -> (Meeting, Option<Declined>) {
    move |client| if whom(client) { (then.clone(), Some(why)) } else { (Resumed, None) }
}

fn everybody(why: Declined) -> impl Fn(&Client) -> (Meeting, Option<Declined>) {
    only(|_| true, why, Full)
}

fn nobody(_: &Client) -> (Meeting, Option<Declined>) {
    (Resumed, None)
}

fn is_one_of<'a>(some: &'a [&Client]) -> impl Fn(&Client) -> bool + use<'a> {
    move |client| some.iter().any(|one| one.name == client.name)
}

#[test]
fn a_crl_declines_those_whom_it_revokes_and_nobody_else() {
    for policy in [Revocation::require, Revocation::soft] {
        for rules in both_kinds() {
            let town = Town::new();
            let with = |revoked: &[&Client]| Rules { revocation: policy(town.crls(revoked)), ..rules.clone() };
            town.everybody_arrives(&with(&[]));
            let first: Vec<_> = town.clients.iter().step_by(5).collect();
            let more: Vec<_> = town.clients.iter().step_by(3).chain(first.iter().copied()).collect();
            let refused = || Refused(Reason::CertificateRevoked);
            town.everybody_returns(&with(&first), only(is_one_of(&first), Declined::Revoked, refused()));
            // Those who came through have tickets of resumed handshakes by now; those who did not have none left.
            let more_than_first = |client: &Client| is_one_of(&more)(client) && !is_one_of(&first)(client);
            let (now, server) = (town.a_minute_later(), Arc::new(town.server(&with(&more)).build().unwrap()));
            for client in town.clients.iter().filter(|client| !is_one_of(&first)(client)) {
                let pair = town.visit(client, &server, now, now);
                let expected = if more_than_first(client) { refused() } else { Resumed };
                assert_eq!(meeting(&pair), expected, "{}", client.name);
            }
        }
    }
}

#[test]
fn a_ca_that_is_removed_takes_its_own_clients_along() {
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&rules);
        let after = Rules { authorities: vec![0], ..rules };
        let refused = Refused(Reason::CertificateIssuerUnknown);
        town.everybody_returns(&after, only(|client| client.authority == 1, Declined::AnchorRemoved, refused));
    }
}

#[test]
fn an_allow_rule_that_is_removed_takes_along_whom_it_admitted() {
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&rules);
        let after = Rules { trades: vec!["smith.test", "baker.test"], ..rules };
        let refused = Refused(Reason::PeerNotAllowed);
        let is_miner = |client: &Client| client.trade == "miner.test";
        town.everybody_returns(&after, only(is_miner, Declined::NoLongerAllowed, refused));
    }
}

#[test]
fn a_server_that_is_made_anew_by_the_same_rules_lets_everybody_resume() {
    for rules in both_kinds() {
        let town = Town::new().with_strangers();
        let rules = Rules { mode: ClientAuthMode::Request, revocation: Revocation::soft(town.crls(&[])), ..rules };
        town.everybody_arrives(&rules);
        // The order of what is trusted, and a CRL about nobody, are no changes of the rules.
        let after = Rules {
            authorities: vec![1, 0],
            trades: vec!["smith.test", "baker.test", "miner.test"],
            revocation: Revocation::soft(town.crls(&[])),
            ..rules
        };
        town.everybody_returns(&after, nobody);
    }
}

#[test]
fn other_rules_are_asked_of_everybody_once() {
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&rules);
        let after = Rules { profile: Profile::Rfc5280, ..rules.clone() };
        town.everybody_returns(&after, everybody(Declined::PolicyChanged));
        let after = Rules { revocation: Revocation::soft(town.crls(&[])), ..after };
        town.everybody_returns(&after, everybody(Declined::PolicyChanged));
        let after = Rules { revocation: Revocation::soft(town.crls(&[])).whole_path(), ..after };
        town.everybody_returns(&after, everybody(Declined::PolicyChanged));
    }
}

#[test]
fn revocation_that_is_required_from_now_on_finds_those_who_are_revoked() {
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&rules);
        let revoked: Vec<_> = town.clients.iter().step_by(4).collect();
        let after = Rules { revocation: Revocation::require(town.crls(&revoked)), ..rules };
        town.everybody_returns(&after, |client| {
            let revoked = is_one_of(&revoked)(client);
            let met = if revoked { Refused(Reason::CertificateRevoked) } else { Full };
            (met, Some(Declined::PolicyChanged))
        });
    }
}

#[test]
fn crls_that_are_gone_decline_where_they_are_required() {
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&Rules { revocation: Revocation::require(town.crls(&[])), ..rules.clone() });
        let after = Rules { revocation: Revocation::require(Default::default()), ..rules };
        let refused = Refused(Reason::RevocationUnknown);
        town.everybody_returns(&after, only(|_| true, Declined::RevocationUnknown, refused));
    }
}

#[test]
fn an_intermediate_that_is_revoked_takes_its_clients_along_where_the_whole_path_counts() {
    for rules in both_kinds() {
        for whole_path in [true, false] {
            let town = Town::new();
            let policy =
                |crls| if whole_path { Revocation::require(crls).whole_path() } else { Revocation::require(crls) };
            town.everybody_arrives(&Rules { revocation: policy(town.crls(&[])), ..rules.clone() });
            let after = Rules { revocation: policy(town.crls_with(&[1], &[])), ..rules.clone() };
            let is_under_it = |client: &Client| whole_path && client.authority == 1;
            let refused = Refused(Reason::CertificateRevoked);
            town.everybody_returns(&after, only(is_under_it, Declined::Revoked, refused));
        }
    }
}

#[test]
fn who_came_without_a_certificate_does_not_resume_where_one_is_required() {
    for rules in both_kinds() {
        let town = Town::new().with_strangers();
        let before = Rules { mode: ClientAuthMode::Request, ..rules };
        town.everybody_arrives(&before);
        let after = Rules { mode: ClientAuthMode::Require, ..before.clone() };
        let refused = Refused(Reason::ClientCertificateMissing);
        let has_none = |client: &Client| client.chain.is_none();
        town.everybody_returns(&after, only(has_none, Declined::ClientAuthChanged, refused));
        town.everybody_returns(&Rules { mode: ClientAuthMode::None, ..before }, |client| match client.chain {
            Some(_) => (Full, Some(Declined::ClientAuthChanged)),
            // Their tickets are used up.
            None => (Full, None),
        });
    }
}

#[test]
fn who_was_not_asked_for_a_certificate_is_asked_once_it_is_asked_for() {
    for rules in both_kinds() {
        for mode in [ClientAuthMode::Request, ClientAuthMode::Require] {
            let town = Town::new();
            town.everybody_arrives(&Rules { mode: ClientAuthMode::None, ..rules.clone() });
            town.everybody_returns(&Rules { mode, ..rules.clone() }, everybody(Declined::ClientAuthChanged));
        }
    }
}

#[test]
fn another_listener_takes_no_tickets_of_this_one() {
    for rules in both_kinds() {
        let town = Town::new();
        let scoped = |scope| Rules { resumption: rules.resumption.clone().scope(scope), ..rules.clone() };
        town.everybody_arrives(&scoped("front door"));
        town.everybody_returns(&scoped("front door"), nobody);
        town.everybody_returns(&scoped("back door"), everybody(Declined::OtherScope));
    }
}

/// A client that shows its tickets to whomever it meets.
#[derive(Debug)]
struct Careless(Shelf<Ticket>);

impl ClientTickets for Careless {
    fn put(&self, server: &str, ticket: Ticket) {
        self.0.put("anybody", across_names(server, &ticket));
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        self.0.take("anybody")
    }
}

#[test]
fn another_virtual_host_takes_no_tickets_of_this_one() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&rules).build().unwrap());
        for client in &town.clients {
            let config = client.config(&town).tickets(Arc::new(Careless(Shelf::new(1, 8))));
            let config = Arc::new(config.build().unwrap());
            let meets = |host| {
                let pair = visit_host(host, &config, &server, NOW, NOW);
                (meeting(&pair), declined(&pair).1)
            };
            assert_eq!(meets("server.test"), (Full, vec![]));
            assert_eq!(meets("server.test"), (Resumed, vec![]));
            assert_eq!(meets("other.test"), (Full, vec![Declined::OtherServerName]));
            assert_eq!(meets("other.test"), (Resumed, vec![]));
        }
    }
}

/// The last second of the certificates that are made by this.
const END: UnixTime = UnixTime(1_780_012_800); // 2026-05-29T00:00:00Z

fn ends_early(params: &mut CertificateParams) {
    params.not_after = date_time_ymd(2026, 5, 29);
}

/// Of the first CA all last; under the others something on the path ends early.
fn town_of_mortals() -> Town {
    let lasts = Authority::new("lasting");
    let anchor = Authority::with("anchor", ends_early, |_| ());
    let intermediate = Authority::with("intermediate", |_| (), ends_early);
    let leaf = Authority::new("leaf");
    let mut town = Town::of([lasts, anchor, intermediate, leaf]);
    for client in town.clients.iter_mut().filter(|client| client.authority == 3) {
        client.chain = Some(town.authorities[3].issue(&[&client.name, client.trade], ends_early));
    }
    town
}

#[test]
fn tickets_end_with_the_first_certificate_on_the_path() {
    // A store has dropped by then what it kept.
    for (rules, why) in both_kinds().into_iter().zip([Declined::Expired, Declined::Unknown]) {
        let rules = Rules { authorities: vec![0, 1, 2, 3], ..rules };
        // Where the client's clock is behind, it is the server who finds out.
        for client_is_behind in [false, true] {
            let town = town_of_mortals();
            town.everybody_arrives(&rules);
            let arrived = town.now();
            let [before, after] = [END.0 - 1, END.0 + 1].map(UnixTime);
            let server = Arc::new(town.server(&rules).build().unwrap());
            for client in &town.clients {
                let ticket = client.shelf.take("server.test").unwrap();
                let a_day = |ticket: &Ticket| ticket.expires().0 - arrived.0 == 86_400;
                assert!(ticket.expires() == END || client.authority == 0 && a_day(&ticket), "{}", client.name);
                client.shelf.put("server.test", ticket);

                assert_eq!(meeting(&town.visit(client, &server, before, before)), Resumed, "{}", client.name);
            }
            // Only now: a store may drop what is over for all of them at once.
            for client in &town.clients {
                let here = if client_is_behind { before } else { after };
                let pair = town.visit(client, &server, here, after);
                let expected = match (client.authority, client_is_behind) {
                    (0, _) => (Resumed, (vec![], vec![])),
                    (_, true) => (Refused(Reason::CertificateExpired), (vec![], vec![why])),
                    // All of its tickets are over.
                    (_, false) => (Refused(Reason::CertificateExpired), (vec![Declined::Expired; 2], vec![])),
                };
                assert_eq!((meeting(&pair), declined(&pair)), expected, "{}", client.name);
            }
        }
    }
}
