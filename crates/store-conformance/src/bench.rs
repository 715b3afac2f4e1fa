//! What every check works with.

use crate::{Harness, dice::Dice, failure::Found};
use atlas_store::{
    Commit, CommitToken, Committed, Entry, FeedPage, FeedPosition, Key, KeyRange, Page, Partition,
    ReadSet, RetryPolicy, Snapshot, Store, StoreError, Value, Write,
};
use core::{
    future::Future,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, mpsc},
    thread,
};

/// A store and short ways to use it.
pub(crate) struct Bench<'h> {
    pub(crate) harness: &'h Harness,
    pub(crate) store: Arc<dyn Store>,
    /// Where tokens come from; seeded, since every store begins empty.
    pub(crate) policy: RetryPolicy,
}

pub(crate) type Answer = Result<Committed, StoreError>;

impl<'h> Bench<'h> {
    pub(crate) fn new(harness: &'h Harness, store: Arc<dyn Store>) -> Self {
        Self {
            harness,
            store,
            policy: RetryPolicy::new(u128::from(harness.seed)).with_attempts(100),
        }
    }

    /// Chance for one thread.
    pub(crate) fn dice(&self, thread: usize) -> Dice {
        let salt = u64::try_from(thread).unwrap_or(0);
        Dice::new(self.harness.seed ^ salt.wrapping_mul(0x5851_f42d_4c95_7f2d))
    }

    /// How often each writer commits where the whole feed is read in the end.
    pub(crate) fn rounds(&self) -> usize {
        let kept = self.harness.feed_retention.unwrap_or(usize::MAX);
        let each = kept / self.harness.writers.max(1);
        self.harness.rounds.min(each.max(1))
    }

    /// How often writers are let race for one thing.
    pub(crate) fn races(&self) -> usize {
        self.rounds().min(8)
    }

    /// Runs a future to its end on this thread.
    pub(crate) fn block_on<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> Result<T, Found> {
        let mut slot = None;
        (self.harness.block_on)(Box::pin(async { slot = Some(future.await) }));
        slot.ok_or(Found::Silence("the executor's work"))
    }

    /// Runs the same work on several threads, each with its number, and gathers what they return.
    pub(crate) fn on_threads<T: Send, F: Future<Output = Result<T, Found>> + Send>(
        &self,
        count: usize,
        work: impl Fn(usize) -> F + Sync,
    ) -> Result<Vec<T>, Found> {
        let work = &work;
        let answers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..count)
                .map(|number| scope.spawn(move || self.block_on(work(number))))
                .collect();
            threads
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect()
        });
        let gone = Found::Silence("a thread of the check");
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or(Err(gone.clone()))?)
            .collect()
    }

    /// Whether a wait for a feed to grow beyond a position ends before patience does.
    pub(crate) async fn wakes(
        &self,
        partition: &Partition,
        after: FeedPosition,
        meanwhile: impl Future<Output = Result<(), Found>>,
    ) -> Result<bool, Found> {
        let (woken, wakes) = mpsc::channel();
        let (store, partition) = (Arc::clone(&self.store), partition.clone());
        let block_on = Arc::clone(&self.harness.block_on);
        // A wait that never ends must not keep the suite: nobody joins this thread.
        thread::spawn(move || {
            block_on(Box::pin(async move {
                let outcome = store.wait(&partition, after).await;
                // Nobody listens where patience has ended.
                let _ = woken.send(outcome);
            }));
        });
        meanwhile.await?;
        match wakes.recv_timeout(self.harness.patience) {
            Ok(outcome) => outcome.map(|()| true).map_err(Found::from),
            Err(_) => Ok(false),
        }
    }

    pub(crate) async fn pause(&self, millis: u64) -> Result<(), Found> {
        Ok(self.store.sleep(Duration::from_millis(millis)).await?)
    }

    pub(crate) async fn snapshot(&self) -> Result<Box<dyn Snapshot>, Found> {
        Ok(self.store.snapshot().await?)
    }

    /// What one key holds now.
    pub(crate) async fn entry(&self, key: &Key) -> Result<Option<Entry>, Found> {
        one(&*self.snapshot().await?, key).await
    }

    /// What one key holds now, as text.
    pub(crate) async fn text(&self, key: &Key) -> Result<Option<String>, Found> {
        Ok(self.entry(key).await?.map(|entry| text(&entry)))
    }

    /// Commits writes that depend on nothing.
    pub(crate) async fn write(&self, writes: Vec<Write>) -> Result<Committed, Found> {
        Ok(self.try_write(writes, self.policy.token()).await?)
    }

    pub(crate) async fn try_write(&self, writes: Vec<Write>, token: CommitToken) -> Answer {
        let commit = Commit {
            reads: ReadSet::default(),
            writes,
            token,
        };
        self.store.snapshot().await?.commit(commit).await
    }

    /// Commits a snapshot.
    pub(crate) async fn commit(
        &self,
        snapshot: Box<dyn Snapshot>,
        reads: ReadSet,
        writes: Vec<Write>,
    ) -> Answer {
        let token = self.policy.token();
        snapshot
            .commit(Commit {
                reads,
                writes,
                token,
            })
            .await
    }

    /// The whole feed of a partition, page by page.
    pub(crate) async fn feed(&self, partition: &Partition) -> Result<FeedPage, Found> {
        let mut whole = self.store.feed(partition, FeedPosition::START, 3).await?;
        while let Some(last) = whole.entries.last().map(|entry| entry.position) {
            let page = self.store.feed(partition, last, 100).await?;
            whole.head = page.head;
            if page.entries.is_empty() {
                break;
            }
            whole.entries.extend(page.entries);
        }
        Ok(whole)
    }
}

