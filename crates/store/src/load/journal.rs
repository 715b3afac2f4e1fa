//! What a load keeps in the store until it is finished.

use crate::{
    DumpHeader, Key, LoadError, Partition, Record, Snapshot, StoreError, Table, Tx, record::open,
};
use serde::{Deserialize, Serialize};

/// A load that was begun and is not finished. The store holds part of the dump and nothing else, or
/// not even that yet, and is good for nothing but the same load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct UnfinishedLoad {
    /// How many entries are there: the first ones of the dump.
    pub done: u64,
    /// The header of the dump.
    pub dump: DumpHeader,
}

impl Record for UnfinishedLoad {
    const SCHEMA: u32 = 1;
}

/// What a commit must have room for besides the entries of the dump: the journal's key and value.
pub(super) const BYTES: usize = 512;

const JOURNAL: Table<UnfinishedLoad> = Table::new("load", &[]);
const NAME: &str = "journal";

/// The load that a store is in the middle of, if it is.
///
/// Whoever opens a store asks this first, and refuses one that is not whole.
///
/// # Errors
///
/// The snapshot cannot be read, or the journal is damaged.
pub async fn unfinished_load(
    snapshot: &dyn Snapshot,
) -> Result<Option<UnfinishedLoad>, StoreError> {
    let key = key()?;
    let found = snapshot.get(core::slice::from_ref(&key)).await?;
    let entry = found.into_iter().next().flatten();
    entry
        .map(|entry| open(&key, None, &entry.value))
        .transpose()
}

/// Where the journal lies.
pub(super) fn key() -> Result<Key, StoreError> {
    JOURNAL.key(&Partition::global(), NAME)
}

pub(super) async fn read(tx: &Tx) -> Result<Option<UnfinishedLoad>, StoreError> {
    JOURNAL.get(tx, &Partition::global(), NAME).await
}

/// Sees to it that nobody else goes on with the same load.
pub(super) async fn hold(tx: &Tx, expected: &UnfinishedLoad) -> Result<(), LoadError> {
    match read(tx).await? {
        Some(found) if found == *expected => Ok(()),
        _ => Err(LoadError::Disturbed),
    }
}

pub(super) async fn write(tx: &Tx, journal: &UnfinishedLoad) -> Result<(), LoadError> {
    Ok(JOURNAL.put(tx, &Partition::global(), NAME, journal).await?)
}

pub(super) fn delete(tx: &Tx) -> Result<(), StoreError> {
    tx.delete(key()?)
}
