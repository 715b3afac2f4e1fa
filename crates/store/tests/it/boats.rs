//! Two versions of a program over one table, and stores that let others in between.

use crate::support::acme;
use atlas_base::Timestamp;
use atlas_store::{
    Capability, Catalog, Commit, Committed, Entry, FeedPage, FeedPosition, Finding, Fut, Index,
    Key, KeyRange, MemoryStore, MigrateError, Migration, MigrationContext, MigrationProgress, Page,
    Partition, Parts, Record, RecordError, RetryPolicy, Schema, SchemaGuard, Slice, Snapshot,
    Store, StoreError, Table, Tx, UpgradeError, check_schema, check_spaces, partitions, transact,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A boat as the first version keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OldBoat {
    pub(crate) name: String,
    pub(crate) port: String,
}

impl Record for OldBoat {
    const SCHEMA: u32 = 1;
}

/// A boat as the second version keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Boat {
    pub(crate) name: String,
    pub(crate) port: String,
    pub(crate) masts: u64,
}

impl Record for Boat {
    const SCHEMA: u32 = 2;

    fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
        let OldBoat { name, port } = match from {
            1 => UpgradeError::read(from, json)?,
            _ => return Err(UpgradeError::no_way(from)),
        };
        Ok(Self {
            name,
            port,
            masts: 1,
        })
    }
}

pub(crate) const OLD_BOATS: Table<OldBoat> = Table::new(
    "boat",
    &[Index::many("port", |boat| vec![Parts::from(&boat.port)])],
);

pub(crate) const BOATS: Table<Boat> = Table::new(
    "boat",
    &[
        Index::unique("name", |boat| vec![Parts::from(&boat.name)]),
        Index::many("letter", |boat| {
            let letters: BTreeSet<_> = boat.name.chars().collect();
            letters
                .into_iter()
                .map(|letter| Parts::from((&boat.port, letter.to_string())))
                .collect()
        }),
    ],
);

pub(crate) static OLD: Catalog = Catalog::new(1, &[&OLD_BOATS], &[("boat", "port")]);
pub(crate) static NEW: Catalog = Catalog::new(2, &[&BOATS], &[("boat", "port")]);

pub(crate) fn beta() -> Partition {
    Partition::account("beta").unwrap()
}

/// Two accounts.
pub(crate) fn home(of: usize) -> Partition {
    if of.is_multiple_of(2) { acme() } else { beta() }
}

/// The catalog of a program, held to its store in each transaction.
pub(crate) struct Program<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) guard: SchemaGuard,
    policy: RetryPolicy,
}

impl<'a> Program<'a> {
    pub(crate) fn new(store: &'a dyn Store, catalog: &'static Catalog, seed: u128) -> Self {
        Self {
            store,
            guard: SchemaGuard::new(catalog),
            policy: RetryPolicy::new(seed),
        }
    }

    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        let tx = Tx::begin(self.store).await?;
        self.guard.begin(&tx).await.map(|()| tx)
    }

    pub(crate) async fn put<R: Record>(
        &self,
        table: &Table<R>,
        at: usize,
        boat: &R,
    ) -> Result<(), RecordError> {
        let work = |tx: Tx| async move {
            self.guard.begin(&tx).await?;
            table.put(&tx, &home(at), at.to_string(), boat).await
        };
        transact(self.store, &self.policy, work).await.map(drop)
    }

    pub(crate) async fn delete<R: Record>(
        &self,
        table: &Table<R>,
        at: usize,
    ) -> Result<(), RecordError> {
        let work = |tx: Tx| async move {
            self.guard.begin(&tx).await?;
            table.delete(&tx, &home(at), at.to_string()).await?;
            Ok::<_, RecordError>(())
        };
        transact(self.store, &self.policy, work).await.map(drop)
    }
}

