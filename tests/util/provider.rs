//! The provider that tests run with: `RustCrypto` and `AwsLcRs` in the test crates that take in the files of the others, and
//! `Ring` everywhere else.

use super::pki::Chain;
use ring::rand::SystemRandom;
use std::io::Write;
use std::sync::Arc;
use symbolon::crypto::{Crypto, CryptoError, LocalSigner, Random, Ring, RingSigner, Signer};
use symbolon::x509::{PrivateKeyDer, certificates_from_pem, private_key_from_pem};
use symbolon::{Credential, Signing};

pub type Provider = <Chosen<{ number(env!("CARGO_CRATE_NAME")) }> as Choice>::Provider;

const RING: u8 = 0;
#[cfg(feature = "rustcrypto")]
const RUSTCRYPTO: u8 = 1;
#[cfg(feature = "aws-lc-rs")]
const AWS_LC_RS: u8 = 2;

const fn number(test_crate: &str) -> u8 {
    match test_crate.as_bytes() {
        #[cfg(feature = "rustcrypto")]
        b"rustcrypto" => RUSTCRYPTO,
        #[cfg(feature = "aws-lc-rs")]
        b"aws_lc_rs" => AWS_LC_RS,
        _ => RING,
    }
}

/// With randomness from the operating system.
pub fn provider() -> Provider {
    Provider::provider()
}

/// A private key in PKCS#8 that is in this process.
pub fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
    Provider::signer(pkcs8)
}

/// A private key as a file has it.
pub fn load(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError> {
    Provider::load(key)
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

pub struct Chosen<const NUMBER: u8>;

pub trait Choice {
    type Provider: Provides;
}

impl Choice for Chosen<RING> {
    type Provider = Ring;
}

#[cfg(feature = "rustcrypto")]
impl Choice for Chosen<RUSTCRYPTO> {
    type Provider = symbolon::crypto::rustcrypto::RustCrypto<Source>;
}

#[cfg(feature = "aws-lc-rs")]
impl Choice for Chosen<AWS_LC_RS> {
    type Provider = symbolon::crypto::AwsLcRs;
}

/// A provider, and the signers that go with it.
pub trait Provides: Crypto + Sized {
    const HAS_RSA: bool;

    fn with_source(random: impl Random + 'static) -> Self;

    fn provider() -> Self {
        Self::with_source(SystemRandom::new())
    }

    fn load(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError>;

    fn signer(pkcs8: &[u8]) -> Box<dyn Signer> {
        Self::load(&PrivateKeyDer::Pkcs8(pkcs8.to_vec().into())).unwrap()
    }

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

    fn load(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError> {
        load_local::<RingSigner>(key)
    }

    fn credential(chain: &str, key: &str) -> Credential {
        Credential::from_pem(chain.as_bytes(), key.as_bytes()).unwrap()
    }
}

fn load_local<S: LocalSigner>(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError> {
    let signer = match key {
        PrivateKeyDer::Pkcs8(der) => S::from_pkcs8(der),
        PrivateKeyDer::Pkcs1(der) => S::from_pkcs1(der),
        other => panic!("{other:?}"),
    };
    Ok(Box::new(signer?))
}

#[cfg(feature = "aws-lc-rs")]
mod of_aws_lc_rs {
    use super::{Credential, CryptoError, PrivateKeyDer, Provides, Random, Signer, load_local};
    use symbolon::crypto::{AwsLcRs, AwsLcRsSigner};

    impl Provides for AwsLcRs {
        const HAS_RSA: bool = true;

        fn with_source(random: impl Random + 'static) -> Self {
            Self::with_random(random)
        }

        fn load(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError> {
            load_local::<AwsLcRsSigner>(key)
        }

        fn credential(chain: &str, key: &str) -> Credential {
            Credential::from_pem_with::<AwsLcRsSigner>(chain.as_bytes(), key.as_bytes()).unwrap()
        }
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
    use super::{Arc, CryptoError, PrivateKeyDer, Provides, Random, Signer, Source};
    use symbolon::crypto::rustcrypto::{Ed25519Signer, P256Signer, P384Signer, RustCrypto, Selection};

    impl<S: Selection> Provides for RustCrypto<Source, S> {
        const HAS_RSA: bool = false;

        fn with_source(random: impl Random + 'static) -> Self {
            Self::new(Source(Arc::new(random)))
        }

        fn load(key: &PrivateKeyDer) -> Result<Box<dyn Signer>, CryptoError> {
            fn boxed(key: impl Signer + 'static) -> Box<dyn Signer> {
                Box::new(key)
            }
            let PrivateKeyDer::Pkcs8(pkcs8) = key else { return Err(CryptoError) };
            let p384 = |CryptoError| P384Signer::from_pkcs8(pkcs8).map(boxed);
            let ed25519 = |CryptoError| Ed25519Signer::from_pkcs8(pkcs8).map(boxed);
            P256Signer::from_pkcs8(pkcs8).map(boxed).or_else(p384).or_else(ed25519)
        }
    }
}
