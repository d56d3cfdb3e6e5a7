//! Imported PSKs (RFC 9258): of one external PSK, one for each hash of the suites, bound to protocol and context.

use super::psk::{Psk, PskError, PskKind, checked_identity, checked_secret};
use crate::crypto::{Crypto, Hash, HashAlgorithm, Hkdf, MAX_HASH_LEN};
use crate::wire::ProtocolVersion;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// An external PSK that is only ever imported: the EPSK of RFC 9258.
///
/// Whoever imports a key must not use it in any other way (RFC 9258 §4), which is why this is no [`Psk`]. The secret is wiped
/// on drop and never printed.
pub struct ExternalPsk {
    identity: Box<[u8]>,
    secret: Zeroizing<Box<[u8]>>,
    hash: HashAlgorithm,
}

impl ExternalPsk {
    /// An external PSK with SHA-256, which is the hash where none was agreed on (RFC 9258 §5.1).
    ///
    /// # Errors
    /// [`PskError`] as [`Psk::external`].
    pub fn new(external_identity: &[u8], secret: &[u8]) -> Result<Self, PskError> {
        Ok(Self {
            identity: checked_identity(external_identity)?.into(),
            secret: Zeroizing::new(checked_secret(secret)?.into()),
            // [9258-5.1-2]
            hash: HashAlgorithm::Sha256,
        })
    }

    /// The hash that was agreed on together with the secret. It does not limit the suites.
    #[must_use]
    pub fn with_hash(mut self, hash: HashAlgorithm) -> Self {
        self.hash = hash;
        self
    }

    /// The imported PSKs for TLS 1.3 and both hashes. `context` is what the secret was agreed on for (the two names, in the
    /// order of client and server, defeat reflection; RFC 9258 §5.1, Appendix A), or empty.
    ///
    /// # Errors
    /// [`PskError`] if `context` is too long, or makes the identity too long.
    pub fn import<C: Crypto>(&self, crypto: &C, context: &[u8]) -> Result<[Psk; 2], PskError> {
        // [9258-5.1-1]
        let import = |target_hash| {
            let identity = ImportedIdentity { external_identity: &self.identity, context, target_hash }.encode()?;
            let mut hash = crypto.hash(self.hash);
            hash.update(&identity);
            let hkdf = Hkdf::new(crypto, self.hash);
            // An empty key of HMAC is the same as a key of zeros.
            let epskx = hkdf.extract(&[], &self.secret);
            let mut ipskx = Zeroizing::new([0; MAX_HASH_LEN]);
            let ipskx = ipskx.get_mut(..target_hash.len()).unwrap_or_default();
            hkdf.from(&epskx).expand_label_in_blocks("derived psk", hash.finish().as_ref(), ipskx);
            Psk::new(&identity, ipskx, target_hash, PskKind::Imported)
        };
        // [9258-5.1-3]
        Ok([import(HashAlgorithm::Sha256)?, import(HashAlgorithm::Sha384)?])
    }
}

impl fmt::Debug for ExternalPsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalPsk")
            .field("identity", &self.identity)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

/// ```text
/// struct {
///    opaque external_identity<1...2^16-1>;
///    opaque context<0..2^16-1>;
///    uint16 target_protocol;
///    uint16 target_kdf;
/// } ImportedIdentity;
/// ```
struct ImportedIdentity<'a> {
    external_identity: &'a [u8],
    context: &'a [u8],
    target_hash: HashAlgorithm,
}

impl ImportedIdentity<'_> {
    fn encode(&self) -> Result<Vec<u8>, PskError> {
        let len = |bytes: &[u8]| u16::try_from(bytes.len()).map(u16::to_be_bytes);
        let identity_len =
            len(self.external_identity).map_err(|_| PskError::LongIdentity { len: self.external_identity.len() })?;
        let context_len = len(self.context).map_err(|_| PskError::LongContext { len: self.context.len() })?;
        // TLS KDF Identifiers (RFC 9258 §10).
        let target_kdf: u16 = match self.target_hash {
            HashAlgorithm::Sha256 => 0x0001,
            HashAlgorithm::Sha384 => 0x0002,
        };
        Ok([
            &identity_len,
            self.external_identity,
            &context_len,
            self.context,
            &ProtocolVersion::TLS_1_3.0.to_be_bytes(),
            &target_kdf.to_be_bytes(),
        ]
        .concat())
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;
    use crate::crypto::Ring;

    // [9258-5.1-1] [9258-5.1-2] [9258-5.1-3] [9258-5.2-1]
    /// The secrets are not public, so what is computed of them is compared here.
    #[test]
    fn imported_psks_are_those_of_an_independent_computation() {
        let blocks = include_str!("../../vectors/rfc9258/import.kv").split("\n\n").skip(1);
        assert_eq!(blocks.clone().count(), 3);
        for block in blocks {
            let text = |name: &str| {
                let of_name = |line: &'static str| line.split_once('=').filter(|(found, _)| found.trim() == name);
                block.lines().find_map(of_name).unwrap_or_else(|| panic!("no {name} in {block}")).1.trim()
            };
            let bytes = |name: &str| hex::decode(text(name)).unwrap();
            let hash = match text("Hash") {
                "\"sha384\"" => HashAlgorithm::Sha384,
                _ => HashAlgorithm::Sha256,
            };
            let epsk = ExternalPsk::new(&bytes("ExternalIdentity"), &bytes("Epsk")).unwrap().with_hash(hash);
            let [sha256, sha384] = epsk.import(&Ring::new(), &bytes("Context")).unwrap();
            assert_eq!(sha256.identity(), bytes("ImportedIdentity.sha256"), "{block}");
            assert_eq!(sha384.identity(), bytes("ImportedIdentity.sha384"), "{block}");
            assert_eq!(sha256.secret(), bytes("Ipskx.sha256"), "{block}");
            assert_eq!(sha384.secret(), bytes("Ipskx.sha384"), "{block}");
            assert_eq!((sha256.hash(), sha384.hash()), (HashAlgorithm::Sha256, HashAlgorithm::Sha384));
            assert_eq!(sha256.kind().binder_label(), "imp binder");
        }
    }
}
