//! `certificate_authorities` (RFC 8446 §4.2.4).
//!
//! ```text
//! struct {
//!     DistinguishedName authorities<3..2^16-1>;
//! } CertificateAuthoritiesExtension;
//! ```

use super::super::{Element, Reader, Vector, Writer};

/// The name of an authority in DER: `opaque DistinguishedName<1..2^16-1>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DistinguishedName<'a>(pub &'a [u8]);

impl<'a> Element<'a> for DistinguishedName<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let name = r.vec16("DistinguishedName");
        Self(r.within("DistinguishedName", 1.., name))
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque16(self.0)
    }
}

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, DistinguishedName<'a>> {
    let names = r.vec16("authorities");
    Vector::read(r, "authorities", 3, names)
}

pub(in crate::wire) fn encode(names: Vector<'_, DistinguishedName<'_>>, w: &mut Writer<'_>) {
    w.vec16(|w| names.encode(w))
}
