//! A store with one guard turned off, for the tests that must see it.

use crate::support;
use atlas_store::{Commit, CommitId, CommitToken, Committed, Fut, ReadSet, Snapshot, Store};
use atlas_store_conformance::{Guarantee, Harness, Layer, Layered, verify};
use atlas_store_postgres::{Options, PostgresStore};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
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
    pub(crate) fn new(store: PostgresStore, flaw: Flaw) -> Layered<Self> {
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
            Flaw::ForgetsReads => commit.reads = ReadSet::default(),
            Flaw::AcknowledgesEarly => {
                *self.late.lock().unwrap() = Some((behind, commit));
                let id = CommitId::from_u128(drawn);
                let positions = BTreeMap::new();
                return Box::pin(std::future::ready(Ok(Committed { id, positions })));
            }
            Flaw::IgnoresTokens => commit.token = CommitToken::from_u128(u128::MAX - drawn),
        }
        behind.commit(commit)
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
