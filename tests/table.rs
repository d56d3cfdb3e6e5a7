//! The two tables against the figures of RFC 8446 Appendix A, as `spec-notes/figures` transcribes them: every message in
//! every state, and every arrow with its keys and messages.

mod util;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, LazyLock};
use symbolon::wire::{AlertDescription, ContentType, HandshakeType, is_hello_retry_request};
use symbolon::{Allow, Answer, Ask, ClientAuth, ClientConfig, Error, Event, Kind, Role, ServerConfig, Signing};
use util::null::{Null, NullSigner, sign};
use util::pair::{ClientRole, End, ServerRole};
use util::plain::{self, PlainWorld, Record, encoded, local, message, one_message_a_record, records};
use util::samples;

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// One arrow of a figure.
#[derive(Debug)]
struct Drawn {
    from: String,
    trigger: String,
    to: String,
    fields: BTreeMap<String, String>,
}

impl Drawn {
    /// The message that has to be there, if one has to.
    fn message(&self) -> Option<&str> {
        self.trigger.strip_prefix("recv ")
    }

    fn is_peek(&self) -> bool {
        self.fields.get("message").is_some_and(|m| m == "peeked")
    }

    fn only_first_time(&self) -> bool {
        self.fields.get("if").is_some_and(|conditions| conditions.split(',').any(|c| c == "first_time"))
    }
}

/// The arrows of one figure.
fn figure(file: &str) -> Vec<Drawn> {
    let path = format!("{}/spec-notes/figures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
            let mut next = || parts.next().unwrap_or_else(|| panic!("{file}: {line}")).to_owned();
            let (from, trigger, to) = (next(), next(), next());
            let fields = parts.map(|field| field.split_once('=').unwrap_or_else(|| panic!("{file}: {field}")));
            Drawn { from, trigger, to, fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).collect() }
        })
        .collect()
}

/// One arrow that a connection took.
#[derive(Debug)]
struct Taken {
    from: String,
    to: String,
    /// What lay in the receive buffer before.
    message: Option<String>,
    /// What was added to the transcript, or after the handshake read.
    received: Option<String>,
    sends: Vec<String>,
    send_key: Option<String>,
    recv_key: Option<String>,
}

impl Taken {
    /// True if `drawn` is this arrow, except for what it does.
    fn is(&self, drawn: &Drawn) -> bool {
        let takes = if drawn.is_peek() { &None } else { &self.message };
        self.from == drawn.from
            && self.to == drawn.to
            && drawn.message().is_none_or(|message| self.message.as_deref() == Some(message))
            && self.received == *takes
    }

    /// Compares what it does, and counts which values in brackets were there.
    fn compare(&self, drawn: &Drawn, optional: &mut BTreeMap<String, BTreeSet<bool>>) {
        let columns = [
            ("K_send", self.send_key.iter().cloned().collect()),
            ("K_recv", self.recv_key.iter().cloned().collect()),
            ("sends", self.sends.clone()),
        ];
        for (column, done) in columns {
            let mut done = VecDeque::from(done);
            let values = drawn.fields.get(column).map(String::as_str).unwrap_or_default();
            for value in values.split(',').filter(|value| !value.is_empty()) {
                let bare = value.trim_matches(['[', ']']);
                let there = done.front().is_some_and(|done| done == bare);
                if there {
                    done.pop_front();
                }
                if bare == value {
                    assert!(there, "{self:?} lacks {column} {value} of {drawn:?}");
                } else {
                    let key = format!("{} {} {}: {column}={value}", drawn.from, drawn.trigger, drawn.to);
                    optional.entry(key).or_default().insert(there);
                }
            }
            assert!(done.is_empty(), "{self:?} has more {column} than {drawn:?}");
        }
    }
}

/// What the figures call a message.
fn name_of(message: &[u8]) -> String {
    match HandshakeType(message[0]) {
        HandshakeType::server_hello if is_hello_retry_request(&message[4..]) => "HelloRetryRequest".into(),
        HandshakeType::server_hello => "ServerHello".into(),
        HandshakeType::client_hello => "ClientHello".into(),
        HandshakeType::encrypted_extensions => "EncryptedExtensions".into(),
        HandshakeType::certificate_request => "CertificateRequest".into(),
        HandshakeType::certificate => "Certificate".into(),
        HandshakeType::certificate_verify => "CertificateVerify".into(),
        HandshakeType::finished => "Finished".into(),
        HandshakeType::new_session_ticket => "NewSessionTicket".into(),
        HandshakeType::key_update => "KeyUpdate".into(),
        other => other.to_string(),
    }
}

/// A handshake that one end takes arrow by arrow, with one message a record, against a peer that does what it should.
struct Walk<R: Role, P: Role> {
    end: End<R, Null>,
    peer: End<P, Null>,
    inbox: VecDeque<Record>,
    last_given: Option<String>,
    signature: Option<[u8; 32]>,
    has_recv_key: bool,
}

impl<R: Role, P: Role> Walk<R, P> {
    fn new(end: End<R, Null>, peer: End<P, Null>) -> Self {
        let mut walk =
            Self { end, peer, inbox: VecDeque::new(), last_given: None, signature: None, has_recv_key: false };
        walk.exchange();
        walk
    }

    /// The box, as the figures spell it.
    fn place(&self) -> String {
        match self.signature {
            Some(_) => format!("{} (signing)", self.end.conn.state()),
            None => self.end.conn.state().to_string(),
        }
    }

    /// The message that lies in the receive buffer.
    fn lying(&self) -> Option<String> {
        self.last_given.clone().filter(|_| !self.end.rx.is_empty())
    }

