//! Which credential is shown: scheme, authority, name, order.

use super::util::pair::{End, Pair, World};
use super::util::pki::{Chain, For, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};
use super::util::provider::{Provider, lacks_rsa, local, provider};
use super::{choice_events, chosen, pair_of, refused, sent, told};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, CertificateRequest, HandshakeType, NamedGroup, Parse, SignatureScheme};
use symbolon::{
    Allow, Anchors, Answer, Ask, AuthorityHints, ClientAuth, ClientAuthState, ClientConfig, ConfigError, Credential,
    Event, Reason, ServerConfig, SignRequest, Signing, StateName, WhyNothingSent,
};

const P256: SignatureScheme = SignatureScheme::ecdsa_secp256r1_sha256;
const P384: SignatureScheme = SignatureScheme::ecdsa_secp384r1_sha384;
const ED25519: SignatureScheme = SignatureScheme::ed25519;

/// Two PKIs, and a server with a certificate of each; a client trusts the second alone.
struct Two {
    first: Pki,
    second: Pki,
}

impl Two {
    fn new() -> Self {
        Self { first: Pki::new("first"), second: Pki::new("second") }
    }

    fn client(&self, send_authorities: bool) -> ClientConfigBuilder<Provider> {
        let anchors = Anchors::from_pem(self.second.root.pem.as_bytes()).unwrap();
        ClientConfig::builder(provider()).anchors(anchors).send_authorities(send_authorities)
    }

    fn server(&self, change: impl Fn(Credential) -> Credential) -> ServerConfigBuilder<Provider> {
        let of = |pki: &Pki| change(local(&pki.server("server.test")));
        ServerConfig::builder(provider()).credential(of(&self.first)).credential(of(&self.second))
    }
}

// [4.2.4-1] [4.2.4-2] [4.4.2.2-4]
#[test]
fn server_shows_a_credential_under_an_authority_that_the_client_names() {
    let two = Two::new();
    for hints in [AuthorityHints::Prefer, AuthorityHints::Require] {
        let mut pair = pair_of(two.client(true), two.server(|c| c).authority_hints(hints));
        pair.run();
        pair.assert_connected();
    }
    let mut pair = pair_of(two.client(false), two.server(|c| c));
    pair.run();
    assert_eq!(refused(&pair.client), (Reason::CertificateIssuerUnknown, StateName::WaitCertCr));
    assert_eq!(choice_events(&pair.server.seen), [chosen(0, 2, P256)], "without the names it can't know");
}

#[test]
fn server_without_a_credential_under_an_authority_fails_only_if_it_must_match() {
    let two = Two::new();
    let server = |hints: AuthorityHints| {
        let credential = local(&two.first.server("server.test")).authority_hints(hints);
        ServerConfig::builder(provider()).credential(credential)
    };
    let mut pair = pair_of(two.client(true), server(AuthorityHints::Require));
    pair.run();
    assert_eq!(refused(&pair.server), (Reason::NoCommonAuthority, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::handshake_failure);
    assert_eq!(choice_events(&pair.server.seen), ["CredentialUnfit { at: 0, why: Authority }"]);

    let mut pair = pair_of(two.client(true), server(AuthorityHints::Prefer));
    pair.run();
    assert_eq!(refused(&pair.client), (Reason::CertificateIssuerUnknown, StateName::WaitCertCr));

    // Who names no authority takes all.
    let mut pair = pair_of(two.client(false), server(AuthorityHints::Require));
    pair.run();
    assert_eq!(choice_events(&pair.server.seen), [chosen(0, 1, P256)]);
}

#[test]
fn a_credential_that_must_match_stands_back_for_one_that_need_not() {
    let world = World::new();
    let stranger = Pki::new("stranger");
    let strict = local(&stranger.client("strict.test")).authority_hints(AuthorityHints::Require);
    let lenient = local(&world.client);
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).credential(strict).credential(lenient);
    let mut pair = pair_of(client, world.server_config());
    pair.run();
    pair.assert_connected();
    assert_eq!(choice_events(&pair.client.seen), ["CredentialUnfit { at: 0, why: Authority }", &chosen(1, 2, P256)]);
    assert_eq!(pair.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
}

#[test]
fn a_credential_has_the_last_word_over_the_hints_of_its_configuration() {
    let world = World::new();
    let stranger = Pki::new("stranger");
    let lenient = local(&stranger.client("lenient.test")).authority_hints(AuthorityHints::Prefer);
    let client = ClientConfig::builder(provider())
        .anchors(world.anchors())
        .authority_hints(AuthorityHints::Require)
        .credential(lenient);
    let mut pair = pair_of(client, world.server_config());
    pair.run();
    assert_eq!(refused(&pair.server), (Reason::CertificateIssuerUnknown, StateName::WaitCert), "it was sent");
}

/// A world whose leaves have keys of another kind than the rest.
fn keyed(algorithm: &'static rcgen::SignatureAlgorithm, name: &str) -> (Pki, Chain) {
    let pki = Pki::with(name, algorithm);
    let chain = pki.server("server.test");
    (pki, chain)
}

// [4.4.2.2-2] [4.4.3-6]
#[test]
fn a_key_is_chosen_by_the_curve_of_its_scheme_and_not_by_the_groups() {
    let (pki, chain) = keyed(&PKCS_ECDSA_P384_SHA384, "p384");
    let other = Pki::new("p256").server("server.test");
    let client = ClientConfig::builder(provider())
        .anchors(Anchors::from_pem(pki.root.pem.as_bytes()).unwrap())
        .groups([NamedGroup::x25519].to_vec())
        .schemes([P384].to_vec());
    let server = ServerConfig::builder(provider()).credential(local(&other)).credential(local(&chain));
    let mut pair = pair_of(client, server);
    pair.run();
    pair.assert_connected();
    assert_eq!(choice_events(&pair.server.seen), ["CredentialUnfit { at: 0, why: Scheme }", &chosen(1, 2, P384)]);
}

#[test]
fn the_first_credential_that_fits_is_shown_whatever_the_peer_likes_better() {
    let world = World::new();
    let (_, edwards) = keyed(&PKCS_ED25519, "edwards");
    let server = ServerConfig::builder(provider()).credential(local(&world.server)).credential(local(&edwards));
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).schemes([ED25519, P256].to_vec());
    let mut pair = pair_of(client, server);
    pair.run();
    pair.assert_connected();
    assert_eq!(choice_events(&pair.server.seen), [chosen(0, 2, P256)]);
}

