//! Marks of committed revisions, which stand beside them and can be taken back.

use crate::{
    Error, LockHolder, Session,
    kind::Mci,
    stored::{StoredMci, StoredRevision},
    tables::{KeptRevision, REVISIONS, partition_of, revision_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_history::{LineageId, Mark, MarkError, Marks, RevisionNumber};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
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
    /// Marks a committed revision, the newest where the reference names none, as deprecated: it can
    /// still be used, with a warning, and no version requirement chooses it (ours).
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
        self.write(|unit| mark(unit, reference.clone(), from.clone(), step.clone()))
            .await
    }

    /// Marks a committed revision, the newest where the reference names none, as revoked: nothing
    /// is launched from it any more, and it can still be looked at, compared and cloned (ours).
    ///
    /// # Errors
    ///
    /// It is revoked already, the reason is none that fits in a line, or the caller may not.
    pub async fn revoke_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        reason: &str,
    ) -> Result<MarkedRevision, Error> {
        let step = Step::Revoke(reason.to_owned());
        self.write(|unit| mark(unit, reference.clone(), from.clone(), step.clone()))
            .await
    }

    /// Takes back the last mark of a committed revision, the newest where the reference names none:
    /// one that was revoked is what it was before, one that was deprecated as good as new (ours).
    ///
    /// # Errors
    ///
    /// It is neither revoked nor deprecated, or the caller may not.
    pub async fn unmark_mci(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<MarkedRevision, Error> {
        self.write(|unit| mark(unit, reference.clone(), from.clone(), Step::Restore))
            .await
    }
}

async fn mark(
    unit: Unit,
    reference: Reference,
    from: Scope,
    step: Step,
) -> Result<MarkedRevision, Error> {
    let located = unit
        .locate::<Mci>(&reference, &from, Permission::MciView)
        .await?;
    unit.require(Permission::MciMark, &located.found.scope)
        .await?;
    let number = Box::pin(unit.number(&located, reference.selector.as_ref())).await?;
    let mci = &located.found;
    let stored = unit.revision(mci, number).await?;
    let before = stored.marks.clone();
    let marks = step.of(&before, &unit)?;
    unit.put_marks(mci, stored, marks.clone()).await?;
    let change = Change::between(&told(&before)?, &told(&marks)?);
    let subject = format!("{}@{number}", mci.lineage);
    unit.audit(Permission::MciMark, &mci.scope, subject, change)
        .await?;
    let locks = match &step {
        Step::Restore => Vec::new(),
        Step::Deprecate(_) | Step::Revoke(_) => {
            let held = unit.locks_of(&mci.scope, mci.lineage, Some(number));
            held.await?
        }
    };
    Ok(MarkedRevision {
        lineage: mci.lineage,
        name: mci.name().clone(),
        revision: number,
        marks,
        locks,
    })
}

/// Marks as an event tells them: with who set them, when and why.
fn told(marks: &Marks) -> Result<String, Error> {
    Ok(canonical::to_string(marks)?)
}

impl Unit {
    async fn put_marks(
        &self,
        mci: &StoredMci,
        stored: StoredRevision,
        marks: Marks,
    ) -> Result<(), Error> {
        let parts = revision_parts(mci.lineage, stored.revision.number());
        let kept = KeptRevision(StoredRevision { marks, ..stored });
        let partition = partition_of(&mci.scope)?;
        Ok(REVISIONS.put(&self.tx, &partition, parts, &kept).await?)
    }
}
