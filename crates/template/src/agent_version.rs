//! Versions of agents, compared as releases are.

use atlas_base::{parse_errors, quoted, text_form};
use atlas_image::{AgentFacts, AgentText};
use core::fmt;
use semver::{Version, VersionReq};

/// The version of an agent as a semantic version: `v5.8` is 5.8.0. None where it is not one to three
/// numbers with points between them, as [`atlas_image::Version`] reads them.
pub fn agent_version(agent: &AgentFacts) -> Option<Version> {
    let text = atlas_image::Version::parse(agent.version()?.as_str()).ok()?;
    let text = text.to_string();
    let mut numbers = text.split('.').map(str::parse);
    let mut next = || numbers.next().unwrap_or(Ok(0)).ok();
    Some(Version::new(next()?, next()?, next()?))
}

/// Which agent is wanted: a kind, and the versions of it. The text form is the kind, a blank, and a
/// requirement as for releases: `right_link ^5.8`; or the kind alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AgentRequirement {
    kind: AgentText,
    versions: VersionReq,
}

parse_errors! {
    /// Why a text is no [`AgentRequirement`].
    ParseAgentRequirementError;
}

impl AgentRequirement {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// The kind is malformed, or what follows it is no requirement.
    pub fn parse(text: &str) -> Result<Self, ParseAgentRequirementError> {
        let refuse = |at, why: &str| {
            let message = format_args!("{} asks for no agent: {why}", quoted(text));
            ParseAgentRequirementError::new(at, message)
        };
        let (kind, versions) = text.split_once(' ').unwrap_or((text, "*"));
        let kind =
            AgentText::parse(kind).map_err(|_| refuse(0, "expected the kind of an agent first"))?;
        // As for releases, a bare number is not taken as a requirement.
        let is_requirement = versions.starts_with(['^', '~', '=', '>', '<', '*']);
        let parsed = is_requirement.then(|| VersionReq::parse(versions).ok());
        match parsed.flatten() {
            Some(versions) => Ok(Self { kind, versions }),
            None => Err(refuse(
                text.len() - versions.len(),
                "the versions are a requirement like `^5.8` or `>=5.8, <6`",
            )),
        }
    }

    /// Whether an agent is what is wanted; none where nobody said which one, or of which version.
    pub fn is_met_by(&self, agent: &AgentFacts) -> Option<bool> {
        match agent {
            AgentFacts::Absent => Some(false),
            AgentFacts::Installed {
                kind: Some(kind), ..
            } if *kind != self.kind => Some(false),
            AgentFacts::Installed { kind: Some(_), .. } if self.versions == VersionReq::STAR => {
                Some(true)
            }
            AgentFacts::Installed { kind: Some(_), .. } => {
                Some(self.versions.matches(&agent_version(agent)?))
            }
            _ => None,
        }
    }
}

impl fmt::Display for AgentRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.versions == VersionReq::STAR {
            write!(f, "{}", self.kind)
        } else {
            write!(f, "{} {}", self.kind, self.versions)
        }
    }
}

text_form!(AgentRequirement, ParseAgentRequirementError);
