//! Things with one guard turned off, for the tests that must see it.

use atlas_store::{Commit, CommitId, CommitToken, Committed, Fut, Snapshot, Store};
use atlas_store_conformance::{Layer, Layered};
use atlas_store_redb::Backend;
use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// A backend that says it has flushed.
#[derive(Debug)]
pub(crate) struct NeverFlushes<B>(pub(crate) B);

impl<B: Backend> Backend for NeverFlushes<B> {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The engine's own way to a backend, without a gate between them.
#[derive(Debug)]
pub(crate) struct Ungated<B>(pub(crate) B);

impl<B: Backend> redb::StorageBackend for Ungated<B> {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.flush()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}

/// What a store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A commit is acknowledged at once and done when the next one comes.
    AcknowledgesEarly,
    /// A token is as good as a new one.
    IgnoresTokens,
}

/// A commit that was acknowledged and is not done.
type Late = (Box<dyn Snapshot>, Commit);

/// Another store with a flaw.
#[derive(Clone)]
pub(crate) struct Weak {
    store: Arc<dyn Store>,
    flaw: Flaw,
    late: Arc<Mutex<Option<Late>>>,
}

impl Weak {
    pub(crate) fn new(store: impl Store + 'static, flaw: Flaw) -> Layered<Self> {
        Layered(Self {
            store: Arc::new(store),
            flaw,
            late: Arc::default(),
        })
    }
}

impl fmt::Debug for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Weak").field(&self.flaw).finish()
    }
}

impl Layer for Weak {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            // Writes are late, and reads are not.
            let late = self.late.lock().unwrap().take();
            if let Some((snapshot, commit)) = late {
                let _ = snapshot.commit(commit).await;
            }
            self.store.snapshot().await
        })
    }

    fn commit(self, behind: Box<dyn Snapshot>, mut commit: Commit) -> Fut<'static, Committed> {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
        match self.flaw {
            Flaw::AcknowledgesEarly => {
                *self.late.lock().unwrap() = Some((behind, commit));
                let id = CommitId::from_u128(drawn);
                let positions = BTreeMap::new();
                Box::pin(std::future::ready(Ok(Committed { id, positions })))
            }
            Flaw::IgnoresTokens => {
                commit.token = CommitToken::from_u128(u128::MAX - drawn);
                behind.commit(commit)
            }
        }
    }
}
