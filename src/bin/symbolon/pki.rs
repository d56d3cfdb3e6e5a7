//! A public key infrastructure to throw away: made in memory, valid for a day.

use crate::stop::Stop;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
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
}

/// Chain and key in PEM.
pub(crate) struct Leaf {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Pki {
    pub(crate) fn new() -> Result<Self, Stop> {
        Self::make().map_err(|error| Stop::refused(format_args!("no throw-away certificates: {error}")))
    }

    fn make() -> Result<Self, rcgen::Error> {
        let (root_key, intermediate_key) = (KeyPair::generate()?, KeyPair::generate()?);
        let (root, intermediate) = (ca("Symbolon demo root"), ca("Symbolon demo intermediate"));
        let root_certificate = root.self_signed(&root_key)?;
        let root_issuer = Issuer::from_params(&root, &root_key);
        let intermediate_certificate = intermediate.signed_by(&intermediate_key, &root_issuer)?;
        let issuer = Issuer::from_params(&intermediate, &intermediate_key);
        let leaf = |name: &str, purpose, more: &[SanType]| {
            let mut params = CertificateParams::new(vec![name.to_owned()])?;
            params.distinguished_name = common_name(name);
            params.subject_alt_names.extend_from_slice(more);
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
            server: leaf(SERVER, ExtendedKeyUsagePurpose::ServerAuth, &[])?,
            client: leaf(CLIENT, ExtendedKeyUsagePurpose::ClientAuth, &[spiffe])?,
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
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    valid_for_a_day(&mut params);
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name);
    dn
}

/// From an hour ago, for clocks that differ a little.
fn valid_for_a_day(params: &mut CertificateParams) {
    const HOUR: Duration = Duration::from_secs(3600);
    let now = date_time_ymd(1970, 1, 1) + SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    params.not_before = now - HOUR;
    params.not_after = now + 24 * HOUR;
}
