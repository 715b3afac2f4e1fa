//! A store that weighs its commits, and stops where it is told.

use cloud_atlas::store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Footprint, Fut, Key, KeyRange,
    Page, Partition, Slice, Snapshot, Store, StoreError, Write,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// When a [`Watched`] store stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Never.
    Never,
    /// Before the commit that comes after so many.
    Before(usize),
    /// With the commit that comes after so many: it happens, and nobody hears of it.
    After(usize),
}

/// Another store, as a process sees it that dies at some commit.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    store: Arc<dyn Store>,
    stop: Stop,
    seen: Arc<Mutex<Vec<Footprint>>>,
    written: Arc<Mutex<Vec<Vec<Write>>>>,
}

impl Watched {
    pub(crate) fn new(store: Arc<dyn Store>, stop: Stop) -> Self {
        Self {
            store,
            stop,
            seen: Arc::default(),
            written: Arc::default(),
        }
    }

    /// What each commit wrote that came through, since the last call; of those that wrote anything.
    pub(crate) fn written(&self) -> Vec<Vec<Write>> {
        std::mem::take(&mut *self.written.lock().unwrap())
    }

    /// What each commit asked for that came through.
    pub(crate) fn seen(&self) -> Vec<Footprint> {
        self.seen.lock().unwrap().clone()
    }
}

impl Store for Watched {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = WatchedSnapshot {
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
        self.store.feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.store.wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.store.sleep(duration)
    }
}

struct WatchedSnapshot {
    snapshot: Box<dyn Snapshot>,
    of: Watched,
}

impl Snapshot for WatchedSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.snapshot.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.snapshot.range(range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let done = self.of.seen().len();
            if self.of.stop == Stop::Before(done) {
                return Err(StoreError::Closed);
            }
            let (footprint, writes) = (Footprint::of(&commit), commit.writes.clone());
            let committed = self.snapshot.commit(commit).await?;
            self.of.seen.lock().unwrap().push(footprint);
            if !writes.is_empty() {
                self.of.written.lock().unwrap().push(writes);
            }
            if self.of.stop == Stop::After(done) {
                return Err(StoreError::Closed);
            }
            Ok(committed)
        })
    }
}
