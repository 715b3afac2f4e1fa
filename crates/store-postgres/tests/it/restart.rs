//! The server is killed while it is written to, and started again.

use crate::support::{self, assert_counted, count, counted};
use atlas_store::RetryPolicy;
use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::{Postgres, until};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// How many keys are counted by four threads, and after how many of them the server is killed.
const COUNTED: u64 = 120;
const KILLED_AFTER: [u64; 2] = [20, 70];

/// Waits for as long as a server may take to be there again.
fn patient(seed: u128) -> RetryPolicy {
    RetryPolicy::new(seed)
        .with_attempts(u32::MAX)
        .with_deadline(Duration::from_mins(2))
}

#[test]
fn every_acknowledged_commit_survives_a_server_that_is_killed_twice() {
    let server = Postgres::start().unwrap();
    let store = support::create(&server.url(), Options::default());
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for seed in 1..=4 {
            let (store, next) = (&store, &next);
            scope.spawn(move || {
                let policy = patient(seed);
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= COUNTED {
                        return;
                    }
                    count(store, &policy, number).unwrap();
                }
            });
        }
        for after in KILLED_AFTER {
            let enough = || next.load(Ordering::SeqCst) >= after;
            assert!(until(Duration::from_mins(3), enough));
            server.kill().unwrap();
            server.start_again().unwrap();
        }
    });
    assert_counted(&store, &(0..COUNTED).collect());
}

#[test]
fn the_kill_shows_a_server_that_acknowledges_before_it_flushes() {
    let server = Postgres::start_with(&[
        "synchronous_commit=off",
        "wal_writer_delay=10s",
        "wal_writer_flush_after=1GB",
    ]);
    let server = server.unwrap();
    let store = support::create(&server.url(), Options::default());
    let numbers: BTreeSet<u64> = (0..50).collect();
    let policy = patient(1);
    for number in &numbers {
        count(&store, &policy, *number).unwrap();
    }
    assert_counted(&store, &numbers);
    server.kill().unwrap();
    server.start_again().unwrap();
    // What the killed server has left is not to be waited for through its connections.
    drop(store);
    let store = pollster::block_on(PostgresStore::open(&server.url())).unwrap();
    let seen = counted(&store, &numbers).unwrap_err();
    assert!(seen.contains("not to 50"), "{seen}");
}
