//! PSKs, tickets and early data: what is offered, what is declined, and what a peer has to bear (RFC 8446 §4.2.9 to §4.2.11, §4.5,
//! §4.6.1, §8).

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::crypto::{Crypto, Hash, HashAlgorithm, Hmac};
use symbolon::resumption::{EarlyDataDeclined as Why, Psk, PskKind, SingleUseKeys, Ticket, TicketKeys};
use symbolon::wire::*;
use symbolon::{ClientAuth, ClientConfig, ClientWith, EarlyDataState, Error, Reason, ServerName, ServerWith, UnixTime};
use util::null::Null;
use util::pair::{ClientRole, End, Pair, ServerRole};
use util::pki::NOW;
use util::plain::{self, PlainWorld, Record, encoded, local, one_message_a_record, records};
use util::tickets::{AlwaysFirst, SameTicket, ticket_keys};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);
static KEYS: LazyLock<Arc<TicketKeys>> = LazyLock::new(|| ticket_keys(&Null::new(77)));
const WEEK: i64 = 604_800;

/// Stateless tickets, and early data that nobody holds against earlier ones.
fn resumption() -> Resumption {
    Resumption::stateless(KEYS.clone()).early_data(EarlyData::new(1000, Arc::new(AlwaysFirst)))
}

fn client_config(tickets: &Arc<SameTicket>) -> ClientConfigBuilder<Null> {
    WORLD.client_config().tickets(tickets.clone())
}

/// A server that asks for no certificate.
fn server_config(resumption: Resumption) -> ServerConfigBuilder<Null> {
    let credential = WORLD.credential(&WORLD.server, local());
    WORLD.server_config().credential(credential).client_auth(ClientAuth::none()).resumption(resumption)
}

fn built(client: ClientConfigBuilder<Null>) -> Arc<ClientConfig<Null>> {
    Arc::new(client.build().unwrap())
}

fn server(config: ServerConfigBuilder<Null>) -> End<ServerRole, Null> {
    plain::server(&Arc::new(config.build().unwrap()))
}

fn psk(identity: &[u8]) -> Psk {
    Psk::external(identity, &[7; 32], HashAlgorithm::Sha256).unwrap()
}

/// A ticket of this server, and the store that gives it again and again.
fn ticket_of(config: ServerConfigBuilder<Null>, client: &[&str]) -> Arc<SameTicket> {
    let tickets = Arc::new(SameTicket::default());
    let client = plain::client(&built(client_config(&tickets).alpn(client)));
    let mut pair = Pair { client, server: server(config) };
    pair.run();
    pair.assert_connected();
    assert!(!tickets.bytes().is_empty());
    tickets
}

/// A client that has sent its ClientHello and early data, so many seconds after it got its ticket.
fn with_early_data(client: &Arc<ClientConfig<Null>>, seconds: i64, data: &[u8]) -> End<ClientRole, Null> {
    let mut end = plain::client_on(client, NOW + seconds);
    end.conn = end.conn.offer_early_data();
    end.drive();
    let mut early_data = end.conn.early_data().expect("the ticket allows it");
    assert_eq!(early_data.write(data, &mut end.tx), Ok(data.len()));
    end
}

/// The same flight, whose early data does not open under other keys than its own.
fn unreadable(flight: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for record in records(flight) {
        all.extend(record.sealed());
        if let (true, Some(tag)) = (record.protected, all.last_mut()) {
            *tag ^= 1;
        }
    }
    all
}

/// The body of the last ClientHello in what a client sent.
fn hello_in(sent: &[u8]) -> Vec<u8> {
    let is_hello = |r: &Record| r.content_type == ContentType::handshake && r.content[0] == 1;
    records(sent).into_iter().rfind(is_hello).expect("a ClientHello").content[HEADER_LEN..].to_vec()
}

fn hello_of(mut client: End<ClientRole, Null>) -> Vec<u8> {
    client.drive();
    hello_in(&client.take_output())
}

fn identities(hello: &[u8]) -> Vec<(Vec<u8>, u32)> {
    let hello = ClientHello::parse(hello).unwrap();
    let Some(psks) = hello.extensions.pre_shared_key else { return Vec::new() };
    let psks = OfferedPsks::parse(psks).unwrap();
    psks.identities.iter().map(|psk| (psk.identity.to_vec(), psk.obfuscated_ticket_age)).collect()
}

