//! `oid_filters` (RFC 8446 §4.2.5). Only its shape is read: the choice of a certificate is not made by extensions.
//!
//! ```text
//! struct {
//!     opaque certificate_extension_oid<1..2^8-1>;
//!     opaque certificate_extension_values<0..2^16-1>;
//! } OIDFilter;
//!
//! struct {
//!     OIDFilter filters<0..2^16-1>;
//! } OIDFilterExtension;
//! ```

use super::super::{Malformed, NoRoom, Writer, exactly, within};
use super::BODY;

/// [4.2.5-2] True, if the body has its shape.
pub(in crate::wire) fn read(body: &[u8]) -> Result<bool, Malformed> {
    let filters = exactly(BODY, body, |r| r.vec16("filters"))?;
    exactly("filters", filters, |r| {
        while !r.at_end() {
            within("certificate_extension_oid", 1.., r.vec8("certificate_extension_oid")?)?;
            r.vec16("certificate_extension_values")?;
        }
        Ok(true)
    })
}

/// No filters.
pub(in crate::wire) fn encode((): (), w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|_| Ok(()))
}
