//! `pre_shared_key` of a ServerHello (RFC 8446 §4.2.11). The client's is not read further than its bounds.
//!
//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case client_hello: OfferedPsks;
//!         case server_hello: uint16 selected_identity;
//!     };
//! } PreSharedKeyExtension;
//! ```

use super::super::{Reader, Writer};

pub(in crate::wire) fn read_selected(r: &mut Reader<'_>) -> u16 {
    r.u16("selected_identity")
}

pub(in crate::wire) fn encode_selected(identity: u16, w: &mut Writer<'_>) {
    w.u16(identity)
}
