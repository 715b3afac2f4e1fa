//! What the keys hold, and how it is read.

use crate::layout::Layout;
use atlas_store::{
    CommitId, CommitToken, Committed, Entry, FeedEntry, FeedPosition, Key, Partition, StoreError,
    Version,
};
use etcd_client::KeyValue;
use std::collections::BTreeMap;

/// Where a feed ends and begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) newest: u64,
    /// The smallest position that can be asked for.
    pub(crate) oldest: u64,
    /// The revision that wrote this; 0 where nobody has.
    pub(crate) revision: i64,
}

/// A key that no commit of ours wrote.
pub(crate) fn misread() -> StoreError {
    StoreError::corrupt("a key of the servers is not as this store writes it")
}

fn text(found: &KeyValue) -> Result<&str, StoreError> {
    found.value_str().map_err(|_| misread())
}

/// The ends of a feed, of what was found under its key.
pub(crate) fn head(found: &[KeyValue]) -> Result<Head, StoreError> {
    let Some(found) = found.first() else {
        return Ok(Head::default());
    };
    let read = |text: &str| {
        let (newest, oldest) = text.split_once(' ')?;
        Some(Head {
            newest: newest.parse().ok()?,
            oldest: oldest.parse().ok()?,
            revision: found.mod_revision(),
        })
    };
    read(text(found)?).ok_or_else(misread)
}

pub(crate) fn head_text(newest: u64, oldest: u64) -> String {
    format!("{newest} {oldest}")
}

/// A key and what it holds.
pub(crate) fn entry(layout: &Layout, found: &KeyValue) -> Result<(Key, Entry), StoreError> {
    let key = layout.key(found.key()).ok_or_else(misread)?;
    let key = Key::parse(key).map_err(|_| misread())?;
    Ok((key, value(found)?))
}

/// What a key holds.
pub(crate) fn value(found: &KeyValue) -> Result<Entry, StoreError> {
    let version = u64::try_from(found.mod_revision()).map_err(|_| misread())?;
    Ok(Entry {
        version: Version::from_u64(version),
        value: found.value().into(),
    })
}

/// The entries of a feed, which have to follow a position.
pub(crate) fn feed_entries(
    found: &[KeyValue],
    after: FeedPosition,
) -> Result<Vec<FeedEntry>, StoreError> {
    let mut last = after;
    let entry = |found: &KeyValue| {
        last = last.next();
        let ends = format!(" {:016x}", last.as_u64());
        if !found.key().ends_with(ends.as_bytes()) {
            return Err(StoreError::corrupt("the change feed has a gap"));
        }
        let mut lines = text(found)?.lines();
        let commit = lines.next().and_then(bits).ok_or_else(misread)?;
        let keys = lines.map(Key::parse);
        Ok(FeedEntry {
            position: last,
            commit: CommitId::from_u128(commit),
            keys: keys.collect::<Result<_, _>>().map_err(|_| misread())?,
        })
    };
    found.iter().map(entry).collect()
}

/// An entry of a feed: the commit, and a line for each key.
pub(crate) fn feed_text(commit: CommitId, keys: &[&Key]) -> String {
    let mut text = commit.to_string();
    for key in keys {
        text.push('\n');
        text.push_str(key.as_str());
    }
    text
}

/// The positions of a commit, a line for each partition.
pub(crate) fn positions(committed: &Committed) -> String {
    let line =
        |(partition, position): (&Partition, &FeedPosition)| format!("{partition} {position}");
    let lines: Vec<String> = committed.positions.iter().map(line).collect();
    lines.join("\n")
}

/// What the commit with this token returned, of what was found under its key.
pub(crate) fn committed(
    token: CommitToken,
    found: &[KeyValue],
) -> Result<Option<Committed>, StoreError> {
    let Some(found) = found.first() else {
        return Ok(None);
    };
    let read = |line: &str| {
        let (partition, position) = line.split_once(' ')?;
        let position = FeedPosition::from_u64(position.parse().ok()?);
        Some((Partition::parse(partition).ok()?, position))
    };
    let positions: Option<BTreeMap<_, _>> = text(found)?.lines().map(read).collect();
    Ok(Some(Committed {
        id: commit_id(token),
        positions: positions.ok_or_else(misread)?,
    }))
}

/// A commit is named after its token, which is as much its own and needs no counter that all
/// commits would wait for.
pub(crate) fn commit_id(token: CommitToken) -> CommitId {
    CommitId::from_u128(token.as_u128())
}

fn bits(text: &str) -> Option<u128> {
    u128::from_str_radix(text, 16).ok()
}
