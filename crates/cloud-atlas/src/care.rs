//! Care of the store: dump, load, check, count.

use crate::{
    Atlas, Error, Session,
    open::{known, recognise},
    tables::{
        CHANNELS, CONTENTS, CREDENTIALS, EVENTS, GRANTS, IMAGES, IMPORTS, INFO, MCIS, PRINCIPALS,
        REVISIONS, SCOPES, grant_parts, principal_parts,
    },
};
use atlas_base::Digest;
use atlas_history::Frozen;
use atlas_mci::Content;
use atlas_scope::{Grant, PrincipalId, Role, Scope};
use atlas_store::{
    CheckCounts, DumpHeader, Finding, Key, Partition, Query, Record, Snapshot, Table, Tx,
    check_table, dump, load, partitions, verify,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

/// What a check of the whole store found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreReport {
    /// How many records of each table there are.
    pub records: BTreeMap<&'static str, u64>,
    /// What is wrong, a line each; nothing where all is well.
    pub findings: Vec<String>,
}

impl Atlas {
    /// Writes every record as a line of JSON: a header, then the records in the order of their
    /// keys. Two equal stores give equal dumps.
    ///
    /// # Errors
    ///
    /// The store fails, or `sink` does.
    pub async fn dump(
        &self,
        mut sink: impl FnMut(&str) -> io::Result<()>,
    ) -> Result<DumpHeader, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        dump(&*snapshot, |line| sink(line).map_err(Error::Sink)).await
    }

    /// Replaces what `init` wrote by the records of a dump. The dump is read twice, and checked as
    /// a whole before anything is written; the store must hold nothing else.
    ///
    /// # Errors
    ///
    /// The store holds more than `init` wrote, the lines are no dump or damaged, the dump is not of
    /// this program or of a later version of it, or the store fails.
    pub async fn load<L>(&self, lines: impl Fn() -> io::Result<L>) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        let mut format = None;
        let first = lines().map_err(Error::Dump)?.into_iter();
        verify(first.inspect(|line| format = format.or(line.as_deref().ok().and_then(format_of))))?;
        known(format)?;
        let shared = &self.shared;
        let furniture = furniture()?;
        let may_replace = |key: &Key| furniture.contains(key);
        let writing = shared.caches.writing();
        let outcome = load(
            &*shared.store,
            &shared.retries,
            may_replace,
            lines().map_err(Error::Dump)?,
        )
        .await;
        writing.done();
        let header = outcome?;
        recognise(self).await?;
        Ok(header)
    }

    /// Reads everything: values against their checksums, indexes against their records,
    /// revisions and contents against their digests.
    ///
    /// # Errors
    ///
    /// The store cannot be read at all. What is wrong inside is an answer.
    pub async fn check(&self) -> Result<StoreReport, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        let mut report = StoreReport::default();
        for partition in partitions(&*snapshot).await? {
            let mut care = Care {
                snapshot: &*snapshot,
                partition: &partition,
                report: &mut report,
            };
            care.table(&INFO).await?;
            care.table(&SCOPES).await?;
            care.table(&PRINCIPALS).await?;
            care.table(&GRANTS).await?;
            care.table(&CREDENTIALS).await?;
            care.table(&IMAGES).await?;
            care.table(&MCIS).await?;
            care.table(&REVISIONS).await?;
            care.table(&CONTENTS).await?;
            care.table(&CHANNELS).await?;
            care.table(&IMPORTS).await?;
            care.table(&EVENTS).await?;
        }
        if report.findings.is_empty() {
            self.check_digests(&mut report).await?;
            self.check_lineages(&mut report).await?;
        }
        Ok(report)
    }

    /// Revisions against their digests, and the contents they name.
    async fn check_digests(&self, report: &mut StoreReport) -> Result<(), Error> {
        let tx = Tx::begin(&*self.shared.store).await?;
        let all = partitions(&*self.shared.store.snapshot().await?).await?;
        for partition in all {
            let mut query = Query::all(&partition).limit(1000);
            loop {
                let page = REVISIONS.query(&tx, &query).await?;
                for found in &page.found {
                    let revision = &found.record.0.revision;
                    if let Err(error) = revision.verify() {
                        report
                            .findings
                            .push(format!("{}: {error}", found.record.0.lineage));
                    }
                    let digest = revision.content();
                    let content = CONTENTS.get(&tx, &partition, digest.to_string()).await?;
                    if let Some(problem) = content_problem(content.map(|kept| kept.0.text), digest)
                    {
                        let lineage = found.record.0.lineage;
                        let number = revision.number();
                        report
                            .findings
                            .push(format!("{lineage}@{number}: {problem}"));
                    }
                }
                match page.next {
                    Some(next) => query = query.after(Some(next)),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Lineages against their revisions: all numbers up to the newest are there, and nothing points
    /// beyond it.
    async fn check_lineages(&self, report: &mut StoreReport) -> Result<(), Error> {
        let unit = Session::new(self.clone(), administrator()?).read().await?;
        for partition in partitions(&*self.shared.store.snapshot().await?).await? {
            for mci in unit.all(&MCIS, &partition, ()).await? {
                let (lineage, last) = (mci.0.lineage, mci.0.last.map(|last| last.number.get()));
                let known = unit
                    .all(&REVISIONS, &partition, lineage.to_string())
                    .await?;
                let mut known: BTreeSet<_> = known
                    .iter()
                    .map(|kept| kept.0.revision.number().get())
                    .collect();
                for number in 1..=last.unwrap_or(0) {
                    if !known.remove(&number) {
                        report
                            .findings
                            .push(format!("{lineage}@{number}: the revision is missing"));
                    }
                }
                for number in known {
                    let problem = format!("{lineage}@{number}: the lineage does not know of it");
                    report.findings.push(problem);
                }
                let channels = unit.all(&CHANNELS, &partition, lineage.to_string()).await?;
                for channel in channels.iter().map(|kept| &kept.0.channel) {
                    if Some(channel.current().get()) > last {
                        let (name, number) = (channel.name(), channel.current());
                        let problem =
                            format!("{lineage}@{name}: points to {number}, which is not there");
                        report.findings.push(problem);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The record format that a line of a dump tells, if it is the line that does.
fn format_of(line: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Line {
        v: Envelope,
    }
    #[derive(Deserialize)]
    struct Envelope {
        v: Info,
    }
    #[derive(Deserialize)]
    struct Info {
        format: u32,
    }
    if !line.starts_with(r#"{"k":"/ info store","#) {
        return None;
    }
    let line: Line = serde_json::from_str(line).ok()?;
    Some(line.v.v.format)
}

fn content_problem(text: Option<String>, digest: Digest) -> Option<String> {
    let Some(text) = text else {
        return Some(format!("its content {digest} is missing"));
    };
    let read = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
    Frozen::<Content>::from_stored(text.into(), digest, read)
        .err()
        .map(|error| error.to_string())
}

fn administrator() -> Result<PrincipalId, Error> {
    PrincipalId::parse("admin").map_err(Error::Principal)
}

/// The keys that `init` writes into every store.
fn furniture() -> Result<[Key; 4], Error> {
    let global = Partition::global();
    let admin = administrator()?;
    let grant = Grant::new(admin.clone(), Role::ADMIN, Scope::global());
    Ok([
        INFO.key(&global, "store")?,
        SCOPES.key(&global, "/")?,
        PRINCIPALS.key(&global, principal_parts(&admin))?,
        GRANTS.key(&global, grant_parts(&grant))?,
    ])
}

/// One partition under check.
struct Care<'a> {
    snapshot: &'a dyn Snapshot,
    partition: &'a Partition,
    report: &'a mut StoreReport,
}

impl Care<'_> {
    async fn table<R: Record>(&mut self, table: &Table<R>) -> Result<(), Error> {
        let findings = &mut self.report.findings;
        let counts: CheckCounts =
            check_table(self.snapshot, self.partition, table, |finding: Finding| {
                findings.push(finding.to_string());
            })
            .await?;
        *self.report.records.entry(table.space()).or_default() += counts.records;
        Ok(())
    }
}
