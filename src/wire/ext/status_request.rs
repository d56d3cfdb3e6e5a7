//! `status_request` of a client (RFC 6066 §8). Only its shape is read. A CertificateRequest has an empty one.
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
