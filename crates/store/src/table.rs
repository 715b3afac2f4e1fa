//! Typed tables with their indexes.

mod condition;
mod cursor;
mod index;
mod many;
mod query;

use crate::{
    IndexState, Key, Partition, Parts, Record, RecordError, StoreError, Tx, Value,
    key::FullKey,
    record::{open, seal},
};
use core::fmt;
use std::collections::BTreeMap;

pub(crate) use self::index::Pointer;
pub use self::{
    condition::{Condition, FieldPath, Scalar, Test},
    cursor::{Cursor, CursorError, ParseCursorError},
    index::{Covered, Index},
    query::{Found, Query, QueryPage, Within},
};

/// A table: records of one type under one space, and the indexes over them.
///
/// A table is a constant, so that its space and all its indexes are declared in one place. It
/// lies in every partition; a record and its index rows are always in the same one.
///
/// ```
/// # use atlas_store::{Index, Parts, Record, Table};
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Ship {
///     name: String,
///     port: String,
/// }
///
/// impl Record for Ship {
///     const SCHEMA: u32 = 1;
/// }
///
/// const SHIPS: Table<Ship> = Table::new("ship", &[
///     Index::unique("name", |ship| vec![Parts::from(&ship.name)]),
///     Index::many("port", |ship| vec![Parts::from(&ship.port)]),
/// ]);
/// assert_eq!(SHIPS.space(), "ship");
/// ```
pub struct Table<R: 'static> {
    space: &'static str,
    indexes: &'static [Index<R>],
}

impl<R: Record> Table<R> {
    /// A table in a space, with these indexes. An index that is declared later finds what is put
    /// anew only, until a [`Migration`](crate::Migration) has built it.
    ///
    /// The space is the table's alone: nothing else in the
    /// store uses that name, nor one that begins with it and a `.`.
    pub const fn new(space: &'static str, indexes: &'static [Index<R>]) -> Self {
        Self { space, indexes }
    }

