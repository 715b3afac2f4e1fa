//! Whether a store is what its tables say: records and index rows, in both directions.

use crate::{
    Entry, Index, IndexState, Key, KeyRange, Page, Partition, Record, Schema, Snapshot, StoreError,
    Table,
    key::FullKey,
    record::{check_value, open, uncut_key},
    scan::Scan,
    table::Pointer,
};
use core::fmt;
use std::collections::BTreeSet;

/// What is wrong at one place.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Finding {
    /// A value is damaged, or no record of its table.
    Unreadable {
        /// Where.
        key: Key,
        /// Why.
        error: StoreError,
    },
    /// An index has no row for a record.
    MissingRow {
        /// The index.
        index: &'static str,
        /// The row that should be there.
        row: Key,
        /// The record.
        record: Key,
    },
    /// The row for a record leads to another.
    WrongRow {
        /// The index.
        index: &'static str,
        /// The row.
        row: Key,
        /// The record that it should lead to.
        record: Key,
        /// The record that it leads to.
        found: Key,
    },
    /// A row leads to a record that is not there, or that does not belong under it.
    StrayRow {
        /// The index.
        index: &'static str,
        /// The row.
        row: Key,
        /// Where it leads.
        found: Key,
    },
    /// A space is no table's and no index's.
    Unknown {
        /// The first key in it.
        key: Key,
        /// How many keys it has.
        entries: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |key: &Key| atlas_base::quoted(key.as_str()).to_string();
        match self {
            Self::Unreadable { key, .. } => write!(f, "{} cannot be read", shown(key)),
            Self::MissingRow { index, row, record } => {
                let (row, record) = (shown(row), shown(record));
                write!(f, "index `{index}` lacks the row {row} for {record}")
            }
            Self::WrongRow {
                index,
                row,
                record,
                found,
            } => {
                let (row, record, found) = (shown(row), shown(record), shown(found));
                write!(
                    f,
                    "the row {row} of index `{index}` leads to {found} instead of {record}"
                )
            }
            Self::StrayRow { index, row, found } => {
                let (row, found) = (shown(row), shown(found));
                write!(
                    f,
                    "the row {row} of index `{index}` leads to {found}, which is not under it"
                )
            }
            Self::Unknown { key, entries } => {
                let (space, key) = (atlas_base::quoted(key.space().as_written()), shown(key));
                write!(
                    f,
                    "the space {space} is of no known table; keys in it: {entries}, from {key} on"
                )
            }
        }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckCounts {
    /// Records, or values of any kind.
    pub records: u64,
    /// Index rows.
    pub rows: u64,
    /// Findings reported.
    pub findings: u64,
}

/// The partitions that hold anything, in order; costs one read for each.
///
/// # Errors
///
/// The snapshot cannot be read.
pub async fn partitions(snapshot: &dyn Snapshot) -> Result<Vec<Partition>, StoreError> {
    let mut partitions = Vec::new();
    let mut rest = KeyRange::all();
    loop {
        let slice = snapshot.range(&rest, Page::first(1)).await?;
        match (slice.entries.first(), slice.next) {
            (Some((key, _)), _) => {
                let partition = key.partition();
                rest = KeyRange::new(KeyRange::partition(&partition).end(), rest.end());
                partitions.push(partition);
            }
            (None, Some(next)) => rest = next,
            (None, None) => return Ok(partitions),
        }
    }
}

/// Checks the envelope and the checksum of every value in a range.
///
/// # Errors
///
/// The snapshot cannot be read; what is wrong with values is reported to `report`.
pub async fn check_values(
    snapshot: &dyn Snapshot,
    range: &KeyRange,
    mut report: impl FnMut(Finding),
) -> Result<CheckCounts, StoreError> {
    let mut counts = CheckCounts::default();
    let mut scan = Scan::new(range.clone());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            counts.records += 1;
            if let Err(error) = check_value(&key, &entry.value) {
                counts.findings += 1;
                report(Finding::Unreadable { key, error });
            }
        }
    }
    Ok(counts)
}

