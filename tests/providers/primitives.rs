//! The primitives by themselves: equal in all providers, or equal to published values.

use crate::util::pki::{PKCS_ED25519, Pki};
use crate::util::provider::Provides;
use crate::{Provider, Second, sign};
use symbolon::crypto::rustcrypto::{Ed25519Signer, P256Signer, P384Signer};
use symbolon::crypto::{
    Aead, AwsLcRs, Crypto, CryptoError, Hash, HashAlgorithm, Hmac, Ring, SignatureAlgorithm, Signer, TAG_LEN,
};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};

#[test]
fn hashes_and_macs_are_equal() {
    let text: Vec<u8> = (0..=255).collect();
    for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
        for len in [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 256] {
            let parts = [&text[..len / 2], &text[len / 2..len]];
            let hashes = [hash::<Second>(algorithm, parts), hash::<AwsLcRs>(algorithm, parts)];
            assert_eq!(hashes, [(); 2].map(|()| hash::<Ring>(algorithm, parts)), "{algorithm:?}, {len}");
            // The key is as long as the text: shorter than a block, a block, and longer.
            let key = &text[..len];
            let macs = [hmac::<Second>(algorithm, key, parts), hmac::<AwsLcRs>(algorithm, key, parts)];
            assert_eq!(macs, [(); 2].map(|()| hmac::<Ring>(algorithm, key, parts)), "{algorithm:?}, {len}");
        }
    }
}

fn hash<P: Provider>(algorithm: HashAlgorithm, [first, second]: [&[u8]; 2]) -> Vec<u8> {
    let mut hash = P::provider().hash(algorithm);
    hash.update(first);
    let fork = hash.clone();
    hash.update(second);
    assert_eq!(second.is_empty(), hash.clone().finish() == fork.finish());
    hash.finish().as_ref().to_vec()
}

fn hmac<P: Provider>(algorithm: HashAlgorithm, key: &[u8], parts: [&[u8]; 2]) -> Vec<u8> {
    let mut out = vec![0; algorithm.len()];
    P::provider().hmac(algorithm, key).sign(&parts, &mut out);
    out
}

#[test]
fn what_one_seals_the_other_opens() {
    opens_only_what_was_sealed::<Ring, Second>();
    opens_only_what_was_sealed::<Second, Ring>();
    opens_only_what_was_sealed::<Ring, AwsLcRs>();
    opens_only_what_was_sealed::<AwsLcRs, Ring>();
}

fn opens_only_what_was_sealed<A: Provider, B: Provider>() {
    let (key, nonce) = ([7; 32], [9; 12]);
    for suite in Second::provider().suites() {
        let key = &key[..if *suite == CipherSuite::TLS_AES_128_GCM_SHA256 { 16 } else { 32 }];
        let (sealer, opener) = (A::provider().aead(*suite, key).unwrap(), B::provider().aead(*suite, key).unwrap());
        for len in [0, 1, 15, 16, 17, 63, 64, 65, 1000] {
            let text = vec![0xa5; len];
            let mut sealed = text.clone();
            let tag = sealer.seal(nonce, b"header", &mut sealed).unwrap();
            sealed.extend_from_slice(&tag);
            for spoiled in [0, len / 2, len, len + TAG_LEN - 1] {
                let mut copy = sealed.clone();
                copy[spoiled] ^= 0x80;
                assert_eq!(opener.open(nonce, b"header", &mut copy), Err(CryptoError), "{suite}, {len}, {spoiled}");
            }
            assert_eq!(opener.open(nonce, b"Header", &mut sealed.clone()), Err(CryptoError));
            assert_eq!(opener.open([8; 12], b"header", &mut sealed.clone()), Err(CryptoError));
            opener.open(nonce, b"header", &mut sealed).unwrap();
            assert_eq!(sealed[..len], text);
        }
        assert_eq!(opener.open(nonce, b"", &mut [0; TAG_LEN - 1]), Err(CryptoError));
        assert!(A::provider().aead(*suite, &key[1..]).is_err());
    }
}

#[test]
fn shares_that_are_no_public_value_are_refused() {
    refuses_bad_shares::<Ring>();
    refuses_bad_shares::<Second>();
    refuses_bad_shares::<AwsLcRs>();
}

