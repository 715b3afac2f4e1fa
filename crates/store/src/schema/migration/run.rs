//! The steps of a migration.

use super::{BUILDS, Journal, MigrateError, Migration, MigrationProgress, MigrationStep, journal};
use crate::{
    AnyTable, Capability, IndexState, Key, KeyRange, Page, Partition, Schema, StoreError, Tx,
    partitions,
    scan::Scan,
    schema::{SCHEMAS, STORE, build::BuildPage},
};

/// Who hears how far it has come.
type Progress<'a> = &'a (dyn Fn(&MigrationProgress) + Send + Sync);

impl Migration<'_> {
    /// Gives the store the indexes that the catalog declares, and takes away all others. A store
    /// that has just those is not written to.
    ///
    /// While an index is being built, writes keep its rows, and what is committed for it is done
    /// for good: the next run goes on from there. All become readable in one commit, the last.
    ///
    /// # Errors
    ///
    /// A newer version has changed the store; the lease was lost; a unique index cannot be, since
    /// two records have one key: all that was being built is dropped again, so that the version
    /// before can open the store; or the store fails.
    pub async fn run(&self, progress: Progress<'_>) -> Result<(), MigrateError> {
        let schema = self.plan().await?;
        for (table, index, state) in schema.indexes() {
            if state == IndexState::Dropped {
                self.clear(table, index, progress).await?;
            }
        }
        let schema = self.plan().await?;
        for (table, index, state) in schema.indexes() {
            if state != IndexState::Building {
                continue;
            }
            let outcome = self.build(table, index, progress).await;
            if let Err(MigrateError::Duplicate { .. }) = &outcome {
                self.give_up().await?;
            }
            outcome?;
        }
        self.finish().await
    }

    /// Writes the records of every table that are of an older schema as they are written now, and
    /// counts them.
    ///
    /// # Errors
    ///
    /// A record cannot be upgraded; the lease was lost; or the store fails.
    pub async fn rewrite(&self, progress: Progress<'_>) -> Result<u64, MigrateError> {
        let mut rewritten = 0;
        for table in self.context.catalog.tables() {
            rewritten += self.rewrite_table(*table, progress).await?;
        }
        Ok(rewritten)
    }

    async fn rewrite_table(
        &self,
        table: &dyn AnyTable,
        progress: Progress<'_>,
    ) -> Result<u64, MigrateError> {
        let store = self.context.store;
        let mut pace = Pace::new(store.capability());
        let partitions = self.partitions().await?;
        let mut told = MigrationProgress::new(MigrationStep::Rewrite, table.space(), &partitions);
        for partition in &partitions {
            let mut scan = Scan::new(Key::builder(partition, table.space()).range()?);
            // Each page from a snapshot of its own: what is put meanwhile is of this schema.
            while let Some(entries) = scan.next(&*store.snapshot().await?).await? {
                told.records += u64::try_from(entries.len()).unwrap_or(u64::MAX);
                let mut older = Vec::new();
                for (key, entry) in entries {
                    if table.is_older(&key, &entry.value)? {
                        older.push(key);
                    }
                }
                let mut rest = older.as_slice();
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(pace.size.min(rest.len()));
                    let work = |tx: Tx| async move { Ok(table.rewrite(&tx, now).await?) };
                    match self.commit(work).await {
                        Err(MigrateError::Store(StoreError::TooLarge { .. })) if pace.slower() => {}
                        outcome => {
                            told.rewritten += outcome?;
                            rest = later;
                        }
                    }
                }
                progress(&told);
            }
            told.done += 1;
            progress(&told);
        }
        if told.rewritten > 0 {
            self.commit(
                |tx| async move { self.note(&tx, MigrationStep::Rewrite, table.space()).await },
            )
            .await?;
        }
        Ok(told.rewritten)
    }

    async fn build(
        &self,
        table: &str,
        index: &str,
        progress: Progress<'_>,
    ) -> Result<(), MigrateError> {
        let what = "building an index of a table that is not declared";
        let of = self.context.catalog.table(table);
        let of = of.ok_or(StoreError::Unsupported { what })?;
        let name = format!("{table}.{index}");
        let mut pace = Pace::new(self.context.store.capability());
        let partitions = self.partitions().await?;
        let mut told = MigrationProgress::new(MigrationStep::Build, &name, &partitions);
        for partition in &partitions {
            loop {
                let size = pace.size;
                let work = |tx: Tx| async move { self.page(&tx, of, index, partition, size).await };
                match self.commit(work).await {
                    Err(MigrateError::Store(StoreError::TooLarge { .. })) if pace.slower() => {}
                    outcome => {
                        let (records, is_done) = outcome?;
                        told.records = records;
                        if is_done {
                            break;
                        }
                        progress(&told);
                    }
                }
            }
            told.done += 1;
            progress(&told);
        }
        Ok(())
    }

    /// One page of a build: its rows, and how far it has come, in one commit. Tells how many
    /// records were looked at in all, and whether the partition is done.
    async fn page(
        &self,
        tx: &Tx,
        table: &dyn AnyTable,
        index: &str,
        partition: &Partition,
        records: usize,
    ) -> Result<(u64, bool), MigrateError> {
        let found = journal(tx, table.space(), index).await?;
        let mut range = Key::builder(partition, table.space()).range()?;
        match &found.partition {
            Some(at) if at > partition => return Ok((found.records, true)),
            Some(at) if at == partition => match &found.after {
                Some(after) => range = range.beyond(after, false),
                None => return Ok((found.records, true)),
            },
            _ => {}
        }
        let page = BuildPage {
            partition: partition.clone(),
            range: Some(range),
            records,
            last: None,
        };
        let done = table.build(tx, index, &page).await?;
        let is_done = done.range.is_none();
        let next = Journal {
            partition: Some(partition.clone()),
            after: done.last.filter(|_| !is_done),
            records: found.records + u64::try_from(done.records).unwrap_or(u64::MAX),
        };
        if done.records > 0 {
            let key = (table.space(), index);
            BUILDS.put(tx, &Partition::global(), key, &next).await?;
        }
        Ok((next.records, is_done))
    }

    /// Removes the rows of a dropped index, and forgets it.
    async fn clear(
        &self,
        table: &str,
        index: &str,
        progress: Progress<'_>,
    ) -> Result<(), MigrateError> {
        let space = format!("{table}.{index}");
        let mut pace = Pace::new(self.context.store.capability());
        let partitions = self.partitions().await?;
        let mut told = MigrationProgress::new(MigrationStep::Drop, &space, &partitions);
        for partition in &partitions {
            let range = Key::builder(partition, &space).range()?;
            let mut rest = Some(range);
            while let Some(range) = &rest {
                let size = pace.size;
                match self.commit(|tx| remove(tx, range, size)).await {
                    Err(MigrateError::Store(StoreError::TooLarge { .. })) if pace.slower() => {}
                    outcome => {
                        let (removed, next) = outcome?;
                        told.records += removed;
                        rest = next;
                        progress(&told);
                    }
                }
            }
            told.done += 1;
            progress(&told);
        }
        let space = space.as_str();
        self.commit(|tx| async move {
            BUILDS
                .delete(&tx, &Partition::global(), (table, index))
                .await?;
            let schema = self.schema(&tx).await?.with(table, index, None);
            self.write(&tx, schema).await?;
            self.note(&tx, MigrationStep::Drop, space).await
        })
        .await
    }

    /// Marks what is to be dropped and what is to be built.
    async fn plan(&self) -> Result<Schema, MigrateError> {
        self.commit(|tx| async move {
            let catalog = self.context.catalog;
            let schema = self.schema(&tx).await?;
            catalog.accepts(&schema)?;
            let planned = catalog.planned(schema.clone());
            if planned != schema {
                self.write(&tx, planned.clone()).await?;
            }
            Ok(planned)
        })
        .await
    }

    /// Makes all that was built readable, at once: until then a version that knows nothing of it
    /// could take the store back.
    async fn finish(&self) -> Result<(), MigrateError> {
        let version = self.context.catalog.version();
        self.commit(|tx| async move {
            let stored = self.schema(&tx).await?;
            let mut schema = stored.clone().with_version(version);
            for (table, index, state) in stored.indexes() {
                if state != IndexState::Building {
                    continue;
                }
                schema = schema.with(table, index, Some(IndexState::Readable));
                let key = (table, index);
                BUILDS.delete(&tx, &Partition::global(), key).await?;
                let of = format!("{table}.{index}");
                self.note(&tx, MigrationStep::Build, &of).await?;
            }
            if schema != stored {
                self.write(&tx, schema).await?;
            }
            Ok(())
        })
        .await
    }

    /// Drops all that is being built. Whoever repairs what is in the way needs the version that
    /// knows nothing of it.
    async fn give_up(&self) -> Result<(), MigrateError> {
        self.commit(|tx| async move {
            let stored = self.schema(&tx).await?;
            let mut schema = stored.clone();
            for (table, index, state) in stored.indexes() {
                if state == IndexState::Building {
                    schema = schema.with(table, index, Some(IndexState::Dropped));
                }
            }
            self.write(&tx, schema).await
        })
        .await
    }

    async fn schema(&self, tx: &Tx) -> Result<Schema, MigrateError> {
        let key = Schema::key()?;
        let value = tx.get(&key).await?;
        Ok(self.context.catalog.open(&key, value.as_ref())?)
    }

    async fn write(&self, tx: &Tx, schema: Schema) -> Result<(), MigrateError> {
        Ok(SCHEMAS
            .put(tx, &Partition::global(), STORE, &schema)
            .await?)
    }

    /// The partitions that hold anything. What comes later needs nothing done: whoever writes it
    /// has read the schema.
    async fn partitions(&self) -> Result<Vec<Partition>, MigrateError> {
        let snapshot = self.context.store.snapshot().await?;
        Ok(partitions(&*snapshot).await?)
    }
}

