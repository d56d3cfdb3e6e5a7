//! A client that nobody helps: which of its credentials it shows, and why none.

use super::util::pair::{Pair, World};
use super::util::pki::{PKCS_ED25519, Pki};
use super::util::provider::{Provider, provider};
use super::{client_names, client_without_credential, local, pair_of, refused, told};
use symbolon::config::ServerConfigBuilder;
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::{
    Allow, Anchors, AuthorityHints, ClientAuth, ClientAuthState, Reason, ServerConfig, StateName, WhyNothingSent,
};

/// Three PKIs that the server trusts or not, with a client of each.
struct Choices {
    world: World,
    ours: Pki,
    theirs: Pki,
    edwards: Pki,
}

impl Choices {
    fn new() -> Self {
        let edwards = Pki::with("edwards", &PKCS_ED25519);
        Self { world: World::new(), ours: Pki::new("ours"), theirs: Pki::new("theirs"), edwards }
    }

    /// What a server says to a client with a credential of each of `pkis`, in this order.
    fn meet(
        &self,
        pkis: &[&Pki],
        hints: AuthorityHints,
        change: impl FnOnce(ServerConfigBuilder<Provider>) -> ServerConfigBuilder<Provider>,
    ) -> Pair {
        let mut client = client_without_credential(&self.world).authority_hints(hints);
        for (at, pki) in pkis.iter().enumerate() {
            client = client.credential(local(&pki.client(&format!("robot-{at}.test"))));
        }
        let trusted = [&self.theirs, &self.edwards].map(|pki| pki.root.pem.as_str()).concat();
        let auth = ClientAuth::request(Anchors::from_pem(trusted.as_bytes()).unwrap(), Allow::anyone());
        let server = ServerConfig::builder(provider()).credential(local(&self.world.server)).client_auth(auth);
        let mut pair = pair_of(client, change(server));
        pair.run();
        pair
    }

    fn only(scheme: SignatureScheme) -> impl FnOnce(ServerConfigBuilder<Provider>) -> ServerConfigBuilder<Provider> {
        move |server| server.schemes(vec![scheme])
    }
}

// [4.2.4-1]
#[test]
fn client_chooses_the_first_credential_under_an_authority_that_the_server_names() {
    let c = Choices::new();
    for hints in [AuthorityHints::Prefer, AuthorityHints::Require] {
        let pair = c.meet(&[&c.ours, &c.theirs, &c.theirs], hints, |server| server);
        pair.assert_connected();
        assert_eq!(client_names(&pair), ["robot-1.test"]);
    }
}

#[test]
fn client_chooses_by_scheme_before_it_looks_at_authorities() {
    let c = Choices::new();
    let only = || Choices::only(SignatureScheme::ed25519);
    let pair = c.meet(&[&c.theirs, &c.ours, &c.edwards], AuthorityHints::Prefer, only());
    pair.assert_connected();
    assert_eq!(client_names(&pair), ["robot-2.test"]);
    assert_eq!(pair.client.conn.negotiated().own_scheme, Some(SignatureScheme::ed25519));
}

#[test]
fn client_shows_its_first_credential_if_the_server_names_no_authority() {
    let c = Choices::new();
    let quiet = |server: ServerConfigBuilder<Provider>| {
        let trusted = Anchors::from_pem(c.ours.root.pem.as_bytes()).unwrap();
        server.client_auth(ClientAuth::request(trusted, Allow::anyone()).send_authorities(false))
    };
    let pair = c.meet(&[&c.ours, &c.theirs], AuthorityHints::Require, quiet);
    pair.assert_connected();
    assert_eq!(client_names(&pair), ["robot-0.test"]);
}

#[test]
fn client_that_only_prefers_authorities_lets_the_server_say_what_it_thinks() {
    let c = Choices::new();
    let pair = c.meet(&[&c.ours], AuthorityHints::Prefer, |server| server);
    assert_eq!(refused(&pair.server), (Reason::CertificateIssuerUnknown, StateName::WaitCert));
    let alert = AlertDescription::unknown_ca;
    assert_eq!(told(&pair.client), alert);
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::Refused { alert, nothing_sent: None });
}

#[test]
fn client_keeps_why_it_sent_no_certificate() {
    let c = Choices::new();
    let why = |pair: Pair| {
        pair.assert_connected();
        assert_eq!(pair.server.conn.client_auth(), ClientAuthState::NothingSent(WhyNothingSent::Unknown));
        assert!(pair.server.conn.peer().is_none());
        match pair.client.conn.client_auth() {
            ClientAuthState::NothingSent(why) => why,
            other => panic!("{other:?}"),
        }
    };
    let same = |server| server;
    assert_eq!(why(c.meet(&[], AuthorityHints::Prefer, same)), WhyNothingSent::NoCredential);
    assert_eq!(why(c.meet(&[&c.ours], AuthorityHints::Require, same)), WhyNothingSent::NoCommonAuthority);
    let only = Choices::only(SignatureScheme::ed25519);
    assert_eq!(why(c.meet(&[&c.ours, &c.theirs], AuthorityHints::Prefer, only)), WhyNothingSent::NoCommonScheme);
}