/// Where the writers of a race wait for each other, each in its first attempt, so that all have
/// read before anyone commits.
pub(crate) struct Meeting {
    expected: usize,
    arrived: AtomicUsize,
}

/// Whether one writer has been at a [`Meeting`].
pub(crate) struct Ticket(AtomicBool);

impl Ticket {
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Meeting {
    pub(crate) fn of(expected: usize) -> Self {
        Self {
            expected,
            arrived: AtomicUsize::new(0),
        }
    }

    /// Waits until all are there, but not for ever: one that failed on its way never comes. Whoever
    /// has been here before passes through.
    pub(crate) async fn join(&self, bench: &Bench<'_>, ticket: &Ticket) -> Result<(), StoreError> {
        if !ticket.0.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        self.arrived.fetch_add(1, Ordering::SeqCst);
        for _ in 0..LONGEST_MEETING {
            if self.arrived.load(Ordering::SeqCst) >= self.expected {
                break;
            }
            bench.store.sleep(Duration::from_millis(1)).await?;
        }
        Ok(())
    }
}

/// Looks, one a millisecond.
const LONGEST_MEETING: usize = 5_000;

/// The partition that checks use when one will do.
pub(crate) fn home() -> Partition {
    Partition::global()
}

pub(crate) fn account(name: &str) -> Result<Partition, Found> {
    let refused = |_| Found::Seen("a name of the suite's is no account".into());
    Partition::account(name).map_err(refused)
}

pub(crate) fn key(name: &str) -> Result<Key, Found> {
    key_in(&home(), name)
}

pub(crate) fn key_in(partition: &Partition, name: &str) -> Result<Key, Found> {
    Ok(Key::builder(partition, "conformance").text(name).build()?)
}

/// Every key of the suite in the usual partition.
pub(crate) fn everything() -> Result<KeyRange, Found> {
    Ok(Key::builder(&home(), "conformance").range()?)
}

/// A value: the JSON of a text.
pub(crate) fn json(text: &str) -> Value {
    format!("\"{text}\"").into_bytes().into()
}

pub(crate) fn put(key: &Key, text: &str) -> Write {
    Write::Put {
        key: key.clone(),
        value: json(text),
    }
}

pub(crate) fn delete(key: &Key) -> Write {
    Write::Delete { key: key.clone() }
}

/// What [`json`] was made of.
pub(crate) fn text(entry: &Entry) -> String {
    text_of(&entry.value)
}

/// What [`json`] was made of.
pub(crate) fn text_of(value: &[u8]) -> String {
    String::from_utf8_lossy(value).trim_matches('"').to_owned()
}

pub(crate) async fn one(snapshot: &dyn Snapshot, key: &Key) -> Result<Option<Entry>, Found> {
    Ok(snapshot
        .get(core::slice::from_ref(key))
        .await?
        .pop()
        .flatten())
}

/// Reads keys for a commit that depends on them.
pub(crate) async fn read_keys(snapshot: &dyn Snapshot, keys: &[&Key]) -> Result<ReadSet, Found> {
    let keys: Vec<Key> = keys.iter().map(|key| (*key).clone()).collect();
    let entries = snapshot.get(&keys).await?;
    let versions = entries
        .iter()
        .map(|entry| entry.as_ref().map(|entry| entry.version));
    Ok(ReadSet {
        keys: keys.into_iter().zip(versions).collect(),
        ranges: Vec::new(),
    })
}

/// Reads a whole range for a commit that depends on it, and how many keys it held.
pub(crate) async fn read_range(
    snapshot: &dyn Snapshot,
    range: &KeyRange,
) -> Result<(ReadSet, usize), Found> {
    let count = all(snapshot, range, false).await?.len();
    let reads = ReadSet {
        ranges: vec![range.clone()],
        ..ReadSet::default()
    };
    Ok((reads, count))
}

/// All entries of a range, however the engine pages it.
pub(crate) async fn all(
    snapshot: &dyn Snapshot,
    range: &KeyRange,
    reverse: bool,
) -> Result<Vec<(Key, Entry)>, Found> {
    let mut entries = Vec::new();
    let mut rest = Some(range.clone());
    while let Some(range) = rest.take() {
        let page = Page {
            limit: 1000,
            reverse,
        };
        let slice = snapshot.range(&range, page).await?;
        if slice.entries.is_empty() && slice.next.as_ref() == Some(&range) {
            return Err(Found::Silence("a range that was read page by page"));
        }
        entries.extend(slice.entries);
        rest = slice.next;
    }
    Ok(entries)
}

pub(crate) fn names(entries: &[(Key, Entry)]) -> Vec<String> {
    entries.iter().map(|(key, _)| key.to_string()).collect()
}
