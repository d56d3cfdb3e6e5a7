//! What the peer's alerts do (RFC 8446 §6), what our own closing does, and that application data waits for CONNECTED.

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::wire::{AlertDescription, ContentType, KeyUpdate, KeyUpdateRequest};
use symbolon::{Error, Event, Misuse, PeerAlert, Reason, Role, ServerConfig};
use util::null::Null;
use util::pair::{ClientRole, End, ServerRole};
use util::plain::{self, PlainWorld, Record, bring, encoded, local, records};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

const CLIENT_STATES: [&str; 7] =
    ["WAIT_SH", "WAIT_EE", "WAIT_CERT_CR", "WAIT_CERT", "WAIT_CV", "WAIT_FINISHED", "CONNECTED"];
const SERVER_STATES: [&str; 5] = ["START", "WAIT_CERT", "WAIT_CV", "WAIT_FINISHED", "CONNECTED"];

fn ends() -> (End<ClientRole, Null>, End<ServerRole, Null>) {
    let client = WORLD.client_config().credential(WORLD.credential(&WORLD.client, local())).build().unwrap();
    let server: ServerConfig<Null> =
        WORLD.server_config().credential(WORLD.credential(&WORLD.server, local())).build().unwrap();
    (plain::client(&Arc::new(client)), plain::server(&Arc::new(server)))
}

fn client_at(state: &str) -> End<ClientRole, Null> {
    let (client, server) = ends();
    bring(client, server, state)
}

fn server_at(state: &str) -> End<ServerRole, Null> {
    let (client, server) = ends();
    bring(server, client, state)
}

/// The record in which a peer sends `content` to an end in `state`.
fn record(state: &str, content_type: ContentType, content: &[u8]) -> Vec<u8> {
    Record::new(!["START", "WAIT_SH"].contains(&state), content_type, content).sealed()
}

fn alert(state: &str, level: u8, description: AlertDescription) -> Vec<u8> {
    record(state, ContentType::alert, &[level, description.0])
}

/// Every description with a name, and numbers without one.
fn descriptions() -> impl Iterator<Item = AlertDescription> {
    AlertDescription::NAMED.iter().copied().chain([1, 99, 255].map(AlertDescription))
}

fn ends_by<R: Role>(mut end: End<R, Null>, state: &str, level: u8, description: AlertDescription) {
    let side = end.conn.side();
    end.give(&alert(state, level, description));
    let expected = Error::PeerAlert(PeerAlert { description, side, state: at(state) });
    assert_eq!(end.error, Some(expected), "{side}, {state}, level {level}");
    assert!(end.error.unwrap().to_string().contains(&description.to_string()));
    assert!(end.seen.events.iter().any(|event| event.starts_with("RecvAlert")), "{side}, {state}: not observed");
    end.give(&alert(state, 2, AlertDescription::internal_error));
    assert_eq!(end.error, Some(expected), "{side}, {state}: it changed its mind");
    assert_eq!(end.conn.end_of_input(), Err(expected));
    assert_eq!(end.conn.cancel(&mut end.tx), expected);
    // What claims to be a warning, and is none, is no alert of TLS 1.3: its sender has to hear that this is the end.
    let answered = level == 1 && description != AlertDescription::close_notify;
    let answer = if answered { vec![AlertDescription::decode_error] } else { vec![] };
    assert_eq!(end.seen.alerts_sent, answer, "{side}, {state}, level {level}, {description}");
    let sent = records(&end.take_output()).into_iter().map(|record| record.content).collect::<Vec<_>>();
    assert_eq!(sent, answer.iter().map(|alert| vec![2, alert.0]).collect::<Vec<_>>());
    assert!(end.conn.app().is_none());
}

fn at(state: &str) -> symbolon::StateName {
    use symbolon::StateName as S;
    let all = [S::Start, S::WaitSh, S::WaitEe, S::WaitCertCr, S::WaitCert, S::WaitCv, S::WaitFinished, S::Connected];
    all.into_iter().find(|s| s.name() == state).unwrap()
}

/// Those that do not end the connection at once.
fn is_soft(state: &str, description: AlertDescription) -> bool {
    description == AlertDescription::user_canceled
        || (description == AlertDescription::close_notify && state == "CONNECTED")
}

// [6-2] [6-8] [6.2-1] [6.2-3]
#[test]
fn every_alert_of_the_peer_ends_the_connection_whatever_its_level_and_is_answered_only_as_a_warning() {
    for (level, description) in descriptions().flat_map(|d| [(1, d), (2, d)]) {
        for state in CLIENT_STATES.into_iter().filter(|s| !is_soft(s, description)) {
            ends_by(client_at(state), state, level, description);
        }
        for state in SERVER_STATES.into_iter().filter(|s| !is_soft(s, description)) {
            ends_by(server_at(state), state, level, description);
        }
    }
}

