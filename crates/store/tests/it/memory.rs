//! What the memory store does beyond the contract of every store.

use crate::support::{key, memory, space, write};
use atlas_store::{
    Capability, Commit, CommitToken, Limit, MemoryStore, Page, ReadSet, RetryPolicy, Store,
    StoreError, SystemTimer, Timer, Write,
};
use pollster::block_on;
use std::time::Duration;

#[test]
fn old_versions_live_as_long_as_a_snapshot_needs_them() {
    block_on(async {
        let (store, _) = memory();
        let policy = RetryPolicy::new(1);
        write(&store, &policy, &[("a", Some("1")), ("b", Some("1"))]).await;
        let early = store.snapshot().await.unwrap();
        for _ in 0..3 {
            write(&store, &policy, &[("a", Some("2")), ("b", None)]).await;
        }
        let late = store.snapshot().await.unwrap();
        write(&store, &policy, &[("a", None), ("c", Some("3"))]).await;
        let names = async |snapshot: &dyn atlas_store::Snapshot| {
            let slice = snapshot.range(&space(), Page::first(9)).await.unwrap();
            slice
                .entries
                .into_iter()
                .map(|(_, entry)| entry.value[0])
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&*early).await, b"11");
        assert_eq!(names(&*late).await, b"2");
        assert_eq!(names(&*store.snapshot().await.unwrap()).await, b"3");
        drop(early);
        assert_eq!(names(&*late).await, b"2");
        assert!(store.old_versions() > 0);
        drop(late);
        assert_eq!(store.old_versions(), 0);
    });
}

#[test]
fn a_version_never_returns() {
    block_on(async {
        let (store, _) = memory();
        let policy = RetryPolicy::new(1);
        let version = async || {
            let found = store
                .snapshot()
                .await
                .unwrap()
                .get(&[key("a")])
                .await
                .unwrap();
            found[0].as_ref().map(|entry| entry.version)
        };
        let mut seen = Vec::new();
        for value in [Some("1"), None, Some("1"), Some("1")] {
            write(&store, &policy, &[("a", value)]).await;
            seen.extend(version().await);
        }
        assert_eq!(seen.len(), 3);
        seen.dedup();
        assert_eq!(seen.len(), 3);
    });
}

#[test]
fn the_limited_form_has_the_limits_it_states() {
    let store = MemoryStore::limited();
    let capability = store.capability();
    assert_eq!(
        capability.max_operations,
        Some(MemoryStore::LIMITED_OPERATIONS)
    );
    assert_eq!(
        capability.max_commit_bytes,
        Some(MemoryStore::LIMITED_BYTES)
    );
    let put = |count: usize, bytes: usize| {
        let writes = (0..count).map(|n| Write::Put {
            key: key(&format!("{n:03}")),
            value: vec![b'1'; bytes].into(),
        });
        let commit = Commit {
            reads: ReadSet::default(),
            writes: writes.collect(),
            token: RetryPolicy::new((count << 32 | bytes) as u128).token(),
        };
        block_on(async { store.snapshot().await?.commit(commit).await })
    };
    assert!(put(128, 8000).is_ok());
    assert!(put(1, 1 << 20).is_err()); // the key counts too
    assert!(put(129, 1).is_err());
    assert!(put(128, 8200).is_err());
}

#[test]
fn limits_are_those_of_the_capability() {
    block_on(async {
        let mut capability = Capability::new("small");
        capability.max_value_bytes = 4;
        capability.max_operations = Some(2);
        capability.max_commit_bytes = Some(20);
        let store = MemoryStore::new().with_capability(capability);
        let commit = async |writes: Vec<(&str, &str)>| {
            let writes = writes
                .into_iter()
                .map(|(name, value)| Write::Put {
                    key: key(name),
                    value: value.as_bytes().into(),
                })
                .collect();
            let token = CommitToken::from_u128(1);
            let commit = Commit {
                reads: ReadSet::default(),
                writes,
                token,
            };
            match store
                .snapshot()
                .await
                .unwrap()
                .commit(commit)
                .await
                .unwrap_err()
            {
                StoreError::TooLarge { what, limit, found } => (what, limit, found),
                other => panic!("{other}"),
            }
        };
        assert_eq!(
            commit(vec![("a", "12345")]).await,
            (Limit::ValueBytes, 4, 5)
        );
        let three = vec![("a", ""), ("b", ""), ("c", "")];
        assert_eq!(commit(three).await, (Limit::Operations, 2, 3));
        let two = vec![("a", "123"), ("b", "123")];
        assert_eq!(commit(two).await, (Limit::CommitBytes, 20, 22));
    });
}

#[test]
fn tokens_are_forgotten_in_the_end() {
    block_on(async {
        let (store, _) = memory();
        let store = store.with_token_retention(1);
        let commit = async |token| {
            let commit = Commit {
                reads: ReadSet::default(),
                writes: vec![Write::Delete { key: key("a") }],
                token: CommitToken::from_u128(token),
            };
            store
                .snapshot()
                .await
                .unwrap()
                .commit(commit)
                .await
                .unwrap()
                .id
        };
        let first = commit(1).await;
        assert_eq!(commit(1).await, first);
        let second = commit(2).await;
        assert_eq!(commit(2).await, second);
        assert_ne!(commit(1).await, first);
    });
}

#[test]
fn the_machines_timer_waits() {
    block_on(SystemTimer.sleep(Duration::from_micros(1)));
    block_on(MemoryStore::new().sleep(Duration::ZERO)).unwrap();
}
