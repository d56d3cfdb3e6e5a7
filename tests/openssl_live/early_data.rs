//! Early data between us and OpenSSL: taken, or refused and sent again (RFC 8446 §4.2.10).

use super::resumption::{keys, shelf};
use super::util::openssl::{Both, Openssl, Ours, connect_saying, is_missing};
use super::util::pair::{ClientRole, ServerRole};
use super::util::pki::NOW;
use super::util::provider::Provider;
use super::{SUITES, client_without_credential, open_server};
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::resumption::{PskKind, Shelf, SingleUseKeys, Ticket};
use symbolon::wire::NamedGroup;
use symbolon::{EarlyDataState, UnixTime};

const EARLY: &str = "0 is anybody there?\n";

/// Gets tickets from `server`.
fn meet(config: ClientConfigBuilder<Provider>, both: &Both, server: &mut Openssl) {
    let mut ours = both.connect(config, server);
    assert_eq!(ours.negotiated().early_data, EarlyDataState::NotOffered);
    ours.talk(server, "for the first time");
    ours.close();
}

/// Comes back and says `words` first, which arrive once.
fn say(config: ClientConfigBuilder<Provider>, words: &str, server: &mut Openssl) -> Ours<ClientRole> {
    let ours = connect_saying(config, words.as_bytes(), server);
    let mut ours = ours.unwrap_or_else(|failed| panic!("{failed}: {}", server.wait_for("")));
    server.wait_for(words);
    ours.talk(server, "afterwards");
    let said = server.wait_for("");
    assert_eq!(said.matches(words).count(), 1, "{said}");
    ours
}

fn client(both: &Both, shelf: &Arc<Shelf<Ticket>>) -> ClientConfigBuilder<Provider> {
    client_without_credential(both).tickets(shelf.clone())
}

#[test]
fn openssl_takes_our_early_data() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (suite, _) in SUITES {
        let (shelf, mut server) = (shelf(), both.s_server(&["-early_data"]));
        let config = || client(&both, &shelf).suites(vec![suite]);
        meet(config(), &both, &mut server);
        let ours = say(config(), EARLY, &mut server);
        assert_eq!(ours.negotiated().early_data, EarlyDataState::Accepted);
        assert_eq!(ours.seen.count("send EndOfEarlyData"), 1);
        let said = server.wait_for("End of early data");
        assert!(said.split_once("End of early data").unwrap().0.contains(EARLY), "{said}");
    }
}

#[test]
fn what_is_more_than_openssl_takes_early_comes_after_it() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (shelf, mut server) = (shelf(), both.s_server(&["-early_data", "-max_early_data", "8"]));
    meet(client(&both, &shelf), &both, &mut server);
    let ours = connect_saying(client(&both, &shelf), b"12345678and the rest\n", &mut server).unwrap();
    assert_eq!(ours.negotiated().early_data, EarlyDataState::Accepted);
    let said = server.wait_for("and the rest\n");
    let (early, rest) = said.split_once("End of early data").unwrap();
    assert!(early.contains("12345678") && !early.contains("and"), "{said}");
    assert_eq!(rest.matches("and the rest\n").count(), 1, "{said}");
}

#[test]
fn early_data_that_openssl_refuses_is_sent_again_and_arrives_once() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    type Edit = fn(ClientConfigBuilder<Provider>) -> ClientConfigBuilder<Provider>;
    let cases: [(Edit, bool); 2] = [(|config| config.shares(0), true), (|config| config.alpn(["echo/1"]), false)];
    for (edit, retried) in cases {
        // OpenSSL uses a ticket up when it first sees it, and does not know it after a HelloRetryRequest, unless told otherwise.
        let (shelf, mut server) = (shelf(), both.s_server(&["-early_data", "-no_anti_replay", "-alpn", "echo/1"]));
        meet(client(&both, &shelf), &both, &mut server);
        let ours = say(edit(client(&both, &shelf)), EARLY, &mut server);
        assert_eq!(ours.negotiated().early_data, EarlyDataState::Rejected);
        assert_eq!((ours.negotiated().psk, ours.negotiated().retried), (Some(PskKind::Resumption), retried));
        assert_eq!(ours.seen.count("send EndOfEarlyData"), 0);
    }
    // With the PSK: another server, which does not know it.
    for args in [&["-early_data"][..], &[]] {
        let shelf = shelf();
        meet(client(&both, &shelf), &both, &mut both.s_server(&["-early_data"]));
        let ours = say(client(&both, &shelf), EARLY, &mut both.s_server(args));
        assert_eq!(ours.negotiated().early_data, EarlyDataState::Rejected);
        assert_eq!(ours.negotiated().psk, None);
    }
}

