//! `application_layer_protocol_negotiation` (RFC 7301 §3.1), ALPN.
//!
//! ```text
//! struct {
//!     ProtocolName protocol_name_list<2..2^16-1>
//! } ProtocolNameList;
//! ```

use super::super::{Element, Malformed, NoRoom, Reader, Vector, Writer, exactly, within};
use super::BODY;

/// The name of an application protocol: `opaque ProtocolName<1..2^8-1>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolName<'a>(pub &'a [u8]);

impl<'a> Element<'a> for ProtocolName<'a> {
    fn read(r: &mut Reader<'_, 'a>) -> Result<Self, Malformed> {
        // [7301-3.1-1]
        Ok(Self(within("ProtocolName", 1.., r.vec8("ProtocolName")?)?))
    }

    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom> {
        w.vec8(|w| w.put(self.0))
    }
}

const LIST: &str = "protocol_name_list";

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, ProtocolName<'_>>, Malformed> {
    exactly(BODY, body, |r| Vector::wire(LIST, 2, r.vec16(LIST)?))
}

pub(in crate::wire) fn encode(names: Vector<'_, ProtocolName<'_>>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| names.encode(w))
}

/// [7301-3.1-2] The server's list, which has exactly one name.
pub(in crate::wire) fn read_selected(body: &[u8]) -> Result<ProtocolName<'_>, Malformed> {
    let mut names = read(body)?.iter();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        _ => Err(Malformed::length(LIST)),
    }
}

pub(in crate::wire) fn encode_selected(name: ProtocolName<'_>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| name.encode(w))
}
