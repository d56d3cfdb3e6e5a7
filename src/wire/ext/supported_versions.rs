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

use super::super::{Malformed, NoRoom, ProtocolVersion, Vector, Writer, exactly};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, ProtocolVersion>, Malformed> {
    exactly(BODY, body, |r| Vector::wire("versions", 2, r.vec8("versions")?))
}

pub(in crate::wire) fn encode(versions: Vector<'_, ProtocolVersion>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec8(|w| versions.encode(w))
}

pub(in crate::wire) fn read_selected(body: &[u8]) -> Result<ProtocolVersion, Malformed> {
    exactly(BODY, body, |r| Ok(ProtocolVersion(r.u16("selected_version")?)))
}

pub(in crate::wire) fn encode_selected(version: ProtocolVersion, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u16(version.0)
}
