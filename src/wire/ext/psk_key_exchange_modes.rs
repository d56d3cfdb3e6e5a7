//! `psk_key_exchange_modes` (RFC 8446 §4.2.9). One byte is one mode.
//!
//! ```text
//! struct {
//!     PskKeyExchangeMode ke_modes<1..255>;
//! } PskKeyExchangeModes;
//! ```

use super::super::{Reader, Writer};

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> &'a [u8] {
    let modes = r.vec8("ke_modes");
    r.within("ke_modes", 1.., modes)
}

pub(in crate::wire) fn encode(modes: &[u8], w: &mut Writer<'_>) {
    w.opaque8(modes)
}
