//! The whole reasoning of a decision, as data and as text.

use crate::{Decision, Grant, Question, RoleTable};
use atlas_base::Timestamp;
use core::fmt;
use serde::Serialize;

/// A [`Question`], its answer, and every grant that it was decided over, with what it meant for it.
///
/// `Display` writes it as lines of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// The moment for which it was asked.
    pub now: Timestamp,
    /// The answer.
    pub decision: Decision,
    /// Every grant of the principal, in order of scope and role.
    pub considered: Vec<Considered>,
}

/// A grant that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The grant.
    pub grant: Grant,
    /// What it means for the question.
    pub finding: Finding,
}

/// What a grant means for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// It allows it.
    Allows,
    /// It holds at a scope that does not contain the one asked about.
    Elsewhere,
    /// It no longer holds.
    Expired,
    /// Its role does not include the permission.
    LacksPermission,
    /// The role table does not know its role.
    UnknownRole,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Allows => "allows it",
            Self::Elsewhere => "does not reach the scope",
            Self::Expired => "has expired",
            Self::LacksPermission => "does not include the permission",
            Self::UnknownRole => "is a role that nobody defines",
        })
    }
}

impl Explanation {
    /// Answers the question and keeps what was looked at.
    #[must_use]
    pub fn new(question: &Question, grants: &[Grant], roles: &RoleTable, now: Timestamp) -> Self {
        let own = grants
            .iter()
            .filter(|grant| grant.principal == question.principal);
        let mut considered: Vec<_> = own
            .map(|grant| Considered {
                grant: grant.clone(),
                finding: find(question, grant, roles, now),
            })
            .collect();
        considered.sort_by(|a, b| a.grant.cmp(&b.grant));
        Self {
            question: question.clone(),
            now,
            decision: question.decide(grants, roles, now),
            considered,
        }
    }
}

fn find(question: &Question, grant: &Grant, roles: &RoleTable, now: Timestamp) -> Finding {
    if !grant.scope.contains(&question.scope) {
        Finding::Elsewhere
    } else if grant.has_expired(now) {
        Finding::Expired
    } else if !roles.knows(&grant.role) {
        Finding::UnknownRole
    } else if roles.allows(&grant.role, question.permission) {
        Finding::Allows
    } else {
        Finding::LacksPermission
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.decision {
            Decision::Allowed(allowed) => {
                let Question {
                    permission,
                    scope,
                    principal,
                } = &self.question;
                let action = permission.action();
                writeln!(f, "`{principal}` may {action} at `{scope}`: `{permission}`")?;
                write!(f, "  granted by {}", allowed.grant)?;
            }
            Decision::Denied(denied) => write!(f, "{denied}")?,
        }
        if self.considered.is_empty() {
            write!(
                f,
                "\n  `{}` holds no role that reaches here",
                self.question.principal
            )?;
        }
        for Considered { grant, finding } in &self.considered {
            write!(f, "\n  `{}` at `{}`", grant.role, grant.scope)?;
            if let Some(expires) = grant.expires {
                write!(f, " until {expires}")?;
            }
            write!(f, ": {finding}")?;
        }
        Ok(())
    }
}
