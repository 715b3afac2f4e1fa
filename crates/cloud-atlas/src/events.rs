//! The audit trail.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{EVENTS, partition_of},
};
use atlas_base::Timestamp;
use atlas_scope::{Level, Permission, PrincipalId, Scope};
use atlas_store::{Query, Within};
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
    /// The events of an account with its environments, of one environment, or of what belongs to no
    /// account; newest first.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see them, or the page is none of this list.
    pub async fn events(&self, scope: &Scope, paging: &Paging) -> Result<Page<AuditEvent>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::EventView, scope).await?;
        let Some(record) = unit.scope_record(scope).await? else {
            return Err(NotFound::new(Noun::Scope, scope, scope).into());
        };
        // A scope of that name may have been here before; its trail is not this one's.
        let (from, to) = (micros(record.created), u64::MAX);
        let query = Query::all(&partition_of(scope)?).reverse();
        let query = if scope.level() == Level::Environment {
            let (from, to) = ((scope.as_str(), from).into(), (scope.as_str(), to).into());
            query.index("scope").within(Within::Between(from, to))
        } else {
            query.within(Within::Between(from.into(), to.into()))
        };
        unit.page(&EVENTS, vec![query], paging, |kept| Ok(kept.0))
            .await
    }
}

/// A moment as part of a key.
pub(crate) fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(0)
}
