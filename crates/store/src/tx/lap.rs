//! A part of a transaction, counted as if it were one of its own.

use super::intervals::Intervals;
use crate::{Footprint, Key, KeyRange};
use std::collections::{BTreeMap, BTreeSet};

/// The keys that a part of a transaction has read and written, whoever touched them before.
#[derive(Debug, Default)]
pub(super) struct Lap {
    keys: BTreeSet<Key>,
    ranges: Intervals,
    /// With the bytes of the value.
    writes: BTreeMap<Key, usize>,
}

impl Lap {
    /// What the lap itself has written is not read from the engine.
    pub(super) fn read_key(&mut self, key: &Key) {
        if !self.writes.contains_key(key) {
            self.keys.insert(key.clone());
        }
    }

    pub(super) fn read_range(&mut self, range: &KeyRange) {
        self.ranges.add(range);
    }

    pub(super) fn write(&mut self, key: &Key, value_bytes: usize) {
        self.writes.insert(key.clone(), value_bytes);
    }

    pub(super) fn weight(&self) -> Footprint {
        let reads = Footprint {
            reads: self.keys.len().saturating_add(self.ranges.len()),
            ..Footprint::default()
        };
        let writes = self.writes.iter();
        writes.fold(reads, |weight, (key, value)| weight.with_write(key, *value))
    }
}
