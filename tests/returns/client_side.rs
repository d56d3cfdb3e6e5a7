//! What changes at the client: its CAs, its CRLs, its own certificate, and what time it is.

use super::town::{Authority, Chain, Client, Full, Resumed, Rules, Town, both_kinds, declined, meeting, visit};
use super::util::ca::NOW;
use super::util::crl::serial;
use super::util::pair::Pair;
use super::util::provider::{Provider, provider};
use rcgen::date_time_ymd;
use std::sync::Arc;
use symbolon::config::ClientConfigBuilder;
use symbolon::resumption::Declined;
use symbolon::wire::{ClientHello, Parse};
use symbolon::x509::{Profile, Revocation};
use symbolon::{Anchors, ClientAuthMode, ClientConfig, Error, Reason, ServerConfig, UnixTime};

type Builder = ClientConfigBuilder<Provider>;

/// Meets `server`, as the client is configured by `edit`.
fn meet(
    town: &Town,
    client: &Client,
    server: &Arc<ServerConfig<Provider>>,
    edit: impl FnOnce(Builder) -> Builder,
) -> Pair {
    let config = Arc::new(edit(client.config(town)).build().unwrap());
    let now = town.a_minute_later();
    visit(&config, server, now, now)
}

/// Nothing of its tickets was shown to the server, for this reason.
fn assert_not_offered(pair: &Pair, why: Declined) {
    // There are two, and both fall.
    assert_eq!(declined(pair), (vec![why; 2], vec![]));
    assert_eq!(pair.client.conn.negotiated().psk, None);
}

fn refused(pair: &Pair) -> Reason {
    assert!(matches!(pair.server.error, Some(Error::PeerAlert(_))), "{:?}", pair.server.error);
    let Some(Error::Refused(refusal)) = pair.client.error else { panic!("{:?}", pair.client.error) };
    refusal.reason
}

fn same(builder: Builder) -> Builder {
    builder
}

#[test]
fn a_server_whose_certificate_is_not_trusted_any_more_is_not_offered_a_ticket() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&rules).build().unwrap());
        let revoked = |of_root: &[Vec<u8>], of_issuing: &[Vec<u8>]| {
            let lists = town.authorities[0].crls(of_root, of_issuing);
            let lists = lists.each_ref().map(Vec::as_slice);
            symbolon::x509::Crls::from_der(&provider(), &lists, &Anchors::default()).unwrap()
        };
        let client = town.first_of(1);
        let required = |of_root: &[Vec<u8>], of_issuing: &[Vec<u8>]| {
            let policy = Revocation::require(revoked(of_root, of_issuing)).whole_path();
            move |builder: Builder| builder.revocation(policy)
        };
        let issuing = serial(&town.authorities[0].issuing.der);
        let from = required(&[], &[]);
        assert_eq!(meeting(&meet(&town, client, &server, from)), Full);
        for (to, why, reason) in [
            (required(&[], &[town.server.serial()]), Declined::Revoked, Reason::CertificateRevoked),
            (required(&[issuing], &[]), Declined::Revoked, Reason::CertificateRevoked),
        ] {
            let pair = meet(&town, client, &server, to);
            assert_not_offered(&pair, why);
            assert_eq!(refused(&pair), reason);
            // New tickets, for the next change.
            assert_eq!(meeting(&meet(&town, client, &server, required(&[], &[]))), Full);
        }
        let pair = meet(&town, client, &server, |b| required(&[], &[])(b).anchors(town.anchors(&[1])));
        assert_not_offered(&pair, Declined::AnchorRemoved);
        assert_eq!(refused(&pair), Reason::CertificateIssuerUnknown);
    }
}

#[test]
fn a_change_that_leaves_the_server_trusted_costs_a_full_handshake() {
    for rules in both_kinds() {
        let town = Town::new();
        let server = Arc::new(town.server(&rules).build().unwrap());
        let client = town.first_of(0);
        assert_eq!(meeting(&meet(&town, client, &server, same)), Full);
        let pair = meet(&town, client, &server, |builder| builder.profile(Profile::Rfc5280));
        assert_eq!(meeting(&pair), Full);
        assert_not_offered(&pair, Declined::PolicyChanged);
        // And back, which is another change.
        let pair = meet(&town, client, &server, same);
        assert_eq!(meeting(&pair), Full);
        assert_not_offered(&pair, Declined::PolicyChanged);
        // One CA more is none.
        let more = |builder: Builder| builder.anchors(town.anchors(&[1, 0]));
        assert_eq!(meeting(&meet(&town, client, &server, more)), Resumed);
    }
}

