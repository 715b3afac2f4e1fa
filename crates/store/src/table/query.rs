//! Queries as values.

use super::{
    Table,
    index::{ORPHAN, Pointer},
};
use crate::{Key, KeyRange, Page, Partition, Parts, Record, Rows, StoreError, Tx, record::open};
use serde::Serialize;

/// How many records a query returns unless it says otherwise.
const LIMIT: usize = 100;
/// The fewest rows that a filtered query reads at a time.
const FILTERED_ROWS: usize = 32;

/// Which records of a partition are wanted: a value that can be kept, compared and shown.
///
/// Records come in the order of the table's key, or of the index that was named. An index with
/// several keys for one record may name it several times.
///
/// Its serial form says what is asked for and in which order, but neither how many are wanted nor
/// where to go on: pages of one query have one digest, which a cursor can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    partition: Partition,
    index: Option<&'static str>,
    within: Within,
    #[serde(skip)]
    limit: usize,
    reverse: bool,
    #[serde(skip)]
    after: Option<Key>,
}

/// The interval of the key, or of the index, that a [`Query`] reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Within {
    /// Whatever begins with these parts; everything where there are none.
    Prefix(Parts),
    /// Whatever begins with these parts and goes on with a text that begins so. For a beginning of
    /// more than 62 bytes there may be a few more.
    Starting(Parts, String),
    /// Whatever comes at or after the first, and before the second.
    Between(Parts, Parts),
}

impl Query {
    /// Every record of a partition, by the table's own key.
    pub fn all(partition: &Partition) -> Self {
        Self {
            partition: partition.clone(),
            index: None,
            within: Within::Prefix(Parts::new()),
            limit: LIMIT,
            reverse: false,
            after: None,
        }
    }

    /// By an index of the table.
    #[must_use]
    pub fn index(self, name: &'static str) -> Self {
        Self {
            index: Some(name),
            ..self
        }
    }

    /// Only what begins with these parts.
    #[must_use]
    pub fn prefix(self, parts: impl Into<Parts>) -> Self {
        self.within(Within::Prefix(parts.into()))
    }

    /// Only what lies there.
    #[must_use]
    pub fn within(self, within: Within) -> Self {
        Self { within, ..self }
    }

    /// At most so many records; 100 unless this is called.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// From the end.
    #[must_use]
    pub fn reverse(self) -> Self {
        Self {
            reverse: true,
            ..self
        }
    }

    /// Goes on after what [`QueryPage::next`] of the same query said. A key outside the query's own
    /// range leaves the range as it is or makes it empty: it never widens it.
    #[must_use]
    pub fn after(self, next: Option<Key>) -> Self {
        Self {
            after: next,
            ..self
        }
    }

    /// What is read, of the space with this name.
    fn range(&self, space: &str) -> Result<KeyRange, StoreError> {
        let key = |parts: &Parts| parts.add_to(Key::builder(&self.partition, space));
        let range = match &self.within {
            Within::Prefix(parts) => key(parts).range()?,
            Within::Starting(parts, start) => key(parts).range_starting(start)?,
            Within::Between(from, to) => {
                KeyRange::new(key(from).range()?.start(), key(to).range()?.start())
            }
        };
        Ok(match &self.after {
            Some(after) => range.beyond(after, self.reverse),
            None => range,
        })
    }
}

/// A record and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<R> {
    /// The key of the record.
    pub key: Key,
    /// The record.
    pub record: R,
}

/// Some records of a query, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryPage<R> {
    /// The records.
    pub found: Vec<Found<R>>,
    /// The row of the last record here, for [`Query::after`]; none where nothing follows. What
    /// follows may turn out to be nothing.
    pub next: Option<Key>,
}

impl<R: Record> Table<R> {
    /// One page of a query.
    ///
    /// # Errors
    ///
    /// The store cannot be read or is damaged; [`StoreError::Unsupported`] where the table has no
    /// such index.
    pub async fn query(&self, tx: &Tx, query: &Query) -> Result<QueryPage<R>, StoreError> {
        self.pages(tx, query, None::<fn(&R) -> bool>).await
    }

    /// One page of those records of a query that a predicate keeps. It reads on until the page is
    /// full or the range ends.
    ///
    /// # Errors
    ///
    /// As [`Table::query`].
    pub async fn query_where(
        &self,
        tx: &Tx,
        query: &Query,
        keep: impl Fn(&R) -> bool,
    ) -> Result<QueryPage<R>, StoreError> {
        self.pages(tx, query, Some(keep)).await
    }

    async fn pages(
        &self,
        tx: &Tx,
        query: &Query,
        keep: Option<impl Fn(&R) -> bool>,
    ) -> Result<QueryPage<R>, StoreError> {
        let space = match query.index {
            Some(name) => self.index(name)?.space(self.space()),
            None => self.space().to_owned(),
        };
        let mut page = QueryPage {
            found: Vec::new(),
            next: None,
        };
        let mut rest = Some(query.range(&space)?);
        while let Some(range) = rest.take_if(|_| page.found.len() < query.limit) {
            let missing = query.limit - page.found.len();
            let limit = if keep.is_some() {
                missing.max(FILTERED_ROWS)
            } else {
                missing
            };
            let rows = tx
                .range(
                    &range,
                    Page {
                        limit,
                        reverse: query.reverse,
                    },
                )
                .await?;
            rest.clone_from(&rows.next);
            let mut records = self
                .resolve(tx, query.index.is_some(), rows)
                .await?
                .into_iter();
            for (row, found) in records.by_ref() {
                if keep.as_ref().is_some_and(|keep| !keep(&found.record)) {
                    continue;
                }
                page.found.push(found);
                page.next = Some(row);
                if page.found.len() == query.limit {
                    break;
                }
            }
            if page.found.len() == query.limit && rest.is_none() && records.next().is_none() {
                page.next = None;
            }
        }
        if page.found.len() < query.limit {
            page.next = None;
        }
        Ok(page)
    }

    /// The records behind rows, with the rows.
    async fn resolve(
        &self,
        tx: &Tx,
        indexed: bool,
        rows: Rows,
    ) -> Result<Vec<(Key, Found<R>)>, StoreError> {
        if !indexed {
            let read = |(key, value): (Key, crate::Value)| {
                let record = open(&key, None, &value)?;
                Ok((key.clone(), Found { key, record }))
            };
            return rows.entries.into_iter().map(read).collect();
        }
        let mut targets = Vec::with_capacity(rows.entries.len());
        for (row, value) in &rows.entries {
            let Pointer(key) = open(row, None, value)?;
            targets.push(key);
        }
        let records = self.get_at(tx, &targets).await?;
        let rows = rows.entries.into_iter().map(|(row, _)| row);
        let found = rows
            .zip(targets)
            .zip(records)
            .map(|((row, key), record)| match record {
                Some(record) => Ok((row, Found { key, record })),
                None => Err(StoreError::corrupt_at(&row, ORPHAN)),
            });
        found.collect()
    }
}
