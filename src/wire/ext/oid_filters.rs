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

use super::super::{Reader, Writer};

/// [4.2.5-2] True, if the body has its shape.
pub(in crate::wire) fn read(r: &mut Reader<'_>) -> bool {
    let filters = r.vec16("filters");
    r.all("filters", filters, |r| {
        while !r.at_end() {
            let oid = r.vec8("certificate_extension_oid");
            r.within("certificate_extension_oid", 1.., oid);
            r.vec16("certificate_extension_values");
        }
    });
    true
}

/// No filters.
pub(in crate::wire) fn encode((): (), w: &mut Writer<'_>) {
    w.opaque16(&[]);
}
