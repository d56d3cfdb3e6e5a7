//! Values that mean nothing (RFC 8701 §2): sent so that receivers go on passing over what they do not know.

#[cfg(feature = "alloc")]
use super::PskKeyExchangeMode;

/// Whether a code point of two bytes is one of the sixteen that mean nothing: a cipher suite, an ALPN name, an extension, a group,
/// a signature scheme or a version.
#[must_use]
pub const fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// [8701-2-1]
/// One of them, by the low four bits of `number`.
#[cfg(feature = "alloc")]
pub(crate) const fn grease(number: u8) -> u16 {
    let byte = (number << 4) | 0x0a;
    u16::from_be_bytes([byte, byte])
}

/// [8701-2-1]
/// One of the eight modes that mean nothing, by the low three bits of `number`; they are 31 apart.
#[cfg(feature = "alloc")]
pub(crate) const fn grease_mode(number: u8) -> PskKeyExchangeMode {
    PskKeyExchangeMode(0x0b_u8.wrapping_add((number & 7).wrapping_mul(31)))
}

/// Whether a mode is one of them.
#[cfg(feature = "alloc")]
pub(crate) fn is_grease_mode(mode: PskKeyExchangeMode) -> bool {
    (0..8).any(|number| grease_mode(number) == mode)
}
