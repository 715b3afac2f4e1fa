//! What a question reads: keys and calls, counted between the facade and the engine.

use atlas_store::{Entry, Fut, Key, KeyRange, Page, Slice, Snapshot, Store};
use atlas_store_conformance::{Layer, Layered};
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// A store that counts what is read of it.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    inner: Arc<dyn Store>,
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

impl Counted {
    pub(crate) fn before(inner: impl Store + 'static) -> Arc<Layered<Self>> {
        let (inner, counts) = (Arc::new(inner), Arc::default());
        Arc::new(Layered(Self { inner, counts }))
    }

    /// Keys and calls since the last time.
    pub(crate) fn take(&self) -> (u64, u64) {
        let Counts { keys, calls } = &*self.counts;
        let zero = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        (zero(keys), zero(calls))
    }
}

impl Layer for Counted {
    fn store(&self) -> &dyn Store {
        &*self.inner
    }

    fn get<'a>(&'a self, behind: &'a dyn Snapshot, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.counts.add(keys.len());
        behind.get(keys)
    }

    fn range<'a>(
        &'a self,
        behind: &'a dyn Snapshot,
        range: &'a KeyRange,
        page: Page,
    ) -> Fut<'a, Slice> {
        Box::pin(async move {
            let slice = behind.range(range, page).await?;
            self.counts.add(slice.entries.len());
            Ok(slice)
        })
    }
}
