//! How access keys come, are replaced, and go.

use super::{AccessKey, AccessKeyId, AccessKeyState};
use crate::{Level, PrincipalId, PrincipalRecord, Scope, ScopeRecord};
use atlas_base::Timestamp;

/// A key to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddAccessKey {
    /// Who is to sign with it.
    pub principal: PrincipalId,
    /// The project in which its requests make things.
    pub scope: Scope,
    /// Its id.
    pub id: AccessKeyId,
    /// From when on it is to be refused.
    pub until: Option<Timestamp>,
}

/// What [`add_access_key`] must know.
#[derive(Debug, Clone)]
pub struct AddAccessKeyFacts<'a> {
    /// The principal, if there is one.
    pub principal: Option<&'a PrincipalRecord>,
    /// The scope, if there is one.
    pub scope: Option<&'a ScopeRecord>,
    /// The key that has the id, if there is one.
    pub same_id: Option<&'a AccessKey>,
    /// The keys of the principal in the project.
    pub keys: &'a [AccessKey],
    /// Who adds it.
    pub by: PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// A key that is added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct AddedAccessKey {
    /// The key.
    pub key: AccessKey,
    /// Keys of the principal in the project whose time is over: they go, so that what ends does not
    /// pile up.
    pub ended: Vec<AccessKeyId>,
}

/// A key that gets a successor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RotatedAccessKey {
    /// The key from before, with its end.
    pub before: AccessKey,
    /// The key that takes its place.
    pub after: AddedAccessKey,
}

/// Why an access key is not added, or not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessKeyError {
    /// There is no such principal.
    #[error("there is no principal `{principal}`: add it first")]
    UnknownPrincipal {
        /// Who was named.
        principal: PrincipalId,
    },
    /// There is no such scope.
    #[error("there is no scope `{scope}`: add it first")]
    UnknownScope {
        /// What was named.
        scope: Scope,
    },
    /// Keys are of projects, which belong to an account.
    #[error(
        "`/` is no project: an access key is for an account such as `/acme`, or for an environment of one"
    )]
    NotAProject,
    /// Another key has the id.
    #[error("there is an access key `{id}` already")]
    IdTaken {
        /// The id.
        id: AccessKeyId,
    },
    /// The principal has as many keys in the project as there may be.
    #[error(
        "`{principal}` has {} access keys for `{scope}` already, which is the most: remove one of {} first",
        .ids.len(), listed(.ids)
    )]
    TooMany {
        /// Who has them.
        principal: PrincipalId,
        /// The project.
        scope: Scope,
        /// The keys that have not ended.
        ids: Vec<AccessKeyId>,
    },
    /// The moment from which on it is refused is not ahead.
    #[error("an access key ends at a moment to come, and {until} is not")]
    NotAhead {
        /// What was asked for.
        until: Timestamp,
    },
    /// Its time is over.
    #[error("the access key `{id}` has ended at {until}: add another one")]
    Ended {
        /// The key.
        id: AccessKeyId,
        /// When it ended.
        until: Timestamp,
    },
    /// It is so already.
    #[error("the access key `{id}` is {state} already")]
    Already {
        /// The key.
        id: AccessKeyId,
        /// What it is.
        state: &'static str,
    },
}

fn listed(ids: &[AccessKeyId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}

/// Decides whether a principal may have another key for a project.
///
/// # Errors
///
/// The principal or the project is not there, the id is taken, the key would have ended already, or
/// there are [`AccessKey::MOST`] that have not.
pub fn add_access_key(
    request: AddAccessKey,
    facts: AddAccessKeyFacts<'_>,
) -> Result<AddedAccessKey, AccessKeyError> {
    let AddAccessKey {
        principal,
        scope,
        id,
        until,
    } = request;
    let is_there = |found: &PrincipalRecord| found.principal == principal;
    if !facts.principal.is_some_and(is_there) {
        return Err(AccessKeyError::UnknownPrincipal { principal });
    }
    if scope.level() == Level::Global {
        return Err(AccessKeyError::NotAProject);
    }
    if facts.scope.is_none_or(|found| found.scope != scope) {
        return Err(AccessKeyError::UnknownScope { scope });
    }
    if facts.same_id.is_some_and(|found| found.id == id) {
        return Err(AccessKeyError::IdTaken { id });
    }
    if let Some(until) = until.filter(|until| *until <= facts.now) {
        return Err(AccessKeyError::NotAhead { until });
    }
    let own = facts.keys.iter();
    let own = own.filter(|key| key.principal == principal && key.scope == scope);
    let (ended, live): (Vec<_>, Vec<_>) =
        own.partition(|key| key.state(facts.now) == AccessKeyState::Ended);
    let ids = |keys: Vec<&AccessKey>| {
        let mut ids: Vec<_> = keys.into_iter().map(|key| key.id.clone()).collect();
        ids.sort();
        ids
    };
    if live.len() >= AccessKey::MOST {
        return Err(AccessKeyError::TooMany {
            principal,
            scope,
            ids: ids(live),
        });
    }
    Ok(AddedAccessKey {
        ended: ids(ended),
        key: AccessKey {
            id,
            principal,
            scope,
            created: facts.now,
            created_by: facts.by,
            until,
            disabled: None,
        },
    })
}

/// Decides whether a key gets a successor: one of the same principal for the same project, without an
/// end. The key from before ends at `until`, or earlier where it would have anyway: programs change to
/// its successor meanwhile. A moment that is over means now.
///
/// # Errors
///
/// As [`add_access_key`]; the key has ended.
pub fn rotate_access_key(
    before: &AccessKey,
    id: AccessKeyId,
    until: Timestamp,
    facts: AddAccessKeyFacts<'_>,
) -> Result<RotatedAccessKey, AccessKeyError> {
    not_ended(before, facts.now)?;
    let until = until.max(facts.now);
    let wanted = AddAccessKey {
        principal: before.principal.clone(),
        scope: before.scope.clone(),
        id,
        until: None,
    };
    let after = add_access_key(wanted, facts)?;
    let until = before.until.map_or(until, |own| own.min(until));
    let before = AccessKey {
        until: Some(until),
        ..before.clone()
    };
    Ok(RotatedAccessKey { before, after })
}

/// Decides whether a key is refused until it is enabled again.
///
/// # Errors
///
/// It is disabled, or has ended.
pub fn disable_access_key(key: &AccessKey, now: Timestamp) -> Result<AccessKey, AccessKeyError> {
    not_ended(key, now)?;
    if key.disabled.is_some() {
        return Err(already(key, "disabled"));
    }
    Ok(AccessKey {
        disabled: Some(now),
        ..key.clone()
    })
}

/// Decides whether a key that is disabled may be used again.
///
/// # Errors
///
/// It is not disabled, or has ended.
pub fn enable_access_key(key: &AccessKey, now: Timestamp) -> Result<AccessKey, AccessKeyError> {
    not_ended(key, now)?;
    if key.disabled.is_none() {
        return Err(already(key, "enabled"));
    }
    Ok(AccessKey {
        disabled: None,
        ..key.clone()
    })
}

fn not_ended(key: &AccessKey, now: Timestamp) -> Result<(), AccessKeyError> {
    match key.until {
        Some(until) if until <= now => Err(AccessKeyError::Ended {
            id: key.id.clone(),
            until,
        }),
        _ => Ok(()),
    }
}

fn already(key: &AccessKey, state: &'static str) -> AccessKeyError {
    let id = key.id.clone();
    AccessKeyError::Already { id, state }
}
