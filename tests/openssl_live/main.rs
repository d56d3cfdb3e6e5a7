//! Both roles against the running OpenSSL of this machine. Without one, every test here passes and says why it is skipped.

#[path = "../util/mod.rs"]
mod util;

mod early_data;
mod exporters;
mod psk;
mod records;
mod resumption;

use rcgen::KeyPair;
use std::sync::LazyLock;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};
use symbolon::{
    Allow, ClientAuth, ClientAuthState, ClientConfig, Confirmation, Detail, Error, Reason, ServerConfig, WhyNothingSent,
};
use util::openssl::{Both, Files, connect, error, is_missing, new_key};
use util::pair::World;
use util::pki::{For, PKCS_ECDSA_P256_SHA256, Pki};
use util::provider::{Provider, lacks_rsa, local, provider};

const SUITES: [(CipherSuite, &str); 3] = [
    (CipherSuite::TLS_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256"),
    (CipherSuite::TLS_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384"),
    (CipherSuite::TLS_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256"),
];
const GROUPS: [(NamedGroup, &str); 3] =
    [(NamedGroup::x25519, "X25519"), (NamedGroup::secp256r1, "P-256"), (NamedGroup::secp384r1, "P-384")];

fn client_without_credential(both: &Both) -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(provider()).anchors(both.world.anchors())
}

/// Asks no client for a certificate.
fn open_server(both: &Both) -> ServerConfigBuilder<Provider> {
    ServerConfig::builder(provider()).credential(local(&both.world.server))
}

// [9.1-1] [9.1-3]
#[test]
fn our_client_speaks_every_suite_in_every_group() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-groups", "X25519:P-256:P-384"]);
    for (suite, suite_name) in SUITES {
        for (group, group_name) in GROUPS {
            let config = client_without_credential(&both).suites(vec![suite]).groups(vec![group]);
            let mut ours = both.connect(config, &mut server);
            assert_eq!(ours.negotiated().suite, Some(suite));
            assert_eq!(ours.negotiated().group, Some(group));
            assert!(!ours.negotiated().retried);
            ours.talk(&mut server, &format!("{suite_name} {group_name}"));
            server.wait_for(&format!("CIPHER is {suite_name}"));
            ours.close();
        }
    }
}

// [9.1-1] [9.1-3]
#[test]
fn our_server_speaks_every_suite_in_every_group() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (suite, suite_name) in SUITES {
        for (group, group_name) in GROUPS {
            let args = ["-ciphersuites", suite_name, "-groups", group_name];
            let (mut ours, mut client) = both.accepted(open_server(&both), &args);
            assert_eq!(ours.negotiated().suite, Some(suite));
            assert_eq!(ours.negotiated().group, Some(group));
            assert!(!ours.negotiated().retried);
            ours.talk(&mut client, group_name);
            client.wait_for(&format!("Cipher is {suite_name}"));
            client.wait_for("Verify return code: 0 (ok)");
        }
    }
}

// [8701-3.1-2] [8701-4.1-1] [8701-4.1-2]
#[test]
fn openssl_passes_over_what_means_nothing() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-groups", "P-384:X25519", "-Verify", "3", "-verify_return_error"]);
    for (group, shares) in [(NamedGroup::x25519, 1), (NamedGroup::secp384r1, 0)] {
        let shelf = resumption::shelf();
        let config = || {
            let config = both.world.client_config().grease(true).tickets(shelf.clone()).alpn(["h2"]);
            config.groups(vec![group]).shares(shares)
        };
        // The second connection resumes.
        for psk in [None, Some(symbolon::resumption::PskKind::Resumption)] {
            let mut ours = both.connect(config(), &mut server);
            assert_eq!((ours.negotiated().psk, ours.negotiated().retried), (psk, shares == 0));
            ours.talk(&mut server, "greased");
            ours.close();
        }
    }
    let keys = resumption::keys("7");
    for groups in ["X25519", "P-521:X25519"] {
        let tickets = symbolon::config::Resumption::stateless(keys.clone());
        let config = both.world.server_config().grease(true).resumption(tickets);
        let (mut ours, mut client) =
            both.accepted(config, &[&["-groups", groups][..], &both.client.with_chain()[..]].concat());
        assert_eq!(ours.negotiated().retried, groups.starts_with("P-521"));
        ours.talk(&mut client, "greased");
        client.wait_for("TLS session ticket:");
    }
}

