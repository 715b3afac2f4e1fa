//! What a transaction has read and written.

use super::{intervals::Intervals, lap::Lap};
use crate::{Entry, Footprint, Key, KeyRange, ReadSet, Value, Version, Write};
use core::{cmp::Ordering, ops::Bound};
use std::collections::BTreeMap;

/// What each key that is written holds from now on; none where it is deleted.
pub(crate) type Writes = BTreeMap<Key, Option<Value>>;

/// The read set and the writes so far.
#[derive(Debug, Default)]
pub(super) struct Sets {
    keys: BTreeMap<Key, Option<Version>>,
    ranges: Intervals,
    writes: Writes,
    /// Whether what is read is not noted.
    forgetful: bool,
    /// What is counted apart, once that was asked for.
    lap: Option<Box<Lap>>,
}

impl Sets {
    pub(super) fn forgetful() -> Self {
        Self {
            forgetful: true,
            ..Self::default()
        }
    }

    pub(super) fn is_forgetful(&self) -> bool {
        self.forgetful
    }

    /// The value this transaction gave a key: none where it wrote nothing, `Some(None)` where it
    /// deleted the key.
    pub(super) fn written(&self, key: &Key) -> Option<&Option<Value>> {
        self.writes.get(key)
    }

    pub(super) fn write(&mut self, key: Key, value: Option<Value>) {
        if let Some(lap) = &mut self.lap {
            lap.write(&key, value.as_ref().map_or(0, |value| value.len()));
        }
        self.writes.insert(key, value);
    }

    pub(super) fn write_all(&mut self, writes: Writes) {
        if self.writes.is_empty() {
            self.writes = writes;
        } else {
            self.writes.extend(writes);
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.writes.is_empty()
    }

    pub(super) fn note_key(&mut self, key: &Key, version: Option<Version>) {
        if !self.forgetful {
            self.keys.insert(key.clone(), version);
        }
    }

    /// Notes that a key was asked for, of the engine or of the writes so far.
    pub(super) fn note_asked(&mut self, key: &Key) {
        if let Some(lap) = &mut self.lap {
            lap.read_key(key);
        }
    }

    /// Notes an interval, joined with those it overlaps or touches.
    pub(super) fn note_range(&mut self, range: &KeyRange) {
        if let Some(lap) = &mut self.lap {
            lap.read_range(range);
        }
        if !self.forgetful {
            self.ranges.add(range);
        }
    }

    pub(super) fn begin_lap(&mut self) {
        self.lap = Some(Box::default());
    }

    /// What the lap weighs, or all of it where no lap was begun.
    pub(super) fn weight(&self) -> Footprint {
        if let Some(lap) = &self.lap {
            return lap.weight();
        }
        let reads = Footprint {
            reads: self.keys.len().saturating_add(self.ranges.len()),
            ..Footprint::default()
        };
        self.writes.iter().fold(reads, |weight, (key, value)| {
            weight.with_write(key, value.as_ref().map_or(0, |value| value.len()))
        })
    }

    /// What an interval that was read looks like with the writes laid over it.
    pub(super) fn overlay(
        &self,
        seen: &KeyRange,
        entries: Vec<(Key, Entry)>,
        reverse: bool,
    ) -> Vec<(Key, Value)> {
        let entries = entries.into_iter().map(|(key, entry)| (key, entry.value));
        if self.writes.is_empty() || seen.is_empty() {
            return entries.collect();
        }
        let mut read = entries.map(|(key, value)| (key, Some(value))).peekable();
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

    pub(super) fn reads(&self) -> ReadSet {
        ReadSet {
            keys: self.keys.clone(),
            ranges: self.ranges.clone().into_ranges(),
        }
    }

    pub(super) fn written_keys(&self) -> Vec<Key> {
        self.writes.keys().cloned().collect()
    }

    pub(super) fn into_parts(self) -> (ReadSet, Vec<Write>) {
        let ranges = self.ranges.into_ranges();
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
