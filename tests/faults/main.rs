//! Every reason to refuse, provoked from outside: one alert goes out, the declared one, and the connection is over.
//! The cases are in `vectors/faults`.

mod certificates;
mod provoke;
mod psk;
mod revocation;
#[path = "../util/mod.rs"]
mod util;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::Crypto;
use symbolon::wire::{AlertDescription, ContentType};
use symbolon::{Answer, AuthorityHints, Error, Misuse, Reason, Role};
use util::compression::Algorithm;
use util::kv::{Block, File};
use util::null::Null;
use util::pair::{ClientRole, End, Pair, ServerRole, World};
use util::plain::{self, PlainWorld, Record, bring, framed, local, records};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// Reasons without a case, and why.
const NOT_PROVOKED: &[(Reason, &str)] = &[
    (Reason::Internal, "it stands where the types do not rule out what cannot happen"),
    (Reason::CrlMalformed, "a CRL is read when it is loaded, and is part of no configuration then"),
    (Reason::SequenceExhausted, "it takes 2^64 records under one key; the record layer tests it"),
];

fn client_config() -> ClientConfigBuilder<Null> {
    for_vectors(WORLD.client_config().credential(WORLD.credential(&WORLD.client, local())))
}

/// A client as `vectors/faults/SOURCE.md` has it.
fn for_vectors<C: Crypto>(config: ClientConfigBuilder<C>) -> ClientConfigBuilder<C> {
    config
        .middlebox_compatibility(false)
        .alpn(["h2"])
        .certificate_compression([Algorithm::as_is() as _])
        .record_size_limit(1024)
        .max_fragment_length(symbolon::wire::MaxFragmentLength::two_to_the_9)
        .ask_timestamps(true)
}

fn server_config() -> ServerConfigBuilder<Null> {
    let credential = WORLD.credential(&WORLD.server, local());
    let config = WORLD.server_config().alpn(["h2"]).credential(credential).authority_hints(AuthorityHints::Require);
    config.certificate_compression([Algorithm::as_is() as _])
}

fn client_of(config: ClientConfigBuilder<Null>) -> End<ClientRole, Null> {
    plain::client(&Arc::new(config.build().unwrap()))
}

fn server_of(config: ServerConfigBuilder<Null>) -> End<ServerRole, Null> {
    plain::server(&Arc::new(config.build().unwrap()))
}

fn client_at(state: &str) -> End<ClientRole, Null> {
    bring(client_of(client_config()), server_of(server_config()), state)
}

fn server_at(state: &str) -> End<ServerRole, Null> {
    bring(server_of(server_config()), client_of(client_config()), state)
}

/// Asserts that `end` refused for the reason of the case, told the peer so once, and does nothing any more.
fn check<R: Role, C: Crypto>(case: &Block, end: &mut End<R, C>) {
    let title = &case.title;
    let Some(Error::Refused(refusal)) = end.error else {
        panic!("{title}: {:?} in {}, {:?}", end.error, end.conn.state(), end.seen.events)
    };
    let reason = refusal.reason;
    assert_eq!(reason.name(), case.text("reason"), "{title}: {refusal}");
    assert_eq!(reason.alert().to_string(), case.text("alert"), "{title}");
    assert_eq!(reason.rule(), case.text("section"), "{title}");
    assert_eq!(refusal.side.to_string(), case.text("role"), "{title}");
    if case.find("sealed") == Some(b"yes") {
        assert_eq!(refusal.state.name(), case.text("state"), "{title}");
    }
    let told = refusal.to_string();
    for part in [refusal.state.name(), reason.says(), reason.rule(), case.text("alert")] {
        assert!(told.contains(part), "{title}: {told} does not tell {part}");
    }

    let sent = records(&end.take_output());
    let expected = match reason.alert() {
        AlertDescription::user_canceled => vec![vec![1, 90], vec![1, 0]],
        alert => vec![vec![2, alert.0]],
    };
    let first_alert = sent.iter().position(|r| r.content_type == ContentType::alert).expect("an alert");
    let alerts: Vec<Vec<u8>> = sent[first_alert..].iter().map(|record| record.content.clone()).collect();
    assert_eq!(alerts, expected, "{title}: what was sent from the alert on");
    check_over(title, end);
}

