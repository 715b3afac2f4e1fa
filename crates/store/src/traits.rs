//! The two traits of an engine.

use crate::{
    Capability, Commit, Committed, FeedPage, FeedPosition, Key, KeyRange, Partition, StoreError,
    Value, Version,
};
use core::{fmt::Debug, future::Future, pin::Pin, time::Duration};
use std::sync::Arc;

/// The boxed future that every call of an engine returns.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An engine: ordered keys, serializable commits, a change feed for each partition.
///
/// An engine retries nothing: [`transact`](crate::transact) does, once for all engines.
pub trait Store: Send + Sync + Debug {
    /// What the engine can hold and do. The answer never changes.
    fn capability(&self) -> &Capability;

    /// One consistent point of the whole store, at or after every commit whose future was ready
    /// before this call.
    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>>;

    /// At most `max` commits that wrote to a partition after a position: in order, without a gap,
    /// and the partition's head. With `max` 0 it tells the head only, from any position.
    ///
    /// A partition never written to has an empty feed. A position after the head is answered with
    /// no entries. [`StoreError::FeedExpired`] where the entry that follows the position is gone.
    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage>;

    /// Waits until a partition's feed may have grown beyond a position. A hint: it may end early,
    /// and ends at once where the feed already has.
    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()>;

    /// The engine's timer, for waiting between attempts.
    fn sleep(&self, duration: Duration) -> Fut<'_, ()>;
}

/// One consistent point of a store, which never changes, and the base of one commit.
pub trait Snapshot: Send + Sync {
    /// What the keys hold here, one answer a key in the order given, in one trip.
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>>;

    /// The entries of a range, at most `page.limit` of them, in key order or in reverse.
    ///
    /// An engine may return fewer than the limit, as long as [`Slice::next`] says where it
    /// stopped. A limit of 0 reads nothing.
    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice>;

    /// Writes all or nothing.
    ///
    /// In this order: a token that is already kept ends the commit with the first attempt's
    /// result, whatever the commit holds; a commit over the capability's limits is
    /// [`StoreError::TooLarge`]; one whose read set has moved since this snapshot, by a put or by
    /// a delete of any key in it, is [`StoreError::Conflict`]. Otherwise every write takes effect
    /// at one point, together with the token, and each partition written to gets one feed entry.
    /// A write to a key that was not read conflicts with nothing.
    ///
    /// When the future is ready, the writes are as durable as the engine makes them. Dropping it
    /// leaves the outcome unknown.
    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed>;
}

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// Which state of the key this is.
    pub version: Version,
}

/// How much of a range to read, and from which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The most entries wanted.
    pub limit: usize,
    /// Whether to begin at the end of the range.
    pub reverse: bool,
}

impl Page {
    /// The first entries, in key order.
    pub const fn first(limit: usize) -> Self {
        Self {
            limit,
            reverse: false,
        }
    }

    /// The last entries, in reverse key order.
    pub const fn last(limit: usize) -> Self {
        Self {
            limit,
            reverse: true,
        }
    }
}

/// What was read of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The entries: in key order, or in reverse if the page asked for that.
    pub entries: Vec<(Key, Entry)>,
    /// The part of the range that was not read, or none where all of it was. It may turn out to be
    /// empty. What was read is the range without it.
    pub next: Option<KeyRange>,
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn capability(&self) -> &Capability {
        (**self).capability()
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        (**self).snapshot()
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        (**self).feed(partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        (**self).wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        (**self).sleep(duration)
    }
}
