//! What is written, commit by commit, between the facade and the engine.

use atlas_store::{Commit, Committed, Fut, MemoryStore, Snapshot, Store, Write};
use atlas_store_conformance::{Layer, Layered};
use std::sync::{Arc, Mutex, PoisonError};

/// The pairs of one commit.
pub(crate) type Batch = Vec<(Vec<u8>, Vec<u8>)>;

/// A store in memory, with what was put into it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured {
    inner: Arc<MemoryStore>,
    batches: Arc<Mutex<Vec<Batch>>>,
}

impl Captured {
    pub(crate) fn store() -> Arc<Layered<Self>> {
        Arc::default()
    }

    /// The commits since the last time.
    pub(crate) fn take(&self) -> Vec<Batch> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        core::mem::take(&mut *batches)
    }
}

impl Layer for Captured {
    fn store(&self) -> &dyn Store {
        &*self.inner
    }

    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        let pair = |write: &Write| match write {
            Write::Put { key, value } => Some((key.as_str().as_bytes().to_vec(), value.to_vec())),
            Write::Delete { .. } => None,
        };
        let batch = commit.writes.iter().filter_map(pair).collect();
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.push(batch);
        drop(batches);
        behind.commit(commit)
    }
}