/// A PKI and leaves with keys of one kind, and the schemes that such keys sign with.
struct Kind {
    both: Both,
    schemes: &'static [(SignatureScheme, &'static str)],
}

/// A key for the CAs and a key for the leaves.
static RSA_KEYS: LazyLock<[String; 2]> = LazyLock::new(|| keys("RSA", "rsa_keygen_bits:2048"));

fn keys(algorithm: &str, option: &str) -> [String; 2] {
    [new_key(algorithm, option), new_key(algorithm, option)]
}

fn kinds() -> Vec<Kind> {
    let kind = |keys: &[String; 2], schemes| {
        let [of_ca, of_leaf] = keys.each_ref().map(|pem| move || KeyPair::from_pem(pem).unwrap());
        let pki = Pki::with_keys("kind", [of_ca(), of_ca()], &PKCS_ECDSA_P256_SHA256);
        let server = pki.leaf_with_key("server.test", For::Server, of_leaf(), |_| {});
        let client = pki.leaf_with_key("robot.test", For::Client, of_leaf(), |_| {});
        Kind { both: Both::of(World { pki, server, client }), schemes }
    };
    let mut all = vec![
        kind(
            &keys("EC", "ec_paramgen_curve:P-256"),
            &[(SignatureScheme::ecdsa_secp256r1_sha256, "ecdsa_secp256r1_sha256")],
        ),
        kind(
            &keys("EC", "ec_paramgen_curve:P-384"),
            &[(SignatureScheme::ecdsa_secp384r1_sha384, "ecdsa_secp384r1_sha384")],
        ),
        kind(&keys("ED25519", ""), &[(SignatureScheme::ed25519, "ed25519")]),
    ];
    if !lacks_rsa("RSA keys with OpenSSL") {
        all.push(kind(
            &RSA_KEYS,
            &[
                (SignatureScheme::rsa_pss_rsae_sha256, "rsa_pss_rsae_sha256"),
                (SignatureScheme::rsa_pss_rsae_sha384, "rsa_pss_rsae_sha384"),
                (SignatureScheme::rsa_pss_rsae_sha512, "rsa_pss_rsae_sha512"),
            ],
        ));
    }
    all
}

// [9.1-2]
#[test]
fn our_client_signs_and_verifies_with_every_kind_of_key() {
    if is_missing() {
        return;
    }
    for Kind { both, schemes } in kinds() {
        for (scheme, name) in schemes {
            let mut server = both.s_server(&["-Verify", "3", "-verify_return_error", "-client_sigalgs", name]);
            let mut ours = both.connect(both.world.client_config().schemes(vec![*scheme]), &mut server);
            assert_eq!(ours.negotiated().peer_scheme, Some(*scheme));
            assert_eq!(ours.negotiated().own_scheme, Some(*scheme));
            ours.talk(&mut server, name);
            server.wait_for("CN = robot.test");
        }
    }
}

// [9.1-2]
#[test]
fn our_server_signs_and_verifies_with_every_kind_of_key() {
    if is_missing() {
        return;
    }
    for Kind { both, schemes } in kinds() {
        for (scheme, name) in schemes {
            // RSA certificates are signed by a scheme that TLS 1.3 does not sign with.
            let offered = format!("{name}:rsa_pkcs1_sha256");
            let args = [&both.client.with_chain()[..], &["-sigalgs", &offered]].concat();
            let config = both.world.server_config().schemes(vec![*scheme]);
            let (mut ours, mut client) = both.accepted(config, &args);
            assert_eq!(ours.negotiated().own_scheme, Some(*scheme));
            assert_eq!(ours.negotiated().peer_scheme, Some(*scheme));
            assert_eq!(ours.peer(), ["robot.test"]);
            ours.talk(&mut client, name);
        }
    }
}

