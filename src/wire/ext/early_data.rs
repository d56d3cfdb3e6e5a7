//! `early_data` of a NewSessionTicket (RFC 8446 §4.2.10); elsewhere its body is empty.
//!
//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case new_session_ticket:   uint32 max_early_data_size;
//!         case client_hello:         Empty;
//!         case encrypted_extensions: Empty;
//!     };
//! } EarlyDataIndication;
//! ```

use super::super::{Reader, Writer};

pub(in crate::wire) fn read(r: &mut Reader<'_>) -> u32 {
    r.u32("max_early_data_size")
}

pub(in crate::wire) fn encode(size: u32, w: &mut Writer<'_>) {
    w.u32(size)
}
