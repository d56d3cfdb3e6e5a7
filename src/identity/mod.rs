//! Who the peer proved to be ([`PeerIdentity`]), and whom this side admits ([`Allow`]).
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

mod allow;
#[cfg(feature = "alloc")]
mod kept;
#[cfg(feature = "alloc")]
mod packed;
#[cfg(feature = "alloc")]
mod path;

#[cfg(feature = "alloc")]
pub use allow::AllowError;
pub use allow::{Allow, AllowRule};
#[cfg(feature = "alloc")]
use path::{PathEnd, Seconds};

#[cfg(feature = "alloc")]
use crate::x509::RevocationStatus;
use crate::{
    crypto::{Crypto, Hash, HashAlgorithm},
    x509::{Certificate, UnixTime, Verified},
};
use core::fmt;

/// Who the certificate of the peer names. Made of a leaf that was verified, it is as true as its anchor is trusted.
///
/// It lives as long as a connection: 64 bytes and, with a heap, one allocation of at most 2 KiB for names. Names that
/// do not fit are left out as a whole, in the order subject, dNSName .., as they stand in the certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    spki_sha256: [u8; 32],
    not_before: Seconds,
    not_after: Seconds,
    #[cfg(feature = "alloc")]
    path: PathEnd,
    #[cfg(feature = "alloc")]
    names: kept::Names,
}

/// Where a connection is kept for long, times are in five bytes.
#[cfg(not(feature = "alloc"))]
type Seconds = UnixTime;

#[cfg_attr(
    not(feature = "alloc"),
    allow(clippy::useless_conversion, reason = "without a heap, times are kept as they are")
)]
impl PeerIdentity {
    /// Of a leaf. What can't be read in it stays empty.
    #[must_use]
    pub fn of<C: Crypto>(crypto: &C, leaf: &Certificate<'_>) -> Self {
        Self::new(crypto, leaf, None)
    }

    /// Of a chain that was accepted; where there is a heap, with what there is to know of its path.
    #[must_use]
    pub fn of_verified<C: Crypto>(crypto: &C, verified: &Verified<'_>) -> Self {
        Self::new(crypto, verified.leaf(), Some(verified))
    }

    #[cfg_attr(not(feature = "alloc"), allow(unused_variables, reason = "without a heap, the path is not kept"))]
    fn new<C: Crypto>(crypto: &C, leaf: &Certificate<'_>, path: Option<&Verified<'_>>) -> Self {
        Self {
            spki_sha256: spki_sha256(crypto, leaf),
            not_before: leaf.not_before().into(),
            not_after: leaf.not_after().into(),
            #[cfg(feature = "alloc")]
            path: path.map(PathEnd::of).unwrap_or_default(),
            #[cfg(feature = "alloc")]
            names: kept::Names::of(leaf, path),
        }
    }

    /// Whether the certificate is known not to be revoked, as of the handshake.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn revocation(&self) -> RevocationStatus {
        self.names.revocation()
    }

    /// SHA-256 of its SubjectPublicKeyInfo: the same for all certificates of one key.
    #[must_use]
    pub fn spki_sha256(&self) -> &[u8; 32] {
        &self.spki_sha256
    }

    /// The first second of the certificate's validity.
    #[must_use]
    pub fn not_before(&self) -> UnixTime {
        self.not_before.into()
    }

    /// The last second of the certificate's validity.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.not_after.into()
    }
}

/// SHA-256 of the SubjectPublicKeyInfo of `leaf`, as [`Allow::check`] wants it.
#[must_use]
pub fn spki_sha256<C: Crypto>(crypto: &C, leaf: &Certificate<'_>) -> [u8; 32] {
    let mut hash = crypto.hash(HashAlgorithm::Sha256);
    hash.update(leaf.spki());
    let digest = hash.finish();
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    out
}

/// The names in one line, e.g. `CN=robot, dns:robot.test, uri:spiffe://works/robot`; of a peer without readable names,
/// the hash of its key. What does not print is escaped.
impl fmt::Display for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "alloc")]
        if !self.names.is_empty() {
            return self.names.fmt(f);
        }
        write!(f, "spki-sha256:{}", Hex(&self.spki_sha256))
    }
}

impl fmt::Debug for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerIdentity({self}, valid {} to {})", self.not_before(), self.not_after())
    }
}

/// Bytes in lower-case hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
