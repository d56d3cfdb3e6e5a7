//! Certificates made for a test: CAs, and what they issue.

use super::pki::Entity;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SigningKey, date_time_ymd,
};
use symbolon::x509::{Certificate, UnixTime};

/// All certificates are valid from here, unless a test says otherwise ..
pub const NOT_BEFORE: UnixTime = UnixTime(1_767_225_600); // 2026-01-01T00:00:00Z
/// .. to here.
pub const NOT_AFTER: UnixTime = UnixTime(1_798_761_600); // 2027-01-01T00:00:00Z
/// A time in between.
pub const NOW: UnixTime = UnixTime(1_780_000_000); // 2026-05-28

/// A CA: its certificate and its key.
pub struct Ca {
    pub der: Vec<u8>,
    params: CertificateParams,
    key: KeyPair,
}

/// Somebody who signs what is no certificate.
pub trait Signs {
    fn der(&self) -> &[u8];
    fn key(&self) -> &KeyPair;

    /// The whole Name of its subject in DER.
    fn subject(&self) -> Vec<u8> {
        Certificate::parse(self.der()).unwrap().subject().der().to_vec()
    }

    /// A signature: ecdsa-with-SHA256.
    fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.key().sign(bytes).unwrap()
    }
}

impl Signs for Ca {
    fn der(&self) -> &[u8] {
        &self.der
    }

    fn key(&self) -> &KeyPair {
        &self.key
    }
}

impl Signs for Entity {
    fn der(&self) -> &[u8] {
        &self.der
    }

    fn key(&self) -> &KeyPair {
        &self.key
    }
}

impl Ca {
    /// A root of this commonName.
    pub fn root(name: &str) -> Self {
        Self::root_with(name, |_| ())
    }

    pub fn root_with(name: &str, edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let (mut params, key) = (ca(name), KeyPair::generate().unwrap());
        edit(&mut params);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, params, key }
    }

    /// An intermediate CA under this one.
    pub fn intermediate(&self, name: &str) -> Self {
        self.intermediate_with(name, |_| ())
    }

    pub fn intermediate_with(&self, name: &str, edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let (mut params, key) = (ca(name), KeyPair::generate().unwrap());
        edit(&mut params);
        let der = self.sign(&params, &key);
        Self { der, params, key }
    }

    /// This root, with its name and key, once more.
    pub fn reissued(&self, edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let (mut params, key) = (self.params.clone(), KeyPair::try_from(self.key.serialize_der()).unwrap());
        edit(&mut params);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, params, key }
    }

    /// The CA `other`, with its name and key, certified by this one.
    pub fn cross_sign(&self, other: &Self) -> Vec<u8> {
        self.sign(&other.params, &other.key)
    }

    /// A leaf for `server.test`, good for both purposes.
    pub fn leaf(&self) -> Vec<u8> {
        self.leaf_with(|_| ())
    }

    pub fn leaf_with(&self, edit: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        self.leaf_of(&KeyPair::generate().unwrap(), edit)
    }

    /// Of a key that is there already.
    pub fn leaf_of(&self, key: &KeyPair, edit: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = leaf();
        edit(&mut params);
        self.sign(&params, key)
    }

    fn sign(&self, params: &CertificateParams, key: &KeyPair) -> Vec<u8> {
        params.signed_by(key, &Issuer::from_params(&self.params, &self.key)).unwrap().der().to_vec()
    }
}

/// A leaf that nobody but itself vouches for.
pub fn self_signed() -> Vec<u8> {
    self_signed_with(&KeyPair::generate().unwrap(), |_| ())
}

pub fn self_signed_with(key: &KeyPair, edit: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = leaf();
    edit(&mut params);
    params.self_signed(key).unwrap().der().to_vec()
}

/// A critical extension that nobody knows.
pub fn unknown_critical() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55738, 1], vec![5, 0]);
    extension.set_criticality(true);
    extension
}

pub fn common_name(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name);
    dn
}

fn valid(mut params: CertificateParams, name: &str) -> CertificateParams {
    params.distinguished_name = common_name(name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn ca(name: &str) -> CertificateParams {
    let mut params = valid(CertificateParams::default(), name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn leaf() -> CertificateParams {
    let mut params = valid(CertificateParams::new(vec!["server.test".into()]).unwrap(), "leaf");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params
}
