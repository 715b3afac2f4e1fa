//! What is there after the store was closed, or was not.

use crate::support::{commit, commit_as, everything, get, key, put};
use atlas_store::{CommitToken, FeedPosition, Partition, Store as _, StoreError};
use atlas_store_redb::{MemoryBackend, Options, RedbStore};

#[test]
fn keeps_everything_over_a_close() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    let token = CommitToken::from_u128(77 << 64);
    let store = RedbStore::create(&path).unwrap();
    commit(&store, vec![put(&key("a"), "1"), put(&key("b"), "2")]).unwrap();
    let first = commit_as(&store, vec![put(&key("a"), "3")], token).unwrap();
    let feed = |store: &RedbStore| {
        pollster::block_on(store.feed(&Partition::global(), FeedPosition::START, 10)).unwrap()
    };
    let (rows, entries) = (everything(&store).unwrap(), feed(&store));
    drop(store);

    let store = RedbStore::open(&path).unwrap();
    assert_eq!(everything(&store).unwrap(), rows);
    assert_eq!(feed(&store), entries);
    let again = commit_as(&store, vec![put(&key("a"), "4")], token).unwrap();
    assert_eq!(again, first, "the token outlives the process");
    let next = commit(&store, vec![put(&key("a"), "5")]).unwrap();
    assert_eq!(
        next.positions[&Partition::global()],
        FeedPosition::from_u64(3)
    );
    assert!(next.id != first.id);
}

#[test]
fn versions_go_on_after_a_reopen() {
    let backend = MemoryBackend::new();
    let version = |store: &RedbStore| {
        pollster::block_on(async {
            let snapshot = store.snapshot().await.unwrap();
            snapshot.get(&[key("a")]).await.unwrap()[0]
                .as_ref()
                .unwrap()
                .version
        })
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let store = RedbStore::with_backend(backend.clone()).unwrap();
        commit(&store, vec![put(&key("a"), "same")]).unwrap();
        assert!(seen.insert(version(&store)));
    }
}

#[test]
fn repairs_what_a_stop_in_the_middle_left() {
    let backend = MemoryBackend::new();
    let store = RedbStore::with_backend(backend.clone()).unwrap();
    for round in 0..50 {
        commit(&store, vec![put(&key(&round.to_string()), "1")]).unwrap();
    }
    // The bytes as they are while the store is open: what a killed process leaves.
    let left = MemoryBackend::from_bytes(backend.to_bytes());
    let report = RedbStore::check_backend(left.clone()).unwrap();
    assert!(report.is_sound() && !report.closed_well, "{report:?}");
    assert_eq!(
        left.to_bytes(),
        backend.to_bytes(),
        "a check changes nothing"
    );
    let repaired = RedbStore::with_backend(left.clone()).unwrap();
    assert_eq!(everything(&repaired).unwrap(), everything(&store).unwrap());
    commit(&repaired, vec![put(&key("more"), "1")]).unwrap();
    drop(repaired);
    let report = RedbStore::check_backend(left).unwrap();
    assert!(report.is_sound() && report.closed_well, "{report:?}");
    assert_eq!(
        (report.entries, report.partitions, report.feed_entries),
        (51, 1, 51)
    );
    assert_eq!(report.commits, 51);
}

#[test]
fn opens_without_a_repair_where_asked_to() {
    let backend = MemoryBackend::new();
    let mut options = Options::default();
    options.quick_repair = true;
    let store = RedbStore::with_backend_and(backend.clone(), options).unwrap();
    commit(&store, vec![put(&key("a"), "1")]).unwrap();
    let left = MemoryBackend::from_bytes(backend.to_bytes());
    assert!(RedbStore::check_backend(left.clone()).unwrap().closed_well);
    assert_eq!(
        get(&RedbStore::with_backend(left).unwrap(), &key("a"))
            .unwrap()
            .unwrap(),
        "1"
    );
}

#[test]
fn feed_and_tokens_are_cut_by_count() {
    let backend = MemoryBackend::new();
    let mut options = Options::default();
    (options.feed_retention, options.token_retention) = (8, 16);
    let store = RedbStore::with_backend_and(backend.clone(), options).unwrap();
    let token = CommitToken::from_u128(5 << 64);
    commit_as(&store, vec![put(&key("k"), "first")], token).unwrap();
    // Rows go an eighth at a time.
    for _ in 0..17 {
        commit(&store, vec![put(&key("k"), "x")]).unwrap();
    }
    commit_as(&store, vec![put(&key("k"), "again")], token).unwrap();
    assert_eq!(
        get(&store, &key("k")).unwrap().unwrap(),
        "x",
        "the token is still kept"
    );
    commit(&store, vec![put(&key("k"), "x")]).unwrap();
    commit_as(&store, vec![put(&key("k"), "again")], token).unwrap();
    assert_eq!(
        get(&store, &key("k")).unwrap().unwrap(),
        "again",
        "the token is forgotten"
    );
    drop(store);
    let report = RedbStore::check_backend(backend).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.feed_entries, report.commits), (8, 17));
}

#[test]
fn a_store_that_is_gone_says_so() {
    let store = RedbStore::with_backend(MemoryBackend::new()).unwrap();
    let snapshot = pollster::block_on(store.snapshot()).unwrap();
    let late = pollster::block_on(store.snapshot()).unwrap();
    drop(store);
    let outcome = pollster::block_on(snapshot.get(&[key("a")]));
    assert!(matches!(outcome, Err(StoreError::Closed)), "{outcome:?}");
    let commit = atlas_store::Commit {
        reads: atlas_store::ReadSet::default(),
        writes: vec![put(&key("a"), "1")],
        token: CommitToken::from_u128(1),
    };
    let outcome = pollster::block_on(late.commit(commit));
    assert!(matches!(outcome, Err(StoreError::Closed)), "{outcome:?}");
}

#[test]
fn a_held_snapshot_does_not_keep_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    let store = RedbStore::create(&path).unwrap();
    let held = pollster::block_on(store.snapshot()).unwrap();
    drop(store);
    RedbStore::open(&path).unwrap();
    drop(held);
}

#[test]
fn a_snapshot_held_for_long_still_meets_every_change() {
    let store = RedbStore::with_backend(MemoryBackend::new()).unwrap();
    let snapshots: Vec<_> = (0..2)
        .map(|_| pollster::block_on(store.snapshot()).unwrap())
        .collect();
    commit(&store, vec![put(&key("once"), "1")]).unwrap();
    // Enough to have what is remembered made smaller.
    for round in 0..5_000 {
        commit(&store, vec![put(&key("often"), &round.to_string())]).unwrap();
    }
    for (snapshot, name) in snapshots.into_iter().zip(["once", "often"]) {
        let mut reads = atlas_store::ReadSet::default();
        reads.keys.insert(key(name), None);
        let commit = atlas_store::Commit {
            reads,
            writes: vec![put(&key("late"), "1")],
            token: CommitToken::from_u128(3 << 64),
        };
        let outcome = pollster::block_on(snapshot.commit(commit));
        assert!(
            matches!(outcome, Err(StoreError::Conflict)),
            "{name}: {outcome:?}"
        );
    }
}
