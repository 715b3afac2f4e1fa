//! What can be set.

use atlas_store::Content;

/// What can be set when a store is opened. None of it is kept in the store.
///
/// ```
/// # use atlas_store_etcd::Options;
/// let mut options = Options::default();
/// options.feed_retention = 1_000;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// How many commits the feed of a partition keeps; 10,000 unless set. It keeps up to an eighth
    /// more, and never less than one.
    ///
    /// Whoever commits applies its own figure, so all programs on one store should give the same.
    pub feed_retention: u64,
    /// Whose records the store holds, and their format. A new store notes it, and a store that
    /// notes something else is refused. Unless it is set, a new store notes nothing and any store is
    /// opened.
    pub content: Option<Content>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            feed_retention: 10_000,
            content: None,
        }
    }
}
