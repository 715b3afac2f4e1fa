//! Plans that were carried out: what takes them back.

use crate::{
    events::micros,
    plans::{PlanDone, PlanId, PlanUndone},
};
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Query, Record, Table};
use serde::{Deserialize, Serialize};

kept! {
    KeptPlan(StoredPlan) = 1;
}

/// A plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredPlan {
    pub(crate) id: PlanId,
    /// The scope of the image that it is about.
    pub(crate) scope: Scope,
    pub(crate) done: PlanDone,
    /// That it was taken back, the last time where that was more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undone: Option<PlanUndone>,
}

/// By id, in the partition of the scope. They are kept as events are.
pub(crate) const PLANS: Table<KeptPlan> = Table::new(
    "plan",
    &[Index::many("scope", |kept| {
        let (plan, at) = (&kept.0, kept.0.done.at());
        vec![Parts::from((plan.scope.as_str(), micros(at)))]
    })],
);

/// The plans of a scope, the newest first.
pub(crate) fn plans_at(scope: &Scope, query: Query) -> Query {
    query.index("scope").prefix(scope.as_str()).reverse()
}
