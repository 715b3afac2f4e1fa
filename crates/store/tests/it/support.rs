//! What several test modules need: keys, a timer that does not wait, a table, a faulty store.

use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Index, Key, KeyRange,
    MemoryStore, Page, Partition, Parts, Record, RetryPolicy, Slice, Snapshot, Store, StoreError,
    Table, Timer, Tx, transact,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

pub(crate) fn acme() -> Partition {
    Partition::account("acme").unwrap()
}

/// A key of account `acme` in the space `t`.
pub(crate) fn key(text: &str) -> Key {
    Key::builder(&acme(), "t").text(text).build().unwrap()
}

/// Everything in the space `t` of account `acme`.
pub(crate) fn space() -> KeyRange {
    Key::builder(&acme(), "t").range().unwrap()
}

/// A memory store whose timer only takes notes.
pub(crate) fn memory() -> (MemoryStore, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    (
        MemoryStore::new().with_timer(Arc::clone(&notes) as Arc<dyn Timer>),
        notes,
    )
}

/// Writes values to keys of space `t`, or deletes them, in one transaction.
pub(crate) async fn write(
    store: &dyn Store,
    policy: &RetryPolicy,
    writes: &[(&str, Option<&str>)],
) {
    let run = |tx: Tx| async move {
        for (text, value) in writes {
            match value {
                Some(value) => tx.put(key(text), value.as_bytes())?,
                None => tx.delete(key(text))?,
            }
        }
        Ok::<_, StoreError>(())
    };
    transact(store, policy, run).await.unwrap();
}

/// What keys of space `t` the texts of entries tell.
pub(crate) fn texts(entries: &[(Key, Arc<[u8]>)]) -> Vec<String> {
    entries
        .iter()
        .map(|(key, _)| key.parts().next().unwrap().as_text().unwrap())
        .collect()
}

#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Vec<Duration>>);

impl Notes {
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Timer for Notes {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// What happens to the next commits of a [`Faulty`] store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The snapshot cannot be had.
    NoSnapshot,
    /// Refused as a conflict, not written.
    Conflict,
    /// Lost on the way there: not written, and the caller cannot know.
    LostBefore,
    /// Lost on the way back: written, and the caller cannot know.
    LostAfter,
    /// Written, but reported as if the engine could not be reached.
    UnavailableAfter,
    /// Written, and the caller is never answered.
    SilentAfter,
}

/// A store that fails as it is told: one fault for each snapshot, then none.
#[derive(Debug)]
pub(crate) struct Faulty {
    inner: MemoryStore,
    faults: Mutex<Vec<Fault>>,
    has_timer: bool,
}

impl Faulty {
    pub(crate) fn new(inner: MemoryStore, faults: &[Fault]) -> Self {
        Self {
            inner,
            faults: Mutex::new(faults.iter().rev().copied().collect()),
            has_timer: true,
        }
    }

    /// Its timer fails from now on.
    pub(crate) fn without_timer(self) -> Self {
        Self {
            has_timer: false,
            ..self
        }
    }
}

impl Store for Faulty {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let fault = self.faults.lock().unwrap().pop().unwrap_or(Fault::None);
            if fault == Fault::NoSnapshot {
                return Err(StoreError::Unavailable { source: None });
            }
            let inner = self.inner.snapshot().await?;
            Ok(Box::new(FaultySnapshot { inner, fault }) as Box<dyn Snapshot>)
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

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        if self.has_timer {
            self.inner.sleep(duration)
        } else {
            Box::pin(async { Err(StoreError::Unavailable { source: None }) })
        }
    }
}

struct FaultySnapshot {
    inner: Box<dyn Snapshot>,
    fault: Fault,
}

impl Snapshot for FaultySnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.inner.get(keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.inner.range(range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let token = commit.token;
            let unknown = StoreError::UnknownOutcome {
                token,
                source: None,
            };
            match self.fault {
                Fault::None | Fault::NoSnapshot => self.inner.commit(commit).await,
                Fault::Conflict => Err(StoreError::Conflict),
                Fault::LostBefore => Err(unknown),
                Fault::LostAfter => self.inner.commit(commit).await.and(Err(unknown)),
                Fault::UnavailableAfter => {
                    let unavailable = StoreError::Unavailable { source: None };
                    self.inner.commit(commit).await.and(Err(unavailable))
                }
                Fault::SilentAfter => {
                    self.inner.commit(commit).await?;
                    std::future::pending().await
                }
            }
        })
    }
}

/// A record with a unique index, one for many, and one that leaves some out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ship {
    pub(crate) name: String,
    pub(crate) port: String,
    pub(crate) masts: u64,
    pub(crate) flags: Vec<String>,
}

impl Record for Ship {
    const SCHEMA: u32 = 1;
}

pub(crate) const SHIPS: Table<Ship> = Table::new(
    "ship",
    &[
        Index::unique("name", |ship| vec![Parts::from(&ship.name)]),
        Index::many("port", |ship| vec![Parts::from((&ship.port, ship.masts))]),
        Index::many("flag", |ship| ship.flags.iter().map(Parts::from).collect()),
    ],
);

pub(crate) fn ship(name: &str, port: &str, masts: u64) -> Ship {
    Ship {
        name: name.into(),
        port: port.into(),
        masts,
        flags: Vec::new(),
    }
}

/// Any text, often with what the encoding treats in its own way, often too long to be kept whole.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{0,8}",
        2 => "[a !~\u{0}\u{7f}é\u{10ffff}]{0,6}",
        1 => "[a-c !~é]{60,140}",
        1 => any::<String>(),
    ]
}
