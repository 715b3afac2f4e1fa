//! Stores that break one promise each.

pub(crate) use crate::flaws::Flaw;
use atlas_store::{
    Capability, Commit, CommitToken, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange,
    MemoryStore, Page, Partition, ReadSet, Slice, Snapshot, Store, StoreError, Version, Write,
};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The memory store with a flaw.
#[derive(Clone)]
pub(crate) struct Broken {
    store: MemoryStore,
    stated: Capability,
    flaw: Flaw,
    /// The snapshot that the last call made.
    kept: Arc<Mutex<Option<Box<dyn Snapshot>>>>,
    /// Counts commits, and makes tokens.
    drawn: Arc<AtomicU64>,
}

impl Broken {
    pub(crate) fn over(store: MemoryStore, flaw: Flaw) -> Self {
        let mut stated = store.capability().clone();
        match flaw {
            Flaw::IgnoresLimits => stated.max_operations = Some(10),
            Flaw::HidesLacks => stated.push_feed = false,
            _ => {}
        }
        Self {
            store,
            stated,
            flaw,
            kept: Arc::default(),
            drawn: Arc::default(),
        }
    }

    /// A snapshot as old as the last call of this.
    async fn older(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let new = self.store.snapshot().await?;
        let kept = self.kept.lock().unwrap().replace(new);
        match kept {
            Some(kept) => Ok(kept),
            None => self.store.snapshot().await,
        }
    }

    fn draw(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broken({:?})", self.flaw)
    }
}

impl Store for Broken {
    fn capability(&self) -> &Capability {
        &self.stated
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = BrokenSnapshot {
                snapshot: match self.flaw {
                    Flaw::StaleSnapshots => self.older().await?,
                    _ => self.store.snapshot().await?,
                },
                accounts: match self.flaw {
                    Flaw::TearsPartitions => Some(self.older().await?),
                    _ => None,
                },
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
            if self.flaw == Flaw::MixesFeeds {
                return self.store.feed(&Partition::global(), after, max).await;
            }
            let mut page = match self.store.feed(partition, after, max).await {
                Err(StoreError::FeedExpired { oldest }) if self.flaw == Flaw::NeverExpires => {
                    self.store.feed(partition, oldest, max).await?
                }
                page => page?,
            };
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
    /// Where the accounts are read, if elsewhere.
    accounts: Option<Box<dyn Snapshot>>,
    of: Broken,
}

impl BrokenSnapshot {
    fn entry(&self, mut entry: Entry) -> Entry {
        match self.of.flaw {
            Flaw::CutsValues => {
                entry.value = entry.value.iter().copied().take(1 << 16).collect();
            }
            Flaw::RepeatsVersions => entry.version = Version::from_u64(entry.value.len() as u64),
            _ => {}
        }
        entry
    }

    async fn look(&self, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        if self.of.flaw == Flaw::MovingSnapshots {
            return self.of.store.snapshot().await?.get(keys).await;
        }
        let mut found = self.snapshot.get(keys).await?;
        if let Some(accounts) = &self.accounts {
            let older = accounts.get(keys).await?;
            for ((key, found), older) in keys.iter().zip(&mut found).zip(older) {
                if !key.partition().is_global() {
                    *found = older;
                }
            }
        }
        Ok(found)
    }

    async fn page(&self, range: &KeyRange, page: Page) -> Result<Slice, StoreError> {
        let elsewhere = self.accounts.as_ref().filter(|_| range.start() > "/!");
        match (self.of.flaw, elsewhere) {
            (Flaw::MovingSnapshots, _) => self.of.store.snapshot().await?.range(range, page).await,
            (_, Some(accounts)) => accounts.range(range, page).await,
            _ => self.snapshot.range(range, page).await,
        }
    }
}

impl Snapshot for BrokenSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(async move {
            let mut keys = keys.to_vec();
            if self.of.flaw == Flaw::AnswersSorted {
                keys.sort();
            }
            let found = self.look(&keys).await?.into_iter();
            Ok(found.map(|entry| Some(self.entry(entry?))).collect())
        })
    }