/// Checks one table in one partition: every record can be read and has its rows, and every row of
/// its indexes leads to a record that belongs under it.
///
/// # Errors
///
/// The snapshot cannot be read; what is wrong with records and rows is reported to `report`.
pub async fn check_table<R: Record>(
    snapshot: &dyn Snapshot,
    partition: &Partition,
    table: &Table<R>,
    report: impl FnMut(Finding),
) -> Result<CheckCounts, StoreError> {
    check_records(snapshot, partition, table, None, report, |_, _| {}).await
}

/// Like [`check_table`] under a schema, and hands every record that can be read to `each`, with its
/// key, in the order of the keys.
///
/// An index that is being built may lack rows, but those that it has lead where they must; one that
/// is dropped, or that the store does not have, is not looked at. Without a schema all that are
/// declared are readable.
///
/// # Errors
///
/// As there.
pub async fn check_records<R: Record>(
    snapshot: &dyn Snapshot,
    partition: &Partition,
    table: &Table<R>,
    schema: Option<&Schema>,
    mut report: impl FnMut(Finding),
    mut each: impl FnMut(&Key, R),
) -> Result<CheckCounts, StoreError> {
    let mut check = Check {
        snapshot,
        partition,
        table,
        schema,
        counts: CheckCounts::default(),
    };
    check.records(&mut report, &mut each).await?;
    for index in table.indexes() {
        if check.state(index).is_some_and(IndexState::is_live) {
            check.rows(index, &mut report).await?;
        }
    }
    Ok(check.counts)
}

/// Finds what lies in a partition outside the spaces of these names, which are those of tables and
/// of their indexes: see [`Table::spaces`].
///
/// # Errors
///
/// The snapshot cannot be read; each other space is reported to `report`.
pub async fn check_spaces(
    snapshot: &dyn Snapshot,
    partition: &Partition,
    known: &BTreeSet<String>,
    mut report: impl FnMut(Finding),
) -> Result<(), StoreError> {
    let mut rest = KeyRange::partition(partition);
    loop {
        let slice = snapshot.range(&rest, Page::first(1)).await?;
        let Some((key, _)) = slice.entries.into_iter().next() else {
            match slice.next {
                Some(next) => rest = next,
                None => return Ok(()),
            }
            continue;
        };
        let written = key.space().as_written();
        let space = KeyRange::below(&format!("{} {written}", partition.as_str()));
        rest = KeyRange::new(space.end(), rest.end());
        if !known.contains(written) {
            let entries = count(snapshot, &space).await?;
            report(Finding::Unknown { key, entries });
        }
    }
}

/// Counts the keys of a range; values are read and not looked at.
///
/// # Errors
///
/// The snapshot cannot be read.
pub async fn count(snapshot: &dyn Snapshot, range: &KeyRange) -> Result<u64, StoreError> {
    let mut entries = 0;
    let mut scan = Scan::new(range.clone());
    while let Some(found) = scan.next(snapshot).await? {
        entries += u64::try_from(found.len()).unwrap_or(u64::MAX);
    }
    Ok(entries)
}

