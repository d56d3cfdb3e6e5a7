//! Coming back: by tickets of OpenSSL at its server, by ours at ours, and what becomes of a ticket at a server that does not
//! know it (RFC 8446 §2.2, §4.6.1).

use super::util::openssl::{Both, Ours, is_missing};
use super::util::provider::{Provider, provider};
use super::{SUITES, client_without_credential, open_server};
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption, ServerConfigBuilder};
use symbolon::resumption::{PskKind, Shelf, StoredTickets, Ticket, TicketKeys};
use symbolon::wire::{CipherSuite, NamedGroup};
use symbolon::{Allow, ClientAuth, Role};

pub(super) fn shelf() -> Arc<Shelf<Ticket>> {
    Arc::new(Shelf::new(8, 8))
}

/// The same keys for the same digit.
pub(super) fn keys(digit: &str) -> Arc<TicketKeys> {
    Arc::new(TicketKeys::from_text(&provider(), &digit.repeat(64)).unwrap())
}

/// How the second connection differs from the first.
#[derive(Clone, Copy, Debug)]
struct Case {
    suite: (CipherSuite, &'static str),
    with_certificate: bool,
    retried: bool,
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    // Both hashes.
    for suite in SUITES.into_iter().take(2) {
        for (with_certificate, retried) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push(Case { suite, with_certificate, retried });
        }
    }
    all
}

/// No certificate was shown again, and the peer is who it was.
fn came_back<R: Role>(ours: &Ours<R>, case: Case, peer: &[&str]) {
    assert_eq!(ours.negotiated().psk, Some(PskKind::Resumption), "{case:?}");
    assert_eq!(ours.negotiated().suite, Some(case.suite.0), "{case:?}");
    assert_eq!(ours.negotiated().retried, case.retried, "{case:?}");
    assert_eq!(ours.seen.count("send Certificate") + ours.seen.count("recv Certificate"), 0, "{case:?}");
    assert_eq!(ours.peer(), peer, "{case:?}");
}

#[test]
fn our_client_comes_back_by_a_ticket_of_openssl() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    // With `-no_ticket` the state stays with the server, and the ticket is its name.
    for stored in [&[][..], &["-no_ticket"]] {
        for case in cases() {
            let asks = ["-Verify", "3", "-verify_return_error"];
            let asks = if case.with_certificate { &asks[..] } else { &[] };
            let mut server = both.s_server(&[&["-groups", "P-384:X25519"], stored, asks].concat());
            let shelf = shelf();
            let config = |group, shares| -> ClientConfigBuilder<Provider> {
                let config = match case.with_certificate {
                    true => both.world.client_config(),
                    false => client_without_credential(&both),
                };
                config.suites(vec![case.suite.0]).groups(vec![group]).shares(shares).tickets(shelf.clone())
            };
            let mut first = both.connect(config(NamedGroup::x25519, 1), &mut server);
            assert_eq!(first.negotiated().psk, None);
            first.talk(&mut server, "for the first time");
            assert_eq!(shelf.size(), (1, 2), "OpenSSL sends two");
            first.close();
            let shares = usize::from(!case.retried);
            let mut again = both.connect(config(NamedGroup::secp384r1, shares), &mut server);
            came_back(&again, case, &["server.test"]);
            again.talk(&mut server, "again");
            server.wait_for("Reused session-id");
        }
    }
}

