//! What a store may lack.

use atlas_store::Capability;
use core::fmt;

/// Something that a store may lack and still be one.
///
/// The list is short and grows rarely: whatever is not on it, every store has. Among that are
/// values of 100,000 bytes, commits of 20 writes, feeds, and everything that
/// [`Snapshot::commit`](atlas_store::Snapshot::commit) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lack {
    /// Feeds are never cut, or only after more commits than a test can make, or by time.
    FeedExpiry,
    /// A wait ends after a while and not at a commit.
    PushFeed,
    /// No values of 1,000,000 bytes.
    LargeValues,
    /// No commits of 1,000 writes that have 1,000,000 bytes together.
    LargeCommits,
}

/// The bytes of a large value, and of a large commit.
pub(crate) const LARGE_BYTES: usize = 1_000_000;
/// The writes of a large commit.
pub(crate) const LARGE_WRITES: usize = 1_000;

impl Lack {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::FeedExpiry,
        Self::PushFeed,
        Self::LargeValues,
        Self::LargeCommits,
    ];

    /// Whether a store itself says that it lacks this; none where a capability does not tell.
    pub(crate) fn stated(self, capability: &Capability) -> Option<bool> {
        let below = |limit: Option<usize>, wanted| limit.is_some_and(|limit| limit < wanted);
        match self {
            Self::FeedExpiry => None,
            Self::PushFeed => Some(!capability.push_feed),
            Self::LargeValues => Some(
                capability.max_value_bytes < LARGE_BYTES
                    || below(
                        capability.max_commit_bytes,
                        LARGE_BYTES + atlas_store::MAX_KEY_BYTES,
                    ),
            ),
            Self::LargeCommits => Some(
                below(capability.max_operations, LARGE_WRITES)
                    || below(capability.max_commit_bytes, LARGE_BYTES),
            ),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FeedExpiry => "its feeds are not cut after so few commits as a test makes",
            Self::PushFeed => "waiting for a feed ends after a while, not at a commit",
            Self::LargeValues => "it holds no values of 1,000,000 bytes",
            Self::LargeCommits => "it takes no commits of 1,000 writes",
        })
    }
}
