//! A store in front of another one.

use atlas_store::{
    Capability, Commit, Committed, Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page,
    Partition, Slice, Snapshot, Store,
};
use core::{fmt, ops::Deref, time::Duration};

/// What stands in front of a store and changes, counts or delays some of its calls; each call that
/// a layer says nothing of goes through as it came. Clones are the same layer.
pub trait Layer: fmt::Debug + Clone + Send + Sync + 'static {
    /// The store behind it.
    fn store(&self) -> &dyn Store;

    /// As [`Store::capability`].
    fn capability(&self) -> &Capability {
        self.store().capability()
    }

    /// As [`Store::snapshot`].
    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        self.store().snapshot()
    }

    /// As [`Store::feed`].
    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        self.store().feed(partition, after, max)
    }

    /// As [`Store::sleep`].
    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        self.store().sleep(duration)
    }

    /// As [`Snapshot::get`] of the snapshot behind it.
    fn get<'a>(&'a self, behind: &'a dyn Snapshot, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        behind.get(keys)
    }

    /// As [`Snapshot::range`] of the snapshot behind it.
    fn range<'a>(
        &'a self,
        behind: &'a dyn Snapshot,
        range: &'a KeyRange,
        page: Page,
    ) -> Fut<'a, Slice> {
        behind.range(range, page)
    }

    /// As [`Snapshot::commit`] of the snapshot behind it.
    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        behind.commit(commit)
    }
}

/// A [`Layer`] with the store behind it, as a store.
#[derive(Debug, Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "a store around its layer")]
pub struct Layered<L>(pub L);

impl<L> Deref for Layered<L> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.0
    }
}

impl<L: Layer> Store for Layered<L> {
    fn capability(&self) -> &Capability {
        Layer::capability(&self.0)
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        Box::pin(async {
            let behind = Layer::snapshot(&self.0).await?;
            let layer = self.0.clone();
            Ok(Box::new(LayeredSnapshot { behind, layer }) as Box<dyn Snapshot>)
        })
    }

    fn feed<'a>(
        &'a self,
        partition: &'a Partition,
        after: FeedPosition,
        max: usize,
    ) -> Fut<'a, FeedPage> {
        Layer::feed(&self.0, partition, after, max)
    }

    fn wait<'a>(&'a self, partition: &'a Partition, after: FeedPosition) -> Fut<'a, ()> {
        self.0.store().wait(partition, after)
    }

    fn sleep(&self, duration: Duration) -> Fut<'_, ()> {
        Layer::sleep(&self.0, duration)
    }
}

struct LayeredSnapshot<L> {
    behind: Box<dyn Snapshot>,
    layer: L,
}

impl<L: Layer> Snapshot for LayeredSnapshot<L> {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.layer.get(&*self.behind, keys)
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        self.layer.range(&*self.behind, range, page)
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        self.layer.commit(self.behind, commit)
    }
}