    /// The name of its space.
    pub fn space(&self) -> &'static str {
        self.space
    }

    /// Its indexes.
    pub fn indexes(&self) -> &'static [Index<R>] {
        self.indexes
    }

    /// The names of every space that it uses: its own, and those of its indexes.
    pub fn spaces(&self) -> impl Iterator<Item = String> {
        let indexes = self.indexes.iter().map(|index| index.space(self.space));
        core::iter::once(self.space.to_owned()).chain(indexes)
    }

    /// The key of a record.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] beyond 512 bytes.
    pub fn key(&self, partition: &Partition, parts: impl Into<Parts>) -> Result<Key, StoreError> {
        self.full_key(partition, &parts.into()).map(|full| full.key)
    }

    /// The record under a key.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or holds no readable record there.
    pub async fn get(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl Into<Parts>,
    ) -> Result<Option<R>, StoreError> {
        let full = self.full_key(partition, &parts.into())?;
        read(tx, &full)
            .await
            .map(|found| found.map(|(record, _)| record))
    }

    /// The records under keys of this table, such as [`Found::key`] or
    /// [`RecordError::Taken`] tell, in one trip.
    ///
    /// # Errors
    ///
    /// As [`Table::get`].
    pub async fn get_at(&self, tx: &Tx, keys: &[Key]) -> Result<Vec<Option<R>>, StoreError> {
        let values = tx.get_many(keys).await?;
        let read = |(key, value): (&Key, Option<Value>)| {
            value.map(|value| open(key, None, &value)).transpose()
        };
        keys.iter().zip(values).map(read).collect()
    }

    /// The record that a unique index leads to.
    ///
    /// # Errors
    ///
    /// As [`Table::get`]; [`StoreError::Unsupported`] where the table has no such unique index,
    /// [`StoreError::IndexNotReadable`] where the store has it not, or not yet.
    pub async fn find(
        &self,
        tx: &Tx,
        partition: &Partition,
        index: &str,
        parts: impl Into<Parts>,
    ) -> Result<Option<Found<R>>, StoreError> {
        let index = self.index(index)?;
        let what = "looking for one record through an index that is not unique";
        if !index.is_unique() {
            return Err(StoreError::Unsupported { what });
        }
        self.readable(tx, index)?;
        let row = index.row(self.space, partition, &parts.into(), None)?;
        let Some((Pointer(key), _)) = read(tx, &row).await? else {
            return Ok(None);
        };
        let record = self
            .get_at(tx, core::slice::from_ref(&key))
            .await?
            .into_iter()
            .next();
        match record.flatten() {
            Some(record) => Ok(Some(Found {
                key,
                row: row.key,
                record,
            })),
            None => Err(StoreError::corrupt_at(&row.key, index::ORPHAN)),
        }
    }

    /// Puts a record, new or in place of what is there, and brings its indexes up to date. A
    /// record that already is what it should be is not written again.
    ///
    /// # Errors
    ///
    /// [`RecordError::Taken`] where a unique index leads elsewhere,
    /// [`RecordError::Unwritable`], or the store's: [`StoreError::IndexUnknown`] where the table
    /// has an index in the transaction's schema that is not declared.
    pub async fn put(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl Into<Parts>,
        record: &R,
    ) -> Result<(), RecordError> {
        let full = self.full_key(partition, &parts.into())?;
        let before = read::<R>(tx, &full).await?;
        self.replace(tx, partition, &full, before, record).await
    }

    /// Puts a record where there is none.
    ///
    /// # Errors
    ///
    /// [`RecordError::Exists`] where there is one; else as [`Table::put`].
    pub async fn insert(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl Into<Parts>,
        record: &R,
    ) -> Result<(), RecordError> {
        let full = self.full_key(partition, &parts.into())?;
        if tx.get(&full.key).await?.is_some() {
            return Err(RecordError::Exists { key: full.key });
        }
        self.replace(tx, partition, &full, None, record).await
    }

    /// Deletes a record and its index rows, and returns it.
    ///
    /// # Errors
    ///
    /// As [`Table::get`].
    pub async fn delete(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl Into<Parts>,
    ) -> Result<Option<R>, StoreError> {
        let full = self.full_key(partition, &parts.into())?;
        let Some((record, _)) = read::<R>(tx, &full).await? else {
            return Ok(None);
        };
        self.remove(tx, &full, self.kept_rows(tx, partition, &full, &record)?)
            .await?;
        tx.delete(full.key)?;
        Ok(Some(record))
    }

    /// Deletes rows of a record. In a unique index that is being built, the row may be that of
    /// another record with the same key.
    async fn remove(
        &self,
        tx: &Tx,
        full: &FullKey,
        rows: BTreeMap<Key, (&'static Index<R>, FullKey)>,
    ) -> Result<(), StoreError> {
        for (row, (index, full_row)) in rows {
            let state = tx
                .schema()
                .and_then(|schema| schema.state(self.space, index.name()));
            if index.is_unique()
                && state == Some(IndexState::Building)
                && let Some((Pointer(holder), _)) = read(tx, &full_row).await?
                && holder != full.key
            {
                continue;
            }
            tx.delete(row)?;
        }
        Ok(())
    }

    async fn replace(
        &self,
        tx: &Tx,
        partition: &Partition,
        full: &FullKey,
        before: Option<(R, Value)>,
        record: &R,
    ) -> Result<(), RecordError> {
        let value = seal(full, record)?;
        let mut stale = BTreeMap::new();
        if let Some((before, stored)) = before {
            if stored == value {
                return Ok(());
            }
            stale = self.kept_rows(tx, partition, full, &before)?;
        }
        let pointer = Pointer(full.key.clone());
        for (row, (index, full_row)) in self.kept_rows(tx, partition, full, record)? {
            if stale.remove(&row).is_some() {
                continue;
            }
            if index.is_unique()
                && let Some((Pointer(holder), _)) = read(tx, &full_row).await?
                && holder != full.key
            {
                return Err(RecordError::Taken {
                    index: index.name(),
                    holder,
                });
            }
            tx.put(row, seal(&full_row, &pointer)?)?;
        }
        self.remove(tx, full, stale).await?;
        Ok(tx.put(full.key.clone(), value)?)
    }

    pub(crate) fn full_key(
        &self,
        partition: &Partition,
        parts: &Parts,
    ) -> Result<FullKey, StoreError> {
        parts
            .add_to(Key::builder(partition, self.space))
            .build_full()
    }

    /// The rows that a write keeps for a record.
    fn kept_rows(
        &self,
        tx: &Tx,
        partition: &Partition,
        full: &FullKey,
        record: &R,
    ) -> Result<BTreeMap<Key, (&'static Index<R>, FullKey)>, StoreError> {
        let Some(schema) = tx.schema() else {
            return self.rows(partition, full, record, |_| true);
        };
        schema.known(self.space, |name| {
            self.indexes.iter().any(|index| index.name() == name)
        })?;
        self.rows(partition, full, record, |index| {
            schema
                .state(self.space, index.name())
                .is_some_and(IndexState::is_live)
        })
    }

    /// The rows that some of the indexes must have for a record.
    pub(crate) fn rows(
        &self,
        partition: &Partition,
        full: &FullKey,
        record: &R,
        of: impl Fn(&Index<R>) -> bool,
    ) -> Result<BTreeMap<Key, (&'static Index<R>, FullKey)>, StoreError> {
        let mut rows = BTreeMap::new();
        for index in self.indexes.iter().filter(|index| of(index)) {
            for parts in index.keys(record) {
                let row = index.row(self.space, partition, &parts, Some(full))?;
                rows.insert(row.key.clone(), (index, row));
            }
        }
        Ok(rows)
    }

    /// Refuses to read an index that the transaction's schema does not call readable.
    pub(crate) fn readable(&self, tx: &Tx, index: &Index<R>) -> Result<(), StoreError> {
        match tx.schema() {
            Some(schema) => schema.readable(self.space, index.name()),
            None => Ok(()),
        }
    }

    pub(crate) fn index(&self, name: &str) -> Result<&'static Index<R>, StoreError> {
        let what = "an index that its table does not declare";
        let index = self.indexes.iter().find(|index| index.name() == name);
        index.ok_or(StoreError::Unsupported { what })
    }
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("space", &self.space)
            .field("indexes", &self.indexes)
            .finish()
    }
}

/// A record and the bytes it was read from.
async fn read<R: Record>(tx: &Tx, full: &FullKey) -> Result<Option<(R, Value)>, StoreError> {
    let Some(value) = tx.get(&full.key).await? else {
        return Ok(None);
    };
    let record = open(&full.key, full.uncut.as_deref(), &value)?;
    Ok(Some((record, value)))
}
