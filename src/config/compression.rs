//! Certificate compression (RFC 8879): what an algorithm is, which ones are offered, and what of ours is compressed once and for
//! all.

#[cfg(feature = "brotli")]
mod brotli;
#[cfg(feature = "zlib")]
mod zlib;

#[cfg(feature = "brotli")]
pub use brotli::Brotli;
#[cfg(feature = "zlib")]
pub use zlib::Zlib;

use super::chain::Beside;
use super::credential::Credential;
use super::settings::{ConfigError, has_twice};
use crate::shared::Shared;
use crate::wire::{
    Certificate, CertificateCompressionAlgorithm, CertificateEntry, HEADER_LEN, Vector, to_vec, write_message,
};
use alloc::{borrow::Cow, sync::Arc, vec::Vec};
use core::fmt;
use core::num::NonZeroU8;

/// An algorithm that certificates are compressed with (RFC 8879). Those of the features `zlib` and `brotli` are here; any other
/// one can be given.
pub trait CertificateCompression: fmt::Debug + Send + Sync {
    /// Its code point.
    fn algorithm(&self) -> CertificateCompressionAlgorithm;

    /// Compresses the body of a Certificate message, or says that it is not worth it: then another algorithm is tried, and at
    /// last the message is sent as it is.
    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>>;

    /// Expands what a peer sent into `out`, which is as long as the peer announced, and no longer than any Certificate message
    /// may be. Both must be used up: no byte of `out` may be missing, none be left over, and none of `compressed` be unread. It
    /// is for the implementation to bound what else it needs.
    ///
    /// # Errors
    /// [`CompressionError`] if it does not come out even.
    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError>;
}

/// Bytes that do not expand, or not to the length announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressionError;

impl fmt::Display for CompressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes do not expand to the length announced")
    }
}

impl core::error::Error for CompressionError {}

/// The algorithms of a configuration, and what the Certificate messages of its own credentials come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compression {
    algorithms: Vec<Arc<dyn CertificateCompression>>,
    offered: Vec<CertificateCompressionAlgorithm>,
    prepared: Arc<Prepared>,
}

/// What was compressed ahead of the handshakes that show it.
#[derive(Debug, Default)]
pub(super) struct Prepared(Vec<Made>);

/// A Certificate message, header included, and what algorithms make of its body.
#[derive(Debug)]
struct Made {
    message: Vec<u8>,
    compressed: Vec<(CertificateCompressionAlgorithm, Option<Vec<u8>>)>,
}

impl Prepared {
    pub(super) const NOTHING: Self = Self(Vec::new());

    /// Compresses all that the credential may show.
    pub(super) fn add(&mut self, algorithms: &[Arc<dyn CertificateCompression>], credential: &Credential) {
        for asked in Beside::ALL {
            let Some(message) = certificate_message(credential.shown(asked)) else { continue };
            if self.0.iter().any(|made| made.message == message) {
                continue;
            }
            let compressed = algorithms.iter().map(|one| (one.algorithm(), one.compress(body(&message)))).collect();
            self.0.push(Made { message, compressed });
        }
    }

    /// What the algorithm made of the message, if it was asked to; that may be nothing.
    fn find(&self, message: &[u8], by: CertificateCompressionAlgorithm) -> Option<Option<&[u8]>> {
        let made = self.0.iter().find(|made| made.message == message)?;
        made.compressed.iter().find(|(algorithm, _)| *algorithm == by).map(|(_, compressed)| compressed.as_deref())
    }

    /// Bytes by which what is longest is longer than it was.
    fn lengthens(&self) -> usize {
        let longest = |made: &Made| made.compressed.iter().filter_map(|(_, c)| c.as_ref()).map(Vec::len).max();
        let longer = self.0.iter().map(|made| longest(made).unwrap_or(0).saturating_sub(made.message.len()));
        longer.max().unwrap_or(0)
    }
}

/// Algorithms that one configuration has at most; three have a name.
const MAX_OFFERED: usize = 16;

/// Those of our algorithms that the peer takes as well: a bit each, the first of ours the lowest.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mutual(u16);

impl Mutual {
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn contains(self, at: usize) -> bool {
        self.0.checked_shr(u32::try_from(at).unwrap_or(u32::MAX)).is_some_and(|bits| bits & 1 != 0)
    }
}

