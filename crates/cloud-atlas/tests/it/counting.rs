//! A store that counts what is read from it.

use cloud_atlas::store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, MemoryStore,
    Page, Partition, Slice, Snapshot, Store,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How often a store was asked, and for how much.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    trips: AtomicUsize,
    rows: AtomicUsize,
}

impl Reads {
    /// The trips to the store and the rows and keys read since the last call.
    pub(crate) fn take(&self) -> (usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        (take(&self.trips), take(&self.rows))
    }

    fn add(&self, rows: usize) {
        self.trips.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

/// A memory store whose reads are counted.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    store: MemoryStore,
    pub(crate) reads: Arc<Reads>,
}

struct Counted {
    snapshot: Box<dyn Snapshot>,
    reads: Arc<Reads>,
}

impl Store for Counting {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = self.store.snapshot().await?;
            let reads = Arc::clone(&self.reads);
            Ok(Box::new(Counted { snapshot, reads }) as Box<dyn Snapshot>)
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

impl Snapshot for Counted {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.reads.add(keys.len());
        self.snapshot.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(async move {
            let slice = self.snapshot.range(range, page).await?;
            self.reads.add(slice.entries.len());
            Ok(slice)
        })
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        self.snapshot.commit(commit)
    }
}
