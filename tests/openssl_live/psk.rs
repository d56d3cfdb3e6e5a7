//! External PSKs between us and OpenSSL, with and without a key exchange, beside and instead of certificates
//! (RFC 8446 §2.2, §4.2.9, §4.2.11).

use super::util::openssl::{Both, Met, Openssl, accept, connect, error, is_missing};
use super::util::pair::ClientRole;
use super::util::provider::{Provider, provider};
use super::{client_without_credential, open_server};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{Psk, PskKind};
use symbolon::wire::{AlertDescription, CipherSuite, NamedGroup};
use symbolon::{ClientConfig, Error, Negotiated, Reason, ServerConfig};

const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_SECRET: &str = "0001020304050607000102030405060700010203040506070001020304050607";

/// OpenSSL has SHA-256 for PSKs that are given by these options.
fn with(secret: &str) -> [&str; 4] {
    ["-psk", secret, "-psk_identity", "robot"]
}

fn psk(identity: &str) -> Vec<Psk> {
    let secret = hex::decode(SECRET).unwrap();
    vec![Psk::external(identity.as_bytes(), &secret, HashAlgorithm::Sha256).unwrap()]
}

fn client() -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(provider()).psks(psk("robot"))
}

fn server() -> ServerConfigBuilder<Provider> {
    ServerConfig::builder(provider()).psks(psk("robot"))
}

fn s_server(args: &[&str]) -> Openssl {
    Openssl::server(&[&["-nocert"], args].concat())
}

fn meet(config: ClientConfigBuilder<Provider>, server: &mut Openssl) -> Met<ClientRole> {
    connect(config, "server.test", server)
}

#[test]
fn our_client_and_openssl_know_each_other_by_a_psk() {
    if is_missing() {
        return;
    }
    for (groups, retried) in [("X25519", false), ("P-384", true)] {
        let mut server = s_server(&[&with(SECRET)[..], &["-groups", groups]].concat());
        let mut ours = meet(client(), &mut server).unwrap();
        assert_eq!(ours.negotiated().psk, Some(PskKind::External));
        assert_eq!(ours.negotiated().suite, Some(CipherSuite::TLS_AES_128_GCM_SHA256));
        assert_eq!(ours.negotiated().retried, retried);
        assert!(ours.negotiated().group.is_some());
        ours.talk(&mut server, "without certificates");
    }
}

#[test]
fn openssl_and_our_server_know_each_other_by_a_psk() {
    if is_missing() {
        return;
    }
    for (group, retried) in [(NamedGroup::x25519, false), (NamedGroup::secp384r1, true)] {
        let args = [&with(SECRET)[..], &["-groups", "X25519:P-384"]].concat();
        let (met, mut client) = accept(server().groups(vec![group]), &args);
        let mut ours = met.unwrap_or_else(|failed| panic!("{failed}: {}", client.wait_for("")));
        assert_eq!(ours.negotiated().psk, Some(PskKind::External));
        assert_eq!(ours.negotiated().group, Some(group));
        assert_eq!(ours.negotiated().retried, retried);
        ours.talk(&mut client, "without certificates");
        client.wait_for("no peer certificate available");
    }
}

// [7.1-4]
/// It is, where no group is common to both.
#[test]
fn a_key_exchange_is_left_out_only_where_both_allow_it() {
    if is_missing() {
        return;
    }
    for (ours_allows, allows) in [(true, true), (true, false), (false, true)] {
        let both_allow = ours_allows && allows;
        let by_psk_alone = |negotiated: &Negotiated| {
            assert!(both_allow);
            assert_eq!((negotiated.psk, negotiated.group), (Some(PskKind::External), None));
        };
        let theirs = if allows { &["-allow_no_dhe_kex"][..] } else { &[] };
        let args = [&with(SECRET)[..], &["-groups", "P-384"], theirs].concat();
        let ours = vec![NamedGroup::x25519];

        let mut openssl = s_server(&args);
        match meet(client().groups(ours.clone()).psk_ke(ours_allows), &mut openssl) {
            Ok(mut met) => {
                by_psk_alone(met.negotiated());
                met.talk(&mut openssl, "by the PSK alone");
            }
            refused => assert!(matches!(error(refused), Error::PeerAlert(_)) && !both_allow),
        }
        match accept(server().groups(ours).psk_ke(ours_allows), &args) {
            (Ok(mut met), mut openssl) => {
                by_psk_alone(met.negotiated());
                met.talk(&mut openssl, "by the PSK alone");
            }
            (refused, _) => {
                let Error::Refused(refusal) = error(refused) else { panic!() };
                assert_eq!(refusal.reason, Reason::NoCommonGroup);
                assert!(!both_allow);
            }
        }
    }
}

#[test]
fn an_unknown_psk_gives_way_to_certificates() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&with(SECRET));
    let mut ours = both.connect(client_without_credential(&both).psks(psk("stranger")), &mut server);
    assert_eq!(ours.negotiated().psk, None);
    assert_eq!(ours.peer(), ["server.test"]);
    ours.talk(&mut server, "by a certificate");

    let (mut ours, mut client) = both.accepted(open_server(&both).psks(psk("stranger")), &with(SECRET));
    assert_eq!(ours.negotiated().psk, None);
    assert_eq!(ours.seen.count("PskDeclined(Unknown)"), 1);
    ours.talk(&mut client, "by a certificate");
    client.wait_for("Verify return code: 0 (ok)");
}

#[test]
fn another_secret_is_refused_by_its_binder() {
    if is_missing() {
        return;
    }
    let Error::PeerAlert(alert) = error(meet(client(), &mut s_server(&with(OTHER_SECRET)))) else { panic!() };
    assert_eq!(alert.description, AlertDescription::illegal_parameter);

    let (met, client) = accept(server(), &with(OTHER_SECRET));
    let Error::Refused(refusal) = error(met) else { panic!() };
    assert_eq!(refusal.reason, Reason::PskBinderMismatch);
    let said = client.finish();
    assert!(said.contains("alert decrypt error"), "{said}");
}
