//! The store that fails on demand.

use atlas_store::{
    FeedPosition, Key, MemoryStore, Partition, RetryPolicy, Store as _, StoreError, Tx, transact,
};
use atlas_store_conformance::{Fault, FaultyStore, Harness, Lack, run};
use std::{sync::Arc, time::Duration};

#[test]
fn without_a_plan_it_is_the_store_below() {
    let harness = Harness::new(|| Ok(Arc::new(FaultyStore::new(Arc::new(MemoryStore::new())))))
        .without(Lack::FeedExpiry)
        .with_rounds(10);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
}

/// Writes once through faults, and tells how often the store saw a write.
fn write_through(faults: &[Fault]) -> Result<u64, StoreError> {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    store.plan(faults.iter().copied());
    let key = Key::builder(&Partition::global(), "test").build()?;
    let policy = RetryPolicy::new(3)
        .with_attempts(4)
        .with_first_wait(Duration::ZERO);
    let write = |tx: Tx| {
        let key = key.clone();
        async move { tx.put(key, b"1".as_slice()) }
    };
    pollster::block_on(async {
        transact::<_, _, _, StoreError>(&store, &policy, write).await?;
        let feed = store
            .feed(&Partition::global(), FeedPosition::START, 0)
            .await?;
        Ok(feed.head.as_u64())
    })
}

#[test]
fn transactions_get_through_each_fault_and_write_once() -> Result<(), StoreError> {
    use Fault::{Conflict, LostAnswer, LostCommit, None, Unavailable};
    for first in [None, Conflict, Unavailable, LostCommit, LostAnswer] {
        for second in [None, Conflict, Unavailable, LostCommit, LostAnswer] {
            // A probe for an outcome is a commit, too; nothing it reads can move.
            if second == Conflict && !matches!(first, None | Conflict) {
                continue;
            }
            assert_eq!(write_through(&[first, second])?, 1, "{first:?}, {second:?}");
        }
    }
    assert!(matches!(
        write_through(&[Conflict; 4]),
        Err(StoreError::Conflict)
    ));
    Ok(())
}
