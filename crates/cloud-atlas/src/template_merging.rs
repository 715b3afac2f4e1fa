//! Merging a revision of any lineage of ServerTemplates into a HEAD.

use crate::{
    Error, MergeOutcome, Session, TheirRevision,
    kind::{Template, Versioned as _},
    merging::{Asked, Mergeable, Renaming, Report, Settled, Sides},
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{BaseChoice, Generation, LineageId};
use atlas_scope::Scope;
use atlas_template::{
    AgentsUnknown, Reference, TemplateChoices, TemplateConflict, TemplateDiff, TemplateDiffRow,
    TemplateMergeDraft, TemplateMergeError,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Asks to merge a committed revision into a HEAD (RightScale: merge of two ServerTemplates).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeTemplate {
    /// Whose HEAD is merged into.
    pub into: Reference,
    /// What is merged: a committed revision of any lineage, the newest where it names none.
    pub theirs: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// How conflicts are settled.
    pub choices: TemplateChoices,
    /// The generation of HEAD that the caller saw; none asks for no check.
    pub seen: Option<Generation>,
}

impl MergeTemplate {
    /// A request that settles nothing.
    pub fn new(into: Reference, theirs: Reference, scope: Scope) -> Self {
        Self {
            into,
            theirs,
            scope,
            choices: TemplateChoices::default(),
            seen: None,
        }
    }

    fn asked(&self) -> Asked<'_, Template> {
        Asked {
            into: &self.into,
            theirs: &self.theirs,
            scope: &self.scope,
            choices: &self.choices,
            seen: self.seen,
        }
    }
}

/// A merge: what came of it, from which base and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateMerge {
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
    pub conflicts: Vec<TemplateConflict>,
    /// What changes in HEAD.
    pub diff: TemplateDiff,
    /// What the MultiCloud Images are called that conflicts and changes are about.
    pub names: BTreeMap<LineageId, Name>,
    /// Images of which nobody said whether they have the agent that the scripts need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents_unknown: Option<AgentsUnknown>,
    /// The undo point that holds what HEAD was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<u64>,
}

impl From<Report<Template>> for TemplateMerge {
    fn from(report: Report<Template>) -> Self {
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
            names: report.names,
            agents_unknown: report.warnings.into_iter().next(),
            undo: report.undo,
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
    /// Conflicts are open, which [`Error::OpenTemplateConflicts`] carries; a choice is for no conflict
    /// or no value of it; a link of the merged content cannot stand; what is merged is a HEAD; HEAD
    /// moved since it was seen; the caller may not, or does not see one of the two.
    pub async fn merge_template(&self, ask: &MergeTemplate) -> Result<TemplateMerge, Error> {
        let merge = self.merge::<Template>(&ask.asked()).await;
        merge.map(TemplateMerge::from)
    }

    /// What [`Session::merge_template`] would do, without doing it: the base and why, the conflicts,
    /// and what would change. Open conflicts are an answer here, and no error.
    ///
    /// # Errors
    ///
    /// All others of [`Session::merge_template`]; who may compare the two may ask.
    pub async fn template_merge_preview(
        &self,
        ask: &MergeTemplate,
    ) -> Result<TemplateMerge, Error> {
        let merge = self.merge_preview::<Template>(&ask.asked()).await;
        merge.map(TemplateMerge::from)
    }
}

impl Mergeable for Template {
    type Choices = TemplateChoices;
    type Conflict = TemplateConflict;
    type Diff = TemplateDiff;
    type Row = TemplateDiffRow;

    async fn settle(unit: &Unit, sides: Sides<'_, Self>) -> Result<Settled<Self>, Error> {
        let Sides {
            base, ours, theirs, ..
        } = sides;
        let mut draft = TemplateMergeDraft::between(base, ours.head.content(), theirs);
        let renaming = unit.renaming(ours, sides.lineage, theirs.called());
        draft = match renaming.await? {
            Renaming::Free => draft,
            Renaming::Theirs => draft.with_our_name(),
            Renaming::Taken(reason) => draft.without_their_name(base, reason),
        };
        match draft.settle(sides.choices) {
            Ok(merged) => Ok(Settled::Content(Box::new(merged))),
            Err(TemplateMergeError::Open { conflicts }) => Ok(Settled::Open(conflicts)),
            Err(error) => Err(error.into()),
        }
    }

    fn diff(before: &Self, after: &Self) -> TemplateDiff {
        TemplateDiff::between(before, after)
    }

    fn rows(diff: &TemplateDiff) -> Vec<TemplateDiffRow> {
        diff.rows()
    }

    async fn names(
        unit: &Unit,
        contents: [&Self; 2],
        from: &Scope,
    ) -> Result<BTreeMap<LineageId, Name>, Error> {
        unit.names_of_links(&contents, from).await
    }

    fn open(report: Report<Self>) -> Error {
        Error::OpenTemplateConflicts(Box::new(report.into()))
    }
}
