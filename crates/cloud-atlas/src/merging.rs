//! Merging a revision of any lineage into a HEAD.

mod base;
mod deciding;
mod fitting;
mod renaming;
mod views;

pub use self::views::{MciMerge, MergeOutcome, TheirRevision};
pub(crate) use self::{
    deciding::{Asked, Mergeable, Report, Settled, Sides},
    renaming::Renaming,
};

use crate::{Error, Session, kind::Mci};
use atlas_history::Generation;
use atlas_mci::{Choices, MergeError};
use atlas_scope::Scope;
use atlas_template::Reference;

/// Asks to merge a committed revision into a HEAD (RightScale: merge of two MultiCloud Images).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeMci {
    /// Whose HEAD is merged into.
    pub into: Reference,
    /// What is merged: a committed revision of any lineage, the newest that is not revoked where it
    /// names none.
    pub theirs: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// How conflicts are settled.
    pub choices: Choices,
    /// The generation of HEAD that the caller saw; none asks for no check.
    pub seen: Option<Generation>,
}

impl MergeMci {
    /// A request that settles nothing.
    pub fn new(into: Reference, theirs: Reference, scope: Scope) -> Self {
        Self {
            into,
            theirs,
            scope,
            choices: Choices::default(),
            seen: None,
        }
    }

    fn asked(&self) -> Asked<'_, Mci> {
        Asked {
            into: &self.into,
            theirs: &self.theirs,
            scope: &self.scope,
            choices: &self.choices,
            seen: self.seen,
        }
    }
}

impl Session {
    /// Merges a committed revision of any lineage that the caller sees into a HEAD: all of it or
    /// nothing (RightScale). What HEAD held is kept as an undo point first, and the next commit
    /// names the revision as a parent, even where the merge changed nothing.
    ///
    /// # Errors
    ///
    /// Conflicts are open, which [`Error::OpenConflicts`] carries; a choice is for no conflict or no
    /// value of it; the merged content is refused as the same edit would be; what is merged is a
    /// HEAD; HEAD moved since it was seen; the caller may not, or does not see one of the two.
    pub async fn merge_mci(&self, ask: &MergeMci) -> Result<MciMerge, Error> {
        self.merge::<Mci>(&ask.asked()).await.map(MciMerge::from)
    }

    /// What [`Session::merge_mci`] would do, without doing it: the base and why, the conflicts, and
    /// what would change. Open conflicts are an answer here, and no error.
    ///
    /// # Errors
    ///
    /// All others of [`Session::merge_mci`]; who may compare the two may ask.
    pub async fn mci_merge_preview(&self, ask: &MergeMci) -> Result<MciMerge, Error> {
        let merge = self.merge_preview::<Mci>(&ask.asked()).await;
        merge.map(MciMerge::from)
    }
}

impl From<MergeError> for Error {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Edit(error) => Self::Edit(error),
            error => Self::Merge(error),
        }
    }
}
