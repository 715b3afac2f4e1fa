//! What a transaction has read and written.

use crate::{Entry, Key, KeyRange, ReadSet, Value, Version, Write};
use core::{cmp::Ordering, ops::Bound};
use std::{collections::BTreeMap, sync::Arc};

/// The read set and the writes so far.
#[derive(Debug, Default)]
pub(super) struct Sets {
    keys: BTreeMap<Key, Option<Version>>,
    /// Disjoint intervals that do not touch, start to end.
    ranges: BTreeMap<Arc<str>, Arc<str>>,
    writes: BTreeMap<Key, Option<Value>>,
}

impl Sets {
    /// The value this transaction gave a key: none where it wrote nothing, `Some(None)` where it
    /// deleted the key.
    pub(super) fn written(&self, key: &Key) -> Option<&Option<Value>> {
        self.writes.get(key)
    }

    pub(super) fn write(&mut self, key: Key, value: Option<Value>) {
        self.writes.insert(key, value);
    }

    pub(super) fn put_all(&mut self, entries: impl Iterator<Item = (Key, Value)>) {
        let entries = entries.map(|(key, value)| (key, Some(value)));
        if self.writes.is_empty() {
            // Built at once, instead of entry by entry.
            self.writes = entries.collect();
        } else {
            self.writes.extend(entries);
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.writes.is_empty()
    }

    pub(super) fn note_key(&mut self, key: &Key, version: Option<Version>) {
        self.keys.insert(key.clone(), version);
    }

    /// Notes an interval, joined with those it overlaps or touches.
    pub(super) fn note_range(&mut self, range: &KeyRange) {
        if range.is_empty() {
            return;
        }
        let (mut start, mut end) = (
            Arc::<str>::from(range.start()),
            Arc::<str>::from(range.end()),
        );
        // Of the intervals that begin at or before the new end, the last ones reach its start.
        while let Some((other_start, other_end)) = self
            .ranges
            .range::<str, _>((Bound::Unbounded, Bound::Included(&*end)))
            .next_back()
        {
            if other_end < &start {
                break;
            }
            let (other_start, other_end) = (Arc::clone(other_start), Arc::clone(other_end));
            self.ranges.remove(&other_start);
            start = start.min(other_start);
            end = end.max(other_end);
        }
        self.ranges.insert(start, end);
    }

    /// What an interval that was read looks like with the writes laid over it.
    pub(super) fn overlay(
        &self,
        seen: &KeyRange,
        entries: Vec<(Key, Entry)>,
        reverse: bool,
    ) -> Vec<(Key, Value)> {
        let mut read = entries
            .into_iter()
            .map(|(key, entry)| (key, Some(entry.value)))
            .peekable();
        if self.writes.is_empty() || seen.is_empty() {
            return read
                .filter_map(|(key, value)| Some((key, value?)))
                .collect();
        }
        let bounds = (Bound::Included(seen.start()), Bound::Excluded(seen.end()));
        let written = self.writes.range::<str, _>(bounds);
        let mut written: Vec<_> = written
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if reverse {
            written.reverse();
        }
        let mut written = written.into_iter().peekable();
        let merged = core::iter::from_fn(|| {
            let order = match (read.peek(), written.peek()) {
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
                (Some((read, _)), Some((written, _))) if reverse => written.cmp(read),
                (Some((read, _)), Some((written, _))) => read.cmp(written),
            };
            match order {
                Ordering::Less => read.next(),
                Ordering::Greater => written.next(),
                Ordering::Equal => {
                    read.next();
                    written.next()
                }
            }
        });
        merged
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }

    pub(super) fn into_parts(self) -> (ReadSet, Vec<Write>) {
        let ranges = self
            .ranges
            .into_iter()
            .map(|(start, end)| KeyRange::new(start, end))
            .collect();
        let writes = self.writes.into_iter().map(|(key, value)| match value {
            Some(value) => Write::Put { key, value },
            None => Write::Delete { key },
        });
        (
            ReadSet {
                keys: self.keys,
                ranges,
            },
            writes.collect(),
        )
    }
}
