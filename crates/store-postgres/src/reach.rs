//! Which partitions a commit depends on and changes.

use atlas_store::{Commit, Key, KeyRange, Partition};
use std::collections::{BTreeMap, BTreeSet};

/// The partitions of a commit.
pub(crate) struct Reach<'a> {
    /// What is written, with the keys in order.
    pub(crate) written: BTreeMap<&'a str, Vec<&'a Key>>,
    /// What was read.
    pub(crate) read: BTreeSet<&'a str>,
    /// Whether it has read across partitions, those that are not there yet included.
    pub(crate) is_wide: bool,
}

impl<'a> Reach<'a> {
    pub(crate) fn of(commit: &'a Commit) -> Self {
        let mut reach = Self {
            written: BTreeMap::new(),
            read: BTreeSet::new(),
            is_wide: false,
        };
        for write in &commit.writes {
            let key = write.key();
            let keys = reach.written.entry(first_part(key.as_str())).or_default();
            keys.push(key);
        }
        for keys in reach.written.values_mut() {
            keys.sort_unstable();
            keys.dedup();
        }
        let keys = commit.reads.keys.keys();
        reach.read.extend(keys.map(|key| first_part(key.as_str())));
        for range in commit.reads.ranges.iter().filter(|range| !range.is_empty()) {
            match only_partition(range) {
                Some(partition) => drop(reach.read.insert(partition)),
                None => reach.is_wide = true,
            }
        }
        reach
    }

    /// Every partition to lock, in order, and whether it is written to.
    pub(crate) fn locks(&self) -> BTreeMap<&'a str, bool> {
        let read = self.read.iter().map(|partition| (*partition, false));
        let written = self.written.keys().map(|partition| (*partition, true));
        // Those that are written come last and win.
        read.chain(written).collect()
    }
}

/// The partition of a key.
fn first_part(key: &str) -> &str {
    key.split(' ').next().unwrap_or_default()
}

/// The partition that all of a range lies in, if there is one.
fn only_partition(range: &KeyRange) -> Option<&str> {
    let partition = first_part(range.start());
    // INVARIANT: after the name of a partition comes a blank, and `!` is what follows that.
    let is_one = Partition::parse(partition).is_ok() && range.end() <= &*format!("{partition}!");
    is_one.then_some(partition)
}
