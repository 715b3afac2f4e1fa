//! An old revision in HEAD.

use crate::{Content, Frozen, Head, KeepUndo, KeptUndo, RevisionNumber, UndoCause};
use atlas_base::{CanonicalError, Digest};
use serde::Serialize;

/// What restoring an old revision gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored<C> {
    /// HEAD afterwards, one generation on.
    pub head: Head<C>,
    /// The HEAD of before, which [`KeepUndo::bring_back`] brings back.
    pub kept: KeptUndo<C>,
    /// What is written down of it.
    pub record: RestoreRecord,
}

/// What is written down of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RestoreRecord {
    /// The revision that was restored.
    pub revision: RevisionNumber,
    /// The digest of HEAD's content before.
    pub before: Digest,
    /// The digest of HEAD's content afterwards.
    pub after: Digest,
    /// The undo point that holds the HEAD of before.
    pub undo: u64,
}

/// Why an old revision was not restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// HEAD holds it already.
    #[error("HEAD holds what revision {revision} holds already: there is nothing to restore")]
    Same {
        /// Which.
        revision: RevisionNumber,
    },
    /// A content has no canonical text.
    #[error("the content cannot be frozen")]
    Encoding(#[from] CanonicalError),
}

impl<C: Content> Head<C> {
    /// Replaces the content of HEAD by that of an old revision (ours; RightScale had only clone).
    /// It is an edit like any other: the next revision follows the last one, a merge that waits
    /// goes on waiting, and what HEAD held before is kept.
    ///
    /// # Errors
    ///
    /// HEAD holds it already, or a content has no canonical text.
    pub fn restored(
        &self,
        revision: RevisionNumber,
        content: &Frozen<C>,
        keep: &KeepUndo<'_>,
    ) -> Result<Restored<C>, RestoreError> {
        let before = self.content().digest()?;
        if before == content.digest() {
            return Err(RestoreError::Same { revision });
        }
        let kept = keep.keep(self, UndoCause::Restore { revision })?;
        let record = RestoreRecord {
            revision,
            before,
            after: content.digest(),
            undo: kept.number,
        };
        Ok(Restored {
            head: self.edited(content.content().clone()),
            kept,
            record,
        })
    }
}
