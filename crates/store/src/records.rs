//! Records read from a snapshot page by page.

use crate::{
    Key, KeyRange, Partition, Record, Snapshot, StoreError, Table, record::open, scan::Scan,
};
use core::marker::PhantomData;

/// A record with its key, or why it cannot be read.
pub type ReadRecord<R> = (Key, Result<R, StoreError>);

/// The records of one table in one partition, in the order of their keys.
///
/// They come from a snapshot and in pages: nothing is noted as read, as a [`Tx`](crate::Tx) does,
/// and nothing is kept, so that a walk over any number of records needs the memory of one page.
pub struct Walk<'a, R> {
    snapshot: &'a dyn Snapshot,
    scan: Scan,
    record: PhantomData<fn() -> R>,
}

impl<'a, R: Record> Walk<'a, R> {
    /// Begins at the first record.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] where the partition and the space are too long for a key.
    pub fn new(
        snapshot: &'a dyn Snapshot,
        partition: &Partition,
        table: &Table<R>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            snapshot,
            scan: Scan::new(Key::builder(partition, table.space()).range()?),
            record: PhantomData,
        })
    }

    /// The next records, perhaps none of them yet; nothing at the end.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read. What is wrong with a record is in its place.
    pub async fn next(&mut self) -> Result<Option<Vec<ReadRecord<R>>>, StoreError> {
        let Some(page) = self.scan.next(self.snapshot).await? else {
            return Ok(None);
        };
        let read = page.into_iter().map(|(key, entry)| {
            let record = open(&key, None, &entry.value);
            (key, record)
        });
        Ok(Some(read.collect()))
    }
}

impl<R> core::fmt::Debug for Walk<'_, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Walk").finish_non_exhaustive()
    }
}

/// The record under a key of a table, read from a snapshot; none where there is none.
///
/// # Errors
///
/// The snapshot cannot be read. What is wrong with the record is in its place.
pub async fn read_record<R: Record>(
    snapshot: &dyn Snapshot,
    key: &Key,
) -> Result<Option<Result<R, StoreError>>, StoreError> {
    let found = snapshot.get(core::slice::from_ref(key)).await?;
    let entry = found.into_iter().next().flatten();
    Ok(entry.map(|entry| open(key, None, &entry.value)))
}

/// The keys of a range page by page, with the memory of one page.
#[derive(Debug)]
pub struct Keys(Scan);

impl Keys {
    /// Begins at the first key.
    pub fn new(range: KeyRange) -> Self {
        Self(Scan::new(range))
    }

    /// The next keys, perhaps none of them yet; nothing at the end.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read.
    pub async fn next(&mut self, snapshot: &dyn Snapshot) -> Result<Option<Vec<Key>>, StoreError> {
        let page = self.0.next(snapshot).await?;
        Ok(page.map(|page| page.into_iter().map(|(key, _)| key).collect()))
    }
}
