//! Many records through a unique index, in two trips.

use super::{Found, Pointer, Table, index::ORPHAN};
use crate::{Partition, Parts, Record, StoreError, Tx, key::FullKey, record::open};

impl<R: Record> Table<R> {
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
}
