//! Throw-away certificates, made afresh for every test: root, intermediate, leaf.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType, SignatureAlgorithm, date_time_ymd,
};

pub use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};

/// The instant at which all tests judge certificates, unless they say otherwise: 2026-06-01T00:00:00Z.
pub const NOW: i64 = 1_780_272_000;

/// A certificate in PEM and DER, and its key.
pub struct Entity {
    pub pem: String,
    pub der: Vec<u8>,
    pub key: KeyPair,
    params: CertificateParams,
}

impl Entity {
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

/// A leaf's chain in PEM, leaf first, and its key in PEM.
pub struct Chain {
    pub pem: String,
    pub key_pem: String,
    pub leaf: Entity,
}

/// Root and intermediate of one PKI.
pub struct Pki {
    pub root: Entity,
    pub intermediate: Entity,
    algorithm: &'static SignatureAlgorithm,
}

/// What a leaf is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    Server,
    Client,
}

impl Pki {
    pub fn new(name: &str) -> Self {
        Self::with(name, &PKCS_ECDSA_P256_SHA256)
    }

    pub fn with(name: &str, algorithm: &'static SignatureAlgorithm) -> Self {
        Self::with_keys(name, [generate(algorithm), generate(algorithm)], algorithm)
    }

    /// Keys of the root and the intermediate that were made elsewhere; leaves get keys of `algorithm`.
    pub fn with_keys(name: &str, [root, intermediate]: [KeyPair; 2], algorithm: &'static SignatureAlgorithm) -> Self {
        let root = ca(&format!("{name} root"), root, None);
        let intermediate = ca(&format!("{name} intermediate"), intermediate, Some(&root));
        Self { root, intermediate, algorithm }
    }

    pub fn server(&self, name: &str) -> Chain {
        self.leaf(name, For::Server, |_| {})
    }

    pub fn client(&self, name: &str) -> Chain {
        self.leaf(name, For::Client, |_| {})
    }

    /// A leaf under the intermediate, changed by `change` before it is signed.
    pub fn leaf(&self, name: &str, purpose: For, change: impl FnOnce(&mut CertificateParams)) -> Chain {
        self.leaf_with_key(name, purpose, generate(self.algorithm), change)
    }

    /// The same for a key that was made elsewhere.
    pub fn leaf_with_key(
        &self,
        name: &str,
        purpose: For,
        key: KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Chain {
        let mut params = leaf_params(name, purpose);
        change(&mut params);
        let leaf = sign(params, key, Some(&self.intermediate));
        let pem = format!("{}{}", leaf.pem, self.intermediate.pem);
        Chain { pem, key_pem: leaf.key_pem(), leaf }
    }

    /// A leaf under the intermediate for a public key whose private half is of no use here.
    pub fn certify(&self, name: &str, purpose: For, key: &impl PublicKeyData) -> Certificate {
        let issuer = &self.intermediate;
        leaf_params(name, purpose).signed_by(key, &Issuer::from_params(&issuer.params, &issuer.key)).unwrap()
    }
}

fn leaf_params(name: &str, purpose: For) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match purpose {
        For::Server => ExtendedKeyUsagePurpose::ServerAuth,
        For::Client => ExtendedKeyUsagePurpose::ClientAuth,
    }];
    if purpose == For::Client {
        params.subject_alt_names.push(SanType::URI(format!("spiffe://symbolon.test/{name}").try_into().unwrap()));
    }
    params
}

fn generate(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).unwrap()
}

fn ca(name: &str, key: KeyPair, issuer: Option<&Entity>) -> Entity {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2095, 1, 1);
    sign(params, key, issuer)
}

fn sign(params: CertificateParams, key: KeyPair, issuer: Option<&Entity>) -> Entity {
    let certificate = match issuer {
        None => params.self_signed(&key).unwrap(),
        Some(issuer) => params.signed_by(&key, &Issuer::from_params(&issuer.params, &issuer.key)).unwrap(),
    };
    Entity { pem: certificate.pem(), der: certificate.der().to_vec(), key, params }
}
