//! The audit trail.

use atlas_base::Timestamp;
use atlas_scope::{Permission, PrincipalId, Scope};
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

/// A moment as part of a key.
pub(crate) fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(0)
}
