//! What can be set.

use atlas_store::Content;
use core::time::Duration;

/// What can be set when a store is opened. None of it is kept in the store.
///
/// ```
/// # use atlas_store_postgres::Options;
/// let mut options = Options::default();
/// options.feed_retention = 1_000;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// How many commits the feed of a partition keeps; 10,000 unless set. It keeps up to an eighth
    /// more, and never less than one. A commit that has read a partition conflicts where its
    /// snapshot is older than what the feed keeps.
    ///
    /// Whoever commits applies its own figure, so all programs on one store should give the same.
    pub feed_retention: u64,
    /// How long to wait for a connection when all of the pool are in use; 10 seconds unless set.
    /// Then the answer is [`StoreError::Unavailable`](atlas_store::StoreError::Unavailable).
    pub pool_wait: Duration,
    /// The most bytes of a value; 16 MiB unless set. The server's own limit is 1 GiB.
    pub max_value_bytes: usize,
    /// The most writes, or reads, of a commit; 20,000 unless set. Feeds are locked while a commit
    /// writes, and this many writes take a second or so.
    pub max_operations: usize,
    /// The most bytes that a commit writes; 64 MiB unless set.
    pub max_commit_bytes: usize,
    /// Whose records the store holds, and their format. A new store notes it, and a store that
    /// notes something else is refused. Unless it is set, a new store notes nothing and any store is
    /// opened.
    pub content: Option<Content>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            feed_retention: 10_000,
            pool_wait: Duration::from_secs(10),
            max_value_bytes: 16 << 20,
            max_operations: 20_000,
            max_commit_bytes: 64 << 20,
            content: None,
        }
    }
}
