//! The store.

use crate::{
    Address, OpenError, Options, Place, open,
    pipeline::{call, pipelined},
    pool::{Pool, Session},
    rows::{self, bigint},
    runtime::Runtime,
    shared::Shared,
    snapshot::PostgresSnapshot,
};
use atlas_store::{
    Capability, FeedPage, FeedPosition, Fut, Partition, Snapshot, Store, StoreError, SystemTimer,
    Timer,
};
use core::{fmt, time::Duration};
use std::sync::Arc;
use tokio_postgres::{Error, Row};

/// How long a waiter waits before it looks again, at first and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// A store in a schema of a PostgreSQL database.
///
/// A thread of its own speaks with the server, so that it works under any executor. Dropping the
/// store finishes the commits that are under way and closes its connections; snapshots that are
/// still there then answer [`StoreError::Closed`].
pub struct PostgresStore {
    shared: Arc<Shared>,
    place: Place,
    timer: Arc<dyn Timer>,
    /// Comes last: what is under way is finished before it ends.
    _runtime: Runtime,
}

impl PostgresStore {
    /// Makes a new store in the schema of a URL, which is made too if it is not there, and opens it.
    ///
    /// # Errors
    ///
    /// [`OpenError::AlreadyExists`], [`OpenError::NotAStore`] where a table has one of our names,
    /// and all that keeps a server from being reached.
    pub async fn create(url: &str) -> Result<Self, OpenError> {
        Self::create_with(url, Options::default()).await
    }

    /// Like [`PostgresStore::create`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn create_with(url: &str, options: Options) -> Result<Self, OpenError> {
        Self::start(url, options, true).await
    }

    /// Opens the store in the schema of a URL. It makes nothing, and changes nothing there.
    ///
    /// # Errors
    ///
    /// Every [`OpenError`] but `AlreadyExists`.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url, Options::default()).await
    }

    /// Like [`PostgresStore::open`], with options.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn open_with(url: &str, options: Options) -> Result<Self, OpenError> {
        Self::start(url, options, false).await
    }

    /// Puts in another timer, for waiting between attempts and between looks at a feed.
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
        let runtime = Runtime::start()?;
        let pool = Pool::new(&address, options.pool_wait, runtime.tasks())?;
        let pool = Arc::new(pool);
        let shared = Shared::new(options, pool, runtime.tasks());
        let shared = Arc::new(shared);
        let store = Self {
            shared: Arc::clone(&shared),
            place: place.clone(),
            timer: Arc::new(SystemTimer),
            _runtime: runtime,
        };
        let look = async move {
            if is_new {
                open::create(&shared.pool, &address, &shared.options).await?;
            }
            open::look(&shared.pool, &address, &shared.options).await
        };
        let looked = store.shared.tasks.run(look).await;
        // INVARIANT: the runtime runs as long as the store is there.
        looked.unwrap_or_else(|| {
            Err(OpenError::Unreachable {
                place,
                source: Box::new(StoreError::Closed),
            })
        })?;
        Ok(store)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("place", &self.place)
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Store for PostgresStore {
    fn capability(&self) -> &Capability {
        &self.shared.capability
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let begin = PostgresSnapshot::begin(Arc::clone(&self.shared));
            let snapshot = self.shared.tasks.ask(begin).await?;
            Ok(Box::new(snapshot) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        let shared = Arc::clone(&self.shared);
        let partition = partition.clone();
        Box::pin(self.shared.tasks.ask(async move {
            let answers = shared
                .pool
                .session(|session| read_feed(session, &partition, after, max));
            let (session, answers) = answers.await?;
            shared.pool.keep(session);
            page(&answers, after, max)
        }))
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        Box::pin(async move {
            let (mut pause, longest) = LOOKS;
            while self.feed(partition, after, 0).await?.head <= after {
                self.timer.sleep(pause).await;
                pause = longest.min(pause.saturating_mul(2));
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

/// The entries of a feed first, then its ends: so no entry that the ends promise is missing.
async fn read_feed_rows(
    session: &Session,
    partition: String,
    after: FeedPosition,
    max: usize,
) -> Result<Vec<Vec<Row>>, Error> {
    let (client, statements) = (session.client(), session.statements());
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let (name, after) = (partition.clone(), bigint(after.as_u64()));
    let entries = call(
        client,
        &statements.feed_entries,
        vec![Box::new(name), Box::new(after), Box::new(max)],
    );
    let ends = call(client, &statements.feed, vec![Box::new(partition)]);
    pipelined(vec![entries, ends]).await.into_iter().collect()
}

fn read_feed<'a>(
    session: &'a Session,
    partition: &Partition,
    after: FeedPosition,
    max: usize,
) -> crate::pipeline::Boxed<'a, Result<Vec<Vec<Row>>, Error>> {
    Box::pin(read_feed_rows(session, partition.to_string(), after, max))
}

fn page(answers: &[Vec<Row>], after: FeedPosition, max: usize) -> Result<FeedPage, StoreError> {
    let [entries, ends] = answers else {
        return Err(crate::fault::misread());
    };
    let head = rows::head(ends)?.unwrap_or_default();
    let mut page = FeedPage {
        entries: Vec::new(),
        head: head.newest,
    };
    if max == 0 || after >= head.newest {
        return Ok(page);
    }
    if after < head.oldest {
        return Err(StoreError::FeedExpired {
            oldest: head.oldest,
        });
    }
    page.entries = rows::feed_entries(entries, after)?;
    if page.entries.len() < max {
        // What was added between the two looks is not promised.
        page.head = page.entries.last().map_or(after, |entry| entry.position);
    }
    Ok(page)
}