    fn range<'a>(&'a self, range: &'a KeyRange, mut page: Page) -> Fut<'a, Slice> {
        Box::pin(async move {
            let (mut range, limit) = (range.clone(), page.limit);
            match self.of.flaw {
                Flaw::ForgetsReverse => page.reverse = false,
                Flaw::TakesTheEnd => {
                    range = KeyRange::new(range.start(), format!("{} ", range.end()));
                }
                Flaw::IgnoresPageLimits => page.limit += 1,
                _ => {}
            }
            let mut slice = self.page(&range, page).await?;
            let last = slice.entries.last().map(|(key, _)| key.as_str().to_owned());
            match self.of.flaw {
                Flaw::OverlappingPages if slice.entries.len() > 1 => {
                    let next = slice.next.as_ref().filter(|_| !page.reverse);
                    slice.next = next
                        .zip(last)
                        .map(|(next, last)| KeyRange::new(last, next.end()));
                }
                Flaw::EndsEarly if slice.entries.len() == limit => slice.next = None,
                Flaw::IgnoresCase => slice
                    .entries
                    .sort_by_key(|(key, _)| key.as_str().to_lowercase()),
                _ => {}
            }
            for (_, entry) in &mut slice.entries {
                *entry = self.entry(entry.clone());
            }
            Ok(slice)
        })
    }

    fn commit(self: Box<Self>, mut commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let half = commit.writes.len().div_ceil(2);
            let reads = &mut commit.reads;
            match self.of.flaw {
                Flaw::ForgetsRanges => reads.ranges.clear(),
                Flaw::LosesUpdates => reads.keys.clear(),
                Flaw::ForgetsReads => *reads = ReadSet::default(),
                Flaw::ForgetsMissing => reads.keys.retain(|_, version| version.is_some()),
                Flaw::ChecksOnlyWrites => {
                    let written = |key: &Key| commit.writes.iter().any(|write| write.key() == key);
                    reads.keys.retain(|key, _| written(key));
                    reads.ranges.clear();
                }
                Flaw::ConflictsAlways => {
                    for write in &commit.writes {
                        reads.keys.insert(write.key().clone(), None);
                    }
                }
                Flaw::LocksEverything if !reads.keys.is_empty() => {
                    reads.ranges = vec![KeyRange::all()];
                }
                Flaw::RefusesEmptyCommits if commit.writes.is_empty() => {
                    let what = "a commit that writes nothing";
                    return Err(StoreError::Unsupported { what });
                }
                Flaw::AppliesHalf => commit.writes.truncate(half),
                Flaw::LosesCommits if self.of.draw() % 5 == 4 => commit.writes.clear(),
                Flaw::ForgetsDeletes => commit.writes.retain(is_put),
                Flaw::OnlyPuts if commit.writes.iter().any(is_put) => commit.writes.retain(is_put),
                // Under a token of its own each time.
                Flaw::ForgetsTokens => {
                    commit.token = CommitToken::from_u128(self.of.draw().into());
                }
                Flaw::SplitsCommits if commit.writes.len() > 1 => {
                    let writes = commit.writes.split_off(half);
                    let second = Commit {
                        reads: ReadSet::default(),
                        writes,
                        token: CommitToken::from_u128(!commit.token.as_u128()),
                    };
                    self.snapshot.commit(commit).await?;
                    return self.of.store.snapshot().await?.commit(second).await;
                }
                Flaw::ForgetsAba => return self.commit_by_value(commit).await,
                _ => {}
            }
            let mut committed = self.snapshot.commit(commit).await?;
            if self.of.flaw == Flaw::NamesOnePartition {
                committed.positions = committed.positions.into_iter().take(1).collect();
            }
            Ok(committed)
        })
    }
}

impl BrokenSnapshot {
    /// Takes a key for unchanged if it holds the same value again.
    async fn commit_by_value(self, mut commit: Commit) -> Result<Committed, StoreError> {
        let latest = self.of.store.snapshot().await?;
        let keys: Vec<Key> = commit.reads.keys.keys().cloned().collect();
        let (before, after) = (self.snapshot.get(&keys).await?, latest.get(&keys).await?);
        let same = |a: &Option<Entry>, b: &Option<Entry>| {
            a.as_ref().map(|entry| &entry.value) == b.as_ref().map(|entry| &entry.value)
        };
        if !before.iter().zip(&after).all(|(a, b)| same(a, b)) {
            return Err(StoreError::Conflict);
        }
        commit.reads.keys.clear();
        latest.commit(commit).await
    }
}

fn is_put(write: &Write) -> bool {
    matches!(write, Write::Put { .. })
}

/// How many commits the feeds of a broken store keep, if they are cut at all.
pub(crate) const KEPT: usize = 20;

/// A broken store, as a harness wants it.
pub(crate) fn broken(flaw: Flaw) -> Arc<dyn Store> {
    let store = match flaw {
        Flaw::NeverExpires => MemoryStore::new().with_feed_retention(KEPT),
        _ => MemoryStore::new(),
    };
    Arc::new(Broken::over(store, flaw))
}