fn refuses_bad_shares<P: Provider>() {
    let provider = P::provider();
    let mut out = [0; 97];
    for group in Second::provider().default_groups() {
        let key = provider.kx_generate(*group).unwrap();
        let mut good = [0; 97];
        let len = provider.kx_share(&key, &mut good).unwrap();
        let good = &good[..len];
        let spoiled = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut share = good.to_vec();
            change(&mut share);
            share
        };
        let mut bad = vec![vec![], spoiled(&|s| s.truncate(len - 1)), spoiled(&|s| s.push(0)), vec![0; len]];
        if *group != NamedGroup::x25519 {
            bad.push(vec![0]);
            bad.push(spoiled(&|s| s[len - 1] ^= 1));
            bad.push(spoiled(&|s| s[0] = 5));
            bad.push(spoiled(&|s| s[1..].fill(0xff)));
            // The same point, compressed and hybrid: on the curve, but RFC 8446 §4.2.8.2 has uncompressed points only.
            bad.push(spoiled(&|s| {
                s[0] = 2 + (s[len - 1] & 1);
                s.truncate(1 + len / 2);
            }));
            bad.push(spoiled(&|s| s[0] = 6 + (s[len - 1] & 1)));
        }
        for share in bad {
            assert!(provider.kx_encap(*group, &share).is_err(), "{group}: {share:02x?}");
            assert!(provider.kx_decap(provider.kx_generate(*group).unwrap(), &share).is_err(), "{group}: {share:02x?}");
        }
        let (key, _) = provider.kx_encap(*group, good).unwrap();
        assert_eq!(provider.kx_share(&key, &mut out), Ok(len));
        assert!(provider.kx_share(&key, &mut out[..len - 1]).is_err());
    }
}

/// Certificates pair curves and hashes as CertificateVerify never does: signatures of OpenSSL over `Symbolon`.
#[test]
fn signatures_over_the_hash_of_the_other_curve_verify() {
    let cases = [
        (
            SignatureAlgorithm::EcdsaP256Sha384,
            SignatureAlgorithm::EcdsaP256Sha256,
            "04dbc67ecddd1fb20976e58b7e67de4701d5428431018341b042c9df24ca3a2dd902e091b149827a344c8126e7bca9e9c378efa1905bf9\
             b031a73a0d4ab8538f03",
            "3045022100be1e850203bffa34abe73c13aa602cb727c72a2cf7f38dc7122da2bdeed5916f02206e55901cba71894374882b92383e6f4a\
             7ba8544a51f616a58bc8d7ae839fea63",
        ),
        (
            SignatureAlgorithm::EcdsaP384Sha256,
            SignatureAlgorithm::EcdsaP384Sha384,
            "042c6b540a16bdf35b9b2c483c657a03aabe0258ede7065c95ecff68408f8e6a88f3bc48ee90e42b9d8cb258cb8af39e1499503b9bac8b\
             544d7c3b4ae47ad0f434015572909bbc9f576198d38ef7b66d1663d897ebd76e8e503347470295da5307",
            "3065023100b6b41013c64baf5da75c60faab377ff63927b50b3bf1672fa1edce988df3707f9de1f20f9167bcf71925965e232f3b990230\
             7b20d7fbd339b65804cdbd7aab553ed72600120da13668bd4beaff082a052d573b08874c2f63345d516321d3b09e421b",
        ),
    ];
    for (right, wrong, key, signature) in cases {
        let (key, signature) = (hex::decode(key).unwrap(), hex::decode(signature).unwrap());
        for verify in [verify::<Ring>, verify::<Second>, verify::<AwsLcRs>] {
            assert_eq!(verify(right, &key, b"Symbolon", &signature), Ok(()), "{right:?}");
            assert_eq!(verify(wrong, &key, b"Symbolon", &signature), Err(CryptoError), "{right:?}");
            assert_eq!(verify(right, &key, b"symbolon", &signature), Err(CryptoError), "{right:?}");
        }
    }
}

fn verify<P: Provider>(
    algorithm: SignatureAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    P::provider().verify(algorithm, key, message, signature)
}