#[test]
fn our_client_shows_a_certificate_if_it_is_asked_and_has_one() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let none = ClientAuthState::NothingSent(WhyNothingSent::NoCredential);
    for (args, with, without) in [
        (&[][..], ClientAuthState::NotRequested, ClientAuthState::NotRequested),
        (&["-verify", "3", "-verify_return_error"], ClientAuthState::Sent, none),
    ] {
        let mut server = both.s_server(args);
        for (config, state) in [(both.world.client_config(), with), (client_without_credential(&both), without)] {
            let mut ours = both.connect(config, &mut server);
            assert_eq!(ours.tls.conn().client_auth(), state);
            ours.talk(&mut server, &format!("{state:?}"));
            ours.close();
        }
    }
    let mut server = both.s_server(&["-Verify", "3", "-verify_return_error"]);
    let mut ours = both.connect(both.world.client_config(), &mut server);
    ours.talk(&mut server, "required");
    server.wait_for("CN = robot.test");
}

#[test]
fn our_server_knows_a_client_that_it_asked() {
    const ACCEPTED: ClientAuthState = ClientAuthState::Confirmed(Confirmation::OwnVerdict);
    if is_missing() {
        return;
    }
    let both = Both::new();
    let allow = || Allow::dns("robot.test");
    let shows = both.client.with_chain();
    for (auth, args, state, names) in [
        (ClientAuth::none(), &shows[..], ClientAuthState::NotRequested, &[][..]),
        (ClientAuth::none(), &[], ClientAuthState::NotRequested, &[]),
        (ClientAuth::request(both.world.anchors(), allow()), &shows, ACCEPTED, &["robot.test"]),
        (
            ClientAuth::request(both.world.anchors(), allow()),
            &[],
            ClientAuthState::NothingSent(WhyNothingSent::Unknown),
            &[],
        ),
        (ClientAuth::require(both.world.anchors(), allow()), &shows, ACCEPTED, &["robot.test"]),
    ] {
        let (mut ours, mut client) = both.accepted(open_server(&both).client_auth(auth), args);
        assert_eq!(ours.tls.conn().client_auth(), state);
        assert_eq!(ours.peer(), names);
        ours.talk(&mut client, "known");
        if state != ClientAuthState::NotRequested {
            client.wait_for("Acceptable client certificate CA names");
        }
    }
}

#[test]
fn our_client_follows_a_hello_retry_request() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (shares, groups, group) in
        [(0, "X25519", NamedGroup::x25519), (1, "P-384", NamedGroup::secp384r1), (2, "P-384", NamedGroup::secp384r1)]
    {
        for compatible in [true, false] {
            let mut server = both.s_server(&["-groups", groups]);
            let config = client_without_credential(&both).shares(shares).middlebox_compatibility(compatible);
            let mut ours = both.connect(config, &mut server);
            assert!(ours.negotiated().retried);
            assert_eq!(ours.negotiated().group, Some(group));
            assert_eq!(ours.seen.count("send ClientHello"), 2);
            ours.talk(&mut server, groups);
        }
    }
}

// [4.1.1-4]
#[test]
fn our_server_asks_for_another_share() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for args in [&["-groups", "X25519:P-384"][..], &["-groups", "X25519:P-384", "-no_middlebox"]] {
        let config = open_server(&both).groups(vec![NamedGroup::secp384r1]);
        let (mut ours, mut client) = both.accepted(config, args);
        assert!(ours.negotiated().retried);
        assert_eq!(ours.negotiated().group, Some(NamedGroup::secp384r1));
        assert_eq!(ours.seen.count("recv ClientHello"), 2);
        ours.talk(&mut client, "again");
    }
}

