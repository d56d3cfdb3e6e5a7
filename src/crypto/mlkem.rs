//! Groups of ML-KEM (FIPS 203): in a hybrid with ECDH (RFC 10024), or alone (draft-ietf-tls-mlkem).
//!
//! ```text
//!                    client's key_exchange        server's key_exchange   shared secret
//! X25519MLKEM768     encapsulation key, X25519    ciphertext, X25519      ML-KEM, X25519
//! SecP256r1MLKEM768  P-256, encapsulation key     P-256, ciphertext       P-256, ML-KEM
//! MLKEM1024          encapsulation key            ciphertext              ML-KEM
//! ```

use super::kx::Ecdh;
use super::{CryptoError, ShareError, SharedSecret};
use crate::shared::Kept;
use crate::wire::NamedGroup;
#[cfg(not(feature = "alloc"))]
use core::marker::PhantomData;
use ml_kem::array::typenum::Unsigned;
use ml_kem::kem::{Ciphertext, Decapsulate, Decapsulator, Kem, KeyExport, KeyInit, KeySizeUser, SharedKey, TryKeyInit};
use ml_kem::{B32, MlKem768, MlKem1024};
use zeroize::Zeroizing;

/// An encapsulation key, or a ciphertext, of ML-KEM-1024.
pub(super) const MAX_SHARE_LEN: usize = 1568;

/// Writes a part of a share to the front of a slice, and returns its length.
type Write<'w> = &'w dyn Fn(&mut [u8]) -> Result<usize, CryptoError>;

/// d and z (FIPS 203 §7.1), from which a decapsulation key is made.
type Seed = Zeroizing<[u8; 64]>;

/// What a group is made of.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    parameters: ParameterSet,
    ecdh: Option<EcdhPart>,
}

#[derive(Clone, Copy)]
enum ParameterSet {
    MlKem768,
    MlKem1024,
}

#[derive(Clone, Copy)]
struct EcdhPart {
    group: NamedGroup,
    share_len: usize,
    /// In shares and in the secret.
    order: Order,
}

#[derive(Clone, Copy)]
enum Order {
    MlKemFirst,
    EcdhFirst,
}

impl Parts {
    /// `None` if ML-KEM has no part in the group, or is not linked with its parameters.
    pub(super) fn of<P: Ecdh>(group: NamedGroup) -> Option<Self> {
        let x25519 = EcdhPart { group: NamedGroup::x25519, share_len: 32, order: Order::MlKemFirst };
        let secp256r1 = EcdhPart { group: NamedGroup::secp256r1, share_len: 65, order: Order::EcdhFirst };
        let (parameters, ecdh) = match group {
            NamedGroup::X25519MLKEM768 if P::HAS_MLKEM768 => (ParameterSet::MlKem768, Some(x25519)),
            NamedGroup::SecP256r1MLKEM768 if P::HAS_MLKEM768 => (ParameterSet::MlKem768, Some(secp256r1)),
            NamedGroup::MLKEM1024 if P::HAS_MLKEM1024 => (ParameterSet::MlKem1024, None),
            _ => return None,
        };
        Some(Self { parameters, ecdh })
    }

    fn order(self) -> Order {
        self.ecdh.map_or(Order::MlKemFirst, |ecdh| ecdh.order)
    }

    /// The part of ML-KEM, which is so long, and the part of ECDH.
    fn split(self, share: &[u8], mlkem_len: usize) -> Result<(&[u8], &[u8]), ShareError> {
        let ecdh_len = self.ecdh.map_or(0, |ecdh| ecdh.share_len);
        if Some(share.len()) != mlkem_len.checked_add(ecdh_len) {
            return Err(ShareError::Share);
        }
        let parts = match self.order() {
            Order::MlKemFirst => share.split_at_checked(mlkem_len),
            Order::EcdhFirst => share.split_at_checked(ecdh_len).map(|(ecdh, mlkem)| (mlkem, ecdh)),
        };
        parts.ok_or(ShareError::Share)
    }

    // [10024-4.3-1]
    fn join(self, mlkem: &[u8], ecdh: Option<&SharedSecret>) -> Result<SharedSecret, CryptoError> {
        let ecdh = ecdh.map_or(&[][..], SharedSecret::as_bytes);
        let shared = match self.order() {
            Order::MlKemFirst => SharedSecret::of_halves(mlkem, ecdh),
            Order::EcdhFirst => SharedSecret::of_halves(ecdh, mlkem),
        };
        shared.ok_or(CryptoError)
    }
}

/// A private key of such a group, or what is left of it when its share is yet to be written.
pub(super) struct MlKem<K>(Kept<Exchange<K>>);

