//! `cookie` (RFC 8446 §4.2.2).
//!
//! ```text
//! struct {
//!     opaque cookie<1..2^16-1>;
//! } Cookie;
//! ```

use super::super::{Reader, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> &'a [u8] {
    let cookie = r.vec16("cookie");
    r.within("cookie", 1.., cookie)
}

pub(in crate::wire) fn encode(cookie: &[u8], w: &mut Writer<'_>) {
    w.opaque16(cookie)
}
