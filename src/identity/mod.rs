//! Who the peer proved to be, and whom a server admits.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
mod allow;
pub use allow::{Allow, AllowError, AllowRule};

use crate::{
    crypto::Crypto,
    x509::{Certificate, UnixTime},
};
use core::fmt;

/// Who the certificate of the peer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerIdentity {
    spki_sha256: [u8; 32],
    not_before: UnixTime,
    not_after: UnixTime,
}

impl PeerIdentity {
    /// Of a leaf. What can't be read stays empty.
    #[must_use]
    pub fn of<C: Crypto>(_crypto: &C, _leaf: &Certificate<'_>) -> Self {
        todo!()
    }
    /// SHA-256 of the SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki_sha256(&self) -> &[u8; 32] {
        &self.spki_sha256
    }
    /// Start of validity.
    #[must_use]
    pub fn not_before(&self) -> UnixTime {
        self.not_before
    }
    /// End of validity.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }
    /// First common name of the subject.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        todo!()
    }
    /// First organizationName.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        todo!()
    }
    /// First organizationalUnitName.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn organizational_unit(&self) -> Option<&str> {
        todo!()
    }
    /// dNSNames.
    #[cfg(feature = "alloc")]
    pub fn dns(&self) -> impl Iterator<Item = &str> {
        core::iter::empty()
    }
    /// uniformResourceIdentifiers.
    #[cfg(feature = "alloc")]
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        core::iter::empty()
    }
    /// rfc822Names.
    #[cfg(feature = "alloc")]
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        core::iter::empty()
    }
    /// iPAddresses.
    #[cfg(feature = "alloc")]
    pub fn ips(&self) -> impl Iterator<Item = core::net::IpAddr> {
        core::iter::empty()
    }
    /// serialNumber in lower-case hexadecimal.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn serial(&self) -> &str {
        todo!()
    }
}

impl fmt::Display for PeerIdentity {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
