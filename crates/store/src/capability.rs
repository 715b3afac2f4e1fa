//! What an engine can hold and do.

use crate::{Commit, StoreError, Write};
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
        let mut bytes = 0_usize;
        for write in &commit.writes {
            let key = write.key().as_str().len();
            Limit::KeyBytes.check(Some(self.max_key_bytes), key)?;
            let value = match write {
                Write::Put { value, .. } => value.len(),
                Write::Delete { .. } => 0,
            };
            Limit::ValueBytes.check(Some(self.max_value_bytes), value)?;
            bytes = bytes.saturating_add(key).saturating_add(value);
        }
        let reads = commit
            .reads
            .keys
            .len()
            .saturating_add(commit.reads.ranges.len());
        Limit::Operations.check(self.max_operations, commit.writes.len().max(reads))?;
        Limit::CommitBytes.check(self.max_commit_bytes, bytes)
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
