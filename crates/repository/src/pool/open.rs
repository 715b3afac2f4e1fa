//! Pools are opened.

use super::{Pool, PoolUrl, url::Place};
use crate::{Park, Repository, RepositoryError};
use object_store::memory::InMemory;
use std::sync::Arc;
use thiserror::Error;

/// Why a pool cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenPoolError {
    /// There is no such folder, or it cannot be read.
    #[error("the pool `{url}` cannot be opened")]
    Folder {
        /// The pool.
        url: PoolUrl,
        /// Why.
        source: RepositoryError,
    },
    /// A setting of the object store is missing or makes no sense, or its client cannot be started.
    #[cfg(feature = "s3")]
    #[error("the pool `{url}` cannot be opened")]
    S3 {
        /// The pool.
        url: PoolUrl,
        /// Why.
        source: crate::S3Error,
    },
    /// This program was built without object stores.
    #[error("the pool `{0}` needs the feature `s3`, which this program was built without")]
    NotBuilt(PoolUrl),
}

impl PoolUrl {
    /// Opens the pool. A folder is there already; an empty one is an empty pool.
    ///
    /// What an object store needs is asked for by name, as programs find it in their environment:
    /// nothing else is, and this crate reads no environment itself.
    ///
    /// # Errors
    ///
    /// There is no such folder; the program was built without object stores; a setting is missing or
    /// makes no sense.
    pub fn open(&self, setting: &dyn Fn(&str) -> Option<String>) -> Result<Pool, OpenPoolError> {
        let in_folder = |opened: Result<Pool, RepositoryError>| {
            opened.map_err(|source| OpenPoolError::Folder {
                url: self.clone(),
                source,
            })
        };
        match self.place() {
            Place::Folder(path) => in_folder(Repository::in_folder(path).map(Pool::from)),
            Place::Plain(path) => in_folder(Pool::plain(path)),
            Place::Memory => {
                let store = Arc::new(InMemory::new());
                Ok(Repository::new(store, Arc::new(Park)).into())
            }
            #[cfg(feature = "s3")]
            Place::S3 { bucket, prefix } => {
                let open = || {
                    let mut s3 = crate::S3::from_settings(bucket, setting)?;
                    s3.prefix.clone_from(prefix);
                    s3.open()
                };
                let opened = open().map_err(|source| OpenPoolError::S3 {
                    url: self.clone(),
                    source,
                });
                opened.map(Pool::from)
            }
            #[cfg(not(feature = "s3"))]
            Place::S3 { .. } => {
                let _ = setting;
                Err(OpenPoolError::NotBuilt(self.clone()))
            }
        }
    }
}
