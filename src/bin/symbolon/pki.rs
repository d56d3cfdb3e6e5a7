//! A public key infrastructure to throw away: made in memory, valid for a day.

use crate::stop::Stop;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType,
    date_time_ymd,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use symbolon::{Anchors, Credential};

/// The name of the server.
pub(crate) const SERVER: &str = "server.test";
/// The name of the client.
pub(crate) const CLIENT: &str = "robot.test";

/// A root, an intermediate, and a certificate for each end.
pub(crate) struct Pki {
    pub(crate) root: String,
    pub(crate) server: Leaf,
    pub(crate) client: Leaf,
    /// A CRL that revokes the client's certificate, behind the certificate of its issuer.
    pub(crate) crl: String,
}

/// Chain and key in PEM.
pub(crate) struct Leaf {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Pki {
    /// CAs of the name `whose`.
    pub(crate) fn new(whose: &str) -> Result<Self, Stop> {
        Self::make(whose).map_err(|error| Stop::refused(format_args!("no throw-away certificates: {error}")))
    }

    fn make(whose: &str) -> Result<Self, rcgen::Error> {
        let (root_key, intermediate_key) = (KeyPair::generate()?, KeyPair::generate()?);
        let (root, intermediate) = (ca(&format!("{whose} root")), ca(&format!("{whose} intermediate")));
        let root_certificate = root.self_signed(&root_key)?;
        let root_issuer = Issuer::from_params(&root, &root_key);
        let intermediate_certificate = intermediate.signed_by(&intermediate_key, &root_issuer)?;
        let issuer = Issuer::from_params(&intermediate, &intermediate_key);
        let leaf = |name: &str, purpose, more: &[SanType], serial: u64| {
            let mut params = CertificateParams::new(vec![name.to_owned()])?;
            params.distinguished_name = common_name(name);
            params.subject_alt_names.extend_from_slice(more);
            params.serial_number = Some(serial.into());
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![purpose];
            valid_for_a_day(&mut params);
            let key = KeyPair::generate()?;
            let certificate = params.signed_by(&key, &issuer)?;
            let chain = format!("{}{}", certificate.pem(), intermediate_certificate.pem());
            Ok::<_, rcgen::Error>(Leaf { chain, key: key.serialize_pem() })
        };
        let spiffe = SanType::URI(format!("spiffe://symbolon.test/{CLIENT}").try_into()?);
        Ok(Self {
            root: root_certificate.pem(),
            server: leaf(SERVER, ExtendedKeyUsagePurpose::ServerAuth, &[], OF_SERVER)?,
            client: leaf(CLIENT, ExtendedKeyUsagePurpose::ClientAuth, &[spiffe], OF_CLIENT)?,
            crl: format!("{}{}", intermediate_certificate.pem(), crl(OF_CLIENT, &issuer)?),
        })
    }

    pub(crate) fn anchors(&self) -> Result<Anchors, Stop> {
        Anchors::from_pem(self.root.as_bytes()).map_err(Stop::refused)
    }
}

impl Leaf {
    pub(crate) fn credential(&self) -> Result<Credential, Stop> {
        Credential::from_pem(self.chain.as_bytes(), self.key.as_bytes()).map_err(Stop::refused)
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for_a_day(&mut params);
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name);
    dn
}

/// Serial numbers.
const OF_SERVER: u64 = 1;
const OF_CLIENT: u64 = 2;

fn crl(revoked: u64, issuer: &Issuer<'_, &KeyPair>) -> Result<String, rcgen::Error> {
    let mut day = CertificateParams::default();
    valid_for_a_day(&mut day);
    let entry = RevokedCertParams {
        serial_number: revoked.into(),
        revocation_time: day.not_before,
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: day.not_before,
        next_update: day.not_after,
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: vec![entry],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(issuer)?.pem()
}

/// From an hour ago, for clocks that differ a little.
fn valid_for_a_day(params: &mut CertificateParams) {
    const HOUR: Duration = Duration::from_secs(3600);
    let now = date_time_ymd(1970, 1, 1) + SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    params.not_before = now - HOUR;
    params.not_after = now + 24 * HOUR;
}
