//! `rustls-webpki`, asked as `rustls` asks it.

use crate::util::ca::NOW;
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

pub(crate) struct Webpki {
    anchors: [TrustAnchor<'static>; 1],
    name: ServerName<'static>,
    now: UnixTime,
}

impl Webpki {
    pub(crate) fn new(root: &[u8]) -> Self {
        Self {
            anchors: [anchor_from_trusted_cert(&CertificateDer::from(root)).unwrap().to_owned()],
            name: ServerName::try_from("server.test").unwrap(),
            now: UnixTime::since_unix_epoch(Duration::from_secs(NOW.0.try_into().unwrap())),
        }
    }

    pub(crate) fn verify(&self, sent: &[&[u8]]) -> Result<usize, Error> {
        let [leaf, intermediates @ ..] = sent else { return Err(Error::UnknownIssuer) };
        let leaf = CertificateDer::from(*leaf);
        let intermediates: Vec<_> = intermediates.iter().map(|der| CertificateDer::from(*der)).collect();
        let leaf = EndEntityCert::try_from(&leaf)?;
        let usage = KeyUsage::server_auth();
        let path =
            leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &self.anchors, &intermediates, self.now, usage, None, None)?;
        leaf.verify_is_valid_for_subject_name(&self.name)?;
        Ok(path.intermediate_certificates().count())
    }
}

pub(crate) fn parse(der: &[u8]) -> bool {
    EndEntityCert::try_from(&CertificateDer::from(der)).is_ok()
}
