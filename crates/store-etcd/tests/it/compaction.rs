//! Servers that forget what was before.

use crate::support::{self, assert_counted, count, key};
use atlas_store::{KeyRange, Page, RetryPolicy, Store, StoreError, Tx, transact};
use atlas_store_etcd::Options;
use atlas_test_servers::Etcd;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Forgets everything but what is there now.
fn compact(server: &Etcd) {
    let found = server.ctl(&["get", "nothing", "--write-out=json"]).unwrap();
    let revision = found.split("\"revision\":").nth(1).unwrap();
    let revision = revision.split(',').next().unwrap();
    server.ctl(&["compact", revision]).unwrap();
}

#[test]
fn a_snapshot_that_was_forgotten_is_a_conflict_and_a_transaction_goes_again() {
    let server = Etcd::start().unwrap();
    let store = support::create(&format!("etcd://{}", server.host()), Options::default());
    let policy = RetryPolicy::new(1);
    count(&store, &policy, 0).unwrap();
    pollster::block_on(async {
        let snapshot = store.snapshot().await.unwrap();
        let keys = [key("done", 0)];
        let before = snapshot.get(&keys).await.unwrap();
        count(&store, &policy, 1).unwrap();
        assert_eq!(snapshot.get(&keys).await.unwrap(), before);
        compact(&server);
        let outcome = snapshot.get(&keys).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
        let all = KeyRange::all();
        let outcome = snapshot.range(&all, Page::first(10)).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");

        let attempts = AtomicUsize::new(0);
        let (server, attempts, store) = (&server, &attempts, &store);
        let work = |tx: Tx| async move {
            tx.get(&key("counter", 0)).await?;
            if attempts.fetch_add(1, Ordering::SeqCst) == 0 {
                count(store, &RetryPolicy::new(2), 2)?;
                compact(server);
            }
            tx.get(&key("done", 2)).await
        };
        let (found, _) = transact::<_, _, _, StoreError>(store, &policy, work)
            .await
            .unwrap();
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
        assert!(found.is_some());
    });
    // The feed does not live on what servers forget.
    assert_counted(&store, &BTreeSet::from([0, 1, 2]));
}

#[test]
fn a_commit_needs_no_old_revision() {
    let server = Etcd::start().unwrap();
    let store = support::create(&format!("etcd://{}", server.host()), Options::default());
    let policy = RetryPolicy::new(1);
    count(&store, &policy, 0).unwrap();
    let attempts = AtomicUsize::new(0);
    let (server, attempts) = (&server, &attempts);
    let work = |tx: Tx| async move {
        let found = tx.get(&key("counter", 0)).await?;
        attempts.fetch_add(1, Ordering::SeqCst);
        server.ctl(&["put", "somebody", "else"]).unwrap();
        compact(server);
        tx.put(key("done", 9), found.unwrap())?;
        Ok::<_, StoreError>(())
    };
    pollster::block_on(transact(&store, &policy, work)).unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
}
