//! What a store says of its indexes, and how that changes.

mod build;
mod catalog;
mod guard;
mod lease;
mod migration;
mod rewrite;

use crate::{Key, Partition, Record, RecordError, StoreError, Table, Tx};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use self::{
    catalog::{AnyTable, Catalog},
    guard::{SchemaGuard, check_schema},
    lease::{Lease, LeaseError},
    migration::{
        AppliedMigration, MigrateError, Migration, MigrationContext, MigrationProgress,
        MigrationStep,
    },
};

/// How far an index of a store has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IndexState {
    /// Writes keep its rows, and those of earlier records are being added: nobody may read it.
    Building,
    /// It has a row for everything: writes keep it so.
    Readable,
    /// Nobody writes or reads it, and its rows are being removed.
    Dropped,
}

impl IndexState {
    /// Whether a write must keep its rows.
    pub fn is_live(self) -> bool {
        self != Self::Dropped
    }
}

impl fmt::Display for IndexState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Building => "building",
            Self::Readable => "readable",
            Self::Dropped => "dropped",
        })
    }
}

/// What a store says of its indexes: the state of each, and the version of the
/// [`Catalog`](crate::Catalog) that it agrees with.
///
/// It is one record in the partition `/`, which every transaction of a [`SchemaGuard`] reads: a
/// commit that changes it makes all that began before conflict, read again, and obey or refuse. How
/// far a build has come is therefore not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    version: u32,
    /// By table, then by index.
    indexes: BTreeMap<String, BTreeMap<String, IndexState>>,
}

impl Record for Schema {
    const SCHEMA: u32 = 1;
}

/// One record.
const SCHEMAS: Table<Schema> = Table::new("schema", &[]);
/// Its key.
const STORE: &str = "store";

impl Schema {
    /// The names of the spaces in which this record, leases, and the journals of migrations lie.
    pub const SPACES: [&'static str; 4] = ["build", "lease", "migration", "schema"];

    /// A schema without an index.
    pub const fn new(version: u32) -> Self {
        Self {
            version,
            indexes: BTreeMap::new(),
        }
    }

    /// Where it lies.
    ///
    /// # Errors
    ///
    /// None: the key is short.
    pub fn key() -> Result<Key, StoreError> {
        SCHEMAS.key(&Partition::global(), STORE)
    }

    /// Writes it into a store that has none yet.
    ///
    /// # Errors
    ///
    /// [`RecordError::Exists`] where there is one, or the store fails.
    pub async fn insert(&self, tx: &Tx) -> Result<(), RecordError> {
        SCHEMAS.insert(tx, &Partition::global(), STORE, self).await
    }

    /// The version of the catalog that it agrees with.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The same, in agreement with another version.
    #[must_use]
    pub fn with_version(self, version: u32) -> Self {
        Self { version, ..self }
    }

    /// The same with an index in a state; without it where there is no state.
    #[must_use]
    pub fn with(mut self, table: &str, index: &str, state: Option<IndexState>) -> Self {
        let indexes = self.indexes.entry(table.to_owned()).or_default();
        match state {
            Some(state) => indexes.insert(index.to_owned(), state),
            None => indexes.remove(index),
        };
        if indexes.is_empty() {
            self.indexes.remove(table);
        }
        self
    }

    /// The state of an index; none where the store has no such index.
    pub fn state(&self, table: &str, index: &str) -> Option<IndexState> {
        self.indexes.get(table)?.get(index).copied()
    }

    /// Every index: the name of its table, its own, and its state.
    pub fn indexes(&self) -> impl Iterator<Item = (&str, &str, IndexState)> {
        self.indexes.iter().flat_map(|(table, indexes)| {
            let each = indexes.iter();
            each.map(move |(index, state)| (table.as_str(), index.as_str(), *state))
        })
    }

    /// Refuses to read an index that is not readable.
    pub(crate) fn readable(&self, table: &str, index: &str) -> Result<(), StoreError> {
        match self.state(table, index) {
            Some(IndexState::Readable) => Ok(()),
            state => Err(StoreError::IndexNotReadable {
                index: format!("{table}.{index}").into(),
                state,
            }),
        }
    }

    /// Refuses a table that would leave out rows of an index, because it does not declare it.
    pub(crate) fn known(
        &self,
        table: &str,
        declares: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let stored = self.indexes.get(table).into_iter().flatten();
        for (index, state) in stored {
            if state.is_live() && !declares(index) {
                let index = format!("{table}.{index}").into();
                return Err(StoreError::IndexUnknown { index });
            }
        }
        Ok(())
    }
}