/// The tickets that a server handed out to a client.
fn tickets_to(client: &Arc<ClientConfig<Null>>, config: ServerConfigBuilder<Null>) -> Vec<Vec<u8>> {
    let mut pair = Pair { client: plain::client(client), server: server(config) };
    let mut all = Vec::new();
    loop {
        pair.client.drive();
        let up = pair.client.take_output();
        pair.server.give(&up);
        let down = pair.server.take_output();
        pair.client.give(&down);
        if up.is_empty() && down.is_empty() {
            break;
        }
        let is_ticket = |r: &Record| r.content_type == ContentType::handshake && r.content[0] == 4;
        let tickets = one_message_a_record(&down).into_iter().filter(is_ticket);
        all.extend(tickets.map(|r| r.content[HEADER_LEN..].to_vec()));
    }
    pair.assert_connected();
    all
}

fn refused(end: &End<ServerRole, Null>) -> Option<Reason> {
    match end.error {
        Some(Error::Refused(refusal)) => Some(refusal.reason),
        _ => None,
    }
}

/// Where an event is among those that were seen, the last time.
fn last(events: &[String], event: &str) -> usize {
    events.iter().rposition(|seen| seen == event).unwrap_or_else(|| panic!("no {event} in {events:?}"))
}

// [4.5-2] [4.5-5] [4.2.10-1] [4.2.10-8] [8-3]
#[test]
fn accepted_early_data_ends_with_end_of_early_data_behind_the_servers_finished_and_under_its_key() {
    let client = built(client_config(&ticket_of(server_config(resumption()), &[])));
    let mut pair = Pair { client: with_early_data(&client, 0, b"early"), server: server(server_config(resumption())) };
    let flight = pair.client.take_output();
    assert!(ClientHello::parse(&hello_in(&flight)).unwrap().extensions.early_data);
    pair.server.give(&flight);
    assert_eq!((&*pair.server.early_data, pair.server.conn.is_connected()), (&b"early"[..], false));
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::Accepted);
    let events = &pair.client.seen.events;
    let order = ["K_send = early data", "recv Finished", "send EndOfEarlyData", "K_send = handshake", "send Finished"];
    assert!(order.map(|event| last(events, event)).is_sorted(), "{events:?}");
    assert_eq!(pair.server.received, b"");
}

// [4.5-3] [4.2.10-3] [4.2.10-9] [4.2.10-4] [8.3-1]
#[test]
fn early_data_is_taken_under_the_first_psk_its_suite_its_protocol_and_at_its_time_only() {
    let tickets = ticket_of(server_config(resumption()).alpn(["h2"]), &["h2", "x"]);
    let client = || client_config(&tickets).alpn(["h2", "x"]);
    let usual = || server_config(resumption()).alpn(["h2"]);
    let another_suite = usual().suites([CipherSuite::TLS_CHACHA20_POLY1305_SHA256]);
    let other_keys = Resumption::stateless(ticket_keys(&Null::new(5)));
    let other_keys = other_keys.early_data(EarlyData::new(1000, Arc::new(AlwaysFirst)));
    let only_the_second = server_config(other_keys).psks([psk(b"known")]);
    let (resumes, external) = (PskKind::Resumption, PskKind::External);
    for (client, server_config, late, kind, why) in [
        (client(), server_config(resumption()).alpn(["x"]), 0, resumes, Why::OtherProtocol),
        (client(), server_config(Resumption::stateless(KEYS.clone())).alpn(["h2"]), 0, resumes, Why::NotEnabled),
        (client(), another_suite, 0, resumes, Why::OtherSuite),
        (client(), usual(), 11, resumes, Why::NotFresh { skew: 11 }),
        (client().psks([psk(b"known")]), only_the_second.alpn(["h2"]), 0, external, Why::ExternalPsk),
    ] {
        let client = with_early_data(&built(client), late, b"early");
        let mut pair = Pair { client, server: server(server_config) };
        pair.server.give(&unreadable(&pair.client.take_output()));
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, Some(kind));
        assert_eq!(pair.server.seen.early_data_declined, [why]);
        for state in [pair.client.conn.negotiated().early_data, pair.server.conn.negotiated().early_data] {
            assert_eq!(state, EarlyDataState::Rejected);
        }
        assert!(!pair.client.seen.events.iter().any(|event| event == "send EndOfEarlyData"));
        // Nothing is sent again by itself.
        assert!(pair.server.early_data.is_empty() && pair.server.received.is_empty());
    }
    let mut pair = Pair { client: with_early_data(&built(client()), 10, b"early"), server: server(usual()) };
    pair.run();
    assert_eq!(pair.server.early_data, b"early");
}

