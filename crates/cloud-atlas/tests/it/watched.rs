//! A store that weighs its commits, and stops where it is told.

use atlas_store_conformance::{Layer, Layered};
use cloud_atlas::store::{Commit, Committed, Footprint, Fut, Snapshot, Store, StoreError, Write};
use std::sync::{Arc, Mutex};

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
    pub(crate) fn new(store: Arc<dyn Store>, stop: Stop) -> Layered<Self> {
        Layered(Self {
            store,
            stop,
            seen: Arc::default(),
            written: Arc::default(),
        })
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

impl Layer for Watched {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let done = self.seen().len();
            if self.stop == Stop::Before(done) {
                return Err(StoreError::Closed);
            }
            let (footprint, writes) = (Footprint::of(&commit), commit.writes.clone());
            let committed = behind.commit(commit).await?;
            self.seen.lock().unwrap().push(footprint);
            if !writes.is_empty() {
                self.written.lock().unwrap().push(writes);
            }
            if self.stop == Stop::After(done) {
                return Err(StoreError::Closed);
            }
            Ok(committed)
        })
    }
}
