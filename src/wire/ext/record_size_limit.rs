//! `record_size_limit` (RFC 8449 §4): the body is one `uint16 RecordSizeLimit`, in bytes of `TLSInnerPlaintext`.

use super::super::{Malformed, NoRoom, Writer, exactly};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<u16, Malformed> {
    exactly(BODY, body, |r| r.u16("RecordSizeLimit"))
}

pub(in crate::wire) fn encode(limit: u16, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u16(limit)
}
