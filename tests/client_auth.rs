//! What became of client authentication, as either end tells it: [`ClientAuthState`], in every value but that of a resumption.
#![cfg(all(feature = "ring", feature = "std"))]

mod util;

use rcgen::{KeyPair, date_time_ymd};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use symbolon::config::{Resumption, ServerConfigBuilder};
use symbolon::io::blocking::{ClientStream, Failed, Handshake, ServerStream};
use symbolon::resumption::{Shelf, TicketKeys};
use symbolon::wire::{AlertDescription as A, ContentType, Extensions, NewSessionTicket, Parse, TlsFlags};
use symbolon::x509::certificates_from_pem;
use symbolon::{
    Allow, ClientAuth, ClientAuthState as State, ClientConfig, ClientRole, ClientWith, Confirmation, Credential, Event,
    RecvBuf, SendBuf, ServerName, ServerWith, Signing, UnixTime, WhyNothingSent as Why,
};
use util::null::Null;
use util::pair::{End, Pair, World};
use util::pki::{For, NOW, Pki};
use util::plain::{self, PlainWorld, Record, bring, encoded};
use util::provider::{Provider, local, provider, signer};

const CONFIRMED: State = State::Confirmed(Confirmation::NewSessionTicket);
const OWN_VERDICT: State = State::Confirmed(Confirmation::OwnVerdict);

fn without_credential(world: &World) -> ClientConfig<Provider> {
    ClientConfig::builder(provider()).anchors(world.anchors()).build().unwrap()
}

/// A pair that ran as far as it goes, and what each end thinks of it.
fn ran(client: ClientConfig<Provider>, server: ServerConfigBuilder<Provider>) -> (Pair, State, State) {
    let mut pair = Pair::of(client, server.build().unwrap());
    pair.run();
    let (client, server) = (pair.client.conn.client_auth(), pair.server.conn.client_auth());
    (pair, client, server)
}

#[test]
fn a_client_that_is_not_asked_is_not_confirmed() {
    let world = World::new();
    let config = world.server_config().client_auth(ClientAuth::none()).confirm_client_auth();
    let (pair, client, server) = ran(world.client_config().build().unwrap(), config);
    pair.assert_connected();
    assert_eq!((client, server), (State::NotRequested, State::NotRequested));
    assert!(!pair.client.conn.awaits_client_auth());
    assert!(!pair.client.seen.events.contains(&"recv NewSessionTicket".to_owned()));
}

#[test]
fn a_client_that_shows_nothing_says_why_and_need_not_wait_for_a_refusal() {
    let world = World::new();
    let request = ClientAuth::request(world.anchors(), Allow::anyone());
    let config = world.server_config().client_auth(request).confirm_client_auth();
    let (pair, client, server) = ran(without_credential(&world), config);
    pair.assert_connected();
    assert_eq!((client, server), (State::NothingSent(Why::NoCredential), State::NothingSent(Why::Unknown)));
    assert!(!pair.client.conn.awaits_client_auth(), "it knows that the server does not insist");
    assert!(!pair.server.conn.awaits_client_auth());
    assert!(pair.client.seen.events.contains(&"recv NewSessionTicket".to_owned()));
}

#[test]
fn an_accepted_client_does_not_know_it_unless_the_server_says_so() {
    let world = World::new();
    let (mut pair, client, server) = ran(world.client_config().build().unwrap(), world.server_config());
    pair.assert_connected();
    assert_eq!((client, server), (State::Sent, OWN_VERDICT));
    assert!(pair.client.conn.awaits_client_auth());
    // Data and KeyUpdates need not wait for the client's certificate, so they tell nothing of it.
    pair.server.write(b"data");
    pair.server.conn.app().unwrap().update_keys(false, &mut pair.server.tx).unwrap().unwrap();
    pair.run();
    assert_eq!(pair.client.received, b"data");
    assert_eq!(pair.client.conn.client_auth(), State::Sent);
    pair.server.conn.app().unwrap().close(&mut pair.server.tx);
    pair.run();
    assert!(!pair.client.conn.awaits_client_auth(), "nothing more will come");
}

// [4.6.1-6] [4.6.1-15]
#[test]
fn a_server_that_confirms_does_so_within_one_round_trip_after_the_certificate() {
    let world = World::new();
    let config = world.server_config().confirm_client_auth();
    let mut pair = Pair::of(world.client_config().build().unwrap(), config.build().unwrap());
    pair.client.drive();
    for awaits in [true, false] {
        let flight = pair.client.take_output();
        pair.server.give(&flight);
        let answer = pair.server.take_output();
        pair.client.give(&answer);
        assert_eq!(pair.client.conn.awaits_client_auth(), awaits);
    }
    assert_eq!((pair.client.conn.client_auth(), pair.server.conn.client_auth()), (CONFIRMED, OWN_VERDICT));
    assert!(pair.client.take_output().is_empty(), "the ticket is not answered");
    assert_eq!(pair.server.seen.events.iter().filter(|e| *e == "send NewSessionTicket").count(), 1);
    pair.run();
    pair.assert_connected();
}

