//! RFC 5869 Appendix A: the provider's HMAC, used as HKDF has it, gives the RFC's values.
#![cfg(feature = "ring")]

mod util;

use symbolon::crypto::{Crypto, HashAlgorithm, Hmac};
use util::kv::File;
use util::provider::provider;

fn hmac(crypto: &impl Crypto, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut out = [0; 32];
    crypto.hmac(HashAlgorithm::Sha256, key).sign(parts, &mut out);
    out.to_vec()
}

/// HKDF-Expand (RFC 5869 §2.3).
fn expand(crypto: &impl Crypto, prk: &[u8], info: &[u8], len: usize) -> Vec<u8> {
    let (mut okm, mut block) = (Vec::new(), Vec::new());
    for counter in 1_u8..=255 {
        if okm.len() >= len {
            break;
        }
        block = hmac(crypto, prk, &[&block, info, &[counter]]);
        okm.extend_from_slice(&block);
    }
    okm.truncate(len);
    okm
}

#[test]
fn hmac_of_the_provider_gives_the_values_of_rfc_5869() {
    let crypto = provider();
    let file = File::read("vectors/rfc5869/hkdf.kv");
    let cases: Vec<_> = file.blocks.iter().filter(|b| b.text("Hash") == "SHA-256").collect();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let prk = hmac(&crypto, case.bytes("Salt"), &[case.bytes("Ikm")]);
        assert_eq!(prk, case.bytes("Prk"), "{}", case.title);
        let okm = case.bytes("Okm");
        assert_eq!(expand(&crypto, &prk, case.bytes("Info"), okm.len()), okm, "{}", case.title);
    }
}
