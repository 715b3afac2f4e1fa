//! The store.

use crate::{
    Backend, CheckReport, FileBackend, OpenError, Options, Place,
    check::check,
    committer::Committer,
    gate::Gate,
    holder::Holder,
    inspect::inspect,
    open::{self, Opened},
    recent::Recent,
    shared::{Request, Shared},
    tokens::Tokens,
    view::View,
};
use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store, StoreError, SystemTimer, Timer,
};
use core::{fmt, time::Duration};
use futures_channel::oneshot;
use std::{
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

/// A store in one redb file.
///
/// Reading never waits for writing. One thread commits: whoever waits for it shares one write
/// transaction and one flush, and is judged by itself all the same. Dropping the store finishes
/// what waits and closes the file; snapshots that are still there then answer
/// [`StoreError::Closed`].
pub struct RedbStore {
    shared: Arc<Shared>,
    gate: Arc<Gate>,
    committer: Option<JoinHandle<()>>,
    timer: Arc<dyn Timer>,
    options: Options,
    /// Says which process has the file open, while it has.
    holder: Option<Holder>,
}

impl RedbStore {
    /// Makes a new store, in a file that is not there yet, and opens it.
    ///
    /// # Errors
    ///
    /// [`OpenError::AlreadyExists`], even where the file is empty; [`OpenError::Io`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::create_with(path, Options::default())
    }

    /// Like [`RedbStore::create`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn create_with(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let opened = open::create(path, &options)?;
        Self::start(opened, options, &Place::file(path))
    }

    /// Opens the store in a file.
    ///
    /// It makes no file, and writes to none before it has seen that it is a store of ours. After
    /// an unclean stop the engine repairs the file, which takes seconds for a gigabyte, unless it
    /// was written with [`Options::quick_repair`].
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but `AlreadyExists`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with(path, Options::default())
    }

    /// Like [`RedbStore::open`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let backend = open::file(path, FileBackend::open)?;
        let place = Place::file(path);
        Self::start(open::existing(backend, &place, &options)?, options, &place)
    }

    /// Opens the store that a backend holds, or makes one where it holds nothing.
    ///
    /// # Errors
    ///
    /// Those of [`RedbStore::open`], but for a file that is missing or empty.
    pub fn with_backend(backend: impl Backend) -> Result<Self, OpenError> {
        Self::with_backend_and(backend, Options::default())
    }

    /// Like [`RedbStore::with_backend`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn with_backend_and(backend: impl Backend, options: Options) -> Result<Self, OpenError> {
        let place = Place::backend();
        let empty = backend.is_empty().map_err(|source| OpenError::Io {
            place: place.clone(),
            source,
        })?;
        let opened = if empty {
            open::fresh(backend, &place, &options)?
        } else {
            open::existing(backend, &place, &options)?
        };
        Self::start(opened, options, &place)
    }

    /// Looks through a whole file without changing it: the engine's own structure, and every row.
    ///
    /// Nobody else may have it open.
    ///
    /// # Errors
    ///
    /// Those of [`RedbStore::open`]. What is found wrong inside a store is in the report.
    pub fn check(path: impl AsRef<Path>) -> Result<CheckReport, OpenError> {
        let path = path.as_ref();
        check(
            open::file(path, FileBackend::open_read_only)?,
            &Place::file(path),
        )
    }

    /// Like [`RedbStore::check`], for a backend; it is only read.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn check_backend(backend: impl Backend) -> Result<CheckReport, OpenError> {
        check(backend, &Place::backend())
    }

    /// A look at the newest state of a file, which stays as it is byte for byte: what a repair
    /// after an unclean stop would write is kept in memory. A commit to it is refused.
    ///
    /// Nobody else may have the file open, as long as the snapshot is there.
    ///
    /// # Errors
    ///
    /// Those of [`RedbStore::open`].
    pub fn inspect(
        path: impl AsRef<Path>,
        options: &Options,
    ) -> Result<Box<dyn Snapshot>, OpenError> {
        let path = path.as_ref();
        let backend = open::file(path, FileBackend::open_read_only)?;
        inspect(backend, &Place::file(path), options)
    }

    /// How often the engine has asked for a flush.
    pub fn flushes(&self) -> u64 {
        self.gate.flushes()
    }

    /// Puts in another timer.
    #[must_use]
    pub fn with_timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    fn start(opened: Opened, options: Options, place: &Place) -> Result<Self, OpenError> {
        let damaged = |source: StoreError| OpenError::Damaged {
            place: place.clone(),
            source: Some(Box::new(source)),
        };
        let Opened {
            database,
            gate,
            newest,
            heads,
        } = opened;
        let view = database
            .get()
            .and_then(|database| View::new(database, newest))
            .map_err(damaged)?;
        let mut capability = Capability::new("redb");
        capability.max_value_bytes = options.max_value_bytes;
        capability.max_commit_bytes = Some(options.max_commit_bytes);
        capability.push_feed = true;
        capability.exclusive = true;
        let shared = Arc::new(Shared::new(capability, view, heads));
        let committer = Committer {
            database,
            shared: Arc::clone(&shared),
            options: options.clone(),
            newest,
            recent: Recent::default(),
            tokens: Tokens::default(),
            broken: None,
        };
        let thread = thread::Builder::new().name("atlas-redb".into());
        let committer = thread
            .spawn(|| committer.run())
            .map_err(|source| OpenError::Io {
                place: place.clone(),
                source,
            })?;
        Ok(Self {
            shared,
            gate,
            committer: Some(committer),
            timer: Arc::new(SystemTimer),
            options,
            holder: place.path().map(Holder::new),
        })
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        // Before the lock is free: the next one's file is not ours to remove.
        drop(self.holder.take());
        self.shared.close();
        // The last handle may be dropped by a waker that runs on the committer's own thread, which
        // cannot wait for itself: it ends by itself.
        if let Some(committer) = self.committer.take()
            && committer.thread().id() != thread::current().id()
        {
            let _ = committer.join();
        }
    }
}

impl Store for RedbStore {
    fn capability(&self) -> &Capability {
        &self.shared.capability
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let snapshot = RedbSnapshot {
                shared: Arc::clone(&self.shared),
                view: self.shared.view(),
            };
            Ok(Box::new(snapshot) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        Box::pin(async move { self.shared.view().feed(partition, after, max) })
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        Box::pin(async move {
            if let Some(woken) = self.shared.wait(partition, after)? {
                // A sender that is gone wakes too: the hint may be spurious.
                let _ = woken.await;
            }
            Ok(())
        })
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        let sleep = self.timer.sleep(duration);
        Box::pin(async move {
            sleep.await;
            Ok(())
        })
    }
}

struct RedbSnapshot {
    shared: Arc<Shared>,
    view: Arc<View>,
}

impl RedbSnapshot {
    /// The view, as long as the store is there.
    fn open(&self) -> Result<&View, StoreError> {
        if self.shared.is_closed() {
            return Err(StoreError::Closed);
        }
        Ok(&self.view)
    }
}

impl Snapshot for RedbSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(async move { self.open()?.get(keys) })
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(async move { self.open()?.range(range, page) })
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let token = commit.token;
            let (answer, answered) = oneshot::channel();
            self.shared.submit(Request {
                base: self.view,
                commit,
                answer,
            })?;
            // A committer that is gone without an answer may have been in the middle of it.
            answered.await.unwrap_or(Err(StoreError::UnknownOutcome {
                token,
                source: None,
            }))
        })
    }
}
