//! What a question reads: keys and calls, counted between the facade and the engine.

use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store,
};
use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::sync::Arc;

/// A store that counts what is read of it.
#[derive(Debug)]
pub(crate) struct Counted<S> {
    inner: S,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    keys: AtomicU64,
    calls: AtomicU64,
}

impl Counts {
    fn add(&self, keys: usize) {
        self.keys
            .fetch_add(keys.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

impl<S> Counted<S> {
    pub(crate) fn new(inner: S) -> Self {
        let counts = Arc::default();
        Self { inner, counts }
    }

    /// Keys and calls since the last time.
    pub(crate) fn take(&self) -> (u64, u64) {
        let Counts { keys, calls } = &*self.counts;
        let zero = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        (zero(keys), zero(calls))
    }
}

impl<S: Store> Store for Counted<S> {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let inner = self.inner.snapshot().await?;
            let counts = Arc::clone(&self.counts);
            Ok(Box::new(CountedSnapshot { inner, counts }) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        self.inner.feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.inner.wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.inner.sleep(duration)
    }
}

struct CountedSnapshot {
    inner: Box<dyn Snapshot>,
    counts: Arc<Counts>,
}

impl Snapshot for CountedSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.counts.add(keys.len());
        self.inner.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(async move {
            let slice = self.inner.range(range, page).await?;
            self.counts.add(slice.entries.len());
            Ok(slice)
        })
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        self.inner.commit(commit)
    }
}
