//! Roles given to principals, and taken back.

use crate::{Permission, PrincipalId, PrincipalRecord, Role, RoleTable, Scope, ScopeRecord};
use atlas_base::Timestamp;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A role given to a principal at a scope; it reaches everything below (RightScale, Scalr).
///
/// Principal, role and scope name a grant: there is at most one of each such triple. Order goes by
/// principal, then scope, then role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who holds the role.
    pub principal: PrincipalId,
    /// The scope at which, and below which, it holds.
    pub scope: Scope,
    /// What is held.
    pub role: Role,
    /// The first moment at which it no longer holds; for ever where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Grant {
    /// A grant for ever.
    #[must_use]
    pub fn new(principal: PrincipalId, role: Role, scope: Scope) -> Self {
        Self {
            principal,
            scope,
            role,
            expires: None,
        }
    }

    /// The same grant, until `expires`.
    #[must_use]
    pub fn until(self, expires: Timestamp) -> Self {
        Self {
            expires: Some(expires),
            ..self
        }
    }

    /// Whether it is the grant of the same role to the same principal at the same scope.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.principal, &self.scope, &self.role) == (&other.principal, &other.scope, &other.role)
    }

    /// Whether it no longer holds.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether its holder can grant roles everywhere and for ever.
    ///
    /// With the built-in roles that is an `admin` at `/` without an expiry. One of these always
    /// remains, so that nobody locks themselves out.
    pub fn administers(&self, roles: &RoleTable) -> bool {
        let everywhere = self.scope.parent().is_none();
        everywhere && self.expires.is_none() && roles.allows(&self.role, Permission::GrantManage)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` at `{}` to `{}`",
            self.role, self.scope, self.principal
        )?;
        self.expires
            .map_or(Ok(()), |expires| write!(f, " until {expires}"))
    }
}

/// What [`grant`] must know.
#[derive(Debug, Clone, Copy)]
pub struct GrantFacts<'a> {
    /// The record of the principal of the grant.
    pub principal: Option<&'a PrincipalRecord>,
    /// The record of the scope of the grant.
    pub scope: Option<&'a ScopeRecord>,
    /// The grants there are; those of the principal and those at `/` must be among them.
    pub grants: &'a [Grant],
    /// What roles allow.
    pub roles: &'a RoleTable,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// A grant to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The grant.
    pub grant: Grant,
    /// The same grant with another expiry, which it replaces.
    pub replaces: Option<Grant>,
}

/// Why a role is not granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// The role table has no such role.
    #[error("there is no role `{role}`: expected one of {}", listed(known))]
    UnknownRole {
        /// The role that was asked for.
        role: Role,
        /// The roles there are.
        known: Vec<Role>,
    },
    /// The principal was never added.
    #[error("there is no principal `{principal}`: add it first")]
    UnknownPrincipal {
        /// The principal of the grant.
        principal: PrincipalId,
    },
    /// The scope was never added.
    #[error("there is no scope `{scope}`: add it first")]
    UnknownScope {
        /// The scope of the grant.
        scope: Scope,
    },
    /// It would not hold for a moment.
    #[error("a grant until {expires} would have expired already: it is {now}")]
    ExpiresInThePast {
        /// The expiry that was asked for.
        expires: Timestamp,
        /// The moment of the decision.
        now: Timestamp,
    },
    /// It is there, with the same expiry.
    #[error("{grant} is granted already")]
    AlreadyGranted {
        /// The grant.
        grant: Grant,
    },
    /// An expiry would take away the last administrator.
    #[error(
        "{grant} cannot get an expiry: it is the last one that administers `/`, give another principal `admin` there first"
    )]
    LastAdmin {
        /// The grant as it is.
        grant: Grant,
    },
}

/// Decides whether `wanted` may be stored.
///
/// Whether the caller may grant at that scope is another question ([`decide`](crate::decide) with
/// `grant.manage`). Granting what is there with another expiry replaces it (ours).
///
/// # Errors
///
/// Role, principal or scope are unknown, the expiry has passed, the grant is there already, or it
/// would put an expiry on the last administrator at `/`.
pub fn grant(wanted: Grant, facts: &GrantFacts<'_>) -> Result<Granted, GrantError> {
    if !facts.roles.knows(&wanted.role) {
        let known = facts.roles.roles().cloned().collect();
        return Err(GrantError::UnknownRole {
            role: wanted.role,
            known,
        });
    }
    if facts
        .principal
        .is_none_or(|record| record.principal != wanted.principal)
    {
        return Err(GrantError::UnknownPrincipal {
            principal: wanted.principal,
        });
    }
    if facts
        .scope
        .is_none_or(|record| record.scope != wanted.scope)
    {
        return Err(GrantError::UnknownScope {
            scope: wanted.scope,
        });
    }
    if let Some(expires) = wanted.expires
        && expires <= facts.now
    {
        return Err(GrantError::ExpiresInThePast {
            expires,
            now: facts.now,
        });
    }
    let Some(old) = facts.grants.iter().find(|grant| grant.is_same(&wanted)) else {
        return Ok(Granted {
            grant: wanted,
            replaces: None,
        });
    };
    if *old == wanted {
        return Err(GrantError::AlreadyGranted { grant: wanted });
    }
    if wanted.expires.is_some() && is_last_admin(old, facts.grants, facts.roles) {
        return Err(GrantError::LastAdmin { grant: old.clone() });
    }
    Ok(Granted {
        grant: wanted,
        replaces: Some(old.clone()),
    })
}

/// Why a grant is not taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevokeError {
    /// There is no such grant.
    #[error("`{principal}` holds no `{role}` at `{scope}`: see its grants")]
    NotGranted {
        /// Whose grant it would be.
        principal: PrincipalId,
        /// The role that was to be taken back.
        role: Role,
        /// The scope that was named.
        scope: Scope,
    },
    /// Nobody could grant roles any more.
    #[error(
        "{grant} cannot be revoked: it is the last one that administers `/`, give another principal `admin` there first"
    )]
    LastAdmin {
        /// The grant.
        grant: Grant,
    },
}

/// Decides whether the grant of `role` at `scope` to `principal` may go; returns it as it was.
///
/// `grants` holds those of the principal and those at `/`.
///
/// # Errors
///
/// There is no such grant, or it is the last one that [administers](Grant::administers) `/`.
pub fn revoke(
    principal: &PrincipalId,
    role: &Role,
    scope: &Scope,
    grants: &[Grant],
    roles: &RoleTable,
) -> Result<Grant, RevokeError> {
    let named = Grant::new(principal.clone(), role.clone(), scope.clone());
    let Some(found) = grants.iter().find(|grant| grant.is_same(&named)) else {
        let Grant {
            principal,
            scope,
            role,
            ..
        } = named;
        return Err(RevokeError::NotGranted {
            principal,
            role,
            scope,
        });
    };
    if is_last_admin(found, grants, roles) {
        return Err(RevokeError::LastAdmin {
            grant: found.clone(),
        });
    }
    Ok(found.clone())
}

/// Whether nobody would administer `/` without this grant.
fn is_last_admin(grant: &Grant, grants: &[Grant], roles: &RoleTable) -> bool {
    let another = |other: &Grant| !other.is_same(grant) && other.administers(roles);
    grant.administers(roles) && !grants.iter().any(another)
}

/// Values with commas between them, for a message.
pub(crate) fn listed<T: fmt::Display>(values: &[T]) -> String {
    let texts: Vec<_> = values.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
