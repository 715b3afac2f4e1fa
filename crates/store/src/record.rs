//! Records: typed values with a schema number.

mod envelope;

use crate::{AsStoreError, ErrorSource, Key, StoreError};
use atlas_base::CanonicalError;
use core::{error::Error, fmt};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

pub use self::envelope::check_value;
pub(crate) use self::envelope::{open, open_where, schema_of, seal, uncut_key};

/// A value that a [`Table`](crate::Table) keeps.
///
/// It is stored as canonical JSON, so that equal records are equal bytes, with the number of its
/// schema. A record of an older schema is upgraded when it is read, and rewritten when it is next
/// put.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The number of the schema that is written; one more whenever the JSON form changes.
    const SCHEMA: u32;

    /// Makes a record of the JSON of an older schema; a pure function.
    ///
    /// # Errors
    ///
    /// There is no way from that schema, which is what this says unless it is overridden, or the
    /// JSON is not of that schema.
    fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
        let _ = json;
        Err(UpgradeError::no_way(from))
    }
}

/// Why a record of an older schema could not be upgraded.
#[derive(Debug, Clone)]
pub struct UpgradeError {
    from: u32,
    source: Option<ErrorSource>,
}

impl UpgradeError {
    /// There is no way from that schema.
    pub const fn no_way(from: u32) -> Self {
        Self { from, source: None }
    }

    /// The older record makes no newer one.
    pub fn new(from: u32, source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            from,
            source: Some(Arc::new(source)),
        }
    }

    /// Reads the JSON of an older schema into a type that is kept for it.
    ///
    /// # Errors
    ///
    /// The JSON is no such value.
    pub fn read<T: DeserializeOwned>(from: u32, json: &str) -> Result<T, Self> {
        serde_json::from_str(json).map_err(|error| Self::new(from, error))
    }
}

impl fmt::Display for UpgradeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from;
        match self.source {
            None => write!(
                f,
                "this version of the program reads no records of schema {from}"
            ),
            Some(_) => write!(f, "a record of schema {from} is not what that schema says"),
        }
    }
}

impl Error for UpgradeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| &**source as &(dyn Error + 'static))
    }
}

/// Why a record was not written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Another record already stands under that key of a unique index.
    #[error("index `{index}` already leads to {}: choose another value", atlas_base::quoted(holder.as_str()))]
    Taken {
        /// The index.
        index: &'static str,
        /// The key of the record that is there.
        holder: Key,
    },
    /// There is a record under that key already, and it was not to be replaced.
    #[error("there already is a record at {}: update it instead", atlas_base::quoted(key.as_str()))]
    Exists {
        /// The key.
        key: Key,
    },
    /// The record holds something that has no canonical form.
    #[error("the record cannot be written")]
    Unwritable {
        /// What it holds.
        source: CanonicalError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStoreError for RecordError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}