// [8-1] [8.2-5]
#[test]
fn early_data_that_comes_again_is_not_taken_again_and_its_handshake_goes_on() {
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
    let resumption = || Resumption::stateless(KEYS.clone()).early_data(EarlyData::new(1000, single_use.clone()));
    let client = built(client_config(&ticket_of(server_config(resumption()), &[])));
    let flight = with_early_data(&client, 0, b"early").take_output();
    let taken = |flight: &[u8]| {
        let mut server = server(server_config(resumption()));
        server.give(flight);
        assert_eq!((server.error, server.conn.negotiated().psk), (None, Some(PskKind::Resumption)));
        server.early_data
    };
    assert_eq!([taken(&flight), taken(&unreadable(&flight))], [b"early".to_vec(), Vec::new()]);
    assert_eq!(taken(&with_early_data(&client, 0, b"other").take_output()), b"other");
}

// [4.2.10-7] [4.6.1-13]
#[test]
fn early_data_beyond_what_the_ticket_allows_is_not_sent_and_not_taken() {
    let client = built(client_config(&ticket_of(server_config(resumption()), &[])));
    let mut end = with_early_data(&client, 0, &[1; 900]);
    let mut early_data = end.conn.early_data().unwrap();
    assert_eq!(early_data.left(), 100);
    assert_eq!(early_data.write(&[2; 200], &mut end.tx), Ok(100));
    assert!(end.conn.early_data().is_none());
    let mut server = server(server_config(resumption()));
    server.give(&end.take_output());
    assert_eq!((server.error, server.early_data.len()), (None, 1000));
    server.give(&Record::new(true, ContentType::application_data, b"!").sealed());
    assert_eq!(refused(&server), Some(Reason::TooMuchEarlyData));
    assert_eq!(server.seen.alerts_sent, [AlertDescription::unexpected_message]);
}

// [4.2.10-5]
#[test]
fn refused_early_data_is_passed_over_as_far_as_tickets_allow_it() {
    const MAX: u32 = 200_000;
    let resumption = || Resumption::stateless(KEYS.clone()).early_data(EarlyData::new(MAX, Arc::new(AlwaysFirst)));
    let client = built(client_config(&ticket_of(server_config(resumption()), &[])));
    // Too late to be taken.
    let mut pair = Pair { client: with_early_data(&client, 60, b""), server: server(server_config(resumption())) };
    while let Some(mut early_data) = pair.client.conn.early_data() {
        early_data.write(&[0; 8000], &mut pair.client.tx).unwrap();
        pair.server.give(&unreadable(&pair.client.take_output()));
        assert_eq!(pair.server.error, None);
    }
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.conn.negotiated().early_data, EarlyDataState::Rejected);
}

// [4.1.2-11] [4.2.10-10]
#[test]
fn after_a_retry_psks_of_its_hash_are_offered_again_and_early_data_is_not() {
    let tickets = ticket_of(server_config(resumption()), &[]);
    let groups = [NamedGroup::x25519, NamedGroup::secp256r1];
    for (suite, kind) in
        [(CipherSuite::TLS_AES_128_GCM_SHA256, Some(PskKind::Resumption)), (CipherSuite::TLS_AES_256_GCM_SHA384, None)]
    {
        let client = with_early_data(&built(client_config(&tickets).groups(groups).shares(1)), 0, b"early");
        let config = server_config(resumption()).suites([suite]).groups([NamedGroup::secp256r1]);
        let mut pair = Pair { client, server: server(config) };
        pair.server.give(&pair.client.take_output());
        pair.client.give(&pair.server.take_output());
        let second = pair.client.take_output();
        let hello = hello_in(&second);
        assert_eq!(identities(&hello).len(), usize::from(kind.is_some()), "{suite:?}");
        assert!(!ClientHello::parse(&hello).unwrap().extensions.early_data);
        pair.server.give(&second);
        pair.run();
        pair.assert_connected();
        assert!(pair.client.conn.negotiated().retried);
        assert_eq!(pair.client.conn.negotiated().psk, kind);
        assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::Rejected);
    }
}

/// A client's second ClientHello as it should be, and the server that asked for it.
fn retried(suite: CipherSuite) -> (ClientHelloBytes, End<ServerRole, Null>) {
    let tickets = ticket_of(server_config(resumption()), &[]);
    let groups = [NamedGroup::x25519, NamedGroup::secp256r1];
    let mut client = plain::client(&built(client_config(&tickets).groups(groups).shares(1)));
    let mut server = server(server_config(resumption()).suites([suite]).groups([NamedGroup::secp256r1]));
    client.drive();
    server.give(&client.take_output());
    client.give(&server.take_output());
    (hello_in(&client.take_output()), server)
}

