//! The schema at the beginning of every transaction.

use super::{Catalog, SCHEMAS, Schema, build::BUILDS, lease::LEASES, migration::MIGRATIONS};
use crate::{Finding, Partition, Snapshot, StoreError, Tx, Value, check_table};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Reads the schema of a store at the beginning of each transaction, and remembers what it says:
/// one key a transaction, and nothing to decode unless it has changed.
#[derive(Debug)]
pub struct SchemaGuard {
    catalog: &'static Catalog,
    last: Mutex<Option<Agreed>>,
}

/// A value with which the catalog agrees.
#[derive(Debug, Clone)]
struct Agreed {
    value: Option<Value>,
    schema: Arc<Schema>,
}

impl SchemaGuard {
    /// For the stores of a program.
    pub fn new(catalog: &'static Catalog) -> Self {
        Self {
            catalog,
            last: Mutex::default(),
        }
    }

    /// Puts a transaction under the schema of its store. Since it reads the schema, its commit
    /// conflicts with every change of it.
    ///
    /// # Errors
    ///
    /// The store has changed to what this program does not know: [`StoreError::NewerSchema`],
    /// [`StoreError::IndexUnknown`]; or the schema cannot be read.
    pub async fn begin(&self, tx: &Tx) -> Result<(), StoreError> {
        let key = Schema::key()?;
        let value = tx.get(&key).await?;
        let last = self.last().clone();
        if let Some(last) = last
            && last.value == value
        {
            tx.under(last.schema);
            return Ok(());
        }
        let schema = Arc::new(self.catalog.open(&key, value.as_ref())?);
        self.catalog.agrees(&schema)?;
        tx.under(Arc::clone(&schema));
        *self.last() = Some(Agreed { value, schema });
        Ok(())
    }

    fn last(&self) -> MutexGuard<'_, Option<Agreed>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks the records that a schema and its migrations are kept in, in the partition `/`.
///
/// # Errors
///
/// The snapshot cannot be read; what is wrong with the records is reported to `report`.
pub async fn check_schema(
    snapshot: &dyn Snapshot,
    mut report: impl FnMut(Finding),
) -> Result<(), StoreError> {
    let global = Partition::global();
    check_table(snapshot, &global, &SCHEMAS, &mut report).await?;
    check_table(snapshot, &global, &BUILDS, &mut report).await?;
    check_table(snapshot, &global, &LEASES, &mut report).await?;
    check_table(snapshot, &global, &MIGRATIONS, &mut report).await?;
    Ok(())
}
