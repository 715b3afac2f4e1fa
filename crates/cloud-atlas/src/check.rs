//! Check the store, and count what is in it.

mod disk_images;
mod histories;
mod locks;
mod market;
mod plans;
mod servers;
mod tombstones;
mod uses;

use crate::{
    Atlas, Error, OpenError,
    engine::inspect,
    open::{known, whole},
    tables::{
        ACCESS_KEYS, CATALOG, CREDENTIALS, EVENTS, GRANTS, GROUPS, IMAGES, IMPORTS, INFO, JOBS,
        LAUNCH_PERMISSIONS, OPENED, POLICIES, PRINCIPALS, ROLE_MAPS, SCOPES, WORK,
    },
};
use atlas_store::{
    Finding, Key, Partition, Record, Schema, Snapshot, StoreError, Table, check_records,
    check_schema, check_spaces, count, partitions,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a check of the whole store found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreReport {
    /// What the engine's file holds, where [`Atlas::check_url`] looked through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileReport>,
    /// How many records of each table there are; empty where the records were not looked at,
    /// because the file that they lie in is damaged.
    pub records: BTreeMap<&'static str, u64>,
    /// What is wrong, a line each; nothing where all is well.
    pub findings: Vec<String>,
}

/// What the engine's file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// Keys: records and rows of indexes.
    pub keys: u64,
    /// Bytes of keys and values.
    pub bytes: u64,
    /// Entries of the change feeds.
    pub feed_entries: u64,
    /// Commits whose outcome can be told.
    pub commits: u64,
    /// Whether it was closed the last time it was open. If not, the next open repairs what a stop
    /// in the middle left; that is no damage.
    pub closed_well: bool,
}

impl Atlas {
    /// Reads everything and compares it: values with their checksums, records with their indexes
    /// both ways, revisions, contents and user data with their digests, lineages and channels with
    /// their revisions, and who is said to use an image with who does; and finds what no table knows. Memory is that of a few pages, and of what is
    /// found.
    ///
    /// # Errors
    ///
    /// The store cannot be read at all. What is wrong inside is an answer.
    pub async fn check(&self) -> Result<StoreReport, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        let mut report = StoreReport::default();
        check(&*snapshot, &mut report).await?;
        Ok(report)
    }

    /// Checks a store without changing a byte of it. One in a file, which nobody may have open:
    /// first the engine's file, every page and row of it, and where that is sound, the records as
    /// [`Atlas::check`] does. One on a server: the records, while others may work.
    ///
    /// # Errors
    ///
    /// The address is none or `memory:`, or what is there is no store of this program, is in use,
    /// is not whole because a load into it was not finished, or is too damaged to be read at all.
    pub async fn check_url(url: &str) -> Result<StoreReport, Error> {
        let mut inspected = inspect(url).await?;
        let report = &mut inspected.report;
        let Some(snapshot) = &inspected.snapshot else {
            return Ok(inspected.report);
        };
        if partitions(&**snapshot).await?.is_empty() {
            return Err(OpenError::Unfinished.into());
        }
        whole(&**snapshot).await?;
        check(&**snapshot, report).await?;
        Ok(inspected.report)
    }

    /// Counts the records of each table, and checks none.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn count(&self) -> Result<BTreeMap<&'static str, u64>, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        let mut counts = BTreeMap::new();
        for partition in partitions(&*snapshot).await? {
            for space in CATALOG.tables().iter().map(|table| table.space()) {
                let range = Key::builder(&partition, space).range()?;
                *counts.entry(space).or_default() += count(&*snapshot, &range).await?;
            }
        }
        Ok(counts)
    }
}

