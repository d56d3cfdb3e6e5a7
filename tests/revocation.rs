//! Revocation in handshakes: by CRLs and by OCSP responses, stapled in both directions.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use symbolon::wire::AlertDescription;
use symbolon::x509::{Crls, Revocation, RevocationStatus, Teller};
use symbolon::{Anchors, Credential, CredentialError, Error, PeerIdentity, Reason, UnixTime};
use util::crl::{Crl, serial};
use util::ocsp::{Ocsp, revoked};
use util::pair::{Pair, World};
use util::pki::Chain;
use util::provider::{local, provider};

/// A CRL of the intermediate that revokes these, each an entity's certificate.
fn crls(world: &World, revoked: &[&Chain]) -> Crls {
    let serials: Vec<Vec<u8>> = revoked.iter().map(|chain| serial(&chain.leaf.der)).collect();
    let serials: Vec<&[u8]> = serials.iter().map(Vec::as_slice).collect();
    let crl = Crl::of(&world.pki.intermediate, &serials).sign(&world.pki.intermediate);
    Crls::from_der(&provider(), &[&crl], &Anchors::default()).unwrap()
}

fn staple(world: &World, chain: &Chain) -> Vec<u8> {
    Ocsp::of(&world.pki.intermediate, &chain.leaf.der).sign(&world.pki.intermediate)
}

fn stapled(world: &World, chain: &Chain) -> Credential {
    local(chain).staple(&staple(world, chain)).unwrap()
}

fn status(peer: Option<&PeerIdentity>) -> RevocationStatus {
    peer.expect("a peer").revocation()
}

fn teller(status: RevocationStatus) -> Option<Teller> {
    match status {
        RevocationStatus::Good { by, .. } => Some(by),
        _ => None,
    }
}

fn reason(error: Option<Error>) -> (Reason, AlertDescription) {
    let Some(Error::Refused(refusal)) = error else { panic!("{error:?}") };
    (refusal.reason, refusal.alert())
}

fn alert(error: Option<Error>) -> AlertDescription {
    let Some(Error::PeerAlert(alert)) = error else { panic!("{error:?}") };
    alert.description
}

#[test]
fn a_server_refuses_a_client_that_was_revoked_with_certificate_revoked() {
    let world = World::new();
    let policy = Revocation::require(crls(&world, &[&world.client]));
    let server = world.server_config().revocation(policy).build().unwrap();
    let mut pair = Pair::of(world.client_config().build().unwrap(), server);
    pair.run();
    assert_eq!(reason(pair.server.error), (Reason::CertificateRevoked, AlertDescription::certificate_revoked));
    assert_eq!(alert(pair.client.error), AlertDescription::certificate_revoked);
    let told = pair.server.error.unwrap().to_string();
    assert!(told.contains("since 2026-05-20T00:00:00Z: unspecified"), "{told}");
}

#[test]
fn both_ends_go_by_crls_and_know_how_old_they_are() {
    let world = World::new();
    let other = world.pki.server("other.test");
    let policy = Revocation::require(crls(&world, &[&other]));
    let client = world.client_config().revocation(policy.clone()).build().unwrap();
    let server = world.server_config().revocation(policy.clone()).build().unwrap();
    let mut pair = Pair::of(client, server);
    pair.run();
    pair.assert_connected();
    for status in [status(pair.client.conn.peer()), status(pair.server.conn.peer())] {
        assert_eq!(teller(status), Some(Teller::Crl));
        assert_eq!(status.age(UnixTime(util::pki::NOW)), Some(util::pki::NOW - util::crl::THIS_UPDATE));
    }
    assert_eq!(policy.unknown(), 0);
}