#[test]
fn tickets_of_a_server_end_with_its_path() {
    // 2026-05-29T00:00:00Z
    let end = UnixTime(1_780_012_800);
    for rules in both_kinds() {
        let mut town = Town::new();
        let ends = |params: &mut rcgen::CertificateParams| params.not_after = date_time_ymd(2026, 5, 29);
        town.server = town.authorities[0].issue(&["server.test", "other.test"], ends);
        town.everybody_arrives(&rules);
        let server = Arc::new(town.server(&rules).build().unwrap());
        for client in &town.clients {
            let pair = town.visit(client, &server, end, end);
            assert_eq!(meeting(&pair), Resumed, "{}", client.name);
            let after = UnixTime(end.0 + 1);
            let pair = town.visit(client, &server, after, after);
            assert_not_offered(&pair, Declined::PathExpired);
            assert_eq!(refused(&pair), Reason::CertificateExpired);
        }
    }
}

#[test]
fn a_client_shows_its_new_certificate_and_not_a_ticket_of_the_old_one() {
    for rules in both_kinds() {
        let mut town = Town::new();
        town.everybody_arrives(&rules);
        let renewed = |client: &Client| town.authorities[client.authority].issue(&[&client.name, client.trade], |_| ());
        let rotated: Vec<Chain> = town.clients.iter().step_by(2).map(renewed).collect();
        for (client, chain) in town.clients.iter_mut().step_by(2).zip(rotated) {
            client.chain = Some(chain);
        }
        let server = Arc::new(town.server(&rules).build().unwrap());
        for (at, client) in town.clients.iter().enumerate() {
            let pair = meet(&town, client, &server, same);
            if at % 2 == 0 {
                assert_not_offered(&pair, Declined::OwnChainChanged);
                assert_eq!(meeting(&pair), Full, "{}", client.name);
            } else {
                assert_eq!((meeting(&pair), declined(&pair)), (Resumed, (vec![], vec![])), "{}", client.name);
            }
            let shown = client.chain.as_ref().unwrap();
            let leaf = symbolon::x509::Certificate::parse(&shown.ders[0]).unwrap();
            let expected = symbolon::identity::spki_sha256(&provider(), &leaf);
            assert_eq!(*pair.server.conn.peer().unwrap().spki_sha256(), expected);
        }
    }
}

#[test]
fn who_has_a_certificate_at_last_shows_it() {
    for rules in both_kinds() {
        let mut town = Town::new().with_strangers();
        let rules = Rules { mode: ClientAuthMode::Request, ..rules };
        town.everybody_arrives(&rules);
        let chain = town.authorities[0].issue(&["late", "smith.test"], |_| ());
        let late = town.clients.iter_mut().find(|client| client.chain.is_none()).unwrap();
        late.chain = Some(chain);
        let name = late.name.clone();
        let server = Arc::new(town.server(&rules).build().unwrap());
        for client in &town.clients {
            let pair = meet(&town, client, &server, same);
            if client.name == name {
                assert_not_offered(&pair, Declined::OwnChainChanged);
                assert_eq!(pair.server.conn.peer().unwrap().dns().next(), Some("late"));
            } else {
                assert_eq!(meeting(&pair), Resumed, "{}", client.name);
            }
        }
    }
}

#[test]
fn without_knowing_the_time_nobody_offers_a_ticket_or_takes_one() {
    use symbolon::{ClientWith, ServerName, ServerWith, Time};
    for rules in both_kinds() {
        let town = Town::new();
        town.everybody_arrives(&rules);
        let server = Arc::new(town.server(&rules).build().unwrap());
        let client = town.first_of(1);
        let name = || ServerName::dns("server.test").unwrap().into_owned();
        let meet = |here: Time, there: Time| {
            let config: Arc<ClientConfig<Provider>> = Arc::new(client.config(&town).build().unwrap());
            let client = ClientWith::new(config, name(), here);
            let mut pair = Pair::new(client, ServerWith::new(server.clone(), there));
            pair.run();
            assert_eq!(meeting(&pair), Full);
            declined(&pair)
        };
        let now = Time::Known(town.a_minute_later());
        let at_least = Time::AtLeast(NOW);
        assert_eq!(meet(now, at_least), (vec![], vec![Declined::TimeUnknown]));
        assert_eq!(meet(at_least, now), (vec![Declined::TimeUnknown], vec![]));
    }
}

#[test]
fn a_hello_without_a_ticket_that_holds_has_no_pre_shared_key() {
    let [rules, _] = both_kinds();
    let town = Town::of([Authority::new("north"), Authority::new("south")]);
    let server = Arc::new(town.server(&rules).build().unwrap());
    let client = town.first_of(0);
    let offers = |edit: fn(Builder) -> Builder| {
        let config = Arc::new(edit(client.config(&town)).build().unwrap());
        let name = symbolon::ServerName::dns("server.test").unwrap();
        let mut end = super::util::pair::End::new(symbolon::ClientWith::new(config, name, town.a_minute_later()));
        end.drive();
        let sent = end.take_output();
        // Behind the headers of the record and of the message.
        ClientHello::parse(&sent[9..]).unwrap().extensions.pre_shared_key.is_some()
    };
    assert!(!offers(same));
    assert_eq!(meeting(&meet(&town, client, &server, same)), Full);
    assert!(!offers(|builder| builder.profile(Profile::Web)));
    assert_eq!(meeting(&meet(&town, client, &server, same)), Full);
    assert!(offers(same));
}
