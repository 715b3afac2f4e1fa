//! The change feeds of the memory store.

use super::{Waker, Woken};
use crate::{CommitId, FeedEntry, FeedPage, FeedPosition, Key, Partition, StoreError};
use std::collections::{BTreeMap, VecDeque};

/// The feed of every partition that was ever written to or waited for.
pub(super) struct Feeds {
    feeds: BTreeMap<Partition, Feed>,
    retention: usize,
}

impl Feeds {
    pub(super) fn new(retention: usize) -> Self {
        Self {
            feeds: BTreeMap::new(),
            retention,
        }
    }

    pub(super) fn set_retention(&mut self, commits: usize) {
        self.retention = commits;
        for feed in self.feeds.values_mut() {
            feed.trim(commits);
        }
    }

    /// Adds what one commit wrote to one partition, and tells whom to wake.
    pub(super) fn push(
        &mut self,
        partition: &Partition,
        commit: CommitId,
        keys: Vec<Key>,
    ) -> (FeedPosition, Vec<Waker>) {
        let feed = self.feeds.entry(partition.clone()).or_default();
        let position = feed.head.next();
        feed.head = position;
        feed.entries.push_back(FeedEntry {
            position,
            commit,
            keys,
        });
        feed.trim(self.retention);
        (position, core::mem::take(&mut feed.waiters))
    }

    pub(super) fn page(
        &self,
        partition: &Partition,
        after: FeedPosition,
        max: usize,
    ) -> Result<FeedPage, StoreError> {
        let Some(feed) = self.feeds.get(partition) else {
            return Ok(FeedPage {
                entries: Vec::new(),
                head: FeedPosition::START,
            });
        };
        let kept = u64::try_from(feed.entries.len()).unwrap_or(u64::MAX);
        let oldest = feed.head.as_u64().saturating_sub(kept);
        if max > 0 && after.as_u64() < oldest {
            return Err(StoreError::FeedExpired {
                oldest: FeedPosition::from_u64(oldest),
            });
        }
        let skipped = usize::try_from(after.as_u64().saturating_sub(oldest)).unwrap_or(usize::MAX);
        let entries = feed
            .entries
            .iter()
            .skip(skipped)
            .take(max)
            .cloned()
            .collect();
        Ok(FeedPage {
            entries,
            head: feed.head,
        })
    }

    /// A place among the waiters, unless the feed already goes beyond the position.
    pub(super) fn wait(&mut self, partition: &Partition, after: FeedPosition) -> Option<Woken> {
        let feed = self.feeds.entry(partition.clone()).or_default();
        if feed.head > after {
            return None;
        }
        let (waker, woken) = futures_channel::oneshot::channel();
        feed.waiters.retain(|waiter| !waiter.is_canceled());
        feed.waiters.push(waker);
        Some(woken)
    }
}

#[derive(Default)]
struct Feed {
    head: FeedPosition,
    /// The newest entries, without a gap, the last of them at `head`.
    entries: VecDeque<FeedEntry>,
    waiters: Vec<Waker>,
}

impl Feed {
    fn trim(&mut self, retention: usize) {
        let surplus = self.entries.len().saturating_sub(retention);
        self.entries.drain(..surplus);
    }
}
