//! Making, opening and recognising stores.

use crate::{
    Atlas, Error,
    tables::{
        CATALOG, GRANTS, INFO, KeptGrant, KeptInfo, KeptPrincipal, KeptScope, PRINCIPALS, SCOPES,
        grant_parts, principal_parts,
    },
};
use atlas_base::Timestamp;
use atlas_scope::{Grant, PrincipalId, PrincipalRecord, Role, Scope, ScopeRecord};
use atlas_store::{
    KeyRange, Limit, Page, Partition, Snapshot, StoreError, Tx, transact, unfinished_load,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The format of the records that this version writes.
pub(crate) const FORMAT: u32 = 1;

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The format of its records.
    pub format: u32,
    /// The version of the program that made it.
    pub made_by: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Why an address opens no store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is none.
    #[error(
        "{} is no address of a store: expected `memory:`, `redb:PATH`, `postgres://USER@HOST/DATABASE` or `etcd://HOST/PREFIX`",
        atlas_base::quoted(.url)
    )]
    Address {
        /// What was given; of what may hold a password, only the scheme.
        url: String,
    },
    /// The program was built without this engine.
    #[error(
        "the engine of `{scheme}:` is not built into this program: build it with the feature `{feature}`"
    )]
    NotBuiltIn {
        /// The scheme of the address.
        scheme: &'static str,
        /// The feature of the crates `cloud-atlas` and `atlas-cli` that brings the engine.
        feature: &'static str,
    },
    /// An option after the `?` of an address is unknown, given twice, or has another value.
    #[error("the store's option {} is not understood: expected {expected}", atlas_base::quoted(.option))]
    Option {
        /// What was given, such as `cache=1`.
        option: String,
        /// What may be given in its place.
        expected: &'static str,
    },
    /// A kept store cannot be in memory.
    #[error(
        "`memory:` holds nothing that could be opened: it is made with `init`, and forgotten with the process"
    )]
    Memory,
    /// The engine cannot open or make it.
    #[cfg(feature = "redb")]
    #[error(transparent)]
    Redb(#[from] atlas_store_redb::OpenError),
    /// The engine cannot open or make it.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] atlas_store_postgres::OpenError),
    /// The etcd engine cannot open or make it.
    #[cfg(feature = "etcd")]
    #[error(transparent)]
    Etcd(#[from] atlas_store_etcd::OpenError),
    /// The store is there and cannot be read.
    #[error("the store cannot be read")]
    Read(#[source] StoreError),
    /// The engine's limits are too low for the work of this program.
    #[error(
        "the store takes no more than {found} {what}, and {needed} are needed: raise its limit, or take another engine"
    )]
    TooSmall {
        /// Which limit.
        what: Limit,
        /// What is needed.
        needed: usize,
        /// What the engine takes.
        found: usize,
    },
    /// The store holds something, but it is not ours.
    #[error("the store holds no data of Cloud Atlas: it is left as it is")]
    Foreign,
    /// The store was made, but nothing was ever written.
    #[error("the store was made and never finished: run `init` on it again")]
    Unfinished,
    /// A dump was being loaded into the store; [`Loader`](crate::Loader) opens it.
    #[error(
        "a load was begun and not finished, {done} of {entries} entries are there: run `store load` of the same dump again"
    )]
    Loading {
        /// Entries that are there.
        done: u64,
        /// Entries of the dump.
        entries: u64,
    },
    /// The store was written by a later version.
    #[error(
        "the store has the record format {found}, this program reads up to {known}: use a newer version; the store is left as it is"
    )]
    Newer {
        /// Of the store.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
}

/// Whether nothing at all is kept.
pub(crate) async fn is_empty(atlas: &Atlas) -> Result<bool, Error> {
    let snapshot = atlas.shared.store.snapshot().await?;
    let slice = snapshot.range(&KeyRange::all(), Page::first(1)).await?;
    Ok(slice.entries.is_empty())
}

/// Writes what every store has: what it is, the scope `/`, and its administrator.
pub(crate) async fn furnish(atlas: &Atlas) -> Result<(), Error> {
    let admin = PrincipalId::parse("admin").map_err(Error::Principal)?;
    let (shared, now) = (&atlas.shared, atlas.shared.clock.now());
    let schema = Arc::new(CATALOG.schema());
    let furniture = |tx: Tx| {
        let (admin, schema) = (admin.clone(), Arc::clone(&schema));
        async move {
            let (tx, global) = (&tx, Partition::global());
            schema.insert(tx).await?;
            tx.under(schema);
            let info = StoreInfo {
                format: FORMAT,
                made_by: env!("CARGO_PKG_VERSION").to_owned(),
                made_at: now,
            };
            INFO.insert(tx, &global, "store", &KeptInfo(info)).await?;
            let root = ScopeRecord {
                scope: Scope::global(),
                account_number: None,
                created: now,
                renamed: None,
            };
            SCOPES.insert(tx, &global, "/", &KeptScope(root)).await?;
            let record = PrincipalRecord {
                principal: admin.clone(),
                created: now,
            };
            PRINCIPALS
                .insert(tx, &global, principal_parts(&admin), &KeptPrincipal(record))
                .await?;
            let grant = Grant::new(admin, Role::ADMIN, Scope::global());
            Ok(GRANTS
                .insert(tx, &global, grant_parts(&grant), &KeptGrant(grant))
                .await?)
        }
    };
    let writing = shared.caches.rewriting();
    let outcome = transact(&*shared.store, &shared.retries, furniture).await;
    writing.done();
    outcome.map(drop)
}

/// Refuses a store that is not ours, or of a later version.
pub(crate) async fn recognise(atlas: &Atlas) -> Result<StoreInfo, Error> {
    let snapshot = atlas.shared.store.snapshot().await?;
    whole(&*snapshot).await?;
    let tx = Tx::on(snapshot);
    let Some(KeptInfo(info)) = INFO.get(&tx, &Partition::global(), "store").await? else {
        let empty = is_empty(atlas).await?;
        return Err(if empty {
            OpenError::Unfinished
        } else {
            OpenError::Foreign
        }
        .into());
    };
    known(Some(info.format))?;
    Ok(info)
}

/// Refuses a store that holds part of a dump.
pub(crate) async fn whole(snapshot: &dyn Snapshot) -> Result<(), Error> {
    match unfinished_load(snapshot).await? {
        None => Ok(()),
        Some(found) => Err(OpenError::Loading {
            done: found.done,
            entries: found.dump.entries,
        }
        .into()),
    }
}

/// Refuses records of a later version, and those that are not ours and so have no format.
pub(crate) fn known(format: Option<u32>) -> Result<(), OpenError> {
    match format {
        None => Err(OpenError::Foreign),
        Some(found) if found > FORMAT => Err(OpenError::Newer {
            found,
            known: FORMAT,
        }),
        Some(_) => Ok(()),
    }
}
