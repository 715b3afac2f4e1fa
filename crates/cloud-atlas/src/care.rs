//! Dump and load.

use crate::{
    Atlas, Error, OpenError,
    engine::existing,
    open::{known, recognise},
    tables::{CATALOG, GRANTS, INFO, KeptInfo, PRINCIPALS, SCOPES, grant_parts, principal_parts},
};
use atlas_scope::{Grant, PrincipalId, Role, Scope};
use atlas_store::{
    DumpHeader, Key, Partition, Record, Schema, StoreError, Watcher, dump, load, read_value, verify,
};
use serde::{Deserialize, Serialize};
use std::io;

impl Atlas {
    /// Writes every record as a line of JSON: a header, then the records in the order of their
    /// keys. Two equal stores give equal dumps.
    ///
    /// # Errors
    ///
    /// The store fails, or `sink` does.
    pub async fn dump(
        &self,
        mut sink: impl FnMut(&str) -> io::Result<()>,
        watcher: Watcher<'_>,
    ) -> Result<DumpHeader, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        dump(&*snapshot, |line| sink(line).map_err(Error::Sink), watcher).await
    }

    /// Replaces what `init` wrote by the records of a dump. The dump is read twice, and checked as
    /// a whole before anything is written; the store must hold nothing else, or part of the same
    /// dump: where a load was stopped, the next one goes on.
    ///
    /// Until it has ended well, this engine is good for nothing else: the store is not whole.
    /// [`Atlas::open`] refuses such a store, and [`Loader`] opens it.
    ///
    /// # Errors
    ///
    /// The store holds more than `init` wrote or part of another dump, the lines are no dump or
    /// damaged, the dump is not of this program or of a later version of it, an entry is too large
    /// for the store, or the store fails.
    pub async fn load<L>(
        &self,
        lines: impl Fn() -> io::Result<L>,
        watcher: Watcher<'_>,
    ) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        let shared = &self.shared;
        let (info_key, schema_key) = (INFO.key(&Partition::global(), "store")?, Schema::key()?);
        let (mut info, mut schema) = (None, None);
        let first = lines().map_err(Error::Dump)?.into_iter();
        let first = first.inspect(|line| {
            let line = line.as_deref().unwrap_or_default();
            info = info.take().or_else(|| told::<Told>(line, &info_key));
            schema = schema.take().or_else(|| told::<Schema>(line, &schema_key));
        });
        let checked = verify(first, shared.store.capability(), watcher)?;
        known(info.transpose()?.map(|info| info.format))?;
        CATALOG.accepts(&schema.transpose()?.unwrap_or_else(|| CATALOG.first()))?;
        let furniture = furniture()?;
        let may_replace = |key: &Key| furniture.contains(key);
        let writing = shared.caches.rewriting();
        let outcome = load(
            &*shared.store,
            &shared.retries,
            may_replace,
            &checked,
            lines().map_err(Error::Dump)?,
            watcher,
        )
        .await;
        writing.done();
        let header = outcome?;
        recognise(self).await?;
        // Nobody else was to write meanwhile; a lease came with the dump.
        self.settle(true).await?;
        Ok(header)
    }
}

/// A store that is open for nothing but a load, whether one was begun or not.
#[derive(Debug)]
pub struct Loader {
    atlas: Atlas,
    unfinished: Option<(u64, u64)>,
}

impl Loader {
    /// Opens a store that [`Atlas::init`] made, by the same address, as [`Atlas::open`] does; also
    /// one in which a load was begun and not finished.
    ///
    /// # Errors
    ///
    /// As [`Atlas::open`], but for [`OpenError::Loading`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        let atlas = Atlas::builder().finish(existing(url, None).await?, true)?;
        let unfinished = match recognise(&atlas).await {
            Ok(_) => None,
            Err(Error::Open(OpenError::Loading { done, entries })) => Some((done, entries)),
            Err(error) => return Err(error),
        };
        Ok(Self { atlas, unfinished })
    }

    /// Where a load was begun and not finished: how many entries are there already, and how many
    /// its dump has.
    pub fn unfinished(&self) -> Option<(u64, u64)> {
        self.unfinished
    }

    /// As [`Atlas::load`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn load<L>(
        &self,
        lines: impl Fn() -> io::Result<L>,
        watcher: Watcher<'_>,
    ) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        self.atlas.load(lines, watcher).await
    }
}

/// What must be known of a dump's [`INFO`], whatever a later version has added to it.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    format: u32,
}

impl Record for Told {
    const SCHEMA: u32 = KeptInfo::SCHEMA;
}

/// The record under a key, if this line of a dump is the one that holds it.
fn told<R: Record>(line: &str, key: &Key) -> Option<Result<R, StoreError>> {
    let value = line
        .strip_prefix(r#"{"k":""#)?
        .strip_prefix(key.as_str())?
        .strip_prefix(r#"","v":"#)?
        .strip_suffix('}')?;
    Some(read_value(key, value.as_bytes()))
}

fn administrator() -> Result<PrincipalId, Error> {
    PrincipalId::parse("admin").map_err(Error::Principal)
}

/// The keys that `init` writes into every store.
fn furniture() -> Result<[Key; 5], Error> {
    let global = Partition::global();
    let admin = administrator()?;
    let grant = Grant::new(admin.clone(), Role::ADMIN, Scope::global());
    Ok([
        INFO.key(&global, "store")?,
        Schema::key()?,
        SCOPES.key(&global, "/")?,
        PRINCIPALS.key(&global, principal_parts(&admin))?,
        GRANTS.key(&global, grant_parts(&grant))?,
    ])
}