#[test]
fn a_name_counts_for_more_than_an_authority() {
    let two = Two::new();
    let server = ServerConfig::builder(provider())
        .credential(local(&two.second.server("other.test")))
        .credential(local(&two.first.server("server.test")));
    let mut pair = pair_of(two.client(true), server);
    pair.run();
    assert_eq!(choice_events(&pair.server.seen), [chosen(1, 2, P256)]);
}

#[test]
fn a_scheme_of_another_curve_than_the_key_is_never_signed_with() {
    let world = World::new();
    let chain = [&world.server.leaf.der, &world.pki.intermediate.der];
    // Whoever lists the schemes of a key that is elsewhere can be wrong about it.
    let credential = Credential::new(chain, Signing::External(vec![P384, ED25519].into())).unwrap();
    let mut pair = pair_of(world.client_config(), ServerConfig::builder(provider()).credential(credential));
    pair.run();
    assert_eq!(refused(&pair.server), (Reason::NoCommonScheme, StateName::RecvdCh));
    assert_eq!(told(&pair.client), AlertDescription::handshake_failure);
}

#[test]
fn a_credential_signs_with_no_other_schemes_than_it_is_told() {
    let world = World::new();
    let server = |schemes: &[SignatureScheme]| {
        let credential = local(&world.server).sign_with(schemes);
        ServerConfig::builder(provider()).credential(credential)
    };
    let mut pair = pair_of(world.client_config(), server(&[SignatureScheme(0x0a0a), P384, P256]));
    pair.run();
    pair.assert_connected();
    for schemes in [&[P384, SignatureScheme::rsa_pkcs1_sha256][..], &[]] {
        let mut pair = pair_of(world.client_config(), server(schemes));
        pair.run();
        assert_eq!(refused(&pair.server), (Reason::NoCommonScheme, StateName::RecvdCh), "{schemes:?}");
    }
}

/// A public key of RSA whose private half nobody has.
struct Rsa;

