//! Reading a file that stays as it is.

use crate::{
    Backend, OpenError, Options, Place,
    guard::Guarded,
    open::{self, Opened, failed},
    view::View,
};
use atlas_store::{
    Commit, Committed, Entry, Fut, Key, KeyRange, Page, Slice, Snapshot, StoreError,
};

/// The newest state of a file that is only looked at. What the engine would write, it writes into
/// memory.
struct Inspected {
    // INVARIANT: the view is dropped before the engine that it reads through.
    view: View,
    _database: Guarded,
}

/// Opens a look at what these bytes hold.
pub(crate) fn inspect(
    backend: impl Backend,
    place: &Place,
    options: &Options,
) -> Result<Box<dyn Snapshot>, OpenError> {
    let (opened, _) = open::inspect(backend, place, options)?;
    let Opened {
        database, newest, ..
    } = opened;
    let view = database
        .get()
        .and_then(|database| View::new(database, newest))
        .map_err(|error| failed(place, error))?;
    Ok(Box::new(Inspected {
        view,
        _database: database,
    }))
}

impl Snapshot for Inspected {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(async move { self.view.get(keys) })
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(async move { self.view.range(range, page) })
    }

    fn commit(self: Box<Self>, _: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            Err(StoreError::Unsupported {
                what: "writing to a store that is only looked at",
            })
        })
    }
}
