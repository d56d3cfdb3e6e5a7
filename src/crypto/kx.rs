//! Key exchange, the same for all providers: ECDH is theirs, and with feature `mlkem` ML-KEM is added to it.

#[cfg(feature = "mlkem")]
use super::mlkem::{self, MlKem};
use super::{Crypto, CryptoError, ShareError, SharedSecret};
use crate::wire::NamedGroup;

/// Room for the longest share: a point of P-384.
#[cfg(not(feature = "mlkem"))]
pub(super) type Share = [u8; 97];
/// Room for the longest share: an encapsulation key, or a ciphertext, of ML-KEM-1024.
#[cfg(feature = "mlkem")]
pub(super) type Share = [u8; mlkem::MAX_SHARE_LEN];

/// The ECDH of a provider, and which parameters of ML-KEM are linked beside it.
pub(super) trait Ecdh: Crypto {
    /// A private key, or what is left of it when its share is yet to be written.
    type Key;

    #[cfg(feature = "mlkem")]
    const HAS_MLKEM768: bool = true;
    #[cfg(feature = "mlkem")]
    const HAS_MLKEM1024: bool = true;

    fn generate(&self, group: NamedGroup) -> Result<Self::Key, CryptoError>;
    fn share(&self, key: &Self::Key, out: &mut [u8]) -> Result<usize, CryptoError>;
    fn encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Self::Key, SharedSecret), CryptoError>;
    fn decap(&self, key: Self::Key, peer: &[u8]) -> Result<SharedSecret, CryptoError>;
}

/// A private key of a group of either kind.
#[cfg_attr(feature = "mlkem", allow(clippy::large_enum_variant))] // where there is a heap, the larger one is on it
pub(super) enum Kx<K> {
    Ecdh(K),
    #[cfg(feature = "mlkem")]
    MlKem(MlKem<K>),
}

pub(super) fn generate<P: Ecdh>(provider: &P, group: NamedGroup) -> Result<Kx<P::Key>, CryptoError> {
    #[cfg(feature = "mlkem")]
    if let Some(parts) = mlkem::Parts::of::<P>(group) {
        return MlKem::generate(provider, parts).map(Kx::MlKem);
    }
    provider.generate(group).map(Kx::Ecdh)
}

pub(super) fn share<P: Ecdh>(provider: &P, key: &Kx<P::Key>, out: &mut [u8]) -> Result<usize, CryptoError> {
    match key {
        Kx::Ecdh(key) => provider.share(key, out),
        #[cfg(feature = "mlkem")]
        Kx::MlKem(key) => key.share(provider, out),
    }
}

pub(super) fn encap<P: Ecdh>(
    provider: &P,
    group: NamedGroup,
    peer: &[u8],
) -> Result<(Kx<P::Key>, SharedSecret), ShareError> {
    #[cfg(feature = "mlkem")]
    if let Some(parts) = mlkem::Parts::of::<P>(group) {
        return MlKem::encap(provider, parts, peer).map(|(key, shared)| (Kx::MlKem(key), shared));
    }
    let (key, shared) = provider.encap(group, peer)?;
    Ok((Kx::Ecdh(key), shared))
}

pub(super) fn decap<P: Ecdh>(provider: &P, key: Kx<P::Key>, peer: &[u8]) -> Result<SharedSecret, ShareError> {
    match key {
        Kx::Ecdh(key) => Ok(provider.decap(key, peer)?),
        #[cfg(feature = "mlkem")]
        Kx::MlKem(key) => key.decap(provider, peer),
    }
}
