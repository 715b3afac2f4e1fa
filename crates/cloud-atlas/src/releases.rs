//! Releases: semantic versions of committed revisions.

use crate::{
    Error, LineageKind, Page, Paging, Session,
    kind::{Versioned, of_kind},
    mci_views::revisions_of,
    stored::{StoredRevision, marks_of},
    tables::{KeptRevision, REVISIONS, partition_of, revision_parts},
    unit::{Change, Unit},
};
use atlas_history::{RevisionNumber, release};
use atlas_scope::{Permission, Scope};
use atlas_store::{Condition, StoreError};
use atlas_template::Reference;
use semver::Version;
use serde::Serialize;

/// A revision that was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Released {
    /// The semantic version, which the revision keeps for ever.
    pub version: Version,
    /// The revision.
    pub revision: RevisionNumber,
}

impl Session {
    /// Gives a committed revision, the newest that is not revoked where the reference names none, a
    /// semantic version, which it keeps for ever.
    ///
    /// # Errors
    ///
    /// It has another version, another revision has that version, or the caller may not.
    pub async fn release(
        &self,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
        version: &Version,
    ) -> Result<RevisionNumber, Error> {
        self.write(|unit| {
            let (reference, from, version) = (reference.clone(), from.clone(), version.clone());
            async move { of_kind!(kind, unit.release(&reference, &from, version)) }
        })
        .await
    }

    /// The released revisions of a lineage with their versions, newest revision first.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn releases(
        &self,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<Released>, Error> {
        let unit = self.read().await?;
        of_kind!(kind, unit.releases(reference, from, paging))
    }
}

impl Unit {
    async fn release<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        version: Version,
    ) -> Result<RevisionNumber, Error> {
        let located = self
            .locate::<C>(reference, from, Permission::ReleaseView)
            .await?;
        let of = &located.found;
        self.require(Permission::ReleaseAssign, &of.scope).await?;
        let number = self.number(&located, reference.selector.as_ref()).await?;
        let revisions = self.revisions(of).await?;
        let marks = release(number, version.clone(), &marks_of(&revisions))?;
        let stored = self.revision(of, number).await?;
        let parts = revision_parts(of.lineage, number);
        let kept = KeptRevision(StoredRevision { marks, ..stored });
        REVISIONS
            .put(&self.tx, &partition_of(&of.scope)?, parts, &kept)
            .await?;
        let subject = format!("{}@{number}", of.lineage);
        let change = Change::made(&version);
        self.audit(Permission::ReleaseAssign, &of.scope, subject, change)
            .await?;
        Ok(number)
    }

    async fn releases<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<Released>, Error> {
        let located = self
            .locate::<C>(reference, from, Permission::ReleaseView)
            .await?;
        let query = revisions_of(&located.found)?.keep(Condition::present(["marks", "release"]));
        let released = |kept: KeptRevision| {
            let StoredRevision {
                revision, marks, ..
            } = kept.0;
            revision.verify()?;
            let version = marks.release.ok_or_else(|| {
                // INVARIANT: the condition was that it is there.
                StoreError::corrupt("a released revision has no version")
            })?;
            Ok(Released {
                version,
                revision: revision.number(),
            })
        };
        self.page(&REVISIONS, vec![query], paging, released).await
    }
}
