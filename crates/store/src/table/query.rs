//! Queries as values.

use super::{
    Condition, Table,
    index::{ORPHAN, Pointer},
};
use crate::{
    Key, KeyRange, Page, Partition, Parts, Record, Rows, StoreError, Tx, Value,
    record::{open, open_where},
};
use atlas_base::{Digest, canonical};
use serde::Serialize;
use std::collections::BTreeSet;

/// How many records a query returns unless it says otherwise.
const LIMIT: usize = 100;
/// The fewest rows that a filtered query reads at a time.
const FILTERED_ROWS: usize = 32;

/// Which records of a partition are wanted: a value that can be kept, compared and shown.
///
/// Records come in the order of the table's key, or of the index that was named. An index with
/// several keys for one record may name it several times.
///
/// What it asks for is an interval, in the order of the table's key or of an index, and conditions
/// on the fields of the records in it. The interval decides what is read, so that a list of many
/// records goes through an index that begins with what is asked for.
///
/// Its serial form, canonical JSON that later versions keep, says what is asked for and in which
/// order, but neither how many are wanted nor where to go on: pages of one query have one digest,
/// which a [`Cursor`](crate::Cursor) holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    partition: Partition,
    index: Option<&'static str>,
    within: Within,
    #[serde(skip)]
    limit: usize,
    reverse: bool,
    #[serde(rename = "where", skip_serializing_if = "BTreeSet::is_empty")]
    conditions: BTreeSet<Condition>,
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
            conditions: BTreeSet::new(),
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

    /// Only records that meet this condition too. A page is read on until it is full or the
    /// interval ends.
    #[must_use]
    pub fn keep(mut self, condition: Condition) -> Self {
        self.conditions.insert(condition);
        self
    }

    /// Whether JSON meets all conditions of the query, wherever it is kept: for what a table holds
    /// in another form than the one that is asked about.
    ///
    /// # Errors
    ///
    /// The text is no JSON.
    pub fn admits(&self, json: &str) -> Result<bool, serde_json::Error> {
        Condition::all_met(&self.conditions, json)
    }

    /// What is asked of each record, in no order that matters.
    pub fn conditions(&self) -> impl ExactSizeIterator<Item = &Condition> {
        self.conditions.iter()
    }

    /// At most so many records; 100 unless this is called.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        let limit = limit.max(1);
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

    /// The digest of what is asked for, of the table in this space.
    pub(crate) fn digest(&self, space: &str) -> Digest {
        // INVARIANT: texts, integers, lists and flags have a canonical form.
        let text = canonical::to_string(&(space, self)).unwrap_or_default();
        Digest::of("cloud-atlas query", text.as_bytes())
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
    /// Where it was found: the key of the index row, or that of the record where it was read by it.
    pub row: Key,
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
    /// Whether a row lies in the interval of a query, wherever that goes on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unsupported`] where the table has no such index, [`StoreError::TooLarge`] where
    /// the interval begins with more than a key can be.
    pub fn covers(&self, query: &Query, row: &Key) -> Result<bool, StoreError> {
        let whole = query.clone().after(None);
        Ok(whole.range(&self.rows_of(query)?)?.contains(row))
    }

    /// The name of the space whose rows a query reads.
    fn rows_of(&self, query: &Query) -> Result<String, StoreError> {
        match query.index {
            Some(name) => Ok(self.index(name)?.space(self.space())),
            None => Ok(self.space().to_owned()),
        }
    }

    /// One page of a query.
    ///
    /// # Errors
    ///
    /// The store cannot be read or is damaged; [`StoreError::Unsupported`] where the table has no
    /// such index, [`StoreError::IndexNotReadable`] where the store has it not, or not yet.
    pub async fn query(&self, tx: &Tx, query: &Query) -> Result<QueryPage<R>, StoreError> {
        self.pages(tx, query, None::<fn(&R) -> bool>).await
    }

    /// The keys of all records that a query through an index leads to, in its order, and none of the
    /// records: whoever keeps some of them reads the others alone, by [`Table::get_at`]. The limit of
    /// the query is that of one trip; its conditions are those that index rows answer.
    ///
    /// # Errors
    ///
    /// As [`Table::query`]; [`StoreError::Unsupported`] where the query goes through no index.
    pub async fn keys(&self, tx: &Tx, query: &Query) -> Result<Vec<Key>, StoreError> {
        let Some(name) = query.index else {
            let what = "keys of a query that goes through no index";
            return Err(StoreError::Unsupported { what });
        };
        let index = self.index(name)?;
        self.readable(tx, index)?;
        let space = self.rows_of(query)?;
        let (mut keys, mut rest) = (Vec::new(), Some(query.range(&space)?));
        while let Some(range) = rest {
            let page = Page {
                limit: query.limit,
                reverse: query.reverse,
            };
            let rows = tx.range(&range, page).await?;
            for (row, value) in &rows.entries {
                if index.admits(row, &query.conditions) {
                    let Pointer(key) = open(row, None, value)?;
                    keys.push(key);
                }
            }
            rest = rows.next;
        }
        Ok(keys)
    }

    /// One page of those records of a query that a predicate keeps besides. It reads on until the
    /// page is full or the interval ends. The predicate is no part of the query: where a page may be
    /// resumed, say what you can as [`Query::keep`], and put the rest into the cursor's binding.
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
        let index = query.index.map(|name| self.index(name)).transpose()?;
        if let Some(index) = index {
            self.readable(tx, index)?;
        }
        let space = self.rows_of(query)?;
        let mut page = QueryPage {
            found: Vec::new(),
            next: None,
        };
        let mut rest = Some(query.range(&space)?);
        while let Some(range) = rest.take_if(|_| page.found.len() < query.limit) {
            let missing = query.limit - page.found.len();
            let limit = if keep.is_some() || !query.conditions.is_empty() {
                missing.max(FILTERED_ROWS)
            } else {
                missing
            };
            let mut rows = tx
                .range(
                    &range,
                    Page {
                        limit,
                        reverse: query.reverse,
                    },
                )
                .await?;
            rest.clone_from(&rows.next);
            if let Some(index) = index {
                let admits = |(row, _): &(Key, Value)| index.admits(row, &query.conditions);
                rows.entries.retain(admits);
            }
            let mut values = self.resolve(tx, index.is_some(), rows).await?.into_iter();
            for (row, key, value) in values.by_ref() {
                let Some(record) = open_where(&key, &value, &query.conditions)? else {
                    continue;
                };
                if keep.as_ref().is_some_and(|keep| !keep(&record)) {
                    continue;
                }
                page.next = Some(row.clone());
                page.found.push(Found { key, row, record });
                if page.found.len() == query.limit {
                    break;
                }
            }
            if page.found.len() == query.limit && rest.is_none() && values.next().is_none() {
                page.next = None;
            }
        }
        if page.found.len() < query.limit {
            page.next = None;
        }
        Ok(page)
    }

    /// The values behind rows: the row, the record's key, its value.
    async fn resolve(
        &self,
        tx: &Tx,
        indexed: bool,
        rows: Rows,
    ) -> Result<Vec<(Key, Key, Value)>, StoreError> {
        if !indexed {
            let own = |(key, value): (Key, Value)| (key.clone(), key, value);
            return Ok(rows.entries.into_iter().map(own).collect());
        }
        let mut targets = Vec::with_capacity(rows.entries.len());
        for (row, value) in &rows.entries {
            let Pointer(key) = open(row, None, value)?;
            targets.push(key);
        }
        let values = tx.get_many(&targets).await?;
        let rows = rows.entries.into_iter().map(|(row, _)| row);
        let found = rows
            .zip(targets)
            .zip(values)
            .map(|((row, key), value)| match value {
                Some(value) => Ok((row, key, value)),
                None => Err(StoreError::corrupt_at(&row, ORPHAN)),
            });
        found.collect()
    }
}
