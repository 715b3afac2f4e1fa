//! Agents inside an image.

use crate::{AgentText, ImageRecord, ImageRecordId, ParseTextError, Warning, register::listed};
use atlas_base::quoted;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What is known about an agent inside an image: Scalarizr, `RightLink`; or, for the init agent,
/// cloud-init, cloudbase-init.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AgentFacts {
    /// Nobody said.
    #[default]
    Unknown,
    /// Somebody said that there is none.
    Absent,
    /// Somebody said that there is one.
    Installed {
        /// Which one: `right_link`, `cloud-init`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<AgentText>,
        /// Its version: `v5.8`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<AgentText>,
    },
}

impl AgentFacts {
    /// There is one; which one and its version are not said.
    #[must_use]
    pub fn installed() -> Self {
        Self::Installed {
            kind: None,
            version: None,
        }
    }

    /// There is one of this kind, and of this version if it is known.
    #[must_use]
    pub fn installed_as(kind: AgentText, version: Option<AgentText>) -> Self {
        Self::Installed {
            kind: Some(kind),
            version,
        }
    }

    /// The kinds that are read without a version. Others are not, so that a slip of the pen installs
    /// no agent.
    pub const KINDS: [&str; 5] = [
        "right_link",
        "scalarizr",
        "cloud-init",
        "cloudbase-init",
        "ignition",
    ];

    /// Reads `installed`, `absent`, `unknown`, one of [the kinds](Self::KINDS), or `KIND/VERSION` of
    /// one that is installed: `right_link/v5.8`.
    ///
    /// # Errors
    ///
    /// It is none of these; or kind or version is blank, too long, or holds a character that nobody
    /// sees.
    pub fn read(text: &str) -> Result<Self, ReadAgentError> {
        match text {
            "installed" => Ok(Self::installed()),
            "absent" => Ok(Self::Absent),
            "unknown" => Ok(Self::Unknown),
            _ if Self::KINDS.contains(&text) => {
                Ok(Self::installed_as(AgentText::parse(text)?, None))
            }
            _ => {
                let Some((kind, version)) = text.split_once('/') else {
                    return Err(ReadAgentError::Unknown { text: text.into() });
                };
                Ok(Self::Installed {
                    kind: Some(AgentText::parse(kind)?),
                    version: Some(AgentText::parse(version)?),
                })
            }
        }
    }

    /// Whether nobody said.
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether there is one, if anybody said.
    pub fn is_installed(&self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Absent => Some(false),
            Self::Installed { .. } => Some(true),
        }
    }

    /// Which one it is.
    pub fn kind(&self) -> Option<&AgentText> {
        match self {
            Self::Unknown | Self::Absent => None,
            Self::Installed { kind, .. } => kind.as_ref(),
        }
    }

    /// Its version.
    pub fn version(&self) -> Option<&AgentText> {
        match self {
            Self::Unknown | Self::Absent => None,
            Self::Installed { version, .. } => version.as_ref(),
        }
    }
}

impl fmt::Display for AgentFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Absent => f.write_str("none"),
            Self::Installed { kind, version } => {
                match kind {
                    Some(kind) => write!(f, "{kind}")?,
                    None => f.write_str("installed")?,
                }
                version
                    .as_ref()
                    .map_or(Ok(()), |version| write!(f, " {version}"))
            }
        }
    }
}

/// Why a text says nothing about an agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadAgentError {
    /// It is none of the words.
    #[error(
        "{} says nothing about an agent, expected `installed`, `absent`, `unknown`, {}, or KIND/VERSION such as `right_link/v5.8`",
        quoted(text), listed(&AgentFacts::KINDS)
    )]
    Unknown {
        /// The text.
        text: String,
    },
    /// Kind or version cannot be read.
    #[error(transparent)]
    Text(#[from] ParseTextError),
}

/// Which agent something needs in its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NeededAgent {
    /// The one that runs scripts: whatever has scripts needs it.
    Agent,
    /// The one that sets a server up at its first boot.
    InitAgent,
}

impl fmt::Display for NeededAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agent => "agent",
            Self::InitAgent => "init agent",
        })
    }
}

/// Decides whether an image may serve what needs an agent in it (Scalr, RightScale): a role map that
/// says so, a template or a server that has scripts. An image of which nobody has said it may, with a
/// warning.
///
/// # Errors
///
/// Somebody said that the image has none.
pub fn check_agent(
    record: &ImageRecord,
    needed: NeededAgent,
) -> Result<Option<Warning>, AgentMissing> {
    let facts = match needed {
        NeededAgent::Agent => record.agent(),
        NeededAgent::InitAgent => record.init_agent(),
    };
    match facts {
        AgentFacts::Installed { .. } => Ok(None),
        AgentFacts::Unknown => Ok(Some(Warning::AgentUnknown { agent: needed })),
        AgentFacts::Absent => Err(AgentMissing {
            record: record.id(),
            agent: needed,
        }),
    }
}

/// An image lacks an agent that is needed; the text goes on behind what needs it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "needs the {agent}, and {record} has none: choose an image that has it, or bundle one from a server that does"
)]
pub struct AgentMissing {
    /// The record of the image.
    pub record: ImageRecordId,
    /// Which agent.
    pub agent: NeededAgent,
}
