//! The tables of the file, and how their rows are written.

use atlas_store::{
    CommitId, CommitToken, Committed, Entry, FeedEntry, FeedPosition, Key, Partition, StoreError,
    Version,
};
use redb::TableDefinition;
use std::collections::BTreeMap;

/// The format of the tables below. It is raised when an older program would misread the file.
pub(crate) const FORMAT: u32 = 1;
/// What the row `store` of [`META`] says in every file of ours.
pub(crate) const MARKER: &str = "cloud-atlas";

/// Rows `store`, `format` and `writer`: whose file this is, and by which version. Row `content`:
/// whose records it holds, and in which format.
pub(crate) const META: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
/// Row `commit`: the number of the newest commit.
pub(crate) const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");
/// Key to the number of the commit that put it (8 bytes), and the value.
pub(crate) const ENTRIES: Bytes = TableDefinition::new("entries");
/// Partition, zero, position (8 bytes) to commit number (8 bytes), and the keys, a line each.
pub(crate) const FEED: Bytes = TableDefinition::new("feed");
/// Partition to the head of its feed (8 bytes) and the position before its oldest entry (8 bytes).
pub(crate) const HEADS: Bytes = TableDefinition::new("heads");
/// Commit number to its token (16 bytes), and a line for each partition: name, blank, position.
pub(crate) const COMMITS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("commits");
/// Token (16 bytes) to the number of its commit.
pub(crate) const TOKENS: TableDefinition<'_, &[u8], u64> = TableDefinition::new("tokens");

pub(crate) type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Where the feed of a partition ends and begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) newest: FeedPosition,
    /// The smallest position that can be asked for.
    pub(crate) oldest: FeedPosition,
}

pub(crate) fn entry(version: u64, value: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(value.len() + 8);
    row.extend(version.to_be_bytes());
    row.extend(value);
    row
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

pub(crate) fn head(head: Head) -> [u8; 16] {
    (u128::from(head.newest.as_u64()) << 64 | u128::from(head.oldest.as_u64())).to_be_bytes()
}

pub(crate) fn read_head(row: &[u8]) -> Option<Head> {
    let (newest, rest) = row.split_first_chunk::<8>()?;
    let (oldest, []) = rest.split_first_chunk::<8>()? else {
        return None;
    };
    let head = Head {
        newest: FeedPosition::from_u64(u64::from_be_bytes(*newest)),
        oldest: FeedPosition::from_u64(u64::from_be_bytes(*oldest)),
    };
    (head.oldest <= head.newest).then_some(head)
}

pub(crate) fn read_partition(row: &[u8]) -> Option<Partition> {
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
