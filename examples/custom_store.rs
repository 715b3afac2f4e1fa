//! An engine of one's own: a sorted map behind a lock, in one file, that passes the public suite.
//! Run it with `cargo run --example custom_store`.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use atlas_store::{
    Capability, Commit, CommitId, CommitToken, Committed, Entry, FeedEntry, FeedPage, FeedPosition,
    Fut, Key, KeyRange, Page, Partition, ReadSet, Slice, Snapshot, Store, StoreError, SystemTimer,
    Timer as _, Version, Write,
};
use atlas_store_conformance::{Harness, Lack, run};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{collections::BTreeMap, process::ExitCode, time::Duration};

fn main() -> ExitCode {
    let toy = Harness::new(|| Ok(Arc::new(Toy::new())))
        .without(Lack::FeedExpiry)
        .without(Lack::PushFeed)
        .with_rounds(10);
    let report = run(&toy);
    println!("{report}");
    if report.passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A store that copies itself for every snapshot: slow, and easy to be sure of.
#[derive(Debug)]
struct Toy {
    state: Arc<Mutex<State>>,
    capability: Capability,
}

#[derive(Debug, Default, Clone)]
struct State {
    /// What each key holds, and the commit that put it there.
    keys: BTreeMap<Key, Entry>,
    /// The last commit that wrote to each key, deleted ones too: versions never repeat.
    written: BTreeMap<Key, u64>,
    commits: u64,
    feeds: BTreeMap<Partition, Vec<FeedEntry>>,
    tokens: BTreeMap<CommitToken, Committed>,
}

impl Toy {
    fn new() -> Self {
        Self {
            state: Arc::default(),
            // Keys of 512 bytes, values of 16 MiB, and a feed that has to be polled.
            capability: Capability::new("toy"),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for Toy {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let snapshot = ToySnapshot {
                seen: lock(&self.state).clone(),
                now: Arc::clone(&self.state),
                capability: self.capability.clone(),
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
        Box::pin(async move {
            let state = lock(&self.state);
            let feed = state.feeds.get(partition).map_or(&[][..], Vec::as_slice);
            let later = feed.iter().filter(|entry| entry.position > after);
            Ok(FeedPage {
                entries: later.take(max).cloned().collect(),
                head: feed
                    .last()
                    .map_or(FeedPosition::START, |entry| entry.position),
            })
        })
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        Box::pin(async move {
            if self.feed(partition, after, 0).await?.head <= after {
                self.sleep(Duration::from_millis(5)).await?; // then whoever waits looks again
            }
            Ok(())
        })
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        Box::pin(async move {
            SystemTimer.sleep(duration).await;
            Ok(())
        })
    }
}

struct ToySnapshot {
    seen: State,
    now: Arc<Mutex<State>>,
    capability: Capability,
}

impl Snapshot for ToySnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        let found = keys.iter().map(|key| self.seen.keys.get(key).cloned());
        Box::pin(std::future::ready(Ok(found.collect())))
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        let inside = self.seen.keys.iter().filter(|(key, _)| range.contains(key));
        let mut entries: Vec<_> = inside
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        if page.reverse {
            entries.reverse();
        }
        let mut next = None;
        if entries.len() > page.limit {
            entries.truncate(page.limit);
            let last = entries.last();
            // What was not read begins behind the last entry; of a page of none it is all.
            next = Some(last.map_or(range.clone(), |(key, _)| range.beyond(key, page.reverse)));
        }
        Box::pin(std::future::ready(Ok(Slice { entries, next })))
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            // One lock around it all is what makes commits serializable.
            let mut now = lock(&self.now);
            if let Some(first) = now.tokens.get(&commit.token) {
                return Ok(first.clone());
            }
            self.capability.check(&commit)?;
            if now.has_moved(self.seen.commits, &commit.reads) {
                return Err(StoreError::Conflict);
            }
            Ok(now.apply(commit))
        })
    }
}

impl State {
    /// Whether anything that was read has been written to by a later commit.
    fn has_moved(&self, base: u64, reads: &ReadSet) -> bool {
        let mut later = self.written.iter().filter(|&(_, &commit)| commit > base);
        later.any(|(key, _)| {
            reads.keys.contains_key(key) || reads.ranges.iter().any(|range| range.contains(key))
        })
    }

    fn apply(&mut self, commit: Commit) -> Committed {
        self.commits += 1;
        let id = CommitId::from_u128(self.commits.into());
        let version = Version::from_u64(self.commits);
        let mut changed = BTreeMap::<Partition, Vec<Key>>::new();
        for write in commit.writes {
            let key = write.key().clone();
            match write {
                Write::Put { key, value } => drop(self.keys.insert(key, Entry { value, version })),
                Write::Delete { key } => drop(self.keys.remove(&key)),
            }
            self.written.insert(key.clone(), self.commits);
            changed.entry(key.partition()).or_default().push(key);
        }
        let mut positions = BTreeMap::new();
        for (partition, keys) in changed {
            let feed = self.feeds.entry(partition.clone()).or_default();
            let head = feed
                .last()
                .map_or(FeedPosition::START, |entry| entry.position);
            let position = head.next();
            feed.push(FeedEntry {
                position,
                commit: id,
                keys,
            });
            positions.insert(partition, position);
        }
        let committed = Committed { id, positions };
        self.tokens.insert(commit.token, committed.clone());
        committed
    }
}
