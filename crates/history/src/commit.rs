//! From HEAD to a revision.

use crate::{
    Author, Content, Frozen, Generation, Head, LineageId, Message, Revision, RevisionNumber,
    StaleHead, revision::RevisionParts,
};
use atlas_base::{CanonicalError, Timestamp};

/// Asks to commit HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRequest {
    /// Who commits.
    pub author: Author,
    /// Why.
    pub message: Message,
    /// Now, as the caller's clock says.
    pub time: Timestamp,
    /// When the data says it was released, for imports.
    pub released_at: Option<Timestamp>,
    /// The generation of HEAD that the caller saw; none asks for no check.
    pub seen: Option<Generation>,
}

/// What a commit makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit<C> {
    /// HEAD afterwards: the same content, whose next parent is the new revision.
    pub head: Head<C>,
    /// The new revision.
    pub revision: Revision,
    /// Its content with its canonical text.
    pub content: Frozen<C>,
}

/// Why HEAD was not committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// HEAD equals the last revision (ours; RightScale let it pass).
    #[error("nothing to commit: HEAD equals revision {revision}")]
    NothingToCommit {
        /// The last revision.
        revision: RevisionNumber,
    },
    /// HEAD moved since the caller looked.
    #[error(transparent)]
    Stale(#[from] StaleHead),
    /// The lineage holds as many revisions as numbers can count.
    #[error("revision {last} is the last number there is: begin another lineage to go on")]
    Full {
        /// The last revision.
        last: RevisionNumber,
    },
    /// The content has no canonical text.
    #[error("the content cannot be frozen")]
    Encoding(#[from] CanonicalError),
}

impl<C: Content> Head<C> {
    /// Freezes this HEAD as the next revision of its lineage (RightScale: commit).
    ///
    /// `last` is the newest revision, if there is one.
    ///
    /// # Errors
    ///
    /// See [`CommitError`].
    pub fn commit(
        &self,
        lineage: LineageId,
        last: Option<&Revision>,
        request: CommitRequest,
    ) -> Result<Commit<C>, CommitError> {
        self.expect(request.seen)?;
        let content = Frozen::new(self.content().clone())?;
        let number = match last {
            None => RevisionNumber::FIRST,
            Some(last) => {
                if last.content() == content.digest() && !self.merge_pending() {
                    return Err(CommitError::NothingToCommit {
                        revision: last.number(),
                    });
                }
                last.number().next().ok_or(CommitError::Full {
                    last: last.number(),
                })?
            }
        };
        let revision = Revision::seal(RevisionParts {
            number,
            content: content.digest(),
            parents: self.parents().to_vec(),
            author: request.author,
            message: request.message,
            time: request.time,
            released_at: request.released_at,
        })?;
        let head = self.committed(revision.as_parent(lineage));
        Ok(Commit {
            head,
            revision,
            content,
        })
    }
}
