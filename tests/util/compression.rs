//! Algorithms that compress certificates (RFC 8879) as a test wants it, and count what they did.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use symbolon::config::{CertificateCompression, CompressionError};
use symbolon::wire::CertificateCompressionAlgorithm;

pub const SHORTER: CertificateCompressionAlgorithm = CertificateCompressionAlgorithm(0xff01);
pub const LONGER: CertificateCompressionAlgorithm = CertificateCompressionAlgorithm(0xff02);
pub const AS_IS: CertificateCompressionAlgorithm = CertificateCompressionAlgorithm(0xff03);

type Compress = fn(&[u8]) -> Option<Vec<u8>>;
/// What it takes compressed bytes to, however long that is.
type Expand = fn(&[u8]) -> Option<Vec<u8>>;

pub struct Algorithm {
    code: CertificateCompressionAlgorithm,
    compress: Compress,
    expand: Expand,
    compressed: AtomicUsize,
    expanded: AtomicUsize,
}

impl Algorithm {
    pub fn new(code: CertificateCompressionAlgorithm, compress: Compress, expand: Expand) -> Arc<Self> {
        Arc::new(Self { code, compress, expand, compressed: AtomicUsize::new(0), expanded: AtomicUsize::new(0) })
    }

    /// Leaves out the first two bytes, which are zeros: the context, and the first byte of the list's length.
    pub fn shorter() -> Arc<Self> {
        Self::new(SHORTER, |c| c.strip_prefix(&[0, 0]).map(<[u8]>::to_vec), |c| Some([&[0, 0], c].concat()))
    }

    /// Puts 1000 bytes in front.
    pub fn longer() -> Arc<Self> {
        Self::new(LONGER, |c| Some([&[9; 1000], c].concat()), |c| c.strip_prefix(&[9; 1000]).map(<[u8]>::to_vec))
    }

    /// Finds nothing worth compressing, and takes bytes as they are.
    pub fn as_is() -> Arc<Self> {
        Self::new(AS_IS, |_| None, |c| Some(c.to_vec()))
    }

    /// How often it was asked to compress.
    pub fn compressed(&self) -> usize {
        self.compressed.load(Ordering::Relaxed)
    }

    /// How often it was asked to expand.
    pub fn expanded(&self) -> usize {
        self.expanded.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)
    }
}

impl CertificateCompression for Algorithm {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        self.code
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        self.compressed.fetch_add(1, Ordering::Relaxed);
        (self.compress)(certificate)
    }

    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError> {
        self.expanded.fetch_add(1, Ordering::Relaxed);
        let expanded = (self.expand)(compressed).filter(|expanded| expanded.len() == out.len());
        out.copy_from_slice(&expanded.ok_or(CompressionError)?);
        Ok(())
    }
}
