//! The suite sees a store with a guard turned off.

use crate::support;
use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store,
};
use atlas_store_conformance::{Guarantee, Harness, verify};
use atlas_store_etcd::{EtcdStore, Options};
use atlas_test_servers::Etcd;
use std::{sync::Arc, time::Duration};

/// Which guard is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Off {
    /// The versions of keys.
    Versions,
    /// The ranges, with everything that guards them.
    Ranges,
    /// What tells of deletions in ranges: each commit takes it away behind the store's back.
    Epochs,
}

/// A store with a guard turned off.
#[derive(Debug, Clone)]
struct Weak {
    store: Arc<EtcdStore>,
    off: Off,
}

impl Store for Weak {
    fn capability(&self) -> &Capability {
        self.store.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
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
        match self.of.off {
            Off::Versions => commit.reads.keys.clear(),
            Off::Ranges => commit.reads.ranges.clear(),
            Off::Epochs => {}
        }
        Box::pin(async move {
            let committed = self.snapshot.commit(commit).await;
            if self.of.off == Off::Epochs {
                let epochs = format!("{}/e/", self.of.store.place().prefix());
                let server = Etcd::shared().unwrap();
                server.ctl(&["del", "--prefix", &epochs]).unwrap();
            }
            committed
        })
    }
}

fn without(off: Off) -> Harness {
    Harness::new(move || {
        let store = Arc::new(support::create(&support::url(), Options::default()));
        Ok(Arc::new(Weak { store, off }))
    })
}

#[test]
fn a_store_with_a_guard_turned_off_fails_the_suite() {
    use Guarantee::{LostUpdate, Phantom, WriteSkew};
    for (off, check, guarantee) in [
        (Off::Versions, "write_skew_is_refused", WriteSkew),
        (Off::Versions, "lost_updates_are_refused", LostUpdate),
        (Off::Ranges, "skew_over_ranges_is_refused", Phantom),
        (Off::Ranges, "phantoms_by_insert_are_refused", Phantom),
        (Off::Ranges, "phantoms_by_delete_are_refused", Phantom),
        (Off::Epochs, "phantoms_by_delete_are_refused", Phantom),
    ] {
        let failure = verify(check, &without(off)).unwrap_err();
        assert_eq!(failure.guarantee(), guarantee, "{off:?}: {failure}");
    }
    // And each is needed for its own part only.
    for (off, check) in [
        (Off::Versions, "phantoms_by_insert_are_refused"),
        (Off::Ranges, "write_skew_is_refused"),
        (Off::Epochs, "phantoms_by_insert_are_refused"),
    ] {
        verify(check, &without(off)).unwrap();
    }
}
