//! What several test files use.

use atlas_store::{
    FeedPosition, Key, KeyRange, Page, Partition, RetryPolicy, Store, StoreError, Tx, transact,
};
use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::Postgres;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// A URL of the shared server with a schema that no other test has.
pub(crate) fn url() -> String {
    format!("{}?schema={}", Postgres::shared().unwrap().url(), schema())
}

/// A schema that no other test has.
pub(crate) fn schema() -> String {
    static SCHEMAS: AtomicU64 = AtomicU64::new(1);
    format!("store_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed))
}

/// A new store at a URL.
pub(crate) fn create(url: &str, options: Options) -> PostgresStore {
    pollster::block_on(PostgresStore::create_with(url, options)).unwrap()
}

pub(crate) fn account() -> Partition {
    Partition::account("acme").unwrap()
}

pub(crate) fn key(space: &str, number: u64) -> Key {
    let builder = Key::builder(&account(), space);
    builder.u64(number).build().unwrap()
}

/// Adds one to a counter and puts a key of its own, in one commit. Tells what the counter was.
pub(crate) fn count(
    store: &dyn Store,
    policy: &RetryPolicy,
    number: u64,
) -> Result<u64, StoreError> {
    let work = |tx: Tx| async move {
        let counter = key("counter", 0);
        let found = tx.get(&counter).await?;
        let found: u64 = found.map_or(0, |value| str::from_utf8(&value).unwrap().parse().unwrap());
        tx.put(counter, (found + 1).to_string().into_bytes())?;
        tx.put(key("done", number), found.to_string().into_bytes())?;
        Ok::<_, StoreError>(found)
    };
    pollster::block_on(transact(store, policy, work)).map(|(found, _)| found)
}

/// Whether exactly these numbers were counted: the counter, a key for each, and a feed with one
/// entry for each and no gap; or what is wrong first.
pub(crate) fn counted(store: &dyn Store, numbers: &BTreeSet<u64>) -> Result<(), String> {
    pollster::block_on(async {
        let snapshot = store.snapshot().await.unwrap();
        let counter = snapshot.get(&[key("counter", 0)]).await.unwrap();
        let counter = counter[0].as_ref().map(|entry| entry.value.to_vec());
        let counter = String::from_utf8(counter.unwrap_or_default()).unwrap();
        if counter != numbers.len().to_string() {
            return Err(format!("counted to {counter}, not to {}", numbers.len()));
        }
        let mut found = BTreeSet::new();
        let mut rest = Some(KeyRange::partition(&account()));
        while let Some(range) = rest.take() {
            let slice = snapshot.range(&range, Page::first(500)).await.unwrap();
            let done = slice
                .entries
                .iter()
                .filter(|(key, _)| key.as_str().contains(" done "));
            found.extend(done.map(|(key, _)| key.to_string()));
            rest = slice.next;
        }
        let wanted = numbers
            .iter()
            .map(|number| key("done", *number).to_string());
        let wanted: BTreeSet<_> = wanted.collect();
        if found != wanted {
            let differ: Vec<_> = wanted.symmetric_difference(&found).collect();
            return Err(format!("these are there or not: {differ:?}"));
        }
        let account = account();
        let feed = store.feed(&account, FeedPosition::START, usize::MAX);
        let feed = feed.await.unwrap();
        let last = u64::try_from(numbers.len()).unwrap();
        let places = feed.entries.iter().map(|entry| entry.position.as_u64());
        let commits: BTreeSet<_> = feed.entries.iter().map(|entry| entry.commit).collect();
        if feed.head.as_u64() != last || !places.eq(1..=last) || commits.len() != numbers.len() {
            return Err(format!("the feed is not {last} commits without a gap"));
        }
        Ok(())
    })
}

/// Looks whether exactly these numbers were counted.
#[track_caller]
pub(crate) fn assert_counted(store: &dyn Store, numbers: &BTreeSet<u64>) {
    counted(store, numbers).unwrap();
}

/// How many connections of that name the shared server has in a state.
pub(crate) fn connections(name: &str, state: &str) -> String {
    let server = Postgres::shared().unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name";
    server
        .query(&format!("{sql} = '{name}' AND state LIKE '{state}'"))
        .unwrap()
}
