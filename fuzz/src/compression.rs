//! Compressed certificates: what is expanded of them, and an algorithm for whole connections.

use std::fmt;
use symbolon::config::{CertificateCompression, CompressionError};
use symbolon::wire::{CertificateCompressionAlgorithm, CompressedCertificate, Parse};

/// Leaves bytes as they are.
pub struct AsTheyAre;

impl fmt::Debug for AsTheyAre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsTheyAre")
    }
}

impl CertificateCompression for AsTheyAre {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm(0xff01)
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        Some(certificate.to_vec())
    }

    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError> {
        if compressed.len() != out.len() {
            return Err(CompressionError);
        }
        out.copy_from_slice(compressed);
        Ok(())
    }
}

/// The body of a CompressedCertificate: what it expands to is read as a Certificate, and comes to the same by our own hand.
pub fn compressed_certificate(bytes: &[u8]) {
    super::message::compressed_certificate(bytes);
    let Ok(message) = CompressedCertificate::parse(bytes) else { return };
    let Some(algorithm) = algorithms().into_iter().find(|one| one.algorithm() == message.algorithm) else { return };
    let len = usize::try_from(message.uncompressed_length).expect("three bytes");
    // As of any message.
    if len > 1 << 16 {
        return;
    }
    let mut out = vec![0xaa; len];
    if algorithm.decompress(message.compressed_certificate_message, &mut out).is_ok() {
        super::certificate_message(&out);
        if let Some(compressed) = algorithm.compress(&out) {
            assert!(compressed.len() < out.len());
            let mut again = vec![0x55; len];
            algorithm.decompress(&compressed, &mut again).expect("our own");
            assert_eq!(again, out);
        }
        let mut longer = vec![0; len + 1];
        assert_eq!(algorithm.decompress(message.compressed_certificate_message, &mut longer), Err(CompressionError));
    }
}

/// Those that the build has.
pub fn algorithms() -> Vec<Box<dyn CertificateCompression>> {
    vec![
        #[cfg(feature = "brotli")]
        Box::new(symbolon::config::Brotli),
        #[cfg(feature = "zlib")]
        Box::new(symbolon::config::Zlib),
    ]
}