    /// Lets the peer have what was sent, and say what it wants to.
    fn exchange(&mut self) {
        let sent = self.end.take_output();
        self.peer.give(&sent);
        self.peer.drive();
        assert_eq!(self.peer.error, None);
        self.inbox.extend(one_message_a_record(&self.peer.take_output()));
    }

    fn give(&mut self, record: &Record) {
        if record.content_type == ContentType::handshake {
            self.last_given = Some(name_of(&record.content));
        }
        let bytes = record.sealed();
        assert_eq!(self.end.rx.receive(&bytes), bytes.len());
    }

    /// Takes the next arrow; `None` if there is none without more from the peer.
    fn arrow(&mut self) -> Option<Taken> {
        let (from, mut message) = (self.place(), self.lying());
        let before = self.end.seen.events.len();
        loop {
            let End { conn, rx, tx, seen, .. } = &mut self.end;
            let event = match self.signature.take() {
                Some(signature) => conn.answer_with(Answer::Signature(&signature), rx, tx, seen).unwrap(),
                None => conn.step_with(rx, tx, seen),
            };
            match event.unwrap() {
                Event::NeedRecv => {
                    let record = self.inbox.pop_front()?;
                    self.give(&record);
                    message = self.last_given.clone().filter(|_| record.content_type == ContentType::handshake);
                    continue;
                }
                Event::Moved { .. } => {}
                Event::Ask(Ask::Sign(request)) => {
                    let algorithm = symbolon::crypto::SignatureAlgorithm::of_scheme(request.scheme).unwrap();
                    self.signature = Some(sign(algorithm, request.content.as_ref()));
                }
                other => panic!("{from}: {other:?}"),
            }
            break;
        }
        let events = self.end.seen.events[before..].to_vec();
        let tells = |what: &str| {
            let told = events.iter().filter_map(|event| event.strip_prefix(what));
            told.map(str::to_owned).collect::<Vec<_>>()
        };
        let one = |told: Vec<String>| {
            assert!(told.len() < 2, "{from}: {told:?}");
            told.into_iter().next()
        };
        let epoch = |name: String| match name.as_str() {
            "application 0" => "application".to_owned(),
            later if later.starts_with("application") => "next".to_owned(),
            _ => name,
        };
        let sends = tells("send ").into_iter().map(|s| if s == "change_cipher_spec" { "ccs".into() } else { s });
        let taken = Taken {
            to: self.place(),
            message,
            received: one(tells("recv ")),
            sends: sends.collect(),
            send_key: one(tells("K_send = ")).map(epoch),
            recv_key: one(tells("K_recv = ")).map(epoch),
            from,
        };
        self.has_recv_key |= taken.recv_key.is_some();
        self.exchange();
        Some(taken)
    }
}

/// A handshake as configured, for either end to be walked.
struct Course {
    name: &'static str,
    client: ClientConfig<Null>,
    server: ServerConfig<Null>,
}

/// Courses that together take every arrow. `client_signs` and `server_signs`: how keys are kept.
fn courses(client_signs: fn() -> Signing, server_signs: fn() -> Signing) -> Vec<Course> {
    let client = || WORLD.client_config().credential(WORLD.credential(&WORLD.client, client_signs()));
    let server = || WORLD.server_config().credential(WORLD.credential(&WORLD.server, server_signs()));
    let admit = || (WORLD.anchors(), Allow::dns("robot.test"));
    let course = |name,
                  client: symbolon::config::ClientConfigBuilder<Null>,
                  server: symbolon::config::ServerConfigBuilder<Null>| {
        Course { name, client: client.build().unwrap(), server: server.build().unwrap() }
    };
    vec![
        course("mutual", client(), server()),
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
    ]
}

fn external() -> Signing {
    Signing::External(vec![NullSigner::P256.scheme].into())
}

/// Every way to walk a client.
fn client_walks() -> Vec<(&'static str, impl Fn() -> Walk<ClientRole, ServerRole>)> {
    let walk = |course: Course| {
        let (client, server) = (Arc::new(course.client), Arc::new(course.server));
        (course.name, move || Walk::new(plain::client(&client), plain::server(&server)))
    };
    courses(external, local).into_iter().map(walk).collect()
}

/// Every way to walk a server.
fn server_walks() -> Vec<(&'static str, impl Fn() -> Walk<ServerRole, ClientRole>)> {
    let walk = |course: Course| {
        let (client, server) = (Arc::new(course.client), Arc::new(course.server));
        (course.name, move || Walk::new(plain::server(&server), plain::client(&client)))
    };
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

#[test]
fn client_takes_the_arrows_of_figure_a1_and_no_others() {
    let ticket = Record::new(true, ContentType::handshake, &encoded(&samples::NEW_SESSION_TICKET));
    compare_arrows("a1.txt", client_walks(), &[ticket]);
}

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
    ];
    // HelloRequest and other messages of TLS 1.2, EndOfEarlyData, CompressedCertificate, message_hash, nothing.
    all.extend([0, 3, 5, 6, 12, 14, 16, 21, 22, 25, 99, 254, 255].map(|t| message(HandshakeType(t), &[])));
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
            let (place, retried) = (walk.place(), walk.end.conn.negotiated().retried);
            if !seen.insert((place.clone(), retried, walk.lying())) {
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

#[test]
fn client_accepts_in_every_state_the_messages_of_figure_a1_and_no_others() {
    compare_messages("a1.txt", client_walks());
}

#[test]
fn server_accepts_in_every_state_the_messages_of_figure_a2_and_no_others() {
    compare_messages("a2.txt", server_walks());
}