// [4.6.1-15]
#[test]
fn what_confirms_is_a_ticket_to_be_discarded_at_once() {
    let world = PlainWorld::new();
    let config =
        world.server_config().credential(world.credential(&world.server, plain::local())).confirm_client_auth();
    let (config, mut tickets) = (Arc::new(config.build().unwrap()), Vec::new());
    for _ in 0..2 {
        let mut pair = Pair { client: plain_client(&world, true), server: plain::server(&config) };
        pair.client.drive();
        let mut sent = Vec::new();
        for _ in 0..2 {
            pair.server.give(&pair.client.take_output());
            sent = pair.server.take_output();
            pair.client.give(&sent);
        }
        let [record] = &plain::records(&sent)[..] else { panic!("one record") };
        let ticket = NewSessionTicket::parse(&record.content[4..]).unwrap();
        assert_eq!((ticket.ticket_lifetime, ticket.max_early_data_size), (0, None));
        tickets.push((ticket.ticket_age_add, ticket.ticket.to_vec()));
        assert_eq!(pair.client.conn.client_auth(), CONFIRMED);
    }
    assert_ne!(tickets[0], tickets[1]);
}

/// A client's credential, and the alert that our server refuses it with.
fn refused(world: &World) -> [(&'static str, ClientConfig<Provider>, A); 5] {
    let pki = &world.pki;
    let showing = |credential| world.client_config_of(credential).build().unwrap();
    let expired = pki.leaf("robot.test", For::Client, |leaf| leaf.not_after = date_time_ymd(2026, 5, 1));
    let chain = certificates_from_pem(world.client.pem.as_bytes()).unwrap();
    let other_key = signer(&KeyPair::generate().unwrap().serialize_der());
    [
        ("an unknown CA", showing(local(&Pki::new("stranger").client("robot.test"))), A::unknown_ca),
        ("expired", showing(local(&expired)), A::certificate_expired),
        ("not allowed", showing(local(&pki.client("other.test"))), A::access_denied),
        ("another key", showing(Credential::new(chain, Signing::Local(other_key)).unwrap()), A::decrypt_error),
        ("no certificate", without_credential(world), A::certificate_required),
    ]
}

#[test]
fn a_refused_client_and_its_server_tell_the_same_alert_and_what_it_means() {
    let world = World::new();
    for (what, client, alert) in refused(&world) {
        let (pair, client, server) = ran(client, world.server_config().confirm_client_auth());
        let nothing_sent = |why| (alert == A::certificate_required).then_some(why);
        assert_eq!(client, State::Refused { alert, nothing_sent: nothing_sent(Why::NoCredential) }, "{what}");
        assert_eq!(server, State::Refused { alert, nothing_sent: nothing_sent(Why::Unknown) }, "{what}");
        assert!(client.meaning().is_some(), "{what}");
        assert!(!pair.client.conn.awaits_client_auth());
    }
}

#[test]
fn a_server_that_is_refused_itself_did_not_refuse() {
    let (world, other) = (World::new(), World::new());
    let client = other.client_config().anchors(other.anchors()).build().unwrap();
    let (pair, client, server) = ran(client, world.server_config());
    assert!(pair.client.error.is_some() && pair.server.error.is_some());
    assert_eq!((client, server), (State::NotRequested, State::NotRequested));
}

fn plain_client(world: &PlainWorld, shows: bool) -> End<ClientRole, Null> {
    let config = world.client_config();
    let config = if shows { config.credential(world.credential(&world.client, plain::local())) } else { config };
    plain::client(&Arc::new(config.build().unwrap()))
}

/// What a client did, and knows, before the server's alert.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Before {
    NotAsked,
    ShowedNothing,
    Showed,
    Confirmed,
}

fn client_that(world: &PlainWorld, before: Before) -> End<ClientRole, Null> {
    let auth = match before {
        Before::NotAsked => ClientAuth::none(),
        _ => ClientAuth::request(world.anchors(), Allow::anyone()),
    };
    let server = world.server_config().client_auth(auth).credential(world.credential(&world.server, plain::local()));
    let client = plain_client(world, before != Before::ShowedNothing);
    let mut client = bring(client, plain::server(&Arc::new(server.build().unwrap())), "CONNECTED");
    if before == Before::Confirmed {
        client.give(&ticket().sealed());
    }
    client
}

/// One that could be used.
fn ticket() -> Record {
    let ticket = NewSessionTicket {
        ticket_lifetime: 7200,
        ticket_age_add: 1,
        ticket_nonce: &[0],
        ticket: b"ticket",
        extensions: Extensions::EMPTY,
        max_early_data_size: None,
        flags: TlsFlags::default(),
    };
    Record::new(true, ContentType::handshake, &encoded(&ticket))
}

