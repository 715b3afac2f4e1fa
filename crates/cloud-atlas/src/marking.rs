//! Marks of committed revisions, which stand beside them and can be taken back.

use crate::{
    Error, LockHolder, Session,
    kind::{Mci, Template, Versioned},
    stored::{StoredLineage, StoredRevision},
    tables::{KeptRevision, REVISIONS, partition_of, revision_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_history::{LineageId, Mark, MarkError, Marks, RevisionNumber};
use atlas_scope::Scope;
use atlas_template::{ChannelFate, OnRevoke, Reference};
use serde::Serialize;

/// A revision with its marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MarkedRevision {
    /// The lineage.
    pub lineage: LineageId,
    /// The name of its HEAD.
    pub name: Name,
    /// Which revision.
    pub revision: RevisionNumber,
    /// Its marks now.
    pub marks: Marks,
    /// The registered locks that hold it, where it was deprecated or revoked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<LockHolder>,
}

/// A revision that was revoked, and what became of what pointed to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RevokedRevision {
    /// The revision with its marks.
    #[serde(flatten)]
    pub marked: MarkedRevision,
    /// The channels that pointed to it, by name.
    pub channels: Vec<ChannelFate>,
    /// Where the managed channel `latest` points now; none where all revisions are revoked.
    pub latest: Option<RevisionNumber>,
}

/// A step of the marks of a revision.
#[derive(Debug, Clone)]
enum Step {
    Deprecate(String),
    Revoke(String),
    Restore,
}

impl Step {
    fn of(&self, marks: &Marks, unit: &Unit) -> Result<Marks, Error> {
        let mark = |reason| {
            let by = unit.author()?;
            Mark::new(by, unit.now, reason).map_err(Error::from)
        };
        let next: Result<Marks, MarkError> = match self {
            Self::Deprecate(reason) => marks.deprecate(mark(reason)?),
            Self::Revoke(reason) => marks.revoke(mark(reason)?),
            Self::Restore => marks.restore(),
        };
        Ok(next?)
    }
}

impl Session {
    /// Marks a committed revision as deprecated, the newest that is not revoked where the reference
    /// names none: it can still be used, with a warning, and no version requirement chooses it
    /// (ours).
    ///
    /// # Errors
    ///
    /// It is deprecated or revoked already, the reason is none that fits in a line, or the caller
    /// may not.
    pub async fn deprecate_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
    ) -> Result<MarkedRevision, Error> {
        let step = Step::Deprecate(reason.to_owned());
        self.mark::<Mci>(reference, from, &step).await
    }

    /// Marks a committed revision as revoked, the newest that is not yet where the reference names
    /// none: nothing is launched from it any more, and it can still be looked at, compared and
    /// cloned (ours). Channels that point to it go back in the same commit, unless they are told to
    /// stay (HCP Packer).
    ///
    /// # Errors
    ///
    /// It is revoked already, the reason is none that fits in a line, or the caller may not.
    pub async fn revoke_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
        channels: OnRevoke,
    ) -> Result<RevokedRevision, Error> {
        self.revoke_revision::<Mci>(reference, from, reason, channels)
            .await
    }

    /// Takes back the last mark of a committed revision, the newest that is not revoked where the
    /// reference names none: one that was revoked is what it was before, one that was deprecated as
    /// good as new (ours). Channels that left it stay where they are, since people may count on
    /// that by now.
    ///
    /// # Errors
    ///
    /// It is neither revoked nor deprecated, or the caller may not.
    pub async fn unmark_mci(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<MarkedRevision, Error> {
        self.mark::<Mci>(reference, from, &Step::Restore).await
    }

    /// [`Session::deprecate_mci`], of a ServerTemplate.
    ///
    /// # Errors
    ///
    /// It is deprecated or revoked already, the reason is none that fits in a line, or the caller
    /// may not.
    pub async fn deprecate_template(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
    ) -> Result<MarkedRevision, Error> {
        let step = Step::Deprecate(reason.to_owned());
        self.mark::<Template>(reference, from, &step).await
    }

    /// [`Session::revoke_mci`], of a ServerTemplate.
    ///
    /// # Errors
    ///
    /// It is revoked already, the reason is none that fits in a line, or the caller may not.
    pub async fn revoke_template(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
        channels: OnRevoke,
    ) -> Result<RevokedRevision, Error> {
        self.revoke_revision::<Template>(reference, from, reason, channels)
            .await
    }

    /// [`Session::unmark_mci`], of a ServerTemplate.
    ///
    /// # Errors
    ///
    /// It is neither revoked nor deprecated, or the caller may not.
    pub async fn unmark_template(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<MarkedRevision, Error> {
        self.mark::<Template>(reference, from, &Step::Restore).await
    }

    async fn mark<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        step: &Step,
    ) -> Result<MarkedRevision, Error> {
        self.write(|unit| {
            let (reference, from, step) = (reference.clone(), from.clone(), step.clone());
            async move { Ok(unit.mark::<C>(&reference, &from, step).await?.1) }
        })
        .await
    }

    async fn revoke_revision<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
        wanted: OnRevoke,
    ) -> Result<RevokedRevision, Error> {
        let step = Step::Revoke(reason.to_owned());
        self.write(|unit| {
            let (reference, from, step) = (reference.clone(), from.clone(), step.clone());
            async move { unit.revoke::<C>(&reference, &from, step, wanted).await }
        })
        .await
    }
}

impl Unit {
    async fn mark<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        step: Step,
    ) -> Result<(StoredLineage<C>, MarkedRevision), Error> {
        let located = self.locate::<C>(reference, from, C::CAN.view).await?;
        self.require(C::CAN.mark, &located.found.scope).await?;
        let number = Box::pin(self.number(&located, reference.selector.as_ref())).await?;
        let of = located.found;
        let stored = self.revision(&of, number).await?;
        let before = stored.marks.clone();
        let marks = step.of(&before, self)?;
        let kept = KeptRevision(StoredRevision {
            marks: marks.clone(),
            ..stored
        });
        let parts = revision_parts(of.lineage, number);
        REVISIONS
            .put(&self.tx, &partition_of(&of.scope)?, parts, &kept)
            .await?;
        let change = Change::between(&told(&before)?, &told(&marks)?);
        let subject = format!("{}@{number}", of.lineage);
        self.audit(C::CAN.mark, &of.scope, subject, change).await?;
        let locks = match &step {
            Step::Restore => Vec::new(),
            Step::Deprecate(_) | Step::Revoke(_) => {
                let held = self.locks_of(&of.scope, of.lineage, Some(number));
                held.await?
            }
        };
        let marked = MarkedRevision {
            lineage: of.lineage,
            name: of.name().clone(),
            revision: number,
            marks,
            locks,
        };
        Ok((of, marked))
    }

    async fn revoke<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        step: Step,
        wanted: OnRevoke,
    ) -> Result<RevokedRevision, Error> {
        let (of, marked) = self.mark::<C>(reference, from, step).await?;
        let (number, mark) = (marked.revision, &marked.marks.revoked);
        let channels = match mark {
            Some(mark) => self.leave_revoked(&of, number, mark, wanted).await?,
            None => Vec::new(),
        };
        Ok(RevokedRevision {
            channels,
            latest: self.latest(&of).await?,
            marked,
        })
    }
}

/// Marks as an event tells them: with who set them, when and why.
fn told(marks: &Marks) -> Result<String, Error> {
    Ok(canonical::to_string(marks)?)
}
