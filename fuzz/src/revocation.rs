//! CRLs and OCSP responses about the server of our PKI.

use super::null::Null;
use super::world::{ANCHORS, INTERMEDIATE, NOW, SERVER};
use symbolon::Anchors;
use symbolon::x509::{Crl, Crls, OcspResponse, Purpose, Question, Revocation, RevocationStatus, verify};

/// Judges our chain by this policy; what is accepted must be known to be good if that is required, and is never silent.
fn judge(policy: &Revocation, staple: Option<&[u8]>, required: bool) {
    let staples = [staple];
    let question = Question::new(&ANCHORS, NOW, Purpose::Server).revocation(policy).staples(&staples);
    if let Ok(verified) = verify(&Null::new(1), &[SERVER, INTERMEDIATE], &question) {
        let status = verified.revocation();
        let good = matches!(status, RevocationStatus::Good { .. });
        assert!(good || (!required && matches!(status, RevocationStatus::Unknown(_))), "{status:?}");
        assert!(!status.to_string().is_empty());
    }
}

/// A CRL in DER.
pub fn crl(bytes: &[u8]) {
    let view = Crl::parse(bytes);
    let crls = match Crls::from_der(&Null::new(1), &[bytes], &Anchors::default()) {
        Ok(crls) => crls,
        Err(error) => {
            assert!(!error.to_string().chars().any(char::is_control));
            return;
        }
    };
    let view = view.expect("what can be loaded can be read");
    let list = crls.iter().next().expect("one was loaded");
    assert_eq!(list.issuer(), view.issuer());
    // Of one that can't be used, the entries are not read.
    if list.unusable().is_none() {
        let entries: Vec<_> = view.entries().map(|entry| entry.expect("they were read")).collect();
        assert!(list.len() <= entries.len());
        // Without entries of other issuers, the index knows what a scan finds.
        if entries.iter().all(|entry| entry.certificate_issuer.is_none()) {
            let is_known = |serial: &[u8]| list.find(serial).is_some() || serial.len() > 20;
            entries.iter().for_each(|entry| assert!(is_known(entry.serial), "{:?}", entry.serial));
        }
    } else {
        assert!(list.is_empty());
    }
    judge(&Revocation::require(crls.clone()).whole_path(), None, true);
    judge(&Revocation::soft(crls), None, false);
}

/// An OCSP response in DER.
pub fn ocsp(bytes: &[u8]) {
    if let Ok(response) = OcspResponse::parse(bytes) {
        let _ = response.produced_at();
        assert!(response.responses().filter(Result::is_err).count() <= 1, "after an error there is no more");
    }
    judge(&Revocation::require(Crls::default()), Some(bytes), true);
    judge(&Revocation::soft(Crls::default()), Some(bytes), false);
}
