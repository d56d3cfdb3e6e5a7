//! `signed_certificate_timestamp` of a certificate (RFC 6962 §3.3, RFC 8446 §4.4.2.1). A ClientHello and a CertificateRequest
//! have an empty one.
//!
//! ```text
//! opaque SerializedSCT<1..2^16-1>;
//!
//! struct {
//!     SerializedSCT sct_list <1..2^16-1>;
//! } SignedCertificateTimestampList;
//! ```

use super::super::{Element, Malformed, Reader, Vector, Writer, exactly};

/// A signed certificate timestamp (SCT, RFC 6962 §3.2): the promise of a log to publish the certificate. It is carried, not
/// read: a version may come that has another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerializedSct<'a>(pub &'a [u8]);

impl<'a> Element<'a> for SerializedSct<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let sct = r.vec16("SerializedSCT");
        Self(r.within("SerializedSCT", 1.., sct))
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque16(self.0)
    }
}

impl<'a> SerializedSct<'a> {
    /// Those of a SignedCertificateTimestampList, lengths included.
    ///
    /// # Errors
    /// [`Malformed`] if it is none, or is empty.
    pub fn parse_list(list: &'a [u8]) -> Result<Vector<'a, Self>, Malformed> {
        exactly("SignedCertificateTimestampList", list, read)
    }
}

/// [6962-3.3-1]
pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, SerializedSct<'a>> {
    let list = r.vec16("sct_list");
    Vector::read(r, "sct_list", 1, list)
}
