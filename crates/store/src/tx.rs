//! A transaction: reads from one snapshot, sees its own writes, notes what it has read.

mod intervals;
mod lap;
mod sets;

use self::sets::Sets;
pub(crate) use self::sets::Writes;
use crate::{
    Commit, CommitToken, Committed, Entry, Footprint, Key, KeyRange, Page, ReadSet, Schema,
    Snapshot, Store, StoreError, Value,
};
use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A cheap, owned handle of one transaction; clones are the same transaction.
///
/// Reads come from one snapshot with the transaction's own writes laid over it. Every key and
/// every interval read is noted, exactly as far as it was read, so that a page of a long range
/// conflicts with no change beyond that page. Nothing is written before [`Tx::commit`], which
/// [`transact`](crate::transact) calls.
#[derive(Clone)]
pub struct Tx {
    inner: Arc<Inner>,
}

struct Inner {
    /// Gone once the transaction has ended.
    snapshot: Mutex<Option<Arc<Box<dyn Snapshot>>>>,
    sets: Mutex<Sets>,
    schema: OnceLock<Arc<Schema>>,
}

/// A part of a range as a transaction sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Keys and values: in key order, or in reverse if the page asked for that.
    pub entries: Vec<(Key, Value)>,
    /// The part of the range that was not read, or none where all of it was. It may turn out to be
    /// empty.
    pub next: Option<KeyRange>,
}

impl Tx {
    /// Begins a transaction on a snapshot of now.
    ///
    /// # Errors
    ///
    /// The store cannot give a snapshot.
    pub async fn begin(store: &dyn Store) -> Result<Self, StoreError> {
        store.snapshot().await.map(Self::on)
    }

    /// Begins a transaction on a snapshot.
    pub fn on(snapshot: Box<dyn Snapshot>) -> Self {
        Self::with(snapshot, Sets::default())
    }

    /// Begins a transaction on a snapshot that will not be committed: it does not note what it
    /// reads, so that it takes the memory of a page however much that is. What it writes it sees,
    /// and nobody else ever will.
    pub fn look(snapshot: Box<dyn Snapshot>) -> Self {
        Self::with(snapshot, Sets::forgetful())
    }

    fn with(snapshot: Box<dyn Snapshot>, sets: Sets) -> Self {
        let snapshot = Mutex::new(Some(Arc::new(snapshot)));
        Self {
            inner: Arc::new(Inner {
                snapshot,
                sets: Mutex::new(sets),
                schema: OnceLock::new(),
            }),
        }
    }

    /// Holds tables to a schema from now on: writes keep the rows of the indexes that it has, and
    /// reads go through those only that it calls readable. Without one, all indexes that a table
    /// declares are readable. The first schema holds.
    ///
    /// The caller has read it in this transaction: see [`SchemaGuard`](crate::SchemaGuard).
    pub fn under(&self, schema: Arc<Schema>) {
        self.inner.schema.get_or_init(|| schema);
    }

    /// The schema to which tables are held.
    pub fn schema(&self) -> Option<&Schema> {
        self.inner.schema.get().map(|schema| &**schema)
    }

