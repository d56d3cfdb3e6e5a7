//! Both providers do the same: alone, with each other, and in both roles.
#![cfg(all(feature = "ring", feature = "rustcrypto"))]

mod util;

use ring::rand::SystemRandom;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::rustcrypto::{
    Ed25519Signer, P256Signer, P384Signer, RustCrypto, RustCryptoAead, RustCryptoKx, Selection, Sha256Only,
};
use symbolon::crypto::{
    Aead, Crypto, CryptoError, Hash, HashAlgorithm, Ring, RingSigner, SignatureAlgorithm, Signer, TAG_LEN,
};
use symbolon::wire::{AlertDescription, CipherSuite, NamedGroup, SignatureScheme};
use symbolon::{Allow, ClientAuth, ClientConfig, Credential, Error, Reason, ServerConfig, Signing};
use util::pair::{Pair, World};
use util::pki::{Chain, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};

type Second = RustCrypto<SystemRandom>;

/// A provider and its signers.
trait Provider: Crypto + Sized {
    fn provider() -> Self;
    fn signer(pkcs8: &[u8]) -> Box<dyn Signer>;

    fn client(world: &World) -> ClientConfigBuilder<Self> {
        ClientConfig::builder(Self::provider()).anchors(world.anchors()).credential(Self::credential(&world.client))
    }

    fn server(world: &World) -> ServerConfigBuilder<Self> {
        ServerConfig::builder(Self::provider())
            .credential(Self::credential(&world.server))
            .client_auth(ClientAuth::require(world.anchors(), Allow::dns("robot.test")))
    }

    fn credential(chain: &Chain) -> Credential {
        credential(chain, Self::signer(&chain.leaf.key.serialize_der()))
    }
}

impl Provider for Ring {
    fn provider() -> Self {
        Self::new()
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        Box::new(RingSigner::from_pkcs8(pkcs8).unwrap())
    }
}

impl Provider for Second {
    fn provider() -> Self {
        Self::new(SystemRandom::new())
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        let p256 = P256Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        let p384 = || P384Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        let ed25519 = || Ed25519Signer::from_pkcs8(pkcs8).map(|key| Box::new(key) as Box<dyn Signer>);
        p256.or_else(|_| p384()).or_else(|_| ed25519()).unwrap()
    }
}

fn credential(chain: &Chain, signer: Box<dyn Signer>) -> Credential {
    let intermediate = chain.pem.split_inclusive("-----END CERTIFICATE-----\n").nth(1).unwrap();
    let intermediate = symbolon::x509::certificates_from_pem(intermediate.as_bytes()).unwrap().remove(0);
    Credential::new([chain.leaf.der.as_slice(), &intermediate], Signing::Local(signer)).unwrap()
}

