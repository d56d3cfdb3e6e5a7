//! Trust anchors (RFC 5280 §6.1.1 (d)).

use super::{Certificate, UnixTime, certificate::Version};
use crate::fault::{Fault, Reason};

#[cfg(feature = "alloc")]
use {
    super::{LoadError, load, pem, profile},
    alloc::{boxed::Box, sync::Arc},
};

/// A trust anchor: a name and a key that are trusted because the user says so.
///
/// Made from a certificate, it keeps what the certificate restricts: validity, name constraints, pathLenConstraint, and
/// whether it may issue at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor<'a> {
    pub(super) subject: &'a [u8],
    pub(super) spki: &'a [u8],
    pub(super) name_constraints: Option<&'a [u8]>,
    pub(super) limits: Limits,
    /// What it was made of, in DER.
    #[cfg(feature = "alloc")]
    pub(super) certificate: Option<&'a [u8]>,
}

/// What does not need bytes of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
    pub(super) path_len: Option<u8>,
    /// Why it may not issue certificates; a leaf can still be trusted by being an anchor itself.
    pub(super) may_not_issue: Option<Reason>,
    /// Whether its certificate restricts policies.
    #[cfg(feature = "alloc")]
    pub(super) policies: bool,
    /// Its keyUsage, if there is one, has cRLSign.
    #[cfg(feature = "alloc")]
    pub(super) crl_sign: bool,
}

impl<'a> Anchor<'a> {
    /// An anchor without limits: `subject` is a whole `Name`, `spki` a whole SubjectPublicKeyInfo, both in DER.
    #[must_use]
    pub const fn new(subject: &'a [u8], spki: &'a [u8]) -> Self {
        let limits = Limits {
            not_before: UnixTime(i64::MIN),
            not_after: UnixTime(i64::MAX),
            path_len: None,
            may_not_issue: None,
            #[cfg(feature = "alloc")]
            policies: false,
            #[cfg(feature = "alloc")]
            crl_sign: true,
        };
        Self {
            subject,
            spki,
            name_constraints: None,
            limits,
            #[cfg(feature = "alloc")]
            certificate: None,
        }
    }

    /// The same anchor, trusted only for names within: the content of the SEQUENCE of a nameConstraints extension
    /// (RFC 5280 §4.2.1.10).
    #[must_use]
    pub const fn with_name_constraints(mut self, name_constraints: &'a [u8]) -> Self {
        self.name_constraints = Some(name_constraints);
        self
    }

    /// Of a certificate.
    ///
    /// # Errors
    /// [`Reason::CertificateCriticalUnknown`]: what a critical extension restricts that we do not process, we can't
    /// respect either. [`Reason::CertificateMalformed`] if it is a CA without a name (RFC 5280 §4.1.2.6).
    pub fn of(certificate: &Certificate<'a>) -> Result<Self, Fault> {
        if certificate.extensions.unprocessed {
            #[cfg(feature = "alloc")]
            profile::check_always(certificate)?;
            return Err(Reason::CertificateCriticalUnknown.into());
        }
        if certificate.subject().is_empty() {
            return Err(super::asn1::malformed("subject"));
        }
        let basic_constraints = certificate.basic_constraints();
        let may_not_issue = match (certificate.version, basic_constraints, certificate.key_usage()) {
            // §4.2.1.9 can't ask this of certificates older than extensions; such roots are trusted by the user's word.
            (Version::V1 | Version::V2, ..) => None,
            (_, Some(constraints), _) if !constraints.ca => Some(Reason::CertificateNotCa),
            (_, None, _) => Some(Reason::CertificateNotCa),
            (_, _, Some(usage)) if !usage.key_cert_sign() => Some(Reason::CertificateKeyUsage),
            _ => None,
        };
        Ok(Self {
            subject: certificate.subject().der(),
            spki: certificate.spki(),
            name_constraints: certificate.extensions.name_constraints,
            limits: Limits {
                not_before: certificate.not_before(),
                not_after: certificate.not_after(),
                path_len: basic_constraints.and_then(|constraints| constraints.path_len),
                may_not_issue,
                #[cfg(feature = "alloc")]
                policies: certificate.extensions.restricts_policies,
                #[cfg(feature = "alloc")]
                crl_sign: certificate.key_usage().is_none_or(super::KeyUsage::crl_sign),
            },
            #[cfg(feature = "alloc")]
            certificate: Some(certificate.der()),
        })
    }

