//! HEAD while a merge waits to be committed, and the way back.

use crate::{Content, Head, Parent, RevisionNumber};
use serde::{Deserialize, Serialize};

/// A HEAD that an operation was about to replace: its content, and what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "C: Content", deny_unknown_fields)]
pub struct UndoPoint<C> {
    content: C,
    parents: Vec<Parent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<RevisionNumber>,
}

/// Why HEAD was not brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// HEAD was committed since, so that nothing is lost that could come back.
    #[error(
        "revision {last} was committed since, so there is nothing to undo: restore an older revision instead"
    )]
    Committed {
        /// The last revision.
        last: RevisionNumber,
    },
}

impl<C> UndoPoint<C> {
    /// What HEAD held.
    pub fn content(&self) -> &C {
        &self.content
    }

    /// What the next revision's parents were.
    pub fn parents(&self) -> &[Parent] {
        &self.parents
    }
}

impl<C: Content> Head<C> {
    /// The HEAD of a new lineage that holds what another one held (RightScale: clone): `parents`
    /// are the revision that was cloned, or those of the HEAD that was.
    pub fn cloned(content: C, parents: Vec<Parent>) -> Self {
        let mut head = Self::new(content);
        head.parents = parents;
        head
    }

    /// This HEAD with the content of a merge: the next revision names `theirs` as a parent, beside
    /// the last revision and the merges that wait already.
    #[must_use]
    pub fn merged(&self, content: C, theirs: Parent) -> Self {
        let mut head = self.edited(content);
        if head
            .parents
            .iter()
            .all(|parent| parent.digest != theirs.digest)
        {
            head.parents.push(theirs);
        }
        head
    }

    /// What brings this HEAD back, while `last` is the newest revision (ours).
    pub fn undo_point(&self, last: Option<RevisionNumber>) -> UndoPoint<C> {
        UndoPoint {
            content: self.content.clone(),
            parents: self.parents.clone(),
            last,
        }
    }

    /// This HEAD with content and parents as they were, one generation on; `last` is the newest
    /// revision now. A merge that waited no longer does.
    ///
    /// # Errors
    ///
    /// HEAD was committed since.
    pub fn undone(
        &self,
        point: &UndoPoint<C>,
        last: Option<RevisionNumber>,
    ) -> Result<Self, UndoError> {
        match last {
            Some(last) if point.last != Some(last) => Err(UndoError::Committed { last }),
            _ => {
                let mut head = self.edited(point.content.clone());
                head.parents.clone_from(&point.parents);
                Ok(head)
            }
        }
    }
}
