//! Merges of both kinds of lineages: decided by the one, written by the other transaction.

use super::{MergeOutcome, TheirRevision, base::Based};
use crate::{
    Error, Session,
    kind::Versioned,
    states::Located,
    stored::StoredLineage,
    undoing::keep,
    unit::{Change, Unit},
};
use atlas_base::{Digest, Name, canonical};
use atlas_history::{BaseChoice, Generation, LineageId, Parent, RevisionRef, UndoCause};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
use core::future::Future;
use serde::Serialize;
use std::collections::BTreeMap;

/// A content that can be merged.
pub(crate) trait Mergeable: Versioned {
    /// How conflicts are settled.
    type Choices: Sync;
    type Conflict: Send;
    type Diff: Default + Send + Sync;
    /// What is written down of a change. It tells how long user data is, not what it says.
    type Row: Serialize + Send;

    /// Merges, and settles what conflicts.
    fn settle(
        unit: &Unit,
        sides: Sides<'_, Self>,
    ) -> impl Future<Output = Result<Settled<Self>, Error>> + Send;

    fn diff(before: &Self, after: &Self) -> Self::Diff;

    fn rows(diff: &Self::Diff) -> Vec<Self::Row>;

    /// What the lineages are called that contents refer to, as far as a scope sees them.
    fn names(
        unit: &Unit,
        contents: [&Self; 2],
        from: &Scope,
    ) -> impl Future<Output = Result<BTreeMap<LineageId, Name>, Error>> + Send;

    /// The refusal of a merge whose conflicts are open.
    fn open(report: Report<Self>) -> Error;
}

/// What is asked to be merged.
pub(crate) struct Asked<'a, C: Mergeable> {
    pub(crate) into: &'a Reference,
    pub(crate) theirs: &'a Reference,
    pub(crate) scope: &'a Scope,
    pub(crate) choices: &'a C::Choices,
    pub(crate) seen: Option<Generation>,
}

/// What a merge puts together.
pub(crate) struct Sides<'a, C: Mergeable> {
    pub(crate) base: &'a C::Base,
    pub(crate) ours: &'a StoredLineage<C>,
    /// The lineage of their side.
    pub(crate) lineage: LineageId,
    pub(crate) theirs: &'a C,
    pub(crate) choices: &'a C::Choices,
}

/// A merge whose conflicts are settled, or those that are not.
pub(crate) enum Settled<C: Mergeable> {
    Content(Box<C>),
    Open(Vec<C::Conflict>),
}

/// What a merge tells, of either kind.
pub(crate) struct Report<C: Mergeable> {
    pub(crate) outcome: MergeOutcome,
    pub(crate) lineage: LineageId,
    pub(crate) scope: Scope,
    pub(crate) name: Name,
    pub(crate) generation: Generation,
    pub(crate) theirs: TheirRevision,
    pub(crate) base: BaseChoice,
    pub(crate) explanation: String,
    pub(crate) conflicts: Vec<C::Conflict>,
    pub(crate) diff: C::Diff,
    pub(crate) names: BTreeMap<LineageId, Name>,
    pub(crate) warnings: Vec<C::Warning>,
    pub(crate) undo: Option<u64>,
}

/// A merge that was decided, and not written.
struct Decided<C: Mergeable> {
    located: Located<C>,
    /// What HEAD becomes; none where the outcome changes nothing.
    content: Option<C>,
    theirs: Parent,
    report: Report<C>,
}

impl Session {
    /// Merges all or nothing. What HEAD held is kept as an undo point first.
    pub(crate) async fn merge<C: Mergeable>(
        &self,
        asked: &Asked<'_, C>,
    ) -> Result<Report<C>, Error> {
        let looks = self.looks_of_merge(asked).await?;
        self.write(|unit| {
            let looks = &looks;
            async move { Box::pin(unit.merge(asked, looks)).await }
        })
        .await
    }

    /// What a merge would do. Open conflicts are an answer here, and no error.
    pub(crate) async fn merge_preview<C: Mergeable>(
        &self,
        asked: &Asked<'_, C>,
    ) -> Result<Report<C>, Error> {
        let looks = self.looks_of_merge(asked).await?;
        let unit = self.read().await?;
        let located = unit
            .locate::<C>(asked.into, asked.scope, C::CAN.diff)
            .await?;
        let mut decided = Box::pin(unit.decide_merge(located, asked, C::CAN.diff)).await?;
        if let Some(content) = &decided.content {
            let of = &decided.located.found;
            decided.report.warnings = C::allow(&unit, of, content, &looks).await?;
        }
        Ok(decided.report)
    }

