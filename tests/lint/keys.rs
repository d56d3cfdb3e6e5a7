//! Keys of every kind. `ring` makes and uses the common ones; the others, `openssl`.

use crate::util::der::element;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whose key, or of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Root,
    Intermediate,
    Second,
    Third,
    Leaf,
    Stranger,
    Rsa1024,
    Rsa2048,
    OtherRsa2048,
    P384,
    P521,
    Ed25519,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    EcdsaSha1,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    RsaMd5,
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    Ed25519,
}

impl Key {
    pub const ALL: &'static [Self] = &[
        Self::Root,
        Self::Intermediate,
        Self::Second,
        Self::Third,
        Self::Leaf,
        Self::Stranger,
        Self::Rsa1024,
        Self::Rsa2048,
        Self::OtherRsa2048,
        Self::P384,
        Self::P521,
        Self::Ed25519,
    ];

    /// As the key would sign by itself.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa1024 | Self::Rsa2048 | Self::OtherRsa2048 => Algorithm::RsaSha256,
            Self::P384 => Algorithm::EcdsaSha384,
            Self::P521 => Algorithm::EcdsaSha512,
            Self::Ed25519 => Algorithm::Ed25519,
            _ => Algorithm::EcdsaSha256,
        }
    }

    /// What `openssl genpkey` makes it of.
    fn recipe(self) -> &'static [&'static str] {
        match self {
            Self::Rsa1024 => &["RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
            Self::Rsa2048 | Self::OtherRsa2048 => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Self::P384 => &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Self::P521 => &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
            Self::Ed25519 => &["ED25519"],
            _ => &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        }
    }
}

impl Algorithm {
    /// The whole AlgorithmIdentifier.
    pub fn identifier(self) -> Vec<u8> {
        let rsa = |last| [element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last]), vec![5, 0]].concat();
        let ecdsa = |last: &[u8]| element(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4], last].concat());
        element(
            0x30,
            &match self {
                Self::RsaMd5 => rsa(4),
                Self::RsaSha1 => rsa(5),
                Self::RsaSha256 => rsa(11),
                Self::RsaSha384 => rsa(12),
                Self::RsaSha512 => rsa(13),
                Self::EcdsaSha1 => ecdsa(&[1]),
                Self::EcdsaSha256 => ecdsa(&[3, 2]),
                Self::EcdsaSha384 => ecdsa(&[3, 3]),
                Self::EcdsaSha512 => ecdsa(&[3, 4]),
                Self::Ed25519 => element(6, &[0x2b, 101, 112]),
            },
        )
    }

    /// Whether such a key can make such signatures.
    pub fn is_of(self, key: Key) -> bool {
        let rsa = matches!(key, Key::Rsa1024 | Key::Rsa2048 | Key::OtherRsa2048);
        match self {
            Self::RsaMd5 | Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => rsa,
            Self::Ed25519 => key == Key::Ed25519,
            _ => !rsa && key != Key::Ed25519,
        }
    }

    fn digest(self) -> &'static str {
        match self {
            Self::RsaMd5 => "-md5",
            Self::RsaSha1 | Self::EcdsaSha1 => "-sha1",
            Self::RsaSha384 | Self::EcdsaSha384 => "-sha384",
            Self::RsaSha512 | Self::EcdsaSha512 => "-sha512",
            Self::RsaSha256 | Self::EcdsaSha256 | Self::Ed25519 => "-sha256",
        }
    }
}

/// A file with every key.
pub struct Keys {
    folder: PathBuf,
    pkcs8: BTreeMap<Key, Vec<u8>>,
    spki: BTreeMap<Key, Vec<u8>>,
}

impl Keys {
    pub fn new(folder: &Path) -> Self {
        let mut keys = Self { folder: folder.into(), pkcs8: BTreeMap::new(), spki: BTreeMap::new() };
        for key in Key::ALL {
            let path = keys.path(*key);
            openssl(&[&["genpkey", "-out", &path, "-algorithm"], key.recipe()].concat());
            let to_pkcs8 = ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", &path];
            keys.pkcs8.insert(*key, openssl(&to_pkcs8));
            keys.spki.insert(*key, openssl(&["pkey", "-pubout", "-outform", "DER", "-in", &path]));
        }
        keys
    }

    /// The file of the key (PKCS#8, PEM).
    pub fn path(&self, key: Key) -> String {
        self.folder.join(format!("{key:?}.key")).display().to_string()
    }

    pub fn spki(&self, key: Key) -> &[u8] {
        &self.spki[&key]
    }

    /// Its key identifier.
    pub fn id(&self, key: Key) -> Vec<u8> {
        ring::digest::digest(&ring::digest::SHA256, self.spki(key)).as_ref()[..20].to_vec()
    }

    pub fn sign(&self, key: Key, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let (pkcs8, random) = (&self.pkcs8[&key], SystemRandom::new());
        match (algorithm, key) {
            (Algorithm::EcdsaSha256, Key::P384 | Key::P521) => self.sign_with_openssl(key, algorithm, message),
            (Algorithm::EcdsaSha256, _) => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &random).unwrap();
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            (Algorithm::Ed25519, _) => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).unwrap().sign(message).as_ref().to_vec()
            }
            (Algorithm::RsaSha256, Key::Rsa2048 | Key::OtherRsa2048) => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            _ => self.sign_with_openssl(key, algorithm, message),
        }
    }

    fn sign_with_openssl(&self, key: Key, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let file = self.folder.join("message");
        std::fs::write(&file, message).unwrap();
        openssl(&["dgst", algorithm.digest(), "-sign", &self.path(key), &file.display().to_string()])
    }
}

/// Runs `openssl`, which must do as it is told, and returns its output.
pub fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
