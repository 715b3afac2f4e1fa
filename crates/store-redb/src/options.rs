//! What can be set.

pub use atlas_store::Content;

/// What can be set when a store is opened. None of it is kept in the file.
///
/// ```
/// # use atlas_store_redb::Options;
/// let mut options = Options::default();
/// options.feed_retention = 1_000;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// How many commits the feed of a partition keeps; 10,000 unless set. It keeps up to an eighth
    /// more, and never less than one.
    pub feed_retention: u64,
    /// How many commits are kept with their tokens; 100,000 unless set. It keeps up to an eighth
    /// more, and never less than one. Nobody else writes to the file, and no answer is
    /// lost inside a process but by a failure that closes the store: a token is asked for by whoever
    /// opened the file again, of the last commits before that, or by a caller that dropped a commit
    /// under way.
    pub token_retention: u64,
    /// Bytes of memory for pages of the file; 256 MiB unless set.
    pub cache_bytes: usize,
    /// The most bytes of a value; 16 MiB unless set.
    pub max_value_bytes: usize,
    /// The most bytes that a commit writes; 256 MiB unless set.
    pub max_commit_bytes: usize,
    /// Saves, with each commit, what a repair would work out, and flushes twice for it instead of
    /// once. Off unless set; a store may be opened with and without it in turn.
    ///
    /// Measured on two busy cores: after a crash, a file of 128 MiB opens in 0.05 s instead of
    /// 0.6 s, and one of 1 GiB in 0.04 s instead of 10 s; a lone commit to the former takes 0.9 ms
    /// instead of 0.3 ms, and where a flush is slow, twice as long. It pays where a store is large
    /// and often killed, and commits are few.
    pub quick_repair: bool,
    /// Whose records the store holds, and their format. A new store notes it, and a store that
    /// notes something else is refused before a byte of it changes. Unless it is set, a new store
    /// notes nothing and any store is opened.
    pub content: Option<Content>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            feed_retention: 10_000,
            token_retention: 100_000,
            cache_bytes: 256 << 20,
            max_value_bytes: 16 << 20,
            max_commit_bytes: 256 << 20,
            quick_repair: false,
            content: None,
        }
    }
}
