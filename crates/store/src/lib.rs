//! An ordered, transactional key-value contract, a record layer above it, and the memory store.
//!
//! ```
//! use atlas_store::{
//!     Index, MemoryStore, Partition, Parts, Query, Record, RecordError, RetryPolicy, Table, Tx,
//!     transact,
//! };
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Ship {
//!     name: String,
//!     port: String,
//! }
//!
//! impl Record for Ship {
//!     const SCHEMA: u32 = 1;
//! }
//!
//! const SHIPS: Table<Ship> = Table::new("ship", &[
//!     Index::unique("name", |ship| vec![Parts::from(&ship.name)]),
//!     Index::many("port", |ship| vec![Parts::from(&ship.port)]),
//! ]);
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { pollster::block_on(async {
//! let store = MemoryStore::new();
//! let policy = RetryPolicy::new(0x5eed); // random in a program
//! let acme = Partition::account("acme")?;
//!
//! // A transaction is a closure: it may run again when somebody else was faster.
//! let register = |tx: Tx| {
//!     let acme = acme.clone();
//!     async move {
//!         let argo = Ship { name: "Argo".into(), port: "Iolcus".into() };
//!         SHIPS.insert(&tx, &acme, 1_u64, &argo).await?;
//!         SHIPS.insert(&tx, &acme, 2_u64, &argo).await
//!     }
//! };
//! let refused = transact(&store, &policy, register).await;
//! assert!(matches!(refused, Err(RecordError::Taken { index: "name", .. })));
//!
//! // Reading alone commits nothing.
//! let in_port = Query::all(&acme).index("port").prefix("Iolcus");
//! let tx = Tx::begin(&store).await?;
//! assert!(SHIPS.query(&tx, &in_port).await?.found.is_empty());
//! # Ok(()) }) }
//! ```
//!
//! It knows no image, no scope and no engine's driver, needs no runtime, and reads no clock: waiting
//! goes through [`Store::sleep`]. Engines other than the memory store are crates of their own, and
//! one suite, `atlas-store-conformance`, holds them all to what [`Store`] and [`Snapshot`] say.
//!
//! | layer | types |
//! |---|---|
//! | keys | [`Partition`], [`Key`], [`KeyBuilder`], [`KeyRange`], [`Parts`] |
//! | an engine | [`Store`], [`Snapshot`], [`Commit`], [`Capability`], [`Footprint`], [`StoreError`], [`FeedPage`] |
//! | in memory | [`MemoryStore`], [`Timer`] |
//! | transactions | [`Tx`], [`transact`], [`RetryPolicy`] |
//! | records | [`Record`], [`Table`], [`Index`], [`RecordError`] |
//! | lists | [`Query`], [`Condition`], [`QueryPage`], [`Cursor`] |
//! | change | [`Catalog`], [`Schema`], [`IndexState`], [`SchemaGuard`], [`Migration`], [`Lease`] |
//! | care | [`check_table`], [`check_records`], [`check_spaces`], [`check_schema`], [`check_values`], [`count`], [`partitions`], [`Walk`], [`dump()`], [`verify`], [`load()`], [`unfinished_load`], [`Progress`] |
//!
//! What holds throughout: reads come from one snapshot, and a commit fails with
//! [`StoreError::Conflict`] if anything it has read has moved, phantoms included. A commit whose
//! outcome got lost is settled by its [`CommitToken`], never guessed. Equal records are equal bytes,
//! and equal stores are equal dumps.

mod capability;
mod check;
mod commit;
mod content;
mod dump;
mod error;
mod feed;
mod hex;
mod key;
mod load;
mod memory;
mod partition;
mod parts;
mod progress;
mod range;
mod record;
mod records;
mod scan;
mod schema;
mod table;
mod timer;
mod traits;
mod transact;
mod tx;

pub use crate::{
    capability::{Capability, Footprint, Limit},
    check::{
        CheckCounts, Finding, check_records, check_spaces, check_table, check_values, count,
        partitions,
    },
    commit::{Commit, CommitId, CommitToken, Committed, ReadSet, Value, Version, Write},
    content::Content,
    dump::{DumpHeader, dump, header_of},
    error::{AsStoreError, ErrorSource, StoreError},
    feed::{FeedEntry, FeedPage, FeedPosition},
    key::{Key, KeyBuilder, KeyPart, MAX_KEY_BYTES, ParseKeyError},
    load::{CheckedDump, LoadError, UnfinishedLoad, load, unfinished_load, verify},
    memory::MemoryStore,
    partition::{ParsePartitionError, Partition},
    parts::{Part, Parts},
    progress::{Phase, Progress, Watcher},
    range::KeyRange,
    record::{Record, RecordError, UpgradeError, check_value, read_value},
    records::{Keys, ReadRecord, Walk, read_record},
    schema::{
        AnyTable, AppliedMigration, Catalog, IndexState, Lease, LeaseError, MigrateError,
        Migration, MigrationContext, MigrationProgress, MigrationStep, Schema, SchemaGuard,
        check_schema,
    },
    table::{
        Condition, Covered, Cursor, CursorError, FieldPath, Found, Index, ParseCursorError, Query,
        QueryPage, Scalar, Table, Test, Within,
    },
    timer::{SystemTimer, Timer},
    traits::{Entry, Fut, Page, Slice, Snapshot, Store},
    transact::{DeadlinePassed, RetryPolicy, transact},
    tx::{Rows, Tx},
};
