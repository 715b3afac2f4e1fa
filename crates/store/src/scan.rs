//! Reading a range page by page.

use crate::{Entry, Key, KeyRange, Page, Snapshot, StoreError};

/// How many entries are read at a time.
const PAGE: usize = 256;

/// What is still to be read of a range.
#[derive(Debug)]
pub(crate) struct Scan {
    rest: Option<KeyRange>,
}

impl Scan {
    pub(crate) fn new(range: KeyRange) -> Self {
        Self { rest: Some(range) }
    }

    /// The next entries, perhaps none of them yet; nothing at the end.
    pub(crate) async fn next(
        &mut self,
        snapshot: &dyn Snapshot,
    ) -> Result<Option<Vec<(Key, Entry)>>, StoreError> {
        let Some(range) = self.rest.take() else {
            return Ok(None);
        };
        let slice = snapshot.range(&range, Page::first(PAGE)).await?;
        self.rest = slice.next;
        Ok(Some(slice.entries))
    }
}
