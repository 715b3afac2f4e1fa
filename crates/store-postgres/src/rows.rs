//! How rows are written and read.

use crate::fault::{column, misread};
use atlas_store::{
    CommitId, CommitToken, Committed, Entry, FeedEntry, FeedPosition, Key, Partition, StoreError,
    Version,
};
use std::collections::BTreeMap;
use tokio_postgres::Row;

/// Where a feed ends and begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) newest: FeedPosition,
    /// The smallest position that can be asked for.
    pub(crate) oldest: FeedPosition,
}

/// A number as a column has it.
pub(crate) fn bigint(number: u64) -> i64 {
    // INVARIANT: positions count commits, which no store makes 2^63 of.
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row, at: usize) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(at).map_err(column)?;
    u64::try_from(number).map_err(|_| misread())
}

fn position(row: &Row, at: usize) -> Result<FeedPosition, StoreError> {
    number(row, at).map(FeedPosition::from_u64)
}

fn text(row: &Row, at: usize) -> Result<&str, StoreError> {
    row.try_get(at).map_err(column)
}

/// Columns `version, v`, from `at` on.
pub(crate) fn entry(row: &Row, at: usize) -> Result<Entry, StoreError> {
    Ok(Entry {
        version: Version::from_u64(number(row, at)?),
        value: text(row, at.saturating_add(1))?.as_bytes().into(),
    })
}

/// Column `k`.
pub(crate) fn key(row: &Row) -> Result<Key, StoreError> {
    Key::parse(text(row, 0)?).map_err(|_| misread())
}

/// Columns `newest, oldest`, if there is such a row.
pub(crate) fn head(rows: &[Row]) -> Result<Option<Head>, StoreError> {
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let (newest, oldest) = (position(row, 0)?, position(row, 1)?);
    Ok(Some(Head { newest, oldest }))
}

/// Columns `partition_name, newest, oldest`.
pub(crate) fn heads(rows: &[Row]) -> Result<BTreeMap<String, Head>, StoreError> {
    let head = |row: &Row| {
        let (newest, oldest) = (position(row, 1)?, position(row, 2)?);
        Ok((text(row, 0)?.to_owned(), Head { newest, oldest }))
    };
    rows.iter().map(head).collect()
}

/// Columns `partition_name, newest`.
pub(crate) fn newest(rows: &[Row]) -> Result<BTreeMap<String, FeedPosition>, StoreError> {
    let newest = |row: &Row| Ok((text(row, 0)?.to_owned(), position(row, 1)?));
    rows.iter().map(newest).collect()
}

/// Columns `place, commit_id, keys`, which have to follow a position.
pub(crate) fn feed_entries(
    rows: &[Row],
    after: FeedPosition,
) -> Result<Vec<FeedEntry>, StoreError> {
    let mut last = after;
    let entry = |row: &Row| {
        last = last.next();
        if position(row, 0)? != last {
            return Err(StoreError::corrupt("the change feed has a gap"));
        }
        let keys = text(row, 2)?.lines().map(Key::parse);
        Ok(FeedEntry {
            position: last,
            commit: CommitId::from_u128(bits(text(row, 1)?)?),
            keys: keys.collect::<Result<_, _>>().map_err(|_| misread())?,
        })
    };
    rows.iter().map(entry).collect()
}

/// The keys that an entry of a feed names, a line each.
pub(crate) fn feed_keys(keys: &[&Key]) -> String {
    let lines: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
    lines.join("\n")
}

/// The positions of a commit, a line for each partition.
pub(crate) fn positions(committed: &Committed) -> String {
    let line =
        |(partition, position): (&Partition, &FeedPosition)| format!("{partition} {position}");
    let lines: Vec<String> = committed.positions.iter().map(line).collect();
    lines.join("\n")
}

/// Column `positions`: what the commit with this token returned, if there is such a row.
pub(crate) fn committed(token: CommitToken, rows: &[Row]) -> Result<Option<Committed>, StoreError> {
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let read = |line: &str| {
        let (partition, position) = line.split_once(' ')?;
        let position = FeedPosition::from_u64(position.parse().ok()?);
        Some((Partition::parse(partition).ok()?, position))
    };
    let lines = text(row, 0)?.lines().map(read);
    Ok(Some(Committed {
        id: commit_id(token),
        positions: lines.collect::<Option<_>>().ok_or_else(misread)?,
    }))
}

/// A commit is named after its token, which is as much its own and needs no counter that all
/// commits would wait for.
pub(crate) fn commit_id(token: CommitToken) -> CommitId {
    CommitId::from_u128(token.as_u128())
}

fn bits(text: &str) -> Result<u128, StoreError> {
    u128::from_str_radix(text, 16).map_err(|_| misread())
}