impl rcgen::PublicKeyData for Rsa {
    fn der_bytes(&self) -> &[u8] {
        // RSAPublicKey: a modulus of 2048 bits, and 65537.
        const KEY: [u8; 270] = {
            let mut key = [0xa5; 270];
            let head = [0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1, 0];
            let mut n = 0;
            while n < head.len() {
                key[n] = head[n];
                n += 1;
            }
            let tail = [2, 3, 1, 0, 1];
            n = 0;
            while n < tail.len() {
                key[265 + n] = tail[n];
                n += 1;
            }
            key
        };
        &KEY
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// The scheme that a server with a key of RSA is to sign with, for a client that lists `offered`.
fn asked_to_sign(change: impl FnOnce(Credential) -> Credential, offered: &[SignatureScheme]) -> SignatureScheme {
    let world = World::new();
    let leaf = world.pki.certify("server.test", For::Server, &Rsa);
    let all = [
        SignatureScheme::rsa_pss_rsae_sha256,
        SignatureScheme::rsa_pss_rsae_sha384,
        SignatureScheme::rsa_pss_rsae_sha512,
    ];
    let chain = [leaf.der().to_vec(), world.pki.intermediate.der.clone()];
    let credential = change(Credential::new(chain, Signing::External(all.to_vec().into())).unwrap());
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).schemes(offered.to_vec());
    let mut pair = pair_of(client, ServerConfig::builder(provider()).credential(credential));
    pair.run();
    match pair.server.conn.step(&mut pair.server.rx, &mut pair.server.tx) {
        Ok(Event::Ask(Ask::Sign(SignRequest { scheme, .. }))) => scheme,
        other => panic!("{other:?}"),
    }
}

// [4.2.3-1]
#[test]
fn the_peers_order_of_schemes_decides_unless_the_credential_has_one() {
    if lacks_rsa("several schemes for one key") {
        return;
    }
    use SignatureScheme as S;
    let offered = [S::rsa_pss_rsae_sha512, S::rsa_pss_rsae_sha256];
    assert_eq!(asked_to_sign(|c| c, &offered), S::rsa_pss_rsae_sha512);
    let ours = [S::rsa_pss_rsae_sha384, S::rsa_pkcs1_sha256, S::rsa_pss_rsae_sha256, S::rsa_pss_rsae_sha512];
    assert_eq!(asked_to_sign(|c| c.sign_with(ours), &offered), S::rsa_pss_rsae_sha256);
}

/// What a client that shows nothing of its credential does.
fn unfit_client(change: impl FnOnce(ClientConfigBuilder<Provider>) -> ClientConfigBuilder<Provider>) -> Pair {
    let world = World::new();
    let client = change(ClientConfig::builder(provider()).anchors(world.anchors()));
    let auth = ClientAuth::request(world.anchors(), Allow::anyone());
    let server =
        ServerConfig::builder(provider()).credential(local(&world.server)).client_auth(auth).schemes([P256].to_vec());
    let mut pair = pair_of(client, server);
    pair.run();
    pair
}

// [4.4.2-3]
#[test]
fn client_that_is_never_anonymous_fails_where_another_sends_an_empty_certificate() {
    let edwards = Pki::with("edwards", &PKCS_ED25519);
    let stranger = Pki::new("stranger");
    let strict = || local(&stranger.client("strict.test")).authority_hints(AuthorityHints::Require);
    let other_scheme = || local(&edwards.client("robot.test"));

    let pair = unfit_client(|client| client.credential(other_scheme()).credential(strict()));
    pair.assert_connected();
    let why = ClientAuthState::NothingSent(WhyNothingSent::NoCommonAuthority);
    assert_eq!(pair.client.conn.client_auth(), why, "what came closest is told");

    for (credential, reason) in [(other_scheme(), Reason::NoCommonScheme), (strict(), Reason::NoCommonAuthority)] {
        let pair = unfit_client(|client| client.credential(credential).never_anonymous(true));
        assert_eq!(refused(&pair.client), (reason, StateName::WaitCertCr));
        assert_eq!(told(&pair.server), AlertDescription::handshake_failure);
    }
}

#[test]
fn an_application_may_still_choose_to_be_anonymous() {
    let mut pair = unfit_client(|client| client.ask_credential().never_anonymous(true));
    let End { conn, rx, tx, .. } = &mut pair.client;
    conn.answer(Answer::Credential(None), rx, tx).unwrap().unwrap();
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.client.conn.client_auth(), ClientAuthState::NothingSent(WhyNothingSent::Declined));
}

#[test]
fn a_client_that_is_never_anonymous_needs_a_credential() {
    let config = ClientConfig::builder(provider()).never_anonymous(true).build();
    assert_eq!(config.err(), Some(ConfigError::Empty("credentials")));
}

// [4.2.4-2]
#[test]
fn server_names_other_authorities_than_its_anchors_if_it_is_told_to() {
    let world = World::new();
    let names = [Pki::new("one").root.der, Pki::new("two").root.der]
        .map(|der| symbolon::x509::Certificate::parse(&der).unwrap().subject().der().to_vec());
    let named = |auth: ClientAuth| -> Option<Vec<Vec<u8>>> {
        let mut pair = pair_of(world.client_config(), world.server_config().client_auth(auth));
        pair.run();
        pair.assert_connected();
        let request = CertificateRequest::parse(sent(&pair.server, HandshakeType::certificate_request)).unwrap();
        let names = request.extensions.certificate_authorities?;
        Some(names.iter().map(|name| name.0.to_vec()).collect())
    };
    let auth = || ClientAuth::require(world.anchors(), Allow::anyone());
    assert_eq!(named(auth().authorities(names.clone())), Some(names.to_vec()));
    assert_eq!(named(auth()), Some(world.anchors().subjects().map(<[u8]>::to_vec).collect()));
    assert_eq!(named(auth().authorities(Vec::<Vec<u8>>::new())), None, "an empty list is no extension");
    assert_eq!(named(auth().authorities(names).send_authorities(false)), None);
}

#[test]
fn names_of_many_anchors_are_cut_to_what_a_hello_holds() {
    let der = Pki::new(&"a long name ".repeat(80)).root.der;
    let anchors = Anchors::from_der(std::iter::repeat_n(&der, 100)).unwrap();
    let of_each = anchors.subjects().next().unwrap().len() + 2;
    assert!(anchors.subjects().count() * of_each > 1 << 15);
    let world = World::new();
    let client = ClientConfig::builder(provider()).anchors(anchors).send_authorities(true).build().unwrap();
    let server = ServerConfig::builder(provider()).credential(local(&world.server)).build().unwrap();
    let mut pair = Pair::of(client, server);
    pair.run();
    let hello = symbolon::wire::ClientHello::parse(sent(&pair.client, HandshakeType::client_hello)).unwrap();
    let told = hello.extensions.certificate_authorities.unwrap().iter().count();
    assert_eq!(told, (1 << 15) / of_each);
}
