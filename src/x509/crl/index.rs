//! The entries of a CRL, sorted and packed: a million of them take 23.5 MB.

use super::Entry;
use crate::x509::UnixTime;
use alloc::{boxed::Box, vec::Vec};

/// A certificate that is on a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The day of revocationDate.
    pub since: UnixTime,
    /// CRLReason (RFC 5280 §5.3.1); 0, unspecified, if it is not told.
    pub reason: u8,
}

/// Sorted entries, and where to begin: serial numbers are mostly random, so the place of one among the others can be told from
/// its first bits. The range up to the greatest is cut into equal parts, one for every [`SHARE`] entries, and `starts` has
/// where the entries of each part begin. However uneven they lie, what is left is a binary search.
#[derive(Default)]
pub(super) struct Index {
    slots: Box<[Slot]>,
    starts: Box<[u32]>,
    /// The leading zeros of the greatest serial number.
    zeros: u32,
}

const SHARE: usize = 8;

impl Index {
    pub(super) fn of(mut slots: Vec<Slot>) -> Self {
        slots.sort_unstable_by_key(Slot::key);
        let zeros = slots.last().map_or(0, |last| last.key().leading_zeros());
        let parts = slots.len().div_ceil(SHARE);
        let mut starts = Vec::with_capacity(parts);
        for (at, slot) in slots.iter().enumerate() {
            let part = slot.key().part(zeros, parts);
            while starts.len() <= part {
                starts.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        Self { slots: slots.into(), starts: starts.into(), zeros }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The entry for a serialNumber with this content.
    pub(super) fn find(&self, serial: &[u8]) -> Option<Revoked> {
        let key = Key::of(serial)?;
        let part = key.part(self.zeros, self.slots.len().div_ceil(SHARE));
        let start = |part: usize| self.starts.get(part).and_then(|start| usize::try_from(*start).ok());
        let from = start(part)?;
        let to = start(part.saturating_add(1)).unwrap_or(self.slots.len());
        let slots = self.slots.get(from..to)?;
        let at = slots.partition_point(|slot| slot.key() < key);
        slots.get(at).filter(|slot| slot.key() == key).map(Slot::revoked)
    }
}

/// A serialNumber of at most 20 octets, sign apart: longer ones are no certificate's (RFC 5280 §4.1.2.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    // Numbers, since these compare faster than bytes.
    high: u128,
    low: u32,
    negative: bool,
}

impl Key {
    fn of(content: &[u8]) -> Option<Self> {
        let negative = content.first()? & 0x80 != 0;
        let mut serial = if negative { [0xff; 20] } else { [0; 20] };
        let significant = content.strip_prefix(&[0]).unwrap_or(content);
        let from = serial.len().checked_sub(significant.len())?;
        serial.get_mut(from..)?.copy_from_slice(significant);
        let (high, low) = (serial.first_chunk()?, serial.last_chunk()?);
        Some(Self { high: u128::from_be_bytes(*high), low: u32::from_be_bytes(*low), negative })
    }

    /// Of its 160 bits.
    fn leading_zeros(self) -> u32 {
        match self.high.leading_zeros() {
            128 => self.low.leading_zeros().saturating_add(128),
            zeros => zeros,
        }
    }

    /// In which of so many equal parts it lies, where the greatest has so many leading zeros; it grows with the key.
    fn part(self, zeros: u32, parts: usize) -> usize {
        let end = self.high.unbounded_shl(32) | u128::from(self.low);
        let first = match zeros.checked_sub(32) {
            None => self.high.unbounded_shl(zeros),
            Some(zeros) => end.unbounded_shl(zeros),
        };
        let parts = u64::try_from(parts).unwrap_or(u64::MAX);
        let part = (first >> 64).saturating_mul(parts.into()) >> 64;
        usize::try_from(part).unwrap_or(usize::MAX)
    }
}

/// An entry in 23 bytes.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    high: [u8; 16],
    low: [u8; 4],
    /// A bit for the sign of the serial number, four for the reason, nineteen for the days since 1970.
    rest: [u8; 3],
}

const NEGATIVE: u32 = 1 << 23;
const REASON_AT: u32 = 19;
const DAYS: u32 = (1 << REASON_AT) - 1;
const DAY: i64 = 86_400;

impl Slot {
    pub(super) fn of(entry: &Entry<'_>) -> Option<Self> {
        let Key { high, low, negative } = Key::of(entry.serial)?;
        let days = u32::try_from(entry.since.0.div_euclid(DAY).max(0)).unwrap_or(DAYS).min(DAYS);
        let sign = if negative { NEGATIVE } else { 0 };
        let [_, rest @ ..] = (sign | u32::from(entry.reason) << REASON_AT | days).to_be_bytes();
        Some(Self { high: high.to_be_bytes(), low: low.to_be_bytes(), rest })
    }

    fn key(&self) -> Key {
        let (high, low) = (u128::from_be_bytes(self.high), u32::from_be_bytes(self.low));
        let [first, ..] = self.rest;
        Key { high, low, negative: first & 0x80 != 0 }
    }

    fn revoked(&self) -> Revoked {
        let [a, b, c] = self.rest;
        let rest = u32::from_be_bytes([0, a, b, c]);
        let [_, _, _, reason] = ((rest & !NEGATIVE) >> REASON_AT).to_be_bytes();
        Revoked { since: UnixTime(i64::from(rest & DAYS).saturating_mul(DAY)), reason }
    }
}
