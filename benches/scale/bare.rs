//! The indexed query beside redb by hand: the same rows, looked up and decoded.

use crate::{
    Fault, Fleet, fleet,
    reads::{ask, rare},
};
use atlas_benches::{Claim, Effort, versus};
use atlas_store::{KeyRange, Page, Store as _};
use atlas_store_redb::RedbStore;
use cloud_atlas::{Atlas, image::ImageRecord};
use pollster::block_on;
use redb::{Database, ReadOnlyTable, ReadableDatabase as _, TableDefinition};
use serde::Deserialize;
use std::path::Path;

type Rows = TableDefinition<'static, &'static [u8], &'static [u8]>;
/// Id to record, as JSON.
const RECORDS: Rows = TableDefinition::new("records");
/// Scope, family and id to id.
const FAMILIES: Rows = TableDefinition::new("families");
const CACHE: usize = 256 << 20;
const BATCH: usize = 20_000;

pub(crate) fn run(folder: &Path, large: &Fleet) -> Result<(), Fault> {
    let path = folder.join("bare.redb");
    let database = Database::builder().set_cache_size(CACHE).create(&path)?;
    copy(large, &database)?;
    let reader = database.begin_read()?;
    let (records, families) = (reader.open_table(RECORDS)?, reader.open_table(FAMILIES)?);
    let query = rare()?;
    let prefix = format!("{}\0{}\0", query.from, fleet::RARE);
    let found = by_hand(&records, &families, &prefix)?;
    if u64::try_from(found.len())? != fleet::RARES {
        return Err(format!("{} rows by hand", found.len()).into());
    }

    let atlas = block_on(Atlas::open(&large.url("256MiB")))?;
    let session = atlas.act_as(&"admin".parse()?);
    let pair = versus(
        Effort::from_arguments(),
        || block_on(ask(&session, &query)).is_ok(),
        || by_hand(&records, &families, &prefix).is_ok(),
    );
    let claim = format!(
        "an indexed query for {} among {}, beside bare redb and serde",
        fleet::RARES,
        large.images
    );
    Claim::milliseconds(&claim, pair, 1.5).print();
    drop((records, families, reader, database));
    Ok(std::fs::remove_file(path)?)
}

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

fn by_hand(records: &Table, families: &Table, prefix: &str) -> Result<Vec<ImageRecord>, Fault> {
    let mut found = Vec::new();
    for row in families.range(prefix.as_bytes()..)? {
        let (key, id) = row?;
        if !key.value().starts_with(prefix.as_bytes()) {
            break;
        }
        let record = records.get(id.value())?.ok_or("a row without a record")?;
        found.push(serde_json::from_slice(record.value())?);
    }
    Ok(found)
}

/// Copies every image record of a fleet.
fn copy(large: &Fleet, database: &Database) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Kept {
        v: ImageRecord,
    }
    let store = RedbStore::open(&large.path)?;
    let snapshot = block_on(store.snapshot())?;
    for account in ["team-0", "team-1"] {
        let mut rest = Some(KeyRange::new(
            format!("{account} image "),
            format!("{account} image!"),
        ));
        while let Some(range) = rest {
            let slice = block_on(snapshot.range(&range, Page::first(BATCH)))?;
            rest = slice.next;
            let transaction = database.begin_write()?;
            {
                let mut records = transaction.open_table(RECORDS)?;
                let mut families = transaction.open_table(FAMILIES)?;
                for (_, entry) in slice.entries {
                    let Kept { v: record } = serde_json::from_slice(&entry.value)?;
                    let (id, scope) = (record.id().to_string(), record.scope());
                    let family = record.os().map_or("", |os| os.family.as_str());
                    let row = format!("{scope}\0{family}\0{id}");
                    families.insert(row.as_bytes(), id.as_bytes())?;
                    let json = serde_json::to_vec(&record)?;
                    records.insert(id.as_bytes(), json.as_slice())?;
                }
            }
            transaction.commit()?;
        }
    }
    Ok(())
}