type ClientHelloBytes = Vec<u8>;

#[cfg(feature = "keylog")]
/// HKDF-Expand-Label (RFC 8446 §7.1), one block of it.
fn expand_label(crypto: &Null, secret: &[u8], label: &str) -> Vec<u8> {
    let mut out = vec![0; secret.len()];
    let label = format!("tls13 {label}");
    let length = [0, u8::try_from(out.len()).unwrap(), u8::try_from(label.len()).unwrap()];
    crypto.hmac(HashAlgorithm::Sha256, secret).sign(&[&length, label.as_bytes(), &[0, 1]], &mut out);
    out
}

// [4.2.10-10]
#[cfg(feature = "keylog")]
#[test]
fn early_data_is_not_taken_behind_a_retry_although_the_second_hello_asks_for_it_and_its_binder_is_right() {
    let crypto = Null::new(1);
    let tickets = ticket_of(server_config(resumption()), &[]);
    let groups = [NamedGroup::x25519, NamedGroup::secp256r1];
    let mut client = plain::client_on(&built(client_config(&tickets).groups(groups).shares(1)), NOW);
    client.seen.wants_secrets = true;
    client.drive();
    let binder_key = client.seen.secrets.iter().find(|(name, _)| name.contains("binder")).unwrap().1.clone();
    let mut server = server(server_config(resumption()).groups([NamedGroup::secp256r1]));
    let first = client.take_output();
    server.give(&first);
    let retry = server.take_output();
    client.give(&retry);

    let second = hello_in(&client.take_output());
    let mut second = ClientHello::parse(&second).unwrap();
    second.extensions.early_data = true;
    let unbound = encoded(&second);
    let psks = OfferedPsks::parse(second.extensions.pre_shared_key.unwrap()).unwrap();
    let truncated = &unbound[..unbound.len() - psks.binders_len()];

    // Transcript-Hash(message_hash, HelloRetryRequest, Truncate(ClientHello)), under the finished_key of the binder.
    let hash = |parts: &[&[u8]]| {
        let mut hash = crypto.hash(HashAlgorithm::Sha256);
        parts.iter().for_each(|part| hash.update(part));
        hash.finish()
    };
    let first = records(&first)[0].content.clone();
    let (first, retry) = (hash(&[&first]), &records(&retry)[0].content);
    let transcript = hash(&[&[254, 0, 0, 32], first.as_ref(), retry, truncated]);
    let finished_key = expand_label(&crypto, &binder_key, "finished");
    let mut binder = [0; 32];
    crypto.hmac(HashAlgorithm::Sha256, &finished_key).sign(&[transcript.as_ref()], &mut binder);

    let bound = [truncated, &unbound[truncated.len()..][..3], &binder].concat();
    server.give(&Record::new(false, ContentType::handshake, &bound).sealed());
    assert_eq!((server.error, server.conn.negotiated().psk), (None, Some(PskKind::Resumption)));
    assert_eq!(server.conn.negotiated().early_data, EarlyDataState::NotOffered);
    assert_eq!(server.conn.state().name(), "WAIT_FINISHED");
}

// [4.1.2-12]
#[test]
fn a_psk_that_the_first_hello_was_answered_by_must_be_in_the_second() {
    let with_psk = CipherSuite::TLS_AES_128_GCM_SHA256;
    for (suite, expected) in [(with_psk, Some(Reason::ExtensionMissing)), (CipherSuite::TLS_AES_256_GCM_SHA384, None)] {
        let (hello, mut server) = retried(suite);
        let mut hello = ClientHello::parse(&hello).unwrap();
        assert_eq!(hello.extensions.pre_shared_key.is_some(), suite == with_psk);
        hello.extensions.pre_shared_key = None;
        server.give(&Record::new(false, ContentType::handshake, &encoded(&hello)).sealed());
        assert_eq!(refused(&server), expected, "{suite:?}");
        if let Some(Error::Refused(refusal)) = server.error {
            assert_eq!(refusal.place.extension, Some(ExtensionType::pre_shared_key));
            assert_eq!(server.seen.alerts_sent, [AlertDescription::missing_extension]);
        }
    }
}

