//! How the suite gets at a store.

use crate::Lack;
use atlas_store::{Store, StoreError};
use core::{fmt, future::Future, pin::Pin, time::Duration};
use std::{collections::BTreeSet, sync::Arc};

/// A future that an executor runs to its end.
pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
type Open = dyn Fn() -> Result<Arc<dyn Store>, StoreError> + Send + Sync;
pub(crate) type BlockOn = dyn for<'a> Fn(Task<'a>) + Send + Sync;

/// How to get a store, how to wait for futures, and how long to try.
pub struct Harness {
    open: Box<Open>,
    pub(crate) block_on: Arc<BlockOn>,
    pub(crate) feed_retention: Option<usize>,
    pub(crate) lacks: BTreeSet<Lack>,
    pub(crate) seed: u64,
    pub(crate) rounds: usize,
    pub(crate) writers: usize,
    pub(crate) patience: Duration,
}

impl Harness {
    /// A harness over stores that `open` gives: each time another one, and empty.
    pub fn new(
        open: impl Fn() -> Result<Arc<dyn Store>, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Box::new(open),
            block_on: Arc::new(|task| pollster::block_on(task)),
            feed_retention: None,
            lacks: BTreeSet::new(),
            seed: 1,
            rounds: 40,
            writers: 8,
            patience: Duration::from_secs(20),
        }
    }

    /// Waits for futures otherwise than by parking the thread: an engine may need its runtime.
    #[must_use]
    pub fn with_executor(
        mut self,
        block_on: impl for<'a> Fn(Pin<Box<dyn Future<Output = ()> + Send + 'a>>) + Send + Sync + 'static,
    ) -> Self {
        self.block_on = Arc::new(block_on);
        self
    }

    /// The stores keep so many commits in the feed of each partition and no more. More than a few
    /// hundred make a long test; where that cannot be had, say [`Lack::FeedExpiry`].
    #[must_use]
    pub fn with_feed_retention(mut self, commits: usize) -> Self {
        self.feed_retention = Some(commits);
        self
    }

    /// The stores lack this: what is about it is skipped, and the report says so. A lack that is
    /// not named fails its check, and so does one that is named and not there.
    #[must_use]
    pub fn without(mut self, lack: Lack) -> Self {
        self.lacks.insert(lack);
        self
    }

    /// Another seed for the random checks.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How often each thread of the random and the concurrent checks commits; 40 unless set, and fewer
    /// where a feed would be cut meanwhile.
    #[must_use]
    pub fn with_rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// How many threads the concurrent checks have; 8 unless set.
    #[must_use]
    pub fn with_writers(mut self, writers: usize) -> Self {
        self.writers = writers;
        self
    }

    /// How long to wait for something that must happen; 20 seconds unless set.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        (self.open)()
    }
}

impl fmt::Debug for Harness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Harness")
            .field("feed_retention", &self.feed_retention)
            .field("lacks", &self.lacks)
            .field("seed", &self.seed)
            .field("rounds", &self.rounds)
            .field("writers", &self.writers)
            .finish_non_exhaustive()
    }
}
