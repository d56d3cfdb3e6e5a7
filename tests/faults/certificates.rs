//! The cases of `described.kv` that are about a chain.

use super::provoke::certificate;
use super::util::der::{Parts, changed, element};
use super::util::null::Null;
use super::util::pair::{ClientRole, End};
use super::util::pki::{For, NOW, Pki};
use super::util::plain::{bring, client_on};
use super::{WORLD, client_config, server_config, server_of};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints,
};
use std::sync::Arc;
use symbolon::{Anchors, Answer, Reason};

/// A client that was shown a chain that it must refuse, if `title` is such a case.
pub(crate) fn by_certificate(title: &str) -> Option<End<ClientRole, Null>> {
    let leaf = &WORLD.server.leaf.der[..];
    let intermediate = &WORLD.pki.intermediate.der[..];
    let below = |ca: &[u8], der: &[u8]| {
        let name = Parts::of(ca).subject().clone();
        changed(der, |c| *c.issuer() = name)
    };
    let ca = |name: &str, change: &dyn Fn(&mut CertificateParams)| {
        let made = WORLD.pki.leaf(name, For::Server, |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            change(params);
        });
        made.leaf.der
    };
    let mut config = client_config();
    let mut years = 0;
    let chain: Vec<Vec<u8>> = match title {
        "the application refuses the chain" | "the application misses an OCSP response" => {
            config = config.ask_chain();
            vec![leaf.into(), intermediate.into()]
        }
        "11 certificates" => vec![leaf.into(); 11],
        "a leaf of version 1" => vec![changed(leaf, |c| {
            c.tbs.pop();
            c.tbs.remove(0);
        })],
        "a chain to an unknown CA" => vec![Pki::new("stranger").server("server.test").leaf.der],
        "a self-signed leaf" => vec![changed(leaf, |c| *c.issuer() = c.subject().clone())],
        "a leaf with a changed signature" => {
            let zeros = |c: &mut Parts| c.signature[2..].fill(0);
            vec![changed(leaf, zeros), intermediate.into()]
        }
        "a leaf that expired" => {
            years = 70;
            vec![leaf.into(), intermediate.into()]
        }
        "a leaf that is not valid yet" => {
            years = -1;
            vec![leaf.into(), intermediate.into()]
        }
        "a leaf issued by a leaf" => {
            let other = WORLD.pki.server("other.test").leaf.der;
            vec![below(&other, leaf), other, intermediate.into()]
        }
        "an intermediate below a CA with pathLenConstraint 0" => {
            let upper = ca("upper.test", &|params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            });
            let lower = below(&upper, &ca("lower.test", &|_| {}));
            vec![below(&lower, leaf), lower, upper, intermediate.into()]
        }
        "a key that may not sign" => {
            let change = |params: &mut CertificateParams| {
                params.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
            };
            vec![WORLD.pki.leaf("server.test", For::Server, change).leaf.der, intermediate.into()]
        }
        "a client's certificate shown by the server" => {
            vec![WORLD.pki.client("server.test").leaf.der, intermediate.into()]
        }
        "a leaf for another name" => vec![WORLD.pki.server("other.test").leaf.der, intermediate.into()],
        "a leaf outside of its CA's nameConstraints" => {
            let narrow = ca("narrow.test", &|params| {
                params.name_constraints = Some(NameConstraints {
                    permitted_subtrees: vec![GeneralSubtree::DnsName("other.test".into())],
                    excluded_subtrees: vec![],
                });
            });
            vec![below(&narrow, leaf), narrow, intermediate.into()]
        }
        "a CA that demands a policy, and a leaf without one" => {
            // requireExplicitPolicy is 0.
            let strict = ca("strict.test", &|params| {
                params.custom_extensions = vec![critical(36, &[0x30, 3, 0x80, 1, 0])];
            });
            vec![below(&strict, leaf), strict, intermediate.into()]
        }
        "an unknown critical extension" | "a critical authorityKeyIdentifier" => {
            let extension = match title {
                "a critical authorityKeyIdentifier" => critical(35, &[0x30, 3, 0x80, 1, 7]),
                _ => critical(99, &[5, 0]),
            };
            let change = |params: &mut CertificateParams| params.custom_extensions = vec![extension];
            vec![WORLD.pki.leaf("server.test", For::Server, change).leaf.der, intermediate.into()]
        }
        "a leaf signed with SHA-1" | "a leaf signed with ECDSA over SHA-512" => {
            let ecdsa_with: &[u8] = if title.ends_with("SHA-1") { &[4, 1] } else { &[4, 3, 4] };
            let algorithm = element(0x30, &element(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d], ecdsa_with].concat()));
            let leaf = changed(leaf, |c| {
                c.tbs[2] = algorithm.clone();
                c.signature_algorithm = algorithm;
            });
            vec![leaf, intermediate.into()]
        }
        "an RSA key of 1024 bits" => {
            let rsa = element(0x30, &[&element(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")[..], &[5, 0]].concat());
            let modulus = element(2, &[&[0][..], &[0xc5; 128]].concat());
            let key = element(0x30, &[modulus, element(2, &[1, 0, 1])].concat());
            let spki = element(0x30, &[rsa, element(3, &[&[0][..], &key].concat())].concat());
            vec![changed(leaf, |c| c.tbs[6] = spki), intermediate.into()]
        }
        "a CA known by one name with 40 keys, none of which signed" => {
            let roots: String = (0..40).map(|_| Pki::new("plain").root.pem).collect();
            config = config.anchors(Anchors::from_pem(roots.as_bytes()).unwrap());
            vec![leaf.into(), changed(intermediate, |c| c.signature[2..].fill(0))]
        }
        _ => return None,
    };
    let config = Arc::new(config.build().unwrap());
    let now = NOW + years * 366 * 86_400;
    let mut end = bring(client_on(&config, now), server_of(server_config()), "WAIT_CERT_CR");
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    end.give(&certificate(&chain));
    let verdict = match title {
        "the application refuses the chain" => Some(Reason::Malformed),
        "the application misses an OCSP response" => Some(Reason::OcspRefused),
        _ => None,
    };
    if let Some(reason) = verdict {
        let End { conn, rx, tx, seen, .. } = &mut end;
        let answered = conn.answer_with(Answer::Chain(Err(reason)), rx, tx, seen).unwrap();
        end.error = answered.map(|_| ()).err();
    }
    Some(end)
}

/// A critical extension of those that RFC 5280 §4.2.1 numbers.
fn critical(number: u64, value: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, number], value.to_vec());
    extension.set_criticality(true);
    extension
}
