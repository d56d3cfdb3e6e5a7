//! Brotli (RFC 7932), of the crate `brotli`.

use super::{CertificateCompression, CompressionError};
use crate::wire::CertificateCompressionAlgorithm;
use alloc::{vec, vec::Vec};
use brotli::enc::combined_alloc::BrotliAlloc;
use brotli::enc::encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct};
use brotli::{Allocator, BrotliDecompressStream, BrotliResult, BrotliState, SliceWrapper, SliceWrapperMut};

/// Compresses most: quality 11 of 11.
const QUALITY: u32 = 11;

/// What a decoder may ask for at once, whatever it expands: a context map has 64 entries for each of up to 256 trees
/// (RFC 7932 §7.3).
const CONTEXT_MAP: usize = 64 * 256;

/// Beyond the window itself: words of the dictionary that run over its end.
const SLACK: usize = 1024;

/// Certificates compressed with Brotli. It compresses better than [`Zlib`](super::Zlib).
///
/// A stream names a window of up to 16 MiB, whatever it expands to. Here it gets twice what the message announces and a KiB, or 16
/// KiB if that is more, and fails if it asks for more, which no stream of that length does. Beside that stand the code tables, which
/// the format bounds by about 3.3 MiB, and which those of certificates take some KiB of. All of it is given back when the message
/// is expanded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brotli;

impl CertificateCompression for Brotli {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::brotli
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        // What would not be shorter does not fit.
        let mut out = vec![0; certificate.len().saturating_sub(1)];
        let mut encoder = BrotliEncoderStateStruct::new(Heap { most: usize::MAX });
        encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, QUALITY);
        encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_SIZE_HINT, u32::try_from(certificate.len()).ok()?);
        let (mut left, mut read, mut room, mut written) = (certificate.len(), 0, out.len(), 0);
        let done = encoder.compress_stream(
            BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
            &mut left,
            certificate,
            &mut read,
            &mut room,
            &mut out,
            &mut written,
            &mut None,
            &mut |_, _, _, _| (),
        );
        out.truncate(written);
        (done && encoder.is_finished()).then_some(out)
    }

    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError> {
        // [8879-5-1]
        let most = out.len().saturating_mul(2).saturating_add(SLACK).max(CONTEXT_MAP);
        let tables = || Heap { most: usize::MAX };
        let mut decoder = BrotliState::new_strict(Heap { most }, tables(), tables());
        let (mut left, mut read, mut room, mut written) = (compressed.len(), 0, out.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            compressed,
            &mut room,
            &mut written,
            out,
            &mut 0,
            &mut decoder,
        );
        // Not a byte too little, nor too much on either side.
        let all = matches!(result, BrotliResult::ResultSuccess) && left == 0 && room == 0;
        all.then_some(()).ok_or(CompressionError)
    }
}

/// The heap, for a crate that may not name it; what is longer than `most` is refused.
struct Heap {
    most: usize,
}

/// A piece of it.
struct Piece<T>(Vec<T>);

impl<T> Default for Piece<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> SliceWrapper<T> for Piece<T> {
    fn slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> SliceWrapperMut<T> for Piece<T> {
    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Clone + Default> Allocator<T> for Heap {
    type AllocatedMemory = Piece<T>;

    fn alloc_cell(&mut self, len: usize) -> Piece<T> {
        if len > self.most { Piece::default() } else { Piece(vec![T::default(); len]) }
    }

    fn free_cell(&mut self, _: Piece<T>) {}
}

impl BrotliAlloc for Heap {}
