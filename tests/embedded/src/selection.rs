//! What the images speak. Nothing else is linked.

use symbolon::crypto::rustcrypto::{Selection, Sha256Only};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};

/// P-256 and AES-128-GCM.
pub struct P256Aes128Gcm;

impl Selection for P256Aes128Gcm {
    type Hash = Sha256Only;
    const SUITES: &'static [CipherSuite] = &[CipherSuite::TLS_AES_128_GCM_SHA256];
    const GROUPS: &'static [NamedGroup] = &[NamedGroup::secp256r1];
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
}

/// X25519 and ChaCha20-Poly1305; certificates of P-256 all the same.
pub struct X25519ChaCha20;

impl Selection for X25519ChaCha20 {
    type Hash = Sha256Only;
    const SUITES: &'static [CipherSuite] = &[CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    const GROUPS: &'static [NamedGroup] = &[NamedGroup::x25519];
    const SCHEMES: &'static [SignatureScheme] = &[SignatureScheme::ecdsa_secp256r1_sha256];
}
