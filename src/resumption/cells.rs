//! A map of fixed size in which no thread ever waits for another.
//!
//! A key has a few cells that it can be in. They are searched by what stands beside their locks, and only the one cell that is meant
//! is claimed, by a lock that is tried and never waited for. It is not to be had while another thread takes or replaces just this
//! entry, which is then as good as gone.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::cmp::Reverse;
use core::hash::{BuildHasher, Hash};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::hash::RandomState;
use std::sync::{RwLock, RwLockWriteGuard};

/// In how many cells a key can be, if that is enough for all its entries.
const MIN_REACH: usize = 16;

pub(super) struct Cells<K, V> {
    cells: Box<[Cell<K, V>]>,
    /// In how many cells a key can be, one behind the other.
    reach: usize,
    /// The most entries of one key; while threads put at the same time, there may be one more for each.
    max_per_key: usize,
    /// Nobody outside can choose keys that get into each other's way.
    hasher: RandomState,
    /// Where the next cell is looked for that is given up for any key.
    hand: AtomicUsize,
    /// How many entries were put.
    puts: AtomicU32,
}

/// `tag`, `rank` and `age` are written by whoever holds the lock for writing.
struct Cell<K, V> {
    /// A part of the key's hash.
    tag: AtomicU32,
    /// The lowest is given up first; 0 where nothing is.
    rank: AtomicU32,
    /// How many entries were put before: of the same rank, the oldest is given up first.
    age: AtomicU32,
    /// On a heap of its own, so that cells which are free cost little.
    entry: RwLock<Option<Box<(K, V)>>>,
}

type Claimed<'c, K, V> = (&'c Cell<K, V>, RwLockWriteGuard<'c, Option<Box<(K, V)>>>);

/// Where a key belongs.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    tag: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    tag: u32,
    rank: u32,
    age: u32,
}

impl Seen {
    fn is_of(self, place: Place) -> bool {
        self.rank != 0 && self.tag == place.tag
    }

    /// The lowest is given up first.
    fn order(self) -> (u32, u32) {
        (self.rank, self.age)
    }
}

impl<K: Eq + Hash, V> Cells<K, V> {
    pub(super) fn new(cells: usize, max_per_key: usize) -> Self {
        Self {
            cells: (0..=u32::MAX).take(cells).map(Cell::new).collect(),
            reach: max_per_key.max(MIN_REACH),
            max_per_key,
            hasher: RandomState::new(),
            hand: AtomicUsize::new(0),
            puts: AtomicU32::new(0),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.cells.len()
    }

    /// Something that tells one key from another, for each entry.
    pub(super) fn tags(&self) -> impl Iterator<Item = u32> {
        self.cells.iter().map(Cell::seen).filter(|seen| seen.rank != 0).map(|seen| seen.tag)
    }

    /// What `read` makes of an entry of this key.
    pub(super) fn peek<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let place = self.place(key);
        let cell = self.reach_of(place).find(|cell| cell.seen().is_of(place))?;
        let entry = cell.entry.try_read().ok()?;
        entry.as_deref().filter(|(other, _)| other.borrow() == key).map(|(_, value)| read(value))
    }

