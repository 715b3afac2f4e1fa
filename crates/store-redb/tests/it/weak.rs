//! Things with one guard turned off, for the tests that must see it.

use atlas_store::{
    Capability, Commit, CommitId, CommitToken, Committed, Entry, FeedPage, FeedPosition, Fut, Key,
    KeyRange, Page, Partition, Slice, Snapshot, Store,
};
use atlas_store_redb::Backend;
use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
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
    pub(crate) fn new(store: impl Store + 'static, flaw: Flaw) -> Self {
        Self {
            store: Arc::new(store),
            flaw,
            late: Arc::default(),
        }
    }
}

impl fmt::Debug for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Weak").field(&self.flaw).finish()
    }
}

impl Store for Weak {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            // Writes are late, and reads are not.
            let late = self.late.lock().unwrap().take();
            if let Some((snapshot, commit)) = late {
                let _ = snapshot.commit(commit).await;
            }
            let snapshot = WeakSnapshot {
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

struct WeakSnapshot {
    snapshot: Box<dyn Snapshot>,
    of: Weak,
}

impl Snapshot for WeakSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.snapshot.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.snapshot.range(range, page)
    }

    fn commit(self: Box<Self>, mut commit: Commit) -> Fut<'static, Committed> {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        let drawn = u128::from(DRAWN.fetch_add(1, Ordering::Relaxed));
        match self.of.flaw {
            Flaw::AcknowledgesEarly => {
                *self.of.late.lock().unwrap() = Some((self.snapshot, commit));
                let id = CommitId::from_u128(drawn);
                let positions = BTreeMap::new();
                Box::pin(std::future::ready(Ok(Committed { id, positions })))
            }
            Flaw::IgnoresTokens => {
                commit.token = CommitToken::from_u128(u128::MAX - drawn);
                self.snapshot.commit(commit)
            }
        }
    }
}
