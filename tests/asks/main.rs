//! The handshake asks, the caller answers: every question is answered later, by another thread.

#[path = "../util/mod.rs"]
mod util;

mod elsewhere;
mod selection;

use elsewhere::{Elsewhere, Question};
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::io::blocking::Reply;
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::{
    Allow, Anchors, Answer, ClientAuth, ClientAuthState, ClientConfig, ClientWith, Credential, Error, Event, Kind,
    Misuse, Reason, Role, ServerConfig, ServerName, ServerWith, Shared, Signing, StateName, UnixTime, WhyNothingSent,
};
use util::pair::{End, Pair, World};
use util::pki::{Chain, NOW, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};
use util::provider::{self, Provider, local, provider};

/// The open question.
fn asked<R: Role>(end: &mut End<R, Provider>) -> Question {
    match end.conn.step(&mut end.rx, &mut end.tx) {
        Ok(Event::Ask(ask)) => Question::from(&ask),
        other => panic!("{other:?}"),
    }
}

fn answer<R: Role>(end: &mut End<R, Provider>, reply: &Reply<'static>) {
    if let Err(error) = end.conn.answer_with(reply.as_answer(), &mut end.rx, &mut end.tx, &mut end.seen).unwrap() {
        end.error = Some(error);
    }
}

fn misused<R: Role>(end: &mut End<R, Provider>, answer: Answer<'_, 'static>) {
    let event = end.conn.answer(answer, &mut end.rx, &mut end.tx);
    assert!(matches!(event, Err(Misuse::AnswerDoesNotFit)), "{event:?}");
}

fn run(pair: &mut Pair, client: &mut Elsewhere, server: &mut Elsewhere) {
    loop {
        client.settle(&mut pair.client);
        let to_server = pair.client.tx.move_to(&mut pair.server.rx);
        server.settle(&mut pair.server);
        let to_client = pair.server.tx.move_to(&mut pair.client.rx);
        if to_server + to_client == 0 {
            return;
        }
    }
}

fn pair_of(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

/// The same chain, with its key elsewhere.
fn external(chain: &Chain, pki: &Pki, scheme: SignatureScheme) -> Credential {
    Credential::new([&chain.leaf.der, &pki.intermediate.der], Signing::External(vec![scheme].into())).unwrap()
}

fn show(credential: Credential) -> Reply<'static> {
    Reply::Credential(Some(Arc::new(credential).into()))
}

/// A thread that holds the key of `chain`, and does nothing but sign.
fn signer(chain: &Chain) -> Elsewhere {
    let key = provider::signer(&chain.leaf.key.serialize_der());
    Elsewhere::new(move |question| {
        let Question::Sign { scheme, content } = question else { panic!("{question:?}") };
        let mut signature = vec![0; 512];
        let len = key.sign(*scheme, content, &mut signature).unwrap();
        signature.truncate(len);
        Reply::Signature(signature)
    })
}

/// A thread that judges chains.
fn judge(verdict: Result<(), Reason>) -> Elsewhere {
    Elsewhere::new(move |question| {
        assert!(matches!(question, Question::Chain(_)), "{question:?}");
        Reply::Chain(verdict)
    })
}

fn client_without_credential(world: &World) -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(provider()).anchors(world.anchors())
}

fn server_that_requests(world: &World) -> ServerConfigBuilder<Provider> {
    let auth = ClientAuth::request(world.anchors(), Allow::dns("robot.test"));
    ServerConfig::builder(provider()).credential(local(&world.server)).client_auth(auth)
}

fn server_names(pair: &Pair) -> Vec<&str> {
    pair.client.conn.peer().unwrap().dns().collect()
}

fn client_names(pair: &Pair) -> Vec<&str> {
    pair.server.conn.peer().unwrap().dns().collect()
}

fn refused<R: Role>(end: &End<R, Provider>) -> (Reason, StateName) {
    match end.error {
        Some(Error::Refused(refusal)) => (refusal.reason, refusal.state),
        other => panic!("{other:?}"),
    }
}

