//! `supported_groups` (RFC 8446 §4.2.7).
//!
//! ```text
//! struct {
//!     NamedGroup named_group_list<2..2^16-1>;
//! } NamedGroupList;
//! ```

use super::super::{Malformed, NamedGroup, NoRoom, Vector, Writer, exactly};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, NamedGroup>, Malformed> {
    exactly(BODY, body, |r| Vector::wire("named_group_list", 2, r.vec16("named_group_list")?))
}

pub(in crate::wire) fn encode(groups: Vector<'_, NamedGroup>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| groups.encode(w))
}
