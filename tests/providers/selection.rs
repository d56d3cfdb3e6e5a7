//! A selection that leaves most of it out.

use crate::handshakes::connected;
use crate::util::pair::World;
use crate::util::pki::{PKCS_ED25519, Pki};
use crate::util::provider::{Provides, Source};
use crate::{Provider, Second, sign};
use symbolon::crypto::rustcrypto::{Ed25519Signer, RustCrypto, RustCryptoAead, RustCryptoKx, Selection, Sha256Only};
use symbolon::crypto::{Crypto, Hash, HashAlgorithm, Ring, SignatureAlgorithm};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};

/// What a device with few bytes would choose.
struct Small;

impl Selection for Small {
    type Hash = Sha256Only;
    const SUITES: &'static [CipherSuite] = &[CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    const GROUPS: &'static [NamedGroup] = &[NamedGroup::x25519];
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
}

type Device = RustCrypto<Source, Small>;

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
    let mut share = [0; 97];
    let len = all.kx_share(&all.kx_generate(NamedGroup::secp256r1).unwrap(), &mut share).unwrap();
    assert!(device.kx_encap(NamedGroup::secp256r1, &share[..len]).is_err());
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
    // With ML-KEM there is a pointer to its keys.
    assert!(size_of::<RustCryptoKx>() <= if cfg!(feature = "mlkem") { 56 } else { 49 });
    assert!(size_of::<Sha256Only>() <= 120, "{}", size_of::<Sha256Only>());
    assert!(size_of::<<Second as Crypto>::Hash>() <= 232, "{}", size_of::<<Second as Crypto>::Hash>());
}
