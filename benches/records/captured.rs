//! What is written, commit by commit, between the facade and the engine.

use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store, Write,
};
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

/// The pairs of one commit.
pub(crate) type Batch = Vec<(Vec<u8>, Vec<u8>)>;

type Batches = Arc<Mutex<Vec<Batch>>>;

/// A store that keeps what is put into it, beside the engine's own.
#[derive(Debug)]
pub(crate) struct Captured<S> {
    inner: S,
    batches: Batches,
}

impl<S> Captured<S> {
    pub(crate) fn new(inner: S) -> Self {
        let batches = Arc::default();
        Self { inner, batches }
    }

    /// The commits since the last time.
    pub(crate) fn take(&self) -> Vec<Batch> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        core::mem::take(&mut *batches)
    }
}

impl<S: Store> Store for Captured<S> {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let inner = self.inner.snapshot().await?;
            let batches = Arc::clone(&self.batches);
            Ok(Box::new(CapturedSnapshot { inner, batches }) as Box<dyn Snapshot>)
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

struct CapturedSnapshot {
    inner: Box<dyn Snapshot>,
    batches: Batches,
}

impl Snapshot for CapturedSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.inner.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.inner.range(range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        let pair = |write: &Write| match write {
            Write::Put { key, value } => Some((key.as_str().as_bytes().to_vec(), value.to_vec())),
            Write::Delete { .. } => None,
        };
        let batch = commit.writes.iter().filter_map(pair).collect();
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.push(batch);
        drop(batches);
        self.inner.commit(commit)
    }
}
