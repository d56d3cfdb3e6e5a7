//! Whom a server admits among those whose chain is valid.
use crate::{fault::Fault, x509::Certificate};
#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::{fmt, net::IpAddr};

/// One rule of an [`Allow`] without a heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowRule<'a> {
    /// Every verified chain.
    Anyone,
    /// dNSName.
    Dns(&'a str),
    /// uniformResourceIdentifier.
    Uri(&'a str),
    /// iPAddress.
    Ip(IpAddr),
    /// rfc822Name.
    Email(&'a str),
    /// SHA-256 of the SubjectPublicKeyInfo.
    SpkiSha256([u8; 32]),
}

/// Whom a server admits.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    fixed: &'static [AllowRule<'static>],
    #[cfg(feature = "alloc")]
    owned: Vec<String>,
}

impl Allow {
    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }
    /// Every verified chain.
    #[must_use]
    pub fn anyone() -> Self {
        Self::from_static(&[AllowRule::Anyone])
    }
    /// Rules that are part of the program.
    #[must_use]
    pub const fn from_static(rules: &'static [AllowRule<'static>]) -> Self {
        Self {
            fixed: rules,
            #[cfg(feature = "alloc")]
            owned: Vec::new(),
        }
    }
    /// A DNS name.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn dns(_name: &str) -> Self {
        todo!()
    }
    /// A URI.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn uri(_uri: &str) -> Self {
        todo!()
    }
    /// An IP address.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn ip(_address: IpAddr) -> Self {
        todo!()
    }
    /// A mail address.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn email(_address: &str) -> Self {
        todo!()
    }
    /// A key.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn spki_sha256(_hash: [u8; 32]) -> Self {
        todo!()
    }
    /// Either.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn or(self, _other: Self) -> Self {
        todo!()
    }
    /// Text form.
    ///
    /// # Errors
    /// [`AllowError`]
    #[cfg(feature = "alloc")]
    pub fn parse(_rule: &str) -> Result<Self, AllowError> {
        todo!()
    }
    /// Whether it admits the holder of `leaf`.
    ///
    /// # Errors
    /// PeerNotAllowed
    pub fn check(&self, _leaf: &Certificate<'_>, _spki_sha256: &[u8; 32]) -> Result<(), Fault> {
        todo!()
    }
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowError(());
impl fmt::Display for AllowError {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
impl core::error::Error for AllowError {}
