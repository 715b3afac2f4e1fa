//! Whether a principal may.

use crate::{Explanation, Grant, Permission, PrincipalId, Role, RoleTable, Scope, grant::listed};
use atlas_base::Timestamp;
use serde::{Deserialize, Serialize};

/// May this principal do that there?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is to be done.
    pub permission: Permission,
    /// Where: the scope of the record, or the one that is looked at.
    pub scope: Scope,
    /// Who asks.
    pub principal: PrincipalId,
}

impl Question {
    /// Whether `principal` may do `permission` at `scope`.
    #[must_use]
    pub fn new(permission: Permission, scope: Scope, principal: PrincipalId) -> Self {
        Self {
            permission,
            scope,
            principal,
        }
    }

    /// The answer; see [`decide`].
    pub fn decide(&self, grants: &[Grant], roles: &RoleTable, now: Timestamp) -> Decision {
        decide(
            self.permission,
            &self.scope,
            &self.principal,
            grants,
            roles,
            now,
        )
    }

    /// The answer with everything that was looked at.
    pub fn explain(&self, grants: &[Grant], roles: &RoleTable, now: Timestamp) -> Explanation {
        Explanation::new(self, grants, roles, now)
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use]
pub enum Decision {
    /// Yes.
    Allowed(Allowed),
    /// No.
    Denied(Denied),
}

impl Decision {
    /// Whether the answer is yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// The answer for `?`.
    ///
    /// # Errors
    ///
    /// The answer is no.
    pub fn into_result(self) -> Result<Allowed, Denied> {
        match self {
            Self::Allowed(allowed) => Ok(allowed),
            Self::Denied(denied) => Err(denied),
        }
    }
}

/// Why the answer is yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The grant that allows it: the nearest one, of several there the first role by name.
    pub grant: Grant,
}

/// Why the answer is no: a permission is missing.
///
/// It speaks of the question and the role table alone. So it cannot give away whether a record
/// is there that the principal does not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "`{principal}` may not {} at `{scope}`: the permission `{permission}` is missing; {}",
    permission.action(),
    needed(roles)
)]
pub struct Denied {
    /// Who asked.
    pub principal: PrincipalId,
    /// The permission that is missing.
    pub permission: Permission,
    /// Where it was needed: a role at this scope or at one above it would do.
    pub scope: Scope,
    /// The roles that would give it, in order.
    pub roles: Vec<Role>,
}

fn needed(roles: &[Role]) -> String {
    if roles.is_empty() {
        "no role gives it".to_owned()
    } else {
        format!("roles that give it: {}", listed(roles))
    }
}

/// Decides whether `principal` may do `permission` at `scope`.
///
/// RightScale, Scalr: permissions come from granted roles, add up and reach downward; there is no
/// way to deny. A grant counts at its own scope and below: so writing a record needs a grant at
/// the record's scope or above it, and reading it from below never lets one write. Grants of
/// other principals among `grants` are passed over, so are expired ones.
pub fn decide(
    permission: Permission,
    scope: &Scope,
    principal: &PrincipalId,
    grants: &[Grant],
    roles: &RoleTable,
    now: Timestamp,
) -> Decision {
    let allowing = grants.iter().filter(|grant| {
        grant.principal == *principal
            && grant.scope.contains(scope)
            && !grant.has_expired(now)
            && roles.allows(&grant.role, permission)
    });
    // Those that reach the scope lie on one branch, so the greatest scope is the nearest.
    let nearest = allowing.max_by(|a, b| a.scope.cmp(&b.scope).then(b.role.cmp(&a.role)));
    nearest.map_or_else(
        || {
            Decision::Denied(Denied {
                principal: principal.clone(),
                permission,
                scope: scope.clone(),
                roles: roles.roles_with(permission).cloned().collect(),
            })
        },
        |grant| {
            Decision::Allowed(Allowed {
                grant: grant.clone(),
            })
        },
    )
}
