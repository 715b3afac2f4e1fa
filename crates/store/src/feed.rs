//! The change feed of a partition.

use crate::{CommitId, Key};
use core::fmt;

/// A place in the change feed of one partition: the number of commits up to there.
///
/// The first commit that writes to a partition has position 1, and none is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeedPosition(u64);

impl FeedPosition {
    /// Before the first commit.
    pub const START: Self = Self(0);

    /// The position with this number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The position of the commit that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FeedPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One commit, as one partition saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Where it stands.
    pub position: FeedPosition,
    /// Which commit it was.
    pub commit: CommitId,
    /// The keys of this partition that it wrote, put or deleted, in key order. The feed carries
    /// pointers: whoever needs a value reads it.
    pub keys: Vec<Key>,
}

/// Some entries of a feed, in order and without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The entries that follow the position asked for, at most as many as asked for.
    pub entries: Vec<FeedEntry>,
    /// The partition's newest position. Asking for no entries at all is how a cache learns
    /// whether anything happened. A head before the position asked for means another store: start
    /// over.
    pub head: FeedPosition,
}