struct Exchange<K> {
    parts: Parts,
    ecdh: Option<K>,
    mlkem: Own,
}

/// What we have of ML-KEM.
#[allow(clippy::large_enum_variant)] // where there is a heap, all of it is there
enum Own {
    Key768(Private<MlKem768>),
    Key1024(Private<MlKem1024>),
    Ciphertext { bytes: [u8; MAX_SHARE_LEN], len: usize },
}

impl<K> MlKem<K> {
    fn new(parts: Parts, ecdh: Option<K>, mlkem: Own) -> Self {
        Self(Kept::new(Exchange { parts, ecdh, mlkem }))
    }

    pub(super) fn generate<P: Ecdh<Key = K>>(provider: &P, parts: Parts) -> Result<Self, CryptoError> {
        let mut seed = Seed::new([0; 64]);
        provider.random(seed.as_mut())?;
        let mlkem = match parts.parameters {
            ParameterSet::MlKem768 if P::HAS_MLKEM768 => Own::Key768(Private::new(&seed)?),
            ParameterSet::MlKem1024 if P::HAS_MLKEM1024 => Own::Key1024(Private::new(&seed)?),
            _ => return Err(CryptoError),
        };
        let ecdh = parts.ecdh.map(|part| provider.generate(part.group)).transpose()?;
        Ok(Self::new(parts, ecdh, mlkem))
    }

    // [10024-4.1-1] [10024-4.2-1]
    pub(super) fn share<P: Ecdh<Key = K>>(&self, provider: &P, out: &mut [u8]) -> Result<usize, CryptoError> {
        let Exchange { parts, ecdh, mlkem } = &*self.0;
        let write_mlkem = |out: &mut [u8]| match mlkem {
            Own::Key768(key) if P::HAS_MLKEM768 => key.share(out),
            Own::Key1024(key) if P::HAS_MLKEM1024 => key.share(out),
            Own::Ciphertext { bytes, len } => copy(bytes.get(..*len).ok_or(CryptoError)?, out),
            Own::Key768(_) | Own::Key1024(_) => Err(CryptoError),
        };
        let write_ecdh = |out: &mut [u8]| ecdh.as_ref().map_or(Ok(0), |key| provider.share(key, out));
        let [first, second]: [Write<'_>; 2] = match parts.order() {
            Order::MlKemFirst => [&write_mlkem, &write_ecdh],
            Order::EcdhFirst => [&write_ecdh, &write_mlkem],
        };
        let len = first(out)?;
        let rest = second(out.get_mut(len..).ok_or(CryptoError)?)?;
        len.checked_add(rest).ok_or(CryptoError)
    }

    pub(super) fn encap<P: Ecdh<Key = K>>(
        provider: &P,
        parts: Parts,
        peer: &[u8],
    ) -> Result<(Self, SharedSecret), ShareError> {
        let mut m = Zeroizing::new([0; 32]);
        provider.random(m.as_mut())?;
        let mut bytes = [0; MAX_SHARE_LEN];
        let (len, mlkem, ecdh_share) = match parts.parameters {
            ParameterSet::MlKem768 if P::HAS_MLKEM768 => {
                let (key, ecdh) = parts.split(peer, key_len::<MlKem768>())?;
                let (len, shared) = encapsulate::<MlKem768>(key, &m, &mut bytes)?;
                (len, shared, ecdh)
            }
            ParameterSet::MlKem1024 if P::HAS_MLKEM1024 => {
                let (key, ecdh) = parts.split(peer, key_len::<MlKem1024>())?;
                let (len, shared) = encapsulate::<MlKem1024>(key, &m, &mut bytes)?;
                (len, shared, ecdh)
            }
            _ => return Err(ShareError::Share),
        };
        // [10024-4.2-4] [10024-4.3-2]
        let ecdh = parts.ecdh.map(|part| provider.encap(part.group, ecdh_share)).transpose();
        let (key, ecdh) = ecdh.map_err(|_| ShareError::Ecdh)?.unzip();
        let shared = parts.join(&mlkem, ecdh.as_ref())?;
        Ok((Self::new(parts, key, Own::Ciphertext { bytes, len }), shared))
    }