#[test]
fn application_protocols_are_agreed_on() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-alpn", "http/1.1"]);
    let mut ours = both.connect(client_without_credential(&both).alpn(["h2", "http/1.1"]), &mut server);
    assert_eq!(ours.tls.conn().alpn(), Some(&b"http/1.1"[..]));
    ours.talk(&mut server, "by its choice");

    let (mut ours, mut client) = both.accepted(open_server(&both).alpn(["h2"]), &["-alpn", "http/1.1,h2"]);
    assert_eq!(ours.tls.conn().alpn(), Some(&b"h2"[..]));
    ours.talk(&mut client, "by ours");
    client.wait_for("ALPN protocol: h2");

    let (met, client) = both.accept(open_server(&both).alpn(["h2"]), &["-alpn", "imap"]);
    assert!(matches!(error(met), Error::Refused(refusal) if refusal.reason == Reason::NoApplicationProtocol));
    let said = client.finish();
    assert!(said.contains("no application protocol"), "{said}");
}

#[test]
fn the_certificate_follows_the_server_name() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let other = both.world.pki.server("other.test");
    for name in ["server.test", "other.test"] {
        let config = open_server(&both).credential(local(&other));
        let args = ["-CAfile", &both.root, "-verify_return_error", "-verify_hostname", name, "-servername", name];
        let (met, mut client) = util::openssl::accept(config, &args);
        let mut ours = met.unwrap_or_else(|failed| panic!("{failed}"));
        assert!(ours.negotiated().server_name_used);
        ours.talk(&mut client, name);
        client.wait_for(&format!("subject=CN = {name}"));
    }

    let files = Files::of(&both.folder, "other", &other, &both.world.pki);
    let [_, certificate, _, key] = files.alone();
    // OpenSSL has no option for the chain of the second certificate: it completes it from what it trusts.
    let all = [both.world.pki.root.pem.as_str(), &both.world.pki.intermediate.pem].concat();
    let all = both.folder.write("all.pem", &all);
    let names = ["-servername", "other.test", "-cert2", certificate, "-key2", key, "-CAfile", &all];
    let mut server = both.s_server(&names);
    for name in ["server.test", "other.test"] {
        let ours = connect(client_without_credential(&both), name, &mut server);
        let mut ours = ours.unwrap_or_else(|failed| panic!("{failed}"));
        assert_eq!(ours.peer(), [name]);
        ours.talk(&mut server, name);
        ours.close();
    }
}

#[test]
fn middlebox_compatibility_may_be_on_or_off_at_either_side() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (ours_on, args) in [(true, &[][..]), (true, &["-no_middlebox"]), (false, &[]), (false, &["-no_middlebox"])] {
        let mut server = both.s_server(args);
        let mut ours = both.connect(client_without_credential(&both).middlebox_compatibility(ours_on), &mut server);
        assert_eq!(ours.seen.count("send change_cipher_spec"), usize::from(ours_on));
        ours.talk(&mut server, "compatible");

        let (mut ours, mut client) =
            both.accepted(both.world.server_config(), &[&both.client.with_chain(), args].concat());
        assert_eq!(ours.seen.count("send change_cipher_spec"), usize::from(args.is_empty()));
        ours.talk(&mut client, "compatible");
    }
}

// [4.2.1-2] [4.2.1-4] [D.1-1]
#[test]
fn peers_that_speak_only_an_older_version_are_told_and_named() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-tls1_2"]);
    let error_of_client = error(connect(client_without_credential(&both), "server.test", &mut server));
    let Error::PeerAlert(alert) = error_of_client else { panic!("{error_of_client}") };
    assert_eq!(alert.description, AlertDescription::protocol_version);
    server.wait_for("unsupported protocol");

    let (met, client) = both.accept(open_server(&both), &["-tls1_2"]);
    let Error::Refused(refusal) = error(met) else { panic!() };
    assert_eq!(refusal.reason, Reason::VersionUnsupported);
    assert_eq!(refusal.detail, Detail::Version(ProtocolVersion::TLS_1_2));
    let said = client.finish();
    assert!(said.contains("alert protocol version"), "{said}");
}
