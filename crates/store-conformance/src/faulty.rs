//! A store that fails on demand.

mod plan;

use self::plan::Plan;
use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store, StoreError,
};
use core::{future::Future, time::Duration};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::plan::{Call, Fault, Rates};

/// Another store whose calls fail as planned, or at random: for tests of what is built on a store.
///
/// ```
/// # use atlas_store::{Key, MemoryStore, Partition, RetryPolicy, StoreError, Tx, transact};
/// # use atlas_store_conformance::{Call, Fault, FaultyStore};
/// # use std::sync::Arc;
/// # pollster::block_on(async {
/// let store = FaultyStore::new(Arc::new(MemoryStore::new()));
/// store.plan([Fault::Conflict, Fault::LostAnswer]);
/// store.plan_for(Call::Snapshot, [Fault::Unavailable]);
/// let key = Key::builder(&Partition::global(), "greeting").build()?;
/// let write = |tx: Tx| {
///     let key = key.clone();
///     async move { tx.put(key, b"hello".as_slice()) }
/// };
/// // There is no snapshot at first; the first commit is refused, the second one happens but
/// // nobody hears of it.
/// let (_, committed) = transact(&store, &RetryPolicy::new(7), write).await?;
/// assert_eq!(committed.map(|committed| committed.positions.len()), Some(1));
/// assert_eq!(store.planned(), 0);
/// assert_eq!(store.happened(Call::Commit, Fault::LostAnswer), 1);
/// # Ok::<(), StoreError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct FaultyStore {
    store: Arc<dyn Store>,
    plan: Arc<Mutex<Plan>>,
}

impl FaultyStore {
    /// The same store, without a plan. Clones share it, and their plan.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            plan: Arc::default(),
        }
    }

    /// Makes every call for which nothing is planned fail at random, the same on every run in
    /// which the calls come in the same order.
    #[must_use]
    pub fn with_chance(self, seed: u64, rates: Rates) -> Self {
        self.lock().set_chance(seed, rates);
        self
    }

    /// Adds to the plan: one fault for each commit to come, in order.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.plan_for(Call::Commit, faults);
    }

    /// Adds to the plan: one fault for each call of a kind to come, in order.
    pub fn plan_for(&self, call: Call, faults: impl IntoIterator<Item = Fault>) {
        self.lock().add(call, faults);
    }

    /// How many faults are still planned, for calls of all kinds.
    pub fn planned(&self) -> usize {
        self.lock().left()
    }

    /// How often a fault has happened to calls of a kind; slow answers count as one fault, however
    /// slow they were.
    pub fn happened(&self, call: Call, fault: Fault) -> usize {
        self.lock().happened(call, fault)
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a call that only reads, under the next fault of its kind.
    async fn read<T>(
        &self,
        call: Call,
        run: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let fault = self.lock().next(call, false);
        if let Fault::Unavailable = fault {
            return Err(StoreError::Unavailable { source: None });
        }
        self.slowly(fault, run.await).await
    }

    /// Gives an answer, after a wait if that is the fault.
    async fn slowly<T>(
        &self,
        fault: Fault,
        answer: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Fault::Slow(wait) = fault {
            self.store.sleep(wait).await?;
        }
        answer
    }
}

impl Store for FaultyStore {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = FaultySnapshot {
                snapshot: self.read(Call::Snapshot, self.store.snapshot()).await?,
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
        Box::pin(self.read(Call::Feed, self.store.feed(partition, after, max)))
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
    of: FaultyStore,
}

impl Snapshot for FaultySnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(self.of.read(Call::Get, self.snapshot.get(keys)))
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(self.of.read(Call::Range, self.snapshot.range(range, page)))
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let unknown = StoreError::UnknownOutcome {
                token: commit.token,
                source: None,
            };
            let reads = !commit.reads.keys.is_empty() || !commit.reads.ranges.is_empty();
            let fault = self.of.lock().next(Call::Commit, reads);
            match fault {
                Fault::Conflict => Err(StoreError::Conflict),
                Fault::Unavailable => Err(StoreError::Unavailable { source: None }),
                Fault::LostCommit => Err(unknown),
                Fault::LostAnswer => self.snapshot.commit(commit).await.and(Err(unknown)),
                Fault::None | Fault::Slow(_) => {
                    let answer = self.snapshot.commit(commit).await;
                    self.of.slowly(fault, answer).await
                }
            }
        })
    }
}
