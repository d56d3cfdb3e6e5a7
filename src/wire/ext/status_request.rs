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

use super::super::{Malformed, NoRoom, Writer, exactly, within};
use super::BODY;

const OCSP: u8 = 1;

/// True, if the body has its shape; that of an unknown `status_type` may be any.
pub(in crate::wire) fn read(body: &[u8]) -> Result<bool, Malformed> {
    exactly(BODY, body, |r| {
        if r.u8("status_type")? != OCSP {
            let _any = r.rest();
            return Ok(true);
        }
        let responders = r.vec16("responder_id_list")?;
        r.vec16("request_extensions")?;
        exactly("responder_id_list", responders, |r| {
            while !r.at_end() {
                within("ResponderID", 1.., r.vec16("ResponderID")?)?;
            }
            Ok(true)
        })
    })
}

/// Asks for OCSP, of any responder, without extensions.
pub(in crate::wire) fn encode((): (), w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u8(OCSP)?;
    w.vec16(|_| Ok(()))?;
    w.vec16(|_| Ok(()))
}

/// The OCSPResponse of a CertificateStatus; no other `status_type` is ever asked for.
#[cfg(feature = "alloc")]
pub(in crate::wire) fn read_response(body: &[u8]) -> Result<&[u8], Malformed> {
    exactly(BODY, body, |r| match r.u8("status_type")? {
        OCSP => within("OCSPResponse", 1.., r.vec24("OCSPResponse")?),
        _ => Err(Malformed::value("status_type")),
    })
}

/// A CertificateStatus.
#[cfg(feature = "alloc")]
pub(in crate::wire) fn encode_response(response: &[u8], w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u8(OCSP)?;
    w.vec24(|w| w.put(response))
}
