//! The two tables against the figures of RFC 8446 Appendix A, as `spec-notes/figures` transcribes them: every message in
//! every state, and every arrow with its keys and messages.

mod figure;
#[path = "../util/mod.rs"]
mod util;
mod walk;

use figure::{Drawn, Taken, figure};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, EarlyData, Resumption, ServerConfigBuilder};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::Psk;
use symbolon::wire::{AlertDescription, ContentType, HandshakeType};
use symbolon::{Allow, ClientAuth, ClientConfig, Error, Kind, Role, ServerConfig, Signing};
use util::null::{Null, NullSigner};
use util::pair::{ClientRole, End, Pair, ServerRole};
use util::plain::{self, PlainWorld, Record, encoded, local, message, records};
use util::samples;
use util::tickets::{AlwaysFirst, SameTicket, ticket_keys};
use walk::{Walk, name_of};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// A handshake as configured, for either end to be walked.
struct Course {
    name: &'static str,
    client: Arc<ClientConfig<Null>>,
    server: Arc<ServerConfig<Null>>,
    early_data: bool,
}

impl Course {
    fn new(name: &'static str, client: ClientConfigBuilder<Null>, server: ServerConfigBuilder<Null>) -> Self {
        let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
        Self { name, client, server, early_data: false }
    }

    fn client(&self) -> End<ClientRole, Null> {
        let mut end = plain::client(&self.client);
        if self.early_data {
            end.conn = end.conn.offer_early_data();
        }
        end
    }

    fn server(&self) -> End<ServerRole, Null> {
        plain::server(&self.server)
    }
}

/// Courses that together take every arrow. `client_signs` and `server_signs`: how keys are kept.
fn courses(client_signs: fn() -> Signing, server_signs: fn() -> Signing) -> Vec<Course> {
    let client = || WORLD.client_config().credential(WORLD.credential(&WORLD.client, client_signs()));
    let server = || WORLD.server_config().credential(WORLD.credential(&WORLD.server, server_signs()));
    let admit = || (WORLD.anchors(), Allow::dns("robot.test"));
    let course = Course::new;
    let mut courses = vec![
        course("mutual", client(), server()),
        course("mutual, and the client is told so", client(), server().confirm_client_auth()),
        course("mutual after HelloRetryRequest", client().shares(0), server()),
        course("no client authentication", client(), server().client_auth(ClientAuth::none())),
        course(
            "request, and an empty certificate",
            WORLD.client_config(),
            server().client_auth(ClientAuth::request(admit().0, admit().1)),
        ),
        course(
            "HelloRetryRequest without middlebox compatibility",
            client().shares(0).middlebox_compatibility(false),
            server().client_auth(ClientAuth::none()),
        ),
        course("no middlebox compatibility", client().middlebox_compatibility(false), server()),
        course("external PSK", client().psks([psk()]), server().psks([psk()])),
        course("external PSK after HelloRetryRequest", client().psks([psk()]).shares(0), server().psks([psk()])),
    ];
    courses.extend(courses_by_ticket(server_signs));
    courses
}

fn psk() -> Psk {
    Psk::external(b"both have it", &[7; 32], HashAlgorithm::Sha256).unwrap()
}

/// Courses of a client that has a ticket, and offers early data with it.
fn courses_by_ticket(server_signs: fn() -> Signing) -> Vec<Course> {
    let keys = ticket_keys(&Null::new(3));
    let tickets = Arc::new(SameTicket::default());
    let client = || WORLD.client_config().tickets(tickets.clone());
    let server = |signs: Signing, resumption: Resumption| {
        let server = WORLD.server_config().credential(WORLD.credential(&WORLD.server, signs));
        server.client_auth(ClientAuth::none()).resumption(resumption.count(1))
    };
    let refusing = || Resumption::stateless(keys.clone());
    let taking = || refusing().early_data(EarlyData::new(1000, Arc::new(AlwaysFirst)));
    let first = Course::new("full handshake", client(), server(local(), taking()));
    Pair { client: first.client(), server: first.server() }.run();
    let course = |name, client, resumption| Course {
        early_data: true,
        ..Course::new(name, client, server(server_signs(), resumption))
    };
    vec![
        Course::new("resumption", client(), server(server_signs(), refusing())),
        course("early data", client(), taking()),
        course("early data without middlebox compatibility", client().middlebox_compatibility(false), taking()),
        course("early data refused", client(), refusing()),
        course("early data refused with its ticket", client(), Resumption::stateless(ticket_keys(&Null::new(4)))),
        course("early data refused by HelloRetryRequest", client().shares(0), taking()),
    ]
}

