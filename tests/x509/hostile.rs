//! Bytes made to trouble the reader.

use super::util::provider::provider;
use super::*;
use proptest::prelude::*;
use symbolon::identity::PeerIdentity;

/// Everything that can be asked of bytes that claim to be a certificate.
fn ask_everything(der: &[u8]) {
    let described = describe(der).to_string();
    assert!(!described.contains(char::is_control), "{described}");
    let Ok(certificate) = Certificate::parse(der) else { return };
    let _ = certificate.public_key();
    let peer = PeerIdentity::of(&provider(), &certificate);
    assert!(!peer.to_string().contains(char::is_control), "{peer}");
    assert!(certificate.extended_key_usage().into_iter().flatten().count() < der.len());
    assert!(certificate.subject().attributes().count() < der.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_chain_with_bytes_replaced_is_refused(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        in_intermediate: bool,
    ) {
        let [root, intermediate, leaf] = made();
        let mut sent = [leaf.clone(), intermediate.clone()];
        let edited = &mut sent[usize::from(in_intermediate)];
        for (index, byte) in edits {
            let at = index.index(edited.len());
            edited[at] = byte;
        }
        ask_everything(edited);
        let verdict = judge(&[&sent[0], &sent[1]], &[root]);
        prop_assert_eq!(verdict.is_ok(), sent == [leaf.clone(), intermediate.clone()]);
    }

    #[test]
    fn bytes_that_are_no_certificate_are_no_trouble(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        ask_everything(&bytes);
        ask_everything(&[&[0x30, 0x82, 0, bytes.len() as u8], &bytes[..]].concat());
    }
}

/// A root, an intermediate with constraints, and a leaf with names of many kinds; made once.
fn made() -> &'static [Vec<u8>; 3] {
    static MADE: std::sync::OnceLock<[Vec<u8>; 3]> = std::sync::OnceLock::new();
    MADE.get_or_init(|| {
        let root = Ca::root("root");
        let intermediate = root.intermediate_with("intermediate", |params| {
            let permitted_subtrees = vec![GeneralSubtree::DnsName("test".into())];
            params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: vec![] });
        });
        let leaf = intermediate.leaf_with(|params| {
            params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().unwrap()));
            params.subject_alt_names.push(SanType::URI("spiffe://works/robot".try_into().unwrap()));
        });
        [root.der, intermediate.der, leaf]
    })
}
