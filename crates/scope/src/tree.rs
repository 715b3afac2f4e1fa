//! Scopes come and go.

use crate::{AccountNumber, Grant, Level, Scope};
use atlas_base::Timestamp;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A scope that was added, and so can hold records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeRecord {
    /// Where it is.
    pub scope: Scope,
    /// The number of the account in the EC2 API: every account has one, no other scope has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<AccountNumber>,
    /// When it was added.
    pub created: Timestamp,
    /// When it got the name it has, where that was not when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed: Option<Timestamp>,
}

impl ScopeRecord {
    /// Since when it has the name it has: what happened under this name before concerned another
    /// scope.
    pub fn named_since(&self) -> Timestamp {
        self.renamed.unwrap_or(self.created)
    }
}

/// A scope to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddScope {
    /// Where it is to be.
    pub scope: Scope,
    /// The number of an account; the host gives it, or makes it of random bits.
    pub account_number: Option<AccountNumber>,
}

/// What [`add_scope`] must know.
#[derive(Debug, Clone, Copy)]
pub struct AddScopeFacts<'a> {
    /// The record of the scope itself, if it is there.
    pub existing: Option<&'a ScopeRecord>,
    /// The record of the scope directly above.
    pub parent: Option<&'a ScopeRecord>,
    /// The record of the account that has the number, if one has.
    pub number_holder: Option<&'a ScopeRecord>,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why a scope is not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddScopeError {
    /// It is there.
    #[error("the scope `{scope}` is there already")]
    AlreadyThere {
        /// The scope.
        scope: Scope,
    },
    /// The scope above it is not there.
    #[error("there is no scope `{parent}` to hold `{scope}`: add `{parent}` first")]
    NoParent {
        /// The scope that was to be added.
        scope: Scope,
        /// The scope above it.
        parent: Scope,
    },
    /// An account needs a number.
    #[error("the account `{scope}` needs an account number of 12 digits")]
    NumberMissing {
        /// The account.
        scope: Scope,
    },
    /// Only an account has a number.
    #[error("`{scope}` is no account: it cannot have the account number {number}")]
    NumberNotAllowed {
        /// The scope that was to be added.
        scope: Scope,
        /// The number that was given.
        number: AccountNumber,
    },
    /// Another account has the number. Numbers are no secret: launch permissions name them.
    #[error("the account number {number} is taken: choose another one")]
    NumberTaken {
        /// The number.
        number: AccountNumber,
    },
}

/// Decides whether a scope may be added.
///
/// # Errors
///
/// It is there already (the global scope always is), the scope above it is not, or the account
/// number is missing, taken or out of place.
pub fn add_scope(
    request: AddScope,
    facts: &AddScopeFacts<'_>,
) -> Result<ScopeRecord, AddScopeError> {
    let AddScope {
        scope,
        account_number,
    } = request;
    let Some(parent) = scope.parent().filter(|_| facts.existing.is_none()) else {
        return Err(AddScopeError::AlreadyThere { scope });
    };
    if facts.parent.is_none_or(|record| record.scope != parent) {
        return Err(AddScopeError::NoParent { scope, parent });
    }
    match (scope.level(), account_number) {
        (Level::Account, None) => return Err(AddScopeError::NumberMissing { scope }),
        (Level::Account, Some(number)) if facts.number_holder.is_some() => {
            return Err(AddScopeError::NumberTaken { number });
        }
        (Level::Global | Level::Environment, Some(number)) => {
            return Err(AddScopeError::NumberNotAllowed { scope, number });
        }
        (Level::Account, Some(_)) | (Level::Global | Level::Environment, None) => {}
    }
    Ok(ScopeRecord {
        scope,
        account_number,
        created: facts.now,
        renamed: None,
    })
}

/// How many things of each kind a scope holds; `Display` lists them by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Contents(BTreeMap<&'static str, u64>);

impl Contents {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The same and `count` more of `kind`, a plural noun such as `image records`.
    #[must_use]
    pub fn with(mut self, kind: &'static str, count: u64) -> Self {
        if count > 0 {
            let there = self.0.entry(kind).or_default();
            *there = there.saturating_add(count);
        }
        self
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kinds there are, with their counts, in order.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(&kind, &count)| (kind, count))
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        for (position, (kind, count)) in self.counts().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{kind}: {count}")?;
        }
        Ok(())
    }
}

/// What [`remove_scope`] must know.
#[derive(Debug, Clone, Copy)]
pub struct RemoveScopeFacts<'a> {
    /// The record of the scope.
    pub record: Option<&'a ScopeRecord>,
    /// What the scope holds: lower scopes and records of every kind, grants apart.
    pub contents: &'a Contents,
    /// The grants at exactly this scope.
    pub grants: &'a [Grant],
}

/// A scope to be removed, with all that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RemovedScope {
    /// Which goes.
    pub scope: Scope,
    /// The grants at it, which go too, in order: a later scope of that name starts with none.
    pub grants: Vec<Grant>,
}

/// Why a scope is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveScopeError {
    /// The global scope stays.
    #[error("the global scope `/` cannot be removed")]
    Global,
    /// It was never added.
    #[error("there is no scope `{scope}`")]
    Unknown {
        /// The scope that was named.
        scope: Scope,
    },
    /// Something is in it.
    #[error("the scope `{scope}` is not empty ({contents}): remove what it holds first")]
    NotEmpty {
        /// The scope.
        scope: Scope,
        /// What it holds.
        contents: Contents,
    },
}

/// Decides whether `scope` may be removed: only when it is empty (ours).
///
/// # Errors
///
/// It is the global one, unknown, or holds something.
pub fn remove_scope(
    scope: &Scope,
    facts: &RemoveScopeFacts<'_>,
) -> Result<RemovedScope, RemoveScopeError> {
    let scope = scope.clone();
    if scope.level() == Level::Global {
        return Err(RemoveScopeError::Global);
    }
    if facts.record.is_none_or(|record| record.scope != scope) {
        return Err(RemoveScopeError::Unknown { scope });
    }
    if !facts.contents.is_empty() {
        let contents = facts.contents.clone();
        return Err(RemoveScopeError::NotEmpty { scope, contents });
    }
    let mut grants: Vec<_> = facts.grants.to_vec();
    grants.retain(|grant| grant.scope == scope);
    grants.sort();
    Ok(RemovedScope { scope, grants })
}
