//! The peer: one table of `SQLite` with the record's JSON, a column for each filter, and the indexes
//! that we have.

use crate::{Fault, layer::Kept};
use atlas_store::{KeyRange, Page, Store, read_value};
use cloud_atlas::image::{ImageName, ImageRecord};
use pollster::block_on;
use rusqlite::{Connection, Statement, params, params_from_iter};
use std::path::Path;

const TABLES: &str = "
    CREATE TABLE images (
        row INTEGER PRIMARY KEY, id TEXT NOT NULL, scope TEXT NOT NULL, location TEXT NOT NULL,
        image_id TEXT NOT NULL, name TEXT, family TEXT, generation TEXT, version TEXT,
        state TEXT NOT NULL, created TEXT NOT NULL, json TEXT NOT NULL);
    CREATE TABLE tags (
        scope TEXT NOT NULL, tag TEXT NOT NULL, id TEXT NOT NULL, row INTEGER NOT NULL,
        PRIMARY KEY (scope, tag, id)) WITHOUT ROWID;
";
const INDEXES: &str = "
    CREATE UNIQUE INDEX by_id ON images (id);
    CREATE UNIQUE INDEX by_image ON images (image_id, location, scope);
    CREATE INDEX by_location ON images (scope, location, image_id, id);
    CREATE INDEX by_name ON images (scope, name, id);
    CREATE INDEX by_os ON images (scope, family, generation, version, id);
    CREATE INDEX by_created ON images (scope, created, id);
    PRAGMA analysis_limit = 1000;
    ANALYZE;
";
/// Records a page of the copy.
const BATCH: usize = 20_000;

/// All image records of a store in such a table.
pub(crate) struct Peer {
    connection: Connection,
}

impl Peer {
    /// Copies them.
    pub(crate) fn make(path: &Path, cache_mib: u32, store: &dyn Store) -> Result<Self, Fault> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -1_024 * i64::from(cache_mib))?;
        connection.execute_batch(TABLES)?;
        let transaction = connection.transaction()?;
        {
            let mut images = transaction
                .prepare("INSERT INTO images VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
            let mut tags = transaction.prepare("INSERT INTO tags VALUES (?, ?, ?, ?)")?;
            let snapshot = block_on(store.snapshot())?;
            let mut rest = Some(KeyRange::all());
            while let Some(range) = rest {
                let slice = block_on(snapshot.range(&range, Page::first(BATCH)))?;
                rest = slice.next;
                for (key, entry) in slice.entries {
                    if key.space().as_written() != "image" {
                        continue;
                    }
                    let Kept(record) = read_value(&key, &entry.value)?;
                    let (id, scope) = (record.id().to_string(), record.scope().as_str());
                    images.execute(params![
                        id,
                        scope,
                        record.location().as_str(),
                        record.image_id().as_str(),
                        record.given_name().map(ImageName::as_str),
                        record.os().map(|os| os.family.as_str()),
                        record.os().map(|os| os.generation.as_str()),
                        record.os().map(|os| os.version.as_str()),
                        record.lifecycle().state().as_str(),
                        record.created().to_string(),
                        serde_json::to_string(&record)?,
                    ])?;
                    let row = transaction.last_insert_rowid();
                    for tag in record.tags() {
                        tags.execute(params![scope, tag.as_str(), id, row])?;
                    }
                }
            }
        }
        transaction.commit()?;
        connection.execute_batch(INDEXES)?;
        Ok(Self { connection })
    }

    /// A statement that takes texts and returns JSON, ready to be asked again and again.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Asking<'_>, Fault> {
        Ok(Asking(self.connection.prepare(sql)?))
    }
}

/// A prepared statement.
pub(crate) struct Asking<'a>(Statement<'a>);

impl Asking<'_> {
    /// At most `limit` records of one with these texts; one more is looked for, which tells whether
    /// others follow.
    pub(crate) fn page(&mut self, texts: &[&str], limit: usize) -> Result<Vec<ImageRecord>, Fault> {
        let mut rows = self.0.query(params_from_iter(texts))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if found.len() == limit {
                break;
            }
            found.push(serde_json::from_str(row.get_ref(0)?.as_str()?)?);
        }
        Ok(found)
    }
}
