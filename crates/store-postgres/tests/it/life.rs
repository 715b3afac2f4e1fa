//! Connections, locks and tokens, and when they go.

use crate::support::{self, account, assert_counted, connections, count, key};
use atlas_store::{
    Commit, CommitToken, FeedPosition, ReadSet, RetryPolicy, Store, StoreError, Write,
};
use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::{Postgres, until};
use std::{
    collections::BTreeSet,
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

fn put(token: u128, value: &[u8]) -> Commit {
    Commit {
        reads: ReadSet::default(),
        writes: vec![Write::Put {
            key: key("one", 1),
            value: value.into(),
        }],
        token: CommitToken::from_u128(token),
    }
}

async fn commit(store: &dyn Store, token: u128) -> Result<(), StoreError> {
    let snapshot = store.snapshot().await?;
    snapshot.commit(put(token, b"1")).await.map(drop)
}

/// A store with connections that carry a name of their own.
fn named(name: &str, pool: usize, wait: Duration) -> PostgresStore {
    let url = format!("{}&pool={pool}&application_name={name}", support::url());
    let mut options = Options::default();
    options.pool_wait = wait;
    support::create(&url, options)
}

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_pool_that_is_used_up_waits_and_then_says_so() {
    let store = named("used_up", 2, Duration::from_millis(50));
    pollster::block_on(async {
        let one = store.snapshot().await.unwrap();
        let two = store.snapshot().await.unwrap();
        let none = store.snapshot().await;
        let Err(StoreError::Unavailable { source: Some(why) }) = none else {
            panic!("a third snapshot of two");
        };
        assert_eq!(
            why.to_string(),
            "all 2 connections of the pool are in use: let go of snapshots, or give a larger `pool`"
        );
        assert_eq!(connections("used_up", "idle in transaction"), "2");
        // A commit goes on the connection of its snapshot.
        one.commit(put(1, b"1")).await.unwrap();
        drop(store.snapshot().await.unwrap());
        drop(two);
    });
    let idle = || connections("used_up", "idle in transaction") == "0";
    assert!(
        until(SOON, idle),
        "a snapshot that is dropped ends its transaction"
    );
}

#[test]
fn snapshots_that_are_dropped_leave_their_connections() {
    let store = named("dropped", 1, SOON);
    pollster::block_on(async {
        for token in 1..=50 {
            drop(store.snapshot().await.unwrap());
            // Neither does a call that nobody waits for.
            let mut snapshot = store.snapshot();
            let _ = snapshot
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            drop(snapshot);
            commit(&store, token).await.unwrap();
        }
    });
    assert_eq!(connections("dropped", "%"), "1");
}

#[test]
fn a_commit_that_nobody_waits_for_comes_to_its_end() {
    let store = named("alone", 4, SOON);
    pollster::block_on(async {
        for token in 1..=20 {
            let snapshot = store.snapshot().await.unwrap();
            let mut commit = pin!(snapshot.commit(put(token, b"1")));
            let _ = commit
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
        }
    });
    let head = || {
        let account = account();
        let page = pollster::block_on(store.feed(&account, FeedPosition::START, 0));
        page.unwrap().head.as_u64()
    };
    assert!(until(SOON, || head() == 20), "{}", head());
    assert_eq!(connections("alone", "idle in transaction"), "0");
}

#[test]
fn a_store_that_is_dropped_finishes_and_is_closed() {
    let url = support::url();
    let store = support::create(&url, Options::default());
    let (snapshot, other) = pollster::block_on(async {
        let snapshots = (
            store.snapshot().await.unwrap(),
            store.snapshot().await.unwrap(),
        );
        let third = store.snapshot().await.unwrap();
        let mut commit = pin!(third.commit(put(1, b"1")));
        let _ = commit
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        snapshots
    });
    drop(store);
    pollster::block_on(async {
        let read = snapshot.get(&[key("one", 1)]).await;
        assert!(matches!(read, Err(StoreError::Closed)));
        let written = other.commit(put(2, b"1")).await;
        assert!(matches!(written, Err(StoreError::Closed)));
        let store = PostgresStore::open(&url).await.unwrap();
        let account = account();
        let page = store.feed(&account, FeedPosition::START, 0).await.unwrap();
        assert_eq!(page.head.as_u64(), 1);
    });
}

#[test]
fn values_are_text() {
    let store = support::create(&support::url(), Options::default());
    pollster::block_on(async {
        for value in [b"\xff".as_slice(), b"a\0b"] {
            let snapshot = store.snapshot().await.unwrap();
            let outcome = snapshot.commit(put(1, value)).await;
            assert!(matches!(outcome, Err(StoreError::Unsupported { .. })));
        }
        let snapshot = store.snapshot().await.unwrap();
        snapshot.commit(put(1, "\u{1}é€".as_bytes())).await.unwrap();
        let snapshot = store.snapshot().await.unwrap();
        let found = snapshot.get(&[key("one", 1)]).await.unwrap();
        assert_eq!(&*found[0].as_ref().unwrap().value, "\u{1}é€".as_bytes());
    });
}

#[test]
fn tokens_are_kept_for_a_day_of_the_server() {
    let url = support::url();
    let store = support::create(&url, Options::default());
    let schema = url.split_once("schema=").unwrap().1;
    let server = Postgres::shared().unwrap();
    let sql = |text: &str| {
        server
            .query(&format!("SET search_path TO {schema}; {text}"))
            .unwrap()
    };
    pollster::block_on(async {
        for token in 1..=3 {
            commit(&store, token).await.unwrap();
        }
        sql("UPDATE commits SET committed_at = now() - interval '25 hours' WHERE token LIKE '%1'");
        sql("UPDATE commits SET committed_at = now() - interval '23 hours' WHERE token LIKE '%2'");
        // One of those after which others expire.
        commit(&store, 256).await.unwrap();
    });
    let kept = || sql("SELECT count(*) FROM commits");
    assert!(until(SOON, || kept() == "3"), "{}", kept());
}

#[test]
fn two_stores_write_to_one_schema() {
    let url = support::url();
    let one = support::create(&url, Options::default());
    let other = pollster::block_on(PostgresStore::open(&url)).unwrap();
    std::thread::scope(|scope| {
        for (seed, store) in [(1, &one), (2, &other)] {
            scope.spawn(move || {
                let policy = RetryPolicy::new(seed).with_attempts(100);
                for round in 0..30 {
                    let number = u64::try_from(seed).unwrap() * 100 + round;
                    count(store, &policy, number).unwrap();
                }
            });
        }
    });
    let numbers: BTreeSet<u64> = (100..130).chain(200..230).collect();
    assert_counted(&one, &numbers);
    assert_counted(&other, &numbers);
}
