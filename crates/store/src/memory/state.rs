//! The state of the memory store, behind its lock.

use super::{Waker, feeds::Feeds, versions::Versions};
use crate::{
    Capability, Commit, CommitId, CommitToken, Committed, Entry, Key, KeyRange, Page, Partition,
    ReadSet, Slice, StoreError, Write,
};
use core::ops::Bound;
use std::collections::{BTreeMap, VecDeque};

/// How many commits the feed of a partition keeps.
const FEED_RETENTION: usize = 10_000;
/// How many commit tokens are kept.
const TOKEN_RETENTION: usize = 100_000;

pub(super) struct State {
    keys: BTreeMap<Key, Versions>,
    /// The number of the newest commit that wrote anything.
    newest: u64,
    /// How many snapshots are open, by the newest commit they see.
    snapshots: BTreeMap<u64, usize>,
    /// What each commit after the oldest live snapshot wrote, oldest first.
    recent: VecDeque<(u64, Vec<Key>)>,
    feeds: Feeds,
    tokens: BTreeMap<CommitToken, Committed>,
    token_order: VecDeque<CommitToken>,
    token_retention: usize,
    /// How many commits there were, with those that wrote nothing.
    commits: u128,
}

impl Default for State {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            newest: 0,
            snapshots: BTreeMap::new(),
            recent: VecDeque::new(),
            feeds: Feeds::new(FEED_RETENTION),
            tokens: BTreeMap::new(),
            token_order: VecDeque::new(),
            token_retention: TOKEN_RETENTION,
            commits: 0,
        }
    }
}

impl State {
    pub(super) fn set_feed_retention(&mut self, commits: usize) {
        self.feeds.set_retention(commits);
    }

    pub(super) fn set_token_retention(&mut self, commits: usize) {
        self.token_retention = commits;
        self.forget_tokens();
    }

    pub(super) fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    pub(super) fn feeds_mut(&mut self) -> &mut Feeds {
        &mut self.feeds
    }

    pub(super) fn old_versions(&self) -> usize {
        self.keys.values().map(Versions::old).sum()
    }

    pub(super) fn open_snapshot(&mut self) -> u64 {
        *self.snapshots.entry(self.newest).or_default() += 1;
        self.newest
    }

    pub(super) fn close_snapshot(&mut self, base: u64) {
        if let Some(count) = self.snapshots.get_mut(&base) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.snapshots.remove(&base);
            }
        }
        self.prune();
    }

    pub(super) fn get(&self, base: u64, keys: &[Key]) -> Vec<Option<Entry>> {
        keys.iter()
            .map(|key| self.keys.get(key)?.at(base))
            .collect()
    }

    pub(super) fn range(&self, base: u64, range: &KeyRange, page: Page) -> Slice {
        if range.is_empty() {
            return Slice {
                entries: Vec::new(),
                next: None,
            };
        }
        let bounds = (Bound::Included(range.start()), Bound::Excluded(range.end()));
        let found = self.keys.range::<str, _>(bounds);
        let visible = |(key, versions): (&Key, &Versions)| Some((key.clone(), versions.at(base)?));
        if page.reverse {
            slice(range, page, found.rev().filter_map(visible))
        } else {
            slice(range, page, found.filter_map(visible))
        }
    }

    /// Commits against a snapshot, and tells whom to wake.
    pub(super) fn commit(
        &mut self,
        base: u64,
        commit: Commit,
        capability: &Capability,
    ) -> Result<(Committed, Vec<Waker>), StoreError> {
        if let Some(first) = self.tokens.get(&commit.token) {
            return Ok((first.clone(), Vec::new()));
        }
        capability.check(&commit)?;
        if self.has_moved(base, &commit.reads) {
            return Err(StoreError::Conflict);
        }
        self.commits = self.commits.saturating_add(1);
        let id = CommitId::from_u128(self.commits);
        let changed = self.apply(commit.writes);
        let mut committed = Committed {
            id,
            positions: BTreeMap::new(),
        };
        let mut wakers = Vec::new();
        for (partition, keys) in changed {
            let (position, woken) = self.feeds.push(&partition, id, keys);
            committed.positions.insert(partition, position);
            wakers.extend(woken);
        }
        self.tokens.insert(commit.token, committed.clone());
        self.token_order.push_back(commit.token);
        self.forget_tokens();
        Ok((committed, wakers))
    }

    fn has_moved(&self, base: u64, reads: &ReadSet) -> bool {
        let since = self.recent.partition_point(|&(commit, _)| commit <= base);
        let mut changed = self.recent.range(since..).flat_map(|(_, keys)| keys);
        changed.any(|key| {
            reads.keys.contains_key(key) || reads.ranges.iter().any(|range| range.contains(key))
        })
    }

    /// Writes, and returns the changed keys of each partition in key order.
    fn apply(&mut self, writes: Vec<Write>) -> BTreeMap<Partition, Vec<Key>> {
        let mut changed = BTreeMap::<Partition, Vec<Key>>::new();
        if writes.is_empty() {
            return changed;
        }
        self.newest = self.newest.saturating_add(1);
        let now = self.newest;
        let mut keys = Vec::with_capacity(writes.len());
        for write in writes {
            let (key, value) = match write {
                Write::Put { key, value } => (key, Some(value)),
                Write::Delete { key } => (key, None),
            };
            keys.push(key.clone());
            match self.keys.get_mut(&key) {
                Some(versions) => versions.push(now, value),
                None => drop(self.keys.insert(key, Versions::new(now, value))),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        for key in &keys {
            changed
                .entry(key.partition())
                .or_default()
                .push(key.clone());
        }
        self.recent.push_back((now, keys));
        changed
    }

    /// Forgets versions that no live snapshot can see.
    fn prune(&mut self) {
        let oldest = self.snapshots.keys().next().copied().unwrap_or(self.newest);
        while self
            .recent
            .front()
            .is_some_and(|&(commit, _)| commit <= oldest)
        {
            let keys = self
                .recent
                .pop_front()
                .map(|(_, keys)| keys)
                .unwrap_or_default();
            for key in keys {
                if self
                    .keys
                    .get_mut(&key)
                    .is_some_and(|versions| !versions.prune(oldest))
                {
                    self.keys.remove(&key);
                }
            }
        }
    }

    fn forget_tokens(&mut self) {
        let surplus = self.token_order.len().saturating_sub(self.token_retention);
        for token in self.token_order.drain(..surplus) {
            self.tokens.remove(&token);
        }
    }
}

/// The first entries of a range, and what they leave unread.
fn slice(range: &KeyRange, page: Page, mut found: impl Iterator<Item = (Key, Entry)>) -> Slice {
    let entries: Vec<_> = found.by_ref().take(page.limit).collect();
    let next = match entries.last() {
        _ if found.next().is_none() && page.limit > 0 => None,
        Some((last, _)) => Some(range.beyond(last, page.reverse)),
        None => Some(range.clone()),
    };
    Slice { entries, next }
}