/// Deletes the first keys of a range; tells how many, and what is left.
async fn remove(
    tx: Tx,
    range: &KeyRange,
    size: usize,
) -> Result<(u64, Option<KeyRange>), MigrateError> {
    let rows = tx.range(range, Page::first(size)).await?;
    let removed = u64::try_from(rows.entries.len()).unwrap_or(u64::MAX);
    for (key, _) in rows.entries {
        tx.delete(key)?;
    }
    Ok((removed, rows.next))
}

impl MigrationProgress {
    fn new(step: MigrationStep, of: &str, partitions: &[Partition]) -> Self {
        Self {
            step,
            of: of.to_owned(),
            done: 0,
            partitions: partitions.len(),
            records: 0,
            rewritten: 0,
        }
    }
}

/// How many records go into one commit.
struct Pace {
    size: usize,
}

/// The most records of one commit: enough to share a flush, few enough to seldom meet a writer.
const PAGE: usize = 256;

impl Pace {
    fn new(capability: &Capability) -> Self {
        let operations = capability.max_operations.unwrap_or(usize::MAX);
        Self {
            size: (operations / 2).clamp(1, PAGE),
        }
    }

    /// Half as many from now on; no, where a single one is too large.
    fn slower(&mut self) -> bool {
        let may = self.size > 1;
        self.size = (self.size / 2).max(1);
        may
    }
}