fn told<R: Role>(end: &End<R, Provider>) -> AlertDescription {
    match end.error {
        Some(Error::PeerAlert(alert)) => alert.description,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_may_be_answered_by_an_alert() {
    let world = World::new();
    let server = world.server_config().ask_credential().ask_chain();
    let mut pair = pair_of(world.client_config(), server);
    pair.client.drive();
    pair.client.tx.move_to(&mut pair.server.rx);
    assert!(pair.server.drive(), "it asks for a credential");
    let error = pair.server.conn.refuse(AlertDescription::access_denied, &mut pair.server.tx);
    assert_eq!(error.state(), StateName::RecvdCh);
    misused(&mut pair.server, Answer::Credential(Some(Arc::new(local(&world.server)).into())));
    pair.server.drive();
    assert_eq!(pair.server.error, Some(error));
    pair.server.tx.move_to(&mut pair.client.rx);
    pair.client.drive();
    assert_eq!(told(&pair.client), AlertDescription::access_denied);
    assert!(pair.client.seen.events.iter().all(|event| event != "recv ServerHello"));
}

#[test]
fn server_credential_is_chosen_elsewhere_from_name_protocols_and_schemes() {
    let world = World::new();
    let other = world.pki.server("other.test");
    let client =
        world.client_config().alpn(["h2", "http/1.1"]).schemes([SignatureScheme::ecdsa_secp256r1_sha256].to_vec());
    // The configured credential would fit, but is not asked.
    let server = world.server_config().ask_credential();
    let client = ClientWith::new(
        Arc::new(client.build().unwrap()),
        ServerName::dns("other.test").unwrap().into_owned(),
        UnixTime(NOW),
    );
    let mut pair = Pair::new(client, ServerWith::new(Arc::new(server.build().unwrap()), UnixTime(NOW)));
    let mut chooser = Elsewhere::new(move |_| show(local(&other)));
    run(&mut pair, &mut Elsewhere::nobody(), &mut chooser);
    pair.assert_connected();
    assert_eq!(server_names(&pair), ["other.test"]);
    let hello = Question::Hello {
        server_name: Some("other.test".into()),
        alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        schemes: vec![SignatureScheme::ecdsa_secp256r1_sha256],
    };
    assert_eq!(chooser.asked, [hello]);
}

#[test]
fn server_credential_is_asked_for_once_although_the_hello_is_retried() {
    let world = World::new();
    let mut pair = pair_of(world.client_config().shares(0), world.server_config().ask_credential());
    let credential: Shared<'static, Credential> = Arc::new(local(&world.server)).into();
    let mut chooser = Elsewhere::new(move |_| Reply::Credential(Some(credential.clone())));
    run(&mut pair, &mut Elsewhere::nobody(), &mut chooser);
    pair.assert_connected();
    assert!(pair.server.conn.negotiated().retried);
    assert_eq!(chooser.asked.len(), 1);
}

#[test]
fn client_credential_is_chosen_elsewhere_from_schemes_and_authorities() {
    let world = World::new();
    let robot = world.pki.client("robot.test");
    let server = world.server_config().schemes([SignatureScheme::ecdsa_secp256r1_sha256].to_vec());
    let mut pair = pair_of(client_without_credential(&world).ask_credential(), server);
    let mut chooser = Elsewhere::new(move |_| show(local(&robot)));
    run(&mut pair, &mut chooser, &mut Elsewhere::nobody());
    pair.assert_connected();
    assert_eq!(client_names(&pair), ["robot.test"]);
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::Sent);
    let request = Question::Request {
        schemes: vec![SignatureScheme::ecdsa_secp256r1_sha256],
        authorities: world.anchors().subjects().map(<[u8]>::to_vec).collect(),
    };
    assert_eq!(chooser.asked, [request]);
}

#[test]
fn a_client_that_is_not_asked_for_a_certificate_asks_nobody() {
    let world = World::new();
    let server = ServerConfig::builder(provider()).credential(local(&world.server));
    let mut pair = pair_of(world.client_config().ask_credential(), server);
    run(&mut pair, &mut Elsewhere::nobody(), &mut Elsewhere::nobody());
    pair.assert_connected();
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::NotRequested);
}

