//! A store with one guard turned off, for the tests that must see it.

use crate::support;
use atlas_store::{
    Capability, Commit, CommitId, CommitToken, Committed, Entry, FeedPage, FeedPosition, Fut, Key,
    KeyRange, Page, Partition, ReadSet, Slice, Snapshot, Store,
};
use atlas_store_conformance::{Guarantee, Harness, verify};
use atlas_store_postgres::{Options, PostgresStore};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What a store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A commit forgets what was read.
    ForgetsReads,
    /// A commit is acknowledged at once and done when the next one comes.
    AcknowledgesEarly,
    /// A token is as good as a new one.
    IgnoresTokens,
}

/// A commit that was acknowledged and is not done.
type Late = (Box<dyn Snapshot>, Commit);

/// A store in PostgreSQL with a flaw.
#[derive(Clone)]
pub(crate) struct Weak {
    store: Arc<PostgresStore>,
    flaw: Flaw,
    late: Arc<Mutex<Option<Late>>>,
}

impl Weak {
    pub(crate) fn new(store: PostgresStore, flaw: Flaw) -> Self {
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
            Flaw::ForgetsReads => commit.reads = ReadSet::default(),
            Flaw::AcknowledgesEarly => {
                *self.of.late.lock().unwrap() = Some((self.snapshot, commit));
                let id = CommitId::from_u128(drawn);
                let positions = BTreeMap::new();
                return Box::pin(std::future::ready(Ok(Committed { id, positions })));
            }
            Flaw::IgnoresTokens => commit.token = CommitToken::from_u128(u128::MAX - drawn),
        }
        self.snapshot.commit(commit)
    }
}

#[test]
fn a_store_that_forgets_what_was_read_fails_the_suite() {
    let harness = Harness::new(|| {
        let store = support::create(&support::url(), Options::default());
        Ok(Arc::new(Weak::new(store, Flaw::ForgetsReads)))
    });
    for (check, guarantee) in [
        ("write_skew_is_refused", Guarantee::WriteSkew),
        ("skew_over_ranges_is_refused", Guarantee::Phantom),
        ("phantoms_by_insert_are_refused", Guarantee::Phantom),
        ("phantoms_by_delete_are_refused", Guarantee::Phantom),
        ("lost_updates_are_refused", Guarantee::LostUpdate),
    ] {
        let failure = verify(check, &harness).unwrap_err();
        assert_eq!(failure.guarantee(), guarantee, "{failure}");
    }
}
