//! All tables of a program, and what they ask of a store's schema.

use super::{
    IndexState, Schema,
    build::{BuildPage, build_page},
    migration::MigrateError,
    rewrite::{is_older, rewrite_records},
};
use crate::{Key, Record, RecordError, Snapshot, StoreError, Table, Tx, Value, record::open};
use core::{fmt::Debug, future::Future, pin::Pin};

/// A table whose type of records does not matter: every [`Table`] is one, and nothing else.
pub trait AnyTable: Steps {
    /// The name of its space.
    fn space(&self) -> &'static str;

    /// The names of its indexes.
    fn index_names(&self) -> Vec<&'static str>;
}

/// What a migration does with one table.
pub trait Steps: Debug + Send + Sync {
    /// Adds the rows of an index for some records.
    fn build<'a>(
        &'a self,
        tx: &'a Tx,
        index: &'a str,
        page: &'a BuildPage,
    ) -> Step<'a, BuildPage, MigrateError>;

    /// Whether a value is a record of an older schema than is written now.
    fn is_older(&self, key: &Key, value: &[u8]) -> Result<bool, StoreError>;

    /// Writes records as they are written now, and counts those that changed.
    fn rewrite<'a>(&'a self, tx: &'a Tx, keys: &'a [Key]) -> Step<'a, u64, RecordError>;
}

/// One step of a migration.
pub(super) type Step<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

impl<R: Record> AnyTable for Table<R> {
    fn space(&self) -> &'static str {
        self.space()
    }

    fn index_names(&self) -> Vec<&'static str> {
        self.indexes().iter().map(crate::Index::name).collect()
    }
}

impl<R: Record> Steps for Table<R> {
    fn build<'a>(
        &'a self,
        tx: &'a Tx,
        index: &'a str,
        page: &'a BuildPage,
    ) -> Step<'a, BuildPage, MigrateError> {
        Box::pin(build_page(self, tx, index, page))
    }

    fn is_older(&self, key: &Key, value: &[u8]) -> Result<bool, StoreError> {
        is_older::<R>(key, value)
    }

    fn rewrite<'a>(&'a self, tx: &'a Tx, keys: &'a [Key]) -> Step<'a, u64, RecordError> {
        Box::pin(rewrite_records::<R>(tx, keys))
    }
}

/// All tables of a program with their indexes, in one place, under a number that grows whenever an
/// index is added, removed, or means something else, or records take another form.
///
/// An index that is to mean something else takes another name: its old one is dropped, the new one
/// is built.
#[derive(Debug)]
pub struct Catalog {
    version: u32,
    tables: &'static [&'static dyn AnyTable],
    first: &'static [(&'static str, &'static str)],
}

impl Catalog {
    /// A catalog of these tables. `first` are the tables and names of those indexes that are
    /// readable in a store that says nothing of its indexes, which is of version 1.
    pub const fn new(
        version: u32,
        tables: &'static [&'static dyn AnyTable],
        first: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            version,
            tables,
            first,
        }
    }

    /// Its number.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The tables.
    pub fn tables(&self) -> &'static [&'static dyn AnyTable] {
        self.tables
    }

    /// The schema of a store that has every index.
    pub fn schema(&self) -> Schema {
        let mut schema = Schema::new(self.version);
        for (table, index) in self.declared() {
            schema = schema.with(table, index, Some(IndexState::Readable));
        }
        schema
    }

    /// The schema of a store at one point.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub async fn read(&self, snapshot: &dyn Snapshot) -> Result<Schema, StoreError> {
        let key = Schema::key()?;
        let found = snapshot.get(core::slice::from_ref(&key)).await?;
        let value = found.into_iter().next().flatten().map(|entry| entry.value);
        self.open(&key, value.as_ref())
    }

    /// The schema that a value under its key says.
    pub(super) fn open(&self, key: &Key, value: Option<&Value>) -> Result<Schema, StoreError> {
        match value {
            Some(value) => open(key, None, value),
            None => Ok(self.first()),
        }
    }

    /// The schema of a store that says nothing of its indexes.
    pub fn first(&self) -> Schema {
        let mut schema = Schema::new(1);
        for (table, index) in self.first {
            schema = schema.with(table, index, Some(IndexState::Readable));
        }
        schema
    }

    /// Whether the store has what is declared, all of it readable, and nothing else.
    pub fn is_current(&self, schema: &Schema) -> bool {
        *schema == self.schema()
    }

    /// Refuses a store that a later version of the program has changed, or is changing: it has a
    /// later version, or an index that this version neither has nor has dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`], [`StoreError::IndexUnknown`].
    pub fn accepts(&self, schema: &Schema) -> Result<(), StoreError> {
        let (found, known) = (schema.version(), self.version);
        if found > known {
            return Err(StoreError::NewerSchema { found, known });
        }
        if found == known {
            for (table, index, state) in schema.indexes() {
                if state.is_live() && !self.declares(table, index) {
                    let index = format!("{table}.{index}").into();
                    return Err(StoreError::IndexUnknown { index });
                }
            }
        }
        Ok(())
    }

    /// Refuses a store whose tables this program could not write to: what it does not have, or not
    /// yet, is no hindrance, since a table keeps no rows of it and refuses to read it.
    pub(super) fn agrees(&self, schema: &Schema) -> Result<(), StoreError> {
        self.accepts(schema)?;
        for table in self.tables {
            let declared = table.index_names();
            schema.known(table.space(), |index| declared.contains(&index))?;
        }
        Ok(())
    }

    /// The schema at the beginning of a migration: what is not declared is dropped, what is missing
    /// is being built. What is dropped stays so until its rows are gone.
    pub(super) fn planned(&self, mut schema: Schema) -> Schema {
        let stored = schema.clone();
        for (table, index, state) in stored.indexes() {
            if state.is_live() && !self.declares(table, index) {
                schema = schema.with(table, index, Some(IndexState::Dropped));
            }
        }
        for (table, index) in self.declared() {
            if schema.state(table, index).is_none() {
                schema = schema.with(table, index, Some(IndexState::Building));
            }
        }
        schema
    }

    /// The table in a space.
    pub(super) fn table(&self, space: &str) -> Option<&'static dyn AnyTable> {
        let tables = self.tables.iter();
        tables.copied().find(|table| table.space() == space)
    }

    fn declares(&self, table: &str, index: &str) -> bool {
        self.declared().any(|declared| declared == (table, index))
    }

    fn declared(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.tables.iter().flat_map(|table| {
            let names = table.index_names().into_iter();
            names.map(|index| (table.space(), index))
        })
    }
}
