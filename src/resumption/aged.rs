//! A map that knows which of its entries is the oldest, so that a bound can be kept.

use alloc::collections::BTreeMap;
use core::borrow::Borrow;
use core::hash::Hash;
use std::collections::HashMap;

/// Every key of `entries` is in `ages` once, under the age that stands beside its value.
pub(super) struct AgedMap<K, V> {
    entries: HashMap<K, (u64, V)>,
    ages: BTreeMap<u64, K>,
    next: u64,
}

impl<K: Clone + Eq + Hash, V> AgedMap<K, V> {
    pub(super) fn new() -> Self {
        Self { entries: HashMap::new(), ages: BTreeMap::new(), next: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Puts the youngest entry; returns what was there under this key.
    pub(super) fn put(&mut self, key: K, value: V) -> Option<V> {
        let before = self.take(&key);
        self.ages.insert(self.next, key.clone());
        self.entries.insert(key, (self.next, value));
        self.next = self.next.saturating_add(1);
        before
    }

    pub(super) fn get<Q: ?Sized + Eq + Hash>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(super) fn get_mut<Q: ?Sized + Eq + Hash>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|(_, value)| value)
    }

    pub(super) fn take<Q: ?Sized + Eq + Hash>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (age, value) = self.entries.remove(key)?;
        self.ages.remove(&age);
        Some(value)
    }

    pub(super) fn oldest(&self) -> Option<&V> {
        let (_, key) = self.ages.first_key_value()?;
        self.get(key)
    }

    pub(super) fn take_oldest(&mut self) -> Option<V> {
        let (_, key) = self.ages.pop_first()?;
        self.take(&key)
    }
}
