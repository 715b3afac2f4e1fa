//! Many records at once.

use super::Table;
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
