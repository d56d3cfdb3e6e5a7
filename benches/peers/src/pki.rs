//! Certificates for both ends: P-256 root -> intermediate -> leaf, made in memory at every run.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};

/// The name in the server's certificate, and the one clients ask for.
pub const SERVER_NAME: &str = "server.test";
const CLIENT_NAME: &str = "client.test";

/// One root, one intermediate, and a credential for each end.
pub struct Pki {
    /// The root certificate, DER. Trusted by both ends, sent by neither.
    pub root: Vec<u8>,
    /// What the server presents.
    pub server: Credential,
    /// What the client presents when asked.
    pub client: Credential,
}

/// A chain and the key of its first certificate.
pub struct Credential {
    /// Leaf, then intermediate; DER.
    pub chain: Vec<Vec<u8>>,
    /// The leaf's private key, PKCS #8 DER.
    pub key: Vec<u8>,
}

impl Pki {
    /// Makes fresh keys and certificates.
    pub fn new() -> Result<Self, rcgen::Error> {
        let root = CertifiedIssuer::self_signed(authority("peers root"), p256()?)?;
        let intermediate = CertifiedIssuer::signed_by(authority("peers intermediate"), p256()?, &root)?;
        let credential = |name: &str, usage| -> Result<Credential, rcgen::Error> {
            let key = p256()?;
            let leaf = leaf(name, usage)?.signed_by(&key, &intermediate)?;
            Ok(Credential { chain: vec![leaf.der().to_vec(), intermediate.der().to_vec()], key: key.serialize_der() })
        };
        Ok(Self {
            server: credential(SERVER_NAME, ExtendedKeyUsagePurpose::ServerAuth)?,
            client: credential(CLIENT_NAME, ExtendedKeyUsagePurpose::ClientAuth)?,
            root: root.der().to_vec(),
        })
    }
}

fn p256() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(CertificateParams::default(), name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn leaf(name: &str, usage: ExtendedKeyUsagePurpose) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named(CertificateParams::new([name.to_owned()])?, name);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    Ok(params)
}

fn named(mut params: CertificateParams, name: &str) -> CertificateParams {
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}