impl Compression {
    pub(crate) fn new(algorithms: impl IntoIterator<Item = Arc<dyn CertificateCompression>>) -> Self {
        let algorithms: Vec<_> = algorithms.into_iter().collect();
        let offered = algorithms.iter().map(|one| one.algorithm()).collect();
        Self { algorithms, offered, prepared: Arc::default() }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        const LIST: &str = "certificate compression algorithms";
        // [8879-3-2]
        if has_twice(&self.offered) {
            return Err(ConfigError::Twice(LIST));
        }
        if self.offered.len() > MAX_OFFERED {
            return Err(ConfigError::TooMany(LIST));
        }
        Ok(())
    }

    /// Compresses what these credentials may show, so that no handshake has to.
    pub(crate) fn prepare(&mut self, credentials: &[Shared<'static, Credential>]) {
        let mut prepared = Prepared::NOTHING;
        credentials.iter().for_each(|credential| prepared.add(&self.algorithms, credential));
        self.prepared = Arc::new(prepared);
    }

    /// What goes on the wire of `compress_certificate`, if anything is offered.
    pub(crate) fn offered(&self) -> Option<Vector<'_, CertificateCompressionAlgorithm>> {
        (!self.offered.is_empty()).then_some(Vector::items(&self.offered))
    }

    /// An algorithm that is offered.
    pub(crate) fn find(&self, algorithm: CertificateCompressionAlgorithm) -> Option<&dyn CertificateCompression> {
        self.algorithms.get(self.place(algorithm)?).map(|one| &**one)
    }

    /// Where it stands in our list, counted from 0.
    pub(crate) fn place(&self, algorithm: CertificateCompressionAlgorithm) -> Option<usize> {
        self.offered.iter().position(|one| *one == algorithm)
    }

    /// What stands there, counted from 1.
    pub(crate) fn named(&self, place: Option<NonZeroU8>) -> Option<CertificateCompressionAlgorithm> {
        self.offered.get(usize::from(place?.get()).checked_sub(1)?).copied()
    }

    /// What of ours the peer takes.
    pub(crate) fn common(&self, theirs: Option<Vector<'_, CertificateCompressionAlgorithm>>) -> Mutual {
        let theirs = theirs.into_iter().flat_map(Vector::iter).filter_map(|algorithm| self.place(algorithm));
        let bit = |at| u32::try_from(at).ok().and_then(|at| 1_u16.checked_shl(at)).unwrap_or(0);
        Mutual(theirs.map(bit).fold(0, |all, bit| all | bit))
    }

    /// The body of a credential's Certificate message by the first of our algorithms that the peer takes, too, and that is worth
    /// it. What was not prepared is compressed now.
    pub(crate) fn compress<'p>(
        &'p self,
        message: &[u8],
        common: Mutual,
        credential: &'p Credential,
    ) -> Option<(CertificateCompressionAlgorithm, Cow<'p, [u8]>)> {
        let mut ours = self.algorithms.iter().enumerate().filter(|(at, _)| common.contains(*at));
        ours.find_map(|(_, one)| {
            let by = one.algorithm();
            let made = self.prepared.find(message, by).or_else(|| credential.prepared().find(message, by));
            let compressed = match made {
                Some(compressed) => compressed.map(Cow::Borrowed),
                None => one.compress(body(message)).map(Cow::Owned),
            };
            // [8879-4-1]
            compressed.filter(|bytes| !bytes.is_empty()).map(|bytes| (by, bytes))
        })
    }

    /// Bytes by which it can lengthen a flight: the offer takes some, and so does an algorithm that compresses badly.
    pub(crate) fn lengthens(&self) -> usize {
        self.prepared.lengthens().saturating_add(self.offered.len().saturating_mul(2))
    }
}

/// What is compressed of a message.
fn body(message: &[u8]) -> &[u8] {
    message.get(HEADER_LEN..).unwrap_or_default()
}

/// The Certificate message, header included, that shows this list during a handshake; `None` if it is longer than one can be.
pub(crate) fn certificate_message(certificate_list: Vector<'_, CertificateEntry<'_>>) -> Option<Vec<u8>> {
    to_vec(|w| write_message(&Certificate { certificate_request_context: &[], certificate_list }, w)).ok()
}
