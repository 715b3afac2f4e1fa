//! The audit trail.

use crate::{
    Error, Session,
    tables::{EVENTS, partition_of},
};
use atlas_base::Timestamp;
use atlas_scope::{Permission, PrincipalId, Scope};
use atlas_store::Query;
use serde::{Deserialize, Serialize};

/// Who changed what, when: written in the transaction of the change, and kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PrincipalId,
    /// The permission that it needed.
    pub action: Permission,
    /// At which scope.
    pub scope: Scope,
    /// What was changed: an id or a name.
    pub subject: String,
    /// What was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is there after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Session {
    /// The newest events at a scope and below it, newest first, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// The caller may not see them.
    pub async fn events(&self, scope: &Scope, limit: usize) -> Result<Vec<AuditEvent>, Error> {
        let unit = self.read().await?;
        unit.require(Permission::EventView, scope).await?;
        let query = Query::all(&partition_of(scope)?).reverse().limit(limit);
        let below = |event: &crate::tables::KeptEvent| scope.contains(&event.0.scope);
        let page = EVENTS.query_where(&unit.tx, &query, below).await?;
        Ok(page.found.into_iter().map(|found| found.record.0).collect())
    }
}
