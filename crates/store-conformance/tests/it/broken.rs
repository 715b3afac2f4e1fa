//! Stores that break one promise each.

use atlas_store::{
    Capability, Commit, CommitToken, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange,
    MemoryStore, Page, Partition, Slice, Snapshot, Store, Write,
};
use std::{sync::Arc, time::Duration};

/// Which promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Ranges that were read are forgotten at the commit.
    ForgetsRanges,
    /// Keys that were read are forgotten at the commit.
    LosesUpdates,
    /// Snapshots read the newest state.
    MovingSnapshots,
    /// Of a commit with several writes the second half is left out.
    AppliesHalf,
    /// A commit with several writes is made in two.
    SplitsCommits,
    /// A token is as good as a new one.
    ForgetsTokens,
    /// Nobody is woken.
    NeverWakes,
    /// Every third entry of the feed is left out.
    DropsFeedEntries,
    /// Limits are stated and not kept.
    IgnoresLimits,
    /// A read is checked by its value.
    ForgetsAba,
    /// Reading what changed since is a conflict for writers that read nothing.
    ConflictsAlways,
    /// Pages begin with their bound even where it was read before.
    OverlappingPages,
}

/// The memory store with a flaw.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    store: MemoryStore,
    stated: Capability,
    flaw: Flaw,
}

impl Broken {
    pub(crate) fn over(store: MemoryStore, flaw: Flaw) -> Self {
        let mut stated = store.capability().clone();
        if flaw == Flaw::IgnoresLimits {
            stated.max_operations = Some(10);
        }
        Self {
            store,
            stated,
            flaw,
        }
    }
}

impl Store for Broken {
    fn capability(&self) -> &Capability {
        &self.stated
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = BrokenSnapshot {
                snapshot: self.store.snapshot().await?,
                of: self.clone(),
            };
            Ok(Box::new(snapshot) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        Box::pin(async move {
            let mut page = self.store.feed(partition, after, max).await?;
            if self.flaw == Flaw::DropsFeedEntries {
                page.entries
                    .retain(|entry| entry.position.as_u64() % 3 != 0);
            }
            Ok(page)
        })
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        match self.flaw {
            Flaw::NeverWakes => Box::pin(std::future::pending()),
            _ => self.store.wait(partition, after),
        }
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.store.sleep(duration)
    }
}

struct BrokenSnapshot {
    snapshot: Box<dyn Snapshot>,
    of: Broken,
}

impl Snapshot for BrokenSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        match self.of.flaw {
            Flaw::MovingSnapshots => {
                Box::pin(async move { self.of.store.snapshot().await?.get(keys).await })
            }
            _ => self.snapshot.get(keys),
        }
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(async move {
            if self.of.flaw == Flaw::MovingSnapshots {
                return self.of.store.snapshot().await?.range(range, page).await;
            }
            let mut slice = self.snapshot.range(range, page).await?;
            if self.of.flaw == Flaw::OverlappingPages && slice.entries.len() > 1 {
                let last = slice.entries.last().map(|(key, _)| key.as_str().to_owned());
                let next = slice.next.as_ref().filter(|_| !page.reverse);
                slice.next = next
                    .zip(last)
                    .map(|(next, last)| KeyRange::new(last, next.end()));
            }
            Ok(slice)
        })
    }

    fn commit(self: Box<Self>, mut commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let half = commit.writes.len().div_ceil(2);
            let second_token = CommitToken::from_u128(!commit.token.as_u128());
            match self.of.flaw {
                Flaw::ForgetsRanges => commit.reads.ranges.clear(),
                Flaw::LosesUpdates => commit.reads.keys.clear(),
                Flaw::AppliesHalf => commit.writes.truncate(half),
                Flaw::ForgetsTokens => commit.token = second_token,
                Flaw::SplitsCommits if commit.writes.len() > 1 => {
                    let writes: Vec<Write> = commit.writes.split_off(half);
                    self.snapshot.commit(commit).await?;
                    let second = Commit {
                        reads: atlas_store::ReadSet::default(),
                        writes,
                        token: second_token,
                    };
                    return self.of.store.snapshot().await?.commit(second).await;
                }
                Flaw::ForgetsAba => return self.commit_by_value(commit).await,
                Flaw::ConflictsAlways => {
                    for write in &commit.writes {
                        commit.reads.keys.insert(write.key().clone(), None);
                    }
                }
                _ => {}
            }
            if self.of.flaw == Flaw::ForgetsTokens {
                // Under a token of its own each time.
                static DRAWN: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
                let drawn = DRAWN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                commit.token = CommitToken::from_u128(drawn.into());
            }
            self.snapshot.commit(commit).await
        })
    }
}

impl BrokenSnapshot {
    /// Takes a key for unchanged if it holds the same value again.
    async fn commit_by_value(
        self,
        mut commit: Commit,
    ) -> Result<Committed, atlas_store::StoreError> {
        let latest = self.of.store.snapshot().await?;
        let keys: Vec<Key> = commit.reads.keys.keys().cloned().collect();
        let (before, after) = (self.snapshot.get(&keys).await?, latest.get(&keys).await?);
        let same = |a: &Option<Entry>, b: &Option<Entry>| {
            a.as_ref().map(|entry| &entry.value) == b.as_ref().map(|entry| &entry.value)
        };
        if !before.iter().zip(&after).all(|(a, b)| same(a, b)) {
            return Err(atlas_store::StoreError::Conflict);
        }
        commit.reads.keys.clear();
        latest.commit(commit).await
    }
}

/// An `Arc` of a broken store, as a harness wants it.
pub(crate) fn broken(flaw: Flaw) -> Arc<dyn Store> {
    Arc::new(Broken::over(MemoryStore::new(), flaw))
}
