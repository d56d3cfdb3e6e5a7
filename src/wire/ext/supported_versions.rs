//! `supported_versions` (RFC 8446 §4.2.1).
//!
//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case client_hello:
//!              ProtocolVersion versions<2..254>;
//!
//!         case server_hello: /* and HelloRetryRequest */
//!              ProtocolVersion selected_version;
//!     };
//! } SupportedVersions;
//! ```

use super::super::{ProtocolVersion, Reader, Vector, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, ProtocolVersion> {
    let versions = r.vec8("versions");
    Vector::read(r, "versions", 2, versions)
}

pub(in crate::wire) fn encode(versions: Vector<'_, ProtocolVersion>, w: &mut Writer<'_>) {
    w.vec8(|w| versions.encode(w))
}

pub(in crate::wire) fn read_selected(r: &mut Reader<'_>) -> ProtocolVersion {
    ProtocolVersion(r.u16("selected_version"))
}

pub(in crate::wire) fn encode_selected(version: ProtocolVersion, w: &mut Writer<'_>) {
    w.u16(version.0)
}