/// A row that may be there, the name of its index, and whether it must.
type Expected = (&'static str, Key, bool);

/// A check under way.
struct Check<'a, R: 'static> {
    snapshot: &'a dyn Snapshot,
    partition: &'a Partition,
    table: &'a Table<R>,
    schema: Option<&'a Schema>,
    counts: CheckCounts,
}

impl<R: Record> Check<'_, R> {
    fn state(&self, index: &Index<R>) -> Option<IndexState> {
        match self.schema {
            Some(schema) => schema.state(self.table.space(), index.name()),
            None => Some(IndexState::Readable),
        }
    }

    /// From the records to their rows.
    async fn records(
        &mut self,
        report: &mut impl FnMut(Finding),
        each: &mut impl FnMut(&Key, R),
    ) -> Result<(), StoreError> {
        let mut scan = Scan::new(Key::builder(self.partition, self.table.space()).range()?);
        while let Some(entries) = scan.next(self.snapshot).await? {
            for (key, entry) in entries {
                self.counts.records += 1;
                match self.read(&key, &entry) {
                    Ok((record, expected)) => {
                        each(&key, record);
                        self.record(key, expected, report).await?;
                    }
                    Err(error) => self.find(Finding::Unreadable { key, error }, report),
                }
            }
        }
        Ok(())
    }

    /// Whether one record has these rows.
    async fn record(
        &mut self,
        key: Key,
        mut expected: Vec<Expected>,
        report: &mut impl FnMut(Finding),
    ) -> Result<(), StoreError> {
        expected.retain(|(_, _, must)| *must);
        let rows: Vec<_> = expected.iter().map(|(_, row, _)| row.clone()).collect();
        let stored = if rows.is_empty() {
            Vec::new()
        } else {
            self.snapshot.get(&rows).await?
        };
        for ((index, row, _), stored) in expected.into_iter().zip(stored) {
            let record = key.clone();
            match stored.map(|entry| open::<Pointer>(&row, None, &entry.value)) {
                None => self.find(Finding::MissingRow { index, row, record }, report),
                Some(Ok(Pointer(found))) if found != key => {
                    self.find(
                        Finding::WrongRow {
                            index,
                            row,
                            record,
                            found,
                        },
                        report,
                    );
                }
                // A row that cannot be read is found on the way back.
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// From the rows of an index to the records.
    async fn rows(
        &mut self,
        index: &Index<R>,
        report: &mut impl FnMut(Finding),
    ) -> Result<(), StoreError> {
        let space = index.space(self.table.space());
        let mut scan = Scan::new(Key::builder(self.partition, &space).range()?);
        while let Some(entries) = scan.next(self.snapshot).await? {
            let mut rows = Vec::with_capacity(entries.len());
            let mut targets = Vec::with_capacity(entries.len());
            for (row, entry) in entries {
                self.counts.rows += 1;
                match open(&row, None, &entry.value) {
                    Ok(Pointer(target)) => {
                        rows.push(row);
                        targets.push(target);
                    }
                    Err(error) => self.find(Finding::Unreadable { key: row, error }, report),
                }
            }
            let records = self.snapshot.get(&targets).await?;
            let own = Key::builder(self.partition, self.table.space()).range()?;
            for ((row, found), record) in rows.into_iter().zip(targets).zip(records) {
                let belongs = match record.map(|entry| self.read(&found, &entry)) {
                    None => false,
                    // A record of this table that cannot be read was found on the way there.
                    Some(Err(_)) => own.contains(&found),
                    Some(Ok((_, rows))) => rows.iter().any(|(_, expected, _)| *expected == row),
                };
                if !belongs {
                    let index = index.name();
                    self.find(Finding::StrayRow { index, row, found }, report);
                }
            }
        }
        Ok(())
    }

    /// A record, and the rows that its indexes must have.
    fn read(&self, key: &Key, entry: &Entry) -> Result<(R, Vec<Expected>), StoreError> {
        let record: R = open(key, None, &entry.value)?;
        let full = FullKey {
            key: key.clone(),
            uncut: uncut_key(key, &entry.value)?,
        };
        let live = |index: &Index<R>| self.state(index).is_some_and(IndexState::is_live);
        let rows = self.table.rows(self.partition, &full, &record, live)?;
        let rows = rows.into_iter().map(|(row, (index, _))| {
            let must = self.state(index) == Some(IndexState::Readable);
            (index.name(), row, must)
        });
        Ok((record, rows.collect()))
    }

    fn find(&mut self, finding: Finding, report: &mut impl FnMut(Finding)) {
        self.counts.findings += 1;
        report(finding);
    }
}
