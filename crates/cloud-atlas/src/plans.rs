//! Plans before changes: made, carried out exactly so, and taken back (HCP Packer, Scalr; ours).

mod family;
mod judging;
mod replacing;
mod revoked;
mod revoking;
mod users;

pub use self::{
    replacing::{ReplaceApplied, ReplacementUndone},
    revoking::RevokeApplied,
};

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{KeptPlan, PLANS, StoredPlan, partition_of, partitions_above, plans_at},
    unit::Unit,
};
use atlas_base::Timestamp;
use atlas_image::{ImageRecordId, PlanError, PlanKind, Revocation};
use atlas_scope::{Permission, PrincipalId, Scope};
use atlas_store::Query;
use atlas_template::Replacement;
use serde::{Deserialize, Serialize};

atlas_base::id_type! {
    /// Names a plan that was carried out.
    pub struct PlanId("plan-");
}

/// What a plan did: what takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PlanDone {
    /// An image was revoked.
    Revoke(Revocation),
    /// An image took the place of another.
    Replace(Replacement),
}

impl PlanDone {
    /// What the plan was for.
    pub fn kind(&self) -> PlanKind {
        match self {
            Self::Revoke(_) => PlanKind::Revoke,
            Self::Replace(_) => PlanKind::Replace,
        }
    }

    /// When it was carried out.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Revoke(done) => done.at,
            Self::Replace(done) => done.at,
        }
    }
}

/// That a plan was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanUndone {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
}

/// A plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppliedPlan {
    /// Its id: what takes it back names it.
    pub id: PlanId,
    /// What it was for.
    pub kind: PlanKind,
    /// The scope of the image that it was about.
    pub scope: Scope,
    /// The image that was revoked, or that went.
    pub image: ImageRecordId,
    /// The image that came in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_image: Option<ImageRecordId>,
    /// When it was carried out.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// How many things it changed that were not taken back.
    pub changes: usize,
    /// That it was taken back, as far as that went; the last time where that was more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<PlanUndone>,
}

impl From<StoredPlan> for AppliedPlan {
    fn from(stored: StoredPlan) -> Self {
        let kind = stored.done.kind();
        let (image, by_image, at, by, changes) = match stored.done {
            PlanDone::Revoke(done) => (done.image, None, done.at, done.by, done.disabled.len()),
            PlanDone::Replace(done) => {
                let new = Some(done.new);
                (done.old, new, done.at, done.by, done.changes.len())
            }
        };
        Self {
            id: stored.id,
            kind,
            scope: stored.scope,
            image,
            by_image,
            at,
            by,
            changes,
            undone: stored.undone,
        }
    }
}

impl Session {
    /// The plans that were carried out for images of a scope, and of that scope alone, the newest
    /// first.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its images, or the page is none of this list.
    pub async fn applied_plans(
        &self,
        scope: &Scope,
        paging: &Paging,
    ) -> Result<Page<AppliedPlan>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, scope).await?;
        let query = plans_at(scope, Query::all(&partition_of(scope)?));
        unit.page(&PLANS, vec![query], paging, |kept| Ok(kept.0.into()))
            .await
    }
}

impl Unit {
    /// Keeps what takes a plan back.
    async fn keep_plan(&self, scope: &Scope, done: PlanDone) -> Result<PlanId, Error> {
        let id = PlanId::from_u128(self.id());
        let kept = KeptPlan(StoredPlan {
            id,
            scope: scope.clone(),
            done,
            undone: None,
        });
        let at = partition_of(scope)?;
        PLANS.insert(&self.tx, &at, id.to_string(), &kept).await?;
        Ok(id)
    }

    /// A plan that was carried out for an image of a scope or of one above it, where the caller sees
    /// images.
    async fn applied_plan(&self, id: PlanId, from: &Scope) -> Result<StoredPlan, Error> {
        self.enter(Permission::ImageView, from).await?;
        for partition in partitions_above(from)? {
            if let Some(KeptPlan(found)) = PLANS.get(&self.tx, &partition, id.to_string()).await?
                && found.scope.contains(from)
                && self.may(Permission::ImageView, &found.scope).await?
            {
                return Ok(found);
            }
        }
        Err(NotFound::new(Noun::AppliedPlan, id, from).into())
    }

    /// Writes down that a plan was taken back, and what of it is left.
    async fn keep_undone(&self, plan: StoredPlan, left: PlanDone) -> Result<(), Error> {
        let (at, id) = (partition_of(&plan.scope)?, plan.id.to_string());
        let by = self.who.clone();
        let undone = Some(PlanUndone { at: self.now, by });
        let done = left;
        let kept = KeptPlan(StoredPlan {
            done,
            undone,
            ..plan
        });
        Ok(PLANS.put(&self.tx, &at, id, &kept).await?)
    }
}

/// The refusal of a plan that is for something else.
fn other_kind(wanted: PlanKind, found: &PlanDone) -> PlanError {
    let found = found.kind();
    PlanError::OtherKind { wanted, found }
}
