//! Connections that end at the worst moments.

use crate::{
    proxy::{Fault, Proxy},
    support::{self, WIDE, account, assert_counted, count, key},
};
use atlas_store::{
    Commit, CommitToken, FeedPosition, ReadSet, RetryPolicy, Store, StoreError, Tx, Write, transact,
};
use atlas_store_etcd::{EtcdStore, Options};
use atlas_test_servers::Etcd;
use std::{collections::BTreeSet, thread, time::Duration};

/// A store behind a proxy.
fn behind_a_proxy() -> (EtcdStore, Proxy) {
    let server = Etcd::shared().unwrap();
    let prefix = support::prefix();
    // Only what writes has the places of feeds in it.
    let proxy = Proxy::before(server.port(), &format!("{prefix}/f/"));
    let url = format!("etcd://127.0.0.1:{}/{prefix}?{WIDE}", proxy.port());
    (support::create(&url, Options::default()), proxy)
}

fn put_one(token: u128) -> Commit {
    let write = Write::Put {
        key: key("one", 1),
        value: b"1".as_slice().into(),
    };
    Commit {
        reads: ReadSet::default(),
        writes: vec![write],
        token: CommitToken::from_u128(token),
    }
}

async fn commit(store: &dyn Store, token: u128) -> Result<(), StoreError> {
    let snapshot = store.snapshot().await?;
    snapshot.commit(put_one(token)).await.map(drop)
}

async fn head(store: &dyn Store) -> u64 {
    let account = account();
    let page = store.feed(&account, FeedPosition::START, 0).await;
    page.unwrap().head.as_u64()
}

#[test]
fn what_a_lost_connection_means_depends_on_the_moment() {
    let (store, proxy) = behind_a_proxy();
    pollster::block_on(async {
        proxy.plan([Fault::CutBefore]);
        let outcome = commit(&store, 1).await;
        assert!(matches!(outcome, Err(StoreError::UnknownOutcome { .. })));
        assert_eq!(head(&store).await, 0);

        proxy.plan([Fault::CutAfter]);
        let outcome = commit(&store, 2).await;
        assert!(matches!(outcome, Err(StoreError::UnknownOutcome { .. })));
        assert_eq!(head(&store).await, 1);
        // The token tells, and nothing is done twice.
        commit(&store, 2).await.unwrap();
        assert_eq!(head(&store).await, 1);
        // One that was not there yet is free.
        commit(&store, 1).await.unwrap();
        assert_eq!(head(&store).await, 2);
    });
    assert_eq!(proxy.met(), 2);
}

#[test]
fn every_commit_is_there_once_though_connections_break() {
    let (store, proxy) = behind_a_proxy();
    let faults = [
        Fault::None,
        Fault::CutAfter,
        Fault::None,
        Fault::CutBefore,
        Fault::CutAfter,
    ];
    proxy.plan(faults.into_iter().cycle().take(100));
    let numbers: Vec<u64> = thread::scope(|scope| {
        let store = &store;
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn(move || {
                    let policy = RetryPolicy::new(u128::from(thread) + 1)
                        .with_attempts(200)
                        .with_first_wait(Duration::from_micros(10));
                    let numbers = (0..25).map(|round| thread * 100 + round);
                    let counted = numbers.inspect(|number| {
                        count(store, &policy, *number).unwrap();
                    });
                    counted.collect::<Vec<u64>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    });
    assert!(proxy.met() > 50, "{} faults", proxy.met());
    assert_counted(&store, &numbers.into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn a_server_that_starts_again_is_found_again() {
    let server = Etcd::start().unwrap();
    let url = format!("etcd://{}", server.host());
    let store = support::create(&url, Options::default());
    let policy = RetryPolicy::new(1).with_attempts(60);
    count(&store, &policy, 1).unwrap();
    server.kill().unwrap();
    let error = count(&store, &RetryPolicy::new(2).with_attempts(1), 2).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    server.start_again().unwrap();
    count(&store, &policy, 2).unwrap();
    assert_counted(&store, &BTreeSet::from([1, 2]));
}

#[test]
fn processes_that_know_nothing_of_each_other_write_to_one_store() {
    let url = support::url();
    // Each takes turns within itself only.
    let stores = [
        support::create(&url, Options::default()),
        pollster::block_on(EtcdStore::open(&url)).unwrap(),
        pollster::block_on(EtcdStore::open(&url)).unwrap(),
    ];
    thread::scope(|scope| {
        for (store, first) in stores.iter().zip([0, 100, 200]) {
            for half in [first, first + 20] {
                scope.spawn(move || {
                    let policy = RetryPolicy::new(u128::from(half) + 1).with_attempts(200);
                    let once = RetryPolicy::new(u128::from(half) + 1000).with_attempts(1);
                    for number in half..half + 20 {
                        count(store, &policy, number).unwrap();
                        // And one that has read nothing, which nobody may refuse.
                        let key = key("blind", number);
                        let blind = |tx: Tx| {
                            let key = key.clone();
                            async move { tx.put(key, b"1".to_vec()) }
                        };
                        let put = transact::<_, _, _, StoreError>(store, &once, blind);
                        pollster::block_on(put).unwrap();
                    }
                });
            }
        }
    });
    let account = account();
    let feed = stores[0].feed(&account, FeedPosition::START, usize::MAX);
    let feed = pollster::block_on(feed).unwrap();
    let places = feed.entries.iter().map(|entry| entry.position.as_u64());
    assert!(places.eq(1..=240), "{}", feed.entries.len());
}
