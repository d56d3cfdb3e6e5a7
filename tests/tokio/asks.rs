//! Questions are answered by asynchronous code.

use super::util::pair::World;
use super::util::pki::Chain;
use super::util::provider::{self, local, provider};
use super::{NOW, Provider, client, run, server};
use std::sync::Arc;
use symbolon::io::tokio::{Cause, Handshake, Reply};
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::{
    Allow, Ask, ClientAuth, ClientConfig, ClientWith, Credential, Error, Misuse, Reason, ServerConfig, ServerName,
    ServerWith, SignRequest, Signing, StateName, UnixTime,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::sync::{mpsc, oneshot};

const SCHEME: SignatureScheme = SignatureScheme::ecdsa_secp256r1_sha256;

/// A task that holds a key, and signs what it is sent.
#[derive(Clone)]
struct Vault(mpsc::Sender<(SignRequest, oneshot::Sender<Vec<u8>>)>);

impl Vault {
    fn new(chain: &Chain) -> Self {
        let key = provider::signer(&chain.leaf.key.serialize_der());
        let (requests, mut inbox) = mpsc::channel::<(SignRequest, oneshot::Sender<Vec<u8>>)>(1);
        tokio::spawn(async move {
            while let Some((request, reply)) = inbox.recv().await {
                tokio::task::yield_now().await;
                let mut signature = vec![0; 512];
                let len = key.sign(request.scheme, request.content.as_ref(), &mut signature).unwrap();
                signature.truncate(len);
                reply.send(signature).unwrap();
            }
        });
        Self(requests)
    }

    async fn sign(&self, request: SignRequest) -> Vec<u8> {
        let (reply, signature) = oneshot::channel();
        self.0.send((request, reply)).await.unwrap();
        signature.await.unwrap()
    }
}

/// The chain, with its key elsewhere.
fn external(chain: &Chain, world: &World) -> Credential {
    let der = [&chain.leaf.der, &world.pki.intermediate.der];
    Credential::new(der, Signing::External(vec![SCHEME].into())).unwrap()
}

fn client_of(config: ClientConfig<Provider>) -> ClientWith<'static, Provider> {
    ClientWith::new(Arc::new(config), ServerName::dns("server.test").unwrap().into_owned(), UnixTime(NOW))
}

fn server_of(config: ServerConfig<Provider>) -> ServerWith<'static, Provider> {
    ServerWith::new(Arc::new(config), UnixTime(NOW))
}

#[test]
fn both_ends_sign_with_keys_that_other_tasks_hold() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(700);
        let (robots, servers) = (Vault::new(&world.client), Vault::new(&world.server));
        let conn = server_of(world.server_config_of(external(&world.server, &world)).build().unwrap());
        let server = tokio::spawn(async move {
            let mut asked = 0;
            let mut handshake = Handshake::new(conn, b);
            while let Some(ask) = handshake.question().await {
                let Ask::Sign(request) = ask else { panic!("{ask:?}") };
                asked += 1;
                let signature = servers.sign(request).await;
                handshake.answer(Reply::Signature(signature)).unwrap();
            }
            let mut tls = handshake.complete().await.unwrap();
            let name = tls.conn().peer().unwrap().dns().next().unwrap().to_owned();
            tls.write_all(name.as_bytes()).await.unwrap();
            tls.shutdown().await.unwrap();
            asked
        });
        let conn = client_of(world.client_config_of(external(&world.client, &world)).build().unwrap());
        let client = tokio::spawn(async move {
            let mut handshake = Handshake::new(conn, a);
            while let Some(ask) = handshake.question().await {
                let Ask::Sign(request) = ask else { panic!("{ask:?}") };
                let signature = robots.sign(request).await;
                handshake.answer(Reply::Signature(signature)).unwrap();
            }
            let mut tls = handshake.complete().await.unwrap();
            let mut heard = String::new();
            tls.read_to_string(&mut heard).await.unwrap();
            heard
        });
        assert_eq!(client.await.unwrap(), "robot.test");
        assert_eq!(server.await.unwrap(), 1);
    });
}

