//! Merging a revision of any lineage into a HEAD.

pub(crate) mod base;
mod fitting;
mod renaming;
mod views;

pub(crate) use self::renaming::Renaming;
pub use self::views::{MciMerge, MergeOutcome, TheirRevision};

use self::{base::Based, fitting::Settled};
use crate::{
    Error, Session,
    facts::Looks,
    kind::{Mci, Versioned},
    states::Located,
    stored::StoredLineage,
    undoing::keep,
    unit::{Change, Unit},
};
use atlas_base::{Digest, canonical};
use atlas_history::{Generation, KeepUndo, Parent, RevisionRef, UndoCause};
use atlas_mci::{Choices, Content, Diff, DiffRow, MergeError};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
use serde::Serialize;

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
}

/// A merge that was decided, and not written.
struct Decided {
    located: Located<Mci>,
    /// What HEAD becomes; none where the outcome changes nothing.
    content: Option<Content>,
    theirs: Parent,
    merge: MciMerge,
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
        let looks = self.looks_of_merge(ask).await?;
        self.write(|unit| {
            let (ask, looks) = (ask.clone(), &looks);
            async move { Box::pin(unit.merge(&ask, looks)).await }
        })
        .await
    }

    /// What [`Session::merge_mci`] would do, without doing it: the base and why, the conflicts, and
    /// what would change. Open conflicts are an answer here, and no error.
    ///
    /// # Errors
    ///
    /// All others of [`Session::merge_mci`]; who may compare the two may ask.
    pub async fn mci_merge_preview(&self, ask: &MergeMci) -> Result<MciMerge, Error> {
        let looks = self.looks_of_merge(ask).await?;
        let unit = self.read().await?;
        let located = unit
            .locate::<Mci>(&ask.into, &ask.scope, Permission::MciDiff)
            .await?;
        let mut decided = Box::pin(unit.decide_merge(located, ask, Permission::MciDiff)).await?;
        if let Some(content) = &decided.content {
            let mci = &decided.located.found;
            decided.merge.warnings = unit.allowed_in_head(mci, content, &looks).await?;
        }
        Ok(decided.merge)
    }

    /// What is known of the images that a merge brings, before its transaction. Whoever may not
    /// merge learns nothing, and what goes wrong here goes wrong again there, which says so.
    async fn looks_of_merge(&self, ask: &MergeMci) -> Result<Looks, Error> {
        let unit = self.read().await?;
        let decided = Box::pin(unit.may_merge(ask)).await;
        drop(unit);
        match decided {
            Ok(Decided {
                located,
                content: Some(content),
                ..
            }) => {
                let before = located.found.head.content();
                self.looks(&located.found, before, &content).await
            }
            _ => Ok(Looks::default()),
        }
    }
}

impl Unit {
    /// Decides a merge for who may make it.
    async fn may_merge(&self, ask: &MergeMci) -> Result<Decided, Error> {
        let located = self
            .locate::<Mci>(&ask.into, &ask.scope, Permission::MciView)
            .await?;
        self.require(Permission::MciMerge, &located.found.scope)
            .await?;
        self.decide_merge(located, ask, Permission::MciView).await
    }

    async fn merge(&self, ask: &MergeMci, looks: &Looks) -> Result<MciMerge, Error> {
        let decided = self.may_merge(ask).await?;
        let Decided {
            located,
            content,
            theirs,
            mut merge,
        } = decided;
        let Some(content) = content else {
            return match merge.outcome {
                MergeOutcome::Open => Err(Error::OpenConflicts(Box::new(merge))),
                _ => Ok(merge),
            };
        };
        let mut mci = located.found;
        merge.warnings = self.allowed_in_head(&mci, &content, looks).await?;
        let by = self.author()?;
        let keep: KeepUndo<'_> = keep(&mci, &by, self);
        let cause = UndoCause::Merge {
            theirs: theirs.revision,
        };
        let kept = keep.keep(&mci.head, cause)?;
        merge.undo = Some(kept.number);
        let told = canonical::to_string(&Told {
            theirs: theirs.revision,
            digest: theirs.digest,
            undo: kept.number,
            rows: merge.diff.rows(),
        })?;
        mci.set_head(mci.head.merged(content, theirs))?;
        merge.generation = mci.head.generation();
        merge.outcome = MergeOutcome::Merged;
        self.put_kept(&mut mci, kept).await?;
        let change = Change::made(&told);
        self.audit(Permission::MciMerge, &mci.scope, mci.lineage, change)
            .await?;
        Ok(merge)
    }

    /// Loads what a merge must know, and decides it.
    async fn decide_merge(
        &self,
        located: Located<Mci>,
        ask: &MergeMci,
        permission: Permission,
    ) -> Result<Decided, Error> {
        self.only_head(&ask.into, &located).await?;
        located.found.head.expect(ask.seen)?;
        let source = self
            .locate::<Mci>(&ask.theirs, &ask.scope, permission)
            .await?;
        let number = self.number(&source, ask.theirs.selector.as_ref()).await?;
        let state = self.committed(&source.found, number).await?;
        let Some(revision) = &state.revision else {
            return Err(Error::HeadMoves {
                name: source.found.name().clone(),
            });
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
        let mut merge = MciMerge {
            outcome: MergeOutcome::NothingToMerge,
            lineage: ours.lineage,
            scope: ours.scope.clone(),
            name: ours.head.content().nickname().clone(),
            generation: ours.head.generation(),
            theirs: TheirRevision::of(&source.found, theirs, state.marks),
            explanation: choice.explain(|revision| names.name(revision)),
            base: choice,
            conflicts: Vec::new(),
            diff: Diff::default(),
            warnings: Vec::new(),
            undo: None,
        };
        let decided = |located, content, merge| Decided {
            located,
            content,
            theirs,
            merge,
        };
        if merge.base.is_contained {
            return Ok(decided(located, None, merge));
        }
        let content = state.content.content();
        let lineage = source.found.lineage;
        let settled = self
            .settle(ours, &base, lineage, content, &ask.choices)
            .await?;
        match settled {
            Settled::Open(conflicts) => {
                merge.outcome = MergeOutcome::Open;
                merge.conflicts = conflicts;
                Ok(decided(located, None, merge))
            }
            Settled::Content(content) => {
                merge.outcome = MergeOutcome::WouldMerge;
                merge.diff = Diff::between(ours.head.content(), &content);
                Ok(decided(located, Some(*content), merge))
            }
        }
    }
}

impl TheirRevision {
    pub(crate) fn of<C: Versioned>(
        of: &StoredLineage<C>,
        parent: Parent,
        marks: atlas_history::Marks,
    ) -> Self {
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

/// What is written down of a merge. Rows tell how long user data is, not what it says.
#[derive(Serialize)]
struct Told {
    theirs: RevisionRef,
    digest: Digest,
    undo: u64,
    rows: Vec<DiffRow>,
}

impl From<MergeError> for Error {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Edit(error) => Self::Edit(error),
            error => Self::Merge(error),
        }
    }
}