async fn check(snapshot: &dyn Snapshot, report: &mut StoreReport) -> Result<(), Error> {
    let schema = schema(snapshot, report).await?;
    for partition in partitions(snapshot).await? {
        let indexes = schema.indexes();
        let mut known: BTreeSet<_> = indexes
            .map(|(table, index, _)| format!("{table}.{index}"))
            .collect();
        if partition.is_global() {
            known.extend(Schema::SPACES.map(str::to_owned));
        }
        let mut care = Care {
            snapshot,
            partition: &partition,
            schema: &schema,
            report,
            known,
        };
        care.furniture().await?;
        care.histories().await?;
        care.locks().await?;
        care.tombstones().await?;
        care.strangers().await?;
    }
    let info = INFO.key(&Partition::global(), "store")?;
    if snapshot.get(&[info]).await?.iter().all(Option::is_none) {
        let problem = "the record that says what the store is, is missing";
        report.findings.push(problem.to_owned());
    }
    Ok(())
}

/// What the store says of its indexes: it may be behind what this version declares. Where it cannot
/// be read, that is found, and all that is declared is looked for.
async fn schema(snapshot: &dyn Snapshot, report: &mut StoreReport) -> Result<Schema, Error> {
    let note = |finding: Finding| report.findings.push(finding.to_string());
    check_schema(snapshot, note).await?;
    let schema = match CATALOG.read(snapshot).await {
        Err(StoreError::Corrupt { .. }) => return Ok(CATALOG.schema()),
        schema => schema?,
    };
    CATALOG.accepts(&schema)?;
    Ok(schema)
}

/// One partition under check.
struct Care<'a> {
    snapshot: &'a dyn Snapshot,
    partition: &'a Partition,
    schema: &'a Schema,
    report: &'a mut StoreReport,
    /// The spaces of indexes, and of the tables that were looked at.
    known: BTreeSet<String>,
}

impl Care<'_> {
    /// Checks one table; `each` gets what can be read.
    async fn table<R: Record>(
        &mut self,
        table: &Table<R>,
        each: impl FnMut(&Key, R),
    ) -> Result<(), Error> {
        let findings = &mut self.report.findings;
        let note = |finding: Finding| findings.push(finding.to_string());
        let schema = Some(self.schema);
        let counts =
            check_records(self.snapshot, self.partition, table, schema, note, each).await?;
        self.known.insert(table.space().to_owned());
        *self.report.records.entry(table.space()).or_default() += counts.records;
        Ok(())
    }

    /// The tables whose records stand for themselves.
    async fn furniture(&mut self) -> Result<(), Error> {
        let mut format = None;
        self.table(&INFO, |_, info| format = Some(info.0.format))
            .await?;
        if format.is_some() {
            known(format)?;
        }
        self.table(&SCOPES, |_, _| {}).await?;
        self.table(&PRINCIPALS, |_, _| {}).await?;
        self.table(&GRANTS, |_, _| {}).await?;
        self.table(&ACCESS_KEYS, |_, _| {}).await?;
        self.table(&CREDENTIALS, |_, _| {}).await?;
        self.table(&IMAGES, |_, _| {}).await?;
        self.table(&ROLE_MAPS, |_, _| {}).await?;
        self.table(&POLICIES, |_, _| {}).await?;
        self.table(&IMPORTS, |_, _| {}).await?;
        self.table(&JOBS, |_, _| {}).await?;
        self.table(&WORK, |_, _| {}).await?;
        self.table(&GROUPS, |_, _| {}).await?;
        self.table(&LAUNCH_PERMISSIONS, |_, _| {}).await?;
        self.table(&OPENED, |_, _| {}).await?;
        self.servers().await?;
        self.market().await?;
        self.plans().await?;
        self.disk_images().await?;
        self.snapshots().await?;
        self.table(&EVENTS, |_, _| {}).await
    }

    /// What lies in spaces of no table; all tables have been looked at before.
    async fn strangers(&mut self) -> Result<(), Error> {
        let findings = &mut self.report.findings;
        let note = |finding: Finding| findings.push(finding.to_string());
        Ok(check_spaces(self.snapshot, self.partition, &self.known, note).await?)
    }
}
