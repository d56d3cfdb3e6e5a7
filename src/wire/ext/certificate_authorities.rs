//! `certificate_authorities` (RFC 8446 §4.2.4).
//!
//! ```text
//! struct {
//!     DistinguishedName authorities<3..2^16-1>;
//! } CertificateAuthoritiesExtension;
//! ```

use super::super::{Element, Malformed, NoRoom, Reader, Vector, Writer, exactly, within};
use super::BODY;

/// The name of an authority in DER: `opaque DistinguishedName<1..2^16-1>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DistinguishedName<'a>(pub &'a [u8]);

impl<'a> Element<'a> for DistinguishedName<'a> {
    fn read(r: &mut Reader<'_, 'a>) -> Result<Self, Malformed> {
        Ok(Self(within("DistinguishedName", 1.., r.vec16("DistinguishedName")?)?))
    }

    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom> {
        w.vec16(|w| w.put(self.0))
    }
}

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, DistinguishedName<'_>>, Malformed> {
    exactly(BODY, body, |r| Vector::wire("authorities", 3, r.vec16("authorities")?))
}

pub(in crate::wire) fn encode(names: Vector<'_, DistinguishedName<'_>>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| names.encode(w))
}
