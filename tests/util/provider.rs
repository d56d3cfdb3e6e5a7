//! The provider that tests run with: `RustCrypto` in the test crate `rustcrypto`, which takes in the files of the others, and
//! `Ring` everywhere else.

use super::pki::Chain;
use ring::rand::SystemRandom;
use std::io::Write;
use std::sync::Arc;
use symbolon::crypto::{Crypto, CryptoError, Random, Ring, RingSigner, Signer};
use symbolon::x509::{PrivateKeyDer, certificates_from_pem, private_key_from_pem};
use symbolon::{Credential, Signing};

pub type Provider = <Chosen<{ matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"rustcrypto") }> as Choice>::Provider;

/// With randomness from the operating system.
pub fn provider() -> Provider {
    Provider::provider()
}

/// A private key in PKCS#8 that is in this process.
pub fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
    Provider::signer(pkcs8)
}

/// A chain whose key is in this process.
pub fn local(chain: &Chain) -> Credential {
    Provider::credential(&chain.pem, &chain.key_pem)
}

/// The same of a chain and a key in PEM.
pub fn credential(chain: &str, key: &str) -> Credential {
    Provider::credential(chain, key)
}

/// True if the provider has no RSA; says so past the test harness.
pub fn lacks_rsa(what: &str) -> bool {
    if !Provider::HAS_RSA {
        let _ = writeln!(std::io::stderr(), "skipped: {what}: RSA needs a heap, so this provider has none");
    }
    !Provider::HAS_RSA
}

pub struct Chosen<const RUSTCRYPTO: bool>;

pub trait Choice {
    type Provider: Provides;
}

impl Choice for Chosen<false> {
    type Provider = Ring;
}

#[cfg(feature = "rustcrypto")]
impl Choice for Chosen<true> {
    type Provider = symbolon::crypto::rustcrypto::RustCrypto<Source>;
}

/// A provider, and the signers that go with it.
pub trait Provides: Crypto + Sized {
    const HAS_RSA: bool;

    fn with_source(random: impl Random + 'static) -> Self;

    fn provider() -> Self {
        Self::with_source(SystemRandom::new())
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer>;

    fn credential(chain: &str, key: &str) -> Credential {
        let Ok(PrivateKeyDer::Pkcs8(key)) = private_key_from_pem(key.as_bytes()) else { panic!("{key}") };
        let chain = certificates_from_pem(chain.as_bytes()).unwrap();
        Credential::new(chain, Signing::Local(Self::signer(&key))).unwrap()
    }
}

impl Provides for Ring {
    const HAS_RSA: bool = true;

    fn with_source(random: impl Random + 'static) -> Self {
        Self::with_random(random)
    }

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        Box::new(RingSigner::from_pkcs8(pkcs8).unwrap())
    }

    fn credential(chain: &str, key: &str) -> Credential {
        Credential::from_pem(chain.as_bytes(), key.as_bytes()).unwrap()
    }
}

/// Any source of randomness, behind one type.
#[derive(Clone)]
pub struct Source(Arc<dyn Random>);

impl Random for Source {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.0.fill(out)
    }
}

#[cfg(feature = "rustcrypto")]
mod of_rustcrypto {
    use super::{Arc, CryptoError, Provides, Random, Signer, Source};
    use symbolon::crypto::rustcrypto::{Ed25519Signer, P256Signer, P384Signer, RustCrypto, Selection};

    impl<S: Selection> Provides for RustCrypto<Source, S> {
        const HAS_RSA: bool = false;

        fn with_source(random: impl Random + 'static) -> Self {
            Self::new(Source(Arc::new(random)))
        }

        fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
            fn boxed(key: impl Signer + 'static) -> Box<dyn Signer> {
                Box::new(key)
            }
            let p384 = |CryptoError| P384Signer::from_pkcs8(pkcs8).map(boxed);
            let ed25519 = |CryptoError| Ed25519Signer::from_pkcs8(pkcs8).map(boxed);
            P256Signer::from_pkcs8(pkcs8).map(boxed).or_else(p384).or_else(ed25519).unwrap()
        }
    }
}
