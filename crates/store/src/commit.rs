//! What a transaction hands to an engine, and what it gets back.

use crate::{FeedPosition, Key, KeyRange, Partition};
use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

/// The bytes of a value; the record layer writes UTF-8 JSON.
pub type Value = Arc<[u8]>;

/// Which state of a key was read. Two versions of one key are only ever compared for equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version that an engine numbers so. A key's versions never repeat, not even across a
    /// delete.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The engine's number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// What must not have moved since the snapshot for a commit to succeed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSet {
    /// Keys that were read, with the version that the snapshot gave, or none where it had none.
    pub keys: BTreeMap<Key, Option<Version>>,
    /// Intervals that were read, sorted and disjoint: no key in them may have been put or deleted.
    pub ranges: Vec<KeyRange>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a closed set: a key is there or it is not"
)]
pub enum Write {
    /// The key has this value from now on.
    Put {
        /// Whose value it is.
        key: Key,
        /// The value.
        value: Value,
    },
    /// The key is gone; deleting a key that is not there changes nothing but counts as a change.
    Delete {
        /// What is deleted.
        key: Key,
    },
}

impl Write {
    /// The key that changes.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. } | Self::Delete { key } => key,
        }
    }
}

/// Everything that a transaction asks of an engine, at once.
#[derive(Debug, Clone)]
pub struct Commit {
    /// What must not have moved.
    pub reads: ReadSet,
    /// What changes, in key order, at most one write a key. A commit without writes is legal: it
    /// checks its reads and keeps its token, and touches no partition.
    pub writes: Vec<Write>,
    /// The name of this attempt; see [`CommitToken`].
    pub token: CommitToken,
}

/// The name of one commit attempt, chosen by the caller.
///
/// An engine keeps the token of each successful commit together with its writes, for as long as it
/// says: at least until nobody can still wait for that commit's answer.
/// A commit that meets its own token changes nothing, checks nothing and returns what the first
/// attempt returned: that is how an unknown outcome is settled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitToken(u128);

impl CommitToken {
    /// The token of these bits, which no other commit may use.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// The engine's name of a successful commit. It says nothing about order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(u128);

impl CommitId {
    /// The id that an engine gives.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// The engine's bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

macro_rules! hex_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:x})"), self.0)
            }
        }
    )*};
}

hex_text!(CommitToken, CommitId);

/// A commit that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its name.
    pub id: CommitId,
    /// Where it stands in the feed of each partition that it wrote to; empty only for a commit
    /// without writes.
    pub positions: BTreeMap<Partition, FeedPosition>,
}
