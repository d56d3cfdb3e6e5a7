//! What is wrong with a certificate, named by both sides: OpenSSL shows it and we judge, and the other way round.
//!
//! Where OpenSSL can't be the offender, for it loads no key that is not the certificate's, our other role is.

mod util;

use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::{Allow, ClientAuth, ClientConfig, Error, PeerAlert, Reason, Refusal, ServerConfig, Side, StateName};
use util::openssl::{Both, Openssl, accept, connect, error, is_missing};
use util::pair::Pair;
use util::pki::For;
use util::provider::{Provider, lacks_rsa, local, provider};
use util::wrong::{SHOWN_BY_OPENSSL, Wrong};

/// Of these, what OpenSSL shows to us: no RSA key, if we did not offer to verify with one.
fn judged_here() -> Vec<Wrong> {
    let without_rsa = lacks_rsa("a weak RSA key of OpenSSL");
    SHOWN_BY_OPENSSL.into_iter().filter(|wrong| !(without_rsa && *wrong == Wrong::WeakKey)).collect()
}

fn client(both: &Both) -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(provider()).anchors(both.world.anchors())
}

fn server(both: &Both) -> ServerConfigBuilder<Provider> {
    ServerConfig::builder(provider()).client_auth(ClientAuth::require(both.world.anchors(), Allow::dns("robot.test")))
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

fn told(error: Error) -> PeerAlert {
    match error {
        Error::PeerAlert(alert) => alert,
        other => panic!("{other}"),
    }
}

/// How OpenSSL prints an alert that it received.
fn printed(alert: AlertDescription) -> String {
    format!("SSL alert number {}", alert.0)
}

fn slices(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn our_client_refuses_what_s_server_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in judged_here() {
        let shown = wrong.shown(&both.world.pki, "server.test", For::Server).args(&both.folder);
        let mut peer = Openssl::server(&slices(&shown));
        let refusal = refusal(error(connect(client(&both), "server.test", &mut peer)));
        assert_eq!(refusal.reason, wrong.reason(Side::Server), "{wrong:?}");
        // The figure waits here for a server that does not ask for our certificate.
        assert_eq!((refusal.state, refusal.place.certificate), (StateName::WaitCertCr, wrong.place()), "{wrong:?}");
        peer.wait_for(&printed(refusal.alert()));
    }
}

#[test]
fn our_server_refuses_what_s_client_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in judged_here() {
        let shown = wrong.shown(&both.world.pki, "robot.test", For::Client).args(&both.folder);
        let (met, peer) = accept(server(&both).credential(local(&both.world.server)), &slices(&shown));
        let refusal = refusal(error(met));
        assert_eq!(refusal.reason, wrong.reason(Side::Client), "{wrong:?}");
        assert_eq!((refusal.state, refusal.place.certificate), (StateName::WaitCert, wrong.place()), "{wrong:?}");
        peer.wait_for(&printed(refusal.alert()));
    }
}

#[test]
fn s_client_refuses_what_our_server_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in SHOWN_BY_OPENSSL.into_iter().chain([Wrong::Key]) {
        let shown = wrong.shown(&both.world.pki, "server.test", For::Server);
        let config = ServerConfig::builder(provider()).credential(shown.credential());
        let (met, peer) = both.accept(config, &["-cipher", "DEFAULT:@SECLEVEL=2"]);
        let (says, alert) = wrong.of_openssl();
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!(told.description, alert, "{wrong:?}");
        assert_eq!((told.side, told.state), (Side::Server, StateName::WaitFinished), "{wrong:?}");
    }
}

#[test]
fn s_server_refuses_what_our_client_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let judge = ["-Verify", "3", "-verify_return_error", "-verify_hostname", "robot.test"];
    let args = [&judge[..], &["-cipher", "DEFAULT:@SECLEVEL=2"]].concat();
    for wrong in SHOWN_BY_OPENSSL.into_iter().chain([Wrong::Key]) {
        let shown = wrong.shown(&both.world.pki, "robot.test", For::Client);
        let mut peer = both.s_server(&args);
        let met = connect(client(&both).credential(shown.credential()), "server.test", &mut peer);
        let (says, alert) = wrong.of_openssl();
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!(told.description, alert, "{wrong:?}");
        // TLS 1.3 lets a client send its Finished without waiting for the verdict.
        assert_eq!((told.side, told.state), (Side::Client, StateName::Connected), "{wrong:?}");
    }
}

#[test]
fn a_client_without_certificate_is_named_by_both() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (met, peer) = accept(server(&both).credential(local(&both.world.server)), &[]);
    let refusal = refusal(error(met));
    assert_eq!((refusal.reason, refusal.state), (Reason::ClientCertificateMissing, StateName::WaitCert));
    peer.wait_for("alert certificate required");

    let mut peer = both.s_server(&["-Verify", "3", "-verify_return_error"]);
    let met = connect(client(&both), "server.test", &mut peer);
    peer.wait_for("peer did not return a certificate");
    assert_eq!(told(error(met)).description, AlertDescription::certificate_required);
}

/// A server can't do without: it gives up, and the client reads that. OpenSSL without any certificate does not even speak
/// TLS 1.3.
#[test]
fn a_server_without_certificate_is_named_by_both() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let only_ed25519 = client(&both).schemes(vec![SignatureScheme::ed25519]);
    for (mut peer, config, says, alert) in [
        (Openssl::server(&["-nocert"]), client(&both), "unsupported protocol", AlertDescription::protocol_version),
        (both.s_server(&[]), only_ed25519, "no suitable signature algorithm", AlertDescription::handshake_failure),
    ] {
        let met = connect(config, "server.test", &mut peer);
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!((told.description, told.state), (alert, StateName::WaitSh));
    }

    // All that our server has is of a kind that the client does not take.
    let config = ServerConfig::builder(provider()).credential(local(&both.world.server));
    let (met, peer) = accept(config, &["-sigalgs", "ed25519"]);
    assert_eq!(refusal(error(met)).reason, Reason::NoCommonScheme);
    peer.wait_for(&printed(AlertDescription::handshake_failure));
}

#[test]
fn a_key_of_another_certificate_is_named_by_both_of_our_ends() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let shown = Wrong::Key.shown(&both.world.pki, "server.test", For::Server);
    // OpenSSL can't be the offender.
    let said = Openssl::start("s_server", &slices(&shown.args(&both.folder))).finish();
    assert!(said.contains("key values mismatch"), "{said}");

    let config = ServerConfig::builder(provider()).credential(shown.credential());
    let mut pair = Pair::of(client(&both).build().unwrap(), config.build().unwrap());
    pair.run();
    let refused = refusal(pair.client.error.unwrap());
    assert_eq!((refused.reason, refused.state), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(pair.server.error.unwrap()).description, AlertDescription::decrypt_error);

    let shown = Wrong::Key.shown(&both.world.pki, "robot.test", For::Client);
    let config = server(&both).credential(local(&both.world.server));
    let mut pair = Pair::of(client(&both).credential(shown.credential()).build().unwrap(), config.build().unwrap());
    pair.run();
    let refused = refusal(pair.server.error.unwrap());
    assert_eq!((refused.reason, refused.state), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(pair.client.error.unwrap()).description, AlertDescription::decrypt_error);
}