#[test]
fn both_ends_sign_with_keys_that_are_elsewhere() {
    for (algorithm, scheme) in
        [(&PKCS_ED25519, SignatureScheme::ed25519), (&PKCS_ECDSA_P384_SHA384, SignatureScheme::ecdsa_secp384r1_sha384)]
    {
        let pki = Pki::with("signed elsewhere", algorithm);
        let world = World { server: pki.server("server.test"), client: pki.client("robot.test"), pki };
        let client = client_without_credential(&world).credential(external(&world.client, &world.pki, scheme));
        let auth = ClientAuth::require(world.anchors(), Allow::dns("robot.test"));
        let server = ServerConfig::builder(provider()).client_auth(auth);
        let mut pair = pair_of(client, server.credential(external(&world.server, &world.pki, scheme)));
        let (mut client, mut server) = (signer(&world.client), signer(&world.server));
        run(&mut pair, &mut client, &mut server);
        pair.assert_connected();
        assert_eq!((client.asked.len(), server.asked.len()), (1, 1));
        assert_eq!(pair.server.conn.negotiated().peer_scheme, Some(scheme));
        assert_eq!(pair.client.conn.negotiated().peer_scheme, Some(scheme));
        for (side, signer) in [("client", &client), ("server", &server)] {
            let Question::Sign { scheme: asked, content } = &signer.asked[0] else { panic!() };
            let context = format!("{}TLS 1.3, {side} CertificateVerify\0", " ".repeat(64));
            assert_eq!(*asked, scheme);
            assert!(content.starts_with(context.as_bytes()));
        }
    }
}

#[test]
fn a_signature_of_another_key_is_found_out_by_the_peer() {
    let world = World::new();
    let stranger = world.pki.client("robot.test");
    let scheme = SignatureScheme::ecdsa_secp256r1_sha256;
    let client = client_without_credential(&world).credential(external(&world.client, &world.pki, scheme));
    let mut pair = pair_of(client, world.server_config());
    run(&mut pair, &mut signer(&stranger), &mut Elsewhere::nobody());
    assert_eq!(refused(&pair.server), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(&pair.client), AlertDescription::decrypt_error);

    let auth = ClientAuth::none();
    let server = ServerConfig::builder(provider()).client_auth(auth);
    let server = server.credential(external(&world.server, &world.pki, scheme));
    let mut pair = pair_of(world.client_config(), server);
    run(&mut pair, &mut Elsewhere::nobody(), &mut signer(&stranger));
    assert_eq!(refused(&pair.client), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(&pair.server), AlertDescription::decrypt_error);
}

#[test]
fn chains_are_judged_elsewhere_without_anchor_or_allow_list() {
    let world = World::new();
    let client = ClientConfig::builder(provider()).credential(local(&world.client)).ask_chain();
    let nobody = ClientAuth::require(Anchors::default(), Allow::nobody());
    let server = ServerConfig::builder(provider()).credential(local(&world.server)).client_auth(nobody).ask_chain();
    let mut pair = pair_of(client, server);
    let (mut client, mut server) = (judge(Ok(())), judge(Ok(())));
    run(&mut pair, &mut client, &mut server);
    pair.assert_connected();
    let chain = |of: &Chain| Question::Chain(vec![of.leaf.der.clone(), world.pki.intermediate.der.clone()]);
    assert_eq!(client.asked, [chain(&world.server)]);
    assert_eq!(server.asked, [chain(&world.client)]);
    assert_eq!((server_names(&pair), client_names(&pair)), (vec!["server.test"], vec!["robot.test"]));
}

#[test]
fn a_chain_accepted_elsewhere_still_has_to_prove_its_key() {
    let world = World::new();
    let scheme = SignatureScheme::ecdsa_secp256r1_sha256;
    let client = client_without_credential(&world).credential(external(&world.client, &world.pki, scheme));
    let mut pair = pair_of(client, world.server_config().ask_chain());
    let stranger = world.pki.client("robot.test");
    run(&mut pair, &mut signer(&stranger), &mut judge(Ok(())));
    assert_eq!(refused(&pair.server), (Reason::SignatureBad, StateName::WaitCv));
    assert!(pair.server.conn.peer().is_none());
}

