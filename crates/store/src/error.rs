//! What can go wrong with an engine, by what the caller does about it.

use crate::{CommitToken, FeedPosition, IndexState, Key, Limit};
use std::{error::Error, sync::Arc};

/// An engine's own error, kept as the source of a [`StoreError`].
pub type ErrorSource = Arc<dyn Error + Send + Sync>;

/// What can go wrong with an engine; each variant is something else for the caller to do.
///
/// It can be cloned, since one failed flush is the answer to every commit that waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something that was read has changed: read again, decide again. `transact`
    /// does.
    #[error("the store changed meanwhile: read again and retry")]
    Conflict,
    /// The engine cannot be reached or is busy; nothing is known to be wrong. A commit is tried
    /// again under the same token.
    #[error("the store cannot be reached at the moment: try again")]
    Unavailable {
        /// The engine's error.
        source: Option<ErrorSource>,
    },
    /// The commit may have happened or not; committing anything under the same token tells.
    #[error(
        "whether commit {token} came through is unknown: look whether its change is there before you repeat it"
    )]
    UnknownOutcome {
        /// The token of that commit.
        token: CommitToken,
        /// The engine's error.
        source: Option<ErrorSource>,
    },
    /// Something exceeds the engine's limits; nothing was written.
    #[error("{found} {what} exceed this store's limit of {limit}")]
    TooLarge {
        /// Which limit.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What was asked for.
        found: usize,
    },
    /// The feed does not reach back that far: scan the partition, then follow from its head.
    #[error(
        "the change feed begins after position {oldest}: read everything anew and follow from its head"
    )]
    FeedExpired {
        /// The smallest position that can still be asked for.
        oldest: FeedPosition,
    },
    /// What is stored is damaged: stop, and restore.
    #[error("the store is damaged{}: {reason}", at_key(key.as_ref()))]
    Corrupt {
        /// Where, if it is known.
        key: Option<Key>,
        /// What was found, such as `the checksum of a record does not match`.
        reason: &'static str,
        /// The engine's error.
        source: Option<ErrorSource>,
    },
    /// An index cannot be read, since not every record has its rows.
    #[error("index `{index}` cannot be read: {}", unreadable(*state))]
    IndexNotReadable {
        /// The table and the index, such as `image.scope`.
        index: Box<str>,
        /// How far it has come; none where the store has no such index.
        state: Option<IndexState>,
    },
    /// The store has an index that this program does not know, and would leave without rows.
    #[error(
        "the store has the index `{index}`, which this program does not know: reopen it with a newer version"
    )]
    IndexUnknown {
        /// The table and the index, such as `image.scope`.
        index: Box<str>,
    },
    /// A newer version of the program has changed the tables of the store.
    #[error(
        "the store has the schema version {found}, this program knows up to {known}: reopen it with a newer version"
    )]
    NewerSchema {
        /// Of the store.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// This store, or this version of the program, cannot do that.
    #[error("not supported here: {what}")]
    Unsupported {
        /// What cannot be done.
        what: &'static str,
    },
    /// The store, or the transaction, was closed.
    #[error("the store or the transaction is closed: open it again")]
    Closed,
}

impl StoreError {
    /// [`StoreError::Unavailable`] with the engine's error.
    pub fn unavailable(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable {
            source: Some(Arc::new(source)),
        }
    }

    /// [`StoreError::UnknownOutcome`] with the engine's error.
    pub fn unknown_outcome(token: CommitToken, source: impl Error + Send + Sync + 'static) -> Self {
        Self::UnknownOutcome {
            token,
            source: Some(Arc::new(source)),
        }
    }

    /// [`StoreError::Corrupt`] without a place.
    pub fn corrupt(reason: &'static str) -> Self {
        Self::Corrupt {
            key: None,
            reason,
            source: None,
        }
    }

    /// [`StoreError::Corrupt`] at a key.
    pub fn corrupt_at(key: &Key, reason: &'static str) -> Self {
        Self::Corrupt {
            key: Some(key.clone()),
            reason,
            source: None,
        }
    }

    /// Adds the engine's error to a variant that can hold one.
    #[must_use]
    pub fn with_source(mut self, error: impl Error + Send + Sync + 'static) -> Self {
        if let Self::Unavailable { source }
        | Self::UnknownOutcome { source, .. }
        | Self::Corrupt { source, .. } = &mut self
        {
            *source = Some(Arc::new(error));
        }
        self
    }

    /// Whether the same work may succeed when it is simply done again.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::Unavailable { .. } | Self::UnknownOutcome { .. }
        )
    }
}

fn unreadable(state: Option<IndexState>) -> &'static str {
    match state {
        None => "the store does not have it, open the store to build it",
        Some(IndexState::Building) => "it is being built, wait until that is done",
        Some(_) => "it was dropped, reopen the store with a newer version",
    }
}

fn at_key(key: Option<&Key>) -> String {
    key.map(|key| format!(" at key {}", atlas_base::quoted(key.as_str())))
        .unwrap_or_default()
}

/// An error that may hold one of the store's: [`transact`](crate::transact) looks for it to decide
/// whether to try again.
pub trait AsStoreError {
    /// The store's error inside, if that is what happened.
    fn as_store_error(&self) -> Option<&StoreError>;
}

impl AsStoreError for StoreError {
    fn as_store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}
