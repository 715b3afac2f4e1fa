//! Merging a revision of any lineage of ServerTemplates into a HEAD.

use crate::{
    Error, MergeOutcome, Session, TheirRevision,
    kind::{Template, Versioned as _},
    linking::LinkLooks,
    merging::{Renaming, base::Based},
    states::Located,
    undoing::keep,
    unit::{Change, Unit},
};
use atlas_base::{Digest, Name, canonical};
use atlas_history::{BaseChoice, Generation, LineageId, Parent, RevisionRef, UndoCause};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    AgentsUnknown, Reference, TemplateChoices, TemplateConflict, TemplateDiff, TemplateMergeDraft,
    TemplateMergeError,
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

/// A merge that was decided, and not written.
struct Decided {
    located: Located<Template>,
    /// What HEAD becomes; none where the outcome changes nothing.
    content: Option<Template>,
    theirs: Parent,
    merge: TemplateMerge,
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
        let looks = self.looks_of_template_merge(ask).await?;
        self.write(|unit| {
            let (ask, looks) = (ask.clone(), &looks);
            async move { Box::pin(unit.merge_template(&ask, looks)).await }
        })
        .await
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
        let looks = self.looks_of_template_merge(ask).await?;
        let unit = self.read().await?;
        let located = unit
            .locate(&ask.into, &ask.scope, Permission::TemplateDiff)
            .await?;
        let permission = Permission::TemplateDiff;
        let decided = unit.decide_template_merge(located, ask, permission);
        let mut decided = Box::pin(decided).await?;
        if let Some(content) = &decided.content {
            let of = &decided.located.found;
            let warnings = unit.allowed_links(of, content, &looks).await?;
            decided.merge.agents_unknown = warnings.into_iter().next();
        }
        Ok(decided.merge)
    }

    /// What is known of the links that a merge brings, before its transaction. Whoever may not
    /// merge learns nothing, and what goes wrong here goes wrong again there, which says so.
    async fn looks_of_template_merge(&self, ask: &MergeTemplate) -> Result<LinkLooks, Error> {
        let unit = self.read().await?;
        let decided = Box::pin(unit.may_merge_template(ask)).await;
        drop(unit);
        match decided {
            Ok(Decided {
                located,
                content: Some(content),
                ..
            }) => self.link_looks(&located.found, &content).await,
            _ => Ok(LinkLooks::default()),
        }
    }
}

impl Unit {
    /// Decides a merge for who may make it.
    async fn may_merge_template(&self, ask: &MergeTemplate) -> Result<Decided, Error> {
        let permission = Permission::TemplateView;
        let located = self.locate(&ask.into, &ask.scope, permission).await?;
        self.require(Permission::TemplateMerge, &located.found.scope)
            .await?;
        self.decide_template_merge(located, ask, permission).await
    }

    async fn merge_template(
        &self,
        ask: &MergeTemplate,
        looks: &LinkLooks,
    ) -> Result<TemplateMerge, Error> {
        let Decided {
            located,
            content,
            theirs,
            mut merge,
        } = self.may_merge_template(ask).await?;
        let Some(content) = content else {
            return match merge.outcome {
                MergeOutcome::Open => Err(Error::OpenTemplateConflicts(Box::new(merge))),
                _ => Ok(merge),
            };
        };
        let mut of = located.found;
        let warnings = self.allowed_links(&of, &content, looks).await?;
        merge.agents_unknown = warnings.into_iter().next();
        let by = self.author()?;
        let cause = UndoCause::Merge {
            theirs: theirs.revision,
        };
        let kept = keep(&of, &by, self).keep(&of.head, cause)?;
        merge.undo = Some(kept.number);
        let told = canonical::to_string(&Told {
            theirs: theirs.revision,
            digest: theirs.digest,
            undo: kept.number,
            diff: &merge.diff,
        })?;
        of.set_head(of.head.merged(content, theirs))?;
        merge.generation = of.head.generation();
        merge.outcome = MergeOutcome::Merged;
        self.put_kept(&mut of, kept).await?;
        let change = Change::made(&told);
        self.audit(Permission::TemplateMerge, &of.scope, of.lineage, change)
            .await?;
        Ok(merge)
    }

    /// Loads what a merge must know, and decides it.
    async fn decide_template_merge(
        &self,
        located: Located<Template>,
        ask: &MergeTemplate,
        permission: Permission,
    ) -> Result<Decided, Error> {
        self.only_head(&ask.into, &located).await?;
        located.found.head.expect(ask.seen)?;
        let source = self
            .locate::<Template>(&ask.theirs, &ask.scope, permission)
            .await?;
        let number = self.number(&source, ask.theirs.selector.as_ref()).await?;
        let state = self.committed(&source.found, number).await?;
        let Some(revision) = &state.revision else {
            let name = source.found.name().clone();
            return Err(Error::HeadMoves { name });
        };
        let theirs = revision.as_parent(source.found.lineage);
        let ours = &located.found;
        let Based {
            choice,
            base,
            names,
        } = self
            .merge_base(ours, &source.found, theirs, &ask.scope)
            .await?;
        let mut merge = TemplateMerge {
            outcome: MergeOutcome::NothingToMerge,
            lineage: ours.lineage,
            scope: ours.scope.clone(),
            name: ours.name().clone(),
            generation: ours.head.generation(),
            theirs: TheirRevision::of(&source.found, theirs, state.marks),
            explanation: choice.explain(|revision| names.name(revision)),
            base: choice,
            conflicts: Vec::new(),
            diff: TemplateDiff::default(),
            names: BTreeMap::new(),
            agents_unknown: None,
            undo: None,
        };
        let mut content = None;
        if !merge.base.is_contained {
            let (our, their) = (ours.head.content(), state.content.content());
            let mut draft = TemplateMergeDraft::between(&base, our, their);
            let renaming = self.renaming(ours, source.found.lineage, their.called());
            draft = match renaming.await? {
                Renaming::Free => draft,
                Renaming::Theirs => draft.with_our_name(),
                Renaming::Taken(reason) => draft.without_their_name(&base, reason),
            };
            merge.names = self.names_of_links(&[our, their], &ask.scope).await?;
            match draft.settle(&ask.choices) {
                Ok(merged) => {
                    merge.outcome = MergeOutcome::WouldMerge;
                    merge.diff = TemplateDiff::between(our, &merged);
                    content = Some(merged);
                }
                Err(TemplateMergeError::Open { conflicts }) => {
                    merge.outcome = MergeOutcome::Open;
                    merge.conflicts = conflicts;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Decided {
            located,
            content,
            theirs,
            merge,
        })
    }
}

/// What is written down of a merge.
#[derive(Serialize)]
struct Told<'a> {
    theirs: RevisionRef,
    digest: Digest,
    undo: u64,
    diff: &'a TemplateDiff,
}
