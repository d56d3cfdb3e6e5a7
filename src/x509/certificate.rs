//! A certificate as a borrowed view (RFC 5280 §4.1).
use super::{Name, UnixTime};
use crate::{crypto::PublicKey, fault::Fault};
use core::net::IpAddr;

/// A certificate, parsed but not judged.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    der: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Parses.
    ///
    /// # Errors
    /// todo
    pub fn parse(_der: &'a [u8]) -> Result<Self, Fault> {
        todo!()
    }
    /// The whole certificate.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.der
    }
    /// serialNumber, big-endian.
    #[must_use]
    pub fn serial(&self) -> &'a [u8] {
        todo!()
    }
    /// Issuer.
    #[must_use]
    pub fn issuer(&self) -> Name<'a> {
        todo!()
    }
    /// Subject.
    #[must_use]
    pub fn subject(&self) -> Name<'a> {
        todo!()
    }
    /// notBefore.
    #[must_use]
    pub fn not_before(&self) -> UnixTime {
        todo!()
    }
    /// notAfter.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        todo!()
    }
    /// The whole SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki(&self) -> &'a [u8] {
        todo!()
    }
    /// The public key.
    ///
    /// # Errors
    /// CertificateAlgorithm, CertificateKeyWeak
    pub fn public_key(&self) -> Result<PublicKey<'a>, Fault> {
        todo!()
    }
    /// The names of subjectAltName.
    #[must_use]
    pub fn san(&self) -> GeneralNames<'a> {
        todo!()
    }
    /// basicConstraints.
    #[must_use]
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        todo!()
    }
    /// keyUsage.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        todo!()
    }
    /// extendedKeyUsage: object identifiers (content octets).
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<KeyPurposes<'a>> {
        todo!()
    }
    /// Whether issuer and subject are the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        todo!()
    }
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// cA.
    pub ca: bool,
    /// pathLenConstraint.
    pub path_len: Option<u8>,
}

/// keyUsage (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

/// A name of subjectAltName (RFC 5280 §4.2.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName<'a> {
    /// dNSName.
    Dns(&'a str),
    /// iPAddress.
    Ip(IpAddr),
    /// uniformResourceIdentifier.
    Uri(&'a str),
    /// rfc822Name.
    Email(&'a str),
    /// Any other kind.
    Other,
}

/// The names of a subjectAltName.
#[derive(Clone, Debug)]
pub struct GeneralNames<'a>(&'a [u8]);
impl<'a> Iterator for GeneralNames<'a> {
    type Item = GeneralName<'a>;
    fn next(&mut self) -> Option<GeneralName<'a>> {
        todo!()
    }
}

/// The purposes of an extendedKeyUsage.
#[derive(Clone, Debug)]
pub struct KeyPurposes<'a>(&'a [u8]);
impl<'a> Iterator for KeyPurposes<'a> {
    type Item = &'a [u8];
    fn next(&mut self) -> Option<&'a [u8]> {
        todo!()
    }
}
