//! Writing older records as they are written now.

use crate::{
    Key, Record, RecordError, StoreError, Tx,
    key::FullKey,
    record::{open, schema_of, seal, uncut_key},
};

/// Whether a value is a record of an older schema than this one.
pub(super) fn is_older<R: Record>(key: &Key, value: &[u8]) -> Result<bool, StoreError> {
    Ok(schema_of(key, value)? < R::SCHEMA)
}

/// Puts those of some records again that are of an older schema. One that is gone, or that somebody
/// has put meanwhile, is left as it is.
pub(super) async fn rewrite_records<R: Record>(tx: &Tx, keys: &[Key]) -> Result<u64, RecordError> {
    let mut rewritten = 0;
    for (key, value) in keys.iter().zip(tx.get_many(keys).await?) {
        let Some(value) = value else { continue };
        if !is_older::<R>(key, &value)? {
            continue;
        }
        let record: R = open(key, None, &value)?;
        let full = FullKey {
            key: key.clone(),
            uncut: uncut_key(key, &value)?,
        };
        // Its rows are those of the upgraded record already: that is what reading it gave.
        tx.put(key.clone(), seal(&full, &record)?)?;
        rewritten += 1;
    }
    Ok(rewritten)
}