const ABOUT_CERTIFICATES: [A; 9] = [
    A::bad_certificate,
    A::unsupported_certificate,
    A::certificate_revoked,
    A::certificate_expired,
    A::certificate_unknown,
    A::unknown_ca,
    A::access_denied,
    A::certificate_required,
    A::bad_certificate_status_response,
];

#[test]
fn an_alert_is_a_refusal_only_if_it_can_be_about_nothing_but_what_the_client_showed() {
    let world = PlainWorld::new();
    let ending = A::NAMED.iter().copied().filter(|a| ![A::close_notify, A::user_canceled].contains(a));
    for alert in ending {
        for before in [Before::NotAsked, Before::ShowedNothing, Before::Showed, Before::Confirmed] {
            let mut client = client_that(&world, before);
            let unrefused = client.conn.client_auth();
            client.give(&Record::new(true, ContentType::alert, &[2, alert.0]).sealed());
            assert!(client.error.is_some());
            let refuses = match before {
                Before::NotAsked => false,
                _ if ABOUT_CERTIFICATES.contains(&alert) => true,
                Before::Confirmed => false,
                Before::ShowedNothing => alert == A::handshake_failure,
                Before::Showed => [A::handshake_failure, A::decrypt_error].contains(&alert),
            };
            let nothing_sent = (before == Before::ShowedNothing).then_some(Why::NoCredential);
            let expected = if refuses { State::Refused { alert, nothing_sent } } else { unrefused };
            assert_eq!(client.conn.client_auth(), expected, "{before:?}, {alert}");
            assert_eq!(client.conn.client_auth().meaning().is_some(), refuses, "{before:?}, {alert}");
        }
    }
}

#[test]
fn an_alert_before_the_certificate_went_out_is_not_about_it() {
    let world = PlainWorld::new();
    let config = world.server_config().credential(world.credential(&world.server, plain::local())).build().unwrap();
    let mut client = bring(plain_client(&world, true), plain::server(&Arc::new(config)), "WAIT_FINISHED");
    client.give(&Record::new(true, ContentType::alert, &[2, A::bad_certificate.0]).sealed());
    assert_eq!(client.conn.client_auth(), State::NotRequested);
    assert_eq!(client.error.unwrap().state(), symbolon::StateName::WaitFinished);
}

// [4.6.1-6]
#[test]
fn a_ticket_confirms_a_certificate_and_nothing_else() {
    let world = PlainWorld::new();
    for (before, after) in [
        (Before::NotAsked, State::NotRequested),
        (Before::ShowedNothing, State::NothingSent(Why::NoCredential)),
        (Before::Showed, CONFIRMED),
    ] {
        let mut client = client_that(&world, before);
        client.give(&Record::new(true, ContentType::application_data, b"first").sealed());
        assert_eq!(client.conn.awaits_client_auth(), before != Before::NotAsked);
        client.give(&ticket().sealed());
        assert_eq!((client.conn.client_auth(), client.error), (after, None));
        assert!(!client.conn.awaits_client_auth());
        assert_eq!(client.received, b"first");
    }
}

