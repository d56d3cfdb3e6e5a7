//! `record_size_limit` (RFC 8449 §4): the body is one `uint16 RecordSizeLimit`, in bytes of `TLSInnerPlaintext`.

use super::super::{Reader, Writer};

pub(in crate::wire) fn read(r: &mut Reader<'_>) -> u16 {
    r.u16("RecordSizeLimit")
}

pub(in crate::wire) fn encode(limit: u16, w: &mut Writer<'_>) {
    w.u16(limit)
}
