//! From the leaf to an anchor.
use super::{Anchors, Certificate, ServerName, UnixTime};
use crate::{crypto::Crypto, fault::Fault};

/// Certificates that a peer may send; beyond, the chain is refused.
pub const MAX_CHAIN: usize = 10;

/// What the leaf is used for, and so what its extendedKeyUsage must allow if it has one (RFC 5280 §4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The peer is a TLS server: id-kp-serverAuth.
    Server,
    /// The peer is a TLS client: id-kp-clientAuth.
    Client,
}

/// A chain that [`verify`] accepted. Not yet proven: whether the peer holds the key of the leaf, CertificateVerify tells.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    leaf: Certificate<'a>,
    not_after: UnixTime,
    path: [u8; MAX_CHAIN],
    len: u8,
    anchor: usize,
}

impl<'a> Verified<'a> {
    /// The peer's own certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate<'a> {
        &self.leaf
    }
    /// Indices into the chain as sent, leaf first; the anchor is not among them.
    pub fn path(&self) -> impl Iterator<Item = usize> {
        self.path.iter().take(self.len.into()).map(|i| usize::from(*i))
    }
    /// Which anchor, counted as [`Anchors::subjects`] counts.
    #[must_use]
    pub fn anchor(&self) -> usize {
        self.anchor
    }
    /// The earliest end of validity on the path: until then, the verdict can hold.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }
}

/// Looks for a valid path from the first certificate of `chain` to an anchor.
///
/// # Errors
/// todo
pub fn verify<'a, C: Crypto>(
    _crypto: &C,
    _chain: &[&'a [u8]],
    _anchors: &Anchors,
    _now: UnixTime,
    _purpose: Purpose,
    _name: Option<&ServerName<'_>>,
) -> Result<Verified<'a>, Fault> {
    todo!()
}
