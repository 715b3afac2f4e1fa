//! The suite sees a store that does not look whether anything has moved.

use crate::support;
use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, ReadSet, Slice, Snapshot, Store,
};
use atlas_store_conformance::{Guarantee, Harness, verify};
use atlas_store_postgres::{Options, PostgresStore};
use std::{sync::Arc, time::Duration};

/// A store that forgets at each commit what was read.
#[derive(Debug)]
struct Forgetful(PostgresStore);

impl Store for Forgetful {
    fn capability(&self) -> &Capability {
        self.0.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = ForgetfulSnapshot(self.0.snapshot().await?);
            Ok(Box::new(snapshot) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        self.0.feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.0.wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.0.sleep(duration)
    }
}

struct ForgetfulSnapshot(Box<dyn Snapshot>);

impl Snapshot for ForgetfulSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.0.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.0.range(range, page)
    }

    fn commit(self: Box<Self>, mut commit: Commit) -> Fut<'static, Committed> {
        commit.reads = ReadSet::default();
        self.0.commit(commit)
    }
}

#[test]
fn a_store_that_forgets_what_was_read_fails_the_suite() {
    let harness = Harness::new(|| {
        let store = support::create(&support::url(), Options::default());
        Ok(Arc::new(Forgetful(store)))
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
