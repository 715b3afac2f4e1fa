//! The store.

use crate::{
    Address, OpenError, Options, Place,
    fault::{Failed, reading},
    nodes::Nodes,
    open,
    request::found,
    rows,
    runtime::Runtime,
    shared::Shared,
    snapshot::EtcdSnapshot,
};
use atlas_store::{
    Capability, FeedPage, FeedPosition, Fut, Partition, Snapshot, Store, StoreError, SystemTimer,
    Timer,
};
use core::{fmt, time::Duration};
use etcd_client::{GetOptions, Txn, TxnOp, WatchOptions};
use std::sync::Arc;
use tokio::task::AbortHandle;

/// The most entries of a feed that are fetched at once.
const PAGE: usize = 500;

/// A store below a prefix of an etcd cluster.
///
/// A thread of its own speaks with the servers, so that it works under any executor. Dropping the
/// store finishes the commits that are under way and closes its connections; snapshots that are
/// still there then answer [`StoreError::Closed`].
pub struct EtcdStore {
    shared: Arc<Shared>,
    place: Place,
    timer: Arc<dyn Timer>,
    /// Comes last: what is under way is finished before it ends.
    _runtime: Runtime,
}

impl EtcdStore {
    /// Makes a new store below the prefix of a URL, where nothing may be yet, and opens it.
    ///
    /// # Errors
    ///
    /// [`OpenError::AlreadyExists`], [`OpenError::NotAStore`] where something else is there, and all
    /// that keeps a store from being opened. An error after which it is not known whether the store
    /// was made is [`OpenError::Unreachable`]: making it again tells.
    pub async fn create(url: &str) -> Result<Self, OpenError> {
        Self::create_with(url, Options::default()).await
    }

    /// Like [`EtcdStore::create`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn create_with(url: &str, options: Options) -> Result<Self, OpenError> {
        Self::start(url, options, true).await
    }

    /// Opens the store below the prefix of a URL. It makes nothing, and changes nothing there.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but `AlreadyExists`.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url, Options::default()).await
    }

    /// Like [`EtcdStore::open`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn open_with(url: &str, options: Options) -> Result<Self, OpenError> {
        Self::start(url, options, false).await
    }

    /// Puts in another timer, for waiting between attempts.
    #[must_use]
    pub fn with_timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    async fn start(url: &str, options: Options, is_new: bool) -> Result<Self, OpenError> {
        let address = Address::parse(url)?;
        let place = address.place();
        let nodes = Nodes::new(&address)?;
        let runtime = Runtime::start()?;
        let shared = Shared::new(&address, options, nodes, runtime.tasks());
        let shared = Arc::new(shared);
        let store = Self {
            shared: Arc::clone(&shared),
            place: place.clone(),
            timer: Arc::new(SystemTimer),
            _runtime: runtime,
        };
        let shown = place.clone();
        let look = async move {
            // Before a store is made that could not be used.
            open::probe(&shared, &address, &place).await?;
            if is_new {
                open::create(&shared, &place).await?;
            }
            open::look(&shared, &place).await
        };
        let looked = store.shared.tasks.run(look).await;
        // INVARIANT: the runtime runs as long as the store is there.
        looked.unwrap_or_else(|| {
            Err(OpenError::Unreachable {
                place: shown,
                source: Box::new(StoreError::Closed),
            })
        })?;
        Ok(store)
    }
}

impl fmt::Debug for EtcdStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EtcdStore")
            .field("place", &self.place)
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

impl Drop for EtcdStore {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Store for EtcdStore {
    fn capability(&self) -> &Capability {
        &self.shared.capability
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        // The first read asks the servers.
        let snapshot = EtcdSnapshot::new(Arc::clone(&self.shared));
        Box::pin(core::future::ready(Ok(
            Box::new(snapshot) as Box<dyn Snapshot>
        )))
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        let shared = Arc::clone(&self.shared);
        let partition = partition.clone();
        let read = async move { Ok(read_feed(&shared, &partition, after, max).await?.0) };
        Box::pin(self.shared.tasks.ask(read))
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        let shared = Arc::clone(&self.shared);
        let partition = partition.clone();
        Box::pin(async move {
            let watch = async move { watch(&shared, &partition, after).await };
            let Some(task) = self.shared.tasks.start(watch) else {
                return Err(StoreError::Closed);
            };
            let _waiting = Waiting(task.abort_handle());
            task.await.unwrap_or(Err(StoreError::Closed))
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

/// Somebody who waits; who no longer does ends the watch.
struct Waiting(AbortHandle);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A page of a feed, and the revision at which it was read.
async fn read_feed(
    shared: &Shared,
    partition: &Partition,
    after: FeedPosition,
    max: usize,
) -> Result<(FeedPage, i64), StoreError> {
    let layout = &shared.layout;
    let mut page = FeedPage {
        entries: Vec::new(),
        head: FeedPosition::START,
    };
    let mut point = 0;
    loop {
        let last = page.entries.last().map_or(after, |entry| entry.position);
        let wanted = max.saturating_sub(page.entries.len()).min(PAGE);
        let mut gets = vec![TxnOp::get(
            layout.head(partition.as_str()),
            Some(GetOptions::new().with_revision(point)),
        )];
        if wanted > 0 {
            let from = last.next().as_u64();
            let to = from.saturating_add(u64::try_from(wanted).unwrap_or(u64::MAX));
            let span = layout.feed(partition.as_str(), from, to);
            let options = GetOptions::new().with_revision(point).with_range(span.end);
            gets.push(TxnOp::get(span.start, Some(options)));
        }
        let response = shared.nodes.look(Txn::new().and_then(gets)).await;
        let response = response.map_err(|error| shared.error(error))?;
        let mut answers = found(&response);
        let head = rows::head(answers.next().ok_or_else(rows::misread)?.kvs())?;
        if point == 0 {
            let header = response.header().ok_or_else(rows::misread)?;
            point = header.revision();
        }
        page.head = FeedPosition::from_u64(head.newest);
        if wanted == 0 || last >= page.head {
            return Ok((page, point));
        }
        if last.as_u64() < head.oldest {
            return Err(StoreError::FeedExpired {
                oldest: FeedPosition::from_u64(head.oldest),
            });
        }
        let rows = answers.next().ok_or_else(rows::misread)?;
        let entries = rows::feed_entries(rows.kvs(), last)?;
        if entries.is_empty() {
            return Err(StoreError::corrupt("the change feed has a gap"));
        }
        page.entries.extend(entries);
    }
}

/// Waits until the servers tell that the feed goes on after a position, or until they go away.
async fn watch(
    shared: &Shared,
    partition: &Partition,
    after: FeedPosition,
) -> Result<(), StoreError> {
    let (page, point) = read_feed(shared, partition, after, 0).await?;
    if page.head > after {
        return Ok(());
    }
    let (at, mut watcher) = shared.nodes.watcher().await.map_err(reading)?;
    let head = shared.layout.head(partition.as_str());
    let from = WatchOptions::new().with_start_revision(point.saturating_add(1));
    let told = async {
        let mut told = watcher.watch(head, Some(from)).await?;
        loop {
            match told.message().await? {
                Some(message) if message.events().is_empty() && !message.canceled() => {}
                // It happened, or the servers cannot tell any more.
                _ => return Ok(()),
            }
        }
    };
    told.await.map_err(|error| {
        shared.nodes.leave(at, &error);
        StoreError::unavailable(Failed::from(error))
    })
}