// [5-4]
#[test]
fn server_hears_the_plaintext_alert_of_a_client_that_could_not_read_its_flight() {
    let mut server = server_at("WAIT_CERT");
    server.give(&Record::new(false, ContentType::alert, &[2, AlertDescription::bad_record_mac.0]).sealed());
    let Some(Error::PeerAlert(alert)) = server.error else { panic!("{:?}", server.error) };
    assert_eq!(alert.description, AlertDescription::bad_record_mac);
    assert_eq!(server.take_output(), []);
}

fn user_canceled_is_no_end<R: Role>(mut end: End<R, Null>, state: &str) {
    end.give(&alert(state, 1, AlertDescription::user_canceled));
    assert_eq!((end.error, end.conn.state()), (None, at(state)));
    assert_eq!(end.take_output(), []);
    end.give(&alert(state, 1, AlertDescription::close_notify));
    match state {
        "CONNECTED" => assert!(end.peer_closed && end.error.is_none()),
        _ => assert!(matches!(end.error, Some(Error::PeerAlert(_)))),
    }
}

// [6.1-6]
#[test]
fn user_canceled_may_come_four_times_between_data_whatever_else_comes() {
    let canceled = || alert("CONNECTED", 1, AlertDescription::user_canceled);
    let mut client = client_at("CONNECTED");
    for _ in 0..3 {
        (0..4).for_each(|_| client.give(&canceled()));
        client.give(&record("CONNECTED", ContentType::application_data, b"data"));
    }
    assert_eq!(client.error, None);
    (0..5).for_each(|_| client.give(&canceled()));
    let Some(Error::Refused(refusal)) = client.error else { panic!("{:?}", client.error) };
    assert_eq!(refusal.reason, Reason::TooManyWarnings);
}

// [6.1-4]
#[test]
fn user_canceled_ends_nothing_until_close_notify_comes() {
    CLIENT_STATES.iter().for_each(|state| user_canceled_is_no_end(client_at(state), state));
    SERVER_STATES.iter().for_each(|state| user_canceled_is_no_end(server_at(state), state));
}

// [6.1-3]
#[test]
fn after_close_notify_the_peers_bytes_are_ignored_and_ours_still_flow() {
    let mut client = client_at("CONNECTED");
    client.give(&alert("CONNECTED", 1, AlertDescription::close_notify));
    assert!(client.peer_closed && client.conn.peer_closed());
    client.give(&record("CONNECTED", ContentType::application_data, b"late"));
    client.give(&alert("CONNECTED", 2, AlertDescription::internal_error));
    assert_eq!((client.error, client.received.as_slice()), (None, &[][..]));
    assert_eq!(client.conn.end_of_input(), Ok(()));
    client.write(b"still here");
    let sent = records(&client.take_output());
    assert_eq!(sent, [Record::new(true, ContentType::application_data, b"still here")]);
}

// [6.1-2]
#[test]
fn the_end_of_the_transport_without_close_notify_is_an_error_in_every_state() {
    for state in SERVER_STATES {
        let mut server = server_at(state);
        let truncated = Error::Truncated { state: at(state) };
        assert_eq!(server.conn.end_of_input(), Err(truncated));
        server.give(&alert(state, 1, AlertDescription::close_notify));
        assert_eq!(server.error, Some(truncated));
        assert_eq!(server.take_output(), []);
    }
}

// [6-1] [6.1-1]
#[test]
fn closing_twice_sends_one_close_notify_and_nothing_can_be_written_behind_it() {
    let mut client = client_at("CONNECTED");
    client.conn.app().unwrap().close(&mut client.tx);
    client.conn.app().unwrap().close(&mut client.tx);
    let written = client.conn.app().unwrap().write(b"more", &mut client.tx);
    assert_eq!(written.map(|_| ()), Err(Misuse::Closed));
    let sent = records(&client.take_output());
    assert_eq!(sent, [Record::new(true, ContentType::alert, &[1, AlertDescription::close_notify.0])]);
    client.give(&record("CONNECTED", ContentType::application_data, b"answer"));
    assert_eq!(client.received, b"answer");
}

