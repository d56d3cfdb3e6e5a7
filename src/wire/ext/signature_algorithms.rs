//! `signature_algorithms` and `signature_algorithms_cert` (RFC 8446 §4.2.3).
//!
//! ```text
//! struct {
//!     SignatureScheme supported_signature_algorithms<2..2^16-2>;
//! } SignatureSchemeList;
//! ```

use super::super::{Malformed, NoRoom, SignatureScheme, Vector, Writer, exactly};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, SignatureScheme>, Malformed> {
    const FIELD: &str = "supported_signature_algorithms";
    exactly(BODY, body, |r| Vector::wire(FIELD, 2, r.vec16(FIELD)?))
}

pub(in crate::wire) fn encode(schemes: Vector<'_, SignatureScheme>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| schemes.encode(w))
}
