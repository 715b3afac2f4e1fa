//! The engines, each by the scheme of its addresses.

use crate::{OpenError, StoreReport, address};
use atlas_store::{Snapshot, Store};
use std::sync::Arc;

/// An address, by its engine.
enum Place<'a> {
    /// Options.
    Memory(&'a str),
    /// A path and options.
    #[cfg(feature = "redb")]
    Redb(&'a str),
    /// All of it: the engine reads it itself.
    #[cfg(feature = "postgres")]
    Postgres(&'a str),
    /// All of it, as well.
    #[cfg(feature = "etcd")]
    Etcd(&'a str),
}

/// Schemes of engines that a feature builds in, and the feature.
const FEATURES: [(&str, &str); 4] = [
    ("redb", "redb"),
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("etcd", "etcd"),
];

fn place(url: &str) -> Result<Place<'_>, OpenError> {
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    match scheme {
        "memory" if rest.is_empty() || rest.starts_with('?') => Ok(Place::Memory(rest)),
        #[cfg(feature = "redb")]
        "redb" => Ok(Place::Redb(rest)),
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Place::Postgres(url)),
        #[cfg(feature = "etcd")]
        "etcd" => Ok(Place::Etcd(url)),
        _ => Err(match FEATURES.iter().find(|(known, _)| *known == scheme) {
            Some(&(scheme, feature)) => OpenError::NotBuiltIn { scheme, feature },
            None => none(url),
        }),
    }
}

/// What was given is no address. An address of something else may hold a password, which has no
/// business in a message.
fn none(url: &str) -> OpenError {
    let url = match url.split_once(':') {
        Some((scheme, rest)) if rest.contains('@') => format!("{scheme}:…"),
        _ => url.to_owned(),
    };
    OpenError::Address { url }
}

/// The address of a store as it may be shown and logged: without a password.
///
/// ```
/// let address = "postgres://atlas:secret@db.example.org/images?pool=4";
/// let shown = cloud_atlas::shown_address(address);
/// assert_eq!(shown, "postgres://atlas@db.example.org/images?pool=4");
/// assert_eq!(cloud_atlas::shown_address("redb:atlas.redb"), "redb:atlas.redb");
/// ```
pub fn shown_address(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    // A password that should have been escaped may hold an `@` or a `?` itself.
    match rest.rsplit_once('@') {
        Some((account, place)) if !["redb", "memory"].contains(&scheme) => {
            let user = account.trim_start_matches('/').split(':').next();
            format!("{scheme}://{}@{place}", user.unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

/// Makes a store.
#[cfg_attr(
    not(any(feature = "postgres", feature = "etcd")),
    expect(clippy::unused_async, reason = "engines on servers are waited for")
)]
#[cfg_attr(
    not(feature = "redb"),
    expect(unused_variables, reason = "engines on servers keep no pages")
)]
pub(crate) async fn create(url: &str, cache: Option<usize>) -> Result<Arc<dyn Store>, OpenError> {
    Ok(match place(url)? {
        Place::Memory(options) => Arc::new(address::memory(options)?),
        #[cfg(feature = "redb")]
        Place::Redb(rest) => {
            let (path, options) = redb(url, rest, cache)?;
            Arc::new(atlas_store_redb::RedbStore::create_with(path, options)?)
        }
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => {
            Arc::new(atlas_store_postgres::PostgresStore::create_with(url, postgres()).await?)
        }
        #[cfg(feature = "etcd")]
        Place::Etcd(url) => Arc::new(atlas_store_etcd::EtcdStore::create_with(url, etcd()).await?),
    })
}

/// The store that is in the way of a new one, if it can be opened.
pub(crate) async fn left_behind(
    url: &str,
    cache: Option<usize>,
    error: &OpenError,
) -> Option<Arc<dyn Store>> {
    let is_there = match error {
        #[cfg(feature = "redb")]
        OpenError::Redb(atlas_store_redb::OpenError::AlreadyExists { .. }) => true,
        #[cfg(feature = "postgres")]
        OpenError::Postgres(atlas_store_postgres::OpenError::AlreadyExists { .. }) => true,
        #[cfg(feature = "etcd")]
        OpenError::Etcd(atlas_store_etcd::OpenError::AlreadyExists { .. }) => true,
        _ => false,
    };
    if is_there {
        existing(url, cache).await.ok()
    } else {
        None
    }
}

/// Opens a store that is there.
#[cfg_attr(
    not(feature = "redb"),
    expect(unused_variables, reason = "engines on servers keep no pages")
)]
pub(crate) async fn existing(url: &str, cache: Option<usize>) -> Result<Arc<dyn Store>, OpenError> {
    match place(url)? {
        Place::Memory(_) => Err(OpenError::Memory),
        #[cfg(feature = "redb")]
        Place::Redb(rest) => {
            let (path, options) = redb(url, rest, cache)?;
            let store = atlas_store_redb::RedbStore::open_with(path, options)?;
            Ok(Arc::new(store))
        }
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => {
            let store = atlas_store_postgres::PostgresStore::open_with(url, postgres()).await?;
            Ok(Arc::new(store))
        }
        #[cfg(feature = "etcd")]
        Place::Etcd(url) => {
            let store = atlas_store_etcd::EtcdStore::open_with(url, etcd()).await?;
            Ok(Arc::new(store))
        }
    }
}

