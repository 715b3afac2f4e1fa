//! What servers take, and what a store says of it.

use crate::support::{self, key};
use atlas_store::{
    Commit, CommitToken, Key, KeyRange, Limit, Page, Partition, ReadSet, Store, StoreError, Write,
};
use atlas_store_conformance::{Harness, Lack, run};
use atlas_store_etcd::{EtcdStore, OpenError, Options};
use atlas_test_servers::Etcd;
use std::sync::{Arc, LazyLock};

/// A server with the limits that it has when it is told none.
static PLAIN: LazyLock<Etcd> = LazyLock::new(|| Etcd::start().unwrap());

fn plain(options: &str) -> String {
    format!("etcd://{}/{}?{options}", PLAIN.host(), support::prefix())
}

fn create(url: &str) -> Result<EtcdStore, OpenError> {
    pollster::block_on(EtcdStore::create(url))
}

#[test]
fn the_suite_passes_on_a_server_with_its_own_limits() {
    let harness = Harness::new(|| {
        let mut options = Options::default();
        options.feed_retention = 250;
        Ok(Arc::new(support::create(&plain(""), options)))
    })
    .with_feed_retention(281)
    .with_rounds(10)
    .without(Lack::LargeCommits);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
}

#[test]
fn more_than_the_servers_take_is_refused_when_a_store_is_opened() {
    let wide = support::url();
    let wide = wide.split_once('?').unwrap().0;
    for (url, operations, bytes) in [
        (plain(""), true, true),
        (plain("operations=128&commit=1536KiB"), true, true),
        (plain("operations=129"), false, true),
        (plain("commit=1537KiB"), true, false),
        (format!("{wide}?operations=4096&commit=8MiB"), true, true),
        (format!("{wide}?operations=4097&commit=8MiB"), false, true),
        (
            format!("{wide}?operations=4096&commit=8193KiB"),
            true,
            false,
        ),
    ] {
        let (is_taken, named) = match create(&url) {
            Ok(_) => (true, String::new()),
            Err(error @ OpenError::Operations { asked, .. }) => {
                assert!(!operations, "{url}: {error}");
                let named = format!("--max-txn-ops {asked}");
                (false, error.to_string().replace(&named, ""))
            }
            Err(error @ OpenError::RequestBytes { asked, .. }) => {
                assert!(!bytes, "{url}: {error}");
                let named = format!("--max-request-bytes {asked}");
                (false, error.to_string().replace(&named, ""))
            }
            Err(error) => panic!("{url}: {error}"),
        };
        assert_eq!(is_taken, operations && bytes, "{url}");
        assert!(!named.contains("--max"), "{named}");
    }
}

#[test]
fn looking_for_limits_leaves_nothing_behind() {
    // What a refused store would write is below its prefix.
    let url = plain("operations=129");
    create(&url).unwrap_err();
    let prefix = url.split('/').nth(3).unwrap().split('?').next().unwrap();
    let found = PLAIN.ctl(&["get", "--prefix", "--keys-only", prefix]);
    assert_eq!(found.unwrap(), "");
}

/// As many keys as long as they can be.
fn longest(account: &Partition, count: usize) -> Vec<Key> {
    let key = |number: usize| {
        let number = u64::try_from(number).unwrap() + 100_000;
        let mut key = Key::builder(account, "longest").u64(number);
        for _ in 0..5 {
            key = key.text(&"x".repeat(96));
        }
        key.build().unwrap()
    };
    (0..count).map(key).collect()
}

async fn write(
    store: &dyn Store,
    reads: ReadSet,
    keys: &[Key],
    bytes: usize,
) -> Result<(), StoreError> {
    static TOKENS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let token = TOKENS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let each = vec![b'1'; bytes];
    let write = |key: &Key| Write::Put {
        key: key.clone(),
        value: each.as_slice().into(),
    };
    let commit = Commit {
        reads,
        writes: keys.iter().map(write).collect(),
        token: CommitToken::from_u128(u128::from(token)),
    };
    store.snapshot().await?.commit(commit).await.map(drop)
}