fn external() -> Signing {
    Signing::External(vec![NullSigner::P256.scheme].into())
}

/// Every way to walk a client.
fn client_walks() -> Vec<(&'static str, impl Fn() -> Walk<ClientRole, ServerRole>)> {
    let walk = |course: Course| (course.name, move || Walk::new(course.client(), course.server()));
    courses(external, local).into_iter().map(walk).collect()
}

/// Every way to walk a server.
fn server_walks() -> Vec<(&'static str, impl Fn() -> Walk<ServerRole, ClientRole>)> {
    let walk = |course: Course| (course.name, move || Walk::new(course.server(), course.client()));
    courses(local, external).into_iter().map(walk).collect()
}

/// Holds the arrows taken on all walks against the figure: the same set, with the same effects.
fn compare_arrows<R: Role, P: Role>(
    file: &str,
    walks: Vec<(&'static str, impl Fn() -> Walk<R, P>)>,
    tickets: &[Record],
) {
    let drawn = figure(file);
    let mut used = vec![false; drawn.len()];
    let mut optional = BTreeMap::new();
    for (name, start) in walks {
        let mut walk = start();
        let mut check = |taken: Taken| {
            let found: Vec<usize> = (0..drawn.len()).filter(|n| taken.is(&drawn[*n])).collect();
            let [at] = found[..] else { panic!("{name}: {} arrows of {file} are {taken:?}", found.len()) };
            taken.compare(&drawn[at], &mut optional);
            used[at] = true;
        };
        while let Some(taken) = walk.arrow() {
            check(taken);
        }
        assert!(walk.end.conn.is_connected() && walk.peer.conn.is_connected(), "{name}");
        for ask_back in [false, true] {
            walk.peer.conn.app().unwrap().update_keys(ask_back, &mut walk.peer.tx).unwrap().unwrap();
            walk.exchange();
            check(walk.arrow().unwrap());
        }
        for ticket in tickets {
            walk.give(ticket);
            let before = walk.last_given.clone();
            let taken = walk.arrow().unwrap();
            check(Taken { message: before, ..taken });
        }
    }
    let missed: Vec<&Drawn> = drawn.iter().zip(&used).filter(|(_, used)| !**used).map(|(drawn, _)| drawn).collect();
    assert!(missed.is_empty(), "never taken: {missed:#?}");
    // A value in brackets is one that is there at times, and at times is not.
    optional.retain(|_, seen| seen.len() < 2);
    assert!(optional.is_empty(), "always or never there: {optional:#?}");
}

// [4.1.2-1] [4.3.1-1] [4.3.2-3] [4.4.4-3] [4.6.1-1] [4.6.3-1] [4.6.3-4]
#[test]
fn client_takes_the_arrows_of_figure_a1_and_no_others() {
    let ticket = Record::new(true, ContentType::handshake, &encoded(&samples::NEW_SESSION_TICKET));
    compare_arrows("a1.txt", client_walks(), &[ticket]);
}

// [4.4.4-3] [4.6.2-2] [4.6.3-1] [4.6.3-4]
#[test]
fn server_takes_the_arrows_of_figure_a2_and_no_others() {
    compare_arrows("a2.txt", server_walks(), &[]);
}

/// One well-formed message of every kind, and types that are none.
fn every_message() -> Vec<Vec<u8>> {
    let mut all = vec![
        encoded(&samples::CLIENT_HELLO),
        encoded(&samples::SERVER_HELLO),
        encoded(&samples::HELLO_RETRY_REQUEST),
        encoded(&samples::ENCRYPTED_EXTENSIONS),
        encoded(&samples::CERTIFICATE_REQUEST),
        encoded(&samples::CERTIFICATE),
        encoded(&samples::CERTIFICATE_VERIFY),
        encoded(&samples::FINISHED),
        encoded(&samples::NEW_SESSION_TICKET),
        encoded(&samples::KEY_UPDATE),
        encoded(&samples::END_OF_EARLY_DATA),
    ];
    // HelloRequest and other messages of TLS 1.2, CompressedCertificate, message_hash, nothing.
    all.extend([0, 3, 6, 12, 14, 16, 21, 22, 25, 99, 254, 255].map(|t| message(HandshakeType(t), &[])));
    all
}

/// Delivers every message in every state, and holds the outcome against the figure.
fn compare_messages<R: Role, P: Role>(file: &str, walks: Vec<(&'static str, impl Fn() -> Walk<R, P>)>) {
    let drawn = figure(file);
    let mut seen = BTreeSet::new();
    for (name, start) in walks {
        for arrows in 0.. {
            let at = || {
                let mut walk = start();
                let reached = (0..arrows).all(|_| walk.arrow().is_some());
                reached.then_some(walk)
            };
            let Some(walk) = at() else { break };
            let (place, negotiated) = (walk.place(), walk.end.conn.negotiated());
            let retried = negotiated.retried;
            if !seen.insert((place.clone(), retried, negotiated.psk.is_some(), walk.lying())) {
                continue;
            }
            let from_here = drawn.iter().filter(|d| d.from == place && !(retried && d.only_first_time()));
            let legal: BTreeSet<String> = match walk.lying() {
                Some(lying) => BTreeSet::from([lying]),
                None => from_here.filter_map(Drawn::message).map(str::to_owned).collect(),
            };
            let expects: BTreeSet<String> = walk.end.conn.expects().iter().map(Kind::to_string).collect();
            assert_eq!(expects, legal, "{name}: {place}");
            if walk.lying().is_some() {
                continue;
            }
            for message in every_message() {
                deliver(at().unwrap(), &message, &legal);
            }
        }
    }
    let boxes: BTreeSet<&str> = drawn.iter().flat_map(|d| [d.from.as_str(), d.to.as_str()]).collect();
    let visited: BTreeSet<&str> = seen.iter().map(|(place, ..)| place.as_str()).collect();
    assert_eq!(visited, boxes);
}

fn deliver<R: Role, P: Role>(mut walk: Walk<R, P>, message: &[u8], legal: &BTreeSet<String>) {
    let (place, kind) = (walk.place(), name_of(message));
    walk.end.take_output();
    walk.end.rx.receive(&Record::new(walk.has_recv_key, ContentType::handshake, message).sealed());
    let End { conn, rx, tx, seen, .. } = &mut walk.end;
    let outcome = conn.step_with(rx, tx, seen).map(|event| format!("{event:?}"));
    if legal.is_empty() {
        // An arrow that waits for no message is taken first.
        let taken = outcome.unwrap_or_else(|e| panic!("{place}, {kind}: {e}"));
        assert!(taken.starts_with("Moved") || taken.starts_with("Ask(Sign"), "{place}, {kind}: {taken}");
        assert_eq!(walk.end.seen.alerts_sent, []);
        return;
    }
    let alerts: Vec<_> =
        records(&walk.end.take_output()).into_iter().filter(|r| r.content_type == ContentType::alert).collect();
    if legal.contains(&kind) {
        // Its content may be refused, but not its being there.
        let told = [2, AlertDescription::unexpected_message.0];
        assert!(alerts.iter().all(|alert| alert.content != told), "{place}, {kind}: {outcome:?}");
        return;
    }
    let Err(Error::Refused(refusal)) = outcome else { panic!("{place}, {kind}: {outcome:?}") };
    assert_eq!(refusal.alert(), AlertDescription::unexpected_message, "{place}, {kind}: {refusal}");
    assert_eq!(alerts.len(), 1, "{place}, {kind}");
    assert_eq!(alerts[0].content, [2, AlertDescription::unexpected_message.0], "{place}, {kind}");
    assert_eq!(walk.end.conn.state().name(), "FAILED");
    assert_eq!(walk.end.conn.expects(), []);
}

// [4-1] [4.6.2-1] [4.6.3-5]
#[test]
fn client_accepts_in_every_state_the_messages_of_figure_a1_and_no_others() {
    compare_messages("a1.txt", client_walks());
}

// [4-1] [4.1.2-9] [4.6.1-3] [4.6.3-5]
#[test]
fn server_accepts_in_every_state_the_messages_of_figure_a2_and_no_others() {
    compare_messages("a2.txt", server_walks());
}
