//! `application_layer_protocol_negotiation` (RFC 7301 §3.1), ALPN.
//!
//! ```text
//! struct {
//!     ProtocolName protocol_name_list<2..2^16-1>
//! } ProtocolNameList;
//! ```

use super::super::{Element, Malformed, Reader, Vector, Writer};

/// The name of an application protocol: `opaque ProtocolName<1..2^8-1>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolName<'a>(pub &'a [u8]);

impl<'a> Element<'a> for ProtocolName<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        // [7301-3.1-1]
        let name = r.vec8("ProtocolName");
        Self(r.within("ProtocolName", 1.., name))
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque8(self.0)
    }
}

const LIST: &str = "protocol_name_list";

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, ProtocolName<'a>> {
    let names = r.vec16(LIST);
    Vector::read(r, LIST, 2, names)
}

pub(in crate::wire) fn encode(names: Vector<'_, ProtocolName<'_>>, w: &mut Writer<'_>) {
    w.vec16(|w| names.encode(w))
}

/// [7301-3.1-2] The server's list, which has exactly one name.
pub(in crate::wire) fn read_selected<'a>(r: &mut Reader<'a>) -> ProtocolName<'a> {
    let mut names = read(r).iter();
    match (names.next(), names.next()) {
        (Some(name), None) => name,
        _ => {
            r.fail(Malformed::length(LIST));
            ProtocolName(&[])
        }
    }
}

pub(in crate::wire) fn encode_selected(name: ProtocolName<'_>, w: &mut Writer<'_>) {
    w.vec16(|w| name.encode(w))
}
