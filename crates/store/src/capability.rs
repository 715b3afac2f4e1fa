//! What an engine can hold and do.

use crate::{Commit, Key, StoreError, Write};
use core::fmt;

/// What an engine can hold and do, known before the first record is written.
///
/// Limits are part of the contract: what must be atomic has a stated size, and a program that
/// needs more than an engine has finds out when the store is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// The engine's name, as in the scheme of a store URL: `memory`, `redb`.
    pub name: &'static str,
    /// The most bytes of a key; at least [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES).
    pub max_key_bytes: usize,
    /// The most bytes of a value.
    pub max_value_bytes: usize,
    /// The most writes of one commit, and the most keys and ranges of its read set.
    pub max_operations: Option<usize>,
    /// The most bytes of keys and values that one commit writes.
    pub max_commit_bytes: Option<usize>,
    /// Whether [`Store::wait`](crate::Store::wait) wakes at a commit, rather than after a while.
    pub push_feed: bool,
    /// Whether no other process can write while this one holds the store.
    pub exclusive: bool,
}

impl Capability {
    /// The capability of an engine without limits of its own: keys of 512 bytes, values of 16 MiB,
    /// commits of any size, a polled feed, other writers possible.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            max_key_bytes: crate::MAX_KEY_BYTES,
            max_value_bytes: 16 << 20,
            max_operations: None,
            max_commit_bytes: None,
            push_feed: false,
            exclusive: false,
        }
    }

    /// Checks a commit against every limit; all engines call this before they touch anything.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] names the first limit that is exceeded.
    pub fn check(&self, commit: &Commit) -> Result<(), StoreError> {
        self.admits(&Footprint::of(commit))
    }

    /// Checks what a commit would ask of the engine, before there is one: [`Tx::weight`] tells.
    ///
    /// [`Tx::weight`]: crate::Tx::weight
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] names the first limit that is exceeded.
    pub fn admits(&self, footprint: &Footprint) -> Result<(), StoreError> {
        Limit::KeyBytes.check(Some(self.max_key_bytes), footprint.largest_key)?;
        Limit::ValueBytes.check(Some(self.max_value_bytes), footprint.largest_value)?;
        Limit::Operations.check(self.max_operations, footprint.operations())?;
        Limit::CommitBytes.check(self.max_commit_bytes, footprint.bytes)
    }
}

/// What a commit, or a part of one, asks of an engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Footprint {
    /// Keys that it writes or deletes.
    pub writes: usize,
    /// Keys and intervals that it has read.
    pub reads: usize,
    /// Bytes of the keys and values that it writes.
    pub bytes: usize,
    /// Bytes of the longest key that it writes.
    pub largest_key: usize,
    /// Bytes of the longest value that it writes.
    pub largest_value: usize,
}

impl Footprint {
    /// Of a commit.
    pub fn of(commit: &Commit) -> Self {
        let reads = &commit.reads;
        let footprint = Self {
            reads: reads.keys.len().saturating_add(reads.ranges.len()),
            ..Self::default()
        };
        commit.writes.iter().fold(footprint, |footprint, write| {
            let value = match write {
                Write::Put { value, .. } => value.len(),
                Write::Delete { .. } => 0,
            };
            footprint.with_write(write.key(), value)
        })
    }

    /// With one more write.
    pub(crate) fn with_write(self, key: &Key, value: usize) -> Self {
        let key = key.as_str().len();
        Self {
            writes: self.writes.saturating_add(1),
            bytes: self.bytes.saturating_add(key).saturating_add(value),
            largest_key: self.largest_key.max(key),
            largest_value: self.largest_value.max(value),
            ..self
        }
    }

    /// What an engine counts as operations: the writes or the reads, whichever are more.
    pub fn operations(&self) -> usize {
        self.writes.max(self.reads)
    }

    /// The most that this and another part can ask for in one commit; less where both read or
    /// write the same keys.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            writes: self.writes.saturating_add(other.writes),
            reads: self.reads.saturating_add(other.reads),
            bytes: self.bytes.saturating_add(other.bytes),
            largest_key: self.largest_key.max(other.largest_key),
            largest_value: self.largest_value.max(other.largest_value),
        }
    }
}

/// Which limit of a [`Capability`] was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of one key.
    KeyBytes,
    /// Bytes of one value.
    ValueBytes,
    /// Writes, or reads, of one commit.
    Operations,
    /// Bytes of keys and values that one commit writes.
    CommitBytes,
}

impl Limit {
    pub(crate) fn check(self, limit: Option<usize>, found: usize) -> Result<(), StoreError> {
        match limit {
            Some(limit) if found > limit => Err(StoreError::TooLarge {
                what: self,
                limit,
                found,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyBytes => "bytes of a key",
            Self::ValueBytes => "bytes of a value",
            Self::Operations => "operations of a commit",
            Self::CommitBytes => "bytes of a commit",
        })
    }
}