    /// The entry of this key that would be given up last, for one of all who ask for it.
    pub(super) fn take<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let place = self.place(key);
        let (cell, mut entry) = self.claim(place, |seen| seen.is_of(place).then_some(Reverse(seen.order())))?;
        entry.as_deref().filter(|(other, _)| other.borrow() == key)?;
        cell.free(&mut entry)
    }

    /// Puts an entry, and returns what is given up for it: of the same key, if there are as many of it already; or the entry itself,
    /// where others claim the cell each time.
    pub(super) fn put(&self, key: K, value: V, rank: u32) -> Option<V> {
        let place = self.place(&key);
        let new = Box::new((key, value));
        let before = self.reach_of(place).filter(|cell| cell.seen().is_of(place)).count();
        let full = before >= self.max_per_key;
        let claimed = self.claim(place, |seen| (!full || seen.is_of(place)).then_some(seen.order()));
        let Some((cell, mut entry)) = claimed else { return Some(new.1) };
        cell.tag.store(place.tag, Relaxed);
        cell.rank.store(rank.max(1), Relaxed);
        cell.age.store(self.puts.fetch_add(1, Relaxed), Relaxed);
        entry.replace(new).map(|before| before.1)
    }

    /// Gives up an entry of this rank at most, the lowest of the cells that are next. There may be none in them, but elsewhere.
    pub(super) fn give_up(&self, max_rank: u32) -> Option<V> {
        let start = self.hand.fetch_add(self.reach, Relaxed);
        let given_up = |seen: Seen| (1..=max_rank).contains(&seen.rank).then_some(seen.order());
        let (cell, mut entry) = self.claim(Place { start, tag: 0 }, given_up)?;
        cell.free(&mut entry)
    }

    fn place<Q: Hash + ?Sized>(&self, key: &Q) -> Place {
        let hash = self.hasher.hash_one(key);
        let [start, tag] = [hash >> 32, hash & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or(0));
        Place { start: usize::try_from(start).unwrap_or(0), tag }
    }

    fn reach_of(&self, place: Place) -> impl Iterator<Item = &Cell<K, V>> {
        let (before, from) = match place.start.checked_rem(self.cells.len()) {
            Some(start) => self.cells.split_at(start),
            None => (&[][..], &[][..]),
        };
        from.iter().chain(before).take(self.reach)
    }

    /// Claims the first cell by `order`, of those that have one and that no other thread claims just then.
    fn claim<O: Ord>(&self, place: Place, order: impl Fn(Seen) -> Option<O>) -> Option<Claimed<'_, K, V>> {
        let mut tried = None;
        for _ in 0..self.reach {
            let ordered = self.reach_of(place).filter_map(|cell| {
                let seen = cell.seen();
                let order = order(seen).filter(|order| tried.as_ref().is_none_or(|tried| order > tried))?;
                Some((order, seen, cell))
            });
            let (order, seen, cell) = ordered.min_by(|(one, ..), (other, ..)| one.cmp(other))?;
            if let Ok(entry) = cell.entry.try_write()
                && cell.seen() == seen
            {
                return Some((cell, entry));
            }
            tried = Some(order);
        }
        None
    }
}

impl<K, V> Cell<K, V> {
    /// Each has an age of its own, so that one can be tried after the other.
    fn new(age: u32) -> Self {
        Self { tag: AtomicU32::new(0), rank: AtomicU32::new(0), age: AtomicU32::new(age), entry: RwLock::new(None) }
    }

    // Order matters only to whoever has the lock, and that brings it about.
    fn seen(&self) -> Seen {
        Seen { tag: self.tag.load(Relaxed), rank: self.rank.load(Relaxed), age: self.age.load(Relaxed) }
    }

    fn free(&self, entry: &mut Option<Box<(K, V)>>) -> Option<V> {
        self.rank.store(0, Relaxed);
        entry.take().map(|entry| entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(entries: u32) -> Cells<&'static str, u32> {
        let cells = Cells::new(4, 4);
        (0..entries).for_each(|n| assert_eq!(cells.put("key", n, 1), None));
        cells
    }

    /// As a thread does that is stopped at the worst moment.
    fn claim_newest<'c>(cells: &'c Cells<&'static str, u32>) -> Claimed<'c, &'static str, u32> {
        cells.claim(cells.place("key"), |seen| Some(Reverse(seen.order()))).unwrap()
    }

    #[test]
    fn who_takes_gets_another_entry_than_the_one_that_is_claimed() {
        let cells = filled(3);
        let claimed = claim_newest(&cells);
        assert_eq!([(); 3].map(|()| cells.take("key")), [Some(1), Some(0), None]);
        drop(claimed);
        assert_eq!(cells.take("key"), Some(2));
    }

    #[test]
    fn who_puts_uses_another_cell_than_the_one_that_is_claimed() {
        let cells = filled(4);
        let claimed = cells.claim(cells.place("key"), |seen| Some(seen.order())).unwrap();
        assert_eq!(cells.put("key", 9, 1), Some(1), "the oldest that is to be had");
        drop(claimed);
        assert_eq!(cells.put("key", 10, 1), Some(0));
    }

    #[test]
    fn what_can_go_nowhere_comes_back() {
        let cells = Cells::new(1, 1);
        assert_eq!(cells.put("key", 1, 1), None);
        let claimed = claim_newest(&cells);
        assert_eq!(
            (cells.put("other", 2, 1), cells.peek("key", |n| *n), cells.give_up(u32::MAX)),
            (Some(2), None, None)
        );
        drop(claimed);
        assert_eq!((cells.take("other"), cells.peek("key", |n| *n), cells.give_up(u32::MAX)), (None, Some(1), Some(1)));
        assert_eq!(Cells::new(0, 1).put("key", 1, 1), Some(1));
    }
}
