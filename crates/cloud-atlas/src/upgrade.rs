//! Bringing a store to what this version declares, and its records to their newest form.

use crate::{Atlas, Error, tables::CATALOG};
use atlas_base::Timestamp;
use atlas_store::{LeaseError, MigrateError, Migration, MigrationContext, MigrationProgress};
use core::time::Duration;
use serde::Serialize;

/// How long a migration is left alone by others after each of its commits.
const TERM: Duration = Duration::from_secs(30);
/// How long to wait before somebody else's migration is looked at again.
const WAIT: Duration = Duration::from_millis(200);
/// How often it is looked at: for a minute.
const ATTEMPTS: u32 = 300;

/// What [`Atlas::upgrade`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UpgradeReport {
    /// The version of the indexes and tables that the store has now.
    pub schema: u32,
    /// How many records were written anew.
    pub rewritten: u64,
}

impl Atlas {
    /// Writes every record that an earlier version of the program wrote in an older form as this
    /// one writes it, in small commits; builds indexes that are missing, and removes those that are
    /// no longer declared. `progress` hears of each commit.
    ///
    /// Older records are read without it: it is for those who want no upgrade at each read, or are
    /// about to leave out a version that still reads them. Others may read and write meanwhile. One
    /// that is stopped keeps what it did, and goes on when it is called again.
    ///
    /// # Errors
    ///
    /// Somebody else migrates for longer than a minute, a record cannot be upgraded, or the store
    /// fails.
    pub async fn upgrade(
        &self,
        progress: impl Fn(&MigrationProgress) + Send + Sync,
    ) -> Result<UpgradeReport, Error> {
        let writing = self.shared.caches.rewriting();
        let now = || self.shared.clock.now();
        let holder = self.holder();
        let context = self.migration(&now, &holder);
        let mut attempt = 0;
        let migration = loop {
            match Migration::begin(context).await {
                Ok(migration) => break migration,
                Err(error) => self.wait(error, &mut attempt).await?,
            }
        };
        let done = async {
            migration.run(&progress).await?;
            migration.rewrite(&progress).await
        };
        let outcome = done.await;
        let ended = migration.end().await;
        writing.done();
        let rewritten = outcome?;
        ended?;
        Ok(UpgradeReport {
            schema: CATALOG.version(),
            rewritten,
        })
    }

    /// Gives the store the indexes that are declared; nothing is written where it has them. Where
    /// nobody else can have the store open, a lease is what a process left that is gone.
    pub(crate) async fn settle(&self, alone: bool) -> Result<(), Error> {
        let now = || self.shared.clock.now();
        let mut attempt = 0;
        loop {
            let snapshot = self.shared.store.snapshot().await?;
            let schema = CATALOG.read(&*snapshot).await?;
            drop(snapshot);
            CATALOG.accepts(&schema)?;
            if CATALOG.is_current(&schema) {
                return Ok(());
            }
            let holder = self.holder();
            let context = self.migration(&now, &holder);
            let begun = if alone {
                Migration::begin_alone(context).await
            } else {
                Migration::begin(context).await
            };
            match begun {
                Ok(migration) => {
                    let outcome = migration.run(&|_| {}).await;
                    let ended = migration.end().await;
                    return Ok(outcome.and(ended)?);
                }
                Err(error) => self.wait(error, &mut attempt).await?,
            }
        }
    }

    /// Waits while somebody else migrates, but not for ever.
    async fn wait(&self, error: MigrateError, attempt: &mut u32) -> Result<(), Error> {
        *attempt += 1;
        match error {
            MigrateError::Lease(LeaseError::Held { .. }) if *attempt < ATTEMPTS => {
                Ok(self.shared.store.sleep(WAIT).await?)
            }
            error => Err(error.into()),
        }
    }

    /// A name that nobody else goes by.
    fn holder(&self) -> String {
        let (shared, version) = (&self.shared, env!("CARGO_PKG_VERSION"));
        let id = shared.ids.next(shared.clock.now());
        format!("cloud-atlas {version}, {id:032x}")
    }

    fn migration<'a>(
        &'a self,
        now: &'a (dyn Fn() -> Timestamp + Send + Sync),
        holder: &'a str,
    ) -> MigrationContext<'a> {
        MigrationContext {
            store: &*self.shared.store,
            policy: &self.shared.retries,
            catalog: &CATALOG,
            now,
            holder,
            made_by: env!("CARGO_PKG_VERSION"),
            term: TERM,
        }
    }
}