#[test]
fn chains_are_judged_by_tasks_that_borrow_them_while_they_wait() {
    let world = World::new();
    for verdict in [Ok(()), Err(Reason::CertificateExpired)] {
        run(async {
            let (a, b) = duplex(700);
            let nobody = ClientAuth::require(symbolon::Anchors::default(), Allow::nobody());
            let config = ServerConfig::builder(provider()).credential(local(&world.server)).client_auth(nobody);
            let conn = server_of(config.ask_chain().build().unwrap());
            let leaf = world.client.leaf.der.clone();
            let server = tokio::spawn(async move {
                let mut handshake = Handshake::new(conn, b);
                while let Some(ask) = handshake.question().await {
                    let Ask::PeerChain(chain) = ask else { panic!("{ask:?}") };
                    tokio::task::yield_now().await;
                    let entries: Vec<_> = chain.certificate_list.iter().collect();
                    assert_eq!((entries.len(), entries[0].cert_data), (2, &leaf[..]));
                    handshake.answer(Reply::Chain(verdict)).unwrap();
                }
                handshake.complete().await.map(|tls| tls.conn().peer().unwrap().to_string())
            });
            let mut client = Handshake::new(client(&world), a).complete().await.unwrap();
            let served = server.await.unwrap();
            let read = client.read(&mut [0]).await.unwrap_err();
            match verdict {
                Ok(()) => assert!(served.unwrap().contains("robot.test")),
                Err(reason) => {
                    let Cause::Tls(Error::Refused(refusal)) = served.err().unwrap().cause else { panic!() };
                    assert_eq!((refusal.reason, refusal.state), (reason, StateName::WaitCert));
                    let Error::PeerAlert(alert) = super::error(&read) else { panic!("{read}") };
                    assert_eq!(alert.description, AlertDescription::certificate_expired);
                }
            }
        });
    }
}

#[test]
fn a_credential_is_chosen_for_a_hello_that_is_still_borrowed() {
    let world = World::new();
    let other = world.pki.server("other.test");
    run(async {
        let (a, b) = duplex(700);
        let conn = server_of(world.server_config().ask_credential().build().unwrap());
        let served = tokio::spawn(async move {
            let mut handshake = Handshake::new(conn, b);
            while let Some(ask) = handshake.question().await {
                let Ask::ClientHello(hello) = ask else { panic!("{ask:?}") };
                tokio::task::yield_now().await;
                let named = hello.extensions.server_name == Some(b"other.test");
                let credential = named.then(|| Arc::new(local(&other)).into());
                handshake.answer(Reply::Credential(credential)).unwrap();
            }
            handshake.complete().await.unwrap();
        });
        let config = world.client_config().build().unwrap();
        let conn = ClientWith::new(&config, ServerName::dns("other.test").unwrap(), UnixTime(NOW));
        let tls = Handshake::new(conn, a).complete().await.unwrap();
        assert_eq!(tls.conn().peer().unwrap().dns().collect::<Vec<_>>(), ["other.test"]);
        served.await.unwrap();
    });
}

#[test]
fn a_client_chooses_a_credential_for_the_request_that_it_has_not_let_go() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(700);
        let served = tokio::spawn(Handshake::new(server(&world), b).complete());
        let config = ClientConfig::builder(provider()).anchors(world.anchors()).ask_credential();
        let mut handshake = Handshake::new(client_of(config.build().unwrap()), a);
        let mut asked = 0;
        while let Some(ask) = handshake.question().await {
            let Ask::CertificateRequest(request) = ask else { panic!("{ask:?}") };
            asked += 1;
            tokio::task::yield_now().await;
            let signs = request.extensions.signature_algorithms.unwrap().iter().any(|scheme| scheme == SCHEME);
            let credential = signs.then(|| Arc::new(local(&world.client)).into());
            handshake.answer(Reply::Credential(credential)).unwrap();
        }
        let _tls = handshake.complete().await.unwrap();
        let peer = served.await.unwrap().unwrap();
        assert_eq!((asked, peer.conn().peer().unwrap().dns().next()), (1, Some("robot.test")));
    });
}

#[test]
fn a_question_without_an_answer_ends_the_handshake_and_tells_the_peer() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(1);
        let conn = client_of(world.client_config().ask_chain().build().unwrap());
        let (failed, served) =
            tokio::join!(Handshake::new(conn, a).complete(), Handshake::new(server(&world), b).complete());
        let failed = failed.err().unwrap();
        assert!(matches!(failed.cause, Cause::Unanswered(Misuse::AnswerDoesNotFit)), "{failed}");
        let Cause::Tls(Error::PeerAlert(alert)) = served.err().unwrap().cause else { panic!() };
        assert_eq!(alert.description, AlertDescription::close_notify);
    });
}

#[test]
fn a_wrong_answer_changes_nothing_and_the_question_is_put_again() {
    let world = World::new();
    run(async {
        let (a, b) = duplex(5000);
        let served = tokio::spawn(Handshake::new(server(&world), b).complete());
        let mut handshake = Handshake::new(client_of(world.client_config().ask_chain().build().unwrap()), a);
        for _ in 0..2 {
            assert!(matches!(handshake.question().await, Some(Ask::PeerChain(_))));
            assert_eq!(handshake.answer(Reply::Signature(vec![1])), Err(Misuse::AnswerDoesNotFit));
        }
        assert!(handshake.question().await.is_some());
        handshake.answer(Reply::Chain(Ok(()))).unwrap();
        assert!(handshake.question().await.is_none());
        assert!(handshake.complete().await.unwrap().conn().is_connected());
        served.await.unwrap().unwrap();
    });
}
