//! The audit trail.

use crate::{
    Error, Session,
    tables::{EVENTS, KeptEvent, partition_of},
};
use atlas_base::Timestamp;
use atlas_scope::{Level, Permission, PrincipalId, Scope};
use atlas_store::Query;
use serde::{Deserialize, Serialize};

/// Who changed what, when: written in the transaction of the change, and kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
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
    /// The newest events, newest first, at most `limit` of them (1 to 1,000): of an account with its
    /// environments, of one environment, or of what belongs to no account.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see them.
    pub async fn events(&self, scope: &Scope, limit: usize) -> Result<Vec<AuditEvent>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::EventView, scope).await?;
        let record = unit.scope_record(scope).await?;
        let mut query = Query::all(&partition_of(scope)?)
            .reverse()
            .limit(limit.clamp(1, 1000));
        if scope.level() == Level::Environment {
            query = query.index("scope").prefix(scope.as_str());
        }
        // A scope of that name may have been here before; its trail is not this one's.
        let own = |kept: &KeptEvent| {
            record
                .as_ref()
                .is_some_and(|record| record.created <= kept.0.at)
        };
        let page = EVENTS.query_where(&unit.tx, &query, own).await?;
        Ok(page.found.into_iter().map(|found| found.record.0).collect())
    }
}
