//! Every reason to refuse, provoked from outside: one alert goes out, the declared one, and the connection is over.
//! The cases are in `vectors/faults`.

mod util;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::Crypto;
use symbolon::wire::{AlertDescription, Certificate, CertificateEntry, ContentType, Vector};
use symbolon::{Anchors, Answer, ClientConfig, Error, Misuse, Reason, RecvBuf, Role, SendBuf, ServerConfig, Signing};
use util::der::{changed, element};
use util::kv::{Block, File};
use util::null::{Null, NullSigner, Primitive};
use util::pair::{ClientRole, End, Pair, ServerRole, World};
use util::pki::{For, Pki};
use util::plain::{self, PlainWorld, Record, bring, encoded, framed, local, records};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// Reasons without a case, and why.
const NOT_PROVOKED: &[(Reason, &str)] = &[
    (Reason::Internal, "it stands where the types do not rule out what cannot happen"),
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
        .record_size_limit(1024)
        .max_fragment_length(symbolon::wire::MaxFragmentLength::two_to_the_9)
}

fn server_config() -> ServerConfigBuilder<Null> {
    WORLD.server_config().alpn(["h2"]).credential(WORLD.credential(&WORLD.server, local()))
}

fn client(config: ClientConfigBuilder<Null>) -> End<ClientRole, Null> {
    plain::client(&Arc::new(config.build().unwrap()))
}

fn server(config: ServerConfigBuilder<Null>) -> End<ServerRole, Null> {
    plain::server(&Arc::new(config.build().unwrap()))
}

fn client_at(state: &str) -> End<ClientRole, Null> {
    bring(client(client_config()), server(server_config()), state)
}