fn pair<C: Provider, S: Provider>(client: ClientConfigBuilder<C>, server: ServerConfigBuilder<S>) -> Pair<C, S> {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

fn connected<C: Provider, S: Provider>(client: ClientConfigBuilder<C>, server: ServerConfigBuilder<S>) -> Pair<C, S> {
    let mut pair = pair(client, server);
    pair.run();
    pair.assert_connected();
    pair
}

fn refused(error: Option<Error>) -> Reason {
    match error {
        Some(Error::Refused(refusal)) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

fn told(error: Option<Error>) -> AlertDescription {
    match error {
        Some(Error::PeerAlert(alert)) => alert.description,
        other => panic!("{other:?}"),
    }
}

/// Every test of `both` with every pair of providers, client first.
macro_rules! with_every_pair {
    ($($test:ident)*) => {
        with_every_pair!(@ ring_to_ring, super::Ring, super::Ring, $($test)*);
        with_every_pair!(@ ring_to_rustcrypto, super::Ring, super::Second, $($test)*);
        with_every_pair!(@ rustcrypto_to_ring, super::Second, super::Ring, $($test)*);
        with_every_pair!(@ rustcrypto_to_rustcrypto, super::Second, super::Second, $($test)*);
    };
    (@ $pair:ident, $client:ty, $server:ty, $($test:ident)*) => {
        mod $pair {
            $(#[test] fn $test() { super::both::$test::<$client, $server>(); })*
        }
    };
}

with_every_pair! {
    every_suite_group_and_scheme_connects
    retry_leads_to_another_group
    keys_are_updated_both_ways
    a_mebibyte_flows_both_ways
    client_refuses_a_signature_with_one_bit_flipped
    server_refuses_a_signature_with_one_bit_flipped
    server_refuses_a_share_off_the_curve
    client_refuses_a_share_off_the_curve
    records_with_one_bit_flipped_are_refused
}

mod both {
    use super::*;

    pub(super) fn every_suite_group_and_scheme_connects<C: Provider, S: Provider>() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let world = World::of(Pki::with("test", algorithm));
            for suite in Second::provider().suites() {
                for group in Second::provider().groups() {
                    let client = C::client(&world).suites(vec![*suite]).groups(vec![*group]);
                    let pair = connected::<C, S>(client, S::server(&world));
                    let negotiated = pair.server.conn.negotiated();
                    assert_eq!((negotiated.suite, negotiated.group), (Some(*suite), Some(*group)));
                    assert_eq!(pair.client.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
                    assert_eq!(pair.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
                }
            }
        }
    }

    pub(super) fn retry_leads_to_another_group<C: Provider, S: Provider>() {
        let world = World::new();
        for suite in Second::provider().suites() {
            let client = C::client(&world).suites(vec![*suite]).groups(vec![NamedGroup::x25519, NamedGroup::secp256r1]);
            let server = S::server(&world).groups(vec![NamedGroup::secp256r1]);
            let pair = connected::<C, S>(client.shares(1), server);
            assert!(pair.client.conn.negotiated().retried);
            assert_eq!(pair.client.conn.negotiated().group, Some(NamedGroup::secp256r1));
        }
    }

    pub(super) fn keys_are_updated_both_ways<C: Provider, S: Provider>() {
        let world = World::new();
        for suite in Second::provider().suites() {
            let mut pair = connected::<C, S>(C::client(&world).suites(vec![*suite]), S::server(&world));
            for round in 0..3 {
                let both = round != 1;
                pair.client.conn.app().unwrap().update_keys(both, &mut pair.client.tx).unwrap().unwrap();
                pair.client.write(b"ping");
                pair.run();
                pair.server.conn.app().unwrap().update_keys(both, &mut pair.server.tx).unwrap().unwrap();
                pair.server.write(b"pong");
                pair.run();
            }
            assert_eq!(pair.server.received, b"pingpingping");
            assert_eq!(pair.client.received, b"pongpongpong");
            // The first, and two in answer to the server; our own three were not observed.
            let keys = pair.client.seen.events.iter().filter(|e| e.starts_with("K_send = application")).count();
            assert_eq!(keys, 1 + 2, "{:?}", pair.client.seen.events);
        }
    }

    pub(super) fn a_mebibyte_flows_both_ways<C: Provider, S: Provider>() {
        let world = World::new();
        let text: Vec<u8> = (0..1_u32 << 20).map(|i| (i % 251) as u8).collect();
        for suite in Second::provider().suites() {
            let mut pair = connected::<C, S>(C::client(&world).suites(vec![*suite]), S::server(&world));
            for piece in text.chunks(10_007) {
                pair.client.write(piece);
                pair.server.write(piece);
                pair.run();
            }
            assert!(pair.server.received == text && pair.client.received == text, "{suite}");
        }
    }

    /// Signs well, and then flips a bit.
    struct Flipped(Box<dyn Signer>);

    impl Signer for Flipped {
        fn schemes(&self) -> &[SignatureScheme] {
            self.0.schemes()
        }

        fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
            let len = self.0.sign(scheme, message, out)?;
            out[len - 1] ^= 1;
            Ok(len)
        }
    }

    fn flipped<P: Provider>(chain: &Chain) -> Credential {
        credential(chain, Box::new(Flipped(P::signer(&chain.leaf.key.serialize_der()))))
    }

    pub(super) fn client_refuses_a_signature_with_one_bit_flipped<C: Provider, S: Provider>() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let world = World::of(Pki::with("test", algorithm));
            let server = ServerConfig::builder(S::provider()).credential(flipped::<S>(&world.server));
            let mut pair = pair::<C, S>(C::client(&world), server);
            pair.run();
            assert_eq!(refused(pair.client.error), Reason::SignatureBad);
            assert_eq!(told(pair.server.error), AlertDescription::decrypt_error);
        }
    }

    pub(super) fn server_refuses_a_signature_with_one_bit_flipped<C: Provider, S: Provider>() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let world = World::of(Pki::with("test", algorithm));
            let client = ClientConfig::builder(C::provider());
            let client = client.anchors(world.anchors()).credential(flipped::<C>(&world.client));
            let mut pair = pair::<C, S>(client, S::server(&world));
            pair.run();
            assert_eq!(refused(pair.server.error), Reason::SignatureBad);
            assert_eq!(told(pair.client.error), AlertDescription::decrypt_error);
        }
    }

    /// Flips the last bit of the first uncompressed point in a KeyShareEntry.
    fn spoil_point(hello: &mut [u8], group: NamedGroup, len: usize) {
        let [group_1, group_2] = group.0.to_be_bytes();
        let entry = [group_1, group_2, 0, len as u8, 4];
        let at = hello.windows(entry.len()).position(|window| window == entry).unwrap();
        hello[at + 4 + len - 1] ^= 1;
    }

    const POINTS: [(NamedGroup, usize); 2] = [(NamedGroup::secp256r1, 65), (NamedGroup::secp384r1, 97)];

    pub(super) fn server_refuses_a_share_off_the_curve<C: Provider, S: Provider>() {
        let world = World::new();
        for (group, len) in POINTS {
            let mut pair = pair::<C, S>(C::client(&world).groups(vec![group]), S::server(&world));
            pair.client.drive();
            let mut hello = pair.client.take_output();
            spoil_point(&mut hello, group, len);
            pair.server.give(&hello);
            assert_eq!(refused(pair.server.error), Reason::KeyShareBad);
        }
    }

    pub(super) fn client_refuses_a_share_off_the_curve<C: Provider, S: Provider>() {
        let world = World::new();
        for (group, len) in POINTS {
            let mut pair = pair::<C, S>(C::client(&world).groups(vec![group]), S::server(&world));
            pair.client.drive();
            pair.server.give(&pair.client.take_output());
            let mut flight = pair.server.take_output();
            spoil_point(&mut flight, group, len);
            pair.client.give(&flight);
            assert_eq!(refused(pair.client.error), Reason::KeyShareBad);
        }
    }

    pub(super) fn records_with_one_bit_flipped_are_refused<C: Provider, S: Provider>() {
        let world = World::new();
        for suite in Second::provider().suites() {
            // header, ciphertext, tag
            for spoil in [|_: usize| 4, |_| 5, |len| len - 1] {
                let client = || C::client(&world).suites(vec![*suite]);
                let mut pair = connected::<C, S>(client(), S::server(&world));
                pair.client.write(b"ping");
                let mut record = pair.client.take_output();
                let at = spoil(record.len());
                record[at] ^= 1;
                // A length that grew by one wants one byte more.
                record.extend_from_slice(&[0; 8]);
                pair.server.give(&record);
                assert_eq!(refused(pair.server.error), Reason::BadRecordMac, "{suite}, byte {at}");
                assert_eq!(pair.server.received, b"");
            }
        }
    }
}

