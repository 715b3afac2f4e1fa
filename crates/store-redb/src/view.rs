//! What a snapshot sees.

use crate::{
    guard::{engine, guard, guarded},
    layout::{self, ENTRIES, FEED, feed_key, misread, read_entry, read_feed_entry, read_key},
};
use atlas_store::{
    Entry, FeedPage, FeedPosition, Key, KeyRange, Page, Partition, Slice, StoreError,
};
use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase as _};

/// How many entries of a page have their place from the beginning: most pages end before.
const FEW: usize = 16;
/// How many have it once there are more than a few.
const RESERVED: usize = 1024;

/// One state of the file, held fast by a read transaction of the engine. All snapshots taken
/// between two commits share one.
pub(crate) struct View {
    /// The newest commit that it sees.
    pub(crate) commit: u64,
    tables: Option<Tables>,
}

struct Tables {
    entries: ReadOnlyTable<&'static [u8], &'static [u8]>,
    transaction: ReadTransaction,
}

impl View {
    pub(crate) fn new(database: &Database, commit: u64) -> Result<Self, StoreError> {
        guarded(|| {
            let transaction = database.begin_read().map_err(engine)?;
            let entries = transaction.open_table(ENTRIES).map_err(engine)?;
            Ok(Self {
                commit,
                tables: Some(Tables {
                    entries,
                    transaction,
                }),
            })
        })
    }

    pub(crate) fn get(&self, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        guarded(|| {
            let entries = &self.tables()?.entries;
            keys.iter()
                .map(|key| {
                    let row = entries.get(key.as_str().as_bytes()).map_err(engine)?;
                    row.map(|row| read_entry(row.value()).ok_or_else(misread))
                        .transpose()
                })
                .collect()
        })
    }

    pub(crate) fn range(&self, range: &KeyRange, page: Page) -> Result<Slice, StoreError> {
        guarded(|| {
            let mut slice = Slice {
                entries: Vec::with_capacity(page.limit.min(FEW)),
                next: None,
            };
            if range.is_empty() {
                return Ok(slice);
            }
            if page.limit == 0 {
                slice.next = Some(range.clone());
                return Ok(slice);
            }
            let bounds = range.start().as_bytes()..range.end().as_bytes();
            let mut rows = self
                .tables()?
                .entries
                .range::<&[u8]>(bounds)
                .map_err(engine)?;
            loop {
                let row = if page.reverse {
                    rows.next_back()
                } else {
                    rows.next()
                };
                let Some(row) = row else {
                    break;
                };
                if slice.entries.len() == page.limit {
                    slice.next = slice
                        .entries
                        .last()
                        .map(|(last, _)| range.beyond(last, page.reverse));
                    break;
                }
                let (key, entry) = row.map_err(engine)?;
                let key = read_key(key.value()).ok_or_else(misread)?;
                // INVARIANT: the engine keeps order; on a damaged file it may not, and paging
                // would not come to an end.
                let is_in_order = match slice.entries.last() {
                    Some((last, _)) if page.reverse => key < *last,
                    Some((last, _)) => *last < key,
                    None => range.contains(&key),
                };
                if !is_in_order {
                    return Err(out_of_order());
                }
                let entry = read_entry(entry.value()).ok_or_else(misread)?;
                if slice.entries.len() == FEW {
                    slice.entries.reserve(page.limit.min(RESERVED));
                }
                slice.entries.push((key, entry));
            }
            // The first is in the range and so is the last: then are all between them.
            match slice.entries.last() {
                Some((last, _)) if !range.contains(last) => Err(out_of_order()),
                _ => Ok(slice),
            }
        })
    }

    pub(crate) fn feed(
        &self,
        partition: &Partition,
        after: FeedPosition,
        max: usize,
    ) -> Result<FeedPage, StoreError> {
        guarded(|| {
            let transaction = &self.tables()?.transaction;
            let feed = transaction.open_table(FEED).map_err(engine)?;
            let head = layout::head(&feed, partition)?.unwrap_or_default();
            let mut page = FeedPage {
                entries: Vec::new(),
                head: head.newest,
            };
            if max == 0 || after >= head.newest {
                return Ok(page);
            }
            if after < head.oldest {
                return Err(StoreError::FeedExpired {
                    oldest: head.oldest,
                });
            }
            let (first, last) = (after.next(), head.newest);
            let bounds = feed_key(partition, first)..=feed_key(partition, last);
            let bounds = bounds.start().as_slice()..=bounds.end().as_slice();
            let mut position = first;
            for row in feed.range::<&[u8]>(bounds).map_err(engine)?.take(max) {
                let (key, row) = row.map_err(engine)?;
                if key.value() != feed_key(partition, position) {
                    return Err(StoreError::corrupt("the change feed has a gap"));
                }
                page.entries
                    .push(read_feed_entry(position, row.value()).ok_or_else(misread)?);
                position = position.next();
            }
            Ok(page)
        })
    }

    fn tables(&self) -> Result<&Tables, StoreError> {
        self.tables.as_ref().ok_or(StoreError::Closed)
    }
}

fn out_of_order() -> StoreError {
    StoreError::corrupt("the keys are out of order")
}

impl Drop for View {
    fn drop(&mut self) {
        // An engine that panicked before may panic again when it gives up a transaction.
        let _ = guard(|| drop(self.tables.take()));
    }
}
