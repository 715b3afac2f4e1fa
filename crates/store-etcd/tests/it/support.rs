//! What several test files use.

use atlas_store::{
    FeedPosition, Key, KeyRange, Page, Partition, RetryPolicy, Store, StoreError, Tx, transact,
};
use atlas_store_etcd::{EtcdStore, Options};
use atlas_test_servers::Etcd;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// The limits of the shared server, as a URL says them.
pub(crate) const WIDE: &str = "operations=4096&commit=8MiB";

/// A URL of the shared server with a prefix that no other test has, and its limits.
pub(crate) fn url() -> String {
    let host = Etcd::shared().unwrap().host();
    format!("etcd://{host}/{}?{WIDE}", prefix())
}

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    static PREFIXES: AtomicU64 = AtomicU64::new(1);
    format!("store-{}", PREFIXES.fetch_add(1, Ordering::Relaxed))
}

/// A new store at a URL.
pub(crate) fn create(url: &str, options: Options) -> EtcdStore {
    pollster::block_on(EtcdStore::create_with(url, options)).unwrap()
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

/// Looks whether exactly these numbers were counted: the counter, a key for each, and a feed with
/// one entry for each and no gap.
#[track_caller]
pub(crate) fn assert_counted(store: &dyn Store, numbers: &BTreeSet<u64>) {
    pollster::block_on(async {
        let snapshot = store.snapshot().await.unwrap();
        let counter = snapshot.get(&[key("counter", 0)]).await.unwrap();
        let counter = counter[0].as_ref().map(|entry| entry.value.to_vec());
        assert_eq!(counter.unwrap(), numbers.len().to_string().into_bytes());
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
        assert_eq!(found, wanted.collect());
        let account = account();
        let feed = store.feed(&account, FeedPosition::START, usize::MAX);
        let feed = feed.await.unwrap();
        let last = u64::try_from(numbers.len()).unwrap();
        assert_eq!(feed.head.as_u64(), last);
        let places = feed.entries.iter().map(|entry| entry.position.as_u64());
        assert!(places.eq(1..=last));
        let commits: BTreeSet<_> = feed.entries.iter().map(|entry| entry.commit).collect();
        assert_eq!(commits.len(), numbers.len());
    });
}