// [4.4.2.4-3]
#[test]
fn a_chain_refused_elsewhere_ends_with_the_alert_of_its_reason() {
    let world = World::new();
    for (reason, alert) in [
        (Reason::CertificateExpired, AlertDescription::certificate_expired),
        (Reason::CertificateIssuerUnknown, AlertDescription::unknown_ca),
        (Reason::CertificateRefused, AlertDescription::certificate_unknown),
        (Reason::PeerNotAllowed, AlertDescription::access_denied),
    ] {
        let mut pair = pair_of(world.client_config().ask_chain(), world.server_config());
        run(&mut pair, &mut judge(Err(reason)), &mut Elsewhere::nobody());
        assert_eq!(refused(&pair.client), (reason, StateName::WaitCert));
        assert_eq!(told(&pair.server), alert);
        assert_eq!(pair.client.conn.claimed_peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);

        let mut pair = pair_of(world.client_config(), world.server_config().ask_chain());
        run(&mut pair, &mut Elsewhere::nobody(), &mut judge(Err(reason)));
        assert_eq!(refused(&pair.server), (reason, StateName::WaitCert));
        assert_eq!(told(&pair.client), alert);
        assert_eq!(pair.server.conn.claimed_peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
    }
}

#[test]
fn a_verdict_that_is_not_about_certificates_counts_as_refused_by_the_application() {
    let world = World::new();
    let mut pair = pair_of(world.client_config().ask_chain(), world.server_config());
    run(&mut pair, &mut judge(Err(Reason::FinishedMismatch)), &mut Elsewhere::nobody());
    assert_eq!(refused(&pair.client), (Reason::CertificateRefused, StateName::WaitCert));
    assert_eq!(told(&pair.server), AlertDescription::certificate_unknown);
}

#[test]
fn a_wrong_answer_is_misuse_and_changes_nothing() {
    let world = World::new();
    let mut pair = pair_of(world.client_config().ask_chain(), world.server_config().ask_credential());
    pair.run();
    let question = asked(&mut pair.server);
    misused(&mut pair.server, Answer::Chain(Ok(())));
    misused(&mut pair.server, Answer::Signature(&[1]));
    assert_eq!(pair.server.conn.state(), StateName::RecvdCh);
    assert!(pair.server.tx.is_empty() && pair.server.conn.error().is_none());
    assert_eq!(asked(&mut pair.server), question);
    answer(&mut pair.server, &show(local(&world.server)));
    pair.run();

    let question = asked(&mut pair.client);
    misused(&mut pair.client, Answer::Credential(None));
    misused(&mut pair.client, Answer::Signature(&[]));
    assert_eq!(pair.client.conn.expects(), [Kind::Certificate]);
    assert_eq!(asked(&mut pair.client), question);
    answer(&mut pair.client, &Reply::Chain(Ok(())));
    pair.run();
    pair.assert_connected();
}

#[test]
fn an_answer_to_a_question_that_was_not_put_is_misuse() {
    let world = World::new();
    // Nobody stops for a question: every verdict is the configuration's.
    let mut client = world.client_config().anchors(Anchors::from_pem(Pki::new("other").root.pem.as_bytes()).unwrap());
    client = client.schemes([SignatureScheme::ecdsa_secp256r1_sha256].to_vec());
    let mut pair = pair_of(client, world.server_config());
    let give = |end: &mut End<_, Provider>| {
        misused(end, Answer::Credential(None));
        misused(end, Answer::Chain(Ok(())));
        misused(end, Answer::Signature(&[]));
    };
    give(&mut pair.client);
    pair.client.drive();
    pair.client.tx.move_to(&mut pair.server.rx);
    pair.server.drive();
    pair.server.tx.move_to(&mut pair.client.rx);
    // One arrow at a time, with everything that the server sent already there.
    while !pair.client.conn.expects().contains(&Kind::Certificate) {
        give(&mut pair.client);
        assert!(matches!(pair.client.conn.step(&mut pair.client.rx, &mut pair.client.tx), Ok(Event::Moved { .. })));
    }
    give(&mut pair.client);
    pair.client.drive();
    assert_eq!(refused(&pair.client).0, Reason::CertificateIssuerUnknown);
    give(&mut pair.client);
}

#[test]
fn an_answer_is_good_once() {
    let world = World::new();
    let mut pair = pair_of(world.client_config().ask_chain(), world.server_config());
    pair.run();
    answer(&mut pair.client, &Reply::Chain(Ok(())));
    misused(&mut pair.client, Answer::Chain(Ok(())));
    pair.run();
    pair.assert_connected();
}

#[test]
fn a_connection_moves_to_another_thread_between_question_and_answer() {
    let world = World::new();
    let mut pair = pair_of(world.client_config().ask_chain(), world.server_config().ask_credential());
    pair.run();
    let reply = show(local(&world.server));
    let mut server = pair.server;
    server = std::thread::spawn(move || {
        answer(&mut server, &reply);
        server
    })
    .join()
    .unwrap();
    pair.server = server;
    pair.run();
    let mut client = pair.client;
    client = std::thread::spawn(move || {
        answer(&mut client, &Reply::Chain(Ok(())));
        client
    })
    .join()
    .unwrap();
    pair.client = client;
    pair.run();
    pair.assert_connected();
}

// [6066-3-3]
#[test]
fn a_server_without_a_credential_for_the_name_says_unrecognized_name() {
    let world = World::new();
    let mut pair = pair_of(world.client_config(), world.server_config().ask_credential());
    run(&mut pair, &mut Elsewhere::nobody(), &mut Elsewhere::new(|_| Reply::Credential(None)));
    assert_eq!(refused(&pair.server), (Reason::ServerNameUnknown, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::unrecognized_name);
}

#[test]
fn a_credential_chosen_elsewhere_that_cannot_sign_for_the_peer_is_not_shown() {
    let pki = Pki::with("edwards", &PKCS_ED25519);
    let (server, client) = (pki.server("server.test"), pki.client("robot.test"));
    let world = World::new();
    let only_p256 = [SignatureScheme::ecdsa_secp256r1_sha256].to_vec();

    let mut pair = pair_of(world.client_config().schemes(only_p256.clone()), world.server_config().ask_credential());
    run(&mut pair, &mut Elsewhere::nobody(), &mut Elsewhere::new(move |_| show(local(&server))));
    assert_eq!(refused(&pair.server), (Reason::NoCommonScheme, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::handshake_failure);

    let mut pair = pair_of(world.client_config().ask_credential(), server_that_requests(&world).schemes(only_p256));
    run(&mut pair, &mut Elsewhere::new(move |_| show(local(&client))), &mut Elsewhere::nobody());
    pair.assert_connected();
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::NothingSent(WhyNothingSent::NoCommonScheme));
}

#[test]
fn a_client_that_declines_sends_an_empty_certificate_and_keeps_the_reason() {
    let world = World::new();
    let declined = || Elsewhere::new(|_| Reply::Credential(None));
    let mut pair = pair_of(world.client_config().ask_credential(), server_that_requests(&world));
    run(&mut pair, &mut declined(), &mut Elsewhere::nobody());
    pair.assert_connected();
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::NothingSent(WhyNothingSent::Declined));
    assert_eq!(pair.server.conn.client_auth(), ClientAuthState::NothingSent(WhyNothingSent::Unknown));
    assert!(pair.server.conn.peer().is_none());
    assert!(pair.client.seen.events.contains(&"send Certificate".to_owned()));
    assert!(!pair.client.seen.events.contains(&"send CertificateVerify".to_owned()));

    let mut pair = pair_of(world.client_config().ask_credential(), world.server_config());
    run(&mut pair, &mut declined(), &mut Elsewhere::nobody());
    assert_eq!(refused(&pair.server), (Reason::ClientCertificateMissing, StateName::WaitCert));
    let alert = AlertDescription::certificate_required;
    assert_eq!(told(&pair.client), alert);
    let refused = ClientAuthState::Refused { alert, nothing_sent: Some(WhyNothingSent::Declined) };
    assert_eq!(pair.client.conn.client_auth(), refused);
}