/// What was found out about a store without the facade.
pub(crate) struct Inspected {
    pub(crate) report: StoreReport,
    /// The records, if what they lie in is sound.
    pub(crate) snapshot: Option<Box<dyn Snapshot>>,
    /// What the snapshot needs to be there.
    _store: Option<Arc<dyn Store>>,
}

/// Checks the file that the engine keeps a store in, if it is one that has a file, and gives its
/// records if it is sound. The store stays as it is.
pub(crate) async fn inspect(url: &str) -> Result<Inspected, OpenError> {
    match place(url)? {
        Place::Memory(_) => Err(OpenError::Memory),
        #[cfg(feature = "redb")]
        Place::Redb(rest) => {
            let (path, options) = redb(url, rest, None)?;
            let found = atlas_store_redb::RedbStore::check(path)?;
            let report = StoreReport {
                file: Some(crate::FileReport {
                    keys: found.entries,
                    bytes: found.entry_bytes,
                    feed_entries: found.feed_entries,
                    commits: found.commits,
                    closed_well: found.closed_well,
                }),
                findings: found.problems.iter().map(ToString::to_string).collect(),
                ..StoreReport::default()
            };
            let snapshot = if found.is_sound() {
                Some(atlas_store_redb::RedbStore::inspect(path, &options)?)
            } else {
                None
            };
            Ok(Inspected {
                report,
                snapshot,
                _store: None,
            })
        }
        #[cfg(feature = "postgres")]
        Place::Postgres(url) => on_servers(url).await,
        #[cfg(feature = "etcd")]
        Place::Etcd(url) => on_servers(url).await,
    }
}

/// What servers keep the records in is theirs to check.
#[cfg(any(feature = "postgres", feature = "etcd"))]
async fn on_servers(url: &str) -> Result<Inspected, OpenError> {
    let store = existing(url, None).await?;
    Ok(Inspected {
        report: StoreReport::default(),
        snapshot: Some(store.snapshot().await.map_err(OpenError::Read)?),
        _store: Some(store),
    })
}

/// The path and the options of a store in a file. The file notes whose records it holds, so that
/// another one is refused as it lies.
#[cfg(feature = "redb")]
fn redb<'a>(
    url: &str,
    rest: &'a str,
    cache: Option<usize>,
) -> Result<(&'a str, atlas_store_redb::Options), OpenError> {
    let (path, mut options) = address::redb(rest, cache)?;
    if path.is_empty() {
        return Err(none(url));
    }
    options.content = atlas_store_redb::Content::new(CONTENT, crate::open::FORMAT);
    Ok((path, options))
}

/// The tables note whose records they hold as well.
#[cfg(feature = "postgres")]
fn postgres() -> atlas_store_postgres::Options {
    let mut options = atlas_store_postgres::Options::default();
    options.content = atlas_store::Content::new(CONTENT, crate::open::FORMAT);
    options
}

/// And so does a key of its own.
#[cfg(feature = "etcd")]
fn etcd() -> atlas_store_etcd::Options {
    let mut options = atlas_store_etcd::Options::default();
    options.content = atlas_store::Content::new(CONTENT, crate::open::FORMAT);
    options
}

/// Whose records they are.
#[cfg(any(feature = "redb", feature = "postgres", feature = "etcd"))]
const CONTENT: &str = "cloud-atlas";
