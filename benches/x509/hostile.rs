//! Chains that are made to be slow: many issuers to try, and many names to compare. All that a peer sends fits into one
//! Certificate message of 64 KiB.

use crate::util::ca::{Ca, common_name};
use crate::util::der::element;
use rcgen::{CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P384_SHA384};
use symbolon::Reason;
use symbolon::x509::{Anchor, Anchors, Certificate, MAX_CHAIN};

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) anchors: Anchors,
    pub(crate) verdict: Result<(), Reason>,
}

/// As many anchors as the largest stores of the field have, a few times over.
const ANCHORS: usize = 5000;

const SUBJECT_ALT_NAME: &[u64] = &[2, 5, 29, 17];
const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];

pub(crate) fn cases() -> Vec<Case> {
    vec![
        mesh("a mesh of CAs, and an anchor of their name", "mesh", 1, 0),
        mesh("a mesh of CAs, and thousands of anchors of their name", "mesh", ANCHORS, 0),
        mesh("a mesh of CAs, and thousands of anchors of another name", "Mesh", ANCHORS, 0),
        mesh("a mesh of large CAs, and an anchor of another name", "Mesh", 1, 300),
        last_of_many_anchors(),
        names("many dNSNames under many constraints", 2000, |n| element(0x82, format!("h{n:04}.test").as_bytes())),
        names("many directoryNames under many constraints", 1300, |n| directory(&[&format!("h{n:04}")])),
        names("many directoryNames of large RDNs under many constraints", 290, |n| {
            let [a, b] = [n / 26, n % 26].map(|digit| char::from(b'a' + u8::try_from(digit).unwrap()).to_string());
            directory(&["h", "h", "h", "h", "h", "h", &a, &b])
        }),
        names("many directoryNames of many RDNs under many constraints", 100, |n| {
            let rdns = [vec!["h"; 18], vec![&*format!("{n:02}")]]
                .concat()
                .iter()
                .map(|value| rdn(&[value]))
                .collect::<Vec<_>>();
            element(0xa4, &element(0x30, &rdns.concat()))
        }),
    ]
}

/// CAs of one name that certified each other, with so many alternative names, and none of which an anchor certified.
fn mesh(name: &'static str, anchor: &str, anchors: usize, names: usize) -> Case {
    let names: Vec<u8> = (0..names).flat_map(|n| element(0x82, format!("h{n:04}.test").as_bytes())).collect();
    let ca = |_| {
        Ca::root_with("mesh", |ca| {
            if !names.is_empty() {
                extend(ca, SUBJECT_ALT_NAME, element(0x30, &names));
            }
        })
    };
    let cas: Vec<Ca> = (1..MAX_CHAIN).map(ca).collect();
    let certified = cas.iter().zip(cas.iter().cycle().skip(1)).map(|(by, of)| by.cross_sign(of));
    let chain = std::iter::once(cas[0].leaf()).chain(certified).collect();
    // P-384, which takes longest to verify with; more than can be tried need no keys of their own.
    let keys: Vec<_> = (0..40).map(|_| key_of_anchor()).collect();
    let subject = subject(&Ca::root(anchor).der);
    let anchors = (0..anchors).map(|n| Anchor::new(subject, keys[n % keys.len()]));
    Case { name, chain, anchors: leaked(anchors), verdict: Err(Reason::CertificateBudget) }
}

/// Every anchor is of another name, and only the last one is right.
fn last_of_many_anchors() -> Case {
    let root = Ca::root("root 5000");
    let key = key_of_anchor();
    let others = (0..ANCHORS).map(|n| subject(&Ca::root(&format!("root {n:04}")).der));
    let others = others.map(|subject| Anchor::new(subject, key)).collect::<Vec<_>>();
    let right = Anchor::of(&Certificate::parse(root.der.clone().leak()).unwrap()).unwrap();
    Case {
        name: "an honest chain and thousands of anchors",
        chain: vec![root.leaf()],
        anchors: leaked(others.into_iter().chain([right])),
        verdict: Ok(()),
    }
}

/// A leaf with `count` names under a CA with as many constraints, one for each of them.
fn names(name: &'static str, count: usize, of: impl Fn(usize) -> Vec<u8>) -> Case {
    let root = Ca::root("root");
    let all: Vec<Vec<u8>> = (0..count).map(of).collect();
    let subtrees: Vec<u8> = all.iter().flat_map(|name| element(0x30, name)).collect();
    let permitted = element(0x30, &element(0xa0, &subtrees));
    let issuer = root.intermediate_with("issuer", |ca| extend(ca, NAME_CONSTRAINTS, permitted));
    let server = element(0x82, b"server.test");
    let leaf = issuer.leaf_with(|leaf| {
        leaf.subject_alt_names.clear();
        leaf.distinguished_name = rcgen::DistinguishedName::new();
        extend(leaf, SUBJECT_ALT_NAME, element(0x30, &[all.concat(), server].concat()));
    });
    let chain = vec![leaf, issuer.der];
    assert!(chain.iter().map(Vec::len).sum::<usize>() < 1 << 16, "{name}: more than a message holds");
    Case { name, chain, anchors: Anchors::from_der([root.der]).unwrap(), verdict: Err(Reason::CertificateBudget) }
}

fn extend(params: &mut CertificateParams, oid: &[u64], content: Vec<u8>) {
    params.custom_extensions.push(CustomExtension::from_oid_content(oid, content));
}

/// A directoryName of one RDN, which has these common names.
fn directory(values: &[&str]) -> Vec<u8> {
    element(0xa4, &element(0x30, &rdn(values)))
}

fn rdn(values: &[&str]) -> Vec<u8> {
    let attribute = |value: &&str| element(0x30, &[&[6, 3, 0x55, 4, 3][..], &element(0x0c, value.as_bytes())].concat());
    element(0x31, &values.iter().flat_map(attribute).collect::<Vec<_>>())
}

fn subject(der: &[u8]) -> &'static [u8] {
    Certificate::parse(der.to_vec().leak()).unwrap().subject().der()
}

fn key_of_anchor() -> &'static [u8] {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name("key");
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Certificate::parse(der.leak()).unwrap().spki()
}

fn leaked(anchors: impl Iterator<Item = Anchor<'static>>) -> Anchors {
    Anchors::from_static(anchors.collect::<Vec<_>>().leak())
}
