//! What a merge answers.

use super::Report;
use crate::{
    kind::{Mci, Versioned},
    stored::StoredLineage,
};
use atlas_base::{Digest, Name};
use atlas_history::{BaseChoice, Generation, LineageId, Marks, Parent, RevisionNumber};
use atlas_mci::{Conflict, Diff, EditWarning};
use atlas_scope::Scope;
use serde::Serialize;

/// What came of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MergeOutcome {
    /// HEAD holds the merge, which waits to be committed.
    Merged,
    /// Nothing stands against it, and nothing was written: only a preview was asked for.
    WouldMerge,
    /// HEAD was made from the revision already; nothing was changed.
    NothingToMerge,
    /// Conflicts are open; nothing was changed.
    Open,
}

/// The revision that a merge is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TheirRevision {
    /// Where its lineage is.
    pub scope: Scope,
    /// The name of its lineage's HEAD.
    pub name: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// Its number.
    pub revision: RevisionNumber,
    /// Its revision digest.
    pub digest: Digest,
    /// Its marks: one that is revoked can be merged, and who does so should know.
    pub marks: Marks,
}

/// A merge: what came of it, from which base and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciMerge {
    /// What came of it.
    pub outcome: MergeOutcome,
    /// The lineage that was merged into.
    pub lineage: LineageId,
    /// Where it is.
    pub scope: Scope,
    /// The name of its HEAD before the merge.
    pub name: Name,
    /// The generation of its HEAD now.
    pub generation: Generation,
    /// What was merged.
    pub theirs: TheirRevision,
    /// Which base was chosen.
    pub base: BaseChoice,
    /// The same in words, with the names that the caller sees.
    pub explanation: String,
    /// The conflicts that are open.
    pub conflicts: Vec<Conflict>,
    /// What changes in HEAD.
    pub diff: Diff,
    /// What whoever merges should know of the settings that come, as of an edit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<EditWarning>,
    /// The undo point that holds what HEAD was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<u64>,
}

impl From<Report<Mci>> for MciMerge {
    fn from(report: Report<Mci>) -> Self {
        Self {
            outcome: report.outcome,
            lineage: report.lineage,
            scope: report.scope,
            name: report.name,
            generation: report.generation,
            theirs: report.theirs,
            base: report.base,
            explanation: report.explanation,
            conflicts: report.conflicts,
            diff: report.diff,
            warnings: report.warnings,
            undo: report.undo,
        }
    }
}

impl TheirRevision {
    pub(super) fn of<C: Versioned>(of: &StoredLineage<C>, parent: Parent, marks: Marks) -> Self {
        Self {
            scope: of.scope.clone(),
            name: of.name().clone(),
            lineage: parent.revision.lineage,
            revision: parent.revision.number,
            digest: parent.digest,
            marks,
        }
    }
}
