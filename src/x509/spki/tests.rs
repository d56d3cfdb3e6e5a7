use super::*;
use alloc::vec::Vec;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let length = match len {
        0..=0x7f => Vec::from([len.try_into().unwrap()]),
        0x80..=0xff => Vec::from([0x81, len.try_into().unwrap()]),
        _ => [&[0x82][..], &u16::try_from(len).unwrap().to_be_bytes()].concat(),
    };
    [&[tag][..], &length, content].concat()
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(0x30, algorithm), tlv(3, &[&[0], key].concat())].concat())
}

/// An RSA key of this many bits.
fn rsa(bits: usize) -> Vec<u8> {
    let mut modulus = Vec::from_iter(core::iter::repeat_n(0xff, bits.div_ceil(8)));
    modulus[0] = 0xff_u8.checked_shr((modulus.len() * 8 - bits).try_into().unwrap()).unwrap();
    if bits.is_multiple_of(8) {
        modulus.insert(0, 0);
    }
    spki(RSA, &tlv(0x30, &[tlv(2, &modulus), tlv(2, &[1, 0, 1])].concat()))
}

fn reason(spki: &[u8]) -> Option<Reason> {
    public_key(spki).err().map(|fault| fault.reason())
}

#[test]
fn rsa_keys_are_read_up_to_8192_bits_and_relied_on_from_2048() {
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert!(strong_key(&rsa(bits)).is_ok(), "{bits}");
    }
    for bits in [8, 1024, 2047] {
        let key = rsa(bits);
        assert_eq!(public_key(&key).unwrap().kind, KeyKind::Rsa);
        let fault = strong_key(&key).unwrap_err();
        assert_eq!(fault.reason(), Reason::CertificateKeyWeak);
        assert_eq!(fault.figures(), Detail::Limit { got: bits.try_into().unwrap(), limit: 2048 });
    }
    for bits in [8193, 16384] {
        assert_eq!(reason(&rsa(bits)), Some(Reason::CertificateAlgorithm), "{bits}");
    }
}

// [4.2.3-6]
#[test]
fn keys_are_told_by_algorithm_and_shape() {
    let p256 = [&[4][..], &[7; 64]].concat();
    assert_eq!(public_key(&spki(ECDSA_P256, &p256)).unwrap(), PublicKey { kind: KeyKind::EcdsaP256, bytes: &p256 });
    let p384 = [&[4][..], &[7; 96]].concat();
    assert_eq!(public_key(&spki(ECDSA_P384, &p384)).unwrap().kind, KeyKind::EcdsaP384);
    assert_eq!(public_key(&spki(ED25519, &[7; 32])).unwrap().kind, KeyKind::Ed25519);
    for (algorithm, key) in [(ECDSA_P256, &p384[..]), (ECDSA_P384, &p256), (ED25519, &p256), (RSA, &p256)] {
        assert_eq!(reason(&spki(algorithm, key)), Some(Reason::CertificateMalformed));
    }
    // Ed25519 has no parameters, rsaEncryption must have NULL.
    for algorithm in [&[ED25519, NULL].concat()[..], RSA.strip_suffix(NULL).unwrap(), RSASSA_PSS, b""] {
        assert_eq!(reason(&spki(algorithm, &[7; 32])), Some(Reason::CertificateAlgorithm));
    }
}

fn pss_parameters(hash: &[u8], mask_hash: &[u8], salt: &[u8]) -> Vec<u8> {
    let fields = [
        tlv(0xa0, &tlv(0x30, hash)),
        tlv(0xa1, &tlv(0x30, &[MGF1, &tlv(0x30, mask_hash)].concat())),
        tlv(0xa2, &tlv(2, salt)),
    ];
    [RSASSA_PSS, &tlv(0x30, &fields.concat())].concat()
}

// [4.2.3-4]
#[test]
fn pss_is_accepted_with_one_hash_throughout_and_a_salt_of_its_length() {
    for (oid, salt, digest) in
        [(SHA256, 32, Digest::Sha256), (SHA384, 48, Digest::Sha384), (SHA512, 64, Digest::Sha512)]
    {
        let with_null = [oid, NULL].concat();
        for hash in [oid, &with_null] {
            assert_eq!(Named::of(&pss_parameters(hash, hash, &[salt])), Some(Named::RsaPss(digest)));
        }
        assert_eq!(Named::of(&pss_parameters(oid, oid, &[salt - 1])), None);
        assert_eq!(Named::of(&pss_parameters(oid, oid, &[0, salt])), None);
    }
    assert_eq!(Named::of(&pss_parameters(SHA256, SHA384, &[32])), None);
    // The defaults, which are SHA-1.
    assert_eq!(Named::of(&[RSASSA_PSS, b"\x30\x00"].concat()), None);
    assert_eq!(Named::of(RSASSA_PSS), None);
}

#[test]
fn parameters_that_an_algorithm_does_not_have_are_refused() {
    assert_eq!(Named::of(&[ECDSA_WITH_SHA256, NULL].concat()), None);
    assert_eq!(Named::of(&[ED25519, NULL].concat()), None);
    assert_eq!(Named::of(&[RSA_WITH_SHA256, NULL].concat()), Some(Named::RsaPkcs1(Digest::Sha256)));
    assert_eq!(Named::of(RSA_WITH_SHA256), Some(Named::RsaPkcs1(Digest::Sha256)));
    assert_eq!(Named::of(&[RSA_WITH_SHA256, NULL, NULL].concat()), None);
}
