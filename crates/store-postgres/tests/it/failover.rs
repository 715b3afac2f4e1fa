//! The primary is killed and a replica leads.

use crate::support::{self, assert_counted, count, counted};
use atlas_store::{RetryPolicy, StoreError};
use atlas_store_conformance::{Harness, Lack, run};
use atlas_store_postgres::Options;
use atlas_test_servers::PostgresCluster;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// How many keys are counted by four threads, and after how many the primary is killed.
const COUNTED: u64 = 400;
const KILLED_AFTER: u64 = 100;

#[test]
fn every_acknowledged_commit_survives_a_failover() {
    let cluster = PostgresCluster::start().unwrap();
    let store = support::create(&cluster.url(), Options::default());
    let (next, acknowledged) = (AtomicU64::new(0), Mutex::new(BTreeSet::new()));
    thread::scope(|scope| {
        for seed in 1..=4 {
            let (store, next, acknowledged) = (&store, &next, &acknowledged);
            scope.spawn(move || {
                // As long as a replica may take to lead.
                let policy = RetryPolicy::new(seed)
                    .with_attempts(u32::MAX)
                    .with_deadline(Duration::from_mins(2));
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= COUNTED {
                        return;
                    }
                    count(store, &policy, number).unwrap();
                    acknowledged.lock().unwrap().insert(number);
                }
            });
        }
        let enough = || next.load(Ordering::SeqCst) >= KILLED_AFTER;
        assert!(atlas_test_servers::until(Duration::from_mins(3), enough));
        cluster.fail_over().unwrap();
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged, (0..COUNTED).collect());
    assert_counted(&store, &acknowledged);
}

#[test]
fn the_failover_shows_a_primary_that_waits_for_no_replica() {
    let cluster = PostgresCluster::start_unsure().unwrap();
    let store = support::create(&cluster.url(), Options::default());
    let policy = RetryPolicy::new(1)
        .with_attempts(u32::MAX)
        .with_deadline(Duration::from_mins(2));
    count(&store, &policy, 0).unwrap();
    cluster.catch_up().unwrap();
    cluster.cut_off().unwrap();
    count(&store, &policy, 1).unwrap();
    cluster.fail_over().unwrap();
    count(&store, &policy, 2).unwrap();
    let seen = counted(&store, &BTreeSet::from([0, 1, 2])).unwrap_err();
    assert!(seen.contains("counted to 2, not to 3"), "{seen}");
}

#[test]
fn the_suite_passes_through_a_failover() {
    let cluster = PostgresCluster::start().unwrap();
    let opened = AtomicUsize::new(0);
    let harness = Harness::new(move || {
        // In the middle of the checks, the server of all the stores before is gone.
        if opened.fetch_add(1, Ordering::SeqCst) == 20 {
            cluster.fail_over().unwrap();
        }
        let mut options = Options::default();
        options.feed_retention = 250;
        let url = format!("{}&schema={}", cluster.url(), support::schema());
        Ok::<_, StoreError>(Arc::new(support::create(&url, options)))
    })
    .with_feed_retention(281)
    .with_rounds(10)
    .without(Lack::PushFeed);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
}
