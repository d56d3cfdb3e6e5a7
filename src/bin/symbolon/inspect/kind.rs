//! What a block can hold, by its label and by its content.

use super::definitions as of;
use super::der::{Field, walk};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Certificate,
    Request,
    RevocationList,
    PublicKey,
    RsaPublicKey,
    PrivateKey,
    RsaPrivateKey,
    EcPrivateKey,
    EncryptedPrivateKey,
    EcParameters,
    Pkcs7,
    Pkcs12,
    Other,
}

/// A kind, what people call it, its label in PEM (RFC 7468), and its definition. More particular ones come first.
type Row = (Kind, &'static str, &'static str, &'static Field);

const KINDS: &[Row] = &[
    (Kind::Certificate, "certificate", "CERTIFICATE", &of::CERTIFICATE),
    (Kind::Request, "certificate request", "CERTIFICATE REQUEST", &of::CERTIFICATION_REQUEST),
    (Kind::RevocationList, "revocation list", "X509 CRL", &of::CERTIFICATE_LIST),
    (Kind::PrivateKey, "private key", "PRIVATE KEY", &of::PRIVATE_KEY_INFO),
    (Kind::RsaPrivateKey, "RSA private key", "RSA PRIVATE KEY", &of::RSA_PRIVATE_KEY),
    (Kind::EcPrivateKey, "EC private key", "EC PRIVATE KEY", &of::EC_PRIVATE_KEY),
    (Kind::EncryptedPrivateKey, "encrypted private key", "ENCRYPTED PRIVATE KEY", &of::ENCRYPTED_PRIVATE_KEY_INFO),
    (Kind::PublicKey, "public key", "PUBLIC KEY", &of::SUBJECT_PUBLIC_KEY_INFO),
    (Kind::RsaPublicKey, "RSA public key", "RSA PUBLIC KEY", &of::RSA_PUBLIC_KEY),
    (Kind::Pkcs12, "PKCS#12 store", "PKCS12", &of::PFX),
    (Kind::Pkcs7, "PKCS#7 message", "PKCS7", &of::CONTENT_INFO),
];

impl Kind {
    pub(super) fn of_label(label: &str) -> Self {
        match label {
            "X509 CERTIFICATE" => Self::Certificate,
            "NEW CERTIFICATE REQUEST" => Self::Request,
            "CRL" => Self::RevocationList,
            "CMS" => Self::Pkcs7,
            "EC PARAMETERS" => Self::EcParameters,
            _ => KINDS.iter().find(|row| row.2 == label).map_or(Self::Other, |row| row.0),
        }
    }

    /// The first whose definition `der` meets.
    pub(super) fn of_content(der: &[u8]) -> Self {
        KINDS.iter().find(|row| walk(der, row.3).is_ok()).map_or(Self::Other, |row| row.0)
    }

    pub(super) fn name(self) -> &'static str {
        match self.row() {
            Some(row) => row.1,
            None if self == Self::EcParameters => "EC parameters",
            None => "unknown",
        }
    }

    pub(super) fn label(self) -> Option<&'static str> {
        self.row().map(|row| row.2)
    }

    pub(super) fn definition(self) -> Option<&'static Field> {
        self.row().map(|row| row.3)
    }

    pub(super) fn is_private(self) -> bool {
        matches!(self, Self::PrivateKey | Self::RsaPrivateKey | Self::EcPrivateKey | Self::EncryptedPrivateKey)
    }

    fn row(self) -> Option<&'static Row> {
        KINDS.iter().find(|row| row.0 == self)
    }
}