    /// What a key holds.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read, or the transaction has ended.
    pub async fn get(&self, key: &Key) -> Result<Option<Value>, StoreError> {
        let found = self.get_many(core::slice::from_ref(key)).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// What many keys hold, one answer a key in the order given, in at most one trip.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read, or the transaction has ended.
    pub async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, StoreError> {
        self.read_many(keys, false).await
    }

    /// As [`Tx::get_many`], of keys whose values never change and never go once they are there: what
    /// is found is not noted as read, and so weighs nothing. What is not found is.
    ///
    /// # Errors
    ///
    /// As [`Tx::get_many`].
    pub async fn get_fixed(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, StoreError> {
        self.read_many(keys, true).await
    }

    async fn read_many(&self, keys: &[Key], fixed: bool) -> Result<Vec<Option<Value>>, StoreError> {
        let snapshot = self.snapshot()?;
        let unwritten: Vec<_> = {
            let sets = self.sets();
            keys.iter()
                .filter(|key| sets.written(key).is_none())
                .cloned()
                .collect()
        };
        let read = if unwritten.is_empty() {
            Vec::new()
        } else {
            snapshot.get(&unwritten).await?
        };
        if read.len() != unwritten.len() {
            return Err(StoreError::corrupt(
                "the store answered for another number of keys",
            ));
        }
        let mut sets = self.sets();
        for key in keys.iter().filter(|_| !fixed) {
            sets.note_asked(key);
        }
        for (key, entry) in unwritten.iter().zip(&read) {
            match entry {
                Some(_) if fixed => {}
                None if fixed => {
                    sets.note_asked(key);
                    sets.note_key(key, None);
                }
                entry => sets.note_key(key, entry.as_ref().map(|entry| entry.version)),
            }
        }
        let mut read = unwritten.into_iter().zip(read).peekable();
        let value = |key: &Key| match read.next_if(|(next, _)| next == key) {
            Some((_, entry)) => entry.map(|entry: Entry| entry.value),
            None => sets.written(key).cloned().flatten(),
        };
        Ok(keys.iter().map(value).collect())
    }

    /// The entries of a range, at most `page.limit` of them.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read, or the transaction has ended.
    pub async fn range(&self, range: &KeyRange, page: Page) -> Result<Rows, StoreError> {
        let snapshot = self.snapshot()?;
        let mut rows = Rows {
            entries: Vec::new(),
            next: Some(range.clone()),
        };
        while let Some(rest) = rows.next.take_if(|_| rows.entries.len() < page.limit) {
            let wanted = Page {
                limit: page.limit - rows.entries.len(),
                ..page
            };
            let slice = snapshot.range(&rest, wanted).await?;
            if slice.entries.is_empty() && slice.next.as_ref() == Some(&rest) {
                return Err(StoreError::corrupt(
                    "the store read nothing of a range and stopped",
                ));
            }
            let mut sets = self.sets();
            let seen = rest.without(slice.next.as_ref(), page.reverse);
            let mut merged = sets.overlay(&seen, slice.entries, page.reverse);
            rows.next = slice.next;
            if merged.len() > wanted.limit {
                merged.truncate(wanted.limit);
                let last = merged.last().map(|(key, _)| rest.beyond(key, page.reverse));
                rows.next = last.or(Some(rest.clone()));
            }
            sets.note_range(&rest.without(rows.next.as_ref(), page.reverse));
            rows.entries.extend(merged);
        }
        Ok(rows)
    }

    /// Gives a key a value, without a look at what it holds.
    ///
    /// # Errors
    ///
    /// The transaction has ended.
    pub fn put(&self, key: Key, value: impl Into<Value>) -> Result<(), StoreError> {
        self.write(key, Some(value.into()))
    }

    /// Gives many keys a value, as [`Tx::put`] does one by one; cheapest in a transaction that has
    /// written nothing.
    pub(crate) fn put_all(&self, writes: Writes) -> Result<(), StoreError> {
        if self.lock_snapshot().is_none() {
            return Err(StoreError::Closed);
        }
        self.sets().write_all(writes);
        Ok(())
    }

    /// Deletes a key, without a look at whether it is there.
    ///
    /// # Errors
    ///
    /// The transaction has ended.
    pub fn delete(&self, key: Key) -> Result<(), StoreError> {
        self.write(key, None)
    }

    /// What was read so far; nothing where the transaction is only to [look](Tx::look).
    pub fn reads(&self) -> ReadSet {
        self.sets().reads()
    }

    /// The keys that were written so far, in order.
    pub fn written_keys(&self) -> Vec<Key> {
        self.sets().written_keys()
    }

    /// Whether nothing was written so far.
    pub fn is_read_only(&self) -> bool {
        self.sets().is_read_only()
    }

    /// Begins a lap: from here on [`Tx::weight`] counts as if a transaction of its own began here,
    /// on what this one has written so far. The transaction itself goes on unchanged, and so a long
    /// work is tried out in one transaction, which is dropped, and weighed in the parts in which it
    /// is to be committed.
    pub fn lap(&self) {
        self.sets().begin_lap();
    }

    /// What the transaction asks of an engine so far; since [`Tx::lap`], where that was called.
    /// [`Capability::admits`](crate::Capability::admits) says whether it is too much.
    pub fn weight(&self) -> Footprint {
        self.sets().weight()
    }

    /// Commits, and ends the transaction for every clone. One that wrote nothing ends without a
    /// trip to the engine: its reads came from one snapshot, which is all there is to it.
    ///
    /// # Errors
    ///
    /// As [`Snapshot::commit`]; [`StoreError::Closed`] where the transaction has ended;
    /// [`StoreError::Unsupported`] where a clone is still reading, or where it wrote and was only
    /// to [look](Tx::look).
    pub async fn commit(self, token: CommitToken) -> Result<Option<Committed>, StoreError> {
        let snapshot = self.lock_snapshot().take().ok_or(StoreError::Closed)?;
        let sets = core::mem::take(&mut *self.sets());
        drop(self);
        if sets.is_read_only() {
            return Ok(None);
        }
        if sets.is_forgetful() {
            let what = "committing a transaction that was only to look";
            return Err(StoreError::Unsupported { what });
        }
        let (reads, writes) = sets.into_parts();
        let what = "committing while a clone of the transaction still reads";
        let snapshot = Arc::into_inner(snapshot).ok_or(StoreError::Unsupported { what })?;
        snapshot
            .commit(Commit {
                reads,
                writes,
                token,
            })
            .await
            .map(Some)
    }

    fn write(&self, key: Key, value: Option<Value>) -> Result<(), StoreError> {
        if self.lock_snapshot().is_none() {
            return Err(StoreError::Closed);
        }
        self.sets().write(key, value);
        Ok(())
    }

    fn snapshot(&self) -> Result<Arc<Box<dyn Snapshot>>, StoreError> {
        self.lock_snapshot().clone().ok_or(StoreError::Closed)
    }

    fn lock_snapshot(&self) -> MutexGuard<'_, Option<Arc<Box<dyn Snapshot>>>> {
        self.inner
            .snapshot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn sets(&self) -> MutexGuard<'_, Sets> {
        self.inner
            .sets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tx").field(&*self.sets()).finish()
    }
}
