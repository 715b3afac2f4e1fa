//! Dump and load.

use crate::{
    Atlas, Error,
    open::{known, recognise},
    tables::{CATALOG, GRANTS, INFO, PRINCIPALS, SCOPES, grant_parts, principal_parts},
};
use atlas_scope::{Grant, PrincipalId, Role, Scope};
use atlas_store::{DumpHeader, Key, Partition, Schema, dump, load, verify};
use serde::Deserialize;
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
    ) -> Result<DumpHeader, Error> {
        let snapshot = self.shared.store.snapshot().await?;
        dump(&*snapshot, |line| sink(line).map_err(Error::Sink)).await
    }

    /// Replaces what `init` wrote by the records of a dump. The dump is read twice, and checked as
    /// a whole before anything is written; the store must hold nothing else.
    ///
    /// # Errors
    ///
    /// The store holds more than `init` wrote, the lines are no dump or damaged, the dump is not of
    /// this program or of a later version of it, or the store fails.
    pub async fn load<L>(&self, lines: impl Fn() -> io::Result<L>) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        let mut format = None;
        let first = lines().map_err(Error::Dump)?.into_iter();
        let mut schema = None;
        verify(first.inspect(|line| {
            let line = line.as_deref().unwrap_or_default();
            format = format.or_else(|| format_of(line));
            schema = schema.take().or_else(|| schema_of(line));
        }))?;
        known(format)?;
        CATALOG.accepts(&schema.unwrap_or_else(|| CATALOG.first()))?;
        let shared = &self.shared;
        let furniture = furniture()?;
        let may_replace = |key: &Key| furniture.contains(key);
        let writing = shared.caches.writing();
        let outcome = load(
            &*shared.store,
            &shared.retries,
            may_replace,
            lines().map_err(Error::Dump)?,
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

/// The record format that a line of a dump tells, if it is the line that does.
fn format_of(line: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Line {
        v: Envelope,
    }
    #[derive(Deserialize)]
    struct Envelope {
        v: Info,
    }
    #[derive(Deserialize)]
    struct Info {
        format: u32,
    }
    if !line.starts_with(r#"{"k":"/ info store","#) {
        return None;
    }
    let line: Line = serde_json::from_str(line).ok()?;
    Some(line.v.v.format)
}

/// The schema that a line of a dump tells, if it is the line that does.
fn schema_of(line: &str) -> Option<Schema> {
    #[derive(Deserialize)]
    struct Line {
        v: Envelope,
    }
    #[derive(Deserialize)]
    struct Envelope {
        v: Schema,
    }
    if !line.starts_with(r#"{"k":"/ schema store","#) {
        return None;
    }
    let line: Line = serde_json::from_str(line).ok()?;
    Some(line.v.v)
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
