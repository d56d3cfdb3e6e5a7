//! Chains of certificates, accepted and refused.
#![cfg(all(feature = "std", feature = "ring"))]

#[path = "../util/mod.rs"]
mod util;

mod agreement;
mod algorithms;
mod constraints;
mod crl;
mod good_signatures;
mod hostile;
mod issuers;
mod leaves;
mod ocsp;
mod paths;
mod policies;
mod profiles;
mod report;
mod validity;

use rcgen::{
    BasicConstraints, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use std::fs;
use symbolon::{
    Detail, Fault, Reason,
    x509::{
        Anchor, Anchors, Certificate, MAX_CANDIDATES, MAX_CHAIN, Purpose, Question, ServerName, Time, Unchecked,
        UnixTime, Verified, certificates_from_pem, describe, explain, verify,
    },
};
use util::ca::{Ca, NOT_AFTER, NOT_BEFORE, NOW, common_name, self_signed, self_signed_with, unknown_critical};
use util::provider::{Provider, Provides, provider};

/// Judged as a server's chain for server.test.
fn judge<'a>(chain: &[&'a [u8]], anchors: &[&[u8]]) -> Result<Verified<'a>, Fault> {
    judge_at(NOW, chain, anchors)
}

fn judge_at<'a>(time: impl Into<Time>, chain: &[&'a [u8]], anchors: &[&[u8]]) -> Result<Verified<'a>, Fault> {
    let name = ServerName::dns("server.test").unwrap();
    let anchors = Anchors::from_der(anchors).unwrap();
    verify(&provider(), chain, &Question::new(&anchors, time, Purpose::Server).name(&name))
}

/// Judged under other names and purposes, with one root.
fn judge_as(root: &Ca, leaf: &[u8], purpose: Purpose, name: Option<&str>) -> Result<(), Fault> {
    let name = name.map(|name| ServerName::parse(name).unwrap());
    let anchors = Anchors::from_der([&root.der]).unwrap();
    verify(&provider(), &[leaf], &Question::new(&anchors, NOW, purpose).name(name.as_ref())).map(|_| ())
}

/// Why a chain is refused, and which certificate is to blame.
fn refusal<T>(verdict: Result<T, Fault>) -> (Reason, Option<u8>) {
    let Err(fault) = verdict else { panic!("accepted") };
    (fault.reason(), fault.place().certificate)
}
