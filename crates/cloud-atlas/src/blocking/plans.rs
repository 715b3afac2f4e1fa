//! Plans before changes.

use super::{Session, calls};
use crate::{
    AppliedPlan, Error, Page, Paging, PlanId, ReplaceApplied, ReplacementUndone, RevokeApplied,
};
use atlas_image::{JudgeRetention, RetentionPlan, RevokeImage, RevokePlan, RevokeUndone};
use atlas_scope::Scope;
use atlas_template::{ReplaceImage, ReplacePlan};

calls! {
    impl Session {
        fn plan_revoke(&self, ask: &RevokeImage, from: &Scope) -> Result<RevokePlan, Error>;
        fn apply_revoke(&self, plan: &RevokePlan, from: &Scope) -> Result<RevokeApplied, Error>;
        fn undo_revocation(&self, id: PlanId, from: &Scope) -> Result<RevokeUndone, Error>;
        fn plan_replace(&self, ask: &ReplaceImage, from: &Scope) -> Result<ReplacePlan, Error>;
        fn apply_replace(&self, plan: &ReplacePlan, from: &Scope) -> Result<ReplaceApplied, Error>;
        fn undo_replacement(&self, id: PlanId, from: &Scope) -> Result<ReplacementUndone, Error>;
        fn plan_retention(&self, ask: &JudgeRetention) -> Result<RetentionPlan, Error>;
        fn applied_plans(
            &self,
            scope: &Scope,
            paging: &Paging,
        ) -> Result<Page<AppliedPlan>, Error>;
    }
}