fn is_refused<R: Role>(mut end: End<R, Null>, state: &str) {
    end.drive();
    end.take_output();
    let error = end.conn.refuse(AlertDescription::access_denied, &mut end.tx);
    let Error::Refused(refusal) = error else { panic!("{error:?}") };
    assert_eq!((refusal.reason, refusal.alert()), (Reason::ApplicationRefused, AlertDescription::access_denied));
    assert_eq!((refusal.side, refusal.state), (end.conn.side(), at(state)));
    let told =
        format!("{state}: the application does not go on with this peer; RFC 8446 §6.2; sent alert access_denied");
    assert_eq!(error.to_string(), told);
    let sent = records(&end.take_output());
    let contents: Vec<&[u8]> = sent.iter().map(|record| record.content.as_slice()).collect();
    assert_eq!(contents, [[2, AlertDescription::access_denied.0]], "{state}");
    // Nothing changes it, or follows.
    assert_eq!(end.conn.refuse(AlertDescription::internal_error, &mut end.tx), error);
    assert_eq!((end.conn.cancel(&mut end.tx), end.conn.end_of_input()), (error, Err(error)));
    end.give(&alert(state, 2, AlertDescription::internal_error));
    assert_eq!((end.error, end.conn.error(), end.take_output()), (Some(error), Some(error), vec![]));
    assert!(end.conn.app().is_none() && end.conn.peer().is_none());
}

// [6.2-2]
#[test]
fn an_application_may_refuse_its_peer_at_any_time_by_one_alert_of_its_own() {
    CLIENT_STATES.iter().for_each(|state| is_refused(client_at(state), state));
    SERVER_STATES.iter().for_each(|state| is_refused(server_at(state), state));
}

#[test]
fn a_client_that_has_said_nothing_may_refuse_too() {
    let (mut client, _) = ends();
    let error = client.conn.refuse(AlertDescription::user_canceled, &mut client.tx);
    assert_eq!(error.state().name(), "START");
    // [6.1-5]
    assert_eq!(client.take_output(), [[21, 3, 3, 0, 2, 1, 90], [21, 3, 3, 0, 2, 1, 0]].concat());
    client.drive();
    assert_eq!((client.error, client.take_output()), (Some(error), vec![]));
}

#[test]
fn who_said_close_notify_refuses_in_silence() {
    let mut server = server_at("CONNECTED");
    server.conn.app().unwrap().close(&mut server.tx);
    server.take_output();
    let error = server.conn.refuse(AlertDescription::access_denied, &mut server.tx);
    assert_eq!((server.take_output(), server.conn.error()), (vec![], Some(error)));
}

#[test]
fn the_peer_hears_the_alert_that_the_application_chose() {
    let (client, server) = ends();
    let mut server = bring(server, client, "CONNECTED");
    let mut client = client_at("CONNECTED");
    server.conn.refuse(AlertDescription(200), &mut server.tx);
    client.give(&server.take_output());
    let Some(Error::PeerAlert(alert)) = client.error else { panic!("{:?}", client.error) };
    assert_eq!(alert.description, AlertDescription(200));
}

fn sends_nothing_behind_close_notify<R: Role>(mut end: End<R, Null>) {
    end.conn.app().unwrap().close(&mut end.tx);
    end.take_output();
    let request = encoded(&KeyUpdate { request_update: KeyUpdateRequest::update_requested });
    end.give(&record("CONNECTED", ContentType::handshake, &request));
    assert_eq!((end.error, end.take_output()), (None, vec![]));
    end.give(&record("CONNECTED", ContentType::application_data, b"under the next key"));
    assert_eq!(end.received, b"under the next key");
    end.give(&record("CONNECTED", ContentType::change_cipher_spec, &[1]));
    assert!(matches!(end.error, Some(Error::Refused(_))));
    assert_eq!((end.take_output(), end.seen.alerts_sent), (vec![], vec![]));
}

#[test]
fn neither_a_key_update_nor_an_alert_follows_our_close_notify() {
    sends_nothing_behind_close_notify(client_at("CONNECTED"));
    sends_nothing_behind_close_notify(server_at("CONNECTED"));
}

fn no_data_yet<R: Role>(mut end: End<R, Null>, state: &str, content: &[u8]) {
    assert!(end.conn.app().is_none(), "{state}");
    end.rx.receive(&record("sealed", ContentType::application_data, content));
    loop {
        match end.conn.step(&mut end.rx, &mut end.tx) {
            Ok(Event::Moved { .. }) => {}
            Ok(other) => panic!("{state}: {other:?}"),
            Err(Error::Refused(refusal)) => {
                let plain = ["START", "WAIT_SH"].contains(&state);
                let reason = if plain { Reason::ProtectedTooEarly } else { Reason::ApplicationDataEarly };
                assert_eq!(refusal.reason, reason, "{state}");
                break;
            }
            Err(other) => panic!("{state}: {other}"),
        }
    }
    assert!(end.rx.data().is_empty());
}

// [5-6] [5-7] [5.1-10]
#[test]
fn application_data_flows_in_no_state_before_connected() {
    for content in [&b"early"[..], b""] {
        let before = |states: &[&'static str]| states.iter().copied().filter(|s| *s != "CONNECTED").collect::<Vec<_>>();
        before(&CLIENT_STATES).into_iter().for_each(|state| no_data_yet(client_at(state), state, content));
        before(&SERVER_STATES).into_iter().for_each(|state| no_data_yet(server_at(state), state, content));
    }
}