    /// The certificate that it was made of.
    #[cfg(feature = "alloc")]
    pub(super) fn certificate(&self) -> Option<Certificate<'a>> {
        Certificate::parse(self.certificate?).ok()
    }
}

/// The anchors that a configuration trusts, read once when they are loaded. None at all means that nobody is trusted.
#[derive(Clone, Debug)]
pub struct Anchors(Store);

#[derive(Clone, Debug)]
enum Store {
    Static(&'static [Anchor<'static>]),
    #[cfg(feature = "alloc")]
    Owned(Arc<[Owned]>),
}

#[cfg(feature = "alloc")]
#[derive(Debug)]
struct Owned {
    subject: Box<[u8]>,
    spki: Box<[u8]>,
    name_constraints: Option<Box<[u8]>>,
    limits: Limits,
    certificate: Box<[u8]>,
}

#[cfg(feature = "alloc")]
impl Owned {
    /// `index` and `line` tell where the certificate stands if it can't serve as an anchor.
    fn of(index: usize, line: Option<usize>, der: &[u8]) -> Result<Self, LoadError> {
        let anchor = Certificate::parse(der)
            .and_then(|certificate| Anchor::of(&certificate))
            .map_err(|fault| LoadError::of_fault(index, line, &fault))?;
        Ok(Self {
            subject: anchor.subject.into(),
            spki: anchor.spki.into(),
            name_constraints: anchor.name_constraints.map(Into::into),
            limits: anchor.limits,
            certificate: der.into(),
        })
    }
}

/// Nobody is trusted.
impl Default for Anchors {
    fn default() -> Self {
        Self::from_static(&[])
    }
}

impl Anchors {
    /// Anchors that are part of the program.
    #[must_use]
    pub const fn from_static(anchors: &'static [Anchor<'static>]) -> Self {
        Self(Store::Static(anchors))
    }

    /// All certificates of a PEM file; other blocks in it are passed over.
    ///
    /// # Errors
    /// [`LoadError`]: no certificate in it, or one that can't serve as an anchor.
    #[cfg(feature = "alloc")]
    pub fn from_pem(text: &[u8]) -> Result<Self, LoadError> {
        let blocks = load::certificate_blocks(text)?;
        let owned = |(index, block): (usize, &pem::Block)| Owned::of(index, Some(block.line), &block.der);
        blocks.iter().enumerate().map(owned).collect::<Result<_, _>>().map(|anchors| Self(Store::Owned(anchors)))
    }

    /// Certificates in DER.
    ///
    /// # Errors
    /// [`LoadError`]: one can't serve as an anchor.
    #[cfg(feature = "alloc")]
    pub fn from_der<T: AsRef<[u8]>>(certificates: impl IntoIterator<Item = T>) -> Result<Self, LoadError> {
        let owned = |(index, der): (usize, T)| Owned::of(index, None, der.as_ref());
        let certificates = certificates.into_iter().enumerate();
        certificates.map(owned).collect::<Result<_, _>>().map(|anchors| Self(Store::Owned(anchors)))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Store::Static(anchors) => anchors.len(),
            #[cfg(feature = "alloc")]
            Store::Owned(anchors) => anchors.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The anchor at `index`.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<Anchor<'_>> {
        match &self.0 {
            Store::Static(anchors) => anchors.get(index).copied(),
            #[cfg(feature = "alloc")]
            Store::Owned(anchors) => anchors.get(index).map(|anchor| Anchor {
                subject: &anchor.subject,
                spki: &anchor.spki,
                name_constraints: anchor.name_constraints.as_deref(),
                limits: anchor.limits,
                certificate: Some(&anchor.certificate),
            }),
        }
    }

    /// The anchors in order.
    pub fn iter(&self) -> impl Iterator<Item = Anchor<'_>> {
        (0..self.len()).filter_map(|index| self.at(index))
    }

    /// Their subjects, each a whole `Name` in DER, as certificate_authorities lists them (RFC 8446 §4.2.4).
    pub fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        self.iter().map(|anchor| anchor.subject)
    }
}