#[test]
fn nothing_is_sent_early_in_the_name_of_a_certificate() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (shelf, mut server) = (shelf(), both.s_server(&["-early_data", "-Verify", "3", "-verify_return_error"]));
    let config = || both.world.client_config().tickets(shelf.clone());
    meet(config(), &both, &mut server);
    let ours = say(config(), EARLY, &mut server);
    assert_eq!(ours.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(ours.negotiated().early_data, EarlyDataState::NotOffered);
}

/// A file with early data, and a session with a ticket of a server of ours that takes it.
struct Sayer {
    both: Both,
    early: String,
    session: String,
}

/// Takes early data, though the clocks may differ by ten minutes: what is slow here is the machine.
fn takes_early_data() -> EarlyData {
    EarlyData::new(1000, Arc::new(SingleUseKeys::new(8, UnixTime(NOW - 3600)))).window(600)
}

impl Sayer {
    fn new() -> Self {
        let both = Both::new();
        let (early, session) = (both.folder.write("early", EARLY), both.folder.path("session.pem"));
        Self { both, early, session }
    }

    /// Makes the session anew.
    fn meet(&self, server: ServerConfigBuilder<Provider>, args: &[&str]) {
        let (mut ours, mut client) = self.both.accepted(server, &[args, &["-sess_out", &self.session]].concat());
        ours.talk(&mut client, "for the first time");
    }

    /// Comes back with early data, and hears of it.
    fn say(&self, server: ServerConfigBuilder<Provider>, args: &[&str], hears: &str) -> Ours<ServerRole> {
        let early = ["-sess_in", &self.session, "-early_data", &self.early];
        let (mut ours, mut client) = self.both.accepted(server, &[args, &early].concat());
        ours.talk(&mut client, "afterwards");
        client.wait_for(hears);
        ours
    }

    fn server(&self, early_data: Option<EarlyData>) -> ServerConfigBuilder<Provider> {
        let resumption = Resumption::stateless(keys("1"));
        open_server(&self.both).resumption(early_data.into_iter().fold(resumption, Resumption::early_data))
    }
}

#[test]
fn we_take_early_data_of_openssl() {
    if is_missing() {
        return;
    }
    let sayer = Sayer::new();
    for (_, suite) in SUITES {
        let args = ["-ciphersuites", suite];
        sayer.meet(sayer.server(Some(takes_early_data())), &args);
        let ours = sayer.say(sayer.server(Some(takes_early_data())), &args, "Early data was accepted");
        assert_eq!(ours.negotiated().early_data, EarlyDataState::Accepted);
        assert_eq!(ours.tls.early_data(), EARLY.as_bytes());
        assert_eq!(ours.seen.count("recv EndOfEarlyData"), 1);
    }
}

// [4.2.10-5]
#[test]
fn early_data_of_openssl_that_we_refuse_is_dropped_and_the_rest_is_heard() {
    if is_missing() {
        return;
    }
    let sayer = Sayer::new();
    let takes = || sayer.server(Some(takes_early_data()));
    // It can't know what came before it started.
    let just_started = EarlyData::new(1000, Arc::new(SingleUseKeys::new(8, UnixTime(NOW)))).window(600);
    let other_keys = Resumption::stateless(keys("2")).early_data(takes_early_data());
    let comes_back = Some(PskKind::Resumption);
    for (server, psk) in [
        (sayer.server(None), comes_back),
        (sayer.server(Some(just_started)), comes_back),
        (takes().groups(vec![NamedGroup::secp384r1]), comes_back),
        (open_server(&sayer.both).resumption(other_keys), None),
        (open_server(&sayer.both), None),
    ] {
        let args = ["-groups", "X25519:P-384"];
        sayer.meet(takes(), &args);
        let ours = sayer.say(server, &args, "Early data was rejected");
        assert_eq!(ours.negotiated().early_data, EarlyDataState::Rejected);
        assert_eq!(ours.negotiated().psk, psk);
        assert_eq!(ours.tls.early_data(), b"");
    }
}

#[test]
fn we_take_nothing_early_of_a_client_with_a_certificate() {
    if is_missing() {
        return;
    }
    let sayer = Sayer::new();
    let resumption = || Resumption::stateless(keys("1")).early_data(takes_early_data());
    let server = || sayer.both.world.server_config().resumption(resumption());
    let shows = sayer.both.client.with_chain();
    sayer.meet(server(), &shows);
    let ours = sayer.say(server(), &shows, "Early data was not sent");
    assert_eq!(ours.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(ours.peer(), ["robot.test"]);
}
