//! `signature_algorithms` and `signature_algorithms_cert` (RFC 8446 §4.2.3).
//!
//! ```text
//! struct {
//!     SignatureScheme supported_signature_algorithms<2..2^16-2>;
//! } SignatureSchemeList;
//! ```

use super::super::{Reader, SignatureScheme, Vector, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, SignatureScheme> {
    const FIELD: &str = "supported_signature_algorithms";
    let schemes = r.vec16(FIELD);
    Vector::read(r, FIELD, 2, schemes)
}

pub(in crate::wire) fn encode(schemes: Vector<'_, SignatureScheme>, w: &mut Writer<'_>) {
    w.vec16(|w| schemes.encode(w))
}
