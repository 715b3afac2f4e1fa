//! Scopes and principals get other names.

use crate::{Contents, Grant, Level, PrincipalId, PrincipalRecord, Scope, ScopeRecord};
use atlas_base::Timestamp;

/// What [`rename_scope`] must know.
#[derive(Debug, Clone, Copy)]
pub struct RenameScopeFacts<'a> {
    /// The record of the scope.
    pub record: Option<&'a ScopeRecord>,
    /// The record of the scope that has the new name, if one has.
    pub holder: Option<&'a ScopeRecord>,
    /// What the scope holds: lower scopes and records of every kind, grants apart.
    pub contents: &'a Contents,
    /// The grants at exactly this scope.
    pub grants: &'a [Grant],
    /// The moment of the decision.
    pub now: Timestamp,
}

/// A scope with another name, and what moves along.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RenamedScope {
    /// The record under the new name. An account keeps its number, and so all that was opened to it.
    pub record: ScopeRecord,
    /// The grants at it, before and after, in order.
    pub grants: Vec<MovedGrant>,
}

/// A grant whose scope or principal has another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedGrant {
    /// As it was.
    pub before: Grant,
    /// As it is: the same role until the same moment.
    pub after: Grant,
}

/// Why a scope keeps its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenameScopeError {
    /// The global scope has no other name.
    #[error("the global scope `/` cannot be renamed")]
    Global,
    /// It was never added.
    #[error("there is no scope `{scope}`")]
    Unknown {
        /// The scope that was named.
        scope: Scope,
    },
    /// The new name is elsewhere in the tree.
    #[error(
        "`{from}` cannot become `{to}`: a scope stays where it is, name one such as {}",
        beside(from)
    )]
    Elsewhere {
        /// The scope.
        from: Scope,
        /// What it was to be.
        to: Scope,
    },
    /// A scope has the new name.
    #[error("the scope `{scope}` is there already: choose another name")]
    Taken {
        /// The new name.
        scope: Scope,
    },
    /// Something is in it.
    #[error(
        "the scope `{scope}` is not empty ({contents}): only an empty one is renamed, so add the new scope beside it"
    )]
    NotEmpty {
        /// The scope.
        scope: Scope,
        /// What it holds.
        contents: Contents,
    },
}

/// Decides whether `from` may be called `to`: only while it is empty (ours), since the events, the
/// groups and whatever else knows it by its name would lead nowhere.
///
/// Its grants move along. What happened under the old name stays in the trail under that name.
///
/// # Errors
///
/// It is the global one, unknown, or holds something; the new name is taken, or is not one directly
/// below the same scope.
pub fn rename_scope(
    from: &Scope,
    to: &Scope,
    facts: &RenameScopeFacts<'_>,
) -> Result<RenamedScope, RenameScopeError> {
    if from.level() == Level::Global {
        return Err(RenameScopeError::Global);
    }
    let known = facts.record.filter(|record| record.scope == *from);
    let Some(record) = known.cloned() else {
        let scope = from.clone();
        return Err(RenameScopeError::Unknown { scope });
    };
    if from.parent() != to.parent() {
        let (from, to) = (from.clone(), to.clone());
        return Err(RenameScopeError::Elsewhere { from, to });
    }
    if from == to || facts.holder.is_some() {
        let scope = to.clone();
        return Err(RenameScopeError::Taken { scope });
    }
    if !facts.contents.is_empty() {
        let (scope, contents) = (from.clone(), facts.contents.clone());
        return Err(RenameScopeError::NotEmpty { scope, contents });
    }
    let own = facts.grants.iter().filter(|grant| grant.scope == *from);
    let own = own.collect();
    Ok(RenamedScope {
        record: ScopeRecord {
            scope: to.clone(),
            renamed: Some(facts.now),
            ..record
        },
        grants: moved(own, |grant| grant.scope = to.clone()),
    })
}

/// What [`rename_principal`] must know.
#[derive(Debug, Clone, Copy)]
pub struct RenamePrincipalFacts<'a> {
    /// The record of the principal.
    pub record: Option<&'a PrincipalRecord>,
    /// The record of the principal that has the new name, if one has.
    pub holder: Option<&'a PrincipalRecord>,
    /// The grants of the principal, all of them.
    pub grants: &'a [Grant],
}

/// A principal with another name, and what moves along.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RenamedPrincipal {
    /// The record under the new name.
    pub record: PrincipalRecord,
    /// Its grants, before and after, in order. None is lost, and so the last one that administers
    /// `/` is not either.
    pub grants: Vec<MovedGrant>,
}

/// Why a principal keeps its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenamePrincipalError {
    /// It was never added.
    #[error("there is no principal `{principal}`")]
    Unknown {
        /// The principal that was named.
        principal: PrincipalId,
    },
    /// A principal has the new name.
    #[error("the principal `{principal}` is there already: choose another name")]
    Taken {
        /// The new name.
        principal: PrincipalId,
    },
}

/// Decides whether `from` may be called `to` (ours). What the principal made and did stays under the
/// old name, as history.
///
/// # Errors
///
/// It is unknown, or the new name is taken.
pub fn rename_principal(
    from: &PrincipalId,
    to: &PrincipalId,
    facts: &RenamePrincipalFacts<'_>,
) -> Result<RenamedPrincipal, RenamePrincipalError> {
    let known = facts.record.filter(|record| record.principal == *from);
    let Some(record) = known.cloned() else {
        let principal = from.clone();
        return Err(RenamePrincipalError::Unknown { principal });
    };
    if from == to || facts.holder.is_some() {
        let principal = to.clone();
        return Err(RenamePrincipalError::Taken { principal });
    }
    let own = facts.grants.iter().filter(|grant| grant.principal == *from);
    let own = own.collect();
    Ok(RenamedPrincipal {
        record: PrincipalRecord {
            principal: to.clone(),
            ..record
        },
        grants: moved(own, |grant| grant.principal = to.clone()),
    })
}

fn moved(mut grants: Vec<&Grant>, change: impl Fn(&mut Grant)) -> Vec<MovedGrant> {
    grants.sort();
    let moved = grants.into_iter().map(|before| {
        let mut after = before.clone();
        change(&mut after);
        MovedGrant {
            before: before.clone(),
            after,
        }
    });
    moved.collect()
}

/// How a name beside a scope looks.
fn beside(scope: &Scope) -> String {
    let above = scope.parent().unwrap_or_else(Scope::global);
    format!("`{}/NAME`", above.as_str().trim_end_matches('/'))
}
