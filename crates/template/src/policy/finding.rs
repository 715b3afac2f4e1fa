//! What a policy finds.

use super::ImageText;
use super::PolicyMode;
use crate::AgentRequirement;
use atlas_base::{Name, Tag};
use atlas_history::{RevisionRef, counted};
use atlas_image::{AgentFacts, CloudText, OsText};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// A rule of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PolicyRule {
    /// Whose image it is.
    Owner,
    /// How old it is.
    Age,
    /// How long its revision has been committed.
    Soak,
    /// Which tags it has.
    Tag,
    /// Which operating system is inside.
    OsFamily,
    /// Which agent is inside.
    Agent,
    /// What it was made from.
    Ancestor,
    /// Whether it is passed over.
    Skip,
}

impl PolicyRule {
    /// The text form: `os-family`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Age => "age",
            Self::Soak => "soak",
            Self::Tag => "tag",
            Self::OsFamily => "os-family",
            Self::Agent => "agent",
            Self::Ancestor => "ancestor",
            Self::Skip => "skip",
        }
    }
}

/// Something that a policy does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PolicyFinding {
    /// The owner is not allowed.
    Owner {
        /// What the owner is called.
        owners: BTreeSet<CloudText>,
        /// Who is allowed.
        allowed: BTreeSet<CloudText>,
    },
    /// The image is too old.
    Age {
        /// Its age in days.
        days: u64,
        /// The most days.
        limit: u32,
    },
    /// The revision has not been committed for long enough.
    Soak {
        /// For how many hours it has; none for HEAD.
        hours: Option<u64>,
        /// How many it must.
        needed: u32,
    },
    /// A tag is missing.
    Tag {
        /// Which.
        tag: Tag,
    },
    /// The operating system is not allowed.
    OsFamily {
        /// Its family.
        family: OsText,
        /// Which are allowed.
        allowed: BTreeSet<OsText>,
    },
    /// The agent is another, or of another version.
    Agent {
        /// What is inside.
        found: AgentFacts,
        /// What is needed.
        needed: AgentRequirement,
    },
    /// It was not made from an approved image.
    Ancestor {
        /// Within so many steps.
        within: u32,
    },
    /// The revision is passed over.
    SkippedRevision {
        /// Which.
        revision: RevisionRef,
    },
    /// The image is passed over.
    SkippedImage {
        /// Which.
        image: ImageText,
    },
    /// Nobody knows what the rule asks about.
    Unknown {
        /// Which rule.
        rule: PolicyRule,
    },
}

impl PolicyFinding {
    /// The rule that is not kept.
    pub fn rule(&self) -> PolicyRule {
        match self {
            Self::Owner { .. } => PolicyRule::Owner,
            Self::Age { .. } => PolicyRule::Age,
            Self::Soak { .. } => PolicyRule::Soak,
            Self::Tag { .. } => PolicyRule::Tag,
            Self::OsFamily { .. } => PolicyRule::OsFamily,
            Self::Agent { .. } => PolicyRule::Agent,
            Self::Ancestor { .. } => PolicyRule::Ancestor,
            Self::SkippedRevision { .. } | Self::SkippedImage { .. } => PolicyRule::Skip,
            Self::Unknown { rule } => *rule,
        }
    }
}

fn list<T: ToString>(all: &BTreeSet<T>) -> String {
    let all: Vec<_> = all
        .iter()
        .map(|it| format!("`{}`", it.to_string()))
        .collect();
    all.join(", ")
}

impl fmt::Display for PolicyFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner { owners, allowed } => {
                write!(
                    f,
                    "the image is owned by {}, allowed are {}",
                    list(owners),
                    list(allowed)
                )
            }
            Self::Age { days, limit } => {
                write!(
                    f,
                    "the image is {} old, at most {limit} are allowed",
                    many(*days, "day")
                )
            }
            Self::Soak {
                hours: Some(hours),
                needed,
            } => write!(
                f,
                "the revision has been committed for {}, it must be {needed}",
                many(*hours, "hour")
            ),
            Self::Soak {
                hours: None,
                needed,
            } => write!(
                f,
                "this is HEAD, and only what has been committed for {} is allowed",
                many(u64::from(*needed), "hour")
            ),
            Self::Tag { tag } => write!(
                f,
                "neither the image nor its MultiCloud Image has the tag `{tag}`"
            ),
            Self::OsFamily { family, allowed } => {
                write!(
                    f,
                    "the operating system is `{family}`, allowed are {}",
                    list(allowed)
                )
            }
            Self::Agent { found, needed } => {
                write!(f, "the agent is {found}, needed is {needed}")
            }
            Self::Ancestor { within: 0 } => f.write_str("the image is not an approved one"),
            Self::Ancestor { within } => write!(
                f,
                "the image was not made from an approved one within {within} step{}",
                if *within == 1 { "" } else { "s" }
            ),
            Self::SkippedRevision { revision } => {
                write!(f, "revision {} is passed over", revision.number)
            }
            Self::SkippedImage { image } => write!(f, "the image `{image}` is passed over"),
            Self::Unknown { rule } => f.write_str(match rule {
                PolicyRule::Owner => "nobody knows who owns the image",
                PolicyRule::Age => "nobody knows how old the image is",
                PolicyRule::OsFamily => "nobody said which operating system is inside",
                PolicyRule::Agent => "nobody said which agent is inside, or of which version",
                PolicyRule::Ancestor => {
                    "the image is not registered, so nobody knows what it was made from"
                }
                PolicyRule::Soak | PolicyRule::Tag | PolicyRule::Skip => "nobody knows",
            }),
        }
    }
}

/// What a policy says to a launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVerdict {
    /// The policy.
    pub policy: Name,
    /// Whether it refuses.
    pub mode: PolicyMode,
    /// What it finds, in the order of its rules.
    pub findings: Vec<PolicyFinding>,
}

impl PolicyVerdict {
    /// What it found, in one line.
    pub fn in_a_line(&self) -> String {
        let verb = self.verb();
        format!(
            "the policy `{}` {verb}: {}",
            self.policy,
            said(&self.findings)
        )
    }

    fn verb(&self) -> &'static str {
        match self.mode {
            PolicyMode::Enforce => "refuses",
            PolicyMode::Audit => "would refuse",
        }
    }

    /// Whether the launch goes on: nothing was found, or the policy only audits.
    ///
    /// # Errors
    ///
    /// Something was found, and the policy refuses for it.
    pub fn check(self) -> Result<Self, PolicyRefused> {
        if self.findings.is_empty() || self.mode == PolicyMode::Audit {
            Ok(self)
        } else {
            Err(PolicyRefused {
                verdict: Box::new(self),
            })
        }
    }
}

/// A policy refuses a launch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}", .verdict.in_a_line())]
pub struct PolicyRefused {
    /// What it found.
    pub verdict: Box<PolicyVerdict>,
}

fn said(findings: &[PolicyFinding]) -> String {
    let said: Vec<_> = findings.iter().map(ToString::to_string).collect();
    said.join("; ")
}

/// A line a finding, for people; what only would have been refused says so.
impl fmt::Display for PolicyVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            policy, findings, ..
        } = self;
        if findings.is_empty() {
            return write!(f, "policy `{policy}`: allowed");
        }
        let verb = self.verb();
        write!(f, "policy `{policy}` {verb}:")?;
        for finding in findings {
            write!(f, "\n  {}: {finding}", finding.rule().as_str())?;
        }
        Ok(())
    }
}

fn many(count: u64, noun: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}
