//! Bringing a store up to date, alone, in small commits.

mod run;

use super::{
    Catalog,
    build::{BUILDS, Journal},
    lease::{LEASES, Lease, LeaseError},
};
use crate::{
    AsStoreError, Key, Partition, Record, RecordError, RetryPolicy, Store, StoreError, Table, Tx,
    transact,
};
use atlas_base::Timestamp;
use core::{fmt, future::Future, time::Duration};
use serde::{Deserialize, Serialize};

/// The name of the lease.
const LEASE: &str = "migration";

/// What a migration needs of its surroundings.
#[derive(Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "whoever migrates says all of this"
)]
pub struct MigrationContext<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// How its commits are tried again.
    pub policy: &'a RetryPolicy,
    /// What the program has.
    pub catalog: &'a Catalog,
    /// The clock.
    pub now: &'a (dyn Fn() -> Timestamp + Send + Sync),
    /// Who migrates, for others to read: a text that nobody else goes by, not even another attempt
    /// of the same process.
    pub holder: &'a str,
    /// The version of the program, to be kept with what was done.
    pub made_by: &'a str,
    /// How long the lease holds after each commit: longer than any one commit takes.
    pub term: Duration,
}

impl fmt::Debug for MigrationContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationContext")
            .field("store", &self.store)
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

/// A migration under way, under the lease `migration`.
///
/// Every commit of it reads the lease and renews it in time; once somebody else has it, the next
/// commit is refused. What was committed is kept: dropping a future, or the process, in the middle
/// loses nothing, and the next migration goes on from there. The lease of one that was dropped
/// stays until it ends.
#[derive(Debug)]
pub struct Migration<'a> {
    context: MigrationContext<'a>,
}

/// What was done to a store, in the table `migration`, by its time and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AppliedMigration {
    /// What was done, such as `build image.scope`.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// By which version of the program.
    pub made_by: String,
}

impl Record for AppliedMigration {
    const SCHEMA: u32 = 1;
}

/// By time and name.
pub(super) const MIGRATIONS: Table<AppliedMigration> = Table::new("migration", &[]);

/// What a migration is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MigrationStep {
    /// It adds the rows of an index.
    Build,
    /// It removes the rows of an index.
    Drop,
    /// It writes records of older schemas as they are written now.
    Rewrite,
}

impl fmt::Display for MigrationStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Build => "build",
            Self::Drop => "drop",
            Self::Rewrite => "rewrite",
        })
    }
}

/// How far one step of a migration has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationProgress {
    /// What it does.
    pub step: MigrationStep,
    /// To what: an index, such as `image.scope`, or a table.
    pub of: String,
    /// How many partitions are done.
    pub done: usize,
    /// How many there are.
    pub partitions: usize,
    /// How many records it has looked at, or how many rows it has removed; after a build that was
    /// interrupted, with those of before.
    pub records: u64,
    /// How many records it has rewritten.
    pub rewritten: u64,
}

/// Why a store was not brought up to date. What was done until then is kept.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// Somebody else migrates.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// Two records stand under one key of a unique index.
    #[error(
        "index `{table}.{index}` is unique, and two records have one key in it, {} and {}: change one of them with the version of the program that wrote them",
        atlas_base::quoted(first.as_str()),
        atlas_base::quoted(second.as_str())
    )]
    Duplicate {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// One record.
        first: Key,
        /// The other.
        second: Key,
    },
    /// A record was not written.
    #[error(transparent)]
    Record(RecordError),
    /// The store failed, or was changed by a newer version of the program.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RecordError> for MigrateError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Store(error) => Self::Store(error),
            error => Self::Record(error),
        }
    }
}

impl AsStoreError for MigrateError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl<'a> Migration<'a> {
    /// Takes the lease, and so the right to migrate.
    ///
    /// # Errors
    ///
    /// [`LeaseError::Held`], or the store fails.
    pub async fn begin(context: MigrationContext<'a>) -> Result<Self, MigrateError> {
        Self::take(context, |found, now| {
            Lease::acquire(found, context.holder, now, context.term)
        })
        .await
    }