/// Ecdsa-Sig-Value has one encoding (X.690 §8.3.2, §10.1): what else an eager reader would take is refused.
#[test]
fn ecdsa_signatures_in_other_than_der_are_refused() {
    let key = hex::decode(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f51\
         77a3c294d4462299",
    );
    let (r, s) = (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    let cases = [
        (Ok(()), format!("3046022100{r}022100{s}")),
        (Err(CryptoError), format!("308146022100{r}022100{s}")),
        (Err(CryptoError), format!("3080022100{r}022100{s}0000")),
        (Err(CryptoError), format!("30450220{r}022100{s}")),
        (Err(CryptoError), format!("304702220000{r}022100{s}")),
        (Err(CryptoError), format!("3047022100{r}02220000{s}")),
        (Err(CryptoError), format!("3048022100{r}022100{s}0500")),
        (Err(CryptoError), format!("3046022100{r}022100{s}00")),
        (Err(CryptoError), format!("3045022100{r}022100{}", &s[..62])),
        (Err(CryptoError), format!("3046042100{r}022100{s}")),
        (Err(CryptoError), format!("3146022100{r}022100{s}")),
        (Err(CryptoError), format!("3026020100022100{s}")),
        (Err(CryptoError), format!("3025022100{r}0200")),
        (Err(CryptoError), "3000".into()),
        (Err(CryptoError), String::new()),
    ];
    let key = key.unwrap();
    for (expected, signature) in cases {
        let signature = hex::decode(signature).unwrap();
        for verify in [verify::<Ring>, verify::<Second>, verify::<AwsLcRs>] {
            let found = verify(SignatureAlgorithm::EcdsaP256Sha256, &key, b"sample", &signature);
            assert_eq!(found, expected, "{signature:02x?}");
        }
    }
}

/// RFC 6979 A.2.5 and A.2.6, over `sample`: the nonces are as the RFC has them.
#[test]
fn ecdsa_signatures_are_those_of_rfc_6979() {
    let p256 = array("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
    let p384 =
        array("6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5");
    let cases: [(Box<dyn Signer>, &str, &str); 2] = [
        (
            Box::new(P256Signer::new(p256)),
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        ),
        (
            Box::new(P384Signer::new(p384)),
            "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
            "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
        ),
    ];
    for (signer, r, s) in cases {
        let signature = sign(signer.as_ref(), b"sample").unwrap();
        // SEQUENCE { INTEGER 00 r, INTEGER 00 s }: the top bits of all four are set.
        let integer = |hex: &str| [&[2, hex.len() as u8 / 2 + 1, 0][..], &hex::decode(hex).unwrap()].concat();
        let content = [integer(r), integer(s)].concat();
        assert_eq!(hex::encode(signature), hex::encode([&[0x30, content.len() as u8][..], &content].concat()));
    }
}

/// RFC 8032 §7.1, TEST 3.
#[test]
fn ed25519_signatures_are_those_of_rfc_8032() {
    let signer = Ed25519Signer::new(array("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
    assert_eq!(
        hex::encode(sign(&signer, &[0xaf, 0x82]).unwrap()),
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027\
         beceea1ec40a"
    );
}

fn array<const N: usize>(digits: &str) -> [u8; N] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

#[test]
fn signers_refuse_keys_and_schemes_that_are_not_theirs() {
    const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for no_key in [[0; 32], array(P256_ORDER), [0xff; 32]] {
        assert_eq!(sign(&P256Signer::new(no_key), b""), Err(CryptoError));
    }
    let key = Pki::with("test", &PKCS_ED25519).root.key.serialize_der();
    assert!(P256Signer::from_pkcs8(&key).is_err() && P384Signer::from_pkcs8(&key).is_err());
    let signer = Ed25519Signer::from_pkcs8(&key).unwrap();
    assert!(Ed25519Signer::from_pkcs8(&key[..key.len() - 1]).is_err());
    assert_eq!(signer.sign(SignatureScheme::ecdsa_secp256r1_sha256, b"", &mut [0; 64]), Err(CryptoError));
    assert_eq!(signer.sign(SignatureScheme::ed25519, b"", &mut [0; 63]), Err(CryptoError));
    let key = Pki::new("test").root.key.serialize_der();
    assert!(P384Signer::from_pkcs8(&key).is_err() && Ed25519Signer::from_pkcs8(&key).is_err());
}
