//! NOT random: the same bytes in every run, so that the figures can be compared. A product asks its generator here.

use core::sync::atomic::{AtomicU32, Ordering};
use symbolon::crypto::{CryptoError, Random};

pub(crate) struct Repeatable(AtomicU32);

impl Repeatable {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(0x2545_f491))
    }
}

impl Random for Repeatable {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        let mut x = self.0.load(Ordering::Relaxed);
        for byte in out {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            *byte = x.to_le_bytes()[0];
        }
        self.0.store(x, Ordering::Relaxed);
        Ok(())
    }
}
