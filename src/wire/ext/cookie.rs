//! `cookie` (RFC 8446 §4.2.2).
//!
//! ```text
//! struct {
//!     opaque cookie<1..2^16-1>;
//! } Cookie;
//! ```

use super::super::{Malformed, NoRoom, Writer, exactly, within};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<&[u8], Malformed> {
    exactly(BODY, body, |r| within("cookie", 1.., r.vec16("cookie")?))
}

pub(in crate::wire) fn encode(cookie: &[u8], w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| w.put(cookie))
}
