//! What several test files use.

use atlas_store::{
    Commit, CommitToken, Committed, Key, KeyRange, Page, Partition, ReadSet, Store, StoreError,
    Write,
};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) fn key(name: &str) -> Key {
    Key::builder(&Partition::global(), "test")
        .text(name)
        .build()
        .unwrap()
}

pub(crate) fn put(key: &Key, value: &str) -> Write {
    Write::Put {
        key: key.clone(),
        value: value.as_bytes().into(),
    }
}

/// Commits writes under a token that no other call gives.
pub(crate) fn commit(store: &dyn Store, writes: Vec<Write>) -> Result<Committed, StoreError> {
    static TOKENS: AtomicU64 = AtomicU64::new(1);
    let token = TOKENS.fetch_add(1, Ordering::Relaxed);
    commit_as(store, writes, CommitToken::from_u128(token.into()))
}

pub(crate) fn commit_as(
    store: &dyn Store,
    writes: Vec<Write>,
    token: CommitToken,
) -> Result<Committed, StoreError> {
    let commit = Commit {
        reads: ReadSet::default(),
        writes,
        token,
    };
    pollster::block_on(async { store.snapshot().await?.commit(commit).await })
}

pub(crate) fn get(store: &dyn Store, key: &Key) -> Result<Option<String>, StoreError> {
    pollster::block_on(async {
        let found = store
            .snapshot()
            .await?
            .get(std::slice::from_ref(key))
            .await?;
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Ok(found
            .into_iter()
            .flatten()
            .next()
            .map(|entry| text(&entry.value)))
    })
}

/// Every key and value of a store.
pub(crate) fn everything(store: &dyn Store) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    pollster::block_on(async {
        let snapshot = store.snapshot().await?;
        let mut found = Vec::new();
        let mut rest = Some(KeyRange::all());
        while let Some(range) = rest.take() {
            let slice = snapshot.range(&range, Page::first(500)).await?;
            let rows = slice.entries.into_iter();
            found.extend(rows.map(|(key, entry)| (key.to_string(), entry.value.to_vec())));
            rest = slice.next;
        }
        Ok(found)
    })
}
