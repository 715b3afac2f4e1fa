//! The tables of the file, and how their rows are written.

use crate::guard::engine;
use atlas_store::{
    CommitId, CommitToken, Committed, Entry, FeedEntry, FeedPosition, Key, Partition, StoreError,
    Version,
};
use redb::{AccessGuard, ReadableTable, TableDefinition};
use std::collections::BTreeMap;

/// The format of the tables below. It is raised when an older program would misread the file.
pub(crate) const FORMAT: u32 = 1;
/// What the row `store` of [`META`] says in every file of ours.
pub(crate) const MARKER: &str = "cloud-atlas";

/// Rows `store`, `format` and `writer`: whose file this is, and by which version. Row `content`:
/// whose records it holds, and in which format.
pub(crate) const META: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
/// Key to the number of the commit that put it (8 bytes), and the value.
pub(crate) const ENTRIES: Bytes = TableDefinition::new("entries");
/// Partition, zero, position (8 bytes) to commit number (8 bytes), and the keys, a line each.
pub(crate) const FEED: Bytes = TableDefinition::new("feed");
/// Commit number to its token (16 bytes), and a line for each partition: name, blank, position.
///
/// Neither this nor the feed is ever empty once something was written: the newest commit's number
/// and where each feed ends are read from their last rows, so that a commit changes no more pages
/// than it must.
pub(crate) const COMMITS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("commits");

pub(crate) type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Where the feed of a partition ends and begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) newest: FeedPosition,
    /// The smallest position that can be asked for.
    pub(crate) oldest: FeedPosition,
}

/// Fills a row of [`ENTRIES`], which has eight bytes more than the value.
pub(crate) fn write_entry(row: &mut [u8], version: u64, value: &[u8]) {
    if let Some((place, rest)) = row.split_first_chunk_mut::<8>() {
        *place = version.to_be_bytes();
        if rest.len() == value.len() {
            rest.copy_from_slice(value);
        }
    }
}

pub(crate) fn read_entry(row: &[u8]) -> Option<Entry> {
    let (version, value) = row.split_first_chunk::<8>()?;
    Some(Entry {
        value: value.into(),
        version: Version::from_u64(u64::from_be_bytes(*version)),
    })
}

pub(crate) fn read_key(row: &[u8]) -> Option<Key> {
    Key::parse(str::from_utf8(row).ok()?).ok()
}

pub(crate) fn feed_key(partition: &Partition, position: FeedPosition) -> Vec<u8> {
    let mut row = partition.as_str().as_bytes().to_vec();
    row.push(0);
    row.extend(position.as_u64().to_be_bytes());
    row
}

pub(crate) fn read_feed_key(row: &[u8]) -> Option<(Partition, FeedPosition)> {
    let (rest, position) = row.split_last_chunk::<8>()?;
    let (0, partition) = rest.split_last()? else {
        return None;
    };
    let position = FeedPosition::from_u64(u64::from_be_bytes(*position));
    Some((read_partition(partition)?, position))
}

pub(crate) fn feed_entry(commit: u64, keys: &[&Key]) -> Vec<u8> {
    let mut row = commit.to_be_bytes().to_vec();
    for key in keys {
        row.extend(key.as_str().as_bytes());
        row.push(b'\n');
    }
    row
}

pub(crate) fn read_feed_entry(position: FeedPosition, row: &[u8]) -> Option<FeedEntry> {
    let (commit, keys) = row.split_first_chunk::<8>()?;
    let keys = str::from_utf8(keys).ok()?;
    Some(FeedEntry {
        position,
        commit: commit_id(u64::from_be_bytes(*commit)),
        keys: keys
            .lines()
            .map(|line| Key::parse(line).ok())
            .collect::<Option<_>>()?,
    })
}

/// Where the feed of a partition ends and begins; nothing where it was never written to.
pub(crate) fn head(
    feed: &impl ReadableTable<&'static [u8], &'static [u8]>,
    partition: &Partition,
) -> Result<Option<Head>, StoreError> {
    let place = |row: AccessGuard<'_, &'static [u8]>| {
        let place = read_feed_key(row.value()).ok_or_else(misread)?;
        Ok::<_, StoreError>(place.1)
    };
    let (start, end) = feed_bounds(partition);
    let mut rows = feed
        .range::<&[u8]>(start.as_slice()..end.as_slice())
        .map_err(engine)?;
    let Some(first) = rows.next() else {
        return Ok(None);
    };
    let first = place(first.map_err(engine)?.0)?;
    let newest = match rows.next_back() {
        Some(last) => place(last.map_err(engine)?.0)?,
        None => first,
    };
    let oldest = FeedPosition::from_u64(first.as_u64().saturating_sub(1));
    Ok(Some(Head { newest, oldest }))
}

/// Where the feed of every partition ends and begins.
pub(crate) fn heads(
    feed: &impl ReadableTable<&'static [u8], &'static [u8]>,
) -> Result<BTreeMap<Partition, Head>, StoreError> {
    let mut heads = BTreeMap::new();
    let mut from = Vec::new();
    loop {
        let mut rows = feed.range::<&[u8]>(from.as_slice()..).map_err(engine)?;
        let Some(row) = rows.next() else {
            return Ok(heads);
        };
        let (partition, _) = read_feed_key(row.map_err(engine)?.0.value()).ok_or_else(misread)?;
        let end = feed_bounds(&partition).1;
        // INVARIANT: the engine keeps order; on a damaged file it may not, and this would not
        // come to an end.
        if end <= from {
            return Err(misread());
        }
        let head = head(feed, &partition)?.ok_or_else(misread)?;
        heads.insert(partition, head);
        from = end;
    }
}

/// Before the first row of a partition's feed, and behind its last.
fn feed_bounds(partition: &Partition) -> (Vec<u8>, Vec<u8>) {
    let bound = |last: u8| [partition.as_str().as_bytes(), &[last]].concat();
    (bound(0), bound(1))
}

fn read_partition(row: &[u8]) -> Option<Partition> {
    Partition::parse(str::from_utf8(row).ok()?).ok()
}

pub(crate) fn commit_row(token: CommitToken, committed: &Committed) -> Vec<u8> {
    let mut row = token.as_u128().to_be_bytes().to_vec();
    for (partition, position) in &committed.positions {
        row.extend(format!("{partition} {position}\n").into_bytes());
    }
    row
}

pub(crate) fn read_commit(number: u64, row: &[u8]) -> Option<(CommitToken, Committed)> {
    let (token, lines) = row.split_first_chunk::<16>()?;
    let mut committed = Committed {
        id: commit_id(number),
        positions: BTreeMap::new(),
    };
    for line in str::from_utf8(lines).ok()?.lines() {
        let (partition, position) = line.split_once(' ')?;
        let position = FeedPosition::from_u64(position.parse().ok()?);
        committed
            .positions
            .insert(Partition::parse(partition).ok()?, position);
    }
    Some((
        CommitToken::from_u128(u128::from_be_bytes(*token)),
        committed,
    ))
}

pub(crate) fn commit_id(number: u64) -> CommitId {
    CommitId::from_u128(number.into())
}

/// A row that none of the functions above wrote.
pub(crate) fn misread() -> StoreError {
    StoreError::corrupt("a row is not as this store writes it")
}