// [4.4.2.1-1] [4.4.2.1-2] [4.4.2.1-3] [4.4.2.1-4]
#[test]
fn both_ends_staple_what_they_have_when_they_are_asked() {
    let world = World::new();
    let policy = Revocation::require(Crls::default()).ask_staple();
    let client = world.client_config_of(stapled(&world, &world.client)).revocation(policy.clone());
    let server = world.server_config_of(stapled(&world, &world.server)).revocation(policy);
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    for status in [status(pair.client.conn.peer()), status(pair.server.conn.peer())] {
        assert_eq!(teller(status), Some(Teller::Ocsp));
        assert_eq!(status.age(UnixTime(util::pki::NOW)), Some(util::pki::NOW - util::ocsp::THIS_UPDATE));
    }
}

// [4.4.2.1-2] [6066-8-2]
#[test]
fn nobody_staples_unasked() {
    let world = World::new();
    let client = world.client_config_of(stapled(&world, &world.client));
    let server = world.server_config_of(stapled(&world, &world.server));
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    // A staple would be an extension that was not asked for.
    pair.assert_connected();
    assert_eq!(status(pair.client.conn.peer()), RevocationStatus::NotAsked);
}

#[test]
fn who_does_not_staple_is_refused_or_counted() {
    let world = World::new();
    let with = |policy: &Revocation| {
        let server = world.server_config().revocation(policy.clone()).build().unwrap();
        let mut pair = Pair::of(world.client_config().build().unwrap(), server);
        pair.run();
        pair
    };
    let required = with(&Revocation::require(Crls::default()).ask_staple());
    assert_eq!(reason(required.server.error), (Reason::RevocationUnknown, AlertDescription::certificate_unknown));
    let soft = Revocation::soft(Crls::default()).ask_staple();
    for count in 1..=3 {
        let pair = with(&soft);
        pair.assert_connected();
        assert_eq!(status(pair.server.conn.peer()), RevocationStatus::Unknown(Reason::RevocationUnknown));
        assert_eq!(soft.unknown(), count);
    }
}

// [6066-8-1]
#[test]
fn a_staple_that_is_not_in_order_ends_the_handshake_even_where_the_unknown_is_accepted() {
    let world = World::new();
    let other = world.pki.server("other.test");
    let about_other = local(&world.server).staple(&staple(&world, &other)).unwrap();
    let mut ocsp = Ocsp::of(&world.pki.intermediate, &world.server.leaf.der);
    ocsp.cert_status = revoked();
    let says_revoked = local(&world.server).staple(&ocsp.sign(&world.pki.intermediate)).unwrap();
    for (credential, expected) in [
        (about_other, (Reason::OcspOtherCertificate, AlertDescription::bad_certificate_status_response)),
        (says_revoked, (Reason::CertificateRevoked, AlertDescription::certificate_revoked)),
    ] {
        let policy = Revocation::soft(Crls::default()).ask_staple();
        let client = world.client_config().revocation(policy).build().unwrap();
        let mut pair = Pair::of(client, world.server_config_of(credential).build().unwrap());
        pair.run();
        assert_eq!(reason(pair.client.error), expected);
        assert_eq!(alert(pair.server.error), expected.1);
    }
}

#[test]
fn what_is_no_response_is_not_stapled() {
    let world = World::new();
    let error = local(&world.server).staple(b"-----BEGIN").unwrap_err();
    assert!(matches!(error, CredentialError::Staple(_)), "{error}");
    assert!(error.to_string().contains("can't be stapled: an OCSP response cannot be parsed"), "{error}");
}

#[test]
fn a_handshake_with_long_staples_fits_the_send_space_that_is_asked_for() {
    let world = World::new();
    let mut ocsp = Ocsp::of(&world.pki.intermediate, &world.server.leaf.der);
    ocsp.certs = vec![world.pki.intermediate.der.clone(); 30];
    let credential = local(&world.server).staple(&ocsp.sign(&world.pki.intermediate)).unwrap();
    let policy = Revocation::require(Crls::default()).ask_staple();
    let client = world.client_config().revocation(policy).build().unwrap();
    let mut pair = Pair::of(client, world.server_config_of(credential).build().unwrap());
    let space = pair.server.conn.required_send_space();
    pair.server.tx = symbolon::SendBuf::over(vec![0; space].leak());
    pair.run();
    pair.assert_connected();
}
