//! Which intervals of keys were read.

use crate::KeyRange;
use core::ops::Bound;
use std::{collections::BTreeMap, sync::Arc};

/// Disjoint intervals that do not touch, start to end.
#[derive(Debug, Clone, Default)]
pub(super) struct Intervals(BTreeMap<Arc<str>, Arc<str>>);

impl Intervals {
    /// Adds an interval, joined with those it overlaps or touches.
    pub(super) fn add(&mut self, range: &KeyRange) {
        if range.is_empty() {
            return;
        }
        let (mut start, mut end) = (
            Arc::<str>::from(range.start()),
            Arc::<str>::from(range.end()),
        );
        // Of the intervals that begin at or before the new end, the last ones reach its start.
        while let Some((other_start, other_end)) = self
            .0
            .range::<str, _>((Bound::Unbounded, Bound::Included(&*end)))
            .next_back()
        {
            if other_end < &start {
                break;
            }
            let (other_start, other_end) = (Arc::clone(other_start), Arc::clone(other_end));
            self.0.remove(&other_start);
            start = start.min(other_start);
            end = end.max(other_end);
        }
        self.0.insert(start, end);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_ranges(self) -> Vec<KeyRange> {
        let ranges = self.0.into_iter();
        ranges
            .map(|(start, end)| KeyRange::new(start, end))
            .collect()
    }
}