    /// What is known of what a merge brings, before its transaction. Whoever may not merge learns
    /// nothing, and what goes wrong here goes wrong again there, which says so.
    async fn looks_of_merge<C: Mergeable>(&self, asked: &Asked<'_, C>) -> Result<C::Looks, Error> {
        let unit = self.read().await?;
        let decided = Box::pin(unit.may_merge(asked)).await;
        drop(unit);
        match decided {
            Ok(Decided {
                located,
                content: Some(content),
                ..
            }) => C::look(self, &located.found, &content).await,
            _ => Ok(C::Looks::default()),
        }
    }
}

impl Unit {
    /// Decides a merge for who may make it.
    async fn may_merge<C: Mergeable>(&self, asked: &Asked<'_, C>) -> Result<Decided<C>, Error> {
        let located = self
            .locate::<C>(asked.into, asked.scope, C::CAN.view)
            .await?;
        self.require(C::CAN.merge, &located.found.scope).await?;
        self.decide_merge(located, asked, C::CAN.view).await
    }

    async fn merge<C: Mergeable>(
        &self,
        asked: &Asked<'_, C>,
        looks: &C::Looks,
    ) -> Result<Report<C>, Error> {
        let Decided {
            located,
            content,
            theirs,
            mut report,
        } = self.may_merge(asked).await?;
        let Some(content) = content else {
            return match report.outcome {
                MergeOutcome::Open => Err(C::open(report)),
                _ => Ok(report),
            };
        };
        let mut of = located.found;
        report.warnings = C::allow(self, &of, &content, looks).await?;
        let by = self.author()?;
        let cause = UndoCause::Merge {
            theirs: theirs.revision,
        };
        let kept = keep(&of, &by, self).keep(&of.head, cause)?;
        report.undo = Some(kept.number);
        let told = canonical::to_string(&Told {
            theirs: theirs.revision,
            digest: theirs.digest,
            undo: kept.number,
            rows: C::rows(&report.diff),
        })?;
        of.set_head(of.head.merged(content, theirs))?;
        report.generation = of.head.generation();
        report.outcome = MergeOutcome::Merged;
        self.put_kept(&mut of, kept).await?;
        let change = Change::made(&told);
        self.audit(C::CAN.merge, &of.scope, of.lineage, change)
            .await?;
        Ok(report)
    }

    /// Loads what a merge must know, and decides it.
    async fn decide_merge<C: Mergeable>(
        &self,
        located: Located<C>,
        asked: &Asked<'_, C>,
        permission: Permission,
    ) -> Result<Decided<C>, Error> {
        self.only_head(asked.into, &located).await?;
        located.found.head.expect(asked.seen)?;
        let source = self
            .locate::<C>(asked.theirs, asked.scope, permission)
            .await?;
        let number = self.number(&source, asked.theirs.selector.as_ref()).await?;
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
            .merge_base(ours, &source.found, theirs, asked.scope)
            .await?;
        let mut report = Report::<C> {
            outcome: MergeOutcome::NothingToMerge,
            lineage: ours.lineage,
            scope: ours.scope.clone(),
            name: ours.name().clone(),
            generation: ours.head.generation(),
            theirs: TheirRevision::of(&source.found, theirs, state.marks),
            explanation: choice.explain(|revision| names.name(revision)),
            base: choice,
            conflicts: Vec::new(),
            diff: C::Diff::default(),
            names: BTreeMap::new(),
            warnings: Vec::new(),
            undo: None,
        };
        let mut content = None;
        if !report.base.is_contained {
            let (our, their) = (ours.head.content(), state.content.content());
            report.names = C::names(self, [our, their], asked.scope).await?;
            let sides = Sides {
                base: &base,
                ours,
                lineage: source.found.lineage,
                theirs: their,
                choices: asked.choices,
            };
            match C::settle(self, sides).await? {
                Settled::Open(conflicts) => {
                    report.outcome = MergeOutcome::Open;
                    report.conflicts = conflicts;
                }
                Settled::Content(merged) => {
                    report.outcome = MergeOutcome::WouldMerge;
                    report.diff = C::diff(our, &merged);
                    content = Some(*merged);
                }
            }
        }
        Ok(Decided {
            located,
            content,
            theirs,
            report,
        })
    }
}

/// What is written down of a merge.
#[derive(Serialize)]
struct Told<R> {
    theirs: RevisionRef,
    digest: Digest,
    undo: u64,
    rows: Vec<R>,
}
