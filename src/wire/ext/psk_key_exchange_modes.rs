//! `psk_key_exchange_modes` (RFC 8446 §4.2.9). One byte is one mode.
//!
//! ```text
//! struct {
//!     PskKeyExchangeMode ke_modes<1..255>;
//! } PskKeyExchangeModes;
//! ```

use super::super::{Malformed, NoRoom, Writer, exactly, within};
use super::BODY;

pub(in crate::wire) fn read(body: &[u8]) -> Result<&[u8], Malformed> {
    exactly(BODY, body, |r| within("ke_modes", 1.., r.vec8("ke_modes")?))
}

pub(in crate::wire) fn encode(modes: &[u8], w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec8(|w| w.put(modes))
}
