//! What the store, its snapshots and its committer share.

use crate::{guard::guard, layout::Head, view::View};
use atlas_store::{Capability, Commit, Committed, FeedPosition, Partition, StoreError};
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use futures_channel::oneshot;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
};

pub(crate) struct Shared {
    pub(crate) capability: Capability,
    closed: AtomicBool,
    queue: Mutex<Queue>,
    arrived: Condvar,
    views: Mutex<Views>,
    feeds: Mutex<Feeds>,
}

/// A commit that waits for the committer.
pub(crate) struct Request {
    /// The state it was read from; alive, so that what happened since is still known.
    pub(crate) base: Arc<View>,
    pub(crate) commit: Commit,
    pub(crate) answer: oneshot::Sender<Result<Committed, StoreError>>,
}

impl Request {
    /// Answers whoever waits, if somebody still does. The waker is the caller's: what it does on
    /// this thread is no failure of the store.
    pub(crate) fn answer(self, answer: Result<Committed, StoreError>) {
        let _ = guard(|| self.answer.send(answer));
    }
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Request>,
    closing: bool,
    /// How many commits the last batch had.
    last: usize,
}

struct Views {
    newest: Arc<View>,
    /// Views that may still be in use, oldest first, without the newest.
    older: VecDeque<(u64, Weak<View>)>,
    /// How many of those make it worth to look for the ones no longer in use.
    sweep_at: usize,
}

impl Views {
    /// Forgets views that nobody uses: at the front always, in the middle now and then.
    fn sweep(&mut self) {
        let unused = |(_, view): &(u64, Weak<View>)| view.strong_count() == 0;
        while self.older.front().is_some_and(unused) {
            self.older.pop_front();
        }
        if self.older.len() >= self.sweep_at {
            self.older.retain(|view| !unused(view));
            self.sweep_at = self.older.len().saturating_mul(2).max(SWEEP_FROM);
        }
    }
}

struct Feeds {
    heads: BTreeMap<Partition, Head>,
    waiters: BTreeMap<Partition, Vec<oneshot::Sender<()>>>,
    /// Why no feed will ever grow again.
    broken: Option<StoreError>,
}

impl Shared {
    pub(crate) fn new(
        capability: Capability,
        newest: View,
        heads: BTreeMap<Partition, Head>,
    ) -> Self {
        Self {
            capability,
            closed: AtomicBool::new(false),
            queue: Mutex::default(),
            arrived: Condvar::new(),
            views: Mutex::new(Views {
                newest: Arc::new(newest),
                older: VecDeque::new(),
                sweep_at: SWEEP_FROM,
            }),
            feeds: Mutex::new(Feeds {
                heads,
                waiters: BTreeMap::new(),
                broken: None,
            }),
        }
    }

    /// The newest state.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&lock(&self.views).newest)
    }

    /// Makes a state the newest one, and tells the oldest commit that a live view sees.
    pub(crate) fn publish(&self, view: View, heads: BTreeMap<Partition, Head>) -> u64 {
        let oldest = {
            let mut views = lock(&self.views);
            let before = core::mem::replace(&mut views.newest, Arc::new(view));
            views
                .older
                .push_back((before.commit, Arc::downgrade(&before)));
            drop(before);
            views.sweep();
            views
                .older
                .front()
                .map_or(views.newest.commit, |(commit, _)| *commit)
        };
        let mut feeds = lock(&self.feeds);
        let mut woken = Vec::new();
        for (partition, head) in heads {
            woken.extend(feeds.waiters.remove(&partition).unwrap_or_default());
            feeds.heads.insert(partition, head);
        }
        drop(feeds);
        for waiter in woken {
            // Whoever no longer waits needs no waking; and what a waker does is not our failure.
            let _ = guard(|| waiter.send(()));
        }
        oldest
    }

    /// Where the feed of a partition stands.
    pub(crate) fn head(&self, partition: &Partition) -> Head {
        lock(&self.feeds)
            .heads
            .get(partition)
            .copied()
            .unwrap_or_default()
    }

    /// A place among those who wait for a feed, unless it already goes beyond the position.
    pub(crate) fn wait(
        &self,
        partition: &Partition,
        after: FeedPosition,
    ) -> Result<Option<oneshot::Receiver<()>>, StoreError> {
        let mut feeds = lock(&self.feeds);
        if feeds
            .heads
            .get(partition)
            .is_some_and(|head| head.newest > after)
        {
            return Ok(None);
        }
        if let Some(broken) = &feeds.broken {
            return Err(broken.clone());
        }
        let (waker, woken) = oneshot::channel();
        let waiters = feeds.waiters.entry(partition.clone()).or_default();
        waiters.retain(|waiter| !waiter.is_canceled());
        waiters.push(waker);
        Ok(Some(woken))
    }

    /// Wakes everyone who waits for a feed: none will grow any more.
    pub(crate) fn fail(&self, broken: Option<StoreError>) {
        let mut feeds = lock(&self.feeds);
        feeds.broken = broken;
        feeds.waiters.clear();
    }

    /// Hands a commit to the committer.
    pub(crate) fn submit(&self, request: Request) -> Result<(), StoreError> {
        let mut queue = lock(&self.queue);
        if queue.closing {
            return Err(StoreError::Closed);
        }
        queue.waiting.push(request);
        drop(queue);
        self.arrived.notify_one();
        Ok(())
    }

    /// What waits, as soon as anything does; nothing once the store is closed and all is done.
    ///
    /// When several committed together the last time, most of them are about to come back: it
    /// waits for them a little, since one more flush costs far more. Whoever commits alone never
    /// waits.
    pub(crate) fn next_batch(&self) -> Option<Vec<Request>> {
        let mut queue = lock(&self.queue);
        while queue.waiting.is_empty() {
            if queue.closing {
                return None;
            }
            queue = self
                .arrived
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let expected = queue.last.min(MAX_BATCH);
        if expected > 1 {
            let gathering = |queue: &mut Queue| queue.waiting.len() < expected && !queue.closing;
            let waited = self.arrived.wait_timeout_while(queue, GATHERING, gathering);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let count = queue.waiting.len().min(MAX_BATCH);
        queue.last = count;
        Some(queue.waiting.drain(..count).collect())
    }

    /// Lets the committer finish what waits and end.
    pub(crate) fn close(&self) {
        lock(&self.queue).closing = true;
        self.arrived.notify_all();
        lock(&self.feeds).waiters.clear();
    }

    /// Whether the engine is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Ends everything that still waits, once no committer is there any more.
    pub(crate) fn abandon(&self) {
        self.closed.store(true, Ordering::Release);
        let mut queue = lock(&self.queue);
        queue.closing = true;
        let waiting: Vec<_> = queue.waiting.drain(..).collect();
        drop(queue);
        self.fail(Some(StoreError::Closed));
        for request in waiting {
            request.answer(Err(StoreError::Closed));
        }
    }
}

const SWEEP_FROM: usize = 256;
/// The most commits that share a flush.
const MAX_BATCH: usize = 1024;
/// How long a batch waits for those who were in the one before: about what one flush costs.
const GATHERING: Duration = Duration::from_micros(500);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
