//! `max_fragment_length` (RFC 6066 §4): the body is one `MaxFragmentLength`.

use super::super::{Malformed, MaxFragmentLength, NoRoom, Writer, exactly};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<MaxFragmentLength, Malformed> {
    exactly(BODY, body, |r| Ok(MaxFragmentLength(r.u8("MaxFragmentLength")?)))
}

pub(in crate::wire) fn encode(length: MaxFragmentLength, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u8(length.0)
}
