//! `supported_groups` (RFC 8446 §4.2.7).
//!
//! ```text
//! struct {
//!     NamedGroup named_group_list<2..2^16-1>;
//! } NamedGroupList;
//! ```

use super::super::{NamedGroup, Reader, Vector, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, NamedGroup> {
    let groups = r.vec16("named_group_list");
    Vector::read(r, "named_group_list", 2, groups)
}

pub(in crate::wire) fn encode(groups: Vector<'_, NamedGroup>, w: &mut Writer<'_>) {
    w.vec16(|w| groups.encode(w))
}
