//! Connections that end at the worst moments.

use crate::{
    proxy::{Fault, Proxy},
    support::{self, account, assert_counted, count, counted, key},
    weak::{Flaw, Weak},
};
use atlas_store::{
    Commit, CommitToken, FeedPosition, ReadSet, RetryPolicy, Store, StoreError, Write,
};
use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::Postgres;
use std::{collections::BTreeSet, thread, time::Duration};

/// A store behind a proxy.
fn behind_a_proxy() -> (PostgresStore, Proxy) {
    let server = Postgres::shared().unwrap();
    let proxy = Proxy::before(server.port());
    let url = server.url();
    let url = url.replace(&server.port().to_string(), &proxy.port().to_string());
    let url = format!("{url}?sslmode=disable&schema={}", support::schema());
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
    store
        .snapshot()
        .await?
        .commit(put_one(token))
        .await
        .map(drop)
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
        proxy.plan([Fault::CutAtBegin]);
        let outcome = commit(&store, 1).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable { .. })));
        assert_eq!(head(&store).await, 0);

        proxy.plan([Fault::CutBeforeCommit]);
        let outcome = commit(&store, 2).await;
        assert!(matches!(outcome, Err(StoreError::UnknownOutcome { .. })));
        assert_eq!(head(&store).await, 0);

        proxy.plan([Fault::CutAfterCommit]);
        let outcome = commit(&store, 3).await;
        assert!(matches!(outcome, Err(StoreError::UnknownOutcome { .. })));
        assert_eq!(head(&store).await, 1);
        // The token tells, and nothing is done twice.
        commit(&store, 3).await.unwrap();
        assert_eq!(head(&store).await, 1);

        proxy.plan([Fault::Refuse(b"40001")]);
        let outcome = commit(&store, 4).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)));
        proxy.plan([Fault::Refuse(b"40003")]);
        let outcome = commit(&store, 5).await;
        assert!(matches!(outcome, Err(StoreError::UnknownOutcome { .. })));
        assert_eq!(head(&store).await, 1);
    });
    assert_eq!(proxy.met(), 5);
}

/// The faults that commits meet, over and over.
const FAULTS: [Fault; 8] = [
    Fault::None,
    Fault::CutAfterCommit,
    Fault::Refuse(b"40001"),
    Fault::None,
    Fault::CutBeforeCommit,
    Fault::CutAfterCommit,
    Fault::Refuse(b"40P01"),
    Fault::CutAtBegin,
];

/// Counts a hundred numbers in four threads, with so many attempts each.
fn count_all(store: &dyn Store, attempts: u32) -> Result<BTreeSet<u64>, StoreError> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn(move || {
                    let policy = RetryPolicy::new(u128::from(thread) + 1)
                        .with_attempts(attempts)
                        .with_first_wait(Duration::from_micros(10));
                    let numbers = (0..25).map(|round| thread * 100 + round);
                    let counted = numbers.map(|number| {
                        count(store, &policy, number)?;
                        Ok(number)
                    });
                    counted.collect::<Result<BTreeSet<u64>, StoreError>>()
                })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for thread in threads {
            numbers.append(&mut thread.join().unwrap()?);
        }
        Ok(numbers)
    })
}

#[test]
fn every_commit_is_there_once_though_connections_break() {
    let (store, proxy) = behind_a_proxy();
    proxy.plan(FAULTS.into_iter().cycle().take(160));
    let numbers = count_all(&store, 200).unwrap();
    assert!(proxy.met() > 100, "{} faults", proxy.met());
    assert_counted(&store, &numbers);
}

#[test]
fn the_breaks_show_a_store_that_ignores_tokens() {
    let (store, proxy) = behind_a_proxy();
    let store = Weak::new(store, Flaw::IgnoresTokens);
    proxy.plan(FAULTS.into_iter().cycle().take(160));
    let numbers = count_all(&store, 200).unwrap();
    let seen = counted(&store, &numbers).unwrap_err();
    assert!(seen.contains("not to 100"), "{seen}");
}

#[test]
fn the_breaks_show_a_caller_that_does_not_try_again() {
    let (store, proxy) = behind_a_proxy();
    proxy.plan([Fault::Refuse(b"40001")]);
    let seen = count_all(&store, 1).unwrap_err();
    assert!(matches!(seen, StoreError::Conflict), "{seen}");
}

#[test]
fn connections_that_the_server_ends_are_passed_over() {
    let name = "ended";
    let url = format!("{}&application_name={name}", support::url());
    let store = support::create(&url, Options::default());
    let policy = RetryPolicy::new(1).with_attempts(60);
    count(&store, &policy, 1).unwrap();
    // All connections of the pool end; the store notices when it uses one.
    let all =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name";
    let server = Postgres::shared().unwrap();
    let ended = server.query(&format!("{all} = '{name}'")).unwrap();
    assert_ne!(ended, "0");
    count(&store, &policy, 2).unwrap();
    assert_counted(&store, &BTreeSet::from([1, 2]));
}