#[test]
fn openssl_comes_back_by_a_ticket_of_ours() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for stateless in [true, false] {
        for case in cases() {
            let (keys, store) = (keys("1"), Arc::new(StoredTickets::new(8, 1 << 14)));
            let resumption = || match stateless {
                true => Resumption::stateless(keys.clone()),
                false => Resumption::stored(store.clone()),
            };
            let config = |group| -> ServerConfigBuilder<Provider> {
                let auth = match case.with_certificate {
                    true => ClientAuth::require(both.world.anchors(), Allow::dns("robot.test")),
                    false => ClientAuth::none(),
                };
                open_server(&both).client_auth(auth).groups(vec![group]).resumption(resumption())
            };
            let session = both.folder.path("session.pem");
            let shows = if case.with_certificate { both.client.with_chain() } else { vec![] };
            let args = [&["-groups", "X25519:P-384", "-ciphersuites", case.suite.1], &shows[..]].concat();
            let saves = [&args[..], &["-sess_out", &session]].concat();
            let (mut first, mut client) = both.accepted(config(NamedGroup::x25519), &saves);
            assert_eq!(first.negotiated().psk, None);
            first.talk(&mut client, "for the first time");
            drop(client);

            let group = if case.retried { NamedGroup::secp384r1 } else { NamedGroup::x25519 };
            let comes_back = [&args[..], &["-sess_in", &session]].concat();
            let (mut again, mut client) = both.accepted(config(group), &comes_back);
            came_back(&again, case, if case.with_certificate { &["robot.test"] } else { &[] });
            again.talk(&mut client, "again");
            client.wait_for(&format!("Reused, TLSv1.3, Cipher is {}", case.suite.1));
            if !stateless {
                let (mut third, mut client) = both.accepted(config(group), &comes_back);
                assert_eq!(third.negotiated().psk, None, "a stored ticket is good once");
                assert_eq!(third.seen.count("PskDeclined(Unknown)"), 1 + usize::from(case.retried));
                third.talk(&mut client, "with certificates");
            }
        }
    }
}

#[test]
fn servers_with_the_same_keys_take_tickets_of_each_other_and_others_do_not() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let session = both.folder.path("session.pem");
    let server = |keys| both.world.server_config().resumption(Resumption::stateless(keys));
    let args = both.client.with_chain();
    let (mut one, mut client) = both.accepted(server(keys("1")), &[&args[..], &["-sess_out", &session]].concat());
    one.talk(&mut client, "with one");
    drop(client);
    let with_ticket = [&args[..], &["-sess_in", &session]].concat();
    for (keys, psk, says) in [(keys("1"), Some(PskKind::Resumption), "Reused, "), (keys("2"), None, "New, ")] {
        let (mut other, mut client) = both.accepted(server(keys), &with_ticket);
        assert_eq!(other.negotiated().psk, psk);
        assert_eq!(other.seen.count("PskDeclined(Unknown)"), usize::from(psk.is_none()));
        assert_eq!(other.peer(), ["robot.test"]);
        other.talk(&mut client, "with another");
        client.wait_for(&format!("{says}TLSv1.3"));
    }
}

#[test]
fn a_ticket_of_another_server_costs_a_full_handshake_and_nothing_else() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    // Of OpenSSL, at ours.
    let theirs = both.s_server(&[]);
    let session = both.folder.path("session.pem");
    let client = theirs.meets(&["-CAfile", &both.root, "-sess_out", &session]);
    client.wait_until("a ticket", |_| std::fs::metadata(&session).is_ok_and(|file| file.len() > 1000));
    drop(client);
    let stored = Resumption::stored(Arc::new(StoredTickets::new(8, 1 << 14)));
    for resumption in [Resumption::stateless(keys("1")), stored] {
        let args = [&both.client.with_chain()[..], &["-sess_in", &session]].concat();
        let (mut ours, mut client) = both.accepted(both.world.server_config().resumption(resumption), &args);
        assert_eq!(ours.negotiated().psk, None);
        assert_eq!(ours.seen.count("PskDeclined(Unknown)"), 1);
        assert_eq!(ours.peer(), ["robot.test"]);
        ours.talk(&mut client, "with certificates");
        client.wait_for("New, TLSv1.3");
    }
    // Of one OpenSSL, at another.
    let shelf = shelf();
    for mut server in [theirs, both.s_server(&[]), both.s_server(&["-no_ticket"])] {
        let config = both.world.client_config().tickets(shelf.clone());
        let mut ours = both.connect(config, &mut server);
        assert_eq!(ours.negotiated().psk, None);
        ours.talk(&mut server, "with certificates");
    }
}
