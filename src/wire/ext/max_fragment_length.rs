//! `max_fragment_length` (RFC 6066 §4): the body is one `MaxFragmentLength`.

use super::super::{MaxFragmentLength, Reader, Writer};

pub(in crate::wire) fn read(r: &mut Reader<'_>) -> MaxFragmentLength {
    MaxFragmentLength(r.u8("MaxFragmentLength"))
}

pub(in crate::wire) fn encode(length: MaxFragmentLength, w: &mut Writer<'_>) {
    w.u8(length.0)
}