    /// Takes the lease even where it has not ended. That is for whoever alone has the store open:
    /// whose it was is gone.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn begin_alone(context: MigrationContext<'a>) -> Result<Self, MigrateError> {
        Self::take(context, |_, now| {
            Lease::acquire(None, context.holder, now, context.term)
        })
        .await
    }

    async fn take(
        context: MigrationContext<'a>,
        decide: impl Fn(Option<&Lease>, Timestamp) -> Result<Lease, LeaseError>,
    ) -> Result<Self, MigrateError> {
        let decide = &decide;
        let work = |tx: Tx| async move {
            let global = Partition::global();
            let found = LEASES.get(&tx, &global, LEASE).await?;
            let lease = decide(found.as_ref(), (context.now)())?;
            LEASES.put(&tx, &global, LEASE, &lease).await?;
            Ok::<_, MigrateError>(())
        };
        transact(context.store, context.policy, work).await?;
        Ok(Self { context })
    }

    /// Gives the lease back.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn end(self) -> Result<(), MigrateError> {
        let holder = self.context.holder;
        let work = |tx: Tx| async move {
            let global = Partition::global();
            let found = LEASES.get(&tx, &global, LEASE).await?;
            if Lease::may_release(found.as_ref(), holder) {
                LEASES.delete(&tx, &global, LEASE).await?;
            }
            Ok::<_, MigrateError>(())
        };
        transact(self.context.store, self.context.policy, work).await?;
        Ok(())
    }

    /// One commit, under the lease.
    async fn commit<T, F, R>(&self, work: F) -> Result<T, MigrateError>
    where
        F: Fn(Tx) -> R,
        R: Future<Output = Result<T, MigrateError>>,
    {
        let work = &work;
        let guarded = |tx: Tx| async move {
            self.hold(&tx).await?;
            work(tx).await
        };
        let (value, _) = transact(self.context.store, self.context.policy, guarded).await?;
        Ok(value)
    }

    /// Refuses where the lease was lost, and renews it where half of its term is over.
    async fn hold(&self, tx: &Tx) -> Result<(), MigrateError> {
        let MigrationContext { holder, term, .. } = self.context;
        let now = (self.context.now)();
        let global = Partition::global();
        let found = LEASES.get(tx, &global, LEASE).await?;
        let renewed = Lease::renew(found.as_ref(), holder, now, term)?;
        if found.is_some_and(|found| found.is_worn(now, term)) {
            LEASES.put(tx, &global, LEASE, &renewed).await?;
        }
        Ok(())
    }

    /// Notes what was done, in the commit that did it.
    async fn note(&self, tx: &Tx, step: MigrationStep, of: &str) -> Result<(), MigrateError> {
        let at = (self.context.now)();
        let applied = AppliedMigration {
            name: format!("{step} {of}"),
            at,
            made_by: self.context.made_by.to_owned(),
        };
        let micros = u64::try_from(at.as_micros()).unwrap_or(0);
        let key = (micros, applied.name.as_str());
        Ok(MIGRATIONS
            .put(tx, &Partition::global(), key, &applied)
            .await?)
    }
}

impl AppliedMigration {
    /// What was done to a store, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn all(tx: &Tx) -> Result<Vec<Self>, StoreError> {
        let mut query = crate::Query::all(&Partition::global());
        let mut applied = Vec::new();
        loop {
            let page = MIGRATIONS.query(tx, &query).await?;
            applied.extend(page.found.into_iter().map(|found| found.record));
            match page.next {
                Some(next) => query = query.after(Some(next)),
                None => return Ok(applied),
            }
        }
    }
}

/// The journal of a build, from its beginning where there is none yet.
async fn journal(tx: &Tx, table: &str, index: &str) -> Result<Journal, StoreError> {
    let found = BUILDS.get(tx, &Partition::global(), (table, index)).await?;
    Ok(found.unwrap_or_default())
}