#[test]
fn hashes_and_macs_are_equal() {
    let text: Vec<u8> = (0..=255).collect();
    for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
        for len in [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 256] {
            let parts = [&text[..len / 2], &text[len / 2..len]];
            assert_eq!(hash::<Ring>(algorithm, parts), hash::<Second>(algorithm, parts), "{algorithm:?}, {len}");
            // The key is as long as the text: shorter than a block, a block, and longer.
            let macs = (hmac::<Ring>(algorithm, &text[..len], parts), hmac::<Second>(algorithm, &text[..len], parts));
            assert_eq!(macs.0, macs.1, "{algorithm:?}, {len}");
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
    P::provider().hmac(algorithm, key, &parts, &mut out);
    out
}

#[test]
fn what_one_seals_the_other_opens() {
    opens_only_what_was_sealed::<Ring, Second>();
    opens_only_what_was_sealed::<Second, Ring>();
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
}

fn refuses_bad_shares<P: Provider>() {
    let provider = P::provider();
    let mut out = [0; 97];
    for group in Second::provider().groups() {
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
            assert!(provider.kx_encap(*group, &share, &mut out).is_err(), "{group}: {share:02x?}");
            assert!(provider.kx_decap(provider.kx_generate(*group).unwrap(), &share).is_err(), "{group}: {share:02x?}");
        }
        assert!(provider.kx_encap(*group, good, &mut out).is_ok());
        assert!(provider.kx_encap(*group, good, &mut out[..len - 1]).is_err());
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
        for verify in [verify::<Ring>, verify::<Second>] {
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

fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let mut signature = vec![0; 512];
    let len = signer.sign(signer.schemes()[0], message, &mut signature)?;
    signature.truncate(len);
    Ok(signature)
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

/// What a device with few bytes would choose.
struct Small;

impl Selection for Small {
    type Hash = Sha256Only;
    const SUITES: &'static [CipherSuite] = &[CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    const GROUPS: &'static [NamedGroup] = &[NamedGroup::x25519];
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
}

type Device = RustCrypto<SystemRandom, Small>;

impl Provider for Device {
    fn provider() -> Self {
        Self::new(SystemRandom::new())
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        Box::new(P256Signer::from_pkcs8(pkcs8).unwrap())
    }
}

#[test]
fn small_selection_connects_in_both_roles() {
    let world = World::new();
    let client = Device::client(&world).certificate_schemes([]);
    let pair = connected::<Device, Ring>(client, Ring::server(&world));
    assert_eq!(pair.client.conn.negotiated().suite, Some(CipherSuite::TLS_CHACHA20_POLY1305_SHA256));
    connected::<Ring, Device>(Ring::client(&world), Device::server(&world).certificate_schemes([]));
}

#[test]
fn small_selection_refuses_what_it_does_not_list() {
    let (device, all) = (Device::provider(), Second::provider());
    assert!(device.aead(CipherSuite::TLS_AES_128_GCM_SHA256, &[0; 16]).is_err());
    assert!(device.kx_generate(NamedGroup::secp256r1).is_err());
    let (mut share, mut out) = ([0; 97], [0; 97]);
    let len = all.kx_share(&all.kx_generate(NamedGroup::secp256r1).unwrap(), &mut share).unwrap();
    assert!(device.kx_encap(NamedGroup::secp256r1, &share[..len], &mut out).is_err());
    let key = Pki::with("test", &PKCS_ED25519).root.key;
    let signature = sign(&Ed25519Signer::from_pkcs8(&key.serialize_der()).unwrap(), b"text").unwrap();
    assert_eq!(all.verify(SignatureAlgorithm::Ed25519, key.public_key_raw(), b"text", &signature), Ok(()));
    assert!(device.verify(SignatureAlgorithm::Ed25519, key.public_key_raw(), b"text", &signature).is_err());
    assert_eq!(device.hash(HashAlgorithm::Sha384).finish().as_ref(), b"");
}

/// What stays in a connection, in bytes. The hashes of the crates take most of it.
#[test]
fn keys_in_flight_are_small() {
    assert!(size_of::<RustCryptoAead<Small>>() <= 33);
    assert!(size_of::<RustCryptoKx>() <= 49);
    assert!(size_of::<Sha256Only>() <= 120, "{}", size_of::<Sha256Only>());
    assert!(size_of::<<Second as Crypto>::Hash>() <= 232, "{}", size_of::<<Second as Crypto>::Hash>());
}
