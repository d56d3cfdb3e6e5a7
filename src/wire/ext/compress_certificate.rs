//! `compress_certificate` (RFC 8879 §3).
//!
//! ```text
//! struct {
//!     CertificateCompressionAlgorithm algorithms<2..2^8-2>;
//! } CertificateCompressionAlgorithms;
//! ```

use super::super::{CertificateCompressionAlgorithm, Reader, Vector, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, CertificateCompressionAlgorithm> {
    let algorithms = r.vec8("algorithms");
    // [8879-3-1]
    Vector::read(r, "algorithms", 2, algorithms)
}

pub(in crate::wire) fn encode(algorithms: Vector<'_, CertificateCompressionAlgorithm>, w: &mut Writer<'_>) {
    w.vec8(|w| algorithms.encode(w));
}
