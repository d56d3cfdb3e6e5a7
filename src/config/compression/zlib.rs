//! zlib (RFC 1950), of the crate `miniz_oxide`.

use super::{CertificateCompression, CompressionError};
use crate::wire::CertificateCompressionAlgorithm;
use alloc::{boxed::Box, vec::Vec};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// Compresses most: 10 of 10.
const LEVEL: u8 = 10;

/// Certificates compressed with zlib.
///
/// Beside what a message announces, expanding it takes 11 KiB for the code tables: the output is its own window. All of it is
/// given back when the message is expanded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zlib;

impl CertificateCompression for Zlib {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::zlib
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        Some(compress_to_vec_zlib(certificate, LEVEL)).filter(|out| out.len() < certificate.len())
    }

    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError> {
        let flags =
            inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        // [8879-5-1]
        let mut tables: Box<DecompressorOxide> = Box::default();
        let (status, read, written) = decompress(&mut tables, compressed, out, 0, flags);
        // Not a byte too little, nor too much on either side.
        let all = status == TINFLStatus::Done && read == compressed.len() && written == out.len();
        all.then_some(()).ok_or(CompressionError)
    }
}
