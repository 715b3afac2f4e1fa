//! Many records at once: by their keys, or through a unique index.

use super::{Found, Pointer, Table, index::ORPHAN};
use crate::{Partition, Parts, Record, StoreError, Tx, Value, key::FullKey, record::open};

impl<R: Record> Table<R> {
    /// The records under many keys, one answer a key in the order given, in one trip.
    ///
    /// # Errors
    ///
    /// As [`Table::get`].
    pub async fn get_many(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl IntoIterator<Item: Into<Parts>>,
    ) -> Result<Vec<Option<R>>, StoreError> {
        let fulls = self.full_keys(partition, parts)?;
        let keys: Vec<_> = fulls.iter().map(|full| full.key.clone()).collect();
        open_all(&fulls, tx.get_many(&keys).await?)
    }

    /// The same of records that never change and never go once they are there, as
    /// [`Tx::get_fixed`] reads them.
    ///
    /// # Errors
    ///
    /// As [`Table::get`].
    pub async fn get_fixed(
        &self,
        tx: &Tx,
        partition: &Partition,
        parts: impl IntoIterator<Item: Into<Parts>>,
    ) -> Result<Vec<Option<R>>, StoreError> {
        let fulls = self.full_keys(partition, parts)?;
        let keys: Vec<_> = fulls.iter().map(|full| full.key.clone()).collect();
        open_all(&fulls, tx.get_fixed(&keys).await?)
    }

    /// The records that a unique index leads to from many places, which may lie in several
    /// partitions: one answer a place in the order given, in two trips.
    ///
    /// # Errors
    ///
    /// As [`Table::find`].
    pub async fn find_many(
        &self,
        tx: &Tx,
        index: &str,
        places: impl IntoIterator<Item = (Partition, Parts)>,
    ) -> Result<Vec<Option<Found<R>>>, StoreError> {
        let index = self.index(index)?;
        let what = "looking for one record through an index that is not unique";
        if !index.is_unique() {
            return Err(StoreError::Unsupported { what });
        }
        self.readable(tx, index)?;
        let row = |(partition, parts): (Partition, Parts)| {
            index.row(self.space, &partition, &parts, None)
        };
        let rows: Vec<FullKey> = places.into_iter().map(row).collect::<Result<_, _>>()?;
        let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
        let pointers = rows.iter().zip(tx.get_many(&keys).await?);
        let pointers = pointers.map(|(row, value)| {
            let pointer = value.map(|value| open(&row.key, row.uncut.as_deref(), &value));
            pointer.transpose()
        });
        let pointers: Vec<Option<Pointer>> = pointers.collect::<Result<_, _>>()?;
        let led: Vec<_> = pointers.iter().flatten().map(|to| to.0.clone()).collect();
        let mut records = self.get_at(tx, &led).await?.into_iter();
        let found = rows.into_iter().zip(pointers).map(|(row, pointer)| {
            let Some(Pointer(key)) = pointer else {
                return Ok(None);
            };
            match records.next().flatten() {
                Some(record) => Ok(Some(Found {
                    key,
                    row: row.key,
                    record,
                })),
                None => Err(StoreError::corrupt_at(&row.key, ORPHAN)),
            }
        });
        found.collect()
    }

    fn full_keys(
        &self,
        partition: &Partition,
        parts: impl IntoIterator<Item: Into<Parts>>,
    ) -> Result<Vec<FullKey>, StoreError> {
        let parts = parts.into_iter().map(Into::into);
        let full = |parts: Parts| self.full_key(partition, &parts);
        parts.map(full).collect()
    }
}

fn open_all<R: Record>(
    fulls: &[FullKey],
    values: Vec<Option<Value>>,
) -> Result<Vec<Option<R>>, StoreError> {
    let open = |(full, value): (&FullKey, Option<Value>)| {
        value
            .map(|value| open(&full.key, full.uncut.as_deref(), &value))
            .transpose()
    };
    fulls.iter().zip(values).map(open).collect()
}