/// Boats of the first version, each with a name of its own.
pub(crate) async fn launch(store: &dyn Store, count: usize) {
    let old = Program::new(store, &OLD, 1);
    for at in 0..count {
        let boat = OldBoat {
            name: format!("boat {at}"),
            port: format!("port {}", at % 3),
        };
        old.put(&OLD_BOATS, at, &boat).await.unwrap();
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

pub(crate) const TERM: Duration = Duration::from_secs(30);

/// What a migration of the second version needs.
pub(crate) fn context<'a>(
    store: &'a dyn Store,
    policy: &'a RetryPolicy,
    now: &'a (dyn Fn() -> Timestamp + Send + Sync),
    holder: &'a str,
) -> MigrationContext<'a> {
    MigrationContext {
        store,
        policy,
        catalog: &NEW,
        now,
        holder,
        made_by: "2.0.0",
        term: TERM,
    }
}

/// Brings a store to the second version, alone.
pub(crate) async fn migrate(
    store: &dyn Store,
    seed: u128,
    progress: &(dyn Fn(&MigrationProgress) + Send + Sync),
) -> Result<(), MigrateError> {
    let (policy, now) = (RetryPolicy::new(seed), || Timestamp::EPOCH);
    let migration = Migration::begin_alone(context(store, &policy, &now, "one")).await?;
    migration.run(progress).await?;
    migration.end().await
}

/// Everything is as the second version wants it: records, rows in both directions, and no trace of
/// what was dropped or of work under way.
pub(crate) async fn settled(store: &dyn Store) {
    let snapshot = store.snapshot().await.unwrap();
    let schema = NEW.read(&*snapshot).await.unwrap();
    assert!(NEW.is_current(&schema), "{schema:?}");
    let mut found = Vec::new();
    check_schema(&*snapshot, |finding| found.push(finding.to_string()))
        .await
        .unwrap();
    for partition in partitions(&*snapshot).await.unwrap() {
        looked_at(&*snapshot, &schema, &partition).await;
        let mut known: BTreeSet<_> = BOATS.spaces().collect();
        known.extend(["schema", "migration"].map(str::to_owned));
        check_spaces(&*snapshot, &partition, &known, |finding| {
            found.push(finding.to_string());
        })
        .await
        .unwrap();
    }
    assert_eq!(found, Vec::<String>::new());
}

/// What is there agrees with a schema.
pub(crate) async fn looked_at(snapshot: &dyn Snapshot, schema: &Schema, partition: &Partition) {
    let mut found = Vec::new();
    let note = |finding: Finding| found.push(finding.to_string());
    atlas_store::check_records(snapshot, partition, &BOATS, Some(schema), note, |_, _| {})
        .await
        .unwrap();
    assert_eq!(found, Vec::<String>::new());
}

/// What a [`Hooked`] store does before a commit: goes on, or never answers.
pub(crate) type Hook = Box<dyn FnMut(usize) -> bool + Send>;

/// A store that asks before each commit, telling how many there were before.
pub(crate) struct Hooked {
    inner: MemoryStore,
    hook: Arc<Mutex<(usize, Hook)>>,
}

impl Hooked {
    pub(crate) fn new(
        inner: &MemoryStore,
        hook: impl FnMut(usize) -> bool + Send + 'static,
    ) -> Self {
        Self {
            inner: inner.clone(),
            hook: Arc::new(Mutex::new((0, Box::new(hook)))),
        }
    }
}

impl std::fmt::Debug for Hooked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooked").finish_non_exhaustive()
    }
}

impl Store for Hooked {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let inner = self.inner.snapshot().await?;
            let hook = Arc::clone(&self.hook);
            Ok(Box::new(HookedSnapshot { inner, hook }) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        self.inner.feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.inner.wait(partition, after)
    }

    fn sleep(&self, _: Duration) -> Fut<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

struct HookedSnapshot {
    inner: Box<dyn Snapshot>,
    hook: Arc<Mutex<(usize, Hook)>>,
}

impl Snapshot for HookedSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.inner.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.inner.range(range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let goes_on = {
                let mut hook = self.hook.lock().unwrap();
                hook.0 += 1;
                let count = hook.0 - 1;
                (hook.1)(count)
            };
            if goes_on {
                self.inner.commit(commit).await
            } else {
                std::future::pending().await
            }
        })
    }
}
