//! The suite sees a store with a guard turned off.

use crate::support;
use atlas_store::{Commit, Committed, Fut, Snapshot, Store};
use atlas_store_conformance::{Guarantee, Harness, Layer, Layered, verify};
use atlas_store_etcd::{EtcdStore, Options};
use atlas_test_servers::Etcd;
use std::sync::Arc;

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

impl Layer for Weak {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn commit(self, behind: Box<dyn Snapshot>, mut commit: Commit) -> Fut<'static, Committed> {
        match self.off {
            Off::Versions => commit.reads.keys.clear(),
            Off::Ranges => commit.reads.ranges.clear(),
            Off::Epochs => {}
        }
        Box::pin(async move {
            let committed = behind.commit(commit).await;
            if self.off == Off::Epochs {
                let epochs = format!("{}/e/", self.store.place().prefix());
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
        Ok(Arc::new(Layered(Weak { store, off })))
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