#[test]
fn a_commit_that_exhausts_every_limit_is_taken() {
    for store in [
        create(&plain("")).unwrap(),
        create(&support::url()).unwrap(),
    ] {
        let most = store.capability().max_operations.unwrap();
        let bytes = store.capability().max_commit_bytes.unwrap();
        let keys = longest(&support::account(), most);
        let of_keys: usize = keys.iter().map(|key| key.as_str().len()).sum();
        assert!(of_keys > most * 500, "{of_keys}");
        let each = (bytes - of_keys) / most;
        pollster::block_on(async {
            write(&store, ReadSet::default(), &keys, each)
                .await
                .unwrap();
            // With all of them read as well.
            let snapshot = store.snapshot().await.unwrap();
            let found = snapshot.get(&keys).await.unwrap();
            let versions = found
                .iter()
                .map(|entry| Some(entry.as_ref().unwrap().version));
            let reads = ReadSet {
                keys: keys.iter().cloned().zip(versions).collect(),
                ranges: Vec::new(),
            };
            let commit = |reads| Commit {
                reads,
                writes: vec![Write::Put {
                    key: key("sum", 1),
                    value: b"1".as_slice().into(),
                }],
                token: CommitToken::from_u128(u128::MAX),
            };
            snapshot.commit(commit(reads)).await.unwrap();
            let error = write(&store, ReadSet::default(), &keys, each + 1).await;
            let error = error.unwrap_err();
            let is_named = matches!(
                error,
                StoreError::TooLarge {
                    what: Limit::CommitBytes,
                    ..
                }
            );
            assert!(is_named || each * most + most + of_keys <= bytes, "{error}");
        });
    }
}

/// A commit that has read more than one transaction can compare.
#[test]
fn much_that_was_read_is_guarded_all_the_same() {
    let store = create(&plain("")).unwrap();
    let (account, other) = (support::account(), Partition::account("other").unwrap());
    let keys: Vec<Key> = (0..100).map(|number| key("much", number)).collect();
    let elsewhere = Key::builder(&other, "much").build().unwrap();
    pollster::block_on(async {
        write(&store, ReadSet::default(), &keys, 1).await.unwrap();
        let read = async || {
            let snapshot = store.snapshot().await.unwrap();
            let found = snapshot.get(&keys).await.unwrap();
            let versions = found
                .iter()
                .map(|entry| entry.as_ref().map(|entry| entry.version));
            let only = keys.iter().map(KeyRange::only).take(28);
            let reads = ReadSet {
                keys: keys.iter().cloned().zip(versions).collect(),
                ranges: only.collect(),
            };
            (snapshot, reads)
        };
        let commit = |token, reads: &ReadSet, key: &Key| Commit {
            reads: reads.clone(),
            writes: vec![Write::Put {
                key: key.clone(),
                value: b"2".as_slice().into(),
            }],
            token: CommitToken::from_u128(u128::MAX - token),
        };
        // Nothing has moved.
        let (snapshot, reads) = read().await;
        snapshot.commit(commit(1, &reads, &keys[7])).await.unwrap();
        // What is written elsewhere does not matter.
        let (snapshot, reads) = read().await;
        write(&store, ReadSet::default(), &[elsewhere], 1)
            .await
            .unwrap();
        snapshot.commit(commit(2, &reads, &keys[7])).await.unwrap();
        // What was read has moved.
        let (snapshot, reads) = read().await;
        write(&store, ReadSet::default(), &keys[3..4], 1)
            .await
            .unwrap();
        let outcome = snapshot.commit(commit(3, &reads, &keys[7])).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
        // Across all partitions.
        let (snapshot, mut reads) = read().await;
        let all = KeyRange::all();
        snapshot.range(&all, Page::first(1)).await.unwrap();
        reads.ranges = vec![KeyRange::new("", "~"), all];
        let new = Key::builder(&Partition::account("new").unwrap(), "much");
        let new = new.build().unwrap();
        write(&store, ReadSet::default(), &[new], 1).await.unwrap();
        let outcome = snapshot.commit(commit(4, &reads, &keys[7])).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
        assert_eq!(account, support::account());
    });
}
