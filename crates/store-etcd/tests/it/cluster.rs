//! Three servers, of which one may fail.

use crate::support::{self, WIDE, assert_counted, count};
use atlas_store::{RetryPolicy, StoreError};
use atlas_store_conformance::{Harness, run};
use atlas_store_etcd::{EtcdStore, OpenError, Options};
use atlas_test_servers::{EtcdCluster, until};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// How many keys are counted by four threads, and after how many the leader is killed.
const COUNTED: u64 = 400;
const KILLED_AFTER: u64 = 100;

/// How long a cluster on a busy machine may take to have another leader.
const PATIENCE: Duration = Duration::from_mins(5);

fn url(cluster: &EtcdCluster) -> String {
    format!("etcd://{}/{}?{WIDE}", cluster.hosts(), support::prefix())
}

#[test]
fn every_acknowledged_commit_survives_its_leader() {
    let cluster = EtcdCluster::start().unwrap();
    let url = url(&cluster);
    let store = support::create(&url, Options::default());
    let (next, acknowledged) = (AtomicU64::new(0), Mutex::new(BTreeSet::new()));
    let killed = thread::scope(|scope| {
        for seed in 1..=4 {
            let (store, next, acknowledged) = (&store, &next, &acknowledged);
            scope.spawn(move || {
                // As long as another may take to lead.
                let policy = RetryPolicy::new(seed)
                    .with_attempts(u32::MAX)
                    .with_deadline(PATIENCE);
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
        assert!(until(PATIENCE, enough));
        cluster.kill_leader().unwrap()
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged, (0..COUNTED).collect());
    assert_counted(&store, &acknowledged);
    // The member that was killed comes back, learns what it missed, and leads perhaps.
    killed.start_again().unwrap();
    cluster.kill_leader().unwrap();
    let opened = || pollster::block_on(EtcdStore::open(&url)).ok();
    let mut store = None;
    assert!(until(PATIENCE, || {
        store = opened();
        store.is_some()
    }));
    assert_counted(&store.unwrap(), &acknowledged);
}

#[test]
fn the_suite_passes_on_three_servers_of_which_one_fails() {
    let cluster = EtcdCluster::start().unwrap();
    let opened = AtomicUsize::new(0);
    let harness = Harness::new(move || {
        // In the middle of the checks, the leader of all the stores before is gone.
        if opened.fetch_add(1, Ordering::SeqCst) == 20 {
            cluster.kill_leader().unwrap();
        }
        let mut options = Options::default();
        options.feed_retention = 250;
        // Until another leads, no store can be made.
        let mut made = None;
        let settled = until(PATIENCE, || {
            let url = url(&cluster);
            let create = EtcdStore::create_with(&url, options.clone());
            made = Some(pollster::block_on(create));
            !matches!(made, Some(Err(OpenError::Unreachable { .. })))
        });
        assert!(settled, "{made:?}");
        Ok::<_, StoreError>(Arc::new(made.unwrap().unwrap()))
    })
    .with_feed_retention(281)
    .with_rounds(10);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
}