// [5.1-7]
#[test]
fn the_second_hello_is_in_a_record_of_tls_1_2_although_early_data_was_dropped_before() {
    let tickets = ticket_of(server_config(resumption()), &[]);
    let groups = [NamedGroup::x25519, NamedGroup::secp256r1];
    let mut client = with_early_data(&built(client_config(&tickets).groups(groups).shares(1)), 0, b"early");
    let mut server = server(server_config(resumption()).groups([NamedGroup::secp256r1]));
    let first = client.take_output();
    server.give(&first);
    client.give(&server.take_output());
    let second = client.take_output();
    assert_eq!((&first[..3], &second[..3]), (&[22, 3, 1][..], &[22, 3, 3][..]));
    assert_eq!(records(&first).len(), 3, "the hello, change_cipher_spec, and early data");
}

// [4.2.9-3] [4.2.11-6] [4.2.11.1-2]
#[test]
fn an_offer_says_how_it_may_be_used_and_how_old_its_tickets_are() {
    let age_add = |ticket: &SameTicket| {
        let hello = hello_of(plain::client(&built(WORLD.client_config().tickets(SameTicket::of(&ticket.bytes())))));
        identities(&hello)[0].1
    };
    let tickets = ticket_of(server_config(resumption()), &[]);
    let config = || client_config(&tickets).psks([psk(b"known")]);
    for (config, modes) in [(config(), &[1][..]), (config().psk_ke(true), &[1, 0][..])] {
        let hello = hello_of(plain::client_on(&built(config), NOW + 5));
        assert_eq!(ClientHello::parse(&hello).unwrap().extensions.psk_key_exchange_modes, Some(modes));
        let identities = identities(&hello);
        assert_eq!(identities[0].1, age_add(&tickets).wrapping_add(5000));
        assert_eq!(identities[1], (b"known".to_vec(), 0));
    }
}

