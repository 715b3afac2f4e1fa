//! Indexes: rows that lead to records.

use crate::{Condition, Key, KeyPart, Partition, Parts, Record, StoreError, key::FullKey};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is said of a row whose record is gone.
pub(crate) const ORPHAN: &str = "an index row leads to no record";

/// An index of a [`Table`](crate::Table): from parts made of a record to that record.
pub struct Index<R> {
    name: &'static str,
    unique: bool,
    keys: fn(&R) -> Vec<Parts>,
    covered: &'static [Covered],
}

/// A part of the keys of an index, by its number from 0, that is the text of a field of the record.
pub type Covered = (usize, &'static str);

impl<R> Index<R> {
    /// An index in which each key leads to one record of the partition at most.
    pub const fn unique(name: &'static str, keys: fn(&R) -> Vec<Parts>) -> Self {
        Self {
            name,
            unique: true,
            keys,
            covered: &[],
        }
    }

    /// An index in which a key may lead to many records.
    pub const fn many(name: &'static str, keys: fn(&R) -> Vec<Parts>) -> Self {
        Self {
            name,
            unique: false,
            keys,
            covered: &[],
        }
    }

    /// As [`Index::many`], where parts of each key are texts of fields: what a query asks of these it
    /// asks before it reads the record. A record without such a field stands under no key.
    pub const fn covering(
        name: &'static str,
        covered: &'static [Covered],
        keys: fn(&R) -> Vec<Parts>,
    ) -> Self {
        Self {
            name,
            unique: false,
            keys,
            covered,
        }
    }

    /// Whether a row may lead to a record that meets these conditions, as far as its key tells.
    pub(crate) fn admits(&self, row: &Key, conditions: &BTreeSet<Condition>) -> bool {
        self.covered.iter().all(|(number, field)| {
            let part = row.parts().nth(*number).filter(|part| !part.is_cut());
            let text = part.and_then(KeyPart::to_text);
            text.is_none_or(|text| {
                let mut conditions = conditions.iter();
                !conditions.any(|condition| condition.refuses(field, &text))
            })
        })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a key leads to one record at most.
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// The keys under which a record stands; none where the index leaves it out.
    pub fn keys(&self, record: &R) -> Vec<Parts> {
        (self.keys)(record)
    }

    /// The name of the space its rows are in.
    pub(crate) fn space(&self, table: &str) -> String {
        [table, ".", self.name].concat()
    }

    /// The key of a row. In an index that is not unique it ends with the record's own parts.
    pub(crate) fn row(
        &self,
        table: &str,
        partition: &Partition,
        parts: &Parts,
        record: Option<&FullKey>,
    ) -> Result<FullKey, StoreError> {
        let row = parts.add_to(Key::builder(partition, &self.space(table)));
        match record {
            Some(record) if !self.unique => row.parts_of(record).build_full(),
            _ => row.build_full(),
        }
    }
}

impl<R> fmt::Debug for Index<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.unique { "unique" } else { "many" };
        write!(f, "Index({}, {kind})", self.name)
    }
}

/// What a row holds: the key of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pointer(pub(crate) Key);

impl Record for Pointer {
    const SCHEMA: u32 = 1;
}
