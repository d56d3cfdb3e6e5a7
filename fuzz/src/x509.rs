//! Certificates, chains and PEM.

use super::input::Input;
use super::null::Null;
use super::world::{ANCHORS, INTERMEDIATE, NOW, SERVER};
use std::fmt::Write;
use symbolon::identity::PeerIdentity;
use symbolon::x509::pem::blocks;
use symbolon::x509::{
    Anchor, Certificate, GoodSignatures, MAX_CHAIN, PolicyDemand, Profile, Purpose, Question, certificates_from_pem,
    describe, explain, is_for, private_key_from_pem, verify,
};
use symbolon::{Allow, Anchors, ServerName};

/// Everything about a certificate can be read, and printed on one line.
pub fn x509_certificate(bytes: &[u8]) {
    let mut text = String::new();
    write!(text, "{}", describe(bytes)).expect("a string takes all");
    if let Ok(certificate) = Certificate::parse(bytes) {
        assert_eq!(certificate.der(), bytes);
        let names = [ServerName::dns("server.test"), ServerName::parse("192.0.2.1"), ServerName::parse("::1")];
        for name in names.into_iter().flatten() {
            let _ = is_for(&certificate, &name);
        }
        let _ = Anchor::of(&certificate);
        let peer = PeerIdentity::of(&Null::new(1), &certificate);
        write!(text, "{peer} {:?}", certificate.public_key().ok()).expect("a string takes all");
        for name in certificate.san() {
            write!(text, "{name}").expect("a string takes all");
        }
        for attribute in certificate.subject().attributes() {
            write!(text, "{attribute}").expect("a string takes all");
            assert!(attribute.text().is_none_or(|text| text.len() <= bytes.len()));
        }
        let _ = (certificate.basic_constraints(), certificate.key_usage(), certificate.is_self_issued());
        let _ = certificate.extended_key_usage().map(|purposes| purposes.count());
    }
    assert!(!text.chars().any(char::is_control), "what is printed may end up in a log");
}

/// A byte of decisions, then certificates, each behind its length in two bytes; 0 and 1 stand for those of our PKI.
pub fn x509_path(bytes: &[u8]) {
    let mut input = Input(bytes);
    let bits = input.u8();
    let mut chain = Vec::new();
    while !input.is_empty() && chain.len() <= MAX_CHAIN + 1 {
        chain.push(match input.u16() {
            0 => SERVER,
            1 => INTERMEDIATE,
            len => input.take(len.into()),
        });
    }
    let anchors = match chain.last().filter(|_| bits & 1 != 0).map(|last| Anchors::from_der([last])) {
        Some(Ok(anchors)) => anchors,
        _ => ANCHORS.clone(),
    };
    let purpose = if bits & 2 != 0 { Purpose::Client } else { Purpose::Server };
    let name = ServerName::dns("server.test").ok().filter(|_| bits & 4 == 0);
    let profile = match bits & 0x18 {
        0x08 => Profile::Web,
        0x10 => Profile::Rfc5280,
        _ => Profile::Private,
    };
    let policies = if bits & 0x20 != 0 { PolicyDemand::any() } else { PolicyDemand::none() };
    let question = Question::new(&anchors, NOW, purpose).name(name.as_ref()).profile(profile).policies(policies);
    let verdict = verify(&Null::new(1), &chain, &question);
    // Whoever has met the chain before judges it alike.
    if let Ok(good) = GoodSignatures::new(&Null::new(1), 64) {
        for _ in 0..2 {
            let again = verify(&Null::new(1), &chain, &question.good_signatures(&good));
            match (&verdict, &again) {
                (Ok(one), Ok(other)) => assert!(one.path().eq(other.path()) && one.anchor() == other.anchor()),
                _ => assert_eq!(format!("{:?}", verdict.as_ref().err()), format!("{:?}", again.as_ref().err())),
            }
        }
    }
    let report = explain(&Null::new(1), &chain, &question);
    assert_eq!(report.reason(), verdict.as_ref().err().map(|fault| fault.reason()));
    assert!(
        !format!("{report:#}").contains(|c: char| c.is_control() && c != '\n'),
        "what is printed may end up in a log"
    );
    let Ok(verified) = verdict else { return };
    assert!(verified.path().eq(report.path()));
    let path: Vec<usize> = verified.path().collect();
    assert!(path.first() == Some(&0) && path.len() <= MAX_CHAIN && path.iter().all(|index| *index < chain.len()));
    assert!(verified.anchor() < anchors.len() && verified.not_after() >= NOW);
    assert!(name.is_none_or(|name| is_for(verified.leaf(), &name)));
    // Nobody is on an empty list.
    let peer = PeerIdentity::of(&Null::new(1), verified.leaf());
    assert!(Allow::default().check(verified.leaf(), peer.spki_sha256()).is_err());
}

/// Blocks and files.
pub fn pem(bytes: &[u8]) {
    for block in blocks(bytes).flatten() {
        assert!(block.der.len() <= bytes.len() && block.line > 0);
    }
    assert!(blocks(bytes).filter(Result::is_err).count() <= 1, "after an error there is no more");
    if let Err(error) = certificates_from_pem(bytes) {
        assert!(!error.to_string().is_empty());
    }
    if let Err(error) = private_key_from_pem(bytes) {
        assert!(!error.to_string().is_empty());
    }
    let _ = Anchors::from_pem(bytes);
}