// [4.1.1-3] [4.2.9-4] [4.2.11-2]
#[test]
fn a_server_declines_a_mode_that_it_does_not_allow_and_wants_all_of_a_full_handshake_then() {
    let body = hello_of(plain::client(&built(WORLD.client_config().psks([psk(b"known")]))));
    let answer = |change: fn(&mut ClientHello<'_>), psk_ke: bool| {
        let mut hello = ClientHello::parse(&body).unwrap();
        change(&mut hello);
        let mut server = server(server_config(resumption()).psks([psk(b"known")]).psk_ke(psk_ke));
        server.give(&Record::new(false, ContentType::handshake, &encoded(&hello)).sealed());
        (server.conn.negotiated().psk, refused(&server))
    };
    assert_eq!(answer(|_| {}, false), (Some(PskKind::External), None));
    let alone: fn(&mut ClientHello<'_>) = |hello| hello.extensions.psk_key_exchange_modes = Some(&[0]);
    assert_eq!(answer(alone, false), (None, None));
    // It was bound to another ClientHello; what counts is that it was looked at.
    assert_eq!(answer(alone, true), (None, Some(Reason::PskBinderMismatch)));
    let no_mode_in_common: fn(&mut ClientHello<'_>) = |hello| {
        hello.extensions.psk_key_exchange_modes = Some(&[9]);
        hello.extensions.signature_algorithms = None;
    };
    assert_eq!(answer(no_mode_in_common, true), (None, Some(Reason::ExtensionMissing)));
}

// [4.6.1-7]
#[test]
fn a_client_that_says_no_mode_gets_no_tickets() {
    assert_eq!(tickets_to(&built(WORLD.client_config()), server_config(resumption())), [[0; 0]; 0]);
    let with_a_store = built(client_config(&Arc::default()));
    assert_eq!(tickets_to(&with_a_store, server_config(resumption())).len(), 2);
}

// [4.6.1-4] [4.6.1-8] [4.6.1-9]
#[test]
fn tickets_live_a_week_at_most_and_nothing_in_two_of_them_is_the_same() {
    let config = server_config(resumption().lifetime(u32::MAX).count(8));
    let all = tickets_to(&built(client_config(&Arc::default())), config);
    let parsed: Vec<_> = all.iter().map(|body| NewSessionTicket::parse(body).unwrap()).collect();
    assert_eq!(parsed.len(), 8);
    for (at, ticket) in parsed.iter().enumerate() {
        assert_eq!(i64::from(ticket.ticket_lifetime), WEEK);
        assert_eq!(ticket.max_early_data_size, Some(1000));
        for other in &parsed[..at] {
            assert_ne!(ticket.ticket_age_add, other.ticket_age_add);
            assert_ne!(ticket.ticket_nonce, other.ticket_nonce);
            assert_ne!(ticket.ticket, other.ticket);
        }
    }
}

// [4.6.1-10] [4.2.11.1-1]
#[test]
fn a_client_keeps_a_ticket_as_long_as_it_lives_and_never_longer_than_a_week() {
    let lifetime = |seconds: u32| {
        let tickets = Arc::new(SameTicket::default());
        let mut pair = Pair {
            client: plain::client(&built(client_config(&tickets))),
            server: server(server_config(resumption().count(0))),
        };
        pair.run();
        let ticket = NewSessionTicket {
            ticket_lifetime: seconds,
            ticket_age_add: 1,
            ticket_nonce: b"",
            ticket: b"ticket",
            extensions: Extensions::EMPTY,
            max_early_data_size: None,
            flags: TlsFlags::default(),
        };
        pair.client.give(&Record::new(true, ContentType::handshake, &encoded(&ticket)).sealed());
        pair.assert_connected();
        Ticket::from_bytes(&tickets.bytes()).map(|ticket| ticket.expires().0 - NOW)
    };
    assert_eq!([0, 100, u32::MAX].map(lifetime), [None, Some(100), Some(WEEK)]);
    let tickets = ticket_of(server_config(resumption().lifetime(100)), &[]);
    let offers =
        |seconds| identities(&hello_of(plain::client_on(&built(client_config(&tickets)), NOW + seconds))).len();
    assert_eq!([0, 99, 100, 101].map(offers), [1, 1, 0, 0]);
}

// [4.6.1-11] [4.6.1-12]
#[test]
fn a_ticket_is_for_its_server_name_and_for_suites_of_its_hash() {
    let tickets = Arc::new(symbolon::resumption::Shelf::new(8, 8));
    let config = || WORLD.client_config().tickets(tickets.clone());
    let mut pair = Pair { client: plain::client(&built(config())), server: server(server_config(resumption())) };
    pair.run();
    let other = ServerName::dns("other.test").unwrap();
    let hello = hello_of(End::new(ClientWith::new(built(config()), other, UnixTime(NOW))));
    assert_eq!(identities(&hello), []);
    let sha384 = config().suites([CipherSuite::TLS_AES_256_GCM_SHA384]);
    assert_eq!(identities(&hello_of(plain::client(&built(sha384)))), []);
    assert_eq!(identities(&hello_of(plain::client(&built(config())))).len(), 1);
}

// [4.6.1-14]
#[test]
fn resumptions_of_resumptions_end_a_week_after_the_certificates_were_seen() {
    const DAY: i64 = 86_400;
    let tickets = Arc::new(symbolon::resumption::Shelf::new(8, 8));
    let client = built(WORLD.client_config().tickets(tickets));
    let config = server_config(resumption().lifetime(u32::MAX).count(1));
    let server = Arc::new(config.build().unwrap());
    let resumes_after = |days: i64| {
        let now = NOW + days * DAY;
        let server = End::new(ServerWith::new(server.clone(), UnixTime(now)));
        let mut pair = Pair { client: plain::client_on(&client, now), server };
        pair.run();
        pair.assert_connected();
        pair.client.conn.negotiated().psk.is_some()
    };
    assert_eq!([0, 4, 6, 8, 9].map(resumes_after), [false, true, true, false, true]);
}

// [9149-3-3] [9149-3-4] [9149-3-5] [9149-3-6]
#[test]
fn a_server_hands_out_as_many_tickets_as_are_wanted_within_reason_and_says_how_many() {
    for (wanted, sent) in [(0, 0), (3, 3), (255, 8)] {
        let tickets = Arc::new(SameTicket::default());
        // By way of a HelloRetryRequest, whose answer must not ask otherwise.
        let client = built(client_config(&tickets).request_tickets(wanted, 1).shares(0));
        assert_eq!(tickets_to(&client, server_config(resumption())).len(), sent);
        let mut server = server(server_config(resumption()));
        let mut hello = plain::client(&built(client_config(&tickets).request_tickets(wanted, 1)));
        hello.drive();
        server.give(&hello.take_output());
        let flight = one_message_a_record(&server.take_output());
        let extensions = flight.iter().find(|r| r.content_type == ContentType::handshake && r.content[0] == 8);
        let extensions = EncryptedExtensions::parse(&extensions.unwrap().content[HEADER_LEN..]).unwrap();
        let resumed = server.conn.negotiated().psk.is_some();
        assert_eq!(resumed, wanted > 0);
        assert_eq!(extensions.ticket_request.map(usize::from), Some(if resumed { 1 } else { sent }));
    }
}
