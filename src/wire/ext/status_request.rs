//! `status_request` (RFC 6066 §8): of a client, whose shape alone is read, and of a certificate (RFC 8446 §4.4.2.1). A
//! CertificateRequest has an empty one.
//!
//! ```text
//! struct {
//!     CertificateStatusType status_type;
//!     select (status_type) {
//!         case ocsp: OCSPStatusRequest;
//!     } request;
//! } CertificateStatusRequest;
//!
//! enum { ocsp(1), (255) } CertificateStatusType;
//!
//! struct {
//!     ResponderID responder_id_list<0..2^16-1>;
//!     Extensions  request_extensions;
//! } OCSPStatusRequest;
//!
//! opaque ResponderID<1..2^16-1>;
//! opaque Extensions<0..2^16-1>;
//!
//! struct {
//!     CertificateStatusType status_type;
//!     select (status_type) {
//!         case ocsp: OCSPResponse;
//!     } response;
//! } CertificateStatus;
//!
//! opaque OCSPResponse<1..2^24-1>;
//! ```

#[cfg(feature = "alloc")]
use super::super::Malformed;
use super::super::{Reader, Writer};

const OCSP: u8 = 1;

/// True, if the body has its shape; that of an unknown `status_type` may be any.
pub(in crate::wire) fn read(r: &mut Reader<'_>) -> bool {
    if r.u8("status_type") != OCSP {
        r.skip();
        return true;
    }
    let responders = r.vec16("responder_id_list");
    r.vec16("request_extensions");
    r.all("responder_id_list", responders, |r| {
        while !r.at_end() {
            let id = r.vec16("ResponderID");
            r.within("ResponderID", 1.., id);
        }
    });
    true
}

/// Asks for OCSP, of any responder, without extensions.
pub(in crate::wire) fn encode((): (), w: &mut Writer<'_>) {
    w.u8(OCSP);
    w.opaque16(&[]);
    w.opaque16(&[]);
}

/// The OCSPResponse of a CertificateStatus; no other `status_type` is ever asked for.
#[cfg(feature = "alloc")]
pub(in crate::wire) fn read_response<'a>(r: &mut Reader<'a>) -> &'a [u8] {
    if r.u8("status_type") != OCSP {
        r.fail(Malformed::value("status_type"));
    }
    let response = r.vec24("OCSPResponse");
    r.within("OCSPResponse", 1.., response)
}

/// A CertificateStatus.
#[cfg(feature = "alloc")]
pub(in crate::wire) fn encode_response(response: &[u8], w: &mut Writer<'_>) {
    w.u8(OCSP);
    w.opaque24(response);
}
