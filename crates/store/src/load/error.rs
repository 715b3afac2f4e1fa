//! Why a dump is not loaded.

use crate::{AsStoreError, Key, Limit, RecordError, StoreError};
use atlas_base::Digest;
use core::error::Error;

/// Why a dump was not loaded.
///
/// Until a load has begun, nothing is written. One that has begun and not ended leaves its journal:
/// see [`load`](crate::load()).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store holds something that may not be replaced; nothing was written.
    #[error("the store already holds {}: load into a new one", atlas_base::quoted(key.as_str()))]
    NotEmpty {
        /// The first such key.
        key: Key,
    },
    /// Another dump is being loaded into this store; nothing was written.
    #[error(
        "a load of the dump with the digest {begun} into this store is not finished, and this dump has the digest {given}: load that one again, or load this one into a new store"
    )]
    Another {
        /// The digest in the header of the dump whose load is not finished.
        begun: Digest,
        /// The digest in the header of the dump that was given.
        given: Digest,
    },
    /// The first line is no header of a dump; nothing was written.
    #[error("the first line is no header of a store dump")]
    NoHeader,
    /// The dump is of another format; nothing was written.
    #[error(
        "dumps of format {format} cannot be read: use the version of the program that wrote it"
    )]
    Format {
        /// Its format.
        format: u32,
    },
    /// A line is none that a dump has; nothing was written.
    #[error("line {line} is no entry of a store dump")]
    Line {
        /// Its number; the header is line 1.
        line: u64,
    },
    /// The keys of a dump ascend, and this one does not; nothing was written.
    #[error("line {line} is out of order: its key does not come after the one before")]
    Order {
        /// Its number; the header is line 1.
        line: u64,
    },
    /// An entry is larger than the store takes; nothing was written.
    #[error(
        "line {line} is too large for this store: at most {limit} {what}, {found} found; load it into a store with larger limits"
    )]
    TooLarge {
        /// Its number; the header is line 1.
        line: u64,
        /// Which limit.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What the line needs.
        found: usize,
    },
    /// The dump was made of a store whose own load was not finished; nothing was written.
    #[error("line {line} is the journal of a load: the dump is of a store that was not whole")]
    NotWhole {
        /// Its number; the header is line 1.
        line: u64,
    },
    /// Lines were added, lost or changed; nothing was written.
    #[error("the lines are not those the header tells of: {expected} entries expected, {found} found, digests {verdict}", verdict = if *.same_digest { "agree" } else { "differ" })]
    Incomplete {
        /// Entries the header tells of.
        expected: u64,
        /// Entries found.
        found: u64,
        /// Whether the digest is the one the header tells.
        same_digest: bool,
    },
    /// The lines are not those of the dump that was checked before.
    #[error("the dump changed while it was loaded: load it once more, into a new store")]
    Changed,
    /// The store does not hold what the dump did when it was checked: somebody else wrote to one
    /// of them.
    #[error(
        "the store does not hold what the dump did when it was checked: load into a new one, and let nobody else write to it or to the dump meanwhile"
    )]
    Disturbed,
    /// The lines could not be read on.
    #[error("the dump cannot be read")]
    Source {
        /// The reader's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStoreError for LoadError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<RecordError> for LoadError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Store(error) => Self::Store(error),
            // The journal has no index and always a canonical form.
            error => {
                Self::Store(StoreError::corrupt("a journal cannot be kept").with_source(error))
            }
        }
    }
}