fn server_at(state: &str) -> End<ServerRole, Null> {
    bring(server(server_config()), client(client_config()), state)
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
    let server = Arc::new(world.server_config().alpn(["h2"]).build().unwrap());
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
                let mut end = provoke_client(&case.title, case.text("state"));
                check(case, &mut end);
            }
            _ => {
                let mut end = provoke_server(&case.title, case.text("state"));
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

/// A protected record whose inner plaintext is `inner`.
fn sealed(inner: &[u8]) -> Vec<u8> {
    framed(ContentType::application_data, &[inner, &util::null::TAG].concat())
}

/// A server's or client's Certificate message in sealed records that the limit of the client lets through.
fn certificate(chain: &[&[u8]]) -> Vec<u8> {
    let entries: Vec<CertificateEntry<'_>> = chain.iter().map(|der| CertificateEntry::new(der)).collect();
    let message = Certificate { certificate_request_context: &[], certificate_list: Vector::items(&entries) };
    encoded(&message).chunks(1000).flat_map(|part| Record::new(true, ContentType::handshake, part).sealed()).collect()
}

fn provoke_client(title: &str, state: &str) -> End<ClientRole, Null> {
    if let Some(mut end) = client_by_certificate(title) {
        end.drive();
        return end;
    }
    let broken = |primitive| for_vectors(ClientConfig::builder(Null::broken(7, primitive)).anchors(WORLD.anchors()));
    let mut end = match title {
        "a source of randomness that fails" => client(broken(Primitive::Random)),
        "a key exchange that fails to write its share" => client(broken(Primitive::KxShare)),
        "an AEAD that refuses its key" => client(broken(Primitive::AeadKey)),
        _ => client_at(state),
    };
    match title {
        "a record with a tag that is not the AEAD's" => {
            end.give(&framed(ContentType::application_data, &[b"data\x17", &[0; 16][..]].concat()));
        }
        "a protected record shorter than a tag" => end.give(&framed(ContentType::application_data, &[0; 15])),
        "a protected record of zeros" => end.give(&sealed(&[0; 9])),
        "an inner plaintext one byte above the record_size_limit of the client" => {
            end.give(&sealed(&[&[b'x'; 1024][..], &[23]].concat()));
        }
        "an AEAD that refuses its key" => {
            end.drive();
            let mut peer = server(server_config());
            peer.give(&end.take_output());
            end.give(&peer.take_output());
        }
        "a send buffer of 64 bytes" => {
            end = client(client_config());
            end.tx = SendBuf::over(vec![0; 64].leak());
            end.drive();
        }
        "the application gives up" => end.error = Some(end.conn.cancel(&mut end.tx)),
        _ => end.drive().then(|| unreachable!()).unwrap_or_default(),
    }
    end
}

fn provoke_server(title: &str, state: &str) -> End<ServerRole, Null> {
    let hello = |more: &str| {
        let mut client = client(for_vectors(WORLD.client_config()));
        client.drive();
        let mut hello = client.take_output();
        // An extension more: every length around it grows.
        let more = hex::decode(more).unwrap();
        let added = u16::try_from(more.len()).unwrap();
        let session_and_suites = 5 + 4 + 2 + 32 + 1;
        let suites = u16::from_be_bytes([hello[session_and_suites], hello[session_and_suites + 1]]);
        for at in [3, 7, session_and_suites + 2 + usize::from(suites) + 2] {
            let length = u16::from_be_bytes([hello[at], hello[at + 1]]) + added;
            hello[at..at + 2].copy_from_slice(&length.to_be_bytes());
        }
        hello.extend(more);
        hello
    };
    let signing = |signer: NullSigner| WORLD.credential(&WORLD.server, Signing::Local(Box::new(signer)));
    let broken = ServerConfig::builder(Null::broken(7, Primitive::AeadKey)).credential(signing(NullSigner::P256));
    let mut end = match title {
        "a server that has no credential for the name" => server(server_config().ask_credential()),
        "a signing key that fails" => {
            server(WORLD.server_config().credential(signing(NullSigner { works: false, ..NullSigner::P256 })))
        }
        "an AEAD that refuses its key, at the server" => server(broken),
        _ => server_at(state),
    };
    match title {
        "an inner plaintext of 2^14 + 2 bytes" => end.give(&sealed(&[23; 16386])),
        "early data of 2^16 + 1 bytes behind the ClientHello" => {
            end.give(&hello("002a0000"));
            end.take_output();
            for length in [1 << 14, 1 << 14, 1 << 14, 1 << 14, 1] {
                assert_eq!(end.error, None);
                end.give(&framed(ContentType::application_data, &vec![0x5a; length.max(16)]));
            }
        }
        "a record of 512 bytes for a receive buffer of 64" => {
            end.rx = RecvBuf::over(vec![0; 64].leak());
            end.give(&framed(ContentType::handshake, &[1; 512])[..64]);
        }
        "a server that has no credential for the name" => {
            end.give(&hello(""));
            let End { conn, rx, tx, seen, .. } = &mut end;
            let answered = conn.answer_with(Answer::Credential(None), rx, tx, seen).unwrap();
            end.error = answered.map(|_| ()).err();
        }
        "a server's certificate shown by the client" => end.give(&certificate(&WORLD.chain(&WORLD.server))),
        "a client who is not on the allow list" => {
            end.give(&certificate(&WORLD.chain(&WORLD.pki.client("stranger.test"))));
        }
        "the application gives up, at the server" => end.error = Some(end.conn.cancel(&mut end.tx)),
        _ => end.give(&hello("")),
    }
    end
}

/// A client that was shown a chain that it must refuse, if `title` is such a case.
fn client_by_certificate(title: &str) -> Option<End<ClientRole, Null>> {
    let leaf = &WORLD.server.leaf.der[..];
    let intermediate = &WORLD.pki.intermediate.der[..];
    let below = |ca: &[u8], der: &[u8]| {
        let name = util::der::Parts::of(ca).subject().clone();
        changed(der, |c| *c.issuer() = name)
    };
    let ca = |name: &str, change: &dyn Fn(&mut rcgen::CertificateParams)| {
        let made = WORLD.pki.leaf(name, For::Server, |params| {
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
            change(params);
        });
        made.leaf.der
    };
    let mut config = client_config();
    let mut years = 0;
    let chain: Vec<Vec<u8>> = match title {
        "the application refuses the chain" => {
            config = config.ask_chain();
            vec![leaf.into(), intermediate.into()]
        }
        "11 certificates" => vec![leaf.into(); 11],
        "a leaf of version 1" => vec![changed(leaf, |c| {
            c.tbs.pop();
            c.tbs.remove(0);
        })],
        "a chain to an unknown CA" => vec![Pki::new("stranger").server("server.test").leaf.der],
        "a self-signed leaf" => vec![changed(leaf, |c| *c.issuer() = c.subject().clone())],
        "a leaf with a changed signature" => {
            let zeros = |c: &mut util::der::Parts| c.signature[2..].fill(0);
            vec![changed(leaf, zeros), intermediate.into()]
        }
        "a leaf that expired" => {
            years = 70;
            vec![leaf.into(), intermediate.into()]
        }
        "a leaf that is not valid yet" => {
            years = -1;
            vec![leaf.into(), intermediate.into()]
        }
        "a leaf issued by a leaf" => {
            let other = WORLD.pki.server("other.test").leaf.der;
            vec![below(&other, leaf), other, intermediate.into()]
        }
        "an intermediate below a CA with pathLenConstraint 0" => {
            let upper = ca("upper.test", &|params| {
                params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
            });
            let lower = below(&upper, &ca("lower.test", &|_| {}));
            vec![below(&lower, leaf), lower, upper, intermediate.into()]
        }
        "a key that may not sign" => {
            let change = |params: &mut rcgen::CertificateParams| {
                params.key_usages = vec![rcgen::KeyUsagePurpose::KeyEncipherment];
            };
            vec![WORLD.pki.leaf("server.test", For::Server, change).leaf.der, intermediate.into()]
        }
        "a client's certificate shown by the server" => {
            vec![WORLD.pki.client("server.test").leaf.der, intermediate.into()]
        }
        "a leaf for another name" => vec![WORLD.pki.server("other.test").leaf.der, intermediate.into()],
        "a leaf outside of its CA's nameConstraints" => {
            let narrow = ca("narrow.test", &|params| {
                params.name_constraints = Some(rcgen::NameConstraints {
                    permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("other.test".into())],
                    excluded_subtrees: vec![],
                });
            });
            vec![below(&narrow, leaf), narrow, intermediate.into()]
        }
        "an unknown critical extension" => {
            let change = |params: &mut rcgen::CertificateParams| {
                let mut unknown = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 99], vec![5, 0]);
                unknown.set_criticality(true);
                params.custom_extensions = vec![unknown];
            };
            vec![WORLD.pki.leaf("server.test", For::Server, change).leaf.der, intermediate.into()]
        }
        "a leaf signed with SHA-1" => {
            let ecdsa_with_sha1 = element(0x30, &element(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]));
            let leaf = changed(leaf, |c| {
                c.tbs[2] = ecdsa_with_sha1.clone();
                c.signature_algorithm = ecdsa_with_sha1;
            });
            vec![leaf, intermediate.into()]
        }
        "an RSA key of 1024 bits" => {
            let rsa = element(0x30, &[&element(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")[..], &[5, 0]].concat());
            let modulus = element(2, &[&[0][..], &[0xc5; 128]].concat());
            let key = element(0x30, &[modulus, element(2, &[1, 0, 1])].concat());
            let spki = element(0x30, &[rsa, element(3, &[&[0][..], &key].concat())].concat());
            vec![changed(leaf, |c| c.tbs[6] = spki), intermediate.into()]
        }
        "a CA known by one name with 40 keys, none of which signed" => {
            let roots: String = (0..40).map(|_| Pki::new("plain").root.pem).collect();
            config = config.anchors(Anchors::from_pem(roots.as_bytes()).unwrap());
            vec![leaf.into(), changed(intermediate, |c| c.signature[2..].fill(0))]
        }
        _ => return None,
    };
    let config = Arc::new(config.build().unwrap());
    let now = util::pki::NOW + years * 366 * 86_400;
    let mut end = bring(plain::client_on(&config, now), server(server_config()), "WAIT_CERT_CR");
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    end.give(&certificate(&chain));
    if title == "the application refuses the chain" {
        let End { conn, rx, tx, seen, .. } = &mut end;
        let answered = conn.answer_with(Answer::Chain(Err(Reason::Malformed)), rx, tx, seen).unwrap();
        end.error = answered.map(|_| ()).err();
    }
    Some(end)
}