    pub(super) fn decap<P: Ecdh<Key = K>>(mut self, provider: &P, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        let Exchange { parts, ecdh: key, mlkem } = &mut *self.0;
        // [10024-4.2-3]
        let (mlkem, ecdh_share) = match mlkem {
            Own::Key768(key) if P::HAS_MLKEM768 => key.decapsulate(*parts, peer)?,
            Own::Key1024(key) if P::HAS_MLKEM1024 => key.decapsulate(*parts, peer)?,
            Own::Key768(_) | Own::Key1024(_) | Own::Ciphertext { .. } => return Err(ShareError::Share),
        };
        let ecdh = key.take().map(|key| provider.decap(key, ecdh_share)).transpose();
        Ok(parts.join(&mlkem, ecdh.map_err(|_| ShareError::Ecdh)?.as_ref())?)
    }
}

/// A set of parameters of FIPS 203 §8.
trait Parameters: Kem<DecapsulationKey: KeyInit + Decapsulate, EncapsulationKey: KeyExport + TryKeyInit> {
    fn encapsulate(key: &Self::EncapsulationKey, m: &B32) -> (Ciphertext<Self>, SharedKey<Self>);
}

impl Parameters for MlKem768 {
    fn encapsulate(key: &Self::EncapsulationKey, m: &B32) -> (Ciphertext<Self>, SharedKey<Self>) {
        key.encapsulate_deterministic(m)
    }
}

impl Parameters for MlKem1024 {
    fn encapsulate(key: &Self::EncapsulationKey, m: &B32) -> (Ciphertext<Self>, SharedKey<Self>) {
        key.encapsulate_deterministic(m)
    }
}

fn key_len<Q: Parameters>() -> usize {
    <Q::EncapsulationKey as KeySizeUser>::KeySize::USIZE
}

/// To a key of the peer's, with `m` drawn for it (FIPS 203 §7.2). Writes the ciphertext; returns its length, and the secret.
#[inline(never)]
fn encapsulate<Q: Parameters>(
    key: &[u8],
    m: &[u8; 32],
    out: &mut [u8],
) -> Result<(usize, Zeroizing<SharedKey<Q>>), ShareError> {
    // [10024-4.2-2]
    let key = Q::EncapsulationKey::new_from_slice(key).map_err(|_| ShareError::MlKem)?;
    let m = Zeroizing::new(B32::from(*m));
    let (ciphertext, shared) = Q::encapsulate(&key, &m);
    Ok((copy(&ciphertext, out)?, Zeroizing::new(shared)))
}

/// A decapsulation key: ready for use where there is a heap to keep it on, else the seed, which is 3 KB shorter and made into a
/// key each time. Wiped on drop.
struct Private<Q: Parameters> {
    #[cfg(feature = "alloc")]
    key: Q::DecapsulationKey,
    #[cfg(not(feature = "alloc"))]
    seed: Seed,
    #[cfg(not(feature = "alloc"))]
    parameters: PhantomData<Q>,
}

impl<Q: Parameters> Private<Q> {
    #[cfg(feature = "alloc")]
    fn new(seed: &Seed) -> Result<Self, CryptoError> {
        Ok(Self { key: expand::<Q>(seed)? })
    }

    #[cfg(not(feature = "alloc"))]
    fn new(seed: &Seed) -> Result<Self, CryptoError> {
        Ok(Self { seed: seed.clone(), parameters: PhantomData })
    }

    fn with<T>(&self, of: impl FnOnce(&Q::DecapsulationKey) -> T) -> Result<T, CryptoError> {
        #[cfg(feature = "alloc")]
        let key = &self.key;
        #[cfg(not(feature = "alloc"))]
        let key = &expand::<Q>(&self.seed)?;
        Ok(of(key))
    }

    #[inline(never)]
    fn share(&self, out: &mut [u8]) -> Result<usize, CryptoError> {
        self.with(|key| copy(&key.encapsulation_key().to_bytes(), out))?
    }

    /// The secret of ML-KEM, and the part of the share that is ECDH's.
    #[inline(never)]
    fn decapsulate<'s>(
        &self,
        parts: Parts,
        share: &'s [u8],
    ) -> Result<(Zeroizing<SharedKey<Q>>, &'s [u8]), ShareError> {
        let (ciphertext, ecdh) = parts.split(share, Q::CiphertextSize::USIZE)?;
        let shared = self.with(|key| key.decapsulate_slice(ciphertext))?.map_err(|_| ShareError::Share)?;
        Ok((Zeroizing::new(shared), ecdh))
    }
}

#[inline(never)]
fn expand<Q: Parameters>(seed: &Seed) -> Result<Q::DecapsulationKey, CryptoError> {
    Q::DecapsulationKey::new_from_slice(seed.as_ref()).map_err(|_| CryptoError)
}

/// Copies to the front of `out`, and returns the length.
fn copy(bytes: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    out.get_mut(..bytes.len()).ok_or(CryptoError)?.copy_from_slice(bytes);
    Ok(bytes.len())
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
