//! The cases of `described.kv` that are about revocation of the server's certificate.

use super::util::ca::Signs;
use super::util::crl::{Crl, number, scope, serial};
use super::util::der::{changed, element, extension, sequence};
use super::util::null::Null;
use super::util::ocsp::{Ocsp, cert_id_by, revoked, unknown};
use super::util::pair::{ClientRole, End};
use super::util::pki::{For, NOW};
use super::util::plain::{Record, bring, client_on, encoded};
use super::{WORLD, client_config, server_config, server_of};
use rcgen::{BasicConstraints, IsCa, KeyUsagePurpose};
use std::sync::Arc;
use symbolon::wire::{Certificate, CertificateEntry, ContentType, Extension, ExtensionType, Extensions, Vector};
use symbolon::x509::{Crls, Revocation};
use symbolon::{Anchors, Reason};

const DAY: i64 = 86_400;

/// A client that was shown a certificate whose CRL or OCSP response makes it refuse, if `title` is such a case.
pub(crate) fn by_revocation(title: &str) -> Option<End<ClientRole, Null>> {
    by_crl(title).or_else(|| by_ocsp(title))
}

fn by_crl(title: &str) -> Option<End<ClientRole, Null>> {
    let issuer = &WORLD.pki.intermediate;
    let mut leaf = WORLD.server.leaf.der.clone();
    let mut chain = vec![issuer.der.clone()];
    let mut days = 0;
    let mut crl = Crl::of(issuer, &[]);
    let with = |extension| Crl::of(issuer, &[]).with(extension);
    match title {
        "a leaf on the CRL of its issuer" => {
            crl = Crl::of(issuer, &[&serial(&leaf)]);
        }
        "a CRL of another issuer" => crl = Crl::of(&WORLD.pki.root, &[]),
        "a CRL with a signature of zeros" => {}
        "a CRL of an issuer without cRLSign" => {
            let upper = WORLD.pki.leaf("narrow.test", For::Server, |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            });
            let name = upper.leaf.subject();
            leaf = changed(&leaf, |c| *c.issuer() = name.clone());
            crl.issuer = name;
            chain.insert(0, upper.leaf.der);
        }
        "a CRL of last month" => days = 31,
        "a CRL of next month" => days = -60,
        "a CRL without cRLNumber" => crl.extensions = vec![extension(99, false, &[5, 0])],
        "a CRL whose cRLNumber is critical" => crl.extensions = vec![number(true, &[7])],
        "a delta CRL" => crl = with(extension(27, true, &[2, 1, 6])),
        "a CRL for CA certificates only" => crl = with(scope(&[&element(0x82, &[0xff])])),
        "a CRL for compromised keys only" => crl = with(scope(&[&element(0x83, &[6, 0x40])])),
        "a CRL with an unknown critical extension" => crl = with(extension(99, true, &[5, 0])),
        "neither CRL nor OCSP response where one is required" => {
            return Some(shown(&leaf, &chain, None, days, Revocation::require(Crls::default())));
        }
        _ => return None,
    }
    let mut der = crl.sign(issuer);
    if title.ends_with("zeros") {
        der = changed(&der, |c| c.signature[2..].fill(0));
    }
    let crls = Crls::from_der(&Null::new(1), &[&der], &Anchors::default()).unwrap();
    Some(shown(&leaf, &chain, None, days, Revocation::require(crls)))
}

fn by_ocsp(title: &str) -> Option<End<ClientRole, Null>> {
    let issuer = &WORLD.pki.intermediate;
    let leaf = &WORLD.server.leaf.der;
    let id_of = |leaf: &[u8]| cert_id_by(&Null::new(1), &issuer.der, leaf, false);
    let mut ocsp = Ocsp::of(issuer, leaf);
    ocsp.cert_id = id_of(leaf);
    let mut days = 0;
    match title {
        "an OCSP response that ends too early" | "an OCSP response with a signature of zeros" => {}
        "an OCSP response that says tryLater" => ocsp.status = element(10, &[3]),
        "an OCSP response with a critical extension" => {
            ocsp.single_extensions = element(0xa1, &sequence(&[&extension(99, true, &[5, 0])]));
        }
        "an OCSP response about another certificate" => ocsp.cert_id = id_of(&WORLD.client.leaf.der),
        "an OCSP response of a responder that nobody certified" => {
            ocsp.responder = element(0xa1, &WORLD.pki.root.subject());
        }
        "an OCSP response of last week" => days = 7,
        "an OCSP response of next week" => days = -7,
        "an OCSP response that does not know the certificate" => ocsp.cert_status = unknown(),
        "an OCSP response that says revoked" => ocsp.cert_status = revoked(),
        _ => return None,
    }
    let mut staple = ocsp.sign_with(|tbs| match title.ends_with("zeros") {
        true => vec![0; 70],
        false => issuer.sign_bytes(tbs),
    });
    if title.ends_with("too early") {
        staple.pop();
    }
    let policy = Revocation::require(Crls::default()).ask_staple();
    Some(shown(leaf, std::slice::from_ref(&issuer.der), Some(&staple), days, policy))
}

/// A client with this policy, so many days after [`NOW`], that was shown this leaf and what is above it.
fn shown(
    leaf: &[u8],
    above: &[Vec<u8>],
    staple: Option<&[u8]>,
    days: i64,
    policy: Revocation,
) -> End<ClientRole, Null> {
    let config = Arc::new(client_config().revocation(policy).build().unwrap());
    let mut end = bring(client_on(&config, NOW + days * DAY), server_of(server_config()), "WAIT_CERT_CR");
    // CertificateStatus: ocsp, and the response behind its length in three bytes.
    let status = staple.map(|staple| [&[1], &(staple.len() as u32).to_be_bytes()[1..], staple].concat());
    let status = status
        .as_deref()
        .map(|extension_data| Extension { extension_type: ExtensionType::status_request, extension_data });
    let mut entries = vec![CertificateEntry { cert_data: leaf, extensions: Extensions::items(status.as_slice()) }];
    entries.extend(above.iter().map(|der| CertificateEntry::new(der)));
    let message = Certificate { certificate_request_context: &[], certificate_list: Vector::items(&entries) };
    for part in encoded(&message).chunks(1000) {
        if end.error.is_none() {
            end.give(&Record::new(true, ContentType::handshake, part).sealed());
        }
    }
    end
}

#[test]
fn a_crl_is_read_before_it_can_make_a_handshake_fail() {
    let error = Crls::from_der(&Null::new(1), &[&[0x30, 0]], &Anchors::default()).unwrap_err().to_string();
    assert!(error.contains(Reason::CrlMalformed.says()), "{error}");
}