/// Steps a server until it needs something.
fn step_until_it_needs(pair: &mut Pair, rx: &mut RecvBuf<'_>, tx: &mut SendBuf<'_>) -> &'static str {
    loop {
        match pair.server.conn.step(rx, tx).unwrap() {
            Event::Moved { .. } => {}
            Event::NeedRecv => return "recv",
            Event::NeedSend => return "send",
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_server_waits_for_room_before_it_confirms() {
    let world = World::new();
    let server = world.server_config().confirm_client_auth().build().unwrap();
    let mut pair = Pair::of(world.client_config().build().unwrap(), server);
    let mut room = vec![0; pair.server.conn.required_send_space()];
    let (mut rx, mut tx) = (RecvBuf::new(), SendBuf::over(&mut room));
    pair.client.drive();
    rx.receive(&pair.client.take_output());
    while step_until_it_needs(&mut pair, &mut rx, &mut tx) == "send" {
        pair.client.give(tx.to_send());
        tx.sent(tx.to_send().len());
    }
    // The client has it all; the server was not told yet that the rest of it went out.
    let rest = tx.to_send().to_vec();
    pair.client.give(&rest);
    rx.receive(&pair.client.take_output());
    assert_eq!(step_until_it_needs(&mut pair, &mut rx, &mut tx), "send");
    assert_eq!(pair.server.conn.state(), symbolon::StateName::WaitFinished);
    tx.sent(rest.len());
    assert_eq!(step_until_it_needs(&mut pair, &mut rx, &mut tx), "recv");
    pair.client.give(tx.to_send());
    assert_eq!(pair.client.conn.client_auth(), CONFIRMED);
}

/// Nothing here takes nearly as long, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client over TCP, and a server in another thread, which does `serve` once it is CONNECTED.
fn over_tcp(
    client: ClientConfig<Provider>,
    server: ServerConfigBuilder<Provider>,
    serve: impl FnOnce(ServerStream<'static, Provider, TcpStream>) + Send + 'static,
) -> Handshake<'static, ClientRole, Provider, TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = ServerWith::new(Arc::new(server.build().unwrap()), UnixTime(NOW));
    std::thread::spawn(move || {
        if let Ok(tls) = Handshake::new(server, listener.accept().unwrap().0).complete() {
            serve(tls);
        }
    });
    let tcp = TcpStream::connect(address).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    let name = ServerName::dns("server.test").unwrap().into_owned();
    Handshake::new(ClientWith::new(Arc::new(client), name, UnixTime(NOW)), tcp)
}

/// The same, awaiting the outcome.
fn awaited(
    client: ClientConfig<Provider>,
    server: ServerConfigBuilder<Provider>,
    serve: impl FnOnce(ServerStream<'static, Provider, TcpStream>) + Send + 'static,
) -> Result<ClientStream<'static, Provider, TcpStream>, Box<Failed<'static, ClientRole, Provider>>> {
    over_tcp(client, server, serve).await_client_auth().complete()
}

#[test]
fn the_driver_waits_for_the_confirmation() {
    let world = World::new();
    let server = world.server_config().confirm_client_auth();
    let mut tls = awaited(world.client_config().build().unwrap(), server, |mut tls| {
        let mut heard = [0; 5];
        tls.read_exact(&mut heard).unwrap();
        tls.write_all(&heard).unwrap();
    })
    .unwrap();
    assert_eq!(tls.conn().client_auth(), CONFIRMED);
    tls.write_all(b"hello").unwrap();
    let mut heard = [0; 5];
    tls.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");
}

#[test]
fn the_driver_fails_with_the_refusal_and_its_connection_tells_of_it() {
    let world = World::new();
    for (what, client, alert) in refused(&world) {
        let failed = awaited(client, world.server_config(), |_| {}).err().unwrap();
        assert!(matches!(failed.conn.client_auth(), State::Refused { alert: told, .. } if told == alert), "{what}");
    }
}

#[test]
fn the_driver_waits_no_longer_than_until_the_server_speaks_or_closes() {
    let world = World::new();
    let mut tls = awaited(world.client_config().build().unwrap(), world.server_config(), |mut tls| {
        tls.write_all(b"hello").unwrap();
        let _ = tls.read(&mut [0]);
    })
    .unwrap();
    assert_eq!((tls.conn().client_auth(), tls.data()), (State::Sent, &b"hello"[..]));
    let mut heard = [0; 5];
    tls.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");

    let mut tls = awaited(world.client_config().build().unwrap(), world.server_config(), |mut tls| {
        tls.close().unwrap();
        let _ = tls.read(&mut [0]);
    })
    .unwrap();
    assert_eq!(tls.conn().client_auth(), State::Sent);
    assert_eq!(tls.read(&mut [0]).unwrap(), 0);
}

#[test]
fn the_driver_goes_on_if_the_time_of_the_transport_runs_out() {
    let world = World::new();
    let (client, server) = (world.client_config().build().unwrap(), world.server_config());
    let handshake = over_tcp(client, server, |mut tls| {
        let mut heard = [0; 5];
        tls.read_exact(&mut heard).unwrap();
        tls.write_all(&heard).unwrap();
    });
    let mut tls = handshake.complete().unwrap();
    tls.transport().set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    tls.await_client_auth().unwrap();
    assert_eq!(tls.conn().client_auth(), State::Sent);
    tls.transport().set_read_timeout(Some(PATIENCE)).unwrap();
    tls.write_all(b"hello").unwrap();
    let mut heard = [0; 5];
    tls.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");
}

// [4.6.1-15]
#[test]
fn a_server_confirms_once_be_it_by_its_tickets_or_for_want_of_them() {
    let world = World::new();
    for (lifetime, tickets) in [(3600, 2), (0, 1)] {
        let resumption = Resumption::stateless(Arc::new(TicketKeys::generate(&provider()).unwrap())).lifetime(lifetime);
        let config = world.server_config().resumption(resumption).confirm_client_auth();
        // Only to a client that can use tickets are they sent.
        let client = world.client_config().tickets(Arc::new(Shelf::new(1, 2))).build().unwrap();
        let (pair, client, _) = ran(client, config);
        assert_eq!(client, CONFIRMED, "{lifetime}");
        assert_eq!(pair.server.seen.events.iter().filter(|e| *e == "send NewSessionTicket").count(), tickets);
    }
}
