//! Which keys changed since the oldest live snapshot.

use atlas_store::{Key, ReadSet};
use core::ops::Bound;
use std::collections::{BTreeMap, VecDeque};

/// The newest commit of every key that changed since the oldest live snapshot: ordered, so that
/// a range that was read is checked like a key.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    keys: BTreeMap<Key, u64>,
    /// What each commit changed, oldest first.
    commits: VecDeque<(u64, Vec<Key>)>,
    /// How many keys those are, counted as often as they changed.
    logged: usize,
    /// How many commits, the newest ones, are not yet in `keys`: whoever writes alone, each time
    /// on what came last, never has them sorted in.
    waiting: usize,
}

impl Recent {
    /// Whether anything that was read at `base` has changed since.
    pub(crate) fn has_moved(&mut self, base: u64, reads: &ReadSet) -> bool {
        if self
            .commits
            .back()
            .is_none_or(|&(newest, _)| newest <= base)
        {
            return false;
        }
        self.sort_in();
        let moved = |commit: &u64| *commit > base;
        reads
            .keys
            .keys()
            .any(|key| self.keys.get(key).is_some_and(moved))
            || reads
                .ranges
                .iter()
                .filter(|range| !range.is_empty())
                .any(|range| {
                    let bounds = (Bound::Included(range.start()), Bound::Excluded(range.end()));
                    self.keys
                        .range::<str, _>(bounds)
                        .any(|(_, commit)| moved(commit))
                })
    }

    pub(crate) fn add(&mut self, commit: u64, keys: Vec<Key>) {
        self.logged = self.logged.saturating_add(keys.len());
        self.waiting = self.waiting.saturating_add(1);
        self.commits.push_back((commit, keys));
        if self.waiting >= SORT_IN_FROM {
            self.sort_in();
            let most = self.keys.len().saturating_mul(2);
            if self.logged > most.saturating_add(COMPACT_FROM) {
                self.compact();
            }
        }
    }

    fn sort_in(&mut self) {
        let sorted = self.commits.len().saturating_sub(self.waiting);
        for (commit, keys) in self.commits.iter().skip(sorted) {
            for key in keys {
                self.keys.insert(key.clone(), *commit);
            }
        }
        self.waiting = 0;
    }

    /// Keeps of each key only its newest change, so that what a snapshot held for long costs is
    /// bounded by the keys and not by the commits.
    fn compact(&mut self) {
        let newest = &self.keys;
        for (commit, keys) in &mut self.commits {
            keys.retain(|key| newest.get(key) == Some(commit));
        }
        self.commits.retain(|(_, keys)| !keys.is_empty());
        self.logged = self.keys.len();
    }

    /// Forgets what no snapshot at `oldest` or later can conflict with.
    pub(crate) fn prune(&mut self, oldest: u64) {
        while self
            .commits
            .front()
            .is_some_and(|&(commit, _)| commit <= oldest)
        {
            let Some((commit, keys)) = self.commits.pop_front() else {
                return;
            };
            self.logged = self.logged.saturating_sub(keys.len());
            if self.commits.len() < self.waiting {
                self.waiting = self.commits.len();
                continue;
            }
            for key in keys {
                if self.keys.get(&key) == Some(&commit) {
                    self.keys.remove(&key);
                }
            }
        }
    }
}

const COMPACT_FROM: usize = 1024;
/// How many commits wait at most until they are sorted in.
const SORT_IN_FROM: usize = 64;
