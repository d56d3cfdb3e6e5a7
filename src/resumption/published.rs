//! Secrets that all threads read and that are replaced once a day: whoever reads neither waits nor writes anything.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};
#[cfg(feature = "std")]
use std::sync::{Mutex, PoisonError};
use zeroize::{Zeroize, Zeroizing};

const WORD: usize = size_of::<u32>();
const WORDS: usize = 12;
/// Bytes of a secret.
pub(super) const SECRET_LEN: usize = WORDS * WORD;
pub(super) type Bytes = Zeroizing<[u8; SECRET_LEN]>;

/// At most `N` secrets, in two copies: one is current, and the other one is free to be written.
///
/// A copy is read word by word, and what was read counts if that copy is still the current one afterwards: nobody can have written
/// there meanwhile.
pub(super) struct Published<const N: usize> {
    /// Is even while the first copy is current.
    version: AtomicUsize,
    copies: [[Secret; N]; 2],
    #[cfg(feature = "std")]
    publishing: Mutex<()>,
}

/// Nothing but zeros behind the last one.
struct Secret([AtomicU32; WORDS]);

impl<const N: usize> Published<N> {
    /// The first `N` of these.
    pub(super) fn new(secrets: &[Bytes]) -> Self {
        let copy = || [(); N].map(|()| Secret([(); WORDS].map(|()| AtomicU32::new(0))));
        let copies = [copy(), copy()];
        write(&copies[0], secrets);
        Self {
            version: AtomicUsize::new(0),
            copies,
            #[cfg(feature = "std")]
            publishing: Mutex::new(()),
        }
    }

    /// The first one that is `wanted`.
    pub(super) fn find(&self, wanted: impl Fn(&Bytes) -> bool) -> Option<Bytes> {
        self.read(|secrets| secrets.iter().map_while(Secret::read).find(&wanted))
    }

    /// All, with room for one more: a vector that grows leaves bytes behind that nobody wipes.
    pub(super) fn all(&self) -> Vec<Bytes> {
        self.read(|secrets| {
            let mut all = Vec::with_capacity(N.saturating_add(1));
            all.extend(secrets.iter().map_while(Secret::read));
            all
        })
    }

    /// Puts others into their place; those that were there are wiped.
    #[cfg(feature = "std")]
    pub(super) fn publish(&self, new: impl FnOnce(Vec<Bytes>) -> Vec<Bytes>) {
        // Nothing is half done if somebody panics while it is locked: the version is written last.
        let _one_at_a_time = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let new = new(self.all());
        let version = self.version.load(Ordering::Relaxed);
        // Who reads one of the words below sees the version above, or a later one, when it looks for it again.
        fence(Ordering::Release);
        write(self.copy(version.wrapping_add(1)), &new);
        self.version.store(version.wrapping_add(1), Ordering::Release);
        fence(Ordering::Release);
        write(self.copy(version), &[]);
    }

    fn read<R>(&self, read: impl Fn(&[Secret; N]) -> R) -> R {
        loop {
            let version = self.version.load(Ordering::Acquire);
            let found = read(self.copy(version));
            fence(Ordering::Acquire);
            if self.version.load(Ordering::Relaxed) == version {
                return found;
            }
        }
    }

    fn copy(&self, version: usize) -> &[Secret; N] {
        let [even, odd] = &self.copies;
        if version & 1 == 0 { even } else { odd }
    }
}

/// All of a copy, with zeros behind `secrets`.
fn write<const N: usize>(copy: &[Secret; N], secrets: &[Bytes]) {
    let none = Bytes::new([0; SECRET_LEN]);
    for (to, from) in copy.iter().zip(secrets.iter().chain(core::iter::repeat(&none))) {
        to.write(from);
    }
}

impl Secret {
    fn read(&self) -> Option<Bytes> {
        let mut bytes = Bytes::new([0; SECRET_LEN]);
        let mut any = 0;
        for (to, from) in bytes.as_chunks_mut::<WORD>().0.iter_mut().zip(&self.0) {
            let word = from.load(Ordering::Relaxed);
            any |= word;
            *to = word.to_ne_bytes();
        }
        (any != 0).then_some(bytes)
    }

    fn write(&self, bytes: &Bytes) {
        for (to, from) in self.0.iter().zip(bytes.as_chunks::<WORD>().0) {
            to.store(u32::from_ne_bytes(*from), Ordering::Relaxed);
        }
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|word| word.get_mut().zeroize());
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use alloc::vec;

    fn secret(byte: u8) -> Bytes {
        Bytes::new([byte; SECRET_LEN])
    }

    #[test]
    fn secrets_can_be_read_while_others_are_about_to_be_published() {
        let published = Published::<2>::new(&[secret(1), secret(2)]);
        published.publish(|before| {
            assert_eq!(published.all(), before);
            vec![secret(3), before[0].clone(), secret(4)]
        });
        assert_eq!(published.all(), [secret(3), secret(1)]);
        assert_eq!(published.find(|secret| secret[0] != 3), Some(secret(1)));
    }

    #[test]
    fn what_was_published_before_is_wiped() {
        let published = Published::<2>::new(&[secret(1), secret(2)]);
        for version in 1..4 {
            published.publish(|_| vec![secret(version)]);
            let [one, other] = published.copies.each_ref().map(|copy| copy.each_ref().map(Secret::read));
            let current = [Some(secret(version)), None];
            assert_eq!(if version % 2 == 0 { (one, other) } else { (other, one) }, (current, [None, None]));
        }
    }
}
