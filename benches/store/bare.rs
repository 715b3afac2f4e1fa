//! The peer: redb by itself, one table of bytes to bytes, keys and values as ours.

use redb::{Database, Durability, ReadOnlyTable, ReadableDatabase as _, TableDefinition};
use std::{error::Error, path::Path};

pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

type Rows = TableDefinition<'static, &'static [u8], &'static [u8]>;
const ROWS: Rows = TableDefinition::new("rows");

/// A bare redb file, with as much cache as a store of ours has.
pub(crate) struct Bare {
    database: Database,
}

impl Bare {
    pub(crate) fn create(path: &Path, cache: usize) -> Result<Self, Fault> {
        let database = Database::builder().set_cache_size(cache).create(path)?;
        Ok(Self { database })
    }

    /// One durable commit of these pairs.
    pub(crate) fn commit<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Fault> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        {
            let mut rows = transaction.open_table(ROWS)?;
            for (key, value) in pairs {
                rows.insert(key.as_ref(), value.as_ref())?;
            }
        }
        Ok(transaction.commit()?)
    }

    pub(crate) fn reader(&self) -> Result<Reader, Fault> {
        let rows = self.database.begin_read()?.open_table(ROWS)?;
        Ok(Reader { rows })
    }
}

/// One state of a bare redb file.
pub(crate) struct Reader {
    rows: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl Reader {
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.rows.get(key)?.map(|value| value.value().to_vec()))
    }

    /// The first pairs from a key on.
    pub(crate) fn range(&self, from: &[u8], limit: usize) -> Result<Vec<Pair>, Fault> {
        let mut found = Vec::new();
        for pair in self.rows.range(from..)?.take(limit) {
            let (key, value) = pair?;
            found.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(found)
    }
}
