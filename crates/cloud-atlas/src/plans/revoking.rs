//! Revoking an image with all that was made from it.

use super::{PlanDone, PlanId, family::Member, other_kind};
use crate::{Error, Session};
use atlas_image::{
    ImageRecord, ImageRecordId, PlanKind, RevokeError, RevokeImage, RevokePlan, RevokeUndone,
    plan_revoke, revoke, undo_revoke,
};
use atlas_scope::{Permission, Scope};
use serde::Serialize;
use std::collections::BTreeMap;

/// What carrying out a plan to revoke an image came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RevokeApplied {
    /// Its id, which takes it back; none where nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// The records that are disabled now, in the order of the plan.
    pub disabled: Vec<ImageRecord>,
    /// Those of them whose launch permissions went with it (AWS). Taking it back does not bring
    /// them back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<ImageRecordId>,
}

impl Session {
    /// Says what revoking an image would do: which records would be disabled with it, and who uses
    /// each of them (HCP Packer; the plan is ours). Nothing changes.
    ///
    /// What is copied or bundled from it is looked for wherever somebody may use it; what is in
    /// another account stays, and is only told of. At most 10,000 descendants.
    ///
    /// # Errors
    ///
    /// It is not visible, deleted or about to be, too much was made from it, or the caller may not
    /// disable it.
    pub async fn plan_revoke(&self, ask: &RevokeImage, from: &Scope) -> Result<RevokePlan, Error> {
        let unit = self.read().await?;
        let family = Box::pin(unit.family(ask.image, from)).await?;
        let records = family.records();
        Ok(plan_revoke(ask.clone(), &family.facts(&records, &unit))?)
    }

    /// Carries a plan out, or the part of it that was selected: exactly as it stands, in one commit,
    /// or not at all. All is loaded and decided anew, and refused where something moved.
    ///
    /// # Errors
    ///
    /// Something moved since the plan was made, which the refusal names; the plan is more than the
    /// store commits at once; or see [`Session::plan_revoke`].
    pub async fn apply_revoke(
        &self,
        plan: &RevokePlan,
        from: &Scope,
    ) -> Result<RevokeApplied, Error> {
        self.write(|unit| async move {
            let unit = unit.with_known_grants();
            let family = Box::pin(unit.family(plan.ask().image, from)).await?;
            let records = family.records();
            let revoked = revoke(plan, &family.facts(&records, &unit))?;
            let before = family.by_id();
            let mut closed = Vec::new();
            for record in &revoked.records {
                // INVARIANT: a record that was disabled is one of those that were loaded.
                if let Some(before) = before.get(&record.id()) {
                    let action = Permission::ImageDisable;
                    let warning = unit.put_image(action, before, record).await?;
                    closed.extend(warning.map(|_| record.id()));
                }
            }
            let root = before.get(&plan.ask().image);
            let plan = match root {
                Some(root) if !revoked.records.is_empty() => {
                    let done = PlanDone::Revoke(revoked.revocation);
                    Some(unit.keep_plan(root.scope(), done).await?)
                }
                _ => None,
            };
            Ok(RevokeApplied {
                plan,
                disabled: revoked.records,
                closed,
            })
        })
        .await
    }

    /// Takes a revocation back (HCP Packer; ours): each record that it disabled, and that is as it
    /// left it, is what it was. The others are told.
    ///
    /// # Errors
    ///
    /// There is no such plan, the caller does not see it, or it did something else.
    pub async fn undo_revocation(&self, id: PlanId, from: &Scope) -> Result<RevokeUndone, Error> {
        self.write(|unit| async move {
            let unit = unit.with_known_grants();
            let stored = unit.applied_plan(id, from).await?;
            let PlanDone::Revoke(revocation) = &stored.done else {
                let error = other_kind(PlanKind::Revoke, &stored.done);
                return Err(RevokeError::from(error).into());
            };
            let members = Box::pin(unit.revoked(revocation, &stored.scope, from)).await?;
            let records: Vec<_> = members.iter().map(Member::told).collect();
            let undone = undo_revoke(revocation, &records);
            let before = members.iter().map(|member| &member.record);
            let before: BTreeMap<_, _> = before.map(|record| (record.id(), record)).collect();
            for after in &undone.records {
                if let Some(before) = before.get(&after.id()) {
                    let action = Permission::ImageDisable;
                    unit.put_image(action, before, after).await?;
                }
            }
            if !undone.records.is_empty() {
                let left = PlanDone::Revoke(revocation.clone().without(&undone.records));
                unit.keep_undone(stored, left).await?;
            }
            Ok(undone)
        })
        .await
    }
}