/// Asserts that nothing wakes a connection that failed.
fn check_over<R: Role, C: Crypto>(title: &str, end: &mut End<R, C>) {
    let error = end.error.expect("it failed");
    let seen = end.seen.events.len();
    let End { conn, rx, tx, seen: observer, .. } = end;
    let close_notify = framed(ContentType::alert, &[1, 0]);
    for input in [&[][..], &close_notify, b"GET / HTTP/1.1\r\n", &[0xff; 64]] {
        rx.receive(input);
        assert_eq!(conn.step_with(rx, tx, observer).map(|_| ()), Err(error), "{title}");
    }
    let answered = conn.answer(Answer::Chain(Ok(())), rx, tx).map(|_| ());
    assert_eq!(answered, Err(Misuse::AnswerDoesNotFit), "{title}");
    assert_eq!(conn.end_of_input(), Err(error), "{title}");
    assert_eq!(conn.cancel(tx), error, "{title}");
    assert!(conn.app().is_none() && conn.peer().is_none() && !conn.is_connected(), "{title}");
    assert_eq!((conn.error(), conn.state().name(), conn.expects()), (Some(error), "FAILED", &[][..]), "{title}");
    assert!(tx.to_send().is_empty(), "{title}: it went on sending");
    assert_eq!(observer.events.len(), seen, "{title}: {:?}", observer.events);
}

/// Delivers the input of a case.
fn feed<R: Role, C: Crypto>(case: &Block, end: &mut End<R, C>) {
    end.drive();
    end.take_output();
    let input = case.bytes("input");
    match case.text("sealed") {
        "no" => end.give(input),
        _ => records_of(input).iter().for_each(|record| {
            if end.error.is_none() {
                end.give(&record.sealed());
            }
        }),
    }
}

/// The records of an input, to be sealed.
fn records_of(mut input: &[u8]) -> Vec<Record> {
    let mut all = Vec::new();
    while let [content_type, _, _, high, low, rest @ ..] = input {
        let (content, rest) = rest.split_at(u16::from_be_bytes([*high, *low]).into());
        all.push(Record::new(true, ContentType(*content_type), content));
        input = rest;
    }
    all
}

/// The cases with bytes.
fn vectors() -> Vec<File> {
    ["records", "client_hello", "server_hello", "flight"]
        .map(|name| File::read(&format!("vectors/faults/{name}.kv")))
        .into()
}

// [6-1] [6.2-1] [6.2-2] [5.1-6]
#[test]
fn every_input_is_refused_with_its_one_alert_and_nothing_follows() {
    for case in vectors().iter().flat_map(|file| &file.blocks) {
        let state = case.text("state");
        if case.text("role") == "client" {
            let mut end = client_at(state);
            feed(case, &mut end);
            check(case, &mut end);
        } else {
            let mut end = server_at(state);
            feed(case, &mut end);
            check(case, &mut end);
        }
    }
}

#[test]
fn hellos_are_refused_with_real_cryptography_as_well() {
    let world = World::new();
    let client = Arc::new(for_vectors(world.client_config()).build().unwrap());
    let server = Arc::new(world.server_config().alpn(["h2"]).authority_hints(AuthorityHints::Require).build().unwrap());
    for name in ["client_hello", "server_hello"] {
        for case in &File::read(&format!("vectors/faults/{name}.kv")).blocks {
            let mut pair = Pair::shared(&client, &server);
            if case.text("role") == "client" {
                feed(case, &mut pair.client);
                check(case, &mut pair.client);
            } else {
                feed(case, &mut pair.server);
                check(case, &mut pair.server);
            }
        }
    }
}

#[test]
fn every_fault_that_needs_keys_certificates_or_a_broken_surrounding_has_its_one_alert() {
    for case in &File::read("vectors/faults/described.kv").blocks {
        match case.text("role") {
            "client" => {
                let mut end = provoke::client(&case.title, case.text("state"));
                check(case, &mut end);
            }
            _ => {
                let mut end = provoke::server(&case.title, case.text("state"));
                check(case, &mut end);
            }
        }
    }
}

#[test]
fn every_reason_has_a_case() {
    let mut files = vectors();
    files.push(File::read("vectors/faults/described.kv"));
    let provoked: BTreeSet<&str> = files.iter().flat_map(|file| &file.blocks).map(|case| case.text("reason")).collect();
    let without: Vec<&Reason> = Reason::ALL.iter().filter(|reason| !provoked.contains(reason.name())).collect();
    let excused: Vec<&Reason> = NOT_PROVOKED.iter().map(|(reason, _)| reason).collect();
    assert_eq!(
        BTreeSet::from_iter(without.iter().map(|r| r.name())),
        BTreeSet::from_iter(excused.iter().map(|r| r.name()))
    );
}
