//! Building an index: the rows of the records that were there before it.

use super::migration::MigrateError;
use crate::{
    Key, KeyRange, Page, Partition, Record, StoreError, Table, Tx, Value,
    key::FullKey,
    record::{open, seal, uncut_key},
    table::Pointer,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a build has come, in a record beside the rows that it speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// Partitions before this one are done.
    pub(super) partition: Option<Partition>,
    /// Records of the partition up to this one are done.
    pub(super) after: Option<Key>,
    /// How many records were looked at.
    pub(super) records: u64,
}

impl Record for Journal {
    const SCHEMA: u32 = 1;
}

/// By table and index.
pub(super) const BUILDS: Table<Journal> = Table::new("build", &[]);

/// Some records of a partition: those to be done, then those that are left.
#[derive(Debug, Clone)]
pub struct BuildPage {
    pub(super) partition: Partition,
    /// Where they are; at the end, where there may be more.
    pub(super) range: Option<KeyRange>,
    /// How many to look at; at the end, how many there were.
    pub(super) records: usize,
    /// The last one.
    pub(super) last: Option<Key>,
}

/// Adds the rows for one page. Whatever writes meanwhile keeps the rows of what it writes, so that
/// it matters neither which of the two is first nor whether a row is there already; but a row of a
/// unique index that leads to another record shows that two have one key.
pub(super) async fn build_page<R: Record>(
    table: &Table<R>,
    tx: &Tx,
    index: &str,
    page: &BuildPage,
) -> Result<BuildPage, MigrateError> {
    let index = table.index(index)?;
    let mut done = BuildPage {
        range: None,
        records: 0,
        ..page.clone()
    };
    let Some(range) = &page.range else {
        return Ok(done);
    };
    let rows = tx.range(range, Page::first(page.records)).await?;
    done.range = rows.next;
    done.records = rows.entries.len();
    let mut wanted: BTreeMap<Key, (FullKey, Key)> = BTreeMap::new();
    for (key, value) in rows.entries {
        let full = FullKey {
            key: key.clone(),
            uncut: uncut_key(&key, &value)?,
        };
        let record: R = open(&key, None, &value)?;
        for parts in index.keys(&record) {
            let row = index.row(table.space(), &page.partition, &parts, Some(&full))?;
            let taken = wanted.insert(row.key.clone(), (row, key.clone()));
            if let Some((_, first)) = taken
                && first != key
            {
                return Err(duplicate(table, index.name(), first, key));
            }
        }
        done.last = Some(key);
    }
    let mut there = Vec::new();
    if index.is_unique() {
        let keys: Vec<_> = wanted.keys().cloned().collect();
        if !keys.is_empty() {
            there = tx.get_many(&keys).await?;
        }
    }
    let mut there = there.into_iter();
    for (row, record) in wanted.into_values() {
        match holder(&row, there.next().flatten())? {
            Some(holder) if holder != record => {
                return Err(duplicate(table, index.name(), holder, record));
            }
            Some(_) => {}
            None => tx.put(row.key.clone(), seal(&row, &Pointer(record))?)?,
        }
    }
    Ok(done)
}

/// The record that a row leads to.
fn holder(row: &FullKey, value: Option<Value>) -> Result<Option<Key>, StoreError> {
    let read = |value: Value| open(&row.key, row.uncut.as_deref(), &value);
    let pointer: Option<Pointer> = value.map(read).transpose()?;
    Ok(pointer.map(|Pointer(key)| key))
}

fn duplicate<R: Record>(table: &Table<R>, index: &str, first: Key, second: Key) -> MigrateError {
    MigrateError::Duplicate {
        table: table.space().to_owned(),
        index: index.to_owned(),
        first,
        second,
    }
}
