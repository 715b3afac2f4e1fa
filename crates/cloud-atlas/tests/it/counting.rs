//! A store that counts what is read from it.

use atlas_store_conformance::{Layer, Layered};
use cloud_atlas::store::{Entry, Fut, Key, KeyRange, MemoryStore, Page, Slice, Snapshot, Store};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
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
pub(crate) type Counting = Layered<Counted>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    store: Arc<MemoryStore>,
    pub(crate) reads: Arc<Reads>,
}

impl Layer for Counted {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn get<'a>(&'a self, behind: &'a dyn Snapshot, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.reads.add(keys.len());
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
            self.reads.add(slice.entries.len());
            Ok(slice)
        })
    }
}
