//! Who asks.

use crate::{Grant, ParsePrincipalError, RoleTable};
use atlas_base::{Timestamp, quoted, text_form};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Names a person or a program, `[A-Za-z0-9][A-Za-z0-9._@-]{0,127}`: `dana`, `ci@acme.example`.
///
/// Case counts. Order is the order of the bytes; cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(Arc<str>);

impl PrincipalId {
    /// The most characters a principal may have.
    pub const MAX_CHARACTERS: usize = 128;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is empty, too long, does not begin with a letter or digit, or holds something else than
    /// letters, digits and `.`, `_`, `@`, `-`; all of them ASCII.
    pub fn parse(text: &str) -> Result<Self, ParsePrincipalError> {
        let misfit = text
            .char_indices()
            .find(|&(at, character)| match character {
                'A'..='Z' | 'a'..='z' | '0'..='9' => at >= Self::MAX_CHARACTERS,
                '.' | '_' | '@' | '-' => at == 0 || at >= Self::MAX_CHARACTERS,
                _ => true,
            });
        let at = misfit.map(|(at, _)| at).or(text.is_empty().then_some(0));
        at.map_or_else(
            || Ok(Self(text.into())),
            |at| {
                let shown = quoted(text);
                let expected = "expected 1 to 128 letters, digits, `.`, `_`, `@` and `-`";
                let message = format_args!(
                    "{shown} is no principal: {expected}, a letter or digit first; \
                     stopped at byte {at}"
                );
                Err(ParsePrincipalError::new(at, message))
            },
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(PrincipalId, ParsePrincipalError);

/// A principal that was added, and so can be given roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrincipalRecord {
    /// Who it is.
    pub principal: PrincipalId,
    /// When it was added.
    pub created: Timestamp,
}

/// Why a principal is not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddPrincipalError {
    /// It is there.
    #[error("the principal `{principal}` is there already")]
    AlreadyThere {
        /// The principal.
        principal: PrincipalId,
    },
}

/// Decides whether `principal` may be added; it holds no roles at first.
///
/// # Errors
///
/// It is there already.
pub fn add_principal(
    principal: PrincipalId,
    existing: Option<&PrincipalRecord>,
    now: Timestamp,
) -> Result<PrincipalRecord, AddPrincipalError> {
    if existing.is_some_and(|record| record.principal == principal) {
        return Err(AddPrincipalError::AlreadyThere { principal });
    }
    Ok(PrincipalRecord {
        principal,
        created: now,
    })
}

/// A principal to be removed, with all that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RemovedPrincipal {
    /// Who goes.
    pub principal: PrincipalId,
    /// Its grants, which go too, in order: whoever gets the name later starts with nothing.
    pub grants: Vec<Grant>,
}

/// Why a principal is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemovePrincipalError {
    /// It was never added.
    #[error("there is no principal `{principal}`")]
    Unknown {
        /// The principal that was named.
        principal: PrincipalId,
    },
    /// Nobody could grant roles any more.
    #[error(
        "`{principal}` cannot be removed: nobody else administers `/`; \
         give another principal `admin` there first"
    )]
    LastAdmin {
        /// The principal.
        principal: PrincipalId,
    },
}

/// Decides whether `principal` may be removed.
///
/// `grants` holds those of the principal and those at `/`. What the principal made stays, and
/// keeps its name as the author.
///
/// # Errors
///
/// It is unknown, or it is the only one that [administers](Grant::administers) `/`.
pub fn remove_principal(
    principal: &PrincipalId,
    record: Option<&PrincipalRecord>,
    grants: &[Grant],
    roles: &RoleTable,
) -> Result<RemovedPrincipal, RemovePrincipalError> {
    let principal = principal.clone();
    if record.is_none_or(|record| record.principal != principal) {
        return Err(RemovePrincipalError::Unknown { principal });
    }
    let (mut own, others): (Vec<_>, Vec<_>) = grants
        .iter()
        .partition(|grant| grant.principal == principal);
    let administers = |grants: &[&Grant]| grants.iter().any(|grant| grant.administers(roles));
    if administers(&own) && !administers(&others) {
        return Err(RemovePrincipalError::LastAdmin { principal });
    }
    own.sort();
    Ok(RemovedPrincipal {
        principal,
        grants: own.into_iter().cloned().collect(),
    })
}
