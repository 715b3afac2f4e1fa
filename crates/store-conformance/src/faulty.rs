//! A store that fails on demand.

use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store, StoreError,
};
use core::time::Duration;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Another store whose next commits fail as planned: for tests of what is built on a store.
///
/// ```
/// # use atlas_store::{Key, MemoryStore, Partition, RetryPolicy, StoreError, Tx, transact};
/// # use atlas_store_conformance::{Fault, FaultyStore};
/// # use std::sync::Arc;
/// # pollster::block_on(async {
/// let store = FaultyStore::new(Arc::new(MemoryStore::new()));
/// store.plan([Fault::Conflict, Fault::LostAnswer]);
/// let key = Key::builder(&Partition::global(), "greeting").build()?;
/// let write = |tx: Tx| {
///     let key = key.clone();
///     async move { tx.put(key, b"hello".as_slice()) }
/// };
/// // The first attempt is refused, the second one happens but nobody hears of it.
/// let (_, committed) = transact(&store, &RetryPolicy::new(7), write).await?;
/// assert_eq!(committed.map(|committed| committed.positions.len()), Some(1));
/// assert_eq!(store.planned(), 0);
/// # Ok::<(), StoreError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct FaultyStore {
    store: Arc<dyn Store>,
    plan: Arc<Mutex<VecDeque<Fault>>>,
}

/// What becomes of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing out of the ordinary.
    None,
    /// It is refused, as if something it had read had moved.
    Conflict,
    /// It does not reach the store.
    Unavailable,
    /// It does not reach the store, but nobody can tell.
    LostCommit,
    /// It happens, but nobody can tell.
    LostAnswer,
}

impl FaultyStore {
    /// The same store, without a plan.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            plan: Arc::default(),
        }
    }

    /// Adds to the plan: one fault for each commit to come, in order. Clones share it.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.extend(faults);
    }

    /// How many faults are still to come.
    pub fn planned(&self) -> usize {
        let plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.len()
    }
}

impl Store for FaultyStore {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = FaultySnapshot {
                snapshot: self.store.snapshot().await?,
                plan: Arc::clone(&self.plan),
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
        self.store.feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.store.wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.store.sleep(duration)
    }
}

struct FaultySnapshot {
    snapshot: Box<dyn Snapshot>,
    plan: Arc<Mutex<VecDeque<Fault>>>,
}

impl Snapshot for FaultySnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.snapshot.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.snapshot.range(range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let token = commit.token;
            let unknown = StoreError::UnknownOutcome {
                token,
                source: None,
            };
            let next = {
                let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
                plan.pop_front().unwrap_or(Fault::None)
            };
            match next {
                Fault::None => self.snapshot.commit(commit).await,
                Fault::Conflict => Err(StoreError::Conflict),
                Fault::Unavailable => Err(StoreError::Unavailable { source: None }),
                Fault::LostCommit => Err(unknown),
                Fault::LostAnswer => self.snapshot.commit(commit).await.and(Err(unknown)),
            }
        })
    }
}
