//! The memory store: everything a store promises, but gone with the process.

mod feeds;
mod state;
mod versions;

use self::state::State;
use crate::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store, SystemTimer, Timer,
};
use core::{fmt, future::ready, time::Duration};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A store in memory: serializable, with fixed snapshots and a change feed.
///
/// Clones share one state, so that a clone is what a second process is to another engine. Old
/// versions are kept back to the oldest live snapshot and no longer; the feed keeps the last
/// 10,000 commits of each partition, and tokens are kept for the last 100,000 commits.
///
/// ```
/// # use atlas_store::{Commit, CommitToken, Key, MemoryStore, Partition, ReadSet, Store, Write};
/// # pollster::block_on(async {
/// let store = MemoryStore::new();
/// let key = Key::builder(&Partition::global(), "greeting").text("en").build()?;
/// let write = Write::Put { key: key.clone(), value: b"hello".as_slice().into() };
/// let commit =
///     Commit { reads: ReadSet::default(), writes: vec![write], token: CommitToken::from_u128(1) };
/// store.snapshot().await?.commit(commit).await?;
/// let found = store.snapshot().await?.get(&[key]).await?;
/// assert_eq!(found[0].as_ref().map(|entry| &*entry.value), Some(b"hello".as_slice()));
/// # Ok::<(), atlas_store::StoreError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    capability: Arc<Capability>,
    timer: Arc<dyn Timer>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        let mut capability = Capability::new("memory");
        capability.push_feed = true;
        capability.exclusive = true;
        Self {
            shared: Arc::default(),
            capability: Arc::new(capability),
            timer: Arc::new(SystemTimer),
        }
    }

    /// The most writes, and the most reads, of a commit of [`MemoryStore::limited`].
    pub const LIMITED_OPERATIONS: usize = 128;
    /// The most bytes of a commit, and of a value, of [`MemoryStore::limited`]: 1 MiB.
    pub const LIMITED_BYTES: usize = 1 << 20;

    /// An empty store with the limits of small engines: 128 operations and 1 MiB a commit, as etcd
    /// has them, or nearly so, unless it is told otherwise. What works on this one works on all.
    pub fn limited() -> Self {
        let store = Self::new();
        let mut capability = Capability::clone(&store.capability);
        capability.max_operations = Some(Self::LIMITED_OPERATIONS);
        capability.max_commit_bytes = Some(Self::LIMITED_BYTES);
        capability.max_value_bytes = Self::LIMITED_BYTES;
        store.with_capability(capability)
    }

    /// The same state behind other limits.
    #[must_use]
    pub fn with_capability(mut self, capability: Capability) -> Self {
        self.capability = Arc::new(capability);
        self
    }

    /// The same state with another timer.
    #[must_use]
    pub fn with_timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Keeps only so many commits in the feed of each partition, for every clone.
    #[must_use]
    pub fn with_feed_retention(self, commits: usize) -> Self {
        self.shared.write().set_feed_retention(commits);
        self
    }

    /// Keeps only so many commit tokens, for every clone.
    #[must_use]
    pub fn with_token_retention(self, commits: usize) -> Self {
        self.shared.write().set_token_retention(commits);
        self
    }

    /// How many versions of keys, deletions included, are kept for the sake of live snapshots.
    pub fn old_versions(&self) -> usize {
        self.shared.read().old_versions()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let base = self.shared.write().open_snapshot();
            let snapshot = MemorySnapshot {
                shared: Arc::clone(&self.shared),
                capability: Arc::clone(&self.capability),
                base,
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
        Box::pin(async move { self.shared.read().feeds().page(partition, after, max) })
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        Box::pin(async move {
            let waiting = self.shared.write().feeds_mut().wait(partition, after);
            if let Some(woken) = waiting {
                // A sender that is gone wakes too: the hint may be spurious.
                let _ = woken.await;
            }
            Ok(())
        })
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        let sleep = self.timer.sleep(duration);
        Box::pin(async move {
            sleep.await;
            Ok(())
        })
    }
}

/// What all clones and snapshots of a store share.
#[derive(Default)]
struct Shared(RwLock<State>);

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

struct MemorySnapshot {
    shared: Arc<Shared>,
    capability: Arc<Capability>,
    base: u64,
}

impl Snapshot for MemorySnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(ready(Ok(self.shared.read().get(self.base, keys))))
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(ready(Ok(self.shared.read().range(self.base, range, page))))
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let outcome = self
                .shared
                .write()
                .commit(self.base, commit, &self.capability);
            let (committed, woken) = outcome?;
            for waiter in woken {
                // Whoever no longer waits needs no waking.
                let _ = waiter.send(());
            }
            Ok(committed)
        })
    }
}

impl Drop for MemorySnapshot {
    fn drop(&mut self) {
        self.shared.write().close_snapshot(self.base);
    }
}

/// A waiter of a feed ends when this is ready.
type Woken = futures_channel::oneshot::Receiver<()>;
/// Wakes a waiter of a feed.
type Waker = futures_channel::oneshot::Sender<()>;
